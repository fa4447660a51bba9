/* Certificate policies (RFC 5280 6.1.3 d to f, 6.1.4 a to j, 6.1.5), as the graph of RFC 9618: its size is
 * linear in the certificates, where RFC 5280's tree grows exponentially (CVE-2023-0464). */
#include "pki/pool.h"

struct node {
    struct bytes oid;
    uint32_t *parents; /* in the level above; none: its parent is anyPolicy there */
    size_t n_parents;
    bool mapped;
    bool reached; /* from a valid policy at the end, upwards */
};
struct level {
    struct node *nodes;
    size_t n;
    bool has_any;
};
struct graph {
    struct arena *a;
    struct level *levels; /* the topmost certificate's first */
    size_t n;
    uint64_t *left; /* comparisons; who needs more than a search may do means harm */
    const struct pki_query *q;
    struct pki_path *path;
    uint64_t explicit_policy, inhibit_any, mapping; /* counters of 6.1.2 d to f */
};

static bool same(struct graph *g, struct bytes a, struct bytes b) {
    if (*g->left == 0) return false;
    --*g->left;
    return bytes_eq(a, b);
}

static struct node *find(struct graph *g, const struct level *l, struct bytes oid) {
    for (size_t i = 0; i < l->n; i++)
        if (same(g, l->nodes[i].oid, oid)) return &l->nodes[i];
    return NULL;
}

static bool is_full(size_t n) {
    return (n & (n - 1)) == 0;
}

static struct node *add(struct graph *g, struct level *l, struct bytes oid) {
    if (is_full(l->n)) {
        struct node *room = ARENA_ARRAY(g->a, struct node, l->n ? l->n * 2 : 1);
        if (l->n) memcpy(room, l->nodes, l->n * sizeof(*room));
        l->nodes = room;
    }
    l->nodes[l->n] = (struct node){.oid = oid};
    return &l->nodes[l->n++];
}

static void add_parent(struct graph *g, struct node *child, size_t parent) {
    if (is_full(child->n_parents)) {
        uint32_t *room = ARENA_ARRAY(g->a, uint32_t, child->n_parents ? child->n_parents * 2 : 1);
        if (child->n_parents) memcpy(room, child->parents, child->n_parents * sizeof(*room));
        child->parents = room;
    }
    child->parents[child->n_parents++] = (uint32_t)parent;
}

static bool is_empty(const struct level *l) {
    return l->n == 0 && !l->has_any;
}

static bool cert_has(struct graph *g, const struct pki_cert *c, struct bytes oid) {
    struct der r = pki_ext_list(c, PKI_EXT_POLICIES);
    struct pki_policy p;
    while (pki_policy_next(&r, &p))
        if (same(g, p.oid, oid)) return true;
    return false;
}

/* 6.1.3 d and e. The level holds what the one above expects. */
static void take_policies(struct graph *g, struct level *l, const struct pki_cert *c, bool any_allowed) {
    bool had_any = l->has_any;
    if (!c->ext[PKI_EXT_POLICIES].present) {
        *l = (struct level){0};
        return;
    }
    if (!any_allowed || !cert_has(g, c, pki_any_policy)) {
        size_t kept = 0;
        for (size_t i = 0; i < l->n; i++)
            if (cert_has(g, c, l->nodes[i].oid)) l->nodes[kept++] = l->nodes[i];
        l->n = kept;
        l->has_any = false;
    }
    struct der r = pki_ext_list(c, PKI_EXT_POLICIES);
    struct pki_policy p;
    while (had_any && pki_policy_next(&r, &p))
        if (!bytes_eq(p.oid, pki_any_policy) && !find(g, l, p.oid)) (void)add(g, l, p.oid);
}

static bool maps_any(const struct pki_cert *c) {
    struct der r = pki_ext_list(c, PKI_EXT_POLICY_MAPPINGS);
    struct bytes from, to;
    while (pki_mapping_next(&r, &from, &to))
        if (bytes_eq(from, pki_any_policy) || bytes_eq(to, pki_any_policy)) return true;
    return false;
}

/* 6.1.4 b 2: where mapping is inhibited, what would be mapped is dropped. */
static void drop_mapped(struct graph *g, struct level *l, const struct pki_cert *c) {
    struct der r = pki_ext_list(c, PKI_EXT_POLICY_MAPPINGS);
    struct bytes from, to;
    while (pki_mapping_next(&r, &from, &to)) {
        struct node *node = find(g, l, from);
        if (node) *node = l->nodes[--l->n];
    }
}

