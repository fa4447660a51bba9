#include "issue.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static EVP_PKEY *generate(EVP_PKEY_CTX *ctx) {
    EVP_PKEY *key = NULL;
    assert_true(EVP_PKEY_generate(ctx, &key) > 0);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* DSA needs parameters first. */
static EVP_PKEY *make_dsa(size_t bits) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    EVP_PKEY *params = NULL;
    size_t q = 224;
    OSSL_PARAM list[] = {OSSL_PARAM_construct_size_t("pbits", &bits),
                         OSSL_PARAM_construct_size_t("qbits", &q), OSSL_PARAM_construct_end()};
    assert_true(EVP_PKEY_paramgen_init(ctx) > 0 && EVP_PKEY_CTX_set_params(ctx, list) > 0 &&
                EVP_PKEY_generate(ctx, &params) > 0);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
    assert_true(EVP_PKEY_keygen_init(ctx) > 0);
    EVP_PKEY *key = generate(ctx);
    EVP_PKEY_free(params);
    return key;
}

EVP_PKEY *make_key(const char *type, const char *group, size_t bits) {
    if (strcmp(type, "DSA") == 0) return make_dsa(bits);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    assert_true(EVP_PKEY_keygen_init(ctx) > 0);
    if (group) assert_true(EVP_PKEY_CTX_set_group_name(ctx, group) > 0);
    if (bits) assert_true(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) > 0);
    return generate(ctx);
}

static void add_name(X509_NAME *name, const char *field, const char *value) {
    if (value)
        assert_true(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1,
                                               -1, 0) > 0);
}

static X509 *read(struct bytes der) {
    const unsigned char *p = der.p;
    X509 *c = d2i_X509(NULL, &p, (long)der.n);
    assert_non_null(c);
    return c;
}

static void add_extensions(X509 *c, X509 *issuer, const struct spec *s) {
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
    for (size_t i = 0; i < TW_COUNT(s->extensions) && s->extensions[i][0]; i++) {
        X509_EXTENSION *e = X509V3_EXT_conf(NULL, &ctx, s->extensions[i][0], s->extensions[i][1]);
        if (!e) fail_msg("%s = %s", s->extensions[i][0], s->extensions[i][1]);
        assert_true(X509_add_ext(c, e, -1) > 0);
        X509_EXTENSION_free(e);
    }
}

struct bytes issue(struct arena *a, const struct spec *s, EVP_PKEY *key, struct bytes issuer,
                   EVP_PKEY *issuer_key) {
    static long serial = 0x1000;
    X509 *c = X509_new(), *by = issuer.n ? read(issuer) : NULL;
    X509_set_version(c, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    add_name(X509_get_subject_name(c), "O", s->o);
    add_name(X509_get_subject_name(c), "CN", s->cn);
    X509_set_issuer_name(c, X509_get_subject_name(by ? by : c));
    ASN1_TIME_set(X509_getm_notBefore(c), s->from ? s->from : NOW - 180 * DAY);
    ASN1_TIME_set(X509_getm_notAfter(c), s->to ? s->to : NOW + 180 * DAY);
    X509_set_pubkey(c, key);
    add_extensions(c, by ? by : c, s);
    EVP_PKEY *signer = by ? issuer_key : key;
    bool own_digest = EVP_PKEY_is_a(signer, "ED25519") || EVP_PKEY_is_a(signer, "ED448");
    const EVP_MD *md = own_digest ? NULL : EVP_get_digestbyname(s->digest ? s->digest : "SHA256");
    assert_true(X509_sign(c, signer, md) > 0);
    unsigned char *der = NULL;
    int n = i2d_X509(c, &der);
    assert_true(n > 0);
    struct bytes copy = arena_copy(a, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    X509_free(c);
    X509_free(by);
    return copy;
}
