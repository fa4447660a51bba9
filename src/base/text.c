#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static char *format_in(struct arena *a, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
static char *format_in(struct arena *a, const char *format, va_list ap) {
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    assert(n >= 0);
    char *s = arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, format, again);
    va_end(again);
    return s;
}

char *text_f(struct arena *a, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    char *s = format_in(a, format, ap);
    va_end(ap);
    return s;
}

void text_init(struct text *t, struct arena *a) {
    *t = (struct text){.a = a, .cap = 128};
    t->s = arena_alloc(a, t->cap);
}

void text_add_n(struct text *t, const char *s, size_t n) {
    if (t->n + n + 1 > t->cap) {
        size_t cap = (t->n + n + 1) * 2;
        char *bigger = arena_alloc(t->a, cap);
        memcpy(bigger, t->s, t->n);
        t->s = bigger;
        t->cap = cap;
    }
    if (n) memcpy(t->s + t->n, s, n);
    t->n += n;
    t->s[t->n] = 0;
}

void text_add(struct text *t, const char *s) {
    text_add_n(t, s, strlen(s));
}

void text_addf(struct text *t, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    text_add(t, format_in(t->a, format, ap));
    va_end(ap);
}

/* Length that the first byte of a UTF-8 sequence tells (RFC 3629), 0 if it cannot be one. */
static size_t utf8_length(uint8_t c) {
    if (c < 0x80) return 1;
    if (c < 0xC2) return 0;
    return c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
}

/* Length of the UTF-8 sequence at b.p, 0 if it is not one; the code point goes to *cp. */
static size_t utf8_at(struct bytes b, uint32_t *cp) {
    if (b.n == 0) return 0;
    uint8_t c = b.p[0];
    size_t n = utf8_length(c);
    if (n == 0 || n > b.n) return 0;
    static const uint8_t lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t v = c & lead[n];
    for (size_t i = 1; i < n; i++) {
        if ((b.p[i] & 0xC0) != 0x80) return 0;
        v = v << 6 | (b.p[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (v < least[n] || v > 0x10FFFF || (v >= 0xD800 && v < 0xE000)) return 0;
    *cp = v;
    return n;
}

/* Controls, and the characters that turn or hide the text around them (Unicode TR 36). */
static bool is_deceptive(uint32_t cp) {
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x200B && cp <= 0x200F) ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || cp == 0x61C;
}

char *text_escape(struct arena *a, struct bytes b, size_t max) {
    struct text t;
    text_init(&t, a);
    size_t end = b.n < max ? b.n : max;
    for (size_t i = 0; i < end;) {
        uint32_t cp = 0;
        size_t n = utf8_at(bytes_cut(b, i, b.n), &cp);
        if (n == 0) {
            text_addf(&t, "\\x%02x", b.p[i]);
            n = 1;
        } else if (cp < 0x80 && is_deceptive(cp)) {
            text_addf(&t, "\\x%02x", (unsigned)cp);
        } else if (is_deceptive(cp)) {
            text_addf(&t, "\\u{%04x}", (unsigned)cp);
        } else {
            text_add_n(&t, (const char *)b.p + i, n);
        }
        i += n;
    }
    if (end < b.n) text_add(&t, "…");
    return t.s;
}

char *text_hex(struct arena *a, struct bytes b) {
    static const char digit[] = "0123456789abcdef";
    char *s = arena_alloc(a, b.n * 2 + 1);
    for (size_t i = 0; i < b.n; i++) {
        s[2 * i] = digit[b.p[i] >> 4];
        s[2 * i + 1] = digit[b.p[i] & 15];
    }
    return s;
}

static char *ipv4_text(struct arena *a, const uint8_t *p) {
    return text_f(a, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

/* The longest run of zero fields, the first of equals; a single one is not shortened (RFC 5952 4.2). */
static size_t longest_zeros(const uint16_t field[8], size_t *ret_n) {
    size_t best = 0;
    *ret_n = 1;
    for (size_t i = 0; i < 8; i++) {
        size_t n = 0;
        while (i + n < 8 && field[i + n] == 0) n++;
        if (n > *ret_n) {
            best = i;
            *ret_n = n;
        }
    }
    if (*ret_n == 1) *ret_n = 0;
    return best;
}

char *text_ip(struct arena *a, struct bytes b) {
    if (b.n == 4) return ipv4_text(a, b.p);
    if (b.n != 16) return NULL;
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    if (memcmp(b.p, mapped, sizeof(mapped)) == 0) /* RFC 5952 5 */
        return text_f(a, "::ffff:%s", ipv4_text(a, b.p + sizeof(mapped)));
    uint16_t field[8];
    for (size_t i = 0; i < 8; i++) field[i] = (uint16_t)(b.p[2 * i] << 8 | b.p[2 * i + 1]);
    size_t zeros_n, zeros = longest_zeros(field, &zeros_n);
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < 8; i++) {
        if (zeros_n && i == zeros) {
            text_add(&t, "::");
            i += zeros_n - 1;
            continue;
        }
        bool after_zeros = zeros_n && i == zeros + zeros_n;
        text_addf(&t, "%s%x", i == 0 || after_zeros ? "" : ":", field[i]);
    }
    return t.s;
}

/* Days since 1970 to a civil date (Howard Hinnant's algorithm, proleptic Gregorian calendar). */
static void civil_of(int64_t days, int64_t *y, unsigned *m, unsigned *d) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *y = yoe + era * 400 + (*m <= 2);
}

char *text_time(struct arena *a, int64_t seconds) {
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t y;
    unsigned m, d;
    civil_of(days, &y, &m, &d);
    return text_f(a, "%04lld-%02u-%02uT%02d:%02d:%02dZ", (long long)y, m, d, (int)(rest / 3600),
                  (int)(rest / 60 % 60), (int)(rest % 60));
}

char *text_duration(struct arena *a, int64_t seconds) {
    static const struct {
        int64_t unit;
        const char *name;
    } units[] = {{31557600, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    int64_t n = seconds < 0 ? -seconds : seconds;
    for (size_t i = 0; i < TW_COUNT(units); i++) {
        int64_t count = n / units[i].unit;
        if (count >= 2 || (count >= 1 && i > 0) || i + 1 == TW_COUNT(units))
            return text_f(a, "%lld %s%s", (long long)count, units[i].name, count == 1 ? "" : "s");
    }
    return arena_strdup(a, "");
}

bool text_number(const char *s, uint64_t max, uint64_t *ret) {
    uint64_t v = 0;
    if (!*s) return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9') return false;
        uint64_t digit = (uint64_t)(*s - '0');
        if (digit > max || v > (max - digit) / 10) return false;
        v = v * 10 + digit;
    }
    *ret = v;
    return true;
}

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool bytes_eq_nocase(struct bytes a, struct bytes b) {
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

bool text_eq_nocase(const char *a, const char *b) {
    return bytes_eq_nocase(bytes_str(a), bytes_str(b));
}
