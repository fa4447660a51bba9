/* What the tests of this room share: bytes from hexadecimal, and readers run over cut messages. */
#ifndef TW_TESTS_WIRE_TEST_H
#define TW_TESTS_WIRE_TEST_H

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "base/arena.h"
#include "base/rd.h"

#include <stdlib.h>

#define UNUSED __attribute__((unused))

/* Spaces may stand between the digits. */
UNUSED static struct bytes hex(struct arena *a, const char *s) {
    uint8_t *p = arena_alloc(a, strlen(s) / 2 + 1);
    size_t digits = 0;
    for (; *s; s++) {
        if (*s == ' ') continue;
        int v = *s <= '9' ? *s - '0' : (*s | 0x20) - 'a' + 10;
        assert_in_range(v, 0, 15);
        p[digits / 2] = (uint8_t)(p[digits / 2] << 4 | v);
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return bytes_of(p, digits / 2);
}

/* Copies a run to a heap block of just its size, where the sanitizer sees any byte read beyond it. */
UNUSED static struct bytes tight(struct bytes b) {
    uint8_t *p = malloc(b.n ? b.n : 1);
    assert_non_null(p);
    if (b.n) memcpy(p, b.p, b.n);
    return bytes_of(p, b.n);
}
UNUSED static void tight_free(struct bytes b) {
    free((void *)(uintptr_t)b.p);
}

/* A failed reader names a field and a place inside of the message. */
UNUSED static void assert_failed_with_place(const struct rd *r, size_t n) {
    assert_int_not_equal(r->err, RD_OK);
    assert_non_null(r->field);
    assert_true(r->off <= n);
    assert_int_equal(rd_left(r), 0);
}

#endif
