/* Key agreement: both sides come to one secret, published vectors come out, and what is no public key is
 * refused. */
#include "crypto_test.h"

#include <openssl/bn.h>

static bool derive(const struct kx *k, struct bytes peer, bool strip, uint8_t *out, size_t *n) {
    struct bytes p = tight(peer);
    bool ok = kx_derive(k, p, strip, out, n);
    tight_free(p);
    return ok;
}

static bool refuses(const struct kx *k, struct bytes peer) {
    uint8_t out[CRYPTO_SHARE_MAX];
    size_t n = 0;
    return !derive(k, peer, false, out, &n);
}

static void test_every_group_agrees(void **state) {
    (void)state;
    size_t n_groups, tried = 0;
    const struct group *table = group_table(&n_groups);
    for (size_t i = 0; i < n_groups; i++) {
        if (!table[i].supported) continue;
        struct kx *x = kx_new(table[i].id), *y = kx_new(table[i].id);
        assert_non_null(x);
        assert_non_null(y);
        assert_int_equal(kx_public(x).n, table[i].share_size);
        assert_false(bytes_eq(kx_public(x), kx_public(y)));
        uint8_t one[CRYPTO_SHARE_MAX], two[CRYPTO_SHARE_MAX];
        size_t n_one = 0, n_two = 0;
        assert_true(derive(x, kx_public(y), false, one, &n_one));
        assert_true(derive(y, kx_public(x), false, two, &n_two));
        assert_int_equal(n_one, n_two);
        assert_memory_equal(one, two, n_one);
        /* The coordinate of a point, or all of a number: a share without the form byte is twice that. */
        size_t whole = table[i].kind == GROUP_ECDH ? (table[i].share_size - 1) / 2U : table[i].share_size;
        assert_int_equal(n_one, whole);
        kx_free(x);
        kx_free(y);
        tried++;
    }
    assert_int_equal(tried, 10);
}

