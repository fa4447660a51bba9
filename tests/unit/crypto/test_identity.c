/* A client's certificate and key out of files, and what the key signs. */
#include "crypto/identity.h"

#include "issue.h"

#include "base/text.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

static const struct key_row {
    const char *type, *group;
    size_t bits;
    enum key_type is;
} rows[] = {
    {"RSA", NULL, 2048, KEY_RSA},  {"RSA", NULL, 1024, KEY_RSA}, {"RSA-PSS", NULL, 2048, KEY_RSA_PSS},
    {"EC", "P-256", 0, KEY_EC},    {"EC", "P-521", 0, KEY_EC},   {"ED25519", NULL, 0, KEY_ED25519},
    {"ED448", NULL, 0, KEY_ED448},
};

static EVP_PKEY *ca_key, *key, *other_key;
static struct bytes root, ca, own;
static struct arena lasting;

static int make(void **state) {
    *state = &lasting;
    ca_key = make_key("EC", "P-256", 0);
    key = make_key("EC", "P-256", 0);
    other_key = make_key("EC", "P-256", 0);
    EVP_PKEY *root_key = make_key("EC", "P-256", 0);
    root = issue(&lasting, &(struct spec){.cn = "root"}, root_key, (struct bytes){0}, NULL);
    ca = issue(&lasting, &(struct spec){.cn = "ca"}, ca_key, root, root_key);
    own = issue(&lasting, &(struct spec){.cn = "own"}, key, ca, ca_key);
    EVP_PKEY_free(root_key);
    return 0;
}

static int drop(void **state) {
    (void)state;
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    arena_done(&lasting);
    return 0;
}

static struct bytes from_bio(struct arena *a, BIO *bio) {
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);
    struct bytes ret = arena_copy(a, bytes_of(p, (size_t)n));
    BIO_free(bio);
    return ret;
}

static struct bytes key_pem(struct arena *a, EVP_PKEY *k, const char *passphrase) {
    BIO *bio = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = passphrase ? EVP_aes_128_cbc() : NULL;
    int n = passphrase ? (int)strlen(passphrase) : 0;
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, k, cipher, passphrase, n, NULL, NULL), 1);
    return from_bio(a, bio);
}

static struct bytes key_der(struct arena *a, EVP_PKEY *k) {
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(i2d_PrivateKey_bio(bio, k), 1);
    return from_bio(a, bio);
}

static X509 *x509(struct bytes der) {
    const unsigned char *p = der.p;
    X509 *c = d2i_X509(NULL, &p, (long)der.n);
    assert_non_null(c);
    return c;
}

