#include "base_test.h"

#include "base/wr.h"

static void test_numbers(void **state) {
    (void)state;
    uint8_t room[18];
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, 1);
    wr_u16(&w, 0x0203);
    wr_u24(&w, 0x040506);
    wr_u32(&w, 0x0708090A);
    wr_u64(&w, 0x0B0C0D0E0F101112u);
    assert_false(w.overflow);
    assert_int_equal(wr_bytes(&w).n, 18);
    for (size_t i = 0; i < 18; i++) assert_int_equal(room[i], i + 1);
}

static void test_nested_prefixes(void **state) {
    (void)state;
    uint8_t room[32];
    struct wr w = wr_init(room, sizeof(room));
    struct wr_mark outer = wr_open(&w, 3);
    struct wr_mark inner = wr_open(&w, 2);
    wr_str(&w, "ab");
    wr_close(&w, inner);
    wr_vec(&w, 1, bytes_str("c"));
    wr_fill(&w, 7, 2);
    wr_close(&w, outer);
    static const uint8_t want[] = {0, 0, 8, 0, 2, 'a', 'b', 1, 'c', 7, 7};
    assert_true(bytes_eq(wr_bytes(&w), bytes_of(want, sizeof(want))));
}

static void test_a_lie(void **state) {
    (void)state;
    uint8_t room[8];
    struct wr w = wr_init(room, sizeof(room));
    struct wr_mark m = wr_open(&w, 2);
    wr_u8(&w, 5);
    wr_close_as(&w, m, 0x1234);
    static const uint8_t want[] = {0x12, 0x34, 5};
    assert_true(bytes_eq(wr_bytes(&w), bytes_of(want, sizeof(want))));
}

static void test_overflow_is_sticky(void **state) {
    (void)state;
    uint8_t room[4] = {9, 9, 9, 9};
    struct wr w = wr_init(room, 3);
    wr_u16(&w, 0x0102);
    wr_u16(&w, 0x0304);
    assert_true(w.overflow);
    wr_u8(&w, 5); /* although there is room for it */
    struct wr_mark m = wr_open(&w, 1);
    wr_close(&w, m);
    assert_int_equal(wr_bytes(&w).n, 0);
    assert_int_equal(room[2], 9);
    assert_int_equal(room[3], 9);
}

static void test_room_filled_to_the_last_byte(void **state) {
    (void)state;
    uint8_t room[3];
    struct wr w = wr_init(room, sizeof(room));
    wr_vec(&w, 1, bytes_str("ab"));
    assert_false(w.overflow);
    wr_put(&w, (struct bytes){0});
    assert_false(w.overflow);
    wr_u8(&w, 1);
    assert_true(w.overflow);
}

static void test_prefix_that_cannot_say_the_length(void **state) {
    (void)state;
    static uint8_t room[300];
    for (size_t n = 255; n <= 256; n++) {
        struct wr w = wr_init(room, sizeof(room));
        struct wr_mark m = wr_open(&w, 1);
        wr_fill(&w, 0, n);
        wr_close(&w, m);
        assert_int_equal(w.overflow, n > 255);
    }
}

static void test_huge_requests(void **state) {
    (void)state;
    uint8_t room[8];
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, 1);
    wr_fill(&w, 0, SIZE_MAX);
    assert_true(w.overflow);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_nested_prefixes),
        cmocka_unit_test(test_a_lie),
        cmocka_unit_test(test_overflow_is_sticky),
        cmocka_unit_test(test_room_filled_to_the_last_byte),
        cmocka_unit_test(test_prefix_that_cannot_say_the_length),
        cmocka_unit_test(test_huge_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
