#include "hello_sample.h"

/* --- writing --- */

static void test_written_byte_for_byte(void **state) {
    struct hello h;
    sample(&h);
    struct bytes want = message(*state, SAMPLE_START SAMPLE_SUITES, SAMPLE_EXTENSIONS);
    struct bytes got = written(*state, &h, NULL);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
}

static void test_shares_of_the_caller(void **state) {
    struct hello h;
    sample(&h);
    uint8_t key[32];
    memset(key, 0x55, sizeof(key));
    struct hello_shares shares = {.share[1] = bytes_of(key, 32)};
    struct bytes got = written(*state, &h, &shares), plain = written(*state, &h, NULL);
    assert_int_equal(got.n, plain.n);
    struct hello_shares back;
    assert_true(hello_shares_from(got, &back));
    assert_true(bytes_eq(back.share[0], hex(*state, "00")));
    assert_true(bytes_eq(back.share[1], bytes_of(key, 32)));
    assert_int_equal(back.share[2].n, 0);
}

static void test_sizes_of_zero_shares(void **state) {
    size_t n;
    const struct group *t = group_table(&n);
    for (size_t i = 0; i < n; i++) {
        struct hello h = {.key_shares = {{t[i].id}, 1}};
        hello_add_ext(&h, EXT_KEY_SHARE);
        struct hello_shares back;
        assert_true(hello_shares_from(written(*state, &h, NULL), &back));
        assert_int_equal(back.share[0].n, t[i].share_size ? t[i].share_size : 1);
    }
}

static void test_empty_lists_are_left_out(void **state) {
    static const uint16_t types[] = {
        EXT_SERVER_NAME,        EXT_SUPPORTED_GROUPS, EXT_SIGNATURE_ALGORITHMS,      EXT_ALPN,
        EXT_SUPPORTED_VERSIONS, EXT_COOKIE,           EXT_SIGNATURE_ALGORITHMS_CERT, EXT_KEY_SHARE};
    struct hello h = {.legacy_version = TLS_1_2, .n_compressions = 1};
    for (size_t i = 0; i < TW_COUNT(types); i++) hello_add_ext(&h, types[i]);
    struct bytes got = written(*state, &h, NULL);
    assert_int_equal(got.n, 4 + 2 + 32 + 1 + 2 + 2 + 2); /* an extension block of length 0 */
    h.key_share_empty = true;
    got = written(*state, &h, NULL);
    assert_true(bytes_eq(bytes_cut(got, 43, 100), hex(*state, "0006 0033 0002 0000")));
    h.no_extensions = true;
    assert_int_equal(written(*state, &h, NULL).n, 43);
}

static void test_no_room(void **state) {
    struct hello h;
    sample(&h);
    struct bytes whole = written(*state, &h, NULL);
    for (size_t n = 0; n < whole.n; n++) {
        struct bytes room = tight(bytes_cut(whole, 0, n));
        struct wr w = wr_init((uint8_t *)(uintptr_t)room.p, n);
        hello_write(&w, &h, NULL);
        assert_true(w.overflow);
        tight_free(room);
    }
}

/* A hello whose message has `n` bytes without padding. */
static void hello_of_size(struct hello *h, size_t n) {
    static const uint8_t zeros[600];
    *h = (struct hello){.legacy_version = TLS_1_2, .n_compressions = 1};
    hello_add_ext_raw(h, 0xFAFA, bytes_of(zeros, n - 49));
}

static void test_padding(void **state) {
    static const struct {
        size_t n, pad_to, want;
    } rows[] = {
        /* as browsers do: at least one byte of padding, so 508 to 511 go beyond 512 */
        {255, 0, 255},
        {256, 0, 512},
        {400, 0, 512},
        {507, 0, 512},
        {508, 0, 513},
        {511, 0, 516},
        {512, 0, 512},
        /* to a wish: an extension has four bytes at least */
        {100, 600, 600},
        {100, 104, 104},
        {100, 103, 104},
        {100, 100, 100},
        {100, 50, 100},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct hello h;
        hello_of_size(&h, rows[i].n);
        assert_int_equal(written(*state, &h, NULL).n, rows[i].n);
        h.pad_to = (uint16_t)rows[i].pad_to;
        hello_add_ext(&h, EXT_PADDING);
        assert_int_equal(written(*state, &h, NULL).n, rows[i].want);
    }
}

static void test_padding_stands_before_pre_shared_key(void **state) {
    struct hello h = {.legacy_version = TLS_1_2, .n_compressions = 1, .pad_to = 300};
    hello_add_ext_raw(&h, EXT_PRE_SHARED_KEY, hex(*state, "aabb"));
    hello_add_ext(&h, EXT_PADDING);
    hello_add_ext(&h, EXT_ALPN);
    hello_add_ext(&h, EXT_EXTENDED_MASTER_SECRET);
    static const uint16_t want[] = {EXT_ALPN, EXT_EXTENDED_MASTER_SECRET, EXT_PADDING, EXT_PRE_SHARED_KEY};
    assert_int_equal(h.n_ext, TW_COUNT(want));
    for (size_t i = 0; i < h.n_ext; i++) assert_int_equal(h.ext[i].type, want[i]);
    struct bytes got = written(*state, &h, NULL);
    assert_int_equal(got.n, 300);
    assert_true(bytes_eq(bytes_cut(got, 294, 6), hex(*state, "0029 0002 aabb")));
}

