/* HMAC and what TLS builds on it: HKDF (RFC 5869, RFC 8446 7.1) and the PRF of 1.0 to 1.2 (RFC 2246 5, RFC
 * 5246 5). HMAC is written out over the hash (RFC 2104): two hashes cost less than fetching a MAC object. */
#include "crypto/lib.h"

#include "base/wr.h"

#include <assert.h>

enum { BLOCK_MAX = 128 };

static size_t block_size(enum hash_alg alg) {
    return alg == HASH_SHA384 || alg == HASH_SHA512 ? 128 : 64;
}

static void hmac_parts(enum hash_alg alg, struct bytes key, const struct bytes *parts, size_t n_parts,
                       uint8_t *out) {
    uint8_t pad[BLOCK_MAX] = {0}, inner[HASH_MAX];
    size_t block = block_size(alg);
    if (key.n > block)
        (void)hash_once(alg, key, pad);
    else if (key.n)
        memcpy(pad, key.p, key.n);
    for (size_t i = 0; i < block; i++) pad[i] ^= 0x36;
    struct hash *h = hash_new(alg);
    hash_add(h, bytes_of(pad, block));
    for (size_t i = 0; i < n_parts; i++) hash_add(h, parts[i]);
    size_t n = hash_now(h, inner);
    hash_free(h);
    for (size_t i = 0; i < block; i++) pad[i] ^= 0x36 ^ 0x5C;
    h = hash_new(alg);
    hash_add(h, bytes_of(pad, block));
    hash_add(h, bytes_of(inner, n));
    (void)hash_now(h, out);
    hash_free(h);
}

bool hmac(enum hash_alg alg, struct bytes key, struct bytes data, uint8_t out[HASH_MAX]) {
    if (alg == HASH_MD5_SHA1) return false; /* a pair of hashes, not one */
    hmac_parts(alg, key, &data, 1, out);
    return true;
}

bool hkdf_extract(enum hash_alg alg, struct bytes salt, struct bytes ikm, uint8_t out[HASH_MAX]) {
    return hmac(alg, salt, ikm, out);
}

bool hkdf_expand_label(enum hash_alg alg, struct bytes secret, const char *label, struct bytes context,
                       uint8_t *out, size_t n) {
    uint8_t room[600], t[HASH_MAX];
    struct wr w = wr_init(room, sizeof(room));
    wr_u16(&w, (uint16_t)n);
    struct wr_mark m = wr_open(&w, 1);
    wr_str(&w, "tls13 ");
    wr_str(&w, label);
    wr_close(&w, m);
    wr_vec(&w, 1, context);
    size_t size = hash_size(alg), have = 0;
    if (w.overflow || n > 255 * size || alg == HASH_MD5_SHA1) return false;
    for (uint8_t i = 1; n > 0; i++) {
        const struct bytes parts[] = {bytes_of(t, have), wr_bytes(&w), bytes_of(&i, 1)};
        hmac_parts(alg, secret, parts, 3, t);
        have = size;
        size_t take = n < size ? n : size;
        memcpy(out, t, take);
        out += take;
        n -= take;
    }
    return true;
}

/* P_hash of RFC 5246 5, xored into `out`. */
static void p_hash(enum hash_alg alg, struct bytes secret, struct bytes label, struct bytes seed,
                   uint8_t *out, size_t n) {
    uint8_t a[HASH_MAX], block[HASH_MAX];
    size_t size = hash_size(alg);
    const struct bytes first[] = {label, seed};
    hmac_parts(alg, secret, first, 2, a);
    for (size_t at = 0; at < n; at += size) {
        const struct bytes parts[] = {bytes_of(a, size), label, seed};
        hmac_parts(alg, secret, parts, 3, block);
        for (size_t i = 0; i < size && at + i < n; i++) out[at + i] ^= block[i];
        const struct bytes next = bytes_of(a, size);
        uint8_t fresh[HASH_MAX];
        hmac_parts(alg, secret, &next, 1, fresh);
        memcpy(a, fresh, size);
    }
}

bool tls_prf(enum hash_alg alg, struct bytes secret, const char *label, struct bytes seed, uint8_t *out,
             size_t n) {
    memset(out, 0, n);
    if (alg != HASH_MD5_SHA1) {
        p_hash(alg, secret, bytes_str(label), seed, out, n);
        return true;
    }
    size_t half = (secret.n + 1) / 2; /* the halves share a byte where the length is odd */
    p_hash(HASH_MD5, bytes_cut(secret, 0, half), bytes_str(label), seed, out, n);
    p_hash(HASH_SHA1, bytes_cut(secret, secret.n - half, half), bytes_str(label), seed, out, n);
    return true;
}
