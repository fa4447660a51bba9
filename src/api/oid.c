/* An object identifier as people write it, "2.23.140.1.2.1". */
#include "api/options.h"

/* One arc in base 128, the highest bit set on all bytes but the last (X.690 8.19.2). */
static size_t put_arc(uint8_t *out, uint64_t arc) {
    size_t n = 1;
    for (uint64_t rest = arc >> 7; rest; rest >>= 7) n++;
    for (size_t i = n; i-- > 0; arc >>= 7) out[i] = (uint8_t)((arc & 0x7F) | (i + 1 < n ? 0x80 : 0));
    return n;
}

/* X.690 8.19.4: the first two arcs share one. */
bool oid_parse(struct arena *a, const char *s, struct bytes *ret) {
    uint8_t *out = arena_alloc(a, strlen(s) * 2 + 16);
    size_t n = 0, arcs = 0;
    uint64_t first = 0, arc;
    for (;; arcs++) {
        size_t digits = strcspn(s, ".");
        if (!text_number(arena_str(a, bytes_of(s, digits)), UINT64_MAX >> 1, &arc)) return false;
        if (arcs == 0 ? arc > 2 : arcs == 1 && first < 2 && arc > 39) return false;
        if (arcs == 0)
            first = arc;
        else
            n += put_arc(out + n, arcs == 1 ? first * 40 + arc : arc);
        s += digits;
        if (!*s) break;
        s++;
    }
    *ret = bytes_of(out, n);
    return arcs >= 1;
}
