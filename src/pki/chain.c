#include "pki/chain.h"

/* The anchors that some certificate at hand names as its issuer, or is itself: all that a path can end at. So
 * the system's store is never read whole. */
static void add_anchors(struct arena *a, struct pki_pool *pool, const struct trust *trust) {
    size_t n = pki_pool_count(pool);
    for (size_t i = 0; i < n; i++) {
        const struct pki_cert *c = &pki_pool_item(pool, i)->cert;
        const struct bytes names[] = {c->issuer, c->subject};
        for (size_t k = 0; k < TW_COUNT(names); k++) {
            struct bytes *found;
            size_t n_found = trust_find(trust, a, names[k], &found);
            for (size_t f = 0; f < n_found; f++) (void)pki_pool_add(pool, found[f], PKI_ANCHOR);
        }
    }
}

static bool names_root(const struct pki_pool *pool, size_t n, const struct pki_cert *root) {
    for (size_t i = 0; i < n; i++) {
        const struct pki_cert *c = &pki_pool_item(pool, i)->cert;
        if (pki_name_eq(c->issuer, root->subject) || pki_name_eq(c->subject, root->subject)) return true;
    }
    return false;
}

/* A root that is known by its fingerprint alone is an anchor where the certificate is at hand. */
static void add_known_by_fingerprint(struct pki_pool *pool, size_t n, const struct program *p,
                                     int64_t begins) {
    for (size_t i = 0; i < n; i++) {
        const struct pki_cert *c = &pki_pool_item(pool, i)->cert;
        uint8_t digest[HASH_MAX];
        if (!c->self_issued) continue;
        (void)hash_once(HASH_SHA256, c->der, digest);
        const struct program_root *root = program_find(p, digest);
        if (root && root->der.n == 0 && program_root_for(root, begins))
            (void)pki_pool_add(pool, c->der, PKI_ANCHOR);
    }
}

static void add_program(struct pki_pool *pool, const struct program *p, int64_t begins) {
    size_t n = pki_pool_count(pool);
    for (size_t i = 0; i < p->n; i++) {
        struct pki_cert root;
        if (p->roots[i].der.n == 0 || !program_root_for(&p->roots[i], begins)) continue;
        (void)pki_cert_read(p->roots[i].der, &root);
        if (names_root(pool, n, &root)) (void)pki_pool_add(pool, p->roots[i].der, PKI_ANCHOR);
    }
    add_known_by_fingerprint(pool, n, p, begins);
}

static void keep(const struct pki_pool *pool, const struct pki_path *path, uint64_t waived,
                 struct chain_result *ret) {
    for (size_t i = 0; i < path->n && ret->n_path < CHAIN_MAX_PATH; i++)
        ret->path[ret->n_path++] = pki_pool_item(pool, path->items[i])->cert.der;
    /* What a certificate that cannot be read seems to say is nothing to go by. */
    bool unreadable = pki_path_has(path, PKI_PROBLEM_MALFORMED) && !(waived >> PKI_PROBLEM_MALFORMED & 1);
    for (size_t i = 0; i < path->n_problems && ret->n_problems < CHAIN_MAX_PROBLEMS; i++) {
        if (unreadable && path->problems[i].kind != PKI_PROBLEM_MALFORMED) continue;
        if (waived >> path->problems[i].kind & 1) continue;
        ret->problems[ret->n_problems].kind = path->problems[i].kind;
        ret->problems[ret->n_problems].depth = path->problems[i].depth;
        ret->problems[ret->n_problems++].text = path->problems[i].text;
    }
}

/* Everything at hand, and the leaf's index; SIZE_MAX: there is none. */
static struct pki_pool *gather(struct arena *a, const struct chain_query *q, size_t *ret_leaf) {
    struct pki_pool *pool = pki_pool_new(a);
    *ret_leaf = SIZE_MAX;
    for (size_t i = 0; i < q->n_sent; i++) {
        size_t at = pki_pool_add(pool, q->sent[i], PKI_SENT);
        if (i == 0) *ret_leaf = at;
    }
    for (size_t i = 0; i < q->n_extra; i++) (void)pki_pool_add(pool, q->extra[i], PKI_FETCHED);
    if (q->trust) add_anchors(a, pool, q->trust);
    if (q->anchor.n) (void)pki_pool_add(pool, q->anchor, PKI_ANCHOR);
    for (size_t i = 0; i < q->n_programs && *ret_leaf != SIZE_MAX; i++)
        add_program(pool, q->programs[i], pki_pool_item(pool, *ret_leaf)->cert.not_before);
    return pool;
}

/* The root that was looked up last: most judges end at the same one. */
struct looked_up {
    struct bytes root;
    bool is_public;
};

static bool ends_public(const struct pki_pool *pool, const struct pki_path *path,
                        const struct program_set *publics, struct looked_up *last) {
    if (!publics || !path->anchored) return false;
    struct bytes root = pki_pool_item(pool, path->items[path->n - 1])->cert.der;
    if (!bytes_eq(root, last->root))
        *last = (struct looked_up){root, program_set_publicity(publics, root) == PROGRAM_PUBLIC_YES};
    return last->is_public;
}

static void ask(struct arena *a, struct pki_pool *pool, size_t leaf, const struct chain_query *q,
                const struct pki_judge *judge, struct looked_up *last, struct chain_result *ret) {
    *ret = (struct chain_result){0};
    if (leaf == SIZE_MAX) {
        ret->problems[ret->n_problems].kind = PKI_PROBLEM_MALFORMED;
        ret->problems[ret->n_problems++].text = "there is no certificate";
        return;
    }
    struct pki_query query = {.judge = judge ? judge : pki_judge_find("modern"),
                              .at = q->at,
                              .purpose = PKI_PURPOSE_SERVER,
                              .leaf = leaf,
                              .host = q->host,
                              .has_scts = q->has_scts};
    struct pki_search found;
    pki_search(pool, &query, a, &found);
    ret->public_root = ends_public(pool, &found.paths[0], q->publics, last);
    if (ret->public_root) { /* what is asked under a public root, is known once the root is */
        query.public_root = true;
        pki_search(pool, &query, a, &found);
    }
    keep(pool, &found.paths[0], q->waived, ret);
    ret->ok = found.outcome == PKI_FOUND || (q->waived && ret->n_problems == 0);
}

void chain_judge(struct arena *a, const struct chain_query *q, struct chain_result *ret) {
    size_t leaf;
    struct pki_pool *pool = gather(a, q, &leaf);
    ask(a, pool, leaf, q, q->judge, &(struct looked_up){{0}, false}, ret);
}

void chain_judge_each(struct arena *a, const struct chain_query *q, const struct pki_judge *const *judges,
                      size_t n, struct chain_result *ret) {
    size_t leaf;
    struct chain_query as_sent = *q;
    as_sent.n_extra = 0;
    struct pki_pool *full = gather(a, q, &leaf), *sent = q->n_extra ? gather(a, &as_sent, &leaf) : full;
    struct looked_up last = {{0}, false};
    for (size_t i = 0; i < n; i++) {
        bool has_more = judges[i]->rules & (PKI_RULE_AIA | PKI_RULE_CACHES_CAS);
        ask(a, has_more ? full : sent, leaf, q, judges[i], &last, &ret[i]);
    }
}

bool chain_has(const struct chain_result *r, enum pki_problem_kind k) {
    for (size_t i = 0; i < r->n_problems; i++)
        if (r->problems[i].kind == k) return true;
    return false;
}
