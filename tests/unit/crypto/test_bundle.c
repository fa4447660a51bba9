/* Files in every form that people have, with what editors and cat make of them. */
#include "crypto/bundle.h"

#include "issue.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

static EVP_PKEY *key, *other_key;
static X509 *cert;
static struct bytes der;

static struct bytes text(struct arena *a, const char *before, const char *pem, const char *after) {
    return bytes_str(text_f(a, "%s%s%s", before, pem, after));
}

static struct bundle read_with(struct arena *a, struct bytes file, const char *password) {
    struct bundle b;
    bundle_read(a, file, password, &b);
    assert_true((b.format == BUNDLE_NONE) == (b.problem != NULL));
    return b;
}

static struct bundle read_file(struct arena *a, struct bytes file) {
    return read_with(a, file, "");
}

static void assert_certs(const struct bundle *b, size_t n, unsigned trouble) {
    assert_int_equal(b->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(b->items[i].kind, BUNDLE_CERT);
        assert_int_equal(b->items[i].trouble, trouble);
        assert_true(bytes_eq(b->items[i].der, der));
    }
}

static void test_pem(void **state) {
    struct arena *a = *state;
    const char *pem = cert_pem(a, der);
    struct bundle b = read_file(a, text(a, "words before\n", pem, "and\nbehind"));
    assert_certs(&b, 1, 0);
    assert_int_equal(b.items[0].line, 2);
    assert_string_equal(b.items[0].label, "CERTIFICATE");
    b = read_file(a, text(a, pem, pem, ""));
    assert_certs(&b, 2, 0);
    b = read_file(a, text(a, "\xEF\xBB\xBF", pem, ""));
    assert_certs(&b, 1, 0);
    assert_true(b.bom && !b.utf16);
}

static void test_lines_that_were_joined(void **state) {
    struct arena *a = *state;
    char *pem = cert_pem(a, der);
    pem[strlen(pem) - 1] = 0;
    struct bundle b = read_file(a, text(a, pem, pem, ""));
    assert_certs(&b, 2, BUNDLE_GLUED);
    b = read_file(a, text(a, "  ", pem, ""));
    assert_certs(&b, 1, BUNDLE_GLUED);
    b = read_file(a, text(a, "", pem, " \t\r\n"));
    assert_certs(&b, 1, 0);
    b = read_file(a, text(a, "", pem, "."));
    assert_certs(&b, 1, BUNDLE_GLUED);
}

static void test_blocks_that_do_not_end(void **state) {
    struct arena *a = *state;
    const char *pem = cert_pem(a, der);
    static const char *const starts[] = {"-----BEGIN CERTIFICATE-----\nMIIB\n", "-----BEGIN CERTIFICATE",
                                         "-----BEGIN ",
                                         "-----BEGIN CERTIFICATE-----\nMIIB\n-----END KEY-----\n"};
    for (size_t i = 0; i < TW_COUNT(starts); i++) {
        struct bundle b = read_file(a, bytes_str(starts[i]));
        assert_int_equal(b.n, 1);
        assert_int_equal(b.items[0].trouble, BUNDLE_UNENDED);
        assert_int_equal(b.items[0].der.n, 0);
        b = read_file(a, text(a, starts[i], "\n", pem));
        assert_int_equal(b.n, 2);
        assert_true(bytes_eq(b.items[1].der, der));
    }
    struct bundle b =
        read_file(a, bytes_str("-----BEGIN CERTIFICATE-----\nMI!B\n-----END CERTIFICATE-----\n"));
    assert_int_equal(b.items[0].trouble, BUNDLE_BROKEN);
}

/* Linear: as many BEGINs as fit, and one END behind them all. */
static void test_many_begins(void **state) {
    struct arena *a = *state;
    enum { N = 200000 };
    static const char line[] = "-----BEGIN X-----\n", end[] = "-----END X-----\n";
    uint8_t *p = arena_alloc(a, N * (sizeof(line) - 1) + sizeof(end));
    for (size_t i = 0; i < N; i++) memcpy(p + i * (sizeof(line) - 1), line, sizeof(line) - 1);
    memcpy(p + N * (sizeof(line) - 1), end, sizeof(end));
    struct bundle b = read_file(a, bytes_of(p, N * (sizeof(line) - 1) + sizeof(end) - 1));
    assert_int_equal(b.n, N);
    assert_int_equal(b.items[N - 1].line, N);
    assert_int_equal(b.items[N - 2].trouble, BUNDLE_UNENDED);
    assert_int_equal(b.items[N - 1].trouble, BUNDLE_BROKEN);
}

