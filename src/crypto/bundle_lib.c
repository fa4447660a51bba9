#include "crypto/bundle_lib.h"

#include "crypto/privkey_lib.h"
#include "crypto/x509_lib.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <pthread.h>

enum { MAX_NESTING = 4 };

/* Old exports of PKCS #12 and old keys are under RC2 and DES, which live in a provider of their own; where it
 * is not installed the rest works all the same. */
static OSSL_LIB_CTX *old_ctx;
static void make_old_ctx(void) {
    old_ctx = OSSL_LIB_CTX_new();
    if (!old_ctx) return;
    (void)OSSL_PROVIDER_try_load(old_ctx, "default", 1);
    (void)OSSL_PROVIDER_try_load(old_ctx, "legacy", 1);
    ERR_clear_error();
}
static OSSL_LIB_CTX *reading_ctx(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_old_ctx);
    return old_ctx ? old_ctx : lib_ctx();
}

struct bytes bundle_element(struct bytes der) {
    const unsigned char *p = der.p;
    long length = 0;
    int tag = 0, class = 0;
    if (der.n == 0 || der.n > INT32_MAX) return der;
    int got = ASN1_get_object(&p, &length, &tag, &class, (long)der.n);
    ERR_clear_error();
    if (got & 0x80 || got & 1) return der; /* broken, or of indefinite length */
    return bytes_cut(der, 0, (size_t)(p - der.p) + (size_t)length);
}

/* The public half; the key itself is kept where it is wanted. */
static bool take_key(struct bundle_reader *r, EVP_PKEY *key, struct bytes *ret) {
    unsigned char *der = NULL;
    int n = key ? i2d_PUBKEY(key, &der) : 0;
    if (n > 0) *ret = arena_copy(r->a, bytes_of(der, (size_t)n));
    if (n > 0 && r->keys && r->keys->n < BUNDLE_MAX_KEYS) r->keys->key[r->keys->n++] = privkey_of(key);
    OPENSSL_free(der);
    return n > 0;
}

bool bundle_key(struct bundle_reader *r, struct bytes in, struct bytes *ret_spki) {
    EVP_PKEY *key = NULL;
    OSSL_DECODER_CTX *ctx =
        OSSL_DECODER_CTX_new_for_pkey(&key, NULL, NULL, NULL, EVP_PKEY_KEYPAIR, reading_ctx(), NULL);
    const unsigned char *p = in.p;
    size_t n = in.n;
    /* With a passphrase set nobody is asked for one on the terminal. */
    if (ctx && OSSL_DECODER_CTX_set_passphrase(ctx, (const unsigned char *)r->password, strlen(r->password)))
        (void)OSSL_DECODER_from_data(ctx, &p, &n);
    OSSL_DECODER_CTX_free(ctx);
    bool ok = take_key(r, key, ret_spki);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok;
}

bool bundle_same_key(struct bytes spki_a, struct bytes spki_b) {
    if (spki_a.n == 0 || spki_b.n == 0) return false;
    if (bytes_eq(spki_a, spki_b)) return true;
    const unsigned char *p = spki_a.p, *q = spki_b.p;
    EVP_PKEY *a = d2i_PUBKEY_ex(NULL, &p, (long)spki_a.n, lib_ctx(), NULL);
    EVP_PKEY *b = d2i_PUBKEY_ex(NULL, &q, (long)spki_b.n, lib_ctx(), NULL);
    bool same = a && b && EVP_PKEY_eq(a, b) == 1;
    EVP_PKEY_free(a);
    EVP_PKEY_free(b);
    ERR_clear_error();
    return same;
}

static void add_certs(struct bundle_reader *r, const STACK_OF(X509) * certs) {
    for (int i = 0; i < sk_X509_num(certs); i++)
        (void)bundle_add(r, BUNDLE_CERT, x509_to_der(r->a, sk_X509_value(certs, i)));
}

bool bundle_pkcs7(struct bundle_reader *r, struct bytes der) {
    const unsigned char *p = der.p;
    PKCS7 *bundle = der.n && der.n <= INT32_MAX ? d2i_PKCS7(NULL, &p, (long)der.n) : NULL;
    bool ok = bundle && PKCS7_type_is_signed(bundle) && bundle->d.sign;
    if (ok) add_certs(r, bundle->d.sign->cert);
    PKCS7_free(bundle);
    ERR_clear_error();
    return ok;
}

bool bundle_is_request(struct bytes der) {
    const unsigned char *p = der.p;
    X509_REQ *request = der.n && der.n <= INT32_MAX ? d2i_X509_REQ(NULL, &p, (long)der.n) : NULL;
    X509_REQ_free(request);
    ERR_clear_error();
    return request != NULL;
}

bool bundle_is_crl(struct bytes der) {
    const unsigned char *p = der.p;
    X509_CRL *crl = der.n && der.n <= INT32_MAX ? d2i_X509_CRL(NULL, &p, (long)der.n) : NULL;
    X509_CRL_free(crl);
    ERR_clear_error();
    return crl != NULL;
}

