/* The public key of a certificate: what the handshake's signatures are checked with. */
#include "crypto/privkey_lib.h"
#include "crypto/x509_lib.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

struct pubkey {
    EVP_PKEY *key;
    enum key_type type;
};

enum key_type key_type_of(const EVP_PKEY *key) {
    static const struct {
        const char *name;
        enum key_type type;
    } types[] = {{"RSA", KEY_RSA},         {"RSA-PSS", KEY_RSA_PSS}, {"EC", KEY_EC},
                 {"ED25519", KEY_ED25519}, {"ED448", KEY_ED448},     {"DSA", KEY_DSA}};
    for (size_t i = 0; i < TW_COUNT(types); i++)
        if (EVP_PKEY_is_a(key, types[i].name)) return types[i].type;
    return KEY_OTHER;
}

struct pubkey *pubkey_from_x509(X509 *cert) {
    EVP_PKEY *key = X509_get_pubkey(cert);
    if (!key) return NULL;
    struct pubkey *k = mem_alloc(sizeof(*k));
    *k = (struct pubkey){key, key_type_of(key)};
    return k;
}

struct pubkey *pubkey_from_cert(struct bytes der) {
    const unsigned char *p = der.p;
    X509 *cert = X509_new_ex(lib_ctx(), NULL);
    struct pubkey *k = NULL;
    if (cert && der.n > 0 && d2i_X509(&cert, &p, (long)der.n)) k = pubkey_from_x509(cert);
    X509_free(cert);
    ERR_clear_error();
    return k;
}

void pubkey_free(struct pubkey *k) {
    if (!k) return;
    EVP_PKEY_free(k->key);
    mem_free(k);
}

EVP_PKEY *pubkey_lib(const struct pubkey *k) {
    return k->key;
}

enum key_type pubkey_type(const struct pubkey *k) {
    return k->type;
}

unsigned pubkey_bits(const struct pubkey *k) {
    int bits = EVP_PKEY_get_bits(k->key);
    return bits > 0 ? (unsigned)bits : 0;
}

uint16_t pubkey_group(const struct pubkey *k) {
    char name[80];
    size_t n = 0;
    if (k->type != KEY_EC || EVP_PKEY_get_group_name(k->key, name, sizeof(name), &n) <= 0) return 0;
    const struct group *g = group_by_name(name);
    return g ? g->id : 0;
}

/* RSA keys make PKCS #1 and PSS; each curve of Edwards has its one scheme. */
bool key_type_fits(enum key_type type, const struct sigscheme *s) {
    switch (type) {
    case KEY_RSA:
        return s->kind == SIG_RSA_PKCS1 || s->kind == SIG_RSA_PSS_RSAE;
    case KEY_RSA_PSS:
        return s->kind == SIG_RSA_PSS_PSS;
    case KEY_EC:
        return s->kind == SIG_ECDSA;
    case KEY_ED25519:
        return s->id == SIG_ED25519;
    case KEY_ED448:
        return s->id == SIG_ED448;
    case KEY_DSA:
        return s->kind == SIG_DSA;
    case KEY_OTHER:
        break;
    }
    return false;
}

bool sig_is_pss(enum sig_kind kind) {
    return kind == SIG_RSA_PSS_RSAE || kind == SIG_RSA_PSS_PSS;
}

/* RSA of TLS 1.0 and 1.1 signs MD5 and SHA-1 side by side, without a DigestInfo (RFC 4346 4.7). */
static bool verify_md5_sha1(EVP_PKEY *key, struct bytes data, struct bytes signature) {
    uint8_t digest[HASH_MAX];
    size_t n = hash_once(HASH_MD5_SHA1, data, digest);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(lib_ctx(), key, NULL);
    bool ok = ctx && EVP_PKEY_verify_init(ctx) > 0 &&
              EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
              EVP_PKEY_CTX_set_signature_md(ctx, lib_md(HASH_MD5_SHA1)) > 0 &&
              EVP_PKEY_verify(ctx, signature.p, signature.n, digest, n) > 0;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

bool pubkey_verify(const struct pubkey *k, uint16_t sigscheme, struct bytes data, struct bytes signature) {
    bool ok = false;
    if (sigscheme == SIG_RSA_MD5_SHA1) {
        ok = k->type == KEY_RSA && verify_md5_sha1(k->key, data, signature);
    } else {
        const struct sigscheme *s = sigscheme_by_id(sigscheme);
        if (!s || !key_type_fits(k->type, s)) return false;
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        EVP_PKEY_CTX *pctx = NULL;
        ok = ctx && EVP_DigestVerifyInit_ex(ctx, &pctx, s->hash, lib_ctx(), NULL, k->key, NULL) > 0;
        if (ok && sig_is_pss(s->kind))
            ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0;
        ok = ok && EVP_DigestVerify(ctx, signature.p, signature.n, data.p, data.n) > 0;
        EVP_MD_CTX_free(ctx);
    }
    ERR_clear_error();
    return ok;
}

bool pubkey_encrypt(const struct pubkey *k, struct bytes plain, struct arena *a, struct bytes *ret) {
    EVP_PKEY_CTX *ctx = k->type == KEY_RSA ? EVP_PKEY_CTX_new_from_pkey(lib_ctx(), k->key, NULL) : NULL;
    size_t n = 0;
    bool ok = ctx && EVP_PKEY_encrypt_init(ctx) > 0 &&
              EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
              EVP_PKEY_encrypt(ctx, NULL, &n, plain.p, plain.n) > 0;
    if (ok) {
        uint8_t *out = arena_alloc(a, n);
        ok = EVP_PKEY_encrypt(ctx, out, &n, plain.p, plain.n) > 0;
        *ret = bytes_of(out, n);
    }
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}
