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
struct crls {
    struct pki_crl *list;
    size_t n, room;
};

static void add_crl(struct crls *c, struct arena *a, struct bytes der) {
    if (c->n == c->room) {
        struct pki_crl *more = ARENA_ARRAY(a, struct pki_crl, c->room = c->room ? c->room * 2 : 16);
        if (c->n) memcpy(more, c->list, c->n * sizeof(*c->list));
        c->list = more;
    }
    (void)pki_crl_read(der, &c->list[c->n++]);
}

static const char *read_crls(struct arena *a, struct bytes file, struct crls *c) {
    struct pki_pem pem = pki_pem_of(file);
    enum pki_pem_kind kind;
    struct bytes der;
    const size_t before = c->n;
    if (file.n && file.p[0] == DER_SEQUENCE) {
        add_crl(c, a, file);
        return NULL;
    }
    while (pki_pem_next(&pem, a, &kind, &der))
        if (kind == PKI_PEM_CRL) add_crl(c, a, der);
    if (pem.failed) return "it has a PEM block that is not ended, or is no base64";
    return c->n == before && !is_blank(file) ? "there is no CRL in it" : NULL;
}

/* NULL, or why this one cannot be read. */
static const char *read_file(struct reading *r, struct crls *crls, enum verify_file kind, struct bytes file) {
    if (kind == VERIFY_CRLS) return read_crls(r->a, file, crls);
    return read_certs(r, file, kind == VERIFY_ROOTS ? PKI_ANCHOR : PKI_SENT, kind == VERIFY_LEAF);
}

static bool read_all(struct reading *r, struct crls *crls, const struct verify_request *q,
                     struct verify_trouble *bad) {
    for (unsigned kind = 0; kind < VERIFY_FILES__COUNT; kind++)
        for (size_t i = 0; i < q->files[kind].n; i++) {
            const char *why = read_file(r, crls, (enum verify_file)kind, q->files[kind].list[i]);
            *bad = (struct verify_trouble){(enum verify_file)kind, i, why};
            if (why) return false;
        }
    return true;
}

bool verify_run(struct arena *a, const struct verify_request *r, struct verify_outcome *ret,
                struct verify_trouble *bad) {
    struct reading reading = {.a = a, .pool = pki_pool_new(a)};
    struct crls crls = {.n = 0};
    if (!read_all(&reading, &crls, r, bad)) return false;
    struct pki_crl_set *set = r->files[VERIFY_CRLS].n ? pki_crl_set_new(a, crls.list, crls.n) : NULL;
    struct pki_query q = r->query;
    q.revocation = set ? pki_crl_set_check : NULL;
    q.revocation_arg = set;
    q.leaf = reading.leaf;
    *ret = (struct verify_outcome){.pool = reading.pool};
    pki_search(reading.pool, &q, a, &ret->found);
    ret->accepted = ret->found.outcome == PKI_FOUND;
    return true;
}
