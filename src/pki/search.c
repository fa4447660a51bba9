/* The best-first search (RFC 4158): partial paths from the leaf upwards in a heap, the cheapest first. What a
 * path costs is the severity of its problems, which only grows upwards, so that the first complete path that
 * comes off the heap is the best one. */
#include "pki/pool.h"

enum {
    MAX_LENGTH = 128,  /* certificates in a path */
    MAX_BAD_EDGES = 4, /* edges with a signature that fails which are followed all the same, to say so */
    SIGNATURES_AT_LEAST = 4096,
    NODES_AT_LEAST = 65536,
    COMPARISONS = 1000 * 1000,
};

enum stage {
    STAGE_EDGE, /* the signature below is not checked yet */
    STAGE_BAD,  /* it was, and does not verify */
    STAGE_END,  /* nobody above it is at hand */
    STAGE_DONE, /* judged in full */
};
struct node {
    uint64_t cost;
    uint32_t rank; /* between equal costs: the likelier first */
    uint32_t seq;
    uint32_t item, parent; /* parent: the node below */
    uint32_t depth;
    uint8_t stage;
    bool anchor, has_issuer;
    struct pki_path *done;
};
struct search {
    struct pki_pool *pool;
    const struct pki_query *q;
    struct arena *a;
    struct pki_search *ret;
    struct node *nodes; /* all of them; the heap holds indices */
    uint32_t *heap;
    size_t n_nodes, n_heap, room;
    uint64_t *costs; /* by item and role, plus 1; 0: not known yet */
    uint64_t max_nodes, comparisons;
    size_t bad_edges;
    bool exhausted;
    struct pki_sorted sorted; /* list: NULL where the judge makes none */
};

static const uint32_t NO_PARENT = UINT32_MAX;

/* ---- the heap ---- */

static bool before(const struct search *s, uint32_t x, uint32_t y) {
    const struct node *a = &s->nodes[x], *b = &s->nodes[y];
    if (a->cost != b->cost) return a->cost < b->cost;
    if (a->rank != b->rank) return a->rank < b->rank;
    return a->seq < b->seq;
}

static void heap_put(struct search *s, uint32_t node) {
    size_t i = s->n_heap++;
    for (; i > 0 && before(s, node, s->heap[(i - 1) / 2]); i = (i - 1) / 2) s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = node;
}

static uint32_t heap_take(struct search *s) {
    uint32_t top = s->heap[0], last = s->heap[--s->n_heap];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < s->n_heap) {
        if (child + 1 < s->n_heap && before(s, s->heap[child + 1], s->heap[child])) child++;
        if (!before(s, s->heap[child], last)) break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return top;
}

static bool node_new(struct search *s, struct node node) {
    if (s->n_nodes >= s->max_nodes) {
        s->exhausted = true;
        return false;
    }
    if (s->n_nodes == s->room) {
        s->room = s->room ? s->room * 2 : 256;
        s->nodes = mem_grow(s->nodes, s->room * sizeof(*s->nodes));
        s->heap = mem_grow(s->heap, s->room * sizeof(*s->heap));
    }
    node.seq = (uint32_t)s->n_nodes;
    s->nodes[s->n_nodes] = node;
    heap_put(s, (uint32_t)s->n_nodes++);
    return true;
}

/* ---- candidates ---- */

static uint64_t cost_of(struct search *s, size_t item, enum pki_role role) {
    uint64_t *slot = &s->costs[item * PKI_ROLE__COUNT + role];
    if (*slot == 0) *slot = 1 + pki_cost_one(s->q, &pki_pool_item(s->pool, item)->cert, role);
    return *slot - 1;
}

enum { RANK_STEP = 1, RANK_NO_ANCHOR = 2, RANK_NO_KEY_ID = 1, RANK_OTHER_KEY_ID = 32 };

