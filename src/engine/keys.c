#include "engine/internal.h"

#include <assert.h>

enum hash_alg keys_hash(uint16_t version, const struct suite *s) {
    if (version < TLS_1_2) return HASH_MD5_SHA1;
    return s->hash == PRF_SHA384 ? HASH_SHA384 : HASH_SHA256;
}

void keys_log(struct engine *e, struct bytes msg) {
    if (e->hash)
        hash_add(e->hash, msg);
    else
        buffer_add(&e->early, msg);
}

void keys_hash_begin(struct engine *e) {
    e->alg = keys_hash(e->version, e->suite);
    e->hash = hash_new(e->alg);
    hash_add(e->hash, buffer_bytes(&e->early));
    buffer_free(&e->early);
}

void keys_hash_retry(struct engine *e, enum hash_alg alg) {
    uint8_t first[HANDSHAKE_HEADER + HASH_MAX] = {HS_MESSAGE_HASH};
    struct bytes all = buffer_bytes(&e->early);
    size_t n = hash_once(alg, bytes_cut(all, 0, e->hello_n), first + HANDSHAKE_HEADER);
    first[HANDSHAKE_HEADER - 1] = (uint8_t)n;
    struct buffer fresh = {0};
    buffer_add(&fresh, bytes_of(first, HANDSHAKE_HEADER + n));
    buffer_add(&fresh, bytes_cut(all, e->hello_n, all.n));
    buffer_free(&e->early);
    e->early = fresh;
}

void seal_replace(struct seal **at, struct seal *by) {
    seal_free(*at);
    *at = by;
}

/* TLS 1.0 to 1.2 */

void keys12_master(struct engine *e, struct bytes premaster) {
    uint8_t seed[64], session_hash[HASH_MAX];
    bool ok;
    if (e->ems) { /* RFC 7627 4 */
        size_t n = hash_now(e->hash, session_hash);
        ok = tls_prf(e->alg, premaster, "extended master secret", bytes_of(session_hash, n), e->master,
                     MASTER_SIZE);
    } else {
        memcpy(seed, e->hello.random, 32);
        memcpy(seed + 32, e->t->server_random.p, 32);
        ok = tls_prf(e->alg, premaster, "master secret", bytes_of(seed, 64), e->master, MASTER_SIZE);
    }
    assert(ok);
    (void)ok;
}

/* RFC 5246 6.3: MAC keys, keys, IVs, each the client's first. */
bool keys12_derive(struct engine *e) {
    uint8_t seed[64], block[2 * (HASH_MAX + CRYPTO_KEY_MAX + 32)];
    size_t mac = seal_mac_size(e->suite->mac), key = seal_key_size(e->suite->cipher);
    size_t iv = seal_iv_size(e->suite->cipher, e->version);
    assert(2 * (mac + key + iv) <= sizeof(block));
    memcpy(seed, e->t->server_random.p, 32);
    memcpy(seed + 32, e->hello.random, 32);
    if (!tls_prf(e->alg, bytes_of(e->master, MASTER_SIZE), "key expansion", bytes_of(seed, 64), block,
                 2 * (mac + key + iv)))
        return false;
    struct seal_params p = {
        .cipher = e->suite->cipher, .mac = e->suite->mac, .version = e->version, .encrypt_then_mac = e->etm};
    for (unsigned server = 0; server < 2; server++) {
        p.mac_key = bytes_of(block + server * mac, mac);
        p.key = bytes_of(block + 2 * mac + server * key, key);
        p.iv = bytes_of(block + 2 * (mac + key) + server * iv, iv);
        seal_replace(server ? &e->next_read : &e->next_write, seal_new(&p));
    }
    return e->next_read && e->next_write;
}

void keys12_finished(struct engine *e, enum side who, struct bytes hash, uint8_t out[VERIFY_SIZE]) {
    const char *label = who == SIDE_CLIENT ? "client finished" : "server finished";
    bool ok = tls_prf(e->alg, bytes_of(e->master, MASTER_SIZE), label, hash, out, VERIFY_SIZE);
    assert(ok);
    (void)ok;
}

/* TLS 1.3: RFC 8446 7.1 */

static void derive_by(enum hash_alg alg, const struct secret *from, const char *label, struct bytes hash,
                      struct secret *to) {
    struct secret made = {.n = hash_size(alg)};
    bool ok = hkdf_expand_label(alg, secret_bytes(from), label, hash, made.p, made.n);
    assert(ok);
    (void)ok;
    *to = made;
}

static void derive(struct engine *e, const struct secret *from, const char *label, struct bytes hash,
                   struct secret *to) {
    derive_by(e->alg, from, label, hash, to);
}

/* One step down the schedule: Derive-Secret(., "derived", ""), then extract with the new input. */
static void advance(struct engine *e, struct bytes ikm) {
    uint8_t empty[HASH_MAX];
    struct secret salt;
    size_t n = hash_once(e->alg, (struct bytes){0}, empty);
    derive(e, &e->secret, "derived", bytes_of(empty, n), &salt);
    bool ok = hkdf_extract(e->alg, secret_bytes(&salt), ikm, e->secret.p);
    assert(ok);
    (void)ok;
}