/* --- changing --- */

static void test_add_and_drop(void **state) {
    struct hello h = {0};
    hello_add_ext_raw(&h, 100, hex(*state, "01"));
    hello_add_ext_raw(&h, 101, hex(*state, "0202"));
    hello_add_ext_raw(&h, 102, hex(*state, "030303"));
    hello_add_ext_raw(&h, 101, hex(*state, "04040404")); /* a new body in the old place */
    assert_int_equal(h.n_ext, 3);
    assert_int_equal(h.ext[1].type, 101);
    assert_int_equal(h.raw_n, 8);
    static const uint8_t firsts[] = {1, 4, 3};
    for (size_t i = 0; i < 3; i++) assert_int_equal(h.raw[h.ext[i].raw_off], firsts[i]);
    hello_add_ext(&h, 101); /* and no raw body any more */
    assert_false(h.ext[1].raw);
    assert_int_equal(h.raw_n, 4);
    hello_drop_ext(&h, 100);
    assert_false(hello_has_ext(&h, 100));
    assert_true(hello_has_ext(&h, 102));
    assert_int_equal(h.raw[h.ext[1].raw_off], 3);
    hello_drop_ext(&h, 100);
    hello_drop_ext(&h, 101);
    hello_drop_ext(&h, 102);
    struct hello empty = {0};
    assert_memory_equal(&h, &empty, sizeof(h));
    for (int i = 0; i < 10000; i++)
        hello_add_ext_raw(&h, 7, hex(*state, "aabb")); /* the room is given back */
    assert_int_equal(h.raw_n, 2);
}

static void test_versions(void **state) {
    (void)state;
    struct hello h;
    sample(&h);
    assert_true(hello_offers_version(&h, TLS_1_3));
    assert_false(hello_offers_version(&h, TLS_1_1));
    assert_int_equal(hello_max_version(&h), TLS_1_3);
    h.versions = (struct u16_list){{0x7F1C, TLS_1_2, 0xFAFA}, 3};
    assert_int_equal(hello_max_version(&h), TLS_1_2);
    hello_drop_ext(&h, EXT_SUPPORTED_VERSIONS);
    assert_true(hello_offers_version(&h, TLS_1_1));
    assert_false(hello_offers_version(&h, TLS_1_3));
    assert_false(hello_offers_version(&h, TLS_SSL2));
    assert_int_equal(hello_max_version(&h), TLS_1_2);
}

static void test_alpn(void **state) {
    (void)state;
    struct hello h = {0};
    assert_true(hello_set_alpn(&h, "h2:http/1.1,acme"));
    assert_true(hello_has_ext(&h, EXT_ALPN));
    assert_int_equal(h.alpn_n, 3 + 9 + 5);
    assert_true(hello_offers_alpn(&h, bytes_str("http/1.1")));
    assert_false(hello_offers_alpn(&h, bytes_str("http")));
    struct hello before = h;
    static const char *const bad[] = {"", "h2,", ",h2", "h2::x"};
    for (size_t i = 0; i < TW_COUNT(bad); i++) assert_false(hello_set_alpn(&h, bad[i]));
    char name[258];
    memset(name, 'a', 257);
    name[256] = 0;
    assert_false(hello_set_alpn(&h, name)); /* a name of 256 */
    name[100] = ',';
    assert_false(hello_set_alpn(&h, name)); /* two names in 257 */
    assert_memory_equal(&h, &before, sizeof(h));
    name[255] = 0;
    assert_true(hello_set_alpn(&h, name));
    assert_int_equal(h.alpn_n, HELLO_MAX_ALPN);
    hello_drop_ext(&h, EXT_ALPN);
    assert_false(hello_offers_alpn(&h, bytes_cut(bytes_str(name), 0, 100)));
}

static void test_drop_grease(void **state) {
    struct hello h;
    sample(&h);
    hello_drop_grease(&h);
    assert_int_equal(h.n_suites, 2);
    assert_false(hello_has_suite(&h, 0x0A0A));
    assert_true(hello_has_suite(&h, 0x1301));
    assert_int_equal(h.groups.n, 1);
    assert_int_equal(h.key_shares.n, 1);
    assert_int_equal(h.versions.n, 2);
    assert_int_equal(h.raw_n, 0);
    for (size_t i = 0; i < h.n_ext; i++) assert_false(is_grease(h.ext[i].type));
    struct hello again = h;
    hello_drop_grease(&again);
    assert_memory_equal(&h, &again, sizeof(h));
    assert_true(written(*state, &h, NULL).n > 0);
}

static int setup(void **state) {
    static struct arena a;
    *state = &a;
    return 0;
}
static int teardown(void **state) {
    arena_done(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_byte_for_byte),
        cmocka_unit_test(test_shares_of_the_caller),
        cmocka_unit_test(test_sizes_of_zero_shares),
        cmocka_unit_test(test_empty_lists_are_left_out),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_padding_stands_before_pre_shared_key),
        cmocka_unit_test(test_add_and_drop),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_alpn),
        cmocka_unit_test(test_drop_grease),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
