#include "probe/job.h"

/* One key pair a group for the whole diagnosis: nothing secret is ever sent, and a key costs more than the
 * rest of a hello. GREASE groups and unknown ones (NULL) stand here too. */
struct pooled {
    uint16_t group;
    struct kx *kx;
    struct pooled *next;
};

/* A server shows the same certificate again and again, and OpenSSL takes half a millisecond to read its key.
 */
struct read_key {
    struct bytes cert;
    struct pubkey *key;
    struct read_key *next;
};

struct key_pool {
    struct arena *a;
    struct pooled *first;
    struct read_key *first_read;
};

struct key_pool *key_pool_new(struct arena *a) {
    struct key_pool *pool = ARENA_NEW(a, struct key_pool);
    pool->a = a;
    return pool;
}

void key_pool_free(struct key_pool *pool) {
    for (struct pooled *k = pool->first; k; k = k->next) kx_free(k->kx);
    for (struct read_key *k = pool->first_read; k; k = k->next) pubkey_free(k->key);
    pool->first = NULL;
    pool->first_read = NULL;
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

const struct pubkey *key_pool_public(struct key_pool *pool, struct bytes cert) {
    for (const struct read_key *k = pool->first_read; k; k = k->next)
        if (bytes_eq(k->cert, cert)) return k->key;
    struct read_key *k = ARENA_NEW(pool->a, struct read_key);
    *k = (struct read_key){arena_copy(pool->a, cert), pubkey_from_cert(cert), pool->first_read};
    pool->first_read = k;
    return k->key;
}
