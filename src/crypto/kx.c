/* Ephemeral key pairs and what two sides derive from them. */
#include "crypto/lib.h"

#include <assert.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

struct kx {
    uint16_t group;
    EVP_PKEY *pkey; /* NULL for own DH parameters and GREASE */
    BIGNUM *p, *x;  /* own DH parameters: prime and exponent */
    uint8_t *public_key;
    size_t public_n;
    bool whole; /* a secret can be derived: not for hybrids and GREASE */
};

static const struct {
    uint16_t group;
    const char *type, *name; /* EVP key type, and its group where it has one */
} kinds[] = {
    {GROUP_X25519, "X25519", NULL},       {GROUP_X448, "X448", NULL},
    {GROUP_SECP256R1, "EC", "P-256"},     {GROUP_SECP384R1, "EC", "P-384"},
    {GROUP_SECP521R1, "EC", "P-521"},     {GROUP_FFDHE2048, "DH", "ffdhe2048"},
    {GROUP_FFDHE3072, "DH", "ffdhe3072"}, {GROUP_FFDHE4096, "DH", "ffdhe4096"},
    {GROUP_FFDHE6144, "DH", "ffdhe6144"}, {GROUP_FFDHE8192, "DH", "ffdhe8192"},
};

static EVP_PKEY *generate(uint16_t group) {
    for (size_t i = 0; i < TW_COUNT(kinds); i++) {
        if (kinds[i].group != group) continue;
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(lib_ctx(), kinds[i].type, NULL);
        EVP_PKEY *key = NULL;
        bool ok = ctx && EVP_PKEY_keygen_init(ctx) > 0 &&
                  (!kinds[i].name || EVP_PKEY_CTX_set_group_name(ctx, kinds[i].name) > 0);
        if (ok) EVP_PKEY_generate(ctx, &key);
        EVP_PKEY_CTX_free(ctx);
        return key;
    }
    return NULL;
}

static struct kx *kx_alloc(uint16_t group, size_t public_n) {
    struct kx *k = mem_alloc(sizeof(*k));
    *k = (struct kx){.group = group, .public_key = mem_alloc(public_n), .public_n = public_n};
    return k;
}

static struct kx *from_pkey(uint16_t group, EVP_PKEY *key) {
    const struct group *g = group_by_id(group);
    unsigned char *encoded = NULL;
    size_t n = EVP_PKEY_get1_encoded_public_key(key, &encoded);
    size_t want =
        g && g->kind == GROUP_FFDHE ? g->share_size : n; /* RFC 8446 4.2.8.1: padded to the prime's size */
    if (n == 0 || want < n) {
        OPENSSL_free(encoded);
        EVP_PKEY_free(key);
        return NULL;
    }
    struct kx *k = kx_alloc(group, want);
    memcpy(k->public_key + (want - n), encoded, n);
    OPENSSL_free(encoded);
    k->pkey = key;
    k->whole = true;
    return k;
}

/* An ML-KEM encapsulation key that passes the receiver's check (FIPS 203 7.2): coefficients below q = 3329,
 * twelve bits each, and the seed. Nobody knows its secret, so nothing can be decapsulated; the hello is
 * well-formed all the same. */
static void fill_encapsulation_key(uint8_t *out, size_t n) {
    enum { Q = 3329, SEED = 32 };
    for (size_t i = 0; i + 3 <= n - SEED; i += 3) {
        uint8_t r[4];
        crypto_random(r, sizeof(r));
        unsigned a = (unsigned)(r[0] | r[1] << 8) % Q, b = (unsigned)(r[2] | r[3] << 8) % Q;
        out[i] = (uint8_t)a;
        out[i + 1] = (uint8_t)(a >> 8 | (b & 15) << 4);
        out[i + 2] = (uint8_t)(b >> 4);
    }
    crypto_random(out + n - SEED, SEED);
}

/* Which classical group a hybrid holds, how long the encapsulation key is, and which comes first on the wire.
 */
