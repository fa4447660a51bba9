/* Public keys out of certificates: what they are, and every signature scheme verified against libcrypto's own
 * signatures. */
#include "issue.h"

#include <openssl/rsa.h>

static const struct key_row {
    const char *type, *group;
    size_t bits;
    enum key_type is;
    uint16_t group_id;
    unsigned shown_bits;
} rows[] = {
    {"RSA", NULL, 2048, KEY_RSA, 0, 2048},
    {"RSA", NULL, 1024, KEY_RSA, 0, 1024},
    {"RSA-PSS", NULL, 2048, KEY_RSA_PSS, 0, 2048},
    {"EC", "P-256", 0, KEY_EC, GROUP_SECP256R1, 256},
    {"EC", "P-384", 0, KEY_EC, GROUP_SECP384R1, 384},
    {"EC", "P-521", 0, KEY_EC, GROUP_SECP521R1, 521},
    {"EC", "brainpoolP256r1", 0, KEY_EC, 26, 256},
    {"EC", "secp256k1", 0, KEY_EC, 22, 256},
    {"ED25519", NULL, 0, KEY_ED25519, 0, 256},
    {"ED448", NULL, 0, KEY_ED448, 0, 456},
    {"DSA", NULL, 2048, KEY_DSA, 0, 2048},
};
enum { N_KEYS = sizeof(rows) / sizeof(rows[0]) };

struct keys {
    struct arena a;
    EVP_PKEY *priv[N_KEYS];
    struct pubkey *pub[N_KEYS];
};

static int make_keys(void **state) {
    static struct keys k;
    for (size_t i = 0; i < N_KEYS; i++) {
        k.priv[i] = make_key(rows[i].type, rows[i].group, rows[i].bits);
        const struct spec s = {.cn = "key.test"};
        struct bytes der = tight(issue(&k.a, &s, k.priv[i], (struct bytes){0}, NULL));
        k.pub[i] = pubkey_from_cert(der);
        tight_free(der);
        if (!k.pub[i]) return -1;
    }
    *state = &k;
    return 0;
}

static int free_keys(void **state) {
    struct keys *k = *state;
    for (size_t i = 0; i < N_KEYS; i++) {
        EVP_PKEY_free(k->priv[i]);
        pubkey_free(k->pub[i]);
    }
    arena_done(&k->a);
    return 0;
}

static void test_what_a_key_is(void **state) {
    struct keys *k = *state;
    for (size_t i = 0; i < N_KEYS; i++) {
        assert_int_equal(pubkey_type(k->pub[i]), rows[i].is);
        assert_int_equal(pubkey_bits(k->pub[i]), rows[i].shown_bits);
        assert_int_equal(pubkey_group(k->pub[i]), rows[i].group_id);
    }
    assert_null(pubkey_from_cert((struct bytes){0}));
    assert_null(pubkey_from_cert(bytes_str("no certificate")));
    pubkey_free(NULL);
}

/* Signs by the scheme's own words: digest, padding, salt as long as the digest (RFC 8446 4.2.3). */
static struct bytes sign(struct arena *a, EVP_PKEY *key, const struct sigscheme *s, struct bytes data) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL;
    size_t n = 1024;
    uint8_t *out = arena_alloc(a, n);
    bool pss = s->kind == SIG_RSA_PSS_RSAE || s->kind == SIG_RSA_PSS_PSS;
    assert_true(EVP_DigestSignInit_ex(ctx, &pctx, s->hash, NULL, NULL, key, NULL) > 0);
    if (pss)
        assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0);
    assert_true(EVP_DigestSign(ctx, out, &n, data.p, data.n) > 0);
    EVP_MD_CTX_free(ctx);
    return bytes_of(out, n);
}

/* Which keys make which kinds of signature. */
static bool makes(const struct key_row *key, const struct sigscheme *s) {
    switch (s->kind) {
    case SIG_RSA_PKCS1:
    case SIG_RSA_PSS_RSAE:
        return key->is == KEY_RSA;
    case SIG_RSA_PSS_PSS:
        return key->is == KEY_RSA_PSS;
    case SIG_ECDSA:
        return key->is == KEY_EC;
    case SIG_EDDSA:
        return (s->id == SIG_ED25519 && key->is == KEY_ED25519) ||
               (s->id == SIG_ED448 && key->is == KEY_ED448);
    case SIG_DSA:
        return key->is == KEY_DSA;
    case SIG_OTHER:
        break;
    }
    return false;
}

