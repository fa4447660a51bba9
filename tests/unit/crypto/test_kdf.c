/* Hashes, HMAC, HKDF and the PRF against published vectors. */
#include "crypto_test.h"

static void test_hashes(void **state) {
    struct arena *a = *state;
    static const struct {
        enum hash_alg alg;
        const char *abc; /* the digest of "abc": RFC 1321 A.5, FIPS 180-4 examples */
    } rows[] = {
        {HASH_MD5, "900150983cd24fb0d6963f7d28e17f72"},
        {HASH_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {HASH_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HASH_SHA384,
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
        {HASH_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c"
                      "23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
        {HASH_MD5_SHA1, "900150983cd24fb0d6963f7d28e17f72 a9993e364706816aba3e25717850c26c9cd0d89d"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        uint8_t out[HASH_MAX];
        assert_int_equal(hash_once(rows[i].alg, bytes_str("abc"), out), hash_size(rows[i].alg));
        assert_hex(a, bytes_of(out, hash_size(rows[i].alg)), rows[i].abc);
        struct hash *h = hash_new(rows[i].alg);
        hash_add(h, bytes_str("a"));
        uint8_t before[HASH_MAX], again[HASH_MAX];
        (void)hash_now(h, before); /* a look in between disturbs nothing */
        hash_add(h, (struct bytes){0});
        hash_add(h, bytes_str("bc"));
        assert_int_equal(hash_now(h, again), hash_size(rows[i].alg));
        assert_memory_equal(again, out, hash_size(rows[i].alg));
        assert_memory_not_equal(before, out, hash_size(rows[i].alg));
        hash_free(h);
    }
}

/* RFC 4231 4.2 to 4.8, and RFC 2202 for the old hashes. */
static void test_hmac(void **state) {
    struct arena *a = *state;
    static const struct {
        enum hash_alg alg;
        uint8_t key_byte;
        size_t key_n;
        const char *data, *out;
    } rows[] = {
        {HASH_SHA256, 0x0b, 20, "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {HASH_SHA384, 0x0b, 20, "Hi There",
         "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6"},
        {HASH_SHA512, 0x0b, 20, "Hi There",
         "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9"
         "d914eeb61f1702e696c203a126854"},
        {HASH_SHA256, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {HASH_SHA384, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"},
        {HASH_MD5, 0x0b, 16, "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"},
        {HASH_SHA1, 0x0b, 20, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
    };
    uint8_t out[HASH_MAX];
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes key = filled(a, rows[i].key_byte, rows[i].key_n);
        assert_true(hmac(rows[i].alg, key, bytes_str(rows[i].data), out));
        assert_hex(a, bytes_of(out, hash_size(rows[i].alg)), rows[i].out);
    }
    assert_false(hmac(HASH_MD5_SHA1, (struct bytes){0}, (struct bytes){0}, out));
}

/* The vectors that circulate from the IETF's TLS list (msg03416, 2009), and the one for the PRF of 1.0 that
 * implementations have shared since SSLeay's time. */
static void test_prf(void **state) {
    struct arena *a = *state;
    static const struct {
        enum hash_alg alg;
        const char *secret, *label, *seed, *out;
    } rows[] = {
        {HASH_SHA256, "9bbe436ba940f017b17652849a71db35", "test label", "a0ba9f936cda311827a6f796ffd5198c",
         "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
         "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
         "87347b66"},
        {HASH_SHA384, "b80b733d6ceefcdc71566ea48e5567df", "test label", "cd665cf6a8447dd6ff8b27555edb7465",
         "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0"
         "e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
         "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703"
         "d73e56f"},
        {HASH_MD5_SHA1,
         "abababababababababababababababababababababababababababababababababababababababababababababababab",
         "PRF Testvector",
         "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
         "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
         "d3d4d1e349b5d515044666d51de32bab258cb521b6b053463e354832fd976754443bcf9a296519bc289abcbc1187e4eb"
         "d31e602353776c408aafb74cbc85eff69255f9788faa184cbb957a9819d84a5d7eb006eb459d3ae8de9810454b8b2d8f"
         "1afbc655a8c9a013"},
        {HASH_MD5_SHA1, "736563726574", "label", "73656564", "b5baf4722b91851a8816d22ebd8c1d8cc2e94d55"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes want = hex(a, rows[i].out);
        for (size_t n = 0; n <= want.n; n++) { /* every length is the beginning of the longest */
            uint8_t out[256];
            memset(out, 0xEE, sizeof(out));
            assert_true(
                tls_prf(rows[i].alg, hex(a, rows[i].secret), rows[i].label, hex(a, rows[i].seed), out, n));
            assert_memory_equal(out, want.p, n);
            assert_int_equal(out[n], 0xEE);
        }
    }
}

/* The halves of an odd secret share the byte in the middle (RFC 2246 5): checked by hand with both hashes. */
static void test_prf_of_odd_secret(void **state) {
    (void)state;
    uint8_t out[16], md5[16], sha1[16];
    assert_true(tls_prf(HASH_MD5_SHA1, bytes_str("abcde"), "l", bytes_str("s"), out, 16));
    assert_true(tls_prf(HASH_MD5, bytes_str("abc"), "l", bytes_str("s"), md5, 16));
    assert_true(tls_prf(HASH_SHA1, bytes_str("cde"), "l", bytes_str("s"), sha1, 16));
    for (size_t i = 0; i < 16; i++) assert_int_equal(out[i], md5[i] ^ sha1[i]);
}

/* RFC 5869 A.1 to A.6: the extract step. */
static void test_hkdf_extract(void **state) {
    struct arena *a = *state;
    static const struct {
        enum hash_alg alg;
        const char *ikm, *salt, *prk;
    } rows[] = {
        {HASH_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
         "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"},
        {HASH_SHA256,
         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
         "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
         "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
         "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
         "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244"},
        {HASH_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "",
         "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"},
        {HASH_SHA1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
         "9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243"},
        {HASH_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "",
         "da8c8a73c7fa77288ec6f5e7c297786aa0d32d01"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        uint8_t out[HASH_MAX];
        assert_true(hkdf_extract(rows[i].alg, hex(a, rows[i].salt), hex(a, rows[i].ikm), out));
        assert_hex(a, bytes_of(out, hash_size(rows[i].alg)), rows[i].prk);
    }
}

/* RFC 9001 A.1: the same labelled expansion, with outputs shorter than the hash. */
static void test_expand_label_of_quic(void **state) {
    struct arena *a = *state;
    uint8_t initial[HASH_MAX], client[32], out[32];
    assert_true(hkdf_extract(HASH_SHA256, hex(a, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
                             hex(a, "8394c8f03e515708"), initial));
    assert_hex(a, bytes_of(initial, 32), "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44");
    assert_true(
        hkdf_expand_label(HASH_SHA256, bytes_of(initial, 32), "client in", (struct bytes){0}, client, 32));
    assert_hex(a, bytes_of(client, 32), "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
    static const struct {
        const char *label, *out;
    } rows[] = {{"quic key", "1f369613dd76d5467730efcbe3b1a22d"},
                {"quic iv", "fa044b2f42a3fd3b46fb255c"},
                {"quic hp", "9f50449e04a0e810283a1e9933adedd2"}};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        size_t n = strlen(rows[i].out) / 2;
        assert_true(
            hkdf_expand_label(HASH_SHA256, bytes_of(client, 32), rows[i].label, (struct bytes){0}, out, n));
        assert_hex(a, bytes_of(out, n), rows[i].out);
    }
}

/* The secrets of RFC 8448 3, one out of the other (RFC 8446 7.1). */
static void test_key_schedule(void **state) {
    struct arena *a = *state;
    static const uint8_t zeros[32];
    uint8_t secret[HASH_MAX], derived[32], empty[HASH_MAX];
    (void)hash_once(HASH_SHA256, (struct bytes){0}, empty);
    static const struct {
        const char *input; /* NULL: zeros */
        const char *secret, *derived;
    } steps[] = {
        {NULL, "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a",
         "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba"},
        {"8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d",
         "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac",
         "43de77e0c77713859a944db9db2590b53190a65b3ee2e4f12dd7a0bb7ce254b4"},
        {NULL, "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919", NULL},
    };
    struct bytes salt = {0};
    for (size_t i = 0; i < TW_COUNT(steps); i++) {
        struct bytes input = steps[i].input ? hex(a, steps[i].input) : bytes_of(zeros, sizeof(zeros));
        assert_true(hkdf_extract(HASH_SHA256, salt, input, secret));
        assert_hex(a, bytes_of(secret, 32), steps[i].secret);
        if (!steps[i].derived) break;
        assert_true(hkdf_expand_label(HASH_SHA256, bytes_of(secret, 32), "derived", bytes_of(empty, 32),
                                      derived, 32));
        assert_hex(a, bytes_of(derived, 32), steps[i].derived);
        salt = bytes_of(derived, 32);
    }
}

/* The info of RFC 8446 7.1 written out, and the blocks of RFC 5869 2.3 chained by hand. */
static void test_expand_label_over_many_blocks(void **state) {
    struct arena *a = *state;
    struct bytes secret = filled(a, 0x42, 48), context = filled(a, 0x17, 48);
    uint8_t out[200], t[HASH_MAX];
    assert_true(hkdf_expand_label(HASH_SHA384, secret, "exp master", context, out, sizeof(out)));
    size_t have = 0;
    for (uint8_t i = 1; 48U * (i - 1U) < sizeof(out); i++) {
        uint8_t room[256];
        struct wr w = wr_init(room, sizeof(room));
        wr_put(&w, bytes_of(t, have));
        wr_u16(&w, sizeof(out));
        wr_vec(&w, 1, bytes_str("tls13 exp master"));
        wr_vec(&w, 1, context);
        wr_u8(&w, i);
        assert_true(hmac(HASH_SHA384, secret, wr_bytes(&w), t));
        have = 48;
        size_t at = 48U * (i - 1U), n = sizeof(out) - at < 48 ? sizeof(out) - at : 48;
        assert_memory_equal(out + at, t, n);
    }
}

static void test_expand_label_refuses(void **state) {
    struct arena *a = *state;
    uint8_t out[64], *much = arena_alloc(a, 255 * 32 + 1);
    struct bytes secret = filled(a, 1, 32);
    assert_true(hkdf_expand_label(HASH_SHA256, secret, "k", (struct bytes){0}, much, 255 * 32));
    assert_false(hkdf_expand_label(HASH_SHA256, secret, "k", (struct bytes){0}, much, 255 * 32 + 1));
    assert_false(hkdf_expand_label(HASH_MD5_SHA1, secret, "k", (struct bytes){0}, out, 16));
    assert_false(
        hkdf_expand_label(HASH_SHA256, secret, "k", filled(a, 0, 256), out, 16)); /* one length byte */
    assert_false(hkdf_expand_label(HASH_SHA256, secret, arena_str(a, filled(a, 'x', 250)), (struct bytes){0},
                                   out, 16));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_prf),
        cmocka_unit_test(test_prf_of_odd_secret),
        cmocka_unit_test(test_hkdf_extract),
        cmocka_unit_test(test_expand_label_of_quic),
        cmocka_unit_test(test_key_schedule),
        cmocka_unit_test(test_expand_label_over_many_blocks),
        cmocka_unit_test(test_expand_label_refuses),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