static const struct {
    uint16_t group, classical;
    size_t kem_n;
    bool kem_first;
} hybrids[] = {
    {GROUP_X25519MLKEM768, GROUP_X25519, 1184, true},
    {GROUP_SECP256R1MLKEM768, GROUP_SECP256R1, 1184, false},
    {GROUP_SECP384R1MLKEM1024, GROUP_SECP384R1, 1568, false},
    {GROUP_X25519KYBER768DRAFT00, GROUP_X25519, 1184, false},
};

static struct kx *new_hybrid(size_t i) {
    struct kx *classical = kx_new(hybrids[i].classical);
    if (!classical) return NULL;
    struct kx *k = kx_alloc(hybrids[i].group, classical->public_n + hybrids[i].kem_n);
    size_t kem_at = hybrids[i].kem_first ? 0 : classical->public_n;
    size_t other_at = hybrids[i].kem_first ? hybrids[i].kem_n : 0;
    fill_encapsulation_key(k->public_key + kem_at, hybrids[i].kem_n);
    memcpy(k->public_key + other_at, classical->public_key, classical->public_n);
    kx_free(classical);
    return k;
}

struct kx *kx_new(uint16_t group) {
    if (is_grease(group)) return kx_alloc(group, 1);
    for (size_t i = 0; i < TW_COUNT(hybrids); i++)
        if (hybrids[i].group == group) return new_hybrid(i);
    EVP_PKEY *key = generate(group);
    return key ? from_pkey(group, key) : NULL;
}

/* libcrypto wants the point beside the number, so it is computed first. */
static EVP_PKEY *ec_from_private(const char *curve, struct bytes priv) {
    unsigned char point[1 + 2 * 66];
    BIGNUM *d = BN_bin2bn(priv.p, (int)priv.n, NULL);
    EC_GROUP *group = EC_GROUP_new_by_curve_name_ex(lib_ctx(), NULL, EC_curve_nist2nid(curve));
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    bool ok = d && q && EC_POINT_mul(group, q, d, NULL, NULL, NULL) > 0;
    size_t n =
        ok ? EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, sizeof(point), NULL) : 0;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(lib_ctx(), "EC", NULL);
    EVP_PKEY *key = NULL;
    ok = n > 0 && build && ctx &&
         OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) &&
         OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d) &&
         OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, n);
    OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
    if (params && EVP_PKEY_fromdata_init(ctx) > 0) EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    EC_POINT_free(q);
    EC_GROUP_free(group);
    BN_clear_free(d);
    return key;
}

struct kx *kx_from_private(uint16_t group, struct bytes priv) {
    EVP_PKEY *key = NULL;
    for (size_t i = 0; i < TW_COUNT(kinds) && !key; i++) {
        if (kinds[i].group != group) continue;
        if (!kinds[i].name)
            key = EVP_PKEY_new_raw_private_key_ex(lib_ctx(), kinds[i].type, NULL, priv.p, priv.n);
        else if (kinds[i].type[0] == 'E')
            key = ec_from_private(kinds[i].name, priv);
    }
    return key ? from_pkey(group, key) : NULL;
}

struct kx *kx_new_dh(struct bytes p, struct bytes g) {
    BIGNUM *prime = BN_bin2bn(p.p, (int)p.n, NULL), *base = BN_bin2bn(g.p, (int)g.n, NULL);
    BIGNUM *x = BN_new(), *y = BN_new();
    BN_CTX *ctx = BN_CTX_new_ex(lib_ctx());
    struct kx *k = NULL;
    bool sane = prime && base && x && y && ctx && BN_is_odd(prime) && BN_num_bits(prime) >= 16 &&
                BN_num_bits(prime) <= 16384;
    if (sane && BN_rand_range_ex(x, prime, 0, ctx) && BN_mod_exp(y, base, x, prime, ctx)) {
        k = kx_alloc(0, (size_t)BN_num_bytes(y) ? (size_t)BN_num_bytes(y) : 1);
        BN_bn2binpad(y, k->public_key, (int)k->public_n);
        k->p = BN_dup(prime);
        k->x = BN_dup(x);
        k->whole = true;
    }
    BN_free(prime);
    BN_free(base);
    BN_clear_free(x);
    BN_free(y);
    BN_CTX_free(ctx);
    return k;
}