/* RFC 5280 4.2.1.1: the key identifiers are a hint; where they differ the certificate is tried last. */
static uint32_t key_id_rank(const struct pki_cert *below, const struct pki_cert *issuer) {
    if (!below->aki_key_id.p || !issuer->has_ski) return RANK_NO_KEY_ID;
    return bytes_eq(below->aki_key_id, issuer->ski) ? 0 : RANK_OTHER_KEY_ID;
}

/* Where one candidate is all that is looked at: the order in which the client comes by them. */
static uint32_t first_rank(const struct search *s, const struct pki_item *item, bool anchor) {
    enum { RANK_LATE = 1 << 30, RANK_INVALID = 1 << 29 };
    const uint32_t quirks = s->q->judge->quirks, last = (1u << 29) - 1;
    bool valid = s->q->at >= item->cert.not_before && s->q->at <= item->cert.not_after;
    uint32_t place = item->place < last ? (uint32_t)item->place : last;
    if (anchor && quirks & PKI_QUIRK_LAST_ANCHOR) place = last - place;
    bool late = s->q->judge->building == PKI_BUILD_SENT_FIRST ? !(item->origins & PKI_SENT)
                                                              : !(item->origins & PKI_ANCHOR);
    return (late ? RANK_LATE : 0) + place + (quirks & PKI_QUIRK_VALID_FIRST && !valid ? RANK_INVALID : 0);
}

/* RFC 4158 2.4.2: no name and key twice. Who stays with what he picks minds the same certificate alone. */
static bool on_path(const struct search *s, uint32_t node, size_t i) {
    const struct pki_item *item = pki_pool_item(s->pool, i);
    const bool same_only = s->q->judge->building == PKI_BUILD_FIRST;
    for (; node != NO_PARENT; node = s->nodes[node].parent) {
        const struct pki_item *other = pki_pool_item(s->pool, s->nodes[node].item);
        if (s->nodes[node].item == i) return true;
        if (!same_only && other->subject_id == item->subject_id && other->key_id == item->key_id) return true;
    }
    return false;
}

static bool ends_path(const struct search *s, const struct pki_item *item) {
    if (!(item->origins & PKI_ANCHOR)) return false;
    if (s->q->judge->rules & PKI_RULE_PARTIAL_CHAIN) return true;
    return item->cert.self_issued && !(s->q->judge->quirks & PKI_QUIRK_AKI_SERIAL &&
                                       pki_aki_contradicts(&item->cert, &item->cert, PKI_AKI_SERIAL_EACH));
}

/* What stands above node `at` if `i` is its issuer. False: it cannot. */
static bool candidate(struct search *s, uint32_t at, size_t i, struct node *ret) {
    const struct node *below = &s->nodes[at];
    const struct pki_item *item = pki_pool_item(s->pool, i);
    const struct pki_cert *below_cert = &pki_pool_item(s->pool, below->item)->cert;
    bool anchor = ends_path(s, item);
    if (!item->cert.key.spki.p || on_path(s, at, i)) return false;
    if (s->sorted.list && !pki_sorted_allows(s->pool, &s->sorted, below->item, i, anchor)) return false;
    if (!pki_may_issue(s->q->judge, below_cert, &item->cert, anchor)) return false;
    uint32_t key_id = key_id_rank(below_cert, &item->cert);
    *ret = (struct node){
        .cost = below->cost + cost_of(s, i, anchor ? PKI_ROLE_ANCHOR : PKI_ROLE_CA),
        .rank = below->rank + RANK_STEP + (anchor ? 0 : RANK_NO_ANCHOR) + key_id,
        .item = (uint32_t)i,
        .parent = at,
        .depth = below->depth + 1,
        .stage = STAGE_EDGE,
        .anchor = anchor,
    };
    if (s->q->judge->building != PKI_BUILD_ALL) ret->rank = first_rank(s, item, anchor);
    return true;
}

