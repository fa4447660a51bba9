/* Distinguished names: walk, comparison, hash. */
#include "pki/cert_internal.h"

struct pki_attrs pki_attrs_of(struct bytes name) {
    struct der all = der_of(name, NULL, NULL);
    struct pki_attrs it = {.rdns = der_enter(&all, DER_SEQUENCE, "Name")};
    if (der_more(&all)) der_fail(&it.rdns, DER_TRAILING, "Name");
    it.rdn = der_of((struct bytes){0}, NULL, NULL);
    return it;
}

bool pki_attr_next(struct pki_attrs *it, struct pki_attr *ret) {
    *ret = (struct pki_attr){0};
    if (!der_more(&it->rdn)) {
        if (!der_more(&it->rdns)) return false;
        it->rdn = der_enter(&it->rdns, DER_SET, "RelativeDistinguishedName");
        if (!der_more(&it->rdn)) { /* SET SIZE (1..MAX) */
            der_fail(&it->rdns, DER_VALUE, "RelativeDistinguishedName");
            return false;
        }
        ret->first = true;
    }
    struct der in = der_enter(&it->rdn, DER_SEQUENCE, "AttributeTypeAndValue");
    struct der_tlv value = {0};
    ret->oid = der_oid(&in, "type");
    if (!der_next(&in, &value, "value") && !in.failed) der_fail(&in, DER_MISSING, "value");
    ret->tag = value.tag;
    ret->value = value.body;
    ret->element = value.all;
    if (der_close(&it->rdn, &in, "AttributeTypeAndValue")) return true;
    der_fail(&it->rdns, DER_VALUE, "Name");
    return false;
}

static bool ended_well(const struct pki_attrs *it) {
    return !it->rdns.failed && !it->rdn.failed;
}

bool pki_name_well_formed(struct bytes name) {
    struct pki_attrs it = pki_attrs_of(name);
    struct pki_attr a;
    while (pki_attr_next(&it, &a)) continue;
    return ended_well(&it);
}

bool pki_name_empty(struct bytes name) {
    struct der all = der_of(name, NULL, NULL);
    struct der_tlv t = der_get(&all, DER_SEQUENCE, "Name");
    return t.body.n == 0;
}

/* ---- strings as code points, folded ---- */

/* Characters of a string of one of the types of DirectoryString, one after the other, prepared by the part of
 * RFC 4518 that real names need: case folded, runs of spaces one, none at the ends. */
struct chars {
    struct bytes b;
    size_t at;
    uint8_t tag;
    bool pending_space, any;
    bool held_set;
    uint32_t held;
};

static const uint32_t CHARS_END = UINT32_MAX; /* no character, nor a byte that is none */

static bool is_string(uint8_t tag) {
    static const uint8_t tags[] = {DER_UTF8, DER_PRINTABLE, DER_TELETEX,          DER_IA5,
                                   DER_BMP,  DER_VISIBLE,   DER_UNIVERSAL_STRING, DER_NUMERIC};
    return memchr(tags, tag, sizeof(tags)) != NULL;
}

static size_t unit_size(uint8_t tag) {
    return tag == DER_BMP ? 2 : tag == DER_UNIVERSAL_STRING ? 4 : 1;
}

/* A UTF-8 sequence; a byte that begins none is itself, moved out of the way of characters (so that it equals
 * only itself). */
static uint32_t utf8_char(struct chars *s) {
    uint8_t c = s->b.p[s->at++];
    if (c < 0x80) return c;
    size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC2 ? 1 : 0;
    uint32_t v = more == 3 ? c & 7u : more == 2 ? c & 15u : c & 31u;
    if (more == 0 || more > s->b.n - s->at) return 0x80000000u | c;
    for (size_t i = 0; i < more; i++) {
        uint8_t next = s->b.p[s->at + i];
        if ((next & 0xC0) != 0x80) return 0x80000000u | c;
        v = v << 6 | (next & 0x3Fu);
    }
    s->at += more;
    return v;
}

static uint32_t raw_char(struct chars *s) {
    size_t unit = unit_size(s->tag);
    if (unit == 1 && s->tag != DER_TELETEX) return utf8_char(s); /* PrintableString and IA5String: ASCII */
    uint32_t v = 0;
    for (size_t i = 0; i < unit && s->at < s->b.n; i++) v = v << 8 | s->b.p[s->at++];
    return v; /* TeletexString is read as Latin-1, as everybody does */
}

/* Simple case folding of the scripts that stand in names of CAs. Sorted. */
static const struct {
    uint32_t from, to;
    int add;         /* 0: capitals and small letters take turns */
    uint32_t parity; /* … and capitals have this lowest bit */
} folds[] = {
    {'A', 'Z', 32, 0},      {0xC0, 0xD6, 32, 0},    {0xD8, 0xDE, 32, 0},     {0x100, 0x12F, 0, 0},
    {0x132, 0x137, 0, 0},   {0x139, 0x148, 0, 1},   {0x14A, 0x177, 0, 0},    {0x178, 0x178, -121, 0},
    {0x179, 0x17E, 0, 1},   {0x386, 0x386, 38, 0},  {0x388, 0x38A, 37, 0},   {0x38C, 0x38C, 64, 0},
    {0x38E, 0x38F, 63, 0},  {0x391, 0x3A1, 32, 0},  {0x3A3, 0x3AB, 32, 0},   {0x400, 0x40F, 80, 0},
    {0x410, 0x42F, 32, 0},  {0x460, 0x481, 0, 0},   {0x48A, 0x4BF, 0, 0},    {0x531, 0x556, 48, 0},
    {0x1E00, 0x1E95, 0, 0}, {0x1EA0, 0x1EFF, 0, 0}, {0xFF21, 0xFF3A, 32, 0},
};

