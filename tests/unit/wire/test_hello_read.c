#include "hello_sample.h"

#include "../engine/rfc8448.h"

/* --- reading --- */

static void test_view(void **state) {
    struct rd r;
    struct hello_view v;
    bool found;
    rd_init(&r, message(*state, SAMPLE_START SAMPLE_SUITES, SAMPLE_EXTENSIONS));
    assert_true(hello_view(&r, &v));
    assert_int_equal(v.legacy_version, TLS_1_2);
    assert_int_equal(v.suites.n, 6);
    assert_true(bytes_eq(v.session_id, hex(*state, "beef")));
    assert_true(bytes_eq(hello_view_sni(&v), bytes_str("a.example")));
    assert_true(bytes_eq(ext_find(v.extensions, 0x4A4A, &found), hex(*state, "00")));
    assert_true(found);
    ext_find(v.extensions, EXT_EXTENDED_MASTER_SECRET, &found);
    assert_true(found);
    assert_int_equal(ext_find(v.extensions, EXT_COOKIE, &found).n, 0);
    assert_false(found);
    rd_init(&r, message(*state, SAMPLE_START SAMPLE_SUITES, NULL));
    assert_true(hello_view(&r, &v));
    assert_false(v.has_extensions);
    assert_int_equal(hello_view_sni(&v).n, 0);
}

static void test_view_of_every_cut(void **state) {
    struct bytes whole = message(*state, SAMPLE_START SAMPLE_SUITES, SAMPLE_EXTENSIONS);
    for (size_t n = 0; n < whole.n; n++) {
        struct bytes cut = tight(bytes_cut(whole, 0, n));
        struct rd r;
        struct hello_view v;
        struct hello h;
        rd_init(&r, cut);
        assert_false(hello_view(&r, &v));
        assert_failed_with_place(&r, n);
        assert_false(hello_from_bytes(cut, &h));
        tight_free(cut);
    }
}

static void test_view_of_malformed(void **state) {
    static const struct {
        const char *head, *extensions;
        enum rd_err err;
        const char *field;
        size_t off;
    } rows[] = {
        {SAMPLE_START "0003 130102 01 00", NULL, RD_VALUE, "cipher_suites", 46},
        {SAMPLE_START SAMPLE_SUITES "0004", NULL, RD_SHORT, "extensions", 51},
        {SAMPLE_START SAMPLE_SUITES "0000 00", NULL, RD_TRAILING, "client_hello", 53},
        {SAMPLE_START SAMPLE_SUITES, "0000 0001", RD_SHORT, "extension_data", 55},
        {SAMPLE_START SAMPLE_SUITES, "00", RD_SHORT, "extension_type", 53},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct rd r;
        struct hello_view v;
        rd_init(&r, message(*state, rows[i].head, rows[i].extensions));
        assert_false(hello_view(&r, &v));
        assert_int_equal(r.err, rows[i].err);
        assert_string_equal(r.field, rows[i].field);
        assert_int_equal(r.off, rows[i].off);
    }
    struct rd r;
    struct hello_view v;
    rd_init(&r, hex(*state, "02 000000"));
    assert_false(hello_view(&r, &v));
    assert_string_equal(r.field, "msg_type");
}

/* --- a recorded hello comes out as it was --- */

static void assert_round_trip(struct arena *a, struct bytes msg, struct hello *h) {
    struct hello_shares shares;
    assert_true(hello_from_bytes(msg, h));
    bool shares_fit = hello_shares_from(msg, &shares);
    if (!shares_fit) assert_int_equal(h->key_shares.n, 0); /* then the extension is raw */
    struct bytes again = written(a, h, &shares);
    assert_int_equal(again.n, msg.n);
    assert_memory_equal(again.p, msg.p, msg.n);
}

static void test_round_trip_of_the_sample(void **state) {
    struct hello h, want;
    sample(&want);
    hello_drop_ext(&want, EXT_COOKIE); /* which were not sent */
    hello_drop_ext(&want, EXT_SIGNATURE_ALGORITHMS_CERT);
    assert_round_trip(*state, message(*state, SAMPLE_START SAMPLE_SUITES, SAMPLE_EXTENSIONS), &h);
    assert_memory_equal(&h, &want, sizeof(h));
}

