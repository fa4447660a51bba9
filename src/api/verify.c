#include "api/verify.h"

#include "pki/path_crl.h"
#include "pki/pem.h"

/* What the files are read into. */
struct reading {
    struct arena *a;
    struct pki_pool *pool;
    size_t leaf;
    bool has_leaf;
};

static bool is_blank(struct bytes b) {
    for (size_t i = 0; i < b.n; i++)
        if (!strchr(" \t\r\n", b.p[i]) || !b.p[i]) return false;
    return true;
}

static void add(struct reading *r, struct bytes der, unsigned origin, bool may_be_leaf) {
    size_t i = pki_pool_add(r->pool, der, origin);
    if (may_be_leaf && !r->has_leaf) {
        r->leaf = i;
        r->has_leaf = true;
    }
}

/* A list may be empty, and a leaf must be there. NULL, or what is wrong. */
static const char *read_certs(struct reading *r, struct bytes file, unsigned origin, bool leaf) {
    struct pki_pem pem = pki_pem_of(file);
    enum pki_pem_kind kind;
    struct bytes der;
    size_t n = 0;
    if (file.n && file.p[0] == DER_SEQUENCE) {
        add(r, file, origin, leaf);
        return NULL;
    }
    while (pki_pem_next(&pem, r->a, &kind, &der)) {
        if (kind != PKI_PEM_CERT) continue;
        add(r, der, origin, leaf);
        n++;
    }
    if (pem.failed) return "it has a PEM block that is not ended, or is no base64";
    return n == 0 && (leaf || !is_blank(file)) ? "there is no certificate in it" : NULL;
}

/* Each is read once; one that cannot be read covers nothing, and is counted among them. */
static const char *read_crls(struct arena *a, struct bytes file, struct pki_crl_set **ret) {
    struct pki_pem pem = pki_pem_of(file);
    struct pki_crl *crls = NULL;
    enum pki_pem_kind kind;
    struct bytes der;
    size_t n = 0, room = 0;
    bool is_der = file.n && file.p[0] == DER_SEQUENCE;
    while (is_der ? n == 0 : pki_pem_next(&pem, a, &kind, &der)) {
        if (!is_der && kind != PKI_PEM_CRL) continue;
        if (n == room) {
            struct pki_crl *more = ARENA_ARRAY(a, struct pki_crl, room = room ? room * 2 : 16);
            if (n) memcpy(more, crls, n * sizeof(*crls));
            crls = more;
        }
        (void)pki_crl_read(is_der ? file : der, &crls[n++]);
    }
    *ret = pki_crl_set_new(a, crls, n);
    if (pem.failed) return "it has a PEM block that is not ended, or is no base64";
    return n == 0 && !is_blank(file) ? "there is no CRL in it" : NULL;
}

bool verify_run(struct arena *a, const struct verify_request *r, struct verify_outcome *ret,
                enum verify_file *bad, const char **why) {
    struct reading reading = {.a = a, .pool = pki_pool_new(a)};
    const struct {
        enum verify_file file;
        struct bytes bytes;
        unsigned origin;
    } files[] = {{VERIFY_LEAF, r->leaf, PKI_SENT},
                 {VERIFY_UNTRUSTED, r->untrusted, PKI_SENT},
                 {VERIFY_ROOTS, r->roots, PKI_ANCHOR}};
    for (size_t i = 0; i < TW_COUNT(files); i++) {
        *bad = files[i].file;
        *why = read_certs(&reading, files[i].bytes, files[i].origin, files[i].file == VERIFY_LEAF);
        if (*why) return false;
    }
    struct pki_crl_set *crls = NULL;
    *bad = VERIFY_CRLS;
    *why = r->has_crls ? read_crls(a, r->crls, &crls) : NULL;
    if (*why) return false;
    struct pki_query q = r->query;
    q.revocation = crls ? pki_crl_set_check : NULL;
    q.revocation_arg = crls;
    q.leaf = reading.leaf;
    *ret = (struct verify_outcome){.pool = reading.pool};
    pki_search(reading.pool, &q, a, &ret->found);
    ret->accepted = ret->found.outcome == PKI_FOUND;
    return true;
}