/* The CAs lie in it root first. */
static struct bytes pkcs12(struct arena *a, const char *passphrase) {
    STACK_OF(X509) *cas = sk_X509_new_null();
    X509 *leaf = x509(own);
    sk_X509_push(cas, x509(root));
    sk_X509_push(cas, x509(ca));
    PKCS12 *file = PKCS12_create(passphrase, "me", key, leaf, cas, 0, 0, 1, 1, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_non_null(file);
    assert_int_equal(i2d_PKCS12_bio(bio, file), 1);
    PKCS12_free(file);
    X509_free(leaf);
    sk_X509_pop_free(cas, X509_free);
    return from_bio(a, bio);
}

static struct bytes join(struct arena *a, const char *x, const char *y, struct bytes z) {
    return bytes_str(text_f(a, "%s%s%.*s", x, y, (int)z.n, (const char *)z.p));
}

static const char *read_one(struct arena *a, struct bytes file, const char *passphrase,
                            struct identity *ret) {
    return identity_read(a, &(struct identity_file){"me.pem", file, passphrase}, NULL, ret);
}

static const char *read_two(struct arena *a, struct bytes file, struct bytes keys, struct identity *ret) {
    return identity_read(a, &(struct identity_file){"me.pem", file, ""},
                         &(struct identity_file){"me.key", keys, ""}, ret);
}

static void assert_chain(const struct identity *i, size_t n) {
    assert_int_equal(i->n, n);
    const struct bytes want[] = {own, ca, root};
    for (size_t k = 0; k < n; k++) assert_true(bytes_eq(i->chain[k], want[k]));
}

static void test_forms(void **state) {
    struct arena *a = *state;
    struct identity i;
    const char *chain = text_f(a, "%s%s", cert_pem(a, own), cert_pem(a, ca));
    assert_null(read_one(a, join(a, chain, "", key_pem(a, key, NULL)), "", &i));
    assert_chain(&i, 2);
    assert_true(i.fits && i.same_files && i.key_of == 1);
    identity_free(&i);
    assert_null(read_two(a, own, key_der(a, key), &i));
    assert_chain(&i, 1);
    assert_true(i.fits && !i.same_files);
    identity_free(&i);
    assert_null(read_one(a, pkcs12(a, ""), "", &i));
    assert_chain(&i, 3); /* whatever their order in the file */
    assert_true(i.fits);
    identity_free(&i);
    assert_null(read_one(a, pkcs12(a, "secret"), "secret", &i));
    assert_true(i.fits);
    identity_free(&i);
    assert_null(read_one(a, join(a, chain, "", key_pem(a, key, "secret")), "secret", &i));
    assert_true(i.fits);
    identity_free(&i);
}

static void test_what_does_not_fit(void **state) {
    struct arena *a = *state;
    struct identity i;
    assert_null(read_two(a, own, key_pem(a, other_key, NULL), &i));
    assert_false(i.fits);
    assert_int_equal(i.key_of, 0);
    identity_free(&i);
    /* The issuer first: programs take it for the client's own. */
    const char *turned = text_f(a, "%s%s", cert_pem(a, ca), cert_pem(a, own));
    assert_null(read_one(a, join(a, turned, "", key_pem(a, key, NULL)), "", &i));
    assert_false(i.fits);
    assert_int_equal(i.key_of, 2);
    assert_true(bytes_eq(i.chain[0], ca));
    identity_free(&i);
    /* Of several keys the one that belongs to it. */
    struct bytes two =
        join(a, cert_pem(a, own), arena_str(a, key_pem(a, other_key, NULL)), key_pem(a, key, NULL));
    assert_null(read_one(a, two, "", &i));
    assert_true(i.fits);
    identity_free(&i);
}

static void assert_trouble(const char *line, const char *words) {
    assert_non_null(line);
    if (!strstr(line, words)) fail_msg("'%s' does not say '%s'", line, words);
}

static void test_what_cannot_be_read(void **state) {
    struct arena *a = *state;
    struct identity i;
    struct bytes cert = bytes_str(cert_pem(a, own)), locked = key_pem(a, key, "secret");
    assert_trouble(read_one(a, cert, "", &i), "no private key");
    assert_trouble(read_one(a, key_pem(a, key, NULL), "", &i), "no certificate");
    assert_trouble(read_one(a, bytes_str("words\n"), "", &i), "me.pem");
    assert_trouble(read_one(a, (struct bytes){0}, "", &i), "empty");
    assert_trouble(read_two(a, cert, locked, &i), "FILE:PASSPHRASE");
    assert_trouble(read_two(a, cert, cert, &i), "'me.key'");
    assert_trouble(read_one(a, pkcs12(a, "secret"), "", &i), "passphrase");
    assert_trouble(read_one(a, pkcs12(a, "secret"), "wrong", &i), "does not open it");
    assert_trouble(read_one(a, join(a, cert_pem(a, own), "", locked), "wrong", &i), "does not open it");
}

/* Each scheme that the key can make verifies with the certificate's key; each other is refused. */
static void check_key(struct arena *a, const struct key_row *row) {
    EVP_PKEY *pkey = make_key(row->type, row->group, row->bits);
    struct bytes cert = issue(a, &(struct spec){.cn = "me"}, pkey, (struct bytes){0}, NULL);
    struct bytes data = bytes_str("what is signed"), signature;
    struct pubkey *pub = pubkey_from_cert(cert);
    struct identity i;
    assert_null(read_two(a, cert, key_der(a, pkey), &i));
    assert_int_equal(privkey_type(i.key), row->is);
    size_t n, made = 0;
    const struct sigscheme *table = sigscheme_table(&n);
    for (size_t k = 0; k < n; k++) {
        bool can = privkey_can(i.key, table[k].id);
        assert_int_equal(privkey_sign(i.key, table[k].id, data, a, &signature), can);
        if (can) assert_true(pubkey_verify(pub, table[k].id, data, signature));
        made += can;
    }
    assert_true(made > 0);
    bool old = row->is == KEY_RSA;
    assert_int_equal(privkey_sign(i.key, SIG_RSA_MD5_SHA1, data, a, &signature), old);
    if (old) assert_true(pubkey_verify(pub, SIG_RSA_MD5_SHA1, data, signature));
    pubkey_free(pub);
    identity_free(&i);
    EVP_PKEY_free(pkey);
}

static void test_signatures(void **state) {
    for (size_t i = 0; i < TW_COUNT(rows); i++) check_key(*state, &rows[i]);
}

/* RFC 8017 9.1.1: 1024 bits have no room for PSS with SHA-512. */
static void test_room(void **state) {
    struct arena *a = *state;
    struct identity i;
    EVP_PKEY *small = make_key("RSA", NULL, 1024);
    struct bytes cert = issue(a, &(struct spec){.cn = "me"}, small, (struct bytes){0}, NULL);
    assert_null(read_two(a, cert, key_der(a, small), &i));
    assert_true(privkey_can(i.key, SIG_RSA_PSS_RSAE_SHA256));
    assert_false(privkey_can(i.key, SIG_RSA_PSS_RSAE_SHA512));
    assert_true(privkey_can(i.key, SIG_RSA_PKCS1_SHA512));
    identity_free(&i);
    EVP_PKEY_free(small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