static void test_round_trip_of_rfc8448(void **state) {
    for (size_t i = 0; i < TW_COUNT(rfc8448_traces); i++) {
        struct hello h;
        assert_round_trip(*state, hex(*state, rfc8448_traces[i].hello), &h);
        assert_string_equal(h.server_name, "server");
        assert_true(hello_offers_version(&h, TLS_1_3));
        assert_int_equal(h.key_shares.v[0], GROUP_X25519);
        if (!rfc8448_traces[i].hello_again) continue;
        /* after a HelloRetryRequest: cookie and padding; whole record, so cut its header off */
        struct bytes again = bytes_cut(hex(*state, rfc8448_traces[i].hello_again), 5, HELLO_MAX_BYTES);
        assert_round_trip(*state, again, &h);
        assert_int_equal(h.pad_to, 0);
        assert_true(hello_has_ext(&h, EXT_PADDING) && h.cookie_n > 0);
    }
}

/* Bodies that the lists cannot say: kept raw, and still the same bytes. */
static void test_round_trip_of_the_unusual(void **state) {
    static const struct {
        const char *extensions;
        size_t raw; /* how many of them are raw */
    } rows[] = {
        {"", 0},
        {"0000 0000", 1},                                      /* SNI without a list, as servers send */
        {"0000 000f 000d 00 0003 612e62 00 0004 632e6465", 1}, /* two names */
        {"0000 0008 0006 00 0003 610062", 1},                  /* a name with a NUL in it */
        {"0000 0009 0006 00 0003 612e62 ff", 1},               /* a byte too many */
        {"000a 0003 0001 00", 1},                              /* an odd list */
        {"000a 0002 0000", 1},                                 /* an empty list */
        {"000a 0004 0002 0017 000a 0004 0002 0018", 1},        /* one extension twice */
        {"000b 0004 03 000102", 1},                            /* compressed points too */
        {"0005 0005 02 00000000", 1},                          /* another kind of status */
        {"0010 0005 0003 02 6832 0023 0003 aabbcc", 1},        /* a ticket */
        {"002b 0003 02 0304 002d 0003 02 0100", 1},            /* both PSK modes */
        {"0033 0002 0000", 0},                                 /* an empty list that is usual */
        {"0033 0006 0004 001d 0000", 1},                       /* a share of no bytes */
        {"0033 000a 0008 001d 0004 01020304", 1},              /* a share that is too short */
        {"0033 0007 0005 1234 0001 00", 1},                    /* a group that nobody knows */
        {"0033 0008 0006 1a1a 0002 0000", 1},                  /* GREASE of two bytes */
        {"0033 0003 0001 00", 1},                              /* malformed */
        {"0015 0004 00000000", 0},                             /* padding that fills up to what it does */
        {"0015 0000", 0},                                      /* empty */
        {"0015 0001 01", 1},                                   /* not of zeros */
        {"0015 0000 0015 0002 0000", 1},                       /* twice */
        {"ff01 0001 00 ff01 0001 00", 1},
        {"ff01 0002 01aa", 1},
        {"001b 0003 02 0002", 1},
        {"0016 0000 0031 0000 002a 0000 0017 0000 1234 0000 1235 0001 00", 1},
        {"fe0d 0004 00010203 0029 0002 abcd", 2},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct hello h;
        assert_round_trip(*state, message(*state, SAMPLE_START SAMPLE_SUITES, rows[i].extensions), &h);
        size_t raw = 0;
        for (size_t k = 0; k < h.n_ext; k++) raw += h.ext[k].raw;
        if (raw != rows[i].raw) fail_msg("row %zu: %zu raw", i, raw);
    }
    struct hello h;
    assert_round_trip(*state, message(*state, SAMPLE_START SAMPLE_SUITES, NULL), &h);
    assert_true(h.no_extensions);
    assert_round_trip(*state, message(*state, SAMPLE_START "0000 00", NULL), &h);
}

/* --- limits, at and above --- */

static bool reads(struct arena *a, const struct hello *h) {
    struct hello back;
    return hello_from_bytes(written(a, h, NULL), &back);
}

static void test_limit_of_extensions(void **state) {
    struct hello h = {.n_compressions = 1};
    for (uint16_t i = 0; i < HELLO_MAX_EXT - HELLO_SPARE_EXT; i++) hello_add_ext(&h, (uint16_t)(2000 + i));
    assert_true(reads(*state, &h));
    hello_add_ext(&h, 3000);
    assert_false(reads(*state, &h));
}

