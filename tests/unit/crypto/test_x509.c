/* Certificates made here and read back, and which names they are for (RFC 9525). */
#include "issue.h"

#include <openssl/pem.h>

static EVP_PKEY *key, *other_key;

static struct bytes self(struct arena *a, const struct spec *s) {
    return issue(a, s, key, (struct bytes){0}, NULL);
}

static void test_a_leaf_and_its_issuer(void **state) {
    struct arena *a = *state;
    const struct spec ca = {
        .cn = "Test Root",
        .o = "Test Company",
        .from = -86400,
        .to = 4102444800,
        .extensions = {{"basicConstraints", "critical,CA:TRUE"}, {"subjectKeyIdentifier", "hash"}}};
    const struct spec leaf = {
        .cn = "b\xc3\xbc\x63her.test\x01",
        .extensions = {
            {"subjectAltName", "DNS:a.test,DNS:*.b.test,IP:192.0.2.1,IP:2001:db8::1,email:x@a.test"},
            {"authorityInfoAccess", "caIssuers;URI:http://aia.test/ca.der,caIssuers;URI:ldap://aia.test/"
                                    ",OCSP;URI:http://ocsp.test/"}}};
    struct bytes root_der = self(a, &ca), leaf_der = issue(a, &leaf, other_key, root_der, key);
    struct cert_info i;
    assert_true(cert_info_read(a, leaf_der, &i));
    assert_true(i.parsed && bytes_eq(i.der, leaf_der));
    assert_string_equal(i.subject, "CN=b\xc3\xbc\x63her.test\\01");
    assert_string_equal(i.cn, "b\xc3\xbc\x63her.test\\x01");
    assert_string_equal(i.issuer, "CN=Test Root,O=Test Company");
    assert_string_equal(i.issuer_o, "Test Company");
    assert_int_equal(i.not_before, NOW - 180 * DAY);
    assert_int_equal(i.not_after, NOW + 180 * DAY);
    assert_true(i.has_san && i.n_dns == 2 && i.n_ip == 2 && i.n_aia == 1);
    assert_string_equal(i.dns[1], "*.b.test");
    assert_string_equal(i.ip[0], "192.0.2.1");
    assert_string_equal(i.ip[1], "2001:db8::1");
    assert_string_equal(i.aia[0], "http://aia.test/ca.der");
    assert_false(i.is_ca || i.self_issued || i.self_signed || i.has_scts);
    assert_string_equal(i.key, "RSA 2048");
    assert_string_equal(i.signature, "ecdsa-with-SHA256");
    assert_int_equal(strlen(i.serial), 4);
    uint8_t digest[HASH_MAX];
    (void)hash_once(HASH_SHA256, leaf_der, digest);
    assert_memory_equal(i.sha256, digest, 32);
    struct cert_info r;
    assert_true(cert_info_read(a, root_der, &r));
    assert_true(r.is_ca && r.self_issued && r.self_signed && !r.has_san);
    assert_true(bytes_eq(r.subject_der, i.issuer_der));
    assert_int_equal(r.not_before, -86400);
    assert_int_equal(r.not_after, 4102444800); /* 2100: GeneralizedTime */
    assert_string_equal(r.key, "EC secp256r1");
}

/* Its own name as issuer, and another's signature: RFC 5280 3.2 calls that self-issued. */
static void test_self_issued_is_not_self_signed(void **state) {
    struct arena *a = *state;
    const struct spec s = {.cn = "Same Name", .extensions = {{"basicConstraints", "CA:TRUE"}}};
    struct bytes first = self(a, &s), second = issue(a, &s, other_key, first, key);
    struct cert_info i;
    assert_true(cert_info_read(a, second, &i));
    assert_true(i.self_issued && !i.self_signed);
}

static void test_keys_and_signatures_in_words(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *type, *group;
        size_t bits;
        const char *key, *signature;
    } rows[] = {{"EC", "P-384", 0, "EC secp384r1", "ecdsa-with-SHA256"},
                {"ED25519", NULL, 0, "Ed25519", "ED25519"},
                {"ED448", NULL, 0, "Ed448", "ED448"},
                {"RSA", NULL, 1024, "RSA 1024", "sha256WithRSAEncryption"}};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        EVP_PKEY *k = make_key(rows[i].type, rows[i].group, rows[i].bits);
        const struct spec s = {.cn = "x.test"};
        struct cert_info info;
        assert_true(cert_info_read(a, issue(a, &s, k, (struct bytes){0}, NULL), &info));
        assert_string_equal(info.key, rows[i].key);
        assert_string_equal(info.signature, rows[i].signature);
        EVP_PKEY_free(k);
    }
}

