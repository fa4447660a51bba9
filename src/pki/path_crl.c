#include "pki/path_crl.h"

#include "pki/pool.h"

enum {
    MAX_NESTING = 3,    /* CRLs whose signer's certificate is looked up in CRLs, and so on */
    MAX_SEARCHES = 256, /* paths to signers of CRLs, for one set */
};

struct pki_crl_set {
    struct arena *a;
    const struct pki_crl *crls;
    size_t n;
    unsigned nesting, searches;
};

/* One question about a certificate, for trust in those who signed the CRLs. */
struct asked {
    struct pki_crl_set *set;
    struct pki_pool *pool;
    const struct pki_query *q;
    const struct pki_item *anchor;
};

/* RFC 5280 6.3.3 f: a valid path leads to the signer, and begins at the same trust anchor. Its own revocation
 * counts. */
static bool is_trusted(void *arg, const struct pki_cert *signer) {
    struct asked *asked = arg;
    struct pki_crl_set *set = asked->set;
    if (set->nesting >= MAX_NESTING || set->searches >= MAX_SEARCHES) return false;
    struct pki_query q = {.leaf = pki_pool_add(asked->pool, signer->der, 0),
                          .judge = asked->q->judge,
                          .at = asked->q->at,
                          .revocation = asked->q->revocation,
                          .revocation_arg = set};
    struct pki_search found;
    set->nesting++;
    set->searches++;
    pki_search(asked->pool, &q, set->a, &found);
    set->nesting--;
    const struct pki_path *path = &found.paths[0];
    if (found.outcome != PKI_FOUND) return false;
    const struct pki_item *anchor = pki_pool_item(asked->pool, path->items[path->n - 1]);
    return anchor->subject_id == asked->anchor->subject_id && anchor->key_id == asked->anchor->key_id;
}

static void tell(struct pki_path *path, size_t depth, const struct pki_cert *c,
                 const struct pki_rev_answer *answer) {
    static const enum pki_problem_kind kinds[PKI_REV__COUNT] = {
        [PKI_REV_REVOKED] = PKI_PROBLEM_REVOKED, [PKI_REV_EXPIRED] = PKI_PROBLEM_CRL_EXPIRED};
    const char *subject = pki_name_text(path->a, c->subject), *reason = pki_reason_text(answer->reason);
    enum pki_problem_kind kind = kinds[answer->verdict];
    if (answer->verdict == PKI_REV_GOOD) return;
    if (answer->verdict == PKI_REV_REVOKED)
        pki_path_add(path, kind, depth, "%s was revoked on %s%s%s", subject,
                     text_time(path->a, answer->revoked_at), reason ? ": " : "", reason ? reason : "");
    else
        pki_path_add(path, kind == 0 ? PKI_PROBLEM_REVOCATION_UNKNOWN : kind, depth,
                     "no CRL says whether %s is revoked: the answer %s%s%s", subject,
                     pki_rev_text(answer->verdict), answer->why ? ": " : "", answer->why ? answer->why : "");
}

struct pki_crl_set *pki_crl_set_new(struct arena *a, const struct pki_crl *crls, size_t n) {
    struct pki_crl_set *set = ARENA_NEW(a, struct pki_crl_set);
    *set = (struct pki_crl_set){a, crls, n, 0, 0};
    return set;
}

void pki_crl_set_check(void *arg, struct pki_pool *pool, const struct pki_query *q, struct pki_path *path,
                       size_t depth) {
    struct pki_crl_set *set = arg;
    if (depth + 1 >= path->n) return; /* a leaf that is trusted itself has nobody above who could revoke it */
    struct asked asked = {set, pool, q, pki_pool_item(pool, path->items[path->n - 1])};
    size_t n = pki_pool_count(pool);
    const struct pki_cert **signers = ARENA_ARRAY(path->a, const struct pki_cert *, n);
    for (size_t i = 0; i < n; i++) signers[i] = &pki_pool_item(pool, i)->cert;
    struct pki_crl_signers from = {signers, n, is_trusted, &asked};
    /* With the key as the path has it: its parameters may be those of a CA above (RFC 5280 6.1.4 f). */
    struct pki_cert issuer = pki_pool_item(pool, path->items[depth + 1])->cert;
    issuer.key.spki = pool->key_of[pki_path_key(pool, path->items, path->n, depth + 1)].spki;
    struct pki_rev_query query = {.cert = &pki_pool_item(pool, path->items[depth])->cert,
                                  .issuer = &issuer,
                                  .at = q->at,
                                  .strict = q->purpose != PKI_PURPOSE_ANY};
    struct pki_rev_answer answer;
    pki_crl_judge(set->crls, set->n, &query, &from, &answer);
    tell(path, depth, query.cert, &answer);
}
