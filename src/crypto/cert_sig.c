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

enum cert_sig cert_sig_verify(struct bytes spki, struct bytes algorithm, struct bytes data,
                              struct bytes signature) {
    struct scheme s = {0};
    enum cert_sig result = CERT_SIG_UNKNOWN;
    if (read_scheme(algorithm, &s)) {
        EVP_PKEY *key = read_key(spki);
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
