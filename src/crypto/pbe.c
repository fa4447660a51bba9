/* Rounds of PKCS #5 (RFC 8018), PKCS #12 (RFC 7292 B) and scrypt (RFC 7914 7), which whoever wrote the file
 * chose: libcrypto does as many as it says, up to two thousand millions. */
#include "crypto/pbe.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

bool pbe_afford_rounds(struct pbe_budget *b, const ASN1_INTEGER *rounds) {
    uint64_t n = 0;
    bool told = ASN1_INTEGER_get_uint64(&n, rounds) == 1;
    ERR_clear_error();
    b->exceeded |= !told || n > PBE_MAX_ROUNDS - b->rounds;
    if (!b->exceeded) b->rounds += n;
    return !b->exceeded;
}

static void *parameters(const X509_ALGOR *algorithm, const ASN1_ITEM *item) {
    const void *value;
    int type;
    X509_ALGOR_get0(NULL, &type, &value, algorithm);
    return type == V_ASN1_SEQUENCE && value ? ASN1_item_unpack(value, item) : NULL;
}

/* Beside the password's rounds PBKDF2 is made for each block of the key: no cipher here has more than two. */
static bool afford_pbkdf2(struct pbe_budget *b, const X509_ALGOR *scheme) {
    PBKDF2PARAM *p = parameters(scheme, ASN1_ITEM_rptr(PBKDF2PARAM));
    bool ok = !p || pbe_afford_rounds(b, p->iter); /* what cannot be read is not tried by anybody */
    PBKDF2PARAM_free(p);
    return ok;
}

/* N * r * p blocks of 128 bytes, mixed twice: each costs like some rounds of SHA-256. libcrypto bounds the
 * memory (N * r), and not p. */
static bool afford_scrypt(struct pbe_budget *b, const X509_ALGOR *scheme) {
    SCRYPT_PARAMS *s = parameters(scheme, ASN1_ITEM_rptr(SCRYPT_PARAMS));
    uint64_t n, r, p;
    if (!s) return true;
    bool told = ASN1_INTEGER_get_uint64(&n, s->costParameter) == 1 &&
                ASN1_INTEGER_get_uint64(&r, s->blockSize) == 1 &&
                ASN1_INTEGER_get_uint64(&p, s->parallelizationParameter) == 1;
    uint64_t left = PBE_MAX_ROUNDS - b->rounds;
    b->exceeded |= !told || (n && r && p && (r > left || n > left / r || p > left / (n * r)));
    if (!b->exceeded) b->rounds += n * r * p;
    SCRYPT_PARAMS_free(s);
    ERR_clear_error();
    return !b->exceeded;
}

static bool afford_pbes2(struct pbe_budget *b, const X509_ALGOR *scheme) {
    PBE2PARAM *p = parameters(scheme, ASN1_ITEM_rptr(PBE2PARAM));
    int nid = p ? OBJ_obj2nid(p->keyfunc->algorithm) : NID_undef;
    bool ok = true;
    if (nid == NID_id_pbkdf2) ok = afford_pbkdf2(b, p->keyfunc);
    if (nid == NID_id_scrypt) ok = afford_scrypt(b, p->keyfunc);
    PBE2PARAM_free(p);
    return ok;
}

static bool afford_pbes1(struct pbe_budget *b, const X509_ALGOR *scheme) {
    PBEPARAM *p = parameters(scheme, ASN1_ITEM_rptr(PBEPARAM));
    bool ok = !p || pbe_afford_rounds(b, p->iter);
    PBEPARAM_free(p);
    return ok;
}

bool pbe_afford(struct pbe_budget *b, const X509_ALGOR *scheme) {
    bool ok = OBJ_obj2nid(scheme->algorithm) == NID_pbes2 ? afford_pbes2(b, scheme) : afford_pbes1(b, scheme);
    ERR_clear_error();
    return ok;
}

bool pbe_afford_key(struct pbe_budget *b, struct bytes der) {
    const unsigned char *p = der.p;
    const X509_ALGOR *scheme = NULL;
    X509_SIG *key = der.n && der.n <= INT32_MAX ? d2i_X509_SIG(NULL, &p, (long)der.n) : NULL;
    if (key) X509_SIG_get0(key, &scheme, NULL);
    bool ok = !scheme || pbe_afford(b, scheme);
    X509_SIG_free(key);
    ERR_clear_error();
    return ok;
}
