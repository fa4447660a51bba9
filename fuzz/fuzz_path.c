/* Chains out of bytes: a byte of options, then each certificate behind a byte that says where it is from.
 * Signatures are made transparent (the linker puts the function below in the place of the real one), so that
 * mutations get past the first. */
#include "crypto/cert_sig.h"
#include "pki/path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum cert_sig __wrap_cert_sig_verify_key(const struct cert_sig_key *key, struct bytes algorithm,
                                         struct bytes data, struct bytes signature);

enum { MAX_CERTS = 40, MAX_SIGNATURES = 24, MAX_NODES = 200, MAX_COMPARISONS = 2000 };
static uint64_t checked;

/* The first byte of a signature says whether it is one. */
enum cert_sig __wrap_cert_sig_verify_key(const struct cert_sig_key *key, struct bytes algorithm,
                                         struct bytes data, struct bytes signature) {
    static const enum cert_sig results[] = {CERT_SIG_YES, CERT_SIG_YES, CERT_SIG_NO, CERT_SIG_UNKNOWN};
    (void)key, (void)algorithm, (void)data;
    checked++;
    return results[signature.n ? signature.p[0] % 4 : 2];
}

static void check(bool holds) {
    if (!holds) abort();
}

static size_t read_certs(struct pki_pool *pool, struct bytes in) {
    size_t n = 0;
    while (in.n > 2 && n < MAX_CERTS) {
        struct der r = der_of(bytes_cut(in, 1, in.n), NULL, NULL);
        struct der_tlv t = der_get(&r, DER_SEQUENCE, "Certificate");
        if (t.all.n == 0) break;
        size_t i = pki_pool_add(pool, t.all, in.p[0] & 15u ? in.p[0] & 15u : PKI_SENT);
        check(i <= n);
        in = bytes_cut(in, 1 + t.all.n, in.n);
        n++;
    }
    return n;
}

static void check_path(const struct pki_pool *pool, const struct pki_path *p, const struct pki_query *q) {
    uint64_t cost = 0;
    check(p->n >= 1 && p->items[0] == q->leaf);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = i + 1; k < p->n; k++) check(p->items[i] != p->items[k]);
    for (size_t i = 0; i + 1 < p->n; i++)
        check(pki_pool_item(pool, p->items[i])->issuer_id ==
              pki_pool_item(pool, p->items[i + 1])->subject_id);
    check(!p->anchored || pki_pool_item(pool, p->items[p->n - 1])->origins & PKI_ANCHOR);
    check(p->anchored || p->n_problems > 0);
    for (size_t i = 0; i < p->n_problems; i++) {
        check(p->problems[i].depth < p->n && p->problems[i].text[0]);
        cost += pki_problem_severity(p->problems[i].kind);
    }
    check(cost == p->cost);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a;
    struct pki_host host;
    arena_init(&a);
    struct pki_pool *pool = pki_pool_new(&a);
    if (size > 0 && read_certs(pool, bytes_of(data + 1, size - 1)) > 0 && pki_host_read("a.example", &host)) {
        struct pki_query q = {.judge = pki_judge_at(data[0] & 1),
                              .at = 1769817600,
                              .purpose = (enum pki_purpose)(data[0] >> 1 & 3) % 3,
                              .host = data[0] & 8 ? &host : NULL,
                              .explicit_policy = data[0] & 16,
                              .inhibit_any = data[0] & 32,
                              .inhibit_mapping = data[0] & 64,
                              .max_paths = data[0] >> 7,
                              .max_signatures = MAX_SIGNATURES,
                              .max_nodes = MAX_NODES,
                              .max_comparisons = MAX_COMPARISONS};
        struct pki_search found;
        checked = 0;
        pki_search(pool, &q, &a, &found);
        check(found.signatures <= MAX_SIGNATURES && found.signatures == checked && found.nodes <= MAX_NODES);
        check(found.n_paths >= 1 && found.n_paths <= q.max_paths + 1);
        check((found.outcome == PKI_FOUND) == (found.paths[0].n_problems == 0));
        for (size_t i = 0; i < found.n_paths; i++) check_path(pool, &found.paths[i], &q);
    }
    arena_done(&a);
    return 0;
}
