/* Signatures with a client's private key. */
#include "crypto/privkey_lib.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

struct privkey {
    EVP_PKEY *key;
    enum key_type type;
};

struct privkey *privkey_of(EVP_PKEY *key) {
    if (EVP_PKEY_up_ref(key) != 1) mem_failed();
    struct privkey *k = mem_alloc(sizeof(*k));
    *k = (struct privkey){key, key_type_of(key)};
    return k;
}

void privkey_free(struct privkey *k) {
    if (!k) return;
    EVP_PKEY_free(k->key); /* libcrypto clears private numbers before it frees them */
    mem_free(k);
}

enum key_type privkey_type(const struct privkey *k) {
    return k->type;
}

unsigned privkey_bits(const struct privkey *k) {
    int bits = EVP_PKEY_get_bits(k->key);
    return bits > 0 ? (unsigned)bits : 0;
}

uint16_t privkey_group(const struct privkey *k) {
    char name[80];
    size_t n = 0;
    if (k->type != KEY_EC || EVP_PKEY_get_group_name(k->key, name, sizeof(name), &n) <= 0) return 0;
    const struct group *g = group_by_name(name);
    return g ? g->id : 0;
}

/* RFC 8017 9.1.1 step 3 with a salt as long as the hash, and 9.2 step 3 (the DigestInfo of SHA-2 has 19 bytes
 * before the hash). */
static bool has_room(const struct privkey *k, const struct sigscheme *s) {
    const EVP_MD *md = s->hash ? lib_md_by_name(s->hash) : NULL;
    if (!md || (k->type != KEY_RSA && k->type != KEY_RSA_PSS)) return true;
    size_t bits = privkey_bits(k), hash = (size_t)EVP_MD_get_size(md);
    return sig_is_pss(s->kind) ? (bits + 6) / 8 >= 2 * hash + 2 : (bits + 7) / 8 >= hash + 19 + 11;
}

bool privkey_can(const struct privkey *k, uint16_t sigscheme) {
    if (sigscheme == SIG_RSA_MD5_SHA1) return k->type == KEY_RSA;
    const struct sigscheme *s = sigscheme_by_id(sigscheme);
    return s && key_type_fits(k->type, s) && has_room(k, s);
}

/* RSA of TLS 1.0 and 1.1 signs MD5 and SHA-1 side by side, without a DigestInfo (RFC 4346 4.7). */
static bool sign_md5_sha1(EVP_PKEY *key, struct bytes data, uint8_t *out, size_t *n) {
    uint8_t digest[HASH_MAX];
    size_t digest_n = hash_once(HASH_MD5_SHA1, data, digest);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(lib_ctx(), key, NULL);
    bool ok = ctx && EVP_PKEY_sign_init(ctx) > 0 &&
              EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
              EVP_PKEY_CTX_set_signature_md(ctx, lib_md(HASH_MD5_SHA1)) > 0 &&
              EVP_PKEY_sign(ctx, out, n, digest, digest_n) > 0;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static bool sign(EVP_PKEY *key, const struct sigscheme *s, struct bytes data, uint8_t *out, size_t *n) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL;
    bool ok = ctx && EVP_DigestSignInit_ex(ctx, &pctx, s->hash, lib_ctx(), NULL, key, NULL) > 0;
    if (ok && sig_is_pss(s->kind))
        ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0;
    ok = ok && EVP_DigestSign(ctx, out, n, data.p, data.n) > 0;
    EVP_MD_CTX_free(ctx);
    return ok;
}

bool privkey_sign(const struct privkey *k, uint16_t sigscheme, struct bytes data, struct arena *a,
                  struct bytes *ret) {
    if (!privkey_can(k, sigscheme)) return false;
    int most = EVP_PKEY_get_size(k->key);
    if (most <= 0) return false;
    size_t n = (size_t)most;
    uint8_t *out = arena_alloc(a, n);
    bool ok = sigscheme == SIG_RSA_MD5_SHA1 ? sign_md5_sha1(k->key, data, out, &n)
                                            : sign(k->key, sigscheme_by_id(sigscheme), data, out, &n);
    *ret = bytes_of(out, ok ? n : 0);
    ERR_clear_error();
    return ok;
}

bool privkey_is_of(const struct privkey *k, struct bytes spki) {
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(k->key, &der);
    bool same = n > 0 && bundle_same_key(bytes_of(der, (size_t)n), spki);
    OPENSSL_free(der);
    ERR_clear_error();
    return same;
}
