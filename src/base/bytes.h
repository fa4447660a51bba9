/* A borrowed run of bytes: pointer and length, passed by value. Whoever owns the memory (an arena,
 * a transcript, a constant) outlives it. */
#ifndef TW_BASE_BYTES_H
#define TW_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *p;
    size_t n;
};

/* The bytes of a C string without its end mark; NULL gives an empty run. */
static inline struct bytes bytes_str(const char *s) {
    return (struct bytes){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline struct bytes bytes_of(const void *p, size_t n) {
    return (struct bytes){p, n};
}

static inline bool bytes_eq(struct bytes a, struct bytes b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The part from `off` on, at most `n` bytes; cut to what is there. */
static inline struct bytes bytes_cut(struct bytes b, size_t off, size_t n) {
    if (off > b.n) off = b.n;
    if (n > b.n - off) n = b.n - off;
    return (struct bytes){b.p ? b.p + off : NULL, n};
}

static inline bool bytes_start_with(struct bytes b, const char *prefix) {
    size_t n = strlen(prefix);
    return b.n >= n && memcmp(b.p, prefix, n) == 0;
}

#define TW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