static void test_utf16(void **state) {
    struct arena *a = *state;
    const char *pem = cert_pem(a, der);
    size_t n = strlen(pem);
    for (size_t low = 0; low < 2; low++) {
        uint8_t *wide = arena_alloc(a, 2 * n + 2);
        memcpy(wide, low ? "\xFE\xFF" : "\xFF\xFE", 2);
        for (size_t i = 0; i < n; i++) wide[2 + 2 * i + low] = (uint8_t)pem[i];
        struct bundle b = read_file(a, bytes_of(wide, 2 * n + 2));
        assert_certs(&b, 1, 0);
        assert_true(b.utf16);
    }
}

static void test_der(void **state) {
    struct arena *a = *state;
    struct bundle b = read_file(a, der);
    assert_certs(&b, 1, 0);
    assert_int_equal(b.format, BUNDLE_DER);
    uint8_t *two = arena_alloc(a, 2 * der.n + 1);
    memcpy(two, der.p, der.n);
    memcpy(two + der.n, der.p, der.n);
    b = read_file(a, bytes_of(two, 2 * der.n));
    assert_certs(&b, 2, 0);
    b = read_file(a, bytes_of(two, 2 * der.n + 1)); /* what is no certificate stays with the last */
    assert_int_equal(b.n, 2);
    assert_int_equal(b.items[1].der.n, der.n + 1);
    for (size_t n = 0; n < der.n; n++) (void)read_file(a, bytes_cut(der, 0, n));
}

static struct bytes from_bio(struct arena *a, BIO *bio) {
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    struct bytes b = arena_copy(a, bytes_of(p, (size_t)n));
    BIO_free(bio);
    return b;
}

static void test_pkcs7(void **state) {
    struct arena *a = *state;
    PKCS7 *p7 = PKCS7_new();
    assert_true(PKCS7_set_type(p7, NID_pkcs7_signed) && PKCS7_content_new(p7, NID_pkcs7_data));
    assert_true(PKCS7_add_certificate(p7, cert));
    BIO *pem = BIO_new(BIO_s_mem()), *plain = BIO_new(BIO_s_mem());
    assert_true(PEM_write_bio_PKCS7(pem, p7) && i2d_PKCS7_bio(plain, p7));
    PKCS7_free(p7);
    BIO *both[] = {pem, plain};
    for (size_t i = 0; i < TW_COUNT(both); i++) {
        struct bundle b = read_file(a, from_bio(a, both[i]));
        assert_certs(&b, 1, 0);
        assert_int_equal(b.format, BUNDLE_PKCS7);
    }
}