static bool verifies(const struct pubkey *k, uint16_t scheme, struct bytes data, struct bytes signature) {
    struct bytes s = tight(signature);
    bool ok = pubkey_verify(k, scheme, data, s);
    tight_free(s);
    return ok;
}

/* A signature is good by its own scheme and key, and by no other scheme that differs in more than its name.
 */
static void check_scheme(struct keys *k, size_t i, const struct sigscheme *s) {
    struct arena *a = &k->a;
    struct bytes data = bytes_str("what the handshake said"), other = bytes_str("what the handshake sayd");
    struct bytes sig = sign(a, k->priv[i], s, data);
    assert_true(verifies(k->pub[i], s->id, data, sig));
    assert_false(verifies(k->pub[i], s->id, other, sig));
    assert_false(verifies(k->pub[i], s->id, data, flipped(a, sig, sig.n - 1)));
    assert_false(verifies(k->pub[i], s->id, data, bytes_cut(sig, 0, sig.n - 1)));
    assert_false(verifies(k->pub[i], s->id, data, (struct bytes){0}));
    for (size_t j = 0; j < N_KEYS; j++)
        if (j != i) assert_false(verifies(k->pub[j], s->id, data, sig));
    size_t n;
    const struct sigscheme *table = sigscheme_table(&n);
    for (size_t j = 0; j < n; j++) {
        const struct sigscheme *t = &table[j];
        bool same = t->kind == s->kind &&
                    (t->hash == s->hash || (t->hash && s->hash && strcmp(t->hash, s->hash) == 0)) &&
                    t->kind != SIG_EDDSA;
        if (t->id != s->id && !same && verifies(k->pub[i], t->id, data, sig))
            fail_msg("%s passes as %s", s->name, t->name);
    }
}

static size_t signers(const struct pubkey *k, uint16_t scheme, const char *data, struct bytes sig,
                      struct signer ret[SIGNERS_MAX]) {
    struct bytes s = tight(sig);
    size_t n = ecdsa_signers(k, scheme, bytes_str(data), s, ret);
    tight_free(s);
    return n;
}

static bool share_one(const struct signer *x, size_t n_x, const struct signer *y, size_t n_y) {
    for (size_t i = 0; i < n_x; i++)
        for (size_t j = 0; j < n_y; j++)
            if (bytes_eq(bytes_of(x[i].p, x[i].n), bytes_of(y[j].p, y[j].n))) return true;
    return false;
}

/* Two signatures show their maker, whoever's curve is given; over other data than were signed they show
 * nobody. */
static void check_signers(struct keys *k, size_t i, const struct sigscheme *s) {
    struct arena *a = &k->a;
    struct signer x[SIGNERS_MAX], y[SIGNERS_MAX];
    struct bytes first = sign(a, k->priv[i], s, bytes_str("first")),
                 second = sign(a, k->priv[i], s, bytes_str("second"));
    size_t n_x = signers(k->pub[i], s->id, "first", first, x),
           n_y = signers(k->pub[i], s->id, "second", second, y);
    assert_true(n_x > 0 && n_y > 0);
    assert_true(share_one(x, n_x, y, n_y));
    n_y = signers(k->pub[i], s->id, "sekond", second, y);
    assert_false(share_one(x, n_x, y, n_y));
    assert_int_equal(signers(k->pub[i], s->id, "first", bytes_cut(first, 0, first.n - 1), y), 0);
    assert_int_equal(signers(k->pub[0], s->id, "first", first, y), 0); /* RSA */
    assert_false(pubkey_made(k->pub[i], s->id, first));
}

static void check_made(struct keys *k, size_t i, const struct sigscheme *s) {
    struct arena *a = &k->a;
    struct bytes sig = tight(sign(a, k->priv[i], s, bytes_str("anything")));
    assert_true(pubkey_made(k->pub[i], s->id, sig));
    for (size_t j = 0; j < N_KEYS; j++)
        if (j != i) assert_false(pubkey_made(k->pub[j], s->id, sig));
    assert_false(pubkey_made(k->pub[i], s->id, bytes_cut(sig, 0, sig.n - 1)));
    assert_false(pubkey_made(k->pub[i], 0xFEFE, flipped(a, sig, 7)));
    assert_false(pubkey_made(k->pub[i], s->id, flipped(a, sig, 7)));
    tight_free(sig);
}

