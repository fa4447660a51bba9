#include "wire_test.h"

#include "wire/record.h"

static enum record_status next(struct arena *a, const char *text) {
    struct record rec;
    size_t used;
    return record_next(hex(a, text), &rec, &used);
}

static void test_whole_record(void **state) {
    struct arena *a = *state;
    struct record rec;
    size_t used;
    struct bytes in = hex(a, "16 0301 0003 aabbcc 15");
    assert_int_equal(record_next(in, &rec, &used), RECORD_WHOLE);
    assert_int_equal(rec.type, CT_HANDSHAKE);
    assert_int_equal(rec.version, TLS_1_0);
    assert_true(bytes_eq(rec.body, hex(a, "aabbcc")));
    assert_int_equal(used, 8);
    assert_int_equal(record_next(hex(a, "17 0303 0000"), &rec, &used), RECORD_WHOLE);
    assert_int_equal(rec.body.n, 0);
    assert_int_equal(used, 5);
}

static void test_limits_of_length(void **state) {
    struct arena *a = *state;
    uint8_t *p = arena_alloc(a, RECORD_HEADER + RECORD_CIPHER_MAX);
    memcpy(p, "\x17\x03\x03\x48\x00", 5);
    struct record rec;
    size_t used;
    assert_int_equal(record_next(bytes_of(p, RECORD_HEADER + RECORD_CIPHER_MAX), &rec, &used), RECORD_WHOLE);
    assert_int_equal(rec.body.n, RECORD_CIPHER_MAX);
    assert_int_equal(record_next(bytes_of(p, RECORD_HEADER + RECORD_CIPHER_MAX - 1), &rec, &used),
                     RECORD_MORE);
    assert_int_equal(next(a, "17 0303 4801"), RECORD_TOO_LONG);
    assert_int_equal(next(a, "17 0303 ffff"), RECORD_TOO_LONG);
}

static void test_what_is_not_tls(void **state) {
    struct arena *a = *state;
    static const char *const no[] = {
        "48",               /* HTTP */
        "13 0301",          /* below the content types */
        "19",               /* above them */
        "16 02",            /* another major version */
        "00",               /* HTTP/2 SETTINGS, MySQL */
        "30",               /* LDAP */
        "fffd18",           /* Telnet: IAC DO */
        "fffb01fffb03",     /* Telnet: IAC WILL ECHO */
        "8000",             /* SSLv2 of no length */
        "800205",           /* no such SSLv2 message */
        "84000000 0a",      /* MySQL greeting of 132 bytes */
        "83000001 ff15",    /* MySQL error */
        "8003000007",       /* SSLv2 error that does not exist */
        "800b0402",         /* ServerHello with a session hit of 2 */
        "800b0400 01 0301", /* ServerHello of TLS */
    };
    for (size_t i = 0; i < TW_COUNT(no); i++) assert_int_equal(next(a, no[i]), RECORD_NOT_TLS);
}

static const char *const ssl2_messages[] = {
    "8003 00 0001",                                                        /* error: no cipher */
    "801a 04 00 01 0002 0002 0003 000a 3082 010080 00112233445566778899",  /* server hello */
    "800b 04 00 00 0002 0000 0000 0000",                                   /* server hello without anything */
    "801c 01 0002 0003 0000 0010 010080 00112233445566778899aabbccddeeff", /* client hello */
};

static void test_ssl2(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(ssl2_messages); i++) {
        assert_int_equal(next(a, ssl2_messages[i]), RECORD_SSL2);
    }
    assert_int_equal(next(a, "801b 04 00 01 0002 0002 0003 000a"), RECORD_NOT_TLS); /* sum of lengths */
    assert_int_equal(next(a, "80"), RECORD_MORE);
    assert_int_equal(next(a, "801a04000100"), RECORD_MORE);
}

static const char *const streams[] = {
    "16 0301 0003 aabbcc", "15 0300 0002 0228",
    "17 0303 ffff 00",     "48545450",
    "16 0403 0000",        "801a 04 00 01 0002 0002 0003 000a 3082 010080 00112233445566778899",
    "8003 00 0001",        "fffd18fffd20",
    "84000000 0a 382e",
};

/* However the bytes come in pieces, the first answer that is not "more" is that of the whole, and it
 * never changes later. */
static void test_pieces_equal_the_whole(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(streams); i++) {
        struct bytes all = hex(a, streams[i]);
        struct record rec;
        size_t used;
        enum record_status whole = record_next(all, &rec, &used), seen = RECORD_MORE;
        for (size_t n = 0; n <= all.n; n++) {
            struct bytes cut = tight(bytes_cut(all, 0, n));
            size_t cut_used;
            enum record_status now = record_next(cut, &rec, &cut_used);
            if (seen != RECORD_MORE) assert_int_equal(now, seen);
            assert_int_equal(cut_used, now == RECORD_WHOLE ? used : 0);
            seen = now;
            tight_free(cut);
        }
        assert_int_equal(seen, whole);
    }
}

static void test_write(void **state) {
    struct arena *a = *state;
    uint8_t room[16];
    struct wr w = wr_init(room, sizeof(room));
    record_write(&w, CT_ALERT, TLS_1_2, hex(a, "0228"));
    assert_true(bytes_eq(wr_bytes(&w), hex(a, "15 0303 0002 0228")));
    record_write(&w, CT_ALERT, TLS_1_2, hex(a, "0228aabbcc"));
    assert_true(w.overflow);
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
        cmocka_unit_test(test_whole_record),           cmocka_unit_test(test_limits_of_length),
        cmocka_unit_test(test_what_is_not_tls),        cmocka_unit_test(test_ssl2),
        cmocka_unit_test(test_pieces_equal_the_whole), cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