/* 6.1.4 b 1, and what the next certificate is expected to have. */
static void expect(struct graph *g, struct level *l, struct level *next, const struct pki_cert *c) {
    struct der r = pki_ext_list(c, PKI_EXT_POLICY_MAPPINGS);
    struct bytes from, to;
    next->has_any = l->has_any;
    while (g->mapping > 0 && pki_mapping_next(&r, &from, &to)) {
        struct node *node = find(g, l, from);
        if (!node && l->has_any) node = add(g, l, from);
        if (!node) continue;
        node->mapped = true;
        struct node *child = find(g, next, to);
        add_parent(g, child ? child : add(g, next, to), (size_t)(node - l->nodes));
    }
    for (size_t i = 0; i < l->n; i++) {
        if (l->nodes[i].mapped) continue;
        struct node *child = find(g, next, l->nodes[i].oid);
        add_parent(g, child ? child : add(g, next, l->nodes[i].oid), i);
    }
}

static void count_down(uint64_t *counter) {
    if (*counter > 0) --*counter;
}

static void limit(uint64_t *counter, bool has, uint32_t value) {
    if (has && value < *counter) *counter = value;
}

/* 6.1.4 h to j. */
static void take_constraints(struct graph *g, const struct pki_cert *c) {
    if (!c->self_issued) {
        count_down(&g->explicit_policy);
        count_down(&g->mapping);
        count_down(&g->inhibit_any);
    }
    limit(&g->explicit_policy, c->has_require_explicit, c->require_explicit);
    limit(&g->mapping, c->has_inhibit_mapping, c->inhibit_mapping);
    limit(&g->inhibit_any, c->has_inhibit_any, c->inhibit_any);
}

static bool user_wants(struct graph *g, struct bytes oid) {
    for (size_t i = 0; i < g->q->n_policies; i++)
        if (same(g, g->q->policies[i], oid)) return true;
    return false;
}

/* 6.1.5 g: something is left between what the path is valid for and what the user wants. */
static bool is_wanted(struct graph *g) {
    struct level *last = &g->levels[g->n - 1];
    if (is_empty(last)) return false;
    if (g->q->n_policies == 0 || user_wants(g, pki_any_policy) || last->has_any) return true;
    for (size_t i = 0; i < last->n; i++) last->nodes[i].reached = true;
    for (size_t depth = g->n; depth-- > 0;) {
        const struct level *l = &g->levels[depth];
        for (size_t i = 0; i < l->n; i++) {
            const struct node *node = &l->nodes[i];
            if (!node->reached) continue;
            if (node->n_parents == 0 && user_wants(g, node->oid)) return true;
            for (size_t p = 0; p < node->n_parents; p++)
                g->levels[depth - 1].nodes[node->parents[p]].reached = true;
        }
    }
    return false;
}

static void refuse(struct graph *g, const struct pki_cert *c, size_t depth) {
    pki_path_add(g->path, PKI_PROBLEM_POLICY, depth,
                 "an explicit policy is required, and at %s none is left that the whole path allows%s",
                 pki_name_text(g->path->a, c->subject),
                 depth == 0 && g->q->n_policies ? " and that was asked for" : "");
}

/* One certificate; false: the path has failed. */
static bool step(struct graph *g, const struct pki_cert *c, size_t depth) {
    struct level *l = &g->levels[g->n - 1];
    bool last = depth == 0;
    take_policies(g, l, c, g->inhibit_any > 0 || (!last && c->self_issued));
    if (g->explicit_policy == 0 && is_empty(l)) {
        refuse(g, c, depth);
        return false;
    }
    if (last) { /* 6.1.5 a, b */
        count_down(&g->explicit_policy);
        limit(&g->explicit_policy, c->has_require_explicit && c->require_explicit == 0, 0);
        if (g->explicit_policy == 0 && !is_wanted(g)) refuse(g, c, depth);
        return true;
    }
    if (maps_any(c)) {
        pki_path_add(g->path, PKI_PROBLEM_POLICY_MAPPING, depth, "%s maps anyPolicy (RFC 5280 6.1.4 a)",
                     pki_name_text(g->path->a, c->subject));
        return false;
    }
    if (g->mapping == 0) drop_mapped(g, l, c);
    expect(g, l, &g->levels[g->n], c);
    g->n++;
    take_constraints(g, c);
    return true;
}

void pki_judge_policies(struct pki_pool *pool, const struct pki_query *q, struct pki_path *path, size_t from,
                        uint64_t *comparisons) {
    if (*comparisons == 0) return; /* names used it up, which is told */
    struct graph g = {.a = path->a, .left = comparisons, .q = q, .path = path, .n = 1};
    uint64_t all = (uint64_t)from + 2;
    g.levels = ARENA_ARRAY(g.a, struct level, from + 2);
    g.levels[0].has_any = true;
    g.explicit_policy = q->explicit_policy ? 0 : all;
    g.inhibit_any = q->inhibit_any ? 0 : all;
    g.mapping = q->inhibit_mapping ? 0 : all;
    for (size_t depth = from + 1; depth-- > 0;)
        if (!step(&g, &pki_pool_item(pool, path->items[depth])->cert, depth)) break;
    if (*comparisons == 0)
        pki_path_add(path, PKI_PROBLEM_POLICY, from, "the path has more policies than can be compared");
}
