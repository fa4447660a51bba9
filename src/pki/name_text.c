/* Names for people: RFC 4514, with the short names of attributes that openssl and everybody else print. */
#include "pki/cert_internal.h"

#define OID(literal)                                                                                         \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define X520(n) OID("\x55\x04" n)
#define MS_EV(n) OID("\x2B\x06\x01\x04\x01\x82\x37\x3C\x02\x01" n)
#define PKCS9 "\x2A\x86\x48\x86\xF7\x0D\x01\x09"
#define PILOT "\x09\x92\x26\x89\x93\xF2\x2C\x64\x01"

static const struct {
    struct bytes oid;
    const char *name;
} types[] = {
    [PKI_ATTR_CN] = {X520("\x03"), "CN"},
    [PKI_ATTR_O] = {X520("\x0A"), "O"},
    [PKI_ATTR_OU] = {X520("\x0B"), "OU"},
    [PKI_ATTR_C] = {X520("\x06"), "C"},
    [PKI_ATTR_EMAIL] = {OID(PKCS9 "\x01"), "emailAddress"},
    {X520("\x07"), "L"},
    {X520("\x08"), "ST"},
    {X520("\x09"), "street"},
    {X520("\x05"), "serialNumber"},
    {X520("\x0F"), "businessCategory"},
    {X520("\x11"), "postalCode"},
    {X520("\x61"), "organizationIdentifier"},
    {X520("\x04"), "SN"},
    {X520("\x0C"), "title"},
    {X520("\x0D"), "description"},
    {X520("\x29"), "name"},
    {X520("\x2A"), "GN"},
    {X520("\x2B"), "initials"},
    {X520("\x2C"), "generationQualifier"},
    {X520("\x2E"), "dnQualifier"},
    {X520("\x41"), "pseudonym"},
    {OID(PILOT "\x19"), "DC"},
    {OID(PILOT "\x01"), "UID"},
    {OID(PKCS9 "\x02"), "unstructuredName"},
    {OID(PKCS9 "\x08"), "unstructuredAddress"},
    {MS_EV("\x01"), "jurisdictionL"},
    {MS_EV("\x02"), "jurisdictionST"},
    {MS_EV("\x03"), "jurisdictionC"},
};

static size_t put_utf8(uint8_t *out, size_t cap, uint32_t c) {
    uint8_t b[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6) b[i] = (uint8_t)(0x80 | (c & 0x3F));
    b[0] = (uint8_t)(lead[n] | c);
    if (n > cap) return 0;
    memcpy(out, b, n);
    return n;
}

/* `value` in units of `unit` bytes, each a character. Surrogates and what lies beyond Unicode become U+FFFD.
 */
static size_t from_units(struct bytes value, size_t unit, uint8_t *out, size_t cap) {
    size_t n = 0;
    for (size_t at = 0; at < value.n; at += unit) {
        uint32_t c = 0;
        for (size_t i = 0; i < unit && at + i < value.n; i++) c = c << 8 | value.p[at + i];
        if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
        size_t put = put_utf8(out + n, cap - n, c);
        if (put == 0) break;
        n += put;
    }
    return n;
}

bool pki_string_utf8(uint8_t tag, struct bytes value, uint8_t *out, size_t cap, size_t *ret_n) {
    switch (tag) {
    case DER_UTF8:
    case DER_PRINTABLE:
    case DER_IA5:
    case DER_VISIBLE:
    case DER_NUMERIC:
        *ret_n = value.n < cap ? value.n : cap;
        if (*ret_n) memcpy(out, value.p, *ret_n);
        return true;
    case DER_TELETEX: /* read as Latin-1, as everybody does */
        *ret_n = from_units(value, 1, out, cap);
        return true;
    case DER_BMP:
        *ret_n = from_units(value, 2, out, cap);
        return true;
    case DER_UNIVERSAL_STRING:
        *ret_n = from_units(value, 4, out, cap);
        return true;
    default:
        *ret_n = 0;
        return false;
    }
}

static const char *type_name(struct arena *a, struct bytes oid, bool *known) {
    for (size_t i = 0; i < TW_COUNT(types); i++) {
        if (!bytes_eq(types[i].oid, oid)) continue;
        *known = true;
        return types[i].name;
    }
    *known = false;
    return der_oid_text(a, oid);
}