static bool is_self_signed(struct search *s, uint32_t item) {
    return pki_pool_item(s->pool, item)->cert.self_issued &&
           pki_pool_signed(s->pool, item, item, &s->ret->signatures) == PKI_SIGNATURE_YES;
}

/* Clients that look at one candidate only stay with the one that comes first. */
static void push_issuers(struct search *s, uint32_t at) {
    bool only_one = s->q->judge->building != PKI_BUILD_ALL, has_best = false;
    struct node next, best = {0};
    if (s->nodes[at].depth + 1 >= MAX_LENGTH || is_self_signed(s, s->nodes[at].item)) return;
    size_t i = pki_pool_issuer(s->pool, s->nodes[at].item);
    for (; i != SIZE_MAX && !s->exhausted; i = pki_pool_next(s->pool, i)) {
        if (!candidate(s, at, i, &next)) continue;
        if (!only_one && !node_new(s, next)) return;
        if (only_one && (!has_best || next.rank < best.rank)) best = next;
        has_best = true;
    }
    if (only_one && has_best) (void)node_new(s, best);
}

/* ---- steps ---- */

static size_t collect(const struct search *s, uint32_t node, size_t *out) {
    size_t n = s->nodes[node].depth + 1;
    for (size_t i = n; i-- > 0; node = s->nodes[node].parent) out[i] = s->nodes[node].item;
    return n;
}

/* The path that ends at this node, judged in full; back into the heap with what it really costs. */
static struct pki_path *judge(struct search *s, uint32_t at, bool anchored) {
    struct pki_path *path = ARENA_NEW(s->a, struct pki_path);
    path->a = s->a;
    path->items = ARENA_ARRAY(s->a, size_t, s->nodes[at].depth + 1);
    path->n = collect(s, at, path->items);
    path->anchored = anchored;
    pki_path_judge(s->pool, s->q, path, &s->ret->signatures, &s->comparisons);
    return path;
}

static void finish(struct search *s, uint32_t at, bool anchored) {
    struct node *node = &s->nodes[at];
    node->done = judge(s, at, anchored);
    uint64_t cost = node->done->cost - (anchored ? 0 : node->depth);
    if (cost > node->cost) node->cost = cost;
    node->stage = STAGE_DONE;
    heap_put(s, at);
}

/* The node comes back as the end of a path, later: worth telling only where nothing goes on from it. Between
 * ends the longer path says more. */
static void go_up(struct search *s, uint32_t at) {
    if (s->nodes[at].anchor) {
        finish(s, at, true);
        return;
    }
    push_issuers(s, at);
    s->nodes[at].stage = STAGE_END;
    s->nodes[at].cost += pki_problem_severity(PKI_PROBLEM_NO_ISSUER) - s->nodes[at].depth;
    heap_put(s, at);
}

static void try_edge(struct search *s, uint32_t at) {
    struct node *node = &s->nodes[at], *below = &s->nodes[node->parent];
    const struct pki_cert *c = &pki_pool_item(s->pool, node->item)->cert;
    enum pki_signature got = PKI_SIGNATURE_YES; /* what cannot be told yet is told when the path is judged */
    if (!pki_key_inherits(c)) got = pki_pool_signed(s->pool, below->item, node->item, &s->ret->signatures);
    if (got != PKI_SIGNATURE_NO) {
        below->has_issuer = true;
        go_up(s, at);
        return;
    }
    bool other_key = key_id_rank(&pki_pool_item(s->pool, below->item)->cert, c) == RANK_OTHER_KEY_ID;
    if (other_key || s->bad_edges >= MAX_BAD_EDGES) return;
    s->bad_edges++;
    node->stage = STAGE_BAD;
    node->cost += pki_problem_severity(PKI_PROBLEM_BAD_SIGNATURE);
    heap_put(s, at);
}

static void keep(struct search *s, struct pki_path *path) {
    s->ret->paths[s->ret->n_paths++] = *path;
}