static uint32_t fold(uint32_t c) {
    for (size_t i = 0; i < TW_COUNT(folds) && c >= folds[i].from; i++) {
        if (c > folds[i].to) continue;
        if (folds[i].add) return (uint32_t)((int64_t)c + folds[i].add);
        return (c & 1) == folds[i].parity ? c + 1 : c;
    }
    return c;
}

static bool is_space(uint32_t c) {
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x3000;
}

/* Mapped to nothing (RFC 4518 2.2): soft hyphen, zero-width space, byte order mark. */
static bool is_nothing(uint32_t c) {
    return c == 0xAD || c == 0x200B || c == 0xFEFF || c == 0;
}

static uint32_t next_char(struct chars *s) {
    if (s->held_set) {
        s->held_set = false;
        return s->held;
    }
    while (s->at < s->b.n) {
        uint32_t c = raw_char(s);
        if (is_nothing(c)) continue;
        if (is_space(c)) {
            s->pending_space = s->any;
            continue;
        }
        s->any = true;
        if (!s->pending_space) return fold(c);
        s->pending_space = false;
        s->held = fold(c);
        s->held_set = true;
        return ' ';
    }
    return CHARS_END;
}

static struct chars chars_of(const struct pki_attr *a) {
    return (struct chars){.b = a->value, .tag = a->tag};
}

static bool value_eq(const struct pki_attr *a, const struct pki_attr *b) {
    if (a->tag == b->tag && bytes_eq(a->value, b->value)) return true;
    if (!is_string(a->tag) || !is_string(b->tag)) return false;
    struct chars x = chars_of(a), y = chars_of(b);
    for (;;) {
        uint32_t c = next_char(&x);
        if (c != next_char(&y)) return false;
        if (c == CHARS_END) return true;
    }
}

static bool attr_eq(const struct pki_attr *a, const struct pki_attr *b) {
    return bytes_eq(a->oid, b->oid) && value_eq(a, b);
}

/* ---- RDNs ---- */

enum {
    RDN_MAX = 16
}; /* attributes of one RDN that may stand in any order; larger ones must be in the same */

struct rdn {
    struct pki_attr attr[RDN_MAX];
    size_t n;
};

/* The next RDN of the walk; `next` holds the attribute that was read ahead. False at the end. */
static bool next_rdn(struct pki_attrs *it, struct pki_attr *next, bool *has_next, struct rdn *ret) {
    ret->n = 0;
    if (!*has_next) return false;
    do {
        if (ret->n < RDN_MAX) ret->attr[ret->n] = *next;
        ret->n++;
        *has_next = pki_attr_next(it, next);
    } while (*has_next && !next->first);
    return true;
}

static bool rdn_eq(const struct rdn *a, const struct rdn *b) {
    if (a->n != b->n || a->n > RDN_MAX) return false;
    uint32_t used = 0;
    for (size_t i = 0; i < a->n; i++) {
        size_t j = 0;
        while (j < b->n && (used >> j & 1 || !attr_eq(&a->attr[i], &b->attr[j]))) j++;
        if (j == b->n) return false;
        used |= 1u << j;
    }
    return true;
}

/* `name` begins with the RDNs of `base`; `whole`: and has no more. */
static bool compare(struct bytes name, struct bytes base, bool whole) {
    struct pki_attrs x = pki_attrs_of(name), y = pki_attrs_of(base);
    struct pki_attr nx, ny;
    bool more_x = pki_attr_next(&x, &nx), more_y = pki_attr_next(&y, &ny);
    struct rdn a, b;
    while (next_rdn(&y, &ny, &more_y, &b))
        if (!next_rdn(&x, &nx, &more_x, &a) || !rdn_eq(&a, &b)) return false;
    bool ended = !more_x;
    while (more_x) more_x = pki_attr_next(&x, &nx);
    return ended_well(&x) && ended_well(&y) && (ended || !whole);
}

bool pki_name_eq(struct bytes a, struct bytes b) {
    return bytes_eq(a, b) || compare(a, b, true);
}

bool pki_name_within(struct bytes name, struct bytes base) {
    return compare(name, base, false);
}

static uint64_t mix(uint64_t h, uint64_t v) {
    h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static uint64_t hash_bytes(uint64_t h, struct bytes b) {
    for (size_t i = 0; i < b.n; i++) h = mix(h, b.p[i]);
    return h;
}

static uint64_t hash_attr(const struct pki_attr *a) {
    uint64_t h = hash_bytes(1, a->oid);
    if (!is_string(a->tag)) return hash_bytes(mix(h, a->tag), a->value);
    struct chars s = chars_of(a);
    for (uint32_t c = next_char(&s); c != CHARS_END; c = next_char(&s)) h = mix(h, c);
    return h;
}

uint64_t pki_name_hash(struct bytes name) {
    struct pki_attrs it = pki_attrs_of(name);
    struct pki_attr a;
    uint64_t h = 2, rdn = 0;
    while (pki_attr_next(&it, &a)) {
        if (a.first) h = mix(h, rdn);
        rdn = (a.first ? 0 : rdn) + hash_attr(&a); /* a sum: the order inside an RDN is free */
    }
    return ended_well(&it) ? mix(h, rdn) : hash_bytes(3, name);
}
