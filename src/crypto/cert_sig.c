#include "crypto/cert_sig.h"
#include "crypto/lib.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* What an AlgorithmIdentifier says, as libcrypto wants it. */
struct scheme {
    const char *md; /* NULL: inherent (EdDSA) */
    int key_nid;
    bool pss;
    const char *mgf1;
    int salt;
};

static const char *md_name(const X509_ALGOR *alg) {
    if (!alg) return "SHA1"; /* DEFAULT of RSASSA-PSS-params (RFC 4055 3.1) */
    return OBJ_nid2sn(OBJ_obj2nid(alg->algorithm));
}

/* The hash inside of `mgf1 [1] MaskGenAlgorithm`. */
static const char *mgf1_name(const X509_ALGOR *mask, X509_ALGOR **ret_inner) {
    if (!mask) return "SHA1";
    if (OBJ_obj2nid(mask->algorithm) != NID_mgf1 || !mask->parameter) return NULL;
    *ret_inner = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), mask->parameter);
    return *ret_inner ? md_name(*ret_inner) : NULL;
}

static bool read_pss(const X509_ALGOR *alg, struct scheme *ret) {
    RSA_PSS_PARAMS *p =
        alg->parameter ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), alg->parameter) : NULL;
    if (!p) return false;
    X509_ALGOR *inner = NULL;
    ret->pss = true;
    ret->md = md_name(p->hashAlgorithm);
    ret->mgf1 = mgf1_name(p->maskGenAlgorithm, &inner);
    ret->salt = p->saltLength ? (int)ASN1_INTEGER_get(p->saltLength) : 20;
    bool ok = ret->md && ret->mgf1 && ret->salt >= 0 &&
              (!p->trailerField || ASN1_INTEGER_get(p->trailerField) == 1);
    X509_ALGOR_free(inner);
    RSA_PSS_PARAMS_free(p);
    return ok;
}

static bool read_scheme(struct bytes algorithm, struct scheme *ret) {
    const unsigned char *p = algorithm.p;
    X509_ALGOR *alg = algorithm.n ? d2i_X509_ALGOR(NULL, &p, (long)algorithm.n) : NULL;
    int md = NID_undef;
    bool ok = alg && OBJ_find_sigid_algs(OBJ_obj2nid(alg->algorithm), &md, &ret->key_nid);
    if (ok && ret->key_nid == NID_rsassaPss)
        ok = read_pss(alg, ret);
    else if (ok)
        ret->md = md == NID_undef ? NULL : OBJ_nid2sn(md);
    X509_ALGOR_free(alg);
    return ok;
}

static bool key_fits(const EVP_PKEY *key, const struct scheme *s) {
    if (s->pss) return EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS");
    return EVP_PKEY_get_base_id(key) == s->key_nid;
}

static bool set_pss(EVP_PKEY_CTX *ctx, const struct scheme *s) {
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, s->salt) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, s->mgf1, NULL) > 0;
}

static EVP_PKEY *read_key(struct bytes spki) {
    const unsigned char *p = spki.p;
    return spki.n ? d2i_PUBKEY_ex(NULL, &p, (long)spki.n, lib_ctx(), NULL) : NULL;
}

static EVP_PKEY *from_parts(const char *type, OSSL_PARAM *params) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(lib_ctx(), type, NULL);
    EVP_PKEY *key = NULL;
    if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *make_ec(const struct cert_sig_key *k) {
    const struct group *g = group_by_id(k->group);
    char name[32];
    uint8_t point[256];
    const char *known = g && g->alias ? g->alias : g ? g->name : "";
    if (!g || k->bits.n > sizeof(point) || strlen(known) >= sizeof(name)) return NULL;
    memcpy(name, known, strlen(known) + 1);
    memcpy(point, k->bits.p, k->bits.n);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("group", name, 0),
                           OSSL_PARAM_construct_octet_string("pub", point, k->bits.n),
                           OSSL_PARAM_construct_end()};
    return from_parts("EC", params);
}

/* libcrypto takes numbers in the order of the machine's bytes. */
static size_t native(struct bytes in, uint8_t *out, size_t cap) {
    if (in.n == 0 || in.n > cap || in.p[0] & 0x80) return 0;
    for (size_t i = 0; i < in.n; i++) out[i] = in.p[in.n - 1 - i];
    return in.n;
}

static EVP_PKEY *make_rsa(const struct cert_sig_key *k) {
    uint8_t n[2050], e[64];
    size_t n_size = native(k->rsa_n, n, sizeof(n)), e_size = native(k->rsa_e, e, sizeof(e));
    OSSL_PARAM params[] = {OSSL_PARAM_construct_BN("n", n, n_size), OSSL_PARAM_construct_BN("e", e, e_size),
                           OSSL_PARAM_construct_end()};
    return n_size && e_size ? from_parts("RSA", params) : NULL;
}

static EVP_PKEY *make_key(const struct cert_sig_key *k) {
    EVP_PKEY *key = NULL;
    if (k->type == KEY_EC && k->group) key = make_ec(k);
    if (k->type == KEY_RSA && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) key = make_rsa(k);
    return key ? key : read_key(k->spki);
}

enum cert_sig cert_sig_verify(struct bytes spki, struct bytes algorithm, struct bytes data,
                              struct bytes signature) {
    struct cert_sig_key key = {.spki = spki};
    return cert_sig_verify_key(&key, algorithm, data, signature);
}

enum cert_sig cert_sig_verify_key(const struct cert_sig_key *parts, struct bytes algorithm, struct bytes data,
                                  struct bytes signature) {
    struct scheme s = {0};
    enum cert_sig result = CERT_SIG_UNKNOWN;
    if (read_scheme(algorithm, &s)) {
        EVP_PKEY *key = make_key(parts);
        result = CERT_SIG_NO;
        if (key && key_fits(key, &s)) {
            EVP_MD_CTX *ctx = EVP_MD_CTX_new();
            EVP_PKEY_CTX *pctx = NULL;
            if (!ctx || EVP_DigestVerifyInit_ex(ctx, &pctx, s.md, lib_ctx(), NULL, key, NULL) <= 0 ||
                (s.pss && !set_pss(pctx, &s)))
                result = CERT_SIG_UNKNOWN; /* a hash that this library does not have, MD2 for one */
            else if (EVP_DigestVerify(ctx, signature.p, signature.n, data.p, data.n) > 0)
                result = CERT_SIG_YES;
            EVP_MD_CTX_free(ctx);
        }
        EVP_PKEY_free(key);
    }
    ERR_clear_error();
    return result;
}