void kx_free(struct kx *k) {
    if (!k) return;
    EVP_PKEY_free(k->pkey);
    BN_free(k->p);
    BN_clear_free(k->x);
    mem_free(k->public_key);
    mem_free(k);
}

struct bytes kx_public(const struct kx *k) {
    return bytes_of(k->public_key, k->public_n);
}

/* Both shares of a named group are of one size: numbers are padded (RFC 8446 4.2.8.1), and points travel
 * uncompressed, which the first byte says (RFC 8446 4.2.8.2, RFC 8422 5.4.1). libcrypto is more lenient. */
static bool well_formed(const struct kx *k, struct bytes peer) {
    const struct group *g = group_by_id(k->group);
    return peer.n == k->public_n &&
           (!g || g->kind != GROUP_ECDH || peer.p[0] == POINT_CONVERSION_UNCOMPRESSED);
}

static EVP_PKEY *peer_key(const struct kx *k, struct bytes peer) {
    EVP_PKEY *key = EVP_PKEY_new();
    if (key && EVP_PKEY_copy_parameters(key, k->pkey) &&
        EVP_PKEY_set1_encoded_public_key(key, peer.p, peer.n) > 0)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static bool derive_pkey(const struct kx *k, struct bytes peer, uint8_t *out, size_t *n) {
    EVP_PKEY *other = peer_key(k, peer);
    EVP_PKEY_CTX *ctx = other ? EVP_PKEY_CTX_new_from_pkey(lib_ctx(), k->pkey, NULL) : NULL;
    const struct group *g = group_by_id(k->group);
    int pad =
        1; /* DH: the shared secret keeps its leading zeros (RFC 8446 7.4.1); stripped by the caller's wish */
    OSSL_PARAM params[] = {OSSL_PARAM_construct_int(OSSL_EXCHANGE_PARAM_PAD, &pad),
                           OSSL_PARAM_construct_end()};
    bool dh = g && g->kind == GROUP_FFDHE;
    bool ok = ctx && EVP_PKEY_derive_init_ex(ctx, dh ? params : NULL) > 0 &&
              EVP_PKEY_derive_set_peer(ctx, other) > 0 && EVP_PKEY_derive(ctx, out, n) > 0;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(other);
    ERR_clear_error();
    return ok;
}

static bool derive_dh(const struct kx *k, struct bytes peer, uint8_t *out, size_t *n) {
    BN_CTX *ctx = BN_CTX_new_ex(lib_ctx());
    BIGNUM *y = BN_bin2bn(peer.p, (int)peer.n, NULL), *top = BN_dup(k->p), *z = BN_new();
    size_t size = (size_t)BN_num_bytes(k->p);
    /* 1 < y < p-1: the others give the secret away (RFC 2631 2.1.5). */
    bool ok = ctx && y && top && z && size <= CRYPTO_SHARE_MAX && BN_sub_word(top, 1) &&
              BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, top) < 0 && BN_mod_exp(z, y, k->x, k->p, ctx) &&
              BN_bn2binpad(z, out, (int)size) > 0;
    *n = size;
    BN_free(y);
    BN_free(top);
    BN_clear_free(z);
    BN_CTX_free(ctx);
    return ok;
}

bool kx_derive(const struct kx *k, struct bytes peer, bool strip, uint8_t out[CRYPTO_SHARE_MAX],
               size_t *ret_n) {
    size_t n = CRYPTO_SHARE_MAX;
    if (!k->whole || peer.n == 0 || peer.n > CRYPTO_SHARE_MAX) return false;
    if (k->pkey && !well_formed(k, peer)) return false;
    if (!(k->pkey ? derive_pkey(k, peer, out, &n) : derive_dh(k, peer, out, &n))) return false;
    size_t zeros = 0;
    while (strip && zeros + 1 < n && out[zeros] == 0) zeros++;
    if (zeros > 0) memmove(out, out + zeros, n - zeros);
    *ret_n = n - zeros;
    return true;
}