/* ---- PKCS #12 (RFC 7292): walked bag by bag, since PKCS12_parse() changes the order ---- */

struct safe {
    struct bundle_reader *r;
    const char *password; /* NULL: none at all, which is not the same as an empty one (RFC 7292 B.1) */
    int password_n;
};

static void add_key(struct safe *s, const PKCS8_PRIV_KEY_INFO *info) {
    struct bytes spki = {0};
    EVP_PKEY *key = info ? EVP_PKCS82PKEY_ex(info, reading_ctx(), NULL) : NULL;
    bool ok = take_key(s->r, key, &spki);
    bundle_add(s->r, BUNDLE_KEY, spki)->trouble = ok ? 0 : BUNDLE_BROKEN;
    EVP_PKEY_free(key);
}

static void add_shrouded(struct safe *s, const PKCS12_SAFEBAG *bag) {
    const X509_SIG *locked = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *scheme = NULL;
    if (locked) X509_SIG_get0(locked, &scheme, NULL);
    if (scheme && !pbe_afford(&s->r->budget, scheme)) return;
    PKCS8_PRIV_KEY_INFO *info = PKCS12_decrypt_skey_ex(bag, s->password, s->password_n, reading_ctx(), NULL);
    add_key(s, info);
    PKCS8_PRIV_KEY_INFO_free(info);
}

static void add_cert_bag(struct safe *s, const PKCS12_SAFEBAG *bag) {
    X509 *cert = PKCS12_SAFEBAG_get1_cert(bag);
    if (cert) (void)bundle_add(s->r, BUNDLE_CERT, x509_to_der(s->r->a, cert));
    X509_free(cert);
}

static void walk_bags(struct safe *s, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_keyBag:
            add_key(s, PKCS12_SAFEBAG_get0_p8inf(bag));
            break;
        case NID_pkcs8ShroudedKeyBag:
            add_shrouded(s, bag);
            break;
        case NID_certBag:
            add_cert_bag(s, bag);
            break;
        case NID_safeContentsBag:
            if (depth < MAX_NESTING) walk_bags(s, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
            break;
        default:
            break;
        }
    }
}

/* NULL: it is not encrypted. */
static const X509_ALGOR *scheme_of(const PKCS7 *p7) {
    bool encrypted = PKCS7_type_is_encrypted(p7) && p7->d.encrypted && p7->d.encrypted->enc_data;
    return encrypted ? p7->d.encrypted->enc_data->algorithm : NULL;
}

static bool is_old(const PKCS7 *p7) {
    const X509_ALGOR *alg = scheme_of(p7);
    int nid = alg ? OBJ_obj2nid(alg->algorithm) : NID_undef;
    return nid == NID_pbe_WithSHA1And40BitRC2_CBC || nid == NID_pbe_WithSHA1And128BitRC2_CBC;
}

static void walk_safes(struct safe *s, PKCS12 *file) {
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(file);
    for (int i = 0; i < sk_PKCS7_num(safes); i++) {
        PKCS7 *p7 = sk_PKCS7_value(safes, i);
        const X509_ALGOR *scheme = scheme_of(p7);
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        if (scheme && !pbe_afford(&s->r->budget, scheme)) break;
        if (PKCS7_type_is_data(p7)) bags = PKCS12_unpack_p7data(p7);
        if (PKCS7_type_is_encrypted(p7)) bags = PKCS12_unpack_p7encdata(p7, s->password, s->password_n);
        if (is_old(p7)) s->r->out->old_encryption = true;
        if (!bags) s->r->out->wrong_password = true;
        walk_bags(s, bags, 0);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
}

/* Without a MAC there is nothing to try a password on but the contents. */
static bool unlocks(struct bundle_reader *r, PKCS12 *file, const char *password, int n) {
    const ASN1_INTEGER *rounds = NULL;
    if (!PKCS12_mac_present(file)) return true;
    PKCS12_get0_mac(NULL, NULL, NULL, &rounds, file);
    if (rounds && !pbe_afford_rounds(&r->budget, rounds)) return false;
    return PKCS12_verify_mac(file, password, n) == 1;
}

bool bundle_pkcs12(struct bundle_reader *r, struct bytes der) {
    struct safe s = {.r = r, .password = r->password, .password_n = (int)strlen(r->password)};
    PKCS12 *file = PKCS12_init_ex(NID_pkcs7_data, reading_ctx(), NULL);
    BIO *bio = der.n && der.n <= INT32_MAX ? BIO_new_mem_buf(der.p, (int)der.n) : NULL;
    /* What d2i fails on it frees, and sets to NULL. */
    bool ok = bio && file && d2i_PKCS12_bio(bio, &file);
    if (ok && !unlocks(r, file, s.password, s.password_n)) {
        if (s.password_n == 0) s.password = NULL;
        r->out->wrong_password = s.password != NULL || !unlocks(r, file, NULL, 0);
    }
    if (ok && !r->out->wrong_password) walk_safes(&s, file);
    BIO_free(bio);
    PKCS12_free(file);
    ERR_clear_error();
    return ok;
}
