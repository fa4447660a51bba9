/* What the tests of this room share: bytes from hexadecimal, comparisons that show the bytes. */
#ifndef TW_TESTS_CRYPTO_TEST_H
#define TW_TESTS_CRYPTO_TEST_H

#include "../wire/wire_test.h"

#include "base/text.h"
#include "base/wr.h"
#include "crypto/crypto.h"

UNUSED static void assert_hex(struct arena *a, struct bytes got, const char *want) {
    assert_string_equal(text_hex(a, got), text_hex(a, hex(a, want)));
}

/* `n` times the byte `v`. */
UNUSED static struct bytes filled(struct arena *a, uint8_t v, size_t n) {
    uint8_t *p = arena_alloc(a, n + 1);
    memset(p, v, n);
    return bytes_of(p, n);
}

/* A copy with one byte changed. */
UNUSED static struct bytes flipped(struct arena *a, struct bytes b, size_t at) {
    uint8_t *p = arena_alloc(a, b.n + 1);
    memcpy(p, b.p, b.n);
    p[at] ^= 0x20;
    return bytes_of(p, b.n);
}

UNUSED static int arena_setup(void **state) {
    static struct arena a;
    *state = &a;
    return 0;
}
UNUSED static int arena_teardown(void **state) {
    arena_done(*state);
    return 0;
}

#endif
