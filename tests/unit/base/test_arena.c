#include "base_test.h"

#include "base/arena.h"

#include <stdalign.h>

static void test_blocks_are_zeroed_and_apart(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    uint8_t *block[500];
    for (size_t i = 0; i < TW_COUNT(block); i++) {
        size_t n = i * 37 % 9000; /* some share a chunk, some have one of their own */
        block[i] = arena_alloc(&a, n + 1);
        assert_int_equal((uintptr_t)block[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k <= n; k++) assert_int_equal(block[i][k], 0);
        memset(block[i], (int)(i % 255) + 1, n + 1);
    }
    for (size_t i = 0; i < TW_COUNT(block); i++) {
        size_t n = i * 37 % 9000;
        assert_int_equal(block[i][0], i % 255 + 1);
        assert_int_equal(block[i][n], i % 255 + 1);
    }
    assert_true(a.used > 0);
    arena_done(&a);
    assert_null(a.chunks);
    assert_int_equal(a.used, 0);
}

static void test_large_block_leaves_the_chunk_in_use(void **state) {
    (void)state;
    struct arena a = {0};
    uint8_t *small = arena_alloc(&a, 16);
    uint8_t *large = arena_alloc(&a, 1 << 20);
    uint8_t *next = arena_alloc(&a, 16);
    memset(large, 1, 1 << 20);
    assert_ptr_equal(next, small + 16);
    arena_done(&a);
}

static void test_nothing(void **state) {
    (void)state;
    struct arena a = {0};
    assert_non_null(arena_alloc(&a, 0));
    assert_int_equal(arena_copy(&a, (struct bytes){0}).n, 0);
    assert_string_equal(arena_str(&a, (struct bytes){0}), "");
    arena_done(&a);
    arena_done(&a);
    struct arena zero = {0};
    arena_done(&zero);
}

static void test_copies(void **state) {
    (void)state;
    struct arena a = {0};
    char text[] = "abc";
    struct bytes b = arena_copy(&a, bytes_str(text));
    char *s = arena_strdup(&a, text);
    text[0] = 'x';
    assert_true(bytes_eq(b, bytes_str("abc")));
    assert_string_equal(s, "abc");
    int *array = ARENA_ARRAY(&a, int, 10);
    array[9] = 1;
    arena_done(&a);
}

static void test_heap(void **state) {
    (void)state;
    uint8_t *p = mem_alloc(4);
    for (int i = 0; i < 4; i++) assert_int_equal(p[i], 0);
    p[3] = 7;
    p = mem_grow(p, 4000);
    assert_int_equal(p[3], 7);
    mem_free(p);
    mem_free(mem_alloc(0));
    mem_free(NULL);
}

static jmp_buf out;
static void leave(void) {
    longjmp(out, 1);
}

static void test_handler_of_failure(void **state) {
    (void)state;
    mem_on_failure(leave);
    if (setjmp(out) == 0) {
        /* more than any machine has; the sanitizers are told to let calloc return NULL */
        mem_alloc(SIZE_MAX / 4);
        fail();
    }
    mem_on_failure(NULL);
}

/* Else a request that cannot be met ends the test program under the address sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_zeroed_and_apart),
        cmocka_unit_test(test_large_block_leaves_the_chunk_in_use),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_handler_of_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
