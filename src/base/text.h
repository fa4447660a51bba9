/* Text: formatted strings in an arena, a growing text, escapes for bytes of a stranger, times. */
#ifndef TW_BASE_TEXT_H
#define TW_BASE_TEXT_H

#include "base/arena.h"

/* printf into the arena. */
char *text_f(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A text that grows in an arena. */
struct text {
    struct arena *a;
    char *s; /* always ended by NUL; never NULL after text_init */
    size_t n, cap;
};
void text_init(struct text *t, struct arena *a);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Valid UTF-8 for any input: control characters, invalid bytes and bidi controls become \xHH or
 * \u{HHHH}; at most `max` bytes of input are used, and "…" marks a cut. */
char *text_escape(struct arena *a, struct bytes b, size_t max);
char *text_hex(struct arena *a, struct bytes b);
/* An IPv4 or IPv6 address of 4 or 16 bytes (RFC 5952); NULL for any other length. */
char *text_ip(struct arena *a, struct bytes b);
/* Seconds since 1970 as RFC 3339 in UTC: "2026-01-31T00:00:00Z". */
char *text_time(struct arena *a, int64_t seconds);
/* The reverse, with any offset from UTC (RFC 3339 5.6). */
bool text_time_read(const char *s, int64_t *ret);
/* "3 days", "2 hours": a duration for people, of its largest sensible unit. */
char *text_duration(struct arena *a, int64_t seconds);
/* Reads decimal digits only; false if empty, other characters, or above `max`. */
bool text_number(const char *s, uint64_t max, uint64_t *ret);
bool text_eq_nocase(const char *a, const char *b);
bool bytes_eq_nocase(struct bytes a, struct bytes b);

#endif