static void step(struct search *s, uint32_t at) {
    struct node *node = &s->nodes[at];
    switch ((enum stage)node->stage) {
    case STAGE_EDGE:
        if (node->parent == NO_PARENT)
            go_up(s, at);
        else
            try_edge(s, at);
        break;
    case STAGE_BAD: /* who has an issuer has no bad signature, but namesakes of his issuer about */
        if (!s->nodes[node->parent].has_issuer) go_up(s, at);
        break;
    case STAGE_END:
        if (!node->has_issuer) finish(s, at, false);
        break;
    case STAGE_DONE:
        keep(s, node->done);
        break;
    }
}

static bool leaf_is_anchor(struct search *s) {
    const struct pki_item *item = pki_pool_item(s->pool, s->q->leaf);
    if (!(item->origins & PKI_ANCHOR)) return false;
    if (s->q->judge->leaf_trust == PKI_LEAF_SELF_SIGNED) return is_self_signed(s, (uint32_t)s->q->leaf);
    return s->q->judge->leaf_trust == PKI_LEAF_ANY;
}

/* The budget is used up: what was judged already, or the longest way that was gone. */
static void keep_best_so_far(struct search *s) {
    uint32_t best = 0;
    bool found = false;
    for (uint32_t i = 0; i < s->n_nodes; i++)
        if (s->nodes[i].stage == STAGE_DONE && (!found || before(s, i, best))) {
            best = i;
            found = true;
        }
    keep(s, found ? s->nodes[best].done : judge(s, 0, false));
}

static uint64_t or_default(uint64_t given, uint64_t a, uint64_t b) {
    return given ? given : a > b ? a : b;
}

static void set_limits(struct search *s) {
    uint64_t n = pki_pool_count(s->pool);
    uint64_t checks = or_default(s->q->max_signatures, 3 * n, SIGNATURES_AT_LEAST);
    if (s->q->judge->max_signatures && s->q->judge->max_signatures < checks)
        checks = s->q->judge->max_signatures;
    s->pool->checks_left = checks;
    s->pool->checks_used_up = false;
    s->max_nodes = or_default(s->q->max_nodes, 8 * n, NODES_AT_LEAST);
    s->comparisons = or_default(s->q->max_comparisons, COMPARISONS, 0);
}

void pki_search(struct pki_pool *pool, const struct pki_query *q, struct arena *a, struct pki_search *ret) {
    struct search s = {.pool = pool, .q = q, .a = a, .ret = ret};
    *ret = (struct pki_search){.paths = ARENA_ARRAY(a, struct pki_path, q->max_paths + 1)};
    const uint64_t checks_left = pool->checks_left; /* of a search that this one is part of */
    const bool checks_used_up = pool->checks_used_up;
    s.costs = ARENA_ARRAY(a, uint64_t, pki_pool_count(pool) * PKI_ROLE__COUNT);
    set_limits(&s);
    if (q->judge->max_sorted) pki_sort(pool, q, a, &s.sorted);
    struct node leaf = {.cost = cost_of(&s, q->leaf, PKI_ROLE_LEAF),
                        .item = (uint32_t)q->leaf,
                        .parent = NO_PARENT,
                        .anchor = leaf_is_anchor(&s)};
    (void)node_new(&s, leaf);
    while (s.n_heap > 0 && ret->n_paths <= q->max_paths && !s.exhausted) {
        step(&s, heap_take(&s));
        s.exhausted |= pool->checks_used_up;
    }
    if (ret->n_paths == 0) keep_best_so_far(&s);
    ret->nodes = s.n_nodes;
    ret->outcome = ret->paths[0].n_problems == 0 ? PKI_FOUND : s.exhausted ? PKI_BUDGET : PKI_FAULTY;
    pool->checks_left = checks_left;
    pool->checks_used_up = checks_used_up;
    mem_free(s.nodes);
    mem_free(s.heap);
}