static void test_limit_of_raw_bytes(void **state) {
    struct arena *a = *state;
    uint8_t *room = arena_alloc(a, 2 * HELLO_MAX_RAW);
    for (size_t n = HELLO_MAX_RAW; n <= HELLO_MAX_RAW + 1; n++) {
        struct wr w = wr_init(room, 2 * HELLO_MAX_RAW);
        wr_u8(&w, HS_CLIENT_HELLO);
        struct wr_mark m = wr_open(&w, 3);
        wr_put(&w, hex(a, SAMPLE_START SAMPLE_SUITES));
        struct wr_mark block = wr_open(&w, 2);
        wr_u16(&w, 0x1234);
        struct wr_mark body = wr_open(&w, 2);
        wr_fill(&w, 7, n);
        wr_close(&w, body);
        wr_close(&w, block);
        wr_close(&w, m);
        struct hello h;
        assert_int_equal(hello_from_bytes(wr_bytes(&w), &h), n == HELLO_MAX_RAW);
    }
}

static void test_limit_of_lists(void **state) {
    for (size_t n = HELLO_MAX_LIST; n <= HELLO_MAX_LIST + 1; n++) {
        uint8_t room[1024];
        struct wr w = wr_init(room, sizeof(room));
        wr_u8(&w, HS_CLIENT_HELLO);
        struct wr_mark m = wr_open(&w, 3);
        wr_put(&w, hex(*state, SAMPLE_START SAMPLE_SUITES));
        struct wr_mark block = wr_open(&w, 2);
        wr_u16(&w, EXT_SUPPORTED_GROUPS);
        struct wr_mark body = wr_open(&w, 2), list = wr_open(&w, 2);
        for (size_t i = 0; i < n; i++) wr_u16(&w, (uint16_t)i);
        wr_close(&w, list);
        wr_close(&w, body);
        wr_close(&w, block);
        wr_close(&w, m);
        struct hello h;
        assert_round_trip(*state, wr_bytes(&w), &h);
        assert_int_equal(h.ext[0].raw, n > HELLO_MAX_LIST);
        assert_int_equal(h.groups.n, HELLO_MAX_LIST);
    }
}

static void test_limit_of_suites(void **state) {
    for (size_t n = HELLO_MAX_SUITES; n <= HELLO_MAX_SUITES + 1; n++) {
        uint8_t room[1024];
        struct wr w = wr_init(room, sizeof(room));
        wr_u8(&w, HS_CLIENT_HELLO);
        struct wr_mark m = wr_open(&w, 3);
        wr_put(&w, hex(*state, SAMPLE_START));
        struct wr_mark suites = wr_open(&w, 2);
        for (size_t i = 0; i < n; i++) wr_u16(&w, (uint16_t)i);
        wr_close(&w, suites);
        wr_u16(&w, 0x0100);
        wr_close(&w, m);
        struct hello h;
        assert_int_equal(hello_from_bytes(wr_bytes(&w), &h), n == HELLO_MAX_SUITES);
    }
}

static void test_limits_of_session_id_and_compressions(void **state) {
    struct hello h;
    char id[2 * 33 + 1];
    memset(id, 'a', sizeof(id) - 1);
    id[sizeof(id) - 1] = 0;
    for (unsigned n = 32; n <= 33; n++) {
        uint8_t room[256];
        struct wr w = wr_init(room, sizeof(room));
        wr_u8(&w, HS_CLIENT_HELLO);
        struct wr_mark m = wr_open(&w, 3);
        wr_fill(&w, 3, 34);
        wr_vec(&w, 1, bytes_cut(hex(*state, id), 0, n));
        wr_put(&w, hex(*state, "0002 1301 01 00"));
        wr_close(&w, m);
        assert_int_equal(hello_from_bytes(wr_bytes(&w), &h), n == 32);
    }
    assert_true(hello_from_bytes(message(*state, SAMPLE_START "0002 1301 04 00010203", NULL), &h));
    assert_false(hello_from_bytes(message(*state, SAMPLE_START "0002 1301 05 0001020304", NULL), &h));
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
        cmocka_unit_test(test_view),
        cmocka_unit_test(test_view_of_every_cut),
        cmocka_unit_test(test_view_of_malformed),
        cmocka_unit_test(test_round_trip_of_the_sample),
        cmocka_unit_test(test_round_trip_of_rfc8448),
        cmocka_unit_test(test_round_trip_of_the_unusual),
        cmocka_unit_test(test_limit_of_extensions),
        cmocka_unit_test(test_limit_of_raw_bytes),
        cmocka_unit_test(test_limit_of_lists),
        cmocka_unit_test(test_limit_of_suites),
        cmocka_unit_test(test_limits_of_session_id_and_compressions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
