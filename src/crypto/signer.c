/* Who made a signature that does not verify: the certificate's key over other data, or another key. */
#include "crypto/lib.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

enum { RSA_BYTES_MAX = 2048, PSS_TRAILER = 0xBC };

/* What the public key makes of an RSA signature (RFC 8017 5.2.2), padding and all: its length, 0 on trouble.
 */
static size_t open_rsa(EVP_PKEY *key, struct bytes signature, uint8_t room[RSA_BYTES_MAX]) {
    BIGNUM *n = NULL, *e = NULL, *x = BN_bin2bn(signature.p, (int)signature.n, NULL);
    BN_CTX *ctx = BN_CTX_new_ex(lib_ctx());
    int size = EVP_PKEY_get_size(key);
    bool ok = x && ctx && size <= RSA_BYTES_MAX && signature.n == (size_t)size &&
              EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) > 0 &&
              EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) > 0 && BN_mod_exp(x, x, e, n, ctx) > 0 &&
              BN_bn2binpad(x, room, size) == size;
    BN_CTX_free(ctx);
    BN_free(n);
    BN_free(e);
    BN_free(x);
    return ok ? (size_t)size : 0;
}

/* RFC 8017 9.2: 00 01, at least eight times FF, 00. */
static bool is_pkcs1_encoded(const uint8_t *em, size_t n) {
    size_t at = 2;
    if (n < 11 || em[0] != 0 || em[1] != 1) return false;
    while (at < n && em[at] == 0xFF) at++;
    return at >= 10 && at < n && em[at] == 0;
}

/* RFC 8017 B.2.1, xored onto `at`. */
static void unmask(const EVP_MD *md, struct bytes seed, uint8_t *at, size_t n) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    for (uint32_t counter = 0; ctx && n > 0; counter++) {
        uint8_t block[HASH_MAX], number[] = {(uint8_t)(counter >> 24), (uint8_t)(counter >> 16),
                                             (uint8_t)(counter >> 8), (uint8_t)counter};
        unsigned block_n = 0;
        if (EVP_DigestInit_ex(ctx, md, NULL) <= 0 || EVP_DigestUpdate(ctx, seed.p, seed.n) <= 0 ||
            EVP_DigestUpdate(ctx, number, sizeof(number)) <= 0 ||
            EVP_DigestFinal_ex(ctx, block, &block_n) <= 0)
            break;
        for (size_t i = 0; i < block_n && n > 0; i++, n--) *at++ ^= block[i];
    }
    EVP_MD_CTX_free(ctx);
}

/* RFC 8017 9.1.2, steps 4 to 10: everything but the hash of the message. */
static bool is_pss_encoded(EVP_PKEY *key, const EVP_MD *md, uint8_t *em, size_t n) {
    size_t hash_n = (size_t)EVP_MD_get_size(md);
    unsigned spare = (8 - (unsigned)(EVP_PKEY_get_bits(key) - 1) % 8) % 8;
    if (spare == 0 && EVP_PKEY_get_bits(key) % 8 == 1) { /* the number is one byte shorter than the key */
        em++;
        n--;
    }
    if (n < 2 * hash_n + 2 || em[n - 1] != PSS_TRAILER || em[0] >> (8 - spare)) return false;
    size_t db_n = n - hash_n - 1, zeros = db_n - hash_n - 1;
    unmask(md, bytes_of(em + db_n, hash_n), em, db_n);
    em[0] &= (uint8_t)(0xFF >> spare);
    for (size_t i = 0; i < zeros; i++)
        if (em[i]) return false;
    return em[zeros] == 1;
}

bool pubkey_made(const struct pubkey *k, uint16_t sigscheme, struct bytes signature) {
    const struct sigscheme *s = sigscheme_by_id(sigscheme);
    if (!s || (pubkey_type(k) != KEY_RSA && pubkey_type(k) != KEY_RSA_PSS)) return false;
    bool pss = s->kind == SIG_RSA_PSS_RSAE || s->kind == SIG_RSA_PSS_PSS;
    const EVP_MD *md = s->hash ? lib_md_by_name(s->hash) : NULL;
    uint8_t room[RSA_BYTES_MAX];
    size_t n = open_rsa(pubkey_lib(k), signature, room);
    ERR_clear_error();
    if (n == 0 || !md) return false;
    return pss ? is_pss_encoded(pubkey_lib(k), md, room, n) : is_pkcs1_encoded(room, n);
}

