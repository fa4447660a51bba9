#include "pki/pem.h"

#define BEGIN "-----BEGIN "
#define END "-----END "

static bool find(struct bytes in, const char *what, size_t *ret) {
    const uint8_t *at = in.n ? memmem(in.p, in.n, what, strlen(what)) : NULL;
    if (!at) return false;
    *ret = (size_t)(at - in.p);
    return true;
}

static enum pki_pem_kind kind_of(struct bytes label) {
    static const struct {
        const char *label;
        enum pki_pem_kind kind;
    } rows[] = {{"CERTIFICATE", PKI_PEM_CERT}, {"X509 CERTIFICATE", PKI_PEM_CERT}, {"X509 CRL", PKI_PEM_CRL}};
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (bytes_eq(label, bytes_str(rows[i].label))) return rows[i].kind;
    return PKI_PEM_OTHER; /* keys, OpenSSL's TRUSTED CERTIFICATE, which has more behind the certificate */
}

enum { SPACE = 64, PAD, BAD };

/* The value of a character of base64 (RFC 4648 4). */
static uint8_t value_of(uint8_t c) {
    if (c >= 'A' && c <= 'Z') return (uint8_t)(c - 'A');
    if (c >= 'a' && c <= 'z') return (uint8_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9') return (uint8_t)(c - '0' + 52);
    if (c == '+' || c == '/') return c == '+' ? 62 : 63;
    if (c == '=') return PAD;
    return c == ' ' || (c >= '\t' && c <= '\r') ? SPACE : BAD;
}

struct base64 {
    uint8_t *out;
    size_t n;
    uint32_t bits;
    unsigned held, pads;
};

static bool take(struct base64 *b, uint8_t v) {
    if (v == SPACE) return true;
    if (v == PAD) return ++b->pads <= 2;
    if (v == BAD || b->pads) return false;
    b->bits = b->bits << 6 | v;
    if (++b->held < 4) return true;
    b->out[b->n++] = (uint8_t)(b->bits >> 16);
    b->out[b->n++] = (uint8_t)(b->bits >> 8);
    b->out[b->n++] = (uint8_t)b->bits;
    b->held = 0;
    return true;
}

/* Four digits at once, the common case; false: something else is among them. */
static bool take_four(struct base64 *b, const uint8_t *table, const uint8_t *in) {
    uint32_t v0 = table[in[0]], v1 = table[in[1]], v2 = table[in[2]], v3 = table[in[3]];
    if ((v0 | v1 | v2 | v3) >= SPACE) return false;
    uint32_t bits = v0 << 18 | v1 << 12 | v2 << 6 | v3;
    b->out[b->n++] = (uint8_t)(bits >> 16);
    b->out[b->n++] = (uint8_t)(bits >> 8);
    b->out[b->n++] = (uint8_t)bits;
    return true;
}

static bool decode(struct bytes in, struct arena *a, struct bytes *ret) {
    uint8_t table[256];
    for (unsigned c = 0; c < 256; c++) table[c] = value_of((uint8_t)c);
    struct base64 b = {.out = arena_alloc(a, in.n / 4 * 3 + 3)};
    for (size_t i = 0; i < in.n; i++) {
        for (; b.held == 0 && !b.pads && in.n - i >= 4; i += 4)
            if (!take_four(&b, table, in.p + i)) break;
        if (i < in.n && !take(&b, table[in.p[i]])) return false;
    }
    if (b.held == 1 || (b.pads && b.held + b.pads != 4)) return false;
    if (b.held == 2) b.out[b.n++] = (uint8_t)(b.bits >> 4);
    if (b.held == 3) {
        b.out[b.n++] = (uint8_t)(b.bits >> 10);
        b.out[b.n++] = (uint8_t)(b.bits >> 2);
    }
    *ret = bytes_of(b.out, b.n);
    return true;
}

bool pki_pem_next(struct pki_pem *r, struct arena *a, enum pki_pem_kind *kind, struct bytes *ret) {
    size_t begin, dashes, end;
    if (r->failed || !find(r->left, BEGIN, &begin)) return false;
    struct bytes in = bytes_cut(r->left, begin + sizeof(BEGIN) - 1, r->left.n);
    r->failed = true;
    if (!find(in, "-----", &dashes)) return false;
    struct bytes label = bytes_cut(in, 0, dashes);
    in = bytes_cut(in, dashes + 5, in.n);
    if (!find(in, END, &end)) return false;
    *kind = kind_of(label);
    r->left = bytes_cut(in, end, in.n);
    /* A key that is encrypted has headers, and is nothing to be read here. */
    if (*kind == PKI_PEM_OTHER)
        *ret = bytes_cut(in, 0, 0);
    else if (!decode(bytes_cut(in, 0, end), a, ret))
        return false;
    r->failed = false;
    r->n++;
    return true;
}