static struct bytes make_p12(struct arena *a, const char *password) {
    PKCS12 *p12 = PKCS12_create(password, "name", key, cert, NULL, 0, 0, 0, 0, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(p12 && i2d_PKCS12_bio(bio, p12));
    PKCS12_free(p12);
    return from_bio(a, bio);
}

static struct bytes spki_of(struct arena *a, EVP_PKEY *k) {
    unsigned char *p = NULL;
    int n = i2d_PUBKEY(k, &p);
    struct bytes b = arena_copy(a, bytes_of(p, (size_t)n));
    OPENSSL_free(p);
    return b;
}

static void assert_key(const struct bundle *b, size_t at, struct bytes spki) {
    assert_true(b->n > at);
    assert_int_equal(b->items[at].kind, BUNDLE_KEY);
    assert_true(bundle_same_key(b->items[at].der, spki));
}

static void test_pkcs12(void **state) {
    struct arena *a = *state;
    struct bytes file = make_p12(a, "geheim"), spki = spki_of(a, key);
    struct bundle b = read_with(a, file, "geheim");
    assert_int_equal(b.format, BUNDLE_PKCS12);
    assert_int_equal(b.n, 2);
    assert_true(bytes_eq(b.items[0].der, der) && !b.wrong_password);
    assert_key(&b, 1, spki);
    b = read_with(a, file, "falsch");
    assert_true(b.wrong_password && b.n == 0);
    b = read_with(a, file, "");
    assert_true(b.wrong_password && b.n == 0);
    static const char *const none[] = {"", NULL};
    for (size_t i = 0; i < TW_COUNT(none); i++) {
        b = read_with(a, make_p12(a, none[i]), "");
        assert_true(b.n == 2 && !b.wrong_password);
    }
}

static void test_keys(void **state) {
    struct arena *a = *state;
    struct bytes spki = spki_of(a, key), other = spki_of(a, other_key);
    BIO *plain = BIO_new(BIO_s_mem()), *locked = BIO_new(BIO_s_mem()), *old = BIO_new(BIO_s_mem());
    unsigned char pass[] = "geheim";
    assert_true(PEM_write_bio_PKCS8PrivateKey(plain, key, NULL, NULL, 0, NULL, NULL));
    assert_true(PEM_write_bio_PKCS8PrivateKey(locked, key, EVP_aes_128_cbc(), (char *)pass, 6, NULL, NULL));
    assert_true(PEM_write_bio_PrivateKey_traditional(old, key, EVP_aes_128_cbc(), pass, 6, NULL, NULL));
    struct bundle b = read_file(a, from_bio(a, plain));
    assert_key(&b, 0, spki);
    assert_false(bundle_same_key(b.items[0].der, other));
    assert_false(bundle_same_key(b.items[0].der, (struct bytes){0}));
    BIO *both[] = {locked, old};
    for (size_t i = 0; i < TW_COUNT(both); i++) {
        struct bytes file = from_bio(a, both[i]);
        b = read_with(a, file, "geheim");
        assert_key(&b, 0, spki);
        assert_int_equal(b.items[0].trouble, 0);
        b = read_with(a, file, "falsch");
        assert_int_equal(b.items[0].trouble, BUNDLE_LOCKED);
        assert_int_equal(b.items[0].der.n, 0);
    }
}

/* ---- what passwords cost ---- */

/* Rounds that are done here, and what a hostile file says instead: as many bytes. */
enum { ROUNDS = 0x8000, MAC_ROUNDS = 0x8001, COSTLY_ROUNDS = 0x7FFFFF };

static struct bytes with_rounds(struct arena *a, struct bytes file, uint32_t from) {
    uint8_t *copy = arena_alloc(a, file.n);
    const uint8_t was[] = {2, 3, (uint8_t)(from >> 16), (uint8_t)(from >> 8), (uint8_t)from};
    const uint8_t costly[] = {2, 3, COSTLY_ROUNDS >> 16, COSTLY_ROUNDS >> 8 & 0xFF, COSTLY_ROUNDS & 0xFF};
    size_t found = 0;
    memcpy(copy, file.p, file.n);
    for (size_t i = 0; i + sizeof(was) <= file.n; i++) {
        if (memcmp(file.p + i, was, sizeof(was)) != 0) continue;
        memcpy(copy + i, costly, sizeof(costly));
        found++;
    }
    assert_true(found > 0);
    return bytes_of(copy, file.n);
}

static struct bytes p12_of(struct arena *a, int nid) {
    PKCS12 *p12 = PKCS12_create("geheim", "name", key, cert, NULL, nid, nid, ROUNDS, MAC_ROUNDS, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(p12 && i2d_PKCS12_bio(bio, p12));
    PKCS12_free(p12);
    return from_bio(a, bio);
}

static struct bytes locked_key(struct arena *a, int nid) {
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    const EVP_CIPHER *cipher = nid < 0 ? EVP_aes_128_cbc() : NULL;
    X509_SIG *sig = PKCS8_encrypt(nid, cipher, "geheim", 6, NULL, 0, ROUNDS, info);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(sig && i2d_PKCS8_bio(bio, sig));
    X509_SIG_free(sig);
    PKCS8_PRIV_KEY_INFO_free(info);
    return from_bio(a, bio);
}

static void assert_costly(struct arena *a, struct bytes file, bool costly) {
    struct bundle b = read_with(a, file, "geheim");
    assert_int_equal(b.too_costly, costly);
    assert_int_equal(b.n > 0 && b.items[b.n - 1].der.n > 0, !costly);
}

static struct bytes in_pem(struct arena *a, struct bytes in, const char *headers) {
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(PEM_write_bio(bio, "ENCRYPTED PRIVATE KEY", headers, in.p, (long)in.n));
    return from_bio(a, bio);
}

static void test_costly_passwords(void **state) {
    struct arena *a = *state;
    static const int pkcs12[] = {NID_aes_128_cbc, NID_pbe_WithSHA1And3_Key_TripleDES_CBC};
    static const int pkcs8[] = {-1, NID_pbe_WithSHA1And3_Key_TripleDES_CBC};
    for (size_t i = 0; i < TW_COUNT(pkcs12); i++) {
        struct bytes file = p12_of(a, pkcs12[i]), locked = locked_key(a, pkcs8[i]);
        struct bytes costly = with_rounds(a, locked, ROUNDS);
        assert_costly(a, file, false);
        assert_costly(a, with_rounds(a, file, MAC_ROUNDS), true);
        assert_costly(a, locked, false);
        assert_costly(a, costly, true);
        assert_costly(a, in_pem(a, locked, ""), false);
        assert_costly(a, in_pem(a, costly, ""), true);
    }
}

/* The MAC is right, and what is inside costs too much. */
static void test_costly_contents(void **state) {
    struct arena *a = *state;
    static const int nids[] = {NID_aes_128_cbc, NID_pbe_WithSHA1And3_Key_TripleDES_CBC};
    for (size_t i = 0; i < TW_COUNT(nids); i++) {
        PKCS12 *p12 = PKCS12_create("geheim", "name", key, cert, NULL, nids[i], nids[i], ROUNDS, -1, 0);
        BIO *bio = BIO_new(BIO_s_mem());
        assert_true(p12 && i2d_PKCS12_bio(bio, p12));
        PKCS12_free(p12);
        struct bytes file = from_bio(a, bio);
        assert_costly(a, file, false);
        assert_costly(a, with_rounds(a, file, ROUNDS), true);
    }
}

/* RFC 1421's headers around PKCS #8 would hide what the inner password costs. */
static void test_headers_around_pkcs8(void **state) {
    struct arena *a = *state;
    struct bytes file = in_pem(a, locked_key(a, -1), "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n");
    struct bundle b = read_with(a, file, "geheim");
    assert_int_equal(b.n, 1);
    assert_int_equal(b.items[0].trouble, BUNDLE_BROKEN);
}

static void test_nothing(void **state) {
    struct arena *a = *state;
    static const char *const texts[] = {
        "", " \n", "hello", "\x30", "\x30\x82", "-----END CERTIFICATE-----\n", "\xFF\xFE", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < TW_COUNT(texts); i++) {
        struct bundle b = read_file(a, bytes_str(texts[i]));
        assert_int_equal(b.format, BUNDLE_NONE);
        assert_int_equal(b.n, 0);
    }
}

static int setup(void **state) {
    static struct arena a;
    key = make_key("EC", "P-256", 0);
    other_key = make_key("EC", "P-256", 0);
    const struct spec s = {.cn = "a.test", .extensions = {{"subjectAltName", "DNS:a.test"}}};
    der = issue(&a, &s, key, (struct bytes){0}, NULL);
    const unsigned char *p = der.p;
    cert = d2i_X509(NULL, &p, (long)der.n);
    *state = &a;
    return 0;
}
static int teardown(void **state) {
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    X509_free(cert);
    return arena_teardown(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pem),
        cmocka_unit_test(test_lines_that_were_joined),
        cmocka_unit_test(test_blocks_that_do_not_end),
        cmocka_unit_test(test_many_begins),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_der),
        cmocka_unit_test(test_pkcs7),
        cmocka_unit_test(test_pkcs12),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_costly_passwords),
        cmocka_unit_test(test_costly_contents),
        cmocka_unit_test(test_headers_around_pkcs8),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
