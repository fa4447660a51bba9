/* The readers of settings. */
#include "local/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena a;

static int setup(void **state) {
    (void)state;
    arena_init(&a);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_done(&a);
    return 0;
}

static struct settings read_as(enum settings_style style, const char *text) {
    struct settings s;
    settings_init(&s, &a);
    settings_read(&s, style, "f", bytes_str(text));
    return s;
}

static void expect(const struct settings *s, size_t i, size_t line, const char *section, const char *key,
                   const char *value) {
    assert_true(i < s->n);
    assert_int_equal(s->list[i].line, line);
    assert_string_equal(s->list[i].section, section);
    assert_string_equal(s->list[i].key, key);
    assert_string_equal(s->list[i].value, value);
}

static void test_ini(void **state) {
    (void)state;
    const struct settings s =
        read_as(SETTINGS_INI, "a=1\r\n; no\n# no\n\n[http \"https://x\"]\n\tb = \"two words\" \nflag\n");
    assert_int_equal(s.n, 3);
    expect(&s, 0, 1, "", "a", "1");
    expect(&s, 1, 6, "http \"https://x\"", "b", "two words");
    expect(&s, 2, 7, "http \"https://x\"", "flag", "");
}

static void test_curl(void **state) {
    (void)state;
    const struct settings s =
        read_as(SETTINGS_CURL, "# c\n-k\n--proxy http://a:1\ncacert=/x\nproxy: \"b\"\ninsecure");
    assert_int_equal(s.n, 5);
    expect(&s, 0, 2, "", "k", "");
    expect(&s, 1, 3, "", "proxy", "http://a:1");
    expect(&s, 2, 4, "", "cacert", "/x");
    expect(&s, 3, 5, "", "proxy", "b");
    expect(&s, 4, 6, "", "insecure", "");
}

static void test_properties(void **state) {
    (void)state;
    const struct settings s =
        read_as(SETTINGS_PROPERTIES, "! c\na=b, \\\n   c, \\\n   d\nk : v\nx y\\\\\nz=\n");
    assert_int_equal(s.n, 4);
    expect(&s, 0, 2, "", "a", "b, c, d");
    expect(&s, 1, 5, "", "k", "v");
    expect(&s, 2, 6, "", "x", "y\\\\");
    expect(&s, 3, 7, "", "z", "");
}

static void test_prefs(void **state) {
    (void)state;
    const struct settings s = read_as(
        SETTINGS_PREFS, "// x\nuser_pref(\"a.b\", 4);\n  lockPref(\"c\", \"d\");\nother(\"e\", 1);\n");
    assert_int_equal(s.n, 2);
    expect(&s, 0, 2, "", "a.b", "4");
    expect(&s, 1, 3, "", "c", "d");
}

static void include_twice(struct settings_reader *r, const char *path) {
    settings_openssl(r, path, bytes_str("[inc]\nw = 1\n.include again\n"));
}

static void test_openssl(void **state) {
    (void)state;
    struct settings s;
    struct settings_reader r = {.s = &s, .include = include_twice};
    settings_init(&s, &a);
    settings_openssl(
        &r, "f",
        bytes_str("v = one # c\n[ s ]\nk = \"$x # \" '$v'\\$ $v ${default::v}x\nother::k = \\\n two\nbad\n"));
    assert_int_equal(s.n, 3);
    expect(&s, 0, 1, "default", "v", "one");
    expect(&s, 1, 3, "s", "k", "$x #  $v$ one onex");
    expect(&s, 2, 4, "other", "k", "two");
    assert_int_equal(s.problem_line, 6);
    settings_init(&s, &a);
    settings_openssl(&r, "g", bytes_str(".include x\n"));
    assert_true(s.full && s.problem && s.n == SETTINGS_MAX_DEPTH);
}

static void test_limits(void **state) {
    (void)state;
    struct text t;
    text_init(&t, &a);
    for (size_t i = 0; i < SETTINGS_MAX + 10; i++) text_add(&t, "a=b\n");
    struct settings s = read_as(SETTINGS_INI, t.s);
    assert_true(s.full && s.n == SETTINGS_MAX);
    text_init(&t, &a);
    text_add(&t, "k=");
    for (size_t i = 0; i < SETTINGS_MAX_VALUE + 10; i++) text_add(&t, "v");
    s = read_as(SETTINGS_INI, t.s);
    assert_int_equal(strlen(s.list[0].value), SETTINGS_MAX_VALUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ini, setup, teardown),
        cmocka_unit_test_setup_teardown(test_curl, setup, teardown),
        cmocka_unit_test_setup_teardown(test_properties, setup, teardown),
        cmocka_unit_test_setup_teardown(test_prefs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_openssl, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