/* --- ECDSA --- */

struct numbers {
    BN_CTX *ctx;
    EC_GROUP *group;
    const BIGNUM *order, *r, *s;
    BIGNUM *by_base, *by_point; /* the key is by_base * G + by_point * R */
};

/* The leftmost bits of the hash, as many as the order has (FIPS 186-5 6.4.1). */
static bool read_hash(const struct numbers *x, const EVP_MD *md, struct bytes data, BIGNUM *e) {
    uint8_t hash[HASH_MAX];
    unsigned n = 0;
    if (!md || EVP_Digest(data.p, data.n, hash, &n, md, NULL) <= 0 || !BN_bin2bn(hash, (int)n, e))
        return false;
    int excess = (int)n * 8 - BN_num_bits(x->order);
    return excess <= 0 || BN_rshift(e, e, excess) > 0;
}

/* Q = r^-1 (s R - e G). */
static bool find_factors(struct numbers *x, const BIGNUM *e) {
    BIGNUM *inverse = BN_CTX_get(x->ctx);
    x->by_base = BN_CTX_get(x->ctx);
    x->by_point = BN_CTX_get(x->ctx);
    return x->by_point && BN_mod_inverse(inverse, x->r, x->order, x->ctx) &&
           BN_mod_mul(x->by_point, x->s, inverse, x->order, x->ctx) &&
           BN_mod_mul(x->by_base, e, inverse, x->order, x->ctx) &&
           BN_mod_sub(x->by_base, x->order, x->by_base, x->order, x->ctx);
}

static bool find_signer(const struct numbers *x, int odd, struct signer *ret) {
    EC_POINT *point = EC_POINT_new(x->group), *key = EC_POINT_new(x->group);
    bool ok = point && key && EC_POINT_set_compressed_coordinates(x->group, point, x->r, odd, x->ctx) > 0 &&
              EC_POINT_mul(x->group, key, x->by_base, point, x->by_point, x->ctx) > 0;
    ret->n =
        ok ? EC_POINT_point2oct(x->group, key, POINT_CONVERSION_COMPRESSED, ret->p, sizeof(ret->p), x->ctx)
           : 0;
    EC_POINT_free(point);
    EC_POINT_free(key);
    return ret->n > 1;
}

static size_t find_signers(struct numbers *x, const EVP_MD *md, struct bytes data,
                           struct signer ret[SIGNERS_MAX]) {
    size_t n = 0;
    BIGNUM *e = BN_CTX_get(x->ctx);
    x->order = EC_GROUP_get0_order(x->group);
    if (!e || !read_hash(x, md, data, e) || !find_factors(x, e)) return 0;
    for (int odd = 0; odd < 2; odd++)
        if (find_signer(x, odd, &ret[n])) n++;
    return n;
}

size_t ecdsa_signers(const struct pubkey *curve_of, uint16_t sigscheme, struct bytes data,
                     struct bytes signature, struct signer ret[SIGNERS_MAX]) {
    const struct sigscheme *s = sigscheme_by_id(sigscheme);
    char curve[80];
    size_t n = 0;
    if (!s || s->kind != SIG_ECDSA || pubkey_type(curve_of) != KEY_EC ||
        EVP_PKEY_get_group_name(pubkey_lib(curve_of), curve, sizeof(curve), &n) <= 0)
        return 0;
    const unsigned char *p = signature.p;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)signature.n);
    struct numbers x = {.ctx = BN_CTX_new_ex(lib_ctx()),
                        .group = EC_GROUP_new_by_curve_name_ex(lib_ctx(), NULL, OBJ_sn2nid(curve))};
    n = 0;
    if (sig && x.ctx && x.group) {
        BN_CTX_start(x.ctx);
        x.r = ECDSA_SIG_get0_r(sig);
        x.s = ECDSA_SIG_get0_s(sig);
        n = find_signers(&x, lib_md_by_name(s->hash), data, ret);
        BN_CTX_end(x.ctx);
    }
    EC_GROUP_free(x.group);
    BN_CTX_free(x.ctx);
    ECDSA_SIG_free(sig);
    ERR_clear_error();
    return n;
}