static void test_who_signed(void **state) {
    struct keys *k = *state;
    size_t n;
    const struct sigscheme *table = sigscheme_table(&n);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < N_KEYS; i++) {
            if (!table[j].hash || strcmp(table[j].hash, "MD5") == 0 || !makes(&rows[i], &table[j])) continue;
            if (rows[i].bits == 1024 && strcmp(table[j].hash, "SHA512") == 0 &&
                table[j].kind != SIG_RSA_PKCS1)
                continue;
            if (rows[i].is == KEY_EC)
                check_signers(k, i, &table[j]);
            else if (rows[i].is != KEY_DSA)
                check_made(k, i, &table[j]);
        }
}

static void test_every_scheme(void **state) {
    struct keys *k = *state;
    size_t n, tried = 0;
    const struct sigscheme *table = sigscheme_table(&n);
    for (size_t i = 0; i < N_KEYS; i++)
        for (size_t j = 0; j < n; j++) {
            bool fits = makes(&rows[i], &table[j]);
            bool too_short =
                rows[i].shown_bits == 1024 && table[j].id == SIG_RSA_PSS_RSAE_SHA512; /* RFC 8017 9.1.1 */
            if (!fits || too_short) {
                assert_false(verifies(k->pub[i], table[j].id, bytes_str("x"), bytes_str("y")));
                continue;
            }
            check_scheme(k, i, &table[j]);
            tried++;
        }
    assert_in_range(tried, 60, 200);
}

/* TLS 1.0 signs MD5 and SHA-1 side by side, without the name of a digest (RFC 4346 4.7). */
static void test_md5_sha1(void **state) {
    struct keys *k = *state;
    uint8_t digest[HASH_MAX], sig[256];
    struct bytes data = bytes_str("randoms and parameters");
    size_t n = sizeof(sig), digest_n = hash_once(HASH_MD5_SHA1, data, digest);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->priv[0], NULL);
    assert_true(EVP_PKEY_sign_init(ctx) > 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0);
    assert_true(EVP_PKEY_sign(ctx, sig, &n, digest, digest_n) > 0); /* raw: PKCS #1 type 1 around 36 bytes */
    EVP_PKEY_CTX_free(ctx);
    assert_true(verifies(k->pub[0], SIG_RSA_MD5_SHA1, data, bytes_of(sig, n)));
    assert_false(verifies(k->pub[0], SIG_RSA_MD5_SHA1, bytes_str("others"), bytes_of(sig, n)));
    assert_false(verifies(k->pub[0], SIG_RSA_PKCS1_SHA1, data, bytes_of(sig, n)));
    assert_false(verifies(k->pub[3], SIG_RSA_MD5_SHA1, data, bytes_of(sig, n)));
}

static void test_schemes_that_nobody_knows(void **state) {
    struct keys *k = *state;
    static const uint16_t unknown[] = {0, 0x0000, 0x0A0A, 0x0704, 0x0904, 0xFFFF};
    for (size_t i = 0; i < TW_COUNT(unknown); i++)
        for (size_t j = 0; j < N_KEYS; j++)
            assert_false(verifies(k->pub[j], unknown[i], bytes_str("x"), bytes_str("y")));
}

static void test_encryption(void **state) {
    struct keys *k = *state;
    struct bytes plain = filled(&k->a, 0x33, 48), sealed = {0};
    for (size_t i = 0; i < N_KEYS; i++)
        assert_int_equal(pubkey_encrypt(k->pub[i], plain, &k->a, &sealed), rows[i].is == KEY_RSA);
    assert_true(pubkey_encrypt(k->pub[0], plain, &k->a, &sealed));
    assert_int_equal(sealed.n, 256);
    uint8_t out[256];
    size_t n = sizeof(out);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->priv[0], NULL);
    assert_true(EVP_PKEY_decrypt_init(ctx) > 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0);
    assert_true(EVP_PKEY_decrypt(ctx, out, &n, sealed.p, sealed.n) > 0);
    EVP_PKEY_CTX_free(ctx);
    assert_true(bytes_eq(bytes_of(out, n), plain));
    assert_false(pubkey_encrypt(k->pub[0], filled(&k->a, 1, 246), &k->a, &sealed)); /* no room for padding */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_key_is), cmocka_unit_test(test_every_scheme),
        cmocka_unit_test(test_md5_sha1),      cmocka_unit_test(test_schemes_that_nobody_knows),
        cmocka_unit_test(test_encryption),    cmocka_unit_test(test_who_signed),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
