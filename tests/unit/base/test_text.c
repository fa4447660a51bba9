#include "base_test.h"

#include "base/text.h"

static void test_formats(void **state) {
    struct arena *a = *state;
    assert_string_equal(text_f(a, "%s %d", "x", 7), "x 7");
    char *long_one = text_f(a, "%0*d", 5000, 1);
    assert_int_equal(strlen(long_one), 5000);
}

static void test_growing(void **state) {
    struct arena *a = *state;
    struct text t;
    text_init(&t, a);
    assert_string_equal(t.s, "");
    for (int i = 0; i < 1000; i++) text_addf(&t, "%d,", i % 10);
    assert_int_equal(t.n, 2000);
    assert_int_equal(strlen(t.s), 2000);
    assert_memory_equal(t.s, "0,1,2,3,", 8);
    text_add_n(&t, "", 0);
    text_add(&t, "end");
    assert_string_equal(t.s + 2000, "end");
}

static void test_escapes(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {"tab\there", "tab\\x09here"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc3", "\\xc3"},                            /* cut */
        {"\xc0\xaf", "\\xc0\\xaf"},                   /* overlong */
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          /* overlong */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"a\xe2\x80\xae"
         "b",
         "a\\u{202e}b"}, /* right-to-left override */
        {"a\xe2\x80\x8b"
         "b",
         "a\\u{200b}b"},           /* zero width space */
        {"\xc2\x85", "\\u{0085}"}, /* C1 control */
        {"\x7f", "\\x7f"},
        {"\xef\xbb\xbf", "\\u{feff}"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        assert_string_equal(text_escape(a, bytes_str(rows[i].in), 1000), rows[i].out);
    assert_string_equal(text_escape(a, bytes_of("a\0b", 3), 10), "a\\x00b");
    assert_string_equal(text_escape(a, bytes_str("abcdef"), 3), "abc…");
    assert_string_equal(text_escape(a, bytes_str("abc"), 3), "abc");
}

static void test_hex(void **state) {
    struct arena *a = *state;
    assert_string_equal(text_hex(a, bytes_of("\x00\xab\x7f", 3)), "00ab7f");
    assert_string_equal(text_hex(a, (struct bytes){0}), "");
}

/* The examples of RFC 5952 4 and 5 among them. */
static void test_addresses(void **state) {
    struct arena *a = *state;
    static const struct {
        uint8_t p[16];
        const char *text;
    } rows[] = {
        {{0}, "::"},
        {{[15] = 1}, "::1"},
        {{0x20, 0x01, 0x0d, 0xb8}, "2001:db8::"},
        {{0x20, 0x01, 0x0d, 0xb8, [15] = 1}, "2001:db8::1"},
        {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1},
         "2001:db8:0:1:1:1:1:1"},                                                            /* one field */
        {{0x20, 0x01, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, "2001:0:0:1::1"},           /* the longest */
        {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}, "2001:db8::1:0:0:1"}, /* the first */
        {{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0xAB, 0xCD}, "1:2:3:4:5:6:7:abcd"},
        {{0, 0, 0, 0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}, "::3:4:5:6:7:8"},
        {{[10] = 0xFF, 0xFF, 192, 0, 2, 1}, "::ffff:192.0.2.1"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        assert_string_equal(text_ip(a, bytes_of(rows[i].p, 16)), rows[i].text);
    assert_string_equal(text_ip(a, bytes_of("\x7f\0\0\xff", 4)), "127.0.0.255");
    assert_null(text_ip(a, (struct bytes){0}));
    assert_null(text_ip(a, bytes_of("12345678", 8))); /* address and mask, as name constraints have it */
}

static void test_times(void **state) {
    struct arena *a = *state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {951827696, "2000-02-29T12:34:56Z"},
        {1769817600, "2026-01-31T00:00:00Z"},
        {4107542399, "2100-02-28T23:59:59Z"},
        {4107542400, "2100-03-01T00:00:00Z"}, /* no leap year */
        {253402300799, "9999-12-31T23:59:59Z"},
        {-2208988800, "1900-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        assert_string_equal(text_time(a, rows[i].seconds), rows[i].text);
}

static void test_durations(void **state) {
    struct arena *a = *state;
    assert_string_equal(text_duration(a, 0), "0 seconds");
    assert_string_equal(text_duration(a, 1), "1 second");
    assert_string_equal(text_duration(a, 90), "1 minute");
    assert_string_equal(text_duration(a, 7200), "2 hours");
    assert_string_equal(text_duration(a, 3 * 86400 + 5), "3 days");
    assert_string_equal(text_duration(a, -86400), "1 day");
    assert_string_equal(text_duration(a, 400 * 86400), "400 days");
    assert_string_equal(text_duration(a, 800 * 86400), "2 years");
}

static void test_numbers(void **state) {
    (void)state;
    uint64_t v = 0;
    assert_true(text_number("0", 10, &v) && v == 0);
    assert_true(text_number("65535", 65535, &v) && v == 65535);
    assert_true(text_number("00012", 65535, &v) && v == 12);
    assert_true(text_number("18446744073709551615", UINT64_MAX, &v) && v == UINT64_MAX);
    static const char *const bad[] = {
        "", " 1", "1 ", "-1", "+1", "0x10", "1.5", "65536", "99999999999999999999"};
    for (size_t i = 0; i < TW_COUNT(bad); i++) assert_false(text_number(bad[i], 65535, &v));
    assert_false(text_number("18446744073709551616", UINT64_MAX, &v));
}

static void test_equal_in_any_case(void **state) {
    (void)state;
    assert_true(text_eq_nocase("TLS_rsa", "tls_RSA"));
    assert_false(text_eq_nocase("tls", "tlsx"));
    assert_false(text_eq_nocase("[", "{")); /* letters only */
    assert_true(bytes_eq_nocase((struct bytes){0}, bytes_str("")));
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
        cmocka_unit_test(test_formats),           cmocka_unit_test(test_growing),
        cmocka_unit_test(test_escapes),           cmocka_unit_test(test_hex),
        cmocka_unit_test(test_addresses),         cmocka_unit_test(test_times),
        cmocka_unit_test(test_durations),         cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_equal_in_any_case),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