/* RFC 4514 2.4. Controls as \XX, so that the line is one; text_escape does the rest. */
static void add_value(struct text *t, const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint8_t c = p[i];
        bool edge = (i == 0 && (c == '#' || c == ' ')) || (i + 1 == n && c == ' ');
        if (c < 0x20 || c == 0x7F) {
            text_addf(t, "\\%02X", c);
            continue;
        }
        if (edge || strchr(",+\"\\<>;", c)) text_add(t, "\\");
        text_add_n(t, (const char *)&c, 1);
    }
}

/* RFC 4514 2.4: what is no string, or of a type without a short name. */
static void add_hex(struct text *t, struct bytes element) {
    text_add(t, "#");
    for (size_t i = 0; i < element.n && t->n <= PKI_NAME_TEXT_MAX; i++) text_addf(t, "%02X", element.p[i]);
}

static void add_attr(struct text *t, const struct pki_attr *attr) {
    uint8_t utf8[PKI_NAME_TEXT_MAX];
    size_t n = 0;
    bool known;
    text_addf(t, "%s=", type_name(t->a, attr->oid, &known));
    if (known && pki_string_utf8(attr->tag, attr->value, utf8, sizeof(utf8), &n))
        add_value(t, utf8, n);
    else
        add_hex(t, attr->element);
}

char *pki_name_text(struct arena *a, struct bytes name) {
    enum { KEPT = 128 }; /* the last ones: more than the line has room for */
    struct pki_attr kept[KEPT];
    struct pki_attrs it = pki_attrs_of(name);
    size_t n = 0;
    while (pki_attr_next(&it, &kept[n % KEPT])) n++;
    struct text t;
    text_init(&t, a);
    size_t shown = n < KEPT ? n : KEPT - 1; /* the last call of the iterator cleared one slot */
    for (size_t i = 0; i < shown && t.n <= PKI_NAME_TEXT_MAX; i++) {
        const struct pki_attr *attr = &kept[(n - 1 - i) % KEPT];
        add_attr(&t, attr);
        if (i + 1 < n) text_add(&t, attr->first ? "," : "+");
    }
    return text_escape(a, bytes_of(t.s, t.n), PKI_NAME_TEXT_MAX);
}

bool pki_attr_is(const struct pki_attr *attr, enum pki_attr_type type) {
    return bytes_eq(attr->oid, types[type].oid);
}

bool pki_name_find(struct bytes name, enum pki_attr_type type, struct pki_attr *ret) {
    struct pki_attrs it = pki_attrs_of(name);
    struct pki_attr attr;
    bool found = false;
    while (pki_attr_next(&it, &attr)) {
        if (!pki_attr_is(&attr, type)) continue;
        *ret = attr;
        found = true;
    }
    return found;
}

char *pki_name_attr(struct arena *a, struct bytes name, enum pki_attr_type type) {
    enum { MAX = 256 };
    uint8_t utf8[MAX + 4];
    size_t n;
    struct pki_attr attr;
    if (!pki_name_find(name, type, &attr) || !pki_string_utf8(attr.tag, attr.value, utf8, sizeof(utf8), &n))
        return NULL;
    return text_escape(a, bytes_of(utf8, n), MAX);
}

char *pki_gn_text(struct arena *a, const struct pki_gn *gn) {
    enum { MAX = 1024 };
    static const char *const prefix[PKI_GN__COUNT] = {
        [PKI_GN_RFC822] = "email:", [PKI_GN_DNS] = "DNS:", [PKI_GN_URI] = "URI:"};
    if (prefix[gn->kind]) return text_f(a, "%s%s", prefix[gn->kind], text_escape(a, gn->value, MAX));
    char *ip = NULL;
    switch (gn->kind) {
    case PKI_GN_IP:
        ip = text_ip(a, gn->value);
        return text_f(a, "IP:%s", ip ? ip : text_hex(a, bytes_cut(gn->value, 0, 64)));
    case PKI_GN_DIRECTORY:
        return text_f(a, "dirname:%s", pki_name_text(a, gn->value));
    case PKI_GN_RID:
        return text_f(a, "RID:%s", der_oid_text(a, gn->value));
    case PKI_GN_OTHER:
    case PKI_GN_RFC822:
    case PKI_GN_DNS:
    case PKI_GN_X400:
    case PKI_GN_EDI:
    case PKI_GN_URI:
    case PKI_GN__COUNT:
        break;
    }
    return arena_strdup(a, pki_gn_kind_name(gn->kind));
}