/* RFC 7748 6.1 and 6.2; RFC 5903 8.1. */
static void test_published_secrets(void **state) {
    struct arena *a = *state;
    static const struct {
        uint16_t group;
        const char *one, *one_public, *two, *secret;
    } rows[] = {
        {GROUP_X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
         "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
         "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
         "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
        {GROUP_X448,
         "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d"
         "9ac2d8c0a598726b",
         "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53"
         "177f80e532c41fa0",
         "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0"
         "366f10b65173992d",
         "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a"
         "449a5037514a879d"},
        {GROUP_SECP256R1, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
         "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e5"
         "9ab1f45b33accf5f58389e0577b8990bb3",
         "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
         "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct kx *one = kx_from_private(rows[i].group, hex(a, rows[i].one));
        struct kx *two = kx_from_private(rows[i].group, hex(a, rows[i].two));
        uint8_t out[CRYPTO_SHARE_MAX];
        size_t n = 0;
        assert_hex(a, kx_public(one), rows[i].one_public);
        assert_true(derive(one, kx_public(two), false, out, &n));
        assert_hex(a, bytes_of(out, n), rows[i].secret);
        assert_true(derive(two, kx_public(one), true, out, &n));
        assert_hex(a, bytes_of(out, n), rows[i].secret);
        kx_free(one);
        kx_free(two);
    }
}

/* Neither too short, nor too long, nor empty: of every group. */
static void test_shares_of_wrong_length(void **state) {
    struct arena *a = *state;
    size_t n_groups;
    const struct group *table = group_table(&n_groups);
    for (size_t i = 0; i < n_groups; i++) {
        if (!table[i].supported || table[i].share_size > 512) continue;
        struct kx *k = kx_new(table[i].id), *peer = kx_new(table[i].id);
        struct bytes good = kx_public(peer);
        uint8_t *longer = arena_alloc(a, good.n + 1);
        memcpy(longer, good.p, good.n);
        assert_true(refuses(k, bytes_of(longer, good.n + 1)));
        assert_true(refuses(k, bytes_cut(good, 0, good.n - 1)));
        assert_true(refuses(k, bytes_cut(good, 0, 1)));
        assert_true(refuses(k, (struct bytes){0}));
        assert_true(refuses(k, filled(a, 0xFF, CRYPTO_SHARE_MAX + 1)));
        kx_free(k);
        kx_free(peer);
    }
}

/* RFC 8446 4.2.8.2 and RFC 8422 5.4.1: uncompressed points on the curve, nothing else. */
static void test_points_that_are_none(void **state) {
    struct arena *a = *state;
    static const uint16_t curves[] = {GROUP_SECP256R1, GROUP_SECP384R1, GROUP_SECP521R1};
    for (size_t i = 0; i < TW_COUNT(curves); i++) {
        struct kx *k = kx_new(curves[i]), *peer = kx_new(curves[i]);
        struct bytes good = kx_public(peer);
        size_t half = (good.n - 1) / 2;
        assert_true(refuses(k, flipped(a, good, good.n - 1))); /* beside the curve */
        assert_true(refuses(k, filled(a, 0, 1)));              /* the point at infinity */
        assert_true(refuses(k, filled(a, 0, good.n)));
        uint8_t *point = arena_alloc(a, good.n);
        memcpy(point, good.p, good.n);
        point[0] = (uint8_t)(2 + (good.p[good.n - 1] & 1));
        assert_true(refuses(k, bytes_of(point, half + 1))); /* compressed */
        point[0] = (uint8_t)(6 + (good.p[good.n - 1] & 1));
        assert_true(refuses(k, bytes_of(point, good.n))); /* hybrid form */
        memset(point + 1, 0xFF, half);
        point[0] = 4;
        assert_true(refuses(k, bytes_of(point, good.n))); /* a coordinate above the prime */
        kx_free(k);
        kx_free(peer);
    }
}

/* Points of small order give a secret of zeros: RFC 8446 7.4.2 wants an end. */
static void test_small_order(void **state) {
    struct arena *a = *state;
    static const struct {
        uint16_t group;
        const char *point;
    } rows[] = {
        {GROUP_X25519, "0000000000000000000000000000000000000000000000000000000000000000"},
        {GROUP_X25519, "0100000000000000000000000000000000000000000000000000000000000000"},
        {GROUP_X25519, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {GROUP_X25519, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"},
        {GROUP_X448, "00000000000000000000000000000000000000000000000000000000 "
                     "00000000000000000000000000000000000000000000000000000000"},
        {GROUP_X448, "01000000000000000000000000000000000000000000000000000000 "
                     "00000000000000000000000000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct kx *k = kx_new(rows[i].group);
        assert_true(refuses(k, hex(a, rows[i].point)));
        kx_free(k);
    }
}

static struct bytes number(struct arena *a, const BIGNUM *n, size_t size) {
    uint8_t *p = arena_alloc(a, size);
    assert_int_equal(BN_bn2binpad(n, p, (int)size), (int)size);
    return bytes_of(p, size);
}

/* 0, 1, p-1, p and what is beyond: RFC 7919 5.1. */
static void refuse_outside(struct arena *a, const struct kx *k, const BIGNUM *prime, size_t size) {
    BIGNUM *y = BN_dup(prime);
    assert_true(refuses(k, filled(a, 0, size)));
    uint8_t *one = arena_alloc(a, size);
    one[size - 1] = 1;
    assert_true(refuses(k, bytes_of(one, size)));
    assert_true(refuses(k, number(a, y, size)));
    BN_sub_word(y, 1);
    assert_true(refuses(k, number(a, y, size)));
    assert_true(refuses(k, filled(a, 0xFF, size)));
    BN_free(y);
}

/* RFC 7919 A.1: p = 2^2048 - 2^1984 + ([2^1918 e] + 560316) 2^64 - 1. libcrypto knows it too. */
static void test_dh_of_named_groups(void **state) {
    struct arena *a = *state;
    struct kx *k = kx_new(GROUP_FFDHE2048);
    BIGNUM *p = NULL;
    BN_hex2bn(
        &p, "FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695A9E13641146433FBCC939DCE249B3EF9"
            "7D2FE363630C75D8F681B202AEC4617AD3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935"
            "984F0C70E0E68B77E2A689DAF3EFE8721DF158A136ADE73530ACCA4F483A797ABC0AB182B324FB61D108A94BB2C8E3FB"
            "B96ADAB760D7F4681D4F42A3DE394DF4AE56EDE76372BB190B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F61"
            "9172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005C58EF1837D1683B2C6F34A26C1B2EFFA"
            "886B423861285C97FFFFFFFFFFFFFFFF");
    refuse_outside(a, k, p, 256);
    BN_free(p);
    kx_free(k);
}

/* A server's own parameters, of a size where a secret with leading zeros comes soon. */
static void test_dh_of_own_parameters(void **state) {
    struct arena *a = *state;
    struct bytes prime = hex(a, "ffffffffffffffc5"), base = hex(a, "02"); /* the largest prime of 64 bits */
    BIGNUM *p = BN_bin2bn(prime.p, (int)prime.n, NULL);
    bool stripped = false;
    for (unsigned i = 0; i < 20000 && !stripped; i++) {
        struct kx *x = kx_new_dh(prime, base), *y = kx_new_dh(prime, base);
        uint8_t one[CRYPTO_SHARE_MAX], two[CRYPTO_SHARE_MAX], bare[CRYPTO_SHARE_MAX];
        size_t n_one = 0, n_two = 0, n_bare = 0;
        assert_true(derive(x, kx_public(y), false, one, &n_one));
        assert_true(derive(y, kx_public(x), false, two, &n_two));
        assert_true(derive(x, kx_public(y), true, bare, &n_bare));
        assert_true(n_one == 8 && n_two == 8);
        assert_memory_equal(one, two, 8);
        size_t zeros = 0; /* RFC 5246 8.1.2: leading zeros go; TLS 1.3 keeps them */
        while (zeros < 7 && one[zeros] == 0) zeros++;
        assert_int_equal(n_bare, 8 - zeros);
        assert_memory_equal(bare, one + zeros, n_bare);
        stripped = zeros > 0;
        if (i == 0) refuse_outside(a, x, p, 8);
        kx_free(x);
        kx_free(y);
    }
    assert_true(stripped);
    BN_free(p);
    assert_null(kx_new_dh(hex(a, "fffffffffffffffe"), base)); /* even */
    assert_null(kx_new_dh(hex(a, "7f"), base));
    assert_null(kx_new_dh((struct bytes){0}, base));
    assert_null(kx_new_dh(filled(a, 0xFF, 2049), base));
}

/* Post-quantum shares and GREASE are for show: of the right size, well-formed, and never completed. */
static void test_shares_that_cannot_be_completed(void **state) {
    struct arena *a = *state;
    size_t n_groups;
    const struct group *table = group_table(&n_groups);
    static const uint16_t hybrids[] = {GROUP_X25519MLKEM768, GROUP_SECP256R1MLKEM768,
                                       GROUP_SECP384R1MLKEM1024, GROUP_X25519KYBER768DRAFT00};
    for (size_t i = 0; i < TW_COUNT(hybrids); i++) {
        struct kx *k = kx_new(hybrids[i]);
        assert_int_equal(kx_public(k).n, group_by_id(hybrids[i])->share_size);
        assert_true(refuses(k, filled(a, 1, group_by_id(hybrids[i])->server_share_size)));
        kx_free(k);
    }
    struct kx *pq = kx_new(GROUP_X25519MLKEM768); /* FIPS 203 7.2: twelve bits each, below 3329 */
    for (size_t i = 0; i < 1152; i += 3) {
        const uint8_t *b = kx_public(pq).p + i;
        assert_true((b[0] | (b[1] & 15) << 8) < 3329 && (b[1] >> 4 | b[2] << 4) < 3329);
    }
    kx_free(pq);
    struct kx *grease = kx_new(0x6A6A);
    assert_int_equal(kx_public(grease).n, 1);
    assert_true(refuses(grease, filled(a, 1, 1)));
    kx_free(grease);
    for (size_t i = 0; i < n_groups; i++)
        if (!table[i].supported && table[i].kind != GROUP_HYBRID) assert_null(kx_new(table[i].id));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_group_agrees),
        cmocka_unit_test(test_published_secrets),
        cmocka_unit_test(test_shares_of_wrong_length),
        cmocka_unit_test(test_points_that_are_none),
        cmocka_unit_test(test_small_order),
        cmocka_unit_test(test_dh_of_named_groups),
        cmocka_unit_test(test_dh_of_own_parameters),
        cmocka_unit_test(test_shares_that_cannot_be_completed),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