/* Every cut, and bytes that follow: nothing is taken for a certificate, and what can be said is said. */
static void test_what_is_no_certificate(void **state) {
    struct arena *a = *state;
    const struct spec s = {.cn = "x.test", .extensions = {{"subjectAltName", "DNS:x.test"}}};
    struct bytes der = self(a, &s);
    struct cert_info i;
    for (size_t n = 0; n < der.n; n++) {
        struct bytes cut = tight(bytes_cut(der, 0, n));
        assert_false(cert_info_read(a, cut, &i));
        assert_false(i.parsed);
        assert_string_equal(i.subject, "");
        assert_string_equal(i.key, "unknown");
        tight_free(cut);
    }
    uint8_t *longer = arena_alloc(a, der.n + 1);
    memcpy(longer, der.p, der.n);
    assert_false(cert_info_read(a, bytes_of(longer, der.n + 1), &i));
}

static struct bytes pem_of(struct arena *a, const struct bytes *der, size_t n) {
    BIO *bio = BIO_new(BIO_s_mem());
    BIO_puts(bio, "some words before\n");
    for (size_t i = 0; i < n; i++)
        assert_true(PEM_write_bio(bio, "CERTIFICATE", "", der[i].p, (long)der[i].n) > 0);
    char *p = NULL;
    long size = BIO_get_mem_data(bio, &p);
    struct bytes copy = arena_copy(a, bytes_of(p, (size_t)size));
    BIO_free(bio);
    return copy;
}

/* A certs-only bundle: signedData without signers (RFC 5280 4.2.2.1). */
static struct bytes pkcs7_of(struct arena *a, const struct bytes *der, size_t n) {
    PKCS7 *p7 = PKCS7_new();
    assert_true(PKCS7_set_type(p7, NID_pkcs7_signed) > 0 && PKCS7_content_new(p7, NID_pkcs7_data) > 0);
    for (size_t i = 0; i < n; i++) {
        const unsigned char *p = der[i].p;
        X509 *c = d2i_X509(NULL, &p, (long)der[i].n);
        assert_true(PKCS7_add_certificate(p7, c) > 0);
        X509_free(c);
    }
    unsigned char *out = NULL;
    int size = i2d_PKCS7(p7, &out);
    struct bytes copy = arena_copy(a, bytes_of(out, (size_t)size));
    OPENSSL_free(out);
    PKCS7_free(p7);
    return copy;
}

static void test_the_forms_of_a_download(void **state) {
    struct arena *a = *state;
    const struct spec one = {.cn = "one.test"}, two = {.cn = "two.test"};
    const struct bytes der[] = {self(a, &one), self(a, &two)};
    const struct bytes forms[] = {der[0], pem_of(a, der, 1), pem_of(a, der, 2), pkcs7_of(a, der, 1),
                                  pkcs7_of(a, der, 2)};
    static const size_t count[] = {1, 1, 2, 1, 2};
    for (size_t i = 0; i < TW_COUNT(forms); i++) {
        struct bytes got[4];
        assert_int_equal(certs_from_bytes(a, forms[i], got, 4), count[i]);
        for (size_t k = 0; k < count[i]; k++) assert_true(bytes_eq(got[k], der[k]));
        assert_int_equal(certs_from_bytes(a, forms[i], got, 1), 1);
        assert_int_equal(certs_from_bytes(a, forms[i], got, 0), 0);
    }
    struct bytes got[4];
    static const char *const junk[] = {"", "<html>404</html>",
                                       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    for (size_t i = 0; i < TW_COUNT(junk); i++)
        assert_int_equal(certs_from_bytes(a, bytes_str(junk[i]), got, 4), 0);
}

static int setup(void **state) {
    key = make_key("EC", "P-256", 0);
    other_key = make_key("RSA", NULL, 2048);
    return arena_setup(state);
}
static int teardown(void **state) {
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    return arena_teardown(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_leaf_and_its_issuer),
        cmocka_unit_test(test_self_issued_is_not_self_signed),
        cmocka_unit_test(test_keys_and_signatures_in_words),
        cmocka_unit_test(test_what_is_no_certificate),
        cmocka_unit_test(test_the_forms_of_a_download),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
