#include "pki/der.h"

#include <assert.h>

const char *der_err_text(enum der_err err) {
    static const char *const text[] = {
        [DER_OK] = "is well-formed",
        [DER_SHORT] = "runs past the end of what holds it",
        [DER_TRAILING] = "is followed by bytes that do not belong there",
        [DER_TAG] = "is of another type than it must be",
        [DER_INDEFINITE] = "has no definite length",
        [DER_LENGTH] = "has a length that nothing can have",
        [DER_VALUE] = "holds what its type cannot hold",
        [DER_MISSING] = "is missing",
        [DER_LIMIT] = "holds more elements than anybody needs",
    };
    return text[err];
}

const char *der_bent_text(enum der_bent bit) {
    static const struct {
        enum der_bent bit;
        const char *text;
    } rows[] = {
        {DER_BENT_LENGTH, "has a length in more bytes than it needs"},
        {DER_BENT_INTEGER, "is an integer with leading bytes that say nothing"},
        {DER_BENT_BOOLEAN, "is a TRUE other than FF"},
        {DER_BENT_DEFAULT, "writes a default value out"},
        {DER_BENT_BITS, "has unused bits, or named bits, that should not be there"},
        {DER_BENT_SET, "is a set out of order"},
        {DER_BENT_TAG, "has a tag in more bytes than it needs"},
        {DER_BENT_OID, "is an object identifier with padding"},
        {DER_BENT_TRAILING, "has more behind it than belongs there"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (bit & rows[i].bit) return rows[i].text;
    return "is well-formed";
}

bool der_log_clean(const struct der_log *log) {
    return log->err == DER_OK && log->bent == 0;
}

char *der_log_text(struct arena *a, const struct der_log *log) {
    if (der_log_clean(log)) return NULL;
    const struct der_spot *s = log->err ? &log->failed : &log->bent_at;
    const char *what = log->err ? der_err_text(log->err) : der_bent_text((enum der_bent)log->bent);
    return text_f(a, "%s%s%s at byte %zu %s", s->field, s->within ? " of " : "", s->within ? s->within : "",
                  s->off, what);
}

void der_log_merge(struct der_log *into, const struct der_log *from) {
    if (into->err == DER_OK && from->err != DER_OK) {
        into->err = from->err;
        into->failed = from->failed;
    }
    if (!into->bent && from->bent) into->bent_at = from->bent_at;
    into->bent |= from->bent;
}

struct der der_of(struct bytes b, const uint8_t *base, struct der_log *log) {
    static const uint8_t nothing[1];
    const uint8_t *p = b.p ? b.p : nothing;
    return (struct der){.cur = p, .end = p + b.n, .base = base ? base : p, .log = log};
}

void der_fail_at(struct der *r, const uint8_t *at, enum der_err err, const char *field) {
    if (!r->failed && r->log && r->log->err == DER_OK) {
        r->log->err = err;
        r->log->failed = (struct der_spot){field, r->log->within, (size_t)(at - r->base)};
    }
    r->failed = true;
    r->cur = r->end;
}

void der_fail(struct der *r, enum der_err err, const char *field) {
    der_fail_at(r, r->cur, err, field);
}

void der_bend_at(struct der *r, const uint8_t *at, enum der_bent bit, const char *field) {
    if (!r->log) return;
    if (!r->log->bent) r->log->bent_at = (struct der_spot){field, r->log->within, (size_t)(at - r->base)};
    r->log->bent |= bit;
}

/* The rest of a tag whose number does not fit the first byte (X.690 8.1.2.4). NULL: it runs past the end. */
static const uint8_t *skip_high_tag(struct der *r, const uint8_t *p, const char *field) {
    if (p < r->end && *p == 0x80) der_bend_at(r, r->cur, DER_BENT_TAG, field);
    if (p < r->end && *p < 0x1F) der_bend_at(r, r->cur, DER_BENT_TAG, field);
    while (p < r->end && *p & 0x80) p++;
    return p < r->end ? p + 1 : NULL;
}

/* A length of the long form: `count` bytes at p. */
static bool long_length(struct der *r, const uint8_t *p, size_t count, size_t *ret, const char *field) {
    if (count == 0 || count == 0x7F) {
        der_fail(r, count == 0 ? DER_INDEFINITE : DER_LENGTH, field);
        return false;
    }
    if (count > (size_t)(r->end - p)) {
        der_fail(r, DER_SHORT, field);
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (n >> 24) { /* more than four bytes that count: no element is that large */
            der_fail(r, DER_LENGTH, field);
            return false;
        }
        n = n << 8 | p[i];
    }
    if (n < 0x80 || p[0] == 0) der_bend_at(r, r->cur, DER_BENT_LENGTH, field);
    *ret = n;
    return true;
}

/* Of the universal types only SEQUENCE, SET, EXTERNAL, EMBEDDED PDV and CHARACTER STRING are constructed in
 * DER, and these always are (X.690 10.2). */
static bool form_fits(uint8_t tag) {
    static const uint32_t constructed = 1u << 8 | 1u << 11 | 1u << 16 | 1u << 17 | 1u << 29;
    return tag >= 0x40 || (constructed >> (tag & 0x1F) & 1) == (uint32_t)(tag >> 5 & 1);
}

/* The header at the cursor: *head bytes before *n bytes of contents. The short form, which nearly all have,
 * comes first. */
static bool read_header(struct der *r, size_t *head, size_t *n, const char *field) {
    const uint8_t *p = r->cur;
    uint8_t tag = *p++;
    if (!form_fits(tag)) {
        der_fail(r, DER_TAG, field);
        return false;
    }
    if ((tag & 0x1F) == 0x1F) p = skip_high_tag(r, p, field);
    if (!p || p >= r->end) {
        der_fail(r, DER_SHORT, field);
        return false;
    }
    *n = *p++;
    if (*n & 0x80) {
        size_t count = *n & 0x7F;
        if (!long_length(r, p, count, n, field)) return false;
        p += count;
    }
    *head = (size_t)(p - r->cur);
    if (*n <= (size_t)(r->end - p)) return true;
    der_fail(r, DER_SHORT, field);
    return false;
}

bool der_next(struct der *r, struct der_tlv *ret, const char *field) {
    size_t head, n;
    const uint8_t *at = r->cur;
    if (at >= r->end || !read_header(r, &head, &n, field)) {
        *ret = (struct der_tlv){0};
        return false;
    }
    r->cur = at + head + n;
    ret->tag = *at;
    ret->body = (struct bytes){at + head, n};
    ret->all = (struct bytes){at, head + n};
    return true;
}

struct der_tlv der_get(struct der *r, uint8_t tag, const char *field) {
    struct der_tlv t;
    if (r->cur < r->end && *r->cur == tag) {
        (void)der_next(r, &t, field);
        return t;
    }
    if (!r->failed) der_fail(r, r->cur < r->end ? DER_TAG : DER_MISSING, field);
    return (struct der_tlv){0};
}

bool der_opt(struct der *r, uint8_t tag, struct der_tlv *ret, const char *field) {
    if (r->cur < r->end && *r->cur == tag) return der_next(r, ret, field);
    *ret = (struct der_tlv){0};
    return false;
}

struct der der_into(const struct der *r, struct bytes body) {
    struct der child = der_of(body, r->base, r->log);
    if (r->failed || !body.p) {
        child.failed = true;
        child.cur = child.end;
    }
    return child;
}

struct der der_enter(struct der *r, uint8_t tag, const char *field) {
    struct der_tlv t = der_get(r, tag, field);
    return der_into(r, t.body);
}

bool der_done(struct der *r, const char *field) {
    if (!r->failed && r->cur < r->end) der_fail(r, DER_TRAILING, field);
    return !r->failed;
}

bool der_close(struct der *parent, struct der *child, const char *field) {
    if (der_done(child, field)) return true;
    parent->failed = true; /* the log knows the place */
    parent->cur = parent->end;
    return false;
}

static bool bool_of(struct der *r, const struct der_tlv *t, const char *field) {
    if (t->body.n != 1) {
        if (t->body.p) der_fail_at(r, t->all.p, DER_VALUE, field);
        return false;
    }
    if (t->body.p[0] != 0 && t->body.p[0] != 0xFF) der_bend_at(r, t->all.p, DER_BENT_BOOLEAN, field);
    return t->body.p[0] != 0;
}

bool der_bool_default_false(struct der *r, const char *field) {
    struct der_tlv t;
    if (!der_opt(r, DER_BOOLEAN, &t, field)) return false;
    bool v = bool_of(r, &t, field);
    if (!v && !r->failed) der_bend_at(r, t.all.p, DER_BENT_DEFAULT, field);
    return v;
}

static struct bytes integer_of(struct der *r, uint8_t tag, const char *field) {
    struct der_tlv t = der_get(r, tag, field);
    if (!t.body.p) return t.body;
    const uint8_t *p = t.body.p;
    if (t.body.n == 0) {
        der_fail_at(r, t.all.p, DER_VALUE, field);
        return (struct bytes){0};
    }
    if (t.body.n > 1 && ((p[0] == 0 && !(p[1] & 0x80)) || (p[0] == 0xFF && p[1] & 0x80)))
        der_bend_at(r, t.all.p, DER_BENT_INTEGER, field);
    return t.body;
}

struct bytes der_integer(struct der *r, const char *field) {
    return integer_of(r, DER_INTEGER, field);
}

uint32_t der_uint(struct der *r, uint8_t tag, uint32_t max, const char *field) {
    const uint8_t *at = r->cur;
    struct bytes b = integer_of(r, tag, field);
    if (!b.p || b.n == 0) return 0;
    if (b.p[0] & 0x80) {
        der_fail_at(r, at, DER_VALUE, field);
        return 0;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < b.n; i++) {
        v = v << 8 | b.p[i];
        if (v > max) return max;
    }
    return (uint32_t)v;
}

struct bytes der_oid(struct der *r, const char *field) {
    struct der_tlv t = der_get(r, DER_OID, field);
    struct bytes b = t.body;
    if (!b.p) return b;
    if (b.n == 0 || b.p[b.n - 1] & 0x80) { /* the last arc does not end (X.690 8.19.2) */
        der_fail_at(r, t.all.p, DER_VALUE, field);
        return (struct bytes){0};
    }
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == 0x80 && (i == 0 || !(b.p[i - 1] & 0x80))) der_bend_at(r, t.all.p, DER_BENT_OID, field);
    return b;
}

struct bytes der_bits(struct der *r, uint8_t tag, unsigned *unused, const char *field) {
    struct der_tlv t = der_get(r, tag, field);
    struct bytes none = {0}, b = t.body;
    if (unused) *unused = 0;
    if (!b.p) return none;
    bool bad = b.n == 0 || b.p[0] > 7 || (b.n == 1 && b.p[0] > 0) || (!unused && b.p[0] > 0);
    if (bad) {
        der_fail_at(r, t.all.p, DER_VALUE, field);
        return none;
    }
    if (b.p[b.n - 1] & ((1u << b.p[0]) - 1) && b.n > 1) der_bend_at(r, t.all.p, DER_BENT_BITS, field);
    if (unused) *unused = b.p[0];
    return bytes_cut(b, 1, b.n);
}

uint16_t der_named_bits(struct der *r, uint8_t tag, const char *field) {
    const uint8_t *at = r->cur;
    unsigned unused;
    struct bytes b = der_bits(r, tag, &unused, field);
    /* The last bit that is sent must be a one (X.690 11.2.2). */
    if (b.n > 0 && !(b.p[b.n - 1] >> unused & 1)) der_bend_at(r, at, DER_BENT_BITS, field);
    uint16_t v = 0;
    size_t bits = b.n * 8 - (b.n ? unused : 0);
    for (size_t i = 0; i < bits && i < 16; i++)
        if (b.p[i / 8] >> (7 - i % 8) & 1) v = (uint16_t)(v | 1u << i);
    return v;
}

static char *oid_hex(struct arena *a, struct bytes oid) {
    return text_f(a, "oid:%s", text_hex(a, bytes_cut(oid, 0, 64)));
}

char *der_oid_text(struct arena *a, struct bytes oid) {
    struct text t;
    text_init(&t, a);
    if (oid.n == 0 || oid.n > 64 || oid.p[oid.n - 1] & 0x80) return oid_hex(a, oid);
    uint64_t v = 0;
    bool first = true;
    for (size_t i = 0; i < oid.n; i++) {
        if (v >> 57) return oid_hex(a, oid);
        v = v << 7 | (oid.p[i] & 0x7Fu);
        if (oid.p[i] & 0x80) continue;
        uint64_t root = v < 80 ? v / 40 : 2; /* X.690 8.19.4 */
        if (first)
            text_addf(&t, "%llu.%llu", (unsigned long long)root, (unsigned long long)(v - root * 40));
        else
            text_addf(&t, ".%llu", (unsigned long long)v);
        first = false;
        v = 0;
    }
    return t.s;
}

char *der_serial_text(struct arena *a, struct bytes integer) {
    if (integer.n == 0) return arena_strdup(a, "");
    if (!(integer.p[0] & 0x80)) {
        bool padded = integer.n > 1 && integer.p[0] == 0;
        return text_hex(a, bytes_cut(integer, padded ? 1 : 0, integer.n));
    }
    uint8_t *positive = arena_alloc(a, integer.n); /* two's complement */
    unsigned carry = 1;
    for (size_t i = integer.n; i-- > 0;) {
        unsigned v = (uint8_t)~integer.p[i] + carry;
        positive[i] = (uint8_t)v;
        carry = v >> 8;
    }
    return text_f(a, "-%s", text_hex(a, bytes_of(positive, integer.n)));
}
