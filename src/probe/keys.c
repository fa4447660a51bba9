#include "probe/job.h"

/* One key pair a group for the whole diagnosis: nothing secret is ever sent, and a key costs more than the
 * rest of a hello. GREASE groups and unknown ones (NULL) stand here too. */
struct pooled {
    uint16_t group;
    struct kx *kx;
    struct pooled *next;
};

struct key_pool {
    struct arena *a;
    struct pooled *first;
};

struct key_pool *key_pool_new(struct arena *a) {
    struct key_pool *pool = ARENA_NEW(a, struct key_pool);
    pool->a = a;
    return pool;
}

void key_pool_free(struct key_pool *pool) {
    for (struct pooled *k = pool->first; k; k = k->next) kx_free(k->kx);
    pool->first = NULL;
}

const struct kx *key_pool_get(void *arg, uint16_t group) {
    struct key_pool *pool = arg;
    for (const struct pooled *k = pool->first; k; k = k->next)
        if (k->group == group) return k->kx;
    struct pooled *k = ARENA_NEW(pool->a, struct pooled);
    *k = (struct pooled){.group = group, .kx = kx_new(group), .next = pool->first};
    pool->first = k;
    return k->kx;
}
