#include "base_test.h"

#include "base/rd.h"

#define BYTES(...) bytes_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void assert_at(const struct rd *r, enum rd_err err, const char *field, size_t off) {
    assert_int_equal(r->err, err);
    assert_string_equal(r->field, field);
    assert_int_equal(r->off, off);
    assert_int_equal(rd_left(r), 0);
}

static void test_numbers(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18));
    assert_int_equal(rd_u8(&r, "a"), 1);
    assert_int_equal(rd_u16(&r, "b"), 0x0203);
    assert_int_equal(rd_u24(&r, "c"), 0x040506);
    assert_int_equal(rd_u32(&r, "d"), 0x0708090A);
    assert_int_equal(rd_at(&r), 10);
    assert_true(rd_u64(&r, "e") == 0x0B0C0D0E0F101112u);
    assert_true(rd_done(&r, "end"));
}

static void test_short_number_fails_at_its_place(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(1, 2, 3));
    rd_u16(&r, "a");
    assert_int_equal(rd_u16(&r, "b"), 0);
    assert_at(&r, RD_SHORT, "b", 2);
}

static void test_the_first_failure_stays(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(1));
    rd_u32(&r, "first");
    assert_int_equal(rd_u8(&r, "second"), 0); /* although there is a byte */
    assert_int_equal(rd_take(&r, 0, "third").n, 0);
    assert_int_equal(rd_vec(&r, 1, "fourth").n, 0);
    rd_fail(&r, RD_VALUE, "fifth");
    assert_false(rd_done(&r, "sixth"));
    assert_at(&r, RD_SHORT, "first", 0);
}

static void test_vectors(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(1, 0xAA, 0, 2, 0xBB, 0xCC, 0, 0, 0, 0xDD));
    assert_int_equal(rd_vec(&r, 1, "a").p[0], 0xAA);
    assert_int_equal(rd_vec(&r, 2, "b").n, 2);
    assert_int_equal(rd_vec(&r, 3, "c").n, 0);
    assert_int_equal(rd_rest(&r).n, 1);
    assert_true(rd_done(&r, "end"));
}

/* The place of a vector that is too long is its length, which lies, not the bytes after it. */
static void test_place_of_a_lying_length(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(0, 0, 3, 1, 2));
    rd_u8(&r, "type");
    assert_int_equal(rd_vec(&r, 2, "body").n, 0);
    assert_at(&r, RD_SHORT, "body", 1);
}

static void test_children_keep_the_outer_offset(void **state) {
    (void)state;
    struct rd r;
    rd_init_at(&r, BYTES(9, 3, 1, 5, 6), 100);
    rd_u8(&r, "type");
    struct rd child = rd_open(&r, 1, "outer");
    struct rd inner = rd_open(&child, 1, "inner");
    assert_int_equal(rd_at(&inner), 103);
    rd_u16(&inner, "number");
    rd_close(&child, &inner, "inner");
    rd_close(&r, &child, "outer");
    assert_at(&r, RD_SHORT, "number", 103);
}

static void test_trailing_bytes_of_a_child(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(2, 1, 2, 7));
    struct rd child = rd_open(&r, 1, "list");
    rd_u8(&child, "item");
    rd_close(&r, &child, "list");
    assert_at(&r, RD_TRAILING, "list", 2);
}

static void test_child_of_a_failed_parent_is_empty(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(5, 1));
    struct rd child = rd_open(&r, 1, "list");
    assert_int_equal(rd_left(&child), 0);
    rd_u8(&child, "item");
    rd_close(&r, &child, "list");
    assert_at(&r, RD_SHORT, "list", 0);
}

static void test_trailing_bytes_of_all(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, BYTES(1, 2));
    rd_u8(&r, "a");
    assert_false(rd_done(&r, "message"));
    assert_at(&r, RD_TRAILING, "message", 1);
}

static void test_nothing_to_read(void **state) {
    (void)state;
    struct rd r;
    rd_init(&r, (struct bytes){0});
    assert_int_equal(rd_left(&r), 0);
    assert_int_equal(rd_rest(&r).n, 0);
    assert_true(rd_done(&r, "nothing"));
    assert_int_equal(rd_u8(&r, "a"), 0);
    assert_at(&r, RD_SHORT, "a", 0);
}

static void test_failures_have_texts(void **state) {
    (void)state;
    for (enum rd_err e = RD_OK; e <= RD_VALUE; e++) assert_true(strlen(rd_err_text(e)) > 0);
}

static void test_bytes(void **state) {
    (void)state;
    struct bytes b = bytes_str("hello");
    assert_true(bytes_eq(bytes_cut(b, 1, 3), bytes_str("ell")));
    assert_int_equal(bytes_cut(b, 3, 100).n, 2);
    assert_int_equal(bytes_cut(b, 100, 1).n, 0);
    assert_int_equal(bytes_cut(b, 5, SIZE_MAX).n, 0);
    assert_int_equal(bytes_cut((struct bytes){0}, 1, 1).n, 0);
    assert_true(bytes_eq((struct bytes){0}, bytes_str("")));
    assert_int_equal(bytes_str(NULL).n, 0);
    assert_true(bytes_start_with(b, "he") && bytes_start_with(b, ""));
    assert_false(bytes_start_with(b, "hello!"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_short_number_fails_at_its_place),
        cmocka_unit_test(test_the_first_failure_stays),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_place_of_a_lying_length),
        cmocka_unit_test(test_children_keep_the_outer_offset),
        cmocka_unit_test(test_trailing_bytes_of_a_child),
        cmocka_unit_test(test_child_of_a_failed_parent_is_empty),
        cmocka_unit_test(test_trailing_bytes_of_all),
        cmocka_unit_test(test_nothing_to_read),
        cmocka_unit_test(test_failures_have_texts),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
