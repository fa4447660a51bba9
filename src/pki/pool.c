/* The certificates at hand: read once, indexed by subject, keys and names numbered, signatures remembered. */
#include "pki/pool.h"

static const uint32_t NONE = UINT32_MAX;
/* Equal hashes that are followed before two things are taken for different: only who makes collisions on
 * purpose gets there, and hides nothing but his own certificates. */
enum { MAX_COLLISIONS = 64, FIRST_ROOM = 64 };

struct pki_pool *pki_pool_new(struct arena *a) {
    struct pki_pool *pool = ARENA_NEW(a, struct pki_pool);
    pool->a = a;
    pool->checks_left = UINT64_MAX;
    return pool;
}

size_t pki_pool_count(const struct pki_pool *pool) {
    return pool->n;
}

const struct pki_item *pki_pool_item(const struct pki_pool *pool, size_t i) {
    return &pool->slots[i]->item;
}

static uint64_t hash_bytes(struct bytes b) {
    uint64_t h = 0x9E3779B97F4A7C15u ^ b.n;
    for (; b.n >= 8; b = bytes_cut(b, 8, b.n)) {
        uint64_t word;
        memcpy(&word, b.p, 8);
        h = (h ^ word) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    for (size_t i = 0; i < b.n; i++) h = (h ^ b.p[i]) * 0x100000001B3u;
    return h ^ h >> 29;
}

/* ---- an index: hashes to numbers that count up ---- */

static void index_grow(struct arena *a, struct pki_index *x) {
    uint32_t room = x->room ? x->room * 2 : FIRST_ROOM;
    uint64_t *hashes = ARENA_ARRAY(a, uint64_t, room);
    uint32_t *next = ARENA_ARRAY(a, uint32_t, room), *heads = ARENA_ARRAY(a, uint32_t, room);
    memset(heads, 0xFF, room * sizeof(*heads));
    if (x->n) memcpy(hashes, x->hashes, x->n * sizeof(*hashes));
    for (uint32_t i = 0; i < x->n; i++) {
        uint32_t *head = &heads[hashes[i] & (room - 1)];
        next[i] = *head;
        *head = i;
    }
    x->hashes = hashes;
    x->next = next;
    x->heads = heads;
    x->room = room;
}

static uint32_t index_add(struct arena *a, struct pki_index *x, uint64_t hash) {
    if (x->n == x->room) index_grow(a, x);
    uint32_t i = x->n++, *head = &x->heads[hash & (x->room - 1)];
    x->hashes[i] = hash;
    x->next[i] = *head;
    *head = i;
    return i;
}

/* The next number with this hash after `at` (NONE: the first). */
static uint32_t index_next(const struct pki_index *x, uint64_t hash, uint32_t at) {
    if (x->room == 0) return NONE;
    at = at == NONE ? x->heads[hash & (x->room - 1)] : x->next[at];
    while (at != NONE && x->hashes[at] != hash) at = x->next[at];
    return at;
}

/* ---- numbers for names and keys ---- */

static void *grown(struct arena *a, void *old, size_t n, size_t size) {
    if (n < FIRST_ROOM ? n > 0 : (n & (n - 1)) != 0) return old;
    void *p = arena_alloc(a, size * (n < FIRST_ROOM ? FIRST_ROOM : n * 2));
    if (n) memcpy(p, old, n * size);
    return p;
}

static uint32_t find_name(const struct pki_pool *pool, struct bytes name, uint64_t hash) {
    unsigned tries = 0;
    for (uint32_t i = index_next(&pool->names, hash, NONE); i != NONE && tries++ < MAX_COLLISIONS;
         i = index_next(&pool->names, hash, i))
        if (pki_name_eq(pool->name_of[i].name, name)) return i;
    return NONE;
}

static uint32_t name_number_by_hash(struct pki_pool *pool, struct bytes name) {
    uint64_t hash = pki_name_hash(name);
    uint32_t i = find_name(pool, name, hash);
    if (i != NONE) return i;
    pool->name_of = grown(pool->a, pool->name_of, pool->names.n, sizeof(*pool->name_of));
    i = index_add(pool->a, &pool->names, hash);
    pool->name_of[i] = (struct pki_pool_name){name, NONE, NONE};
    return i;
}

/* Neighbours in a file often share their names. */
static uint32_t name_number(struct pki_pool *pool, struct bytes name) {
    if (pool->names.n == 0 || !bytes_eq(pool->name_of[pool->last_name].name, name))
        pool->last_name = name_number_by_hash(pool, name);
    return pool->last_name;
}

static uint32_t key_number(struct pki_pool *pool, const struct cert_sig_key *key) {
    uint64_t hash = hash_bytes(key->spki);
    unsigned tries = 0;
    for (uint32_t i = index_next(&pool->keys, hash, NONE); i != NONE && tries++ < MAX_COLLISIONS;
         i = index_next(&pool->keys, hash, i))
        if (bytes_eq(pool->key_of[i].spki, key->spki)) return i;
    pool->key_of = grown(pool->a, pool->key_of, pool->keys.n, sizeof(*pool->key_of));
    uint32_t i = index_add(pool->a, &pool->keys, hash);
    pool->key_of[i] = *key;
    return i;
}

static uint32_t find_der(const struct pki_pool *pool, struct bytes der, uint64_t hash) {
    unsigned tries = 0;
    for (uint32_t i = index_next(&pool->ders, hash, NONE); i != NONE && tries++ < MAX_COLLISIONS;
         i = index_next(&pool->ders, hash, i))
        if (bytes_eq(pool->slots[i]->item.cert.der, der)) return i;
    return NONE;
}

size_t pki_pool_add(struct pki_pool *pool, struct bytes der, unsigned origins) {
    uint64_t hash = hash_bytes(der);
    uint32_t i = find_der(pool, der, hash);
    if (i != NONE) {
        pool->sent_twice |= (pool->slots[i]->item.origins & origins & PKI_SENT) != 0;
        pool->slots[i]->item.origins |= origins;
        return i;
    }
    struct pki_slot *s = ARENA_NEW(pool->a, struct pki_slot);
    (void)pki_cert_read(der, &s->item.cert);
    pool->slots = grown(pool->a, pool->slots, pool->n, sizeof(struct pki_slot *));
    i = index_add(pool->a, &pool->ders, hash);
    pool->slots[i] = s;
    pool->n++;
    s->item.origins = origins;
    s->item.place = i;
    const struct pki_cert *c = &s->item.cert;
    s->item.subject_id = name_number(pool, c->subject);
    s->item.issuer_id = c->self_issued ? s->item.subject_id : name_number(pool, c->issuer);
    s->item.key_id = key_number(pool, &(struct cert_sig_key){c->key.spki, c->key.type, c->key.group,
                                                             c->key.bits, c->key.rsa_n, c->key.rsa_e});
    s->next = s->signer = NONE;
    struct pki_pool_name *name = &pool->name_of[s->item.subject_id];
    if (name->first == NONE)
        name->first = i;
    else
        pool->slots[name->last]->next = i;
    name->last = i;
    return i;
}

static size_t widened(uint32_t i) {
    return i == NONE ? SIZE_MAX : i;
}

size_t pki_pool_issuer(const struct pki_pool *pool, size_t cert) {
    return widened(pool->name_of[pool->slots[cert]->item.issuer_id].first);
}

size_t pki_pool_first(const struct pki_pool *pool, struct bytes subject) {
    uint32_t i = find_name(pool, subject, pki_name_hash(subject));
    return i == NONE ? SIZE_MAX : widened(pool->name_of[i].first);
}

size_t pki_pool_next(const struct pki_pool *pool, size_t i) {
    return widened(pool->slots[i]->next);
}

/* ---- signatures ---- */

/* By (issuer's key, certificate): both are exact, so that nothing hangs on a hash. */
static struct pki_memo *memo_slot(struct pki_pool *pool, uint64_t key) {
    struct pki_memo *m = pool->memos;
    size_t mask = pool->memo_room - 1, at = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & mask;
    while (m[at].used && m[at].key != key) at = (at + 1) & mask;
    return &m[at];
}

static void memo_grow(struct pki_pool *pool) {
    struct pki_memo *old = pool->memos;
    size_t n = pool->memo_room;
    pool->memo_room = n ? n * 2 : FIRST_ROOM;
    pool->memos = ARENA_ARRAY(pool->a, struct pki_memo, pool->memo_room);
    for (size_t i = 0; i < n; i++)
        if (old[i].used) *memo_slot(pool, old[i].key) = old[i];
}

/* What a check costs of the budget: one, and more for keys and certificates that nobody has in earnest. */
static uint64_t weight_of(const struct cert_sig_key *key, const struct pki_cert *c) {
    enum { KEY_UNIT = 512, BYTES_UNIT = 1 << 16 };
    uint64_t size = (key->rsa_n.n ? key->rsa_n.n : key->bits.n) / KEY_UNIT;
    return 1 + size * size + c->tbs.n / BYTES_UNIT;
}

enum pki_signature pki_pool_signed_by(struct pki_pool *pool, size_t cert, uint32_t key_id, uint64_t *checks) {
    static const enum pki_signature meaning[] = {[CERT_SIG_NO] = PKI_SIGNATURE_NO,
                                                 [CERT_SIG_YES] = PKI_SIGNATURE_YES,
                                                 [CERT_SIG_UNKNOWN] = PKI_SIGNATURE_UNKNOWN};
    if (pool->n_memos * 2 >= pool->memo_room) memo_grow(pool);
    struct pki_memo *m = memo_slot(pool, (uint64_t)key_id << 32 | cert);
    if (m->used) return m->result;
    struct pki_slot *slot = pool->slots[cert];
    const struct pki_cert *c = &slot->item.cert;
    /* A signature is made by one key: who is known to have signed rules out every other. (Keys can be made to
     * fit a signature that is there, but only for junk beside one's own certificate.) */
    if (slot->signer != NONE && slot->signer != key_id) return PKI_SIGNATURE_NO;
    uint64_t weight = weight_of(&pool->key_of[key_id], c);
    if (pool->checks_left < weight) {
        pool->checks_used_up = true;
        return PKI_SIGNATURE_UNKNOWN;
    }
    pool->checks_left -= weight;
    if (checks) ++*checks;
    enum cert_sig got = cert_sig_verify_key(&pool->key_of[key_id], c->outer.all, c->tbs, c->signature);
    *m = (struct pki_memo){(uint64_t)key_id << 32 | cert, true, meaning[got]};
    pool->n_memos++;
    if (got == CERT_SIG_YES) slot->signer = key_id;
    return m->result;
}

uint32_t pki_pool_key(struct pki_pool *pool, struct bytes spki) {
    return key_number(pool, &(struct cert_sig_key){.spki = spki});
}

enum pki_signature pki_pool_signed(struct pki_pool *pool, size_t cert, size_t issuer, uint64_t *checks) {
    return pki_pool_signed_by(pool, cert, pool->slots[issuer]->item.key_id, checks);
}