static struct seal *seal_of(const struct suite *suite, enum hash_alg alg, const struct secret *s) {
    uint8_t key[CRYPTO_KEY_MAX], iv[32];
    struct seal_params p = {.cipher = suite->cipher, .mac = suite->mac, .version = TLS_1_3};
    size_t key_n = seal_key_size(p.cipher), iv_n = seal_iv_size(p.cipher, p.version);
    assert(key_n <= sizeof(key) && iv_n <= sizeof(iv));
    if (!hkdf_expand_label(alg, secret_bytes(s), "key", (struct bytes){0}, key, key_n) ||
        !hkdf_expand_label(alg, secret_bytes(s), "iv", (struct bytes){0}, iv, iv_n))
        return NULL;
    p.key = bytes_of(key, key_n);
    p.iv = bytes_of(iv, iv_n);
    return seal_new(&p);
}

struct seal *keys13_seal(struct engine *e, const struct secret *s) {
    return seal_of(e->suite, e->alg, s);
}

bool keys13_handshake(struct engine *e, struct bytes shared) {
    static const uint8_t zeros[HASH_MAX];
    uint8_t now[HASH_MAX];
    struct bytes none = bytes_of(zeros, hash_size(e->alg));
    struct bytes hash = bytes_of(now, hash_now(e->hash, now));
    e->secret.n = none.n;
    const struct eng_session *s = e->t->resumed ? e->cfg.resume : NULL;
    struct bytes psk = s ? bytes_of(s->secret, s->secret_n) : none;
    if (!hkdf_extract(e->alg, none, psk, e->secret.p)) return false;
    advance(e, shared);
    derive(e, &e->secret, "c hs traffic", hash, &e->client_hs);
    derive(e, &e->secret, "s hs traffic", hash, &e->server_hs);
    seal_replace(&e->read, keys13_seal(e, &e->server_hs));
    seal_replace(&e->write, keys13_seal(e, &e->client_hs));
    return e->read && e->write;
}

void keys13_application(struct engine *e) {
    static const uint8_t zeros[HASH_MAX];
    uint8_t now[HASH_MAX];
    struct bytes hash = bytes_of(now, hash_now(e->hash, now));
    advance(e, bytes_of(zeros, hash_size(e->alg)));
    derive(e, &e->secret, "c ap traffic", hash, &e->client_app);
    derive(e, &e->secret, "s ap traffic", hash, &e->server_app);
}

void keys13_finished(struct engine *e, const struct secret *base, struct bytes hash, uint8_t out[HASH_MAX]) {
    struct secret key;
    derive(e, base, "finished", (struct bytes){0}, &key);
    bool ok = hmac(e->alg, secret_bytes(&key), hash, out);
    assert(ok);
    (void)ok;
}

void keys13_update(struct engine *e, struct secret *s) {
    derive(e, s, "traffic upd", (struct bytes){0}, s);
}

void keys13_resumption(struct engine *e) {
    uint8_t now[HASH_MAX];
    size_t n = hash_now(e->hash, now);
    derive(e, &e->secret, "res master", bytes_of(now, n), &e->resumption);
}

size_t keys13_psk(struct engine *e, struct bytes nonce, uint8_t out[HASH_MAX]) {
    struct secret psk;
    derive(e, &e->resumption, "resumption", nonce, &psk);
    memcpy(out, psk.p, psk.n);
    return psk.n;
}

/* The secret at the top of the schedule, of the PSK alone. */
static void early_secret(const struct eng_session *s, struct secret *ret) {
    static const uint8_t zeros[HASH_MAX];
    ret->n = hash_size(s->alg);
    bool ok = hkdf_extract(s->alg, bytes_of(zeros, ret->n), bytes_of(s->secret, s->secret_n), ret->p);
    assert(ok);
    (void)ok;
}

/* RFC 8446 4.2.11.2: computed as Finished is, with a key of the PSK alone. */
void keys13_binder(const struct eng_session *s, struct bytes hash, uint8_t out[HASH_MAX]) {
    uint8_t empty[HASH_MAX];
    size_t n = hash_once(s->alg, (struct bytes){0}, empty);
    struct secret early, binder, key;
    early_secret(s, &early);
    derive_by(s->alg, &early, "res binder", bytes_of(empty, n), &binder);
    derive_by(s->alg, &binder, "finished", (struct bytes){0}, &key);
    bool ok = hmac(s->alg, secret_bytes(&key), hash, out);
    assert(ok);
    (void)ok;
}

struct seal *keys13_early(const struct eng_session *s, struct bytes hash) {
    struct secret early, traffic;
    const struct suite *suite = suite_by_id(s->suite);
    early_secret(s, &early);
    derive_by(s->alg, &early, "c e traffic", hash, &traffic);
    return suite ? seal_of(suite, s->alg, &traffic) : NULL;
}
