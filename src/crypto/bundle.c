#include "crypto/bundle.h"

#include "base/text.h"
#include "crypto/bundle_lib.h"

#include <openssl/evp.h>

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

enum { TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_OID = 0x06, TAG_SEQUENCE = 0x30, LABEL_MAX = 64 };

const char *bundle_format_name(enum bundle_format f) {
    static const char *const names[] = {[BUNDLE_NONE] = "nothing that is known here",
                                        [BUNDLE_PEM] = "PEM",
                                        [BUNDLE_DER] = "DER",
                                        [BUNDLE_PKCS7] = "PKCS #7",
                                        [BUNDLE_PKCS12] = "PKCS #12"};
    return names[f];
}

struct bundle_item *bundle_add(struct bundle_reader *r, enum bundle_kind kind, struct bytes der) {
    struct bundle *b = r->out;
    if (b->n == b->room) {
        b->room = b->room ? b->room * 2 : 8;
        struct bundle_item *more = ARENA_ARRAY(r->a, struct bundle_item, b->room);
        if (b->n) memcpy(more, b->items, b->n * sizeof(*more));
        b->items = more;
    }
    b->items[b->n] = (struct bundle_item){.kind = kind, .der = der};
    return &b->items[b->n++];
}

/* ---- DER ---- */

/* The contents of the first element; empty where there is none. */
static struct bytes inside(struct bytes der) {
    if (der.n < 2) return bytes_cut(der, der.n, 0);
    size_t header = der.p[1] & 0x80 ? 2 + (size_t)(der.p[1] & 0x7F) : 2;
    return bytes_cut(der, header, der.n);
}

static uint8_t tag_of(struct bytes der) {
    return der.n ? der.p[0] : 0;
}

/* EncryptedPrivateKeyInfo (RFC 5958 3): an AlgorithmIdentifier and an OCTET STRING. */
static bool is_encrypted_key(struct bytes der) {
    struct bytes first = inside(der), algorithm = bundle_element(first);
    return tag_of(first) == TAG_SEQUENCE && tag_of(inside(first)) == TAG_OID &&
           tag_of(bytes_cut(first, algorithm.n, first.n)) == TAG_OCTETS;
}

/* `der`: what is in it, if it is a PEM block. */
static void add_key(struct bundle_reader *r, struct bytes in, struct bytes der, bool encrypted) {
    struct bytes spki = {0};
    bool ok = pbe_afford_key(&r->budget, der) && bundle_key(r, in, &spki);
    bundle_add(r, BUNDLE_KEY, spki)->trouble = ok ? 0 : encrypted ? BUNDLE_LOCKED : BUNDLE_BROKEN;
}

/* One after the other; what follows the last stays with it, for whoever reads it to see. */
static void add_certs(struct bundle_reader *r, struct bytes in) {
    for (;;) {
        struct bytes one = bundle_element(in), rest = bytes_cut(in, one.n, in.n);
        bool more = tag_of(rest) == TAG_SEQUENCE;
        (void)bundle_add(r, BUNDLE_CERT, more ? one : in);
        if (!more) return;
        in = rest;
    }
}

/* By what stands first inside: RFC 5652 3 (an OID), RFC 7292 4 and RFC 5958 2 (a version), X.509 (a
 * SEQUENCE). */
static bool read_der(struct bundle_reader *r, struct bytes in) {
    uint8_t first = tag_of(inside(in));
    if (tag_of(in) != TAG_SEQUENCE) return false;
    r->out->format = BUNDLE_DER;
    if (first == TAG_OID && bundle_pkcs7(r, in)) {
        r->out->format = BUNDLE_PKCS7;
        return true;
    }
    if (first == TAG_INTEGER && bundle_pkcs12(r, in)) {
        r->out->format = BUNDLE_PKCS12;
        return true;
    }
    if (first == TAG_INTEGER || is_encrypted_key(in)) {
        add_key(r, in, in, first != TAG_INTEGER);
        return true;
    }
    if (first != TAG_SEQUENCE) return false;
    if (bundle_is_request(in))
        (void)bundle_add(r, BUNDLE_REQUEST, in);
    else if (bundle_is_crl(in))
        (void)bundle_add(r, BUNDLE_CRL, in);
    else
        add_certs(r, in);
    return true;
}

/* ---- PEM (RFC 7468) ---- */

static bool find(struct bytes in, const char *what, size_t *ret) {
    const uint8_t *at = in.n ? memmem(in.p, in.n, what, strlen(what)) : NULL;
    if (!at) return false;
    *ret = (size_t)(at - in.p);
    return true;
}

/* White space anywhere, lines of any length: more than libcrypto's own reader of PEM takes. */
static bool decode(struct arena *a, struct bytes in, struct bytes *ret) {
    EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
    uint8_t *plain = arena_alloc(a, in.n + 1), *out = arena_alloc(a, in.n / 4 * 3 + 8);
    int n = 0, last = 0;
    size_t digits = 0;
    if (!ctx) mem_failed();
    for (size_t i = 0; i < in.n; i++)
        if (!strchr(" \t\r\n\v\f", in.p[i]) || !in.p[i]) plain[digits++] = in.p[i];
    EVP_DecodeInit(ctx);
    /* libcrypto takes a dash for the end, and what stands before it for all. */
    bool ok = digits > 0 && digits <= INT32_MAX && digits % 4 == 0 && !memchr(plain, '-', digits) &&
              EVP_DecodeUpdate(ctx, out, &n, plain, (int)digits) >= 0 &&
              EVP_DecodeFinal(ctx, out + n, &last) >= 0;
    EVP_ENCODE_CTX_free(ctx);
    *ret = bytes_of(out, ok ? (size_t)n + (size_t)last : 0);
    return ok;
}

struct block {
    struct bytes all, label, body; /* all: from BEGIN to the end of END */
    size_t line;
    unsigned trouble;
};

static bool has_label(const struct block *b, const char *label) {
    return bytes_eq(b->label, bytes_str(label));
}

static bool is_key(const struct block *b) {
    static const char words[] = "PRIVATE KEY";
    size_t n = sizeof(words) - 1;
    return b->label.n >= n && memcmp(b->label.p + b->label.n - n, words, n) == 0;
}

static void read_key_block(struct bundle_reader *r, const struct block *b) {
    struct bytes der = {0};
    size_t at;
    /* RFC 1421 4.6.1.1, as OpenSSL wrote keys before PKCS #8. */
    bool encrypted = has_label(b, "ENCRYPTED PRIVATE KEY") || find(b->body, "4,ENCRYPTED", &at);
    bool plain = decode(r->a, b->body, &der);
    if (plain || !has_label(b, "ENCRYPTED PRIVATE KEY"))
        add_key(r, b->all, der, encrypted);
    else /* with RFC 1421's headers, which PKCS #8 never has: what its password costs is not seen from outside
          */
        bundle_add(r, BUNDLE_KEY, der)->trouble = BUNDLE_BROKEN;
}

static enum bundle_kind kind_of(const struct block *b) {
    static const struct {
        const char *label;
        enum bundle_kind kind;
    } rows[] = {{"CERTIFICATE", BUNDLE_CERT},
                {"X509 CERTIFICATE", BUNDLE_CERT},
                {"TRUSTED CERTIFICATE", BUNDLE_CERT},
                {"CERTIFICATE REQUEST", BUNDLE_REQUEST},
                {"NEW CERTIFICATE REQUEST", BUNDLE_REQUEST},
                {"X509 CRL", BUNDLE_CRL}};
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (has_label(b, rows[i].label)) return rows[i].kind;
    return BUNDLE_OTHER;
}

static void read_data_block(struct bundle_reader *r, const struct block *b) {
    struct bytes der = {0};
    enum bundle_kind kind = kind_of(b);
    bool pkcs7 = has_label(b, "PKCS7") || has_label(b, "CMS");
    bool ok = decode(r->a, b->body, &der);
    if (ok && pkcs7 && bundle_pkcs7(r, der)) {
        r->out->format = BUNDLE_PKCS7;
        return;
    }
    /* Behind a TRUSTED CERTIFICATE stands what OpenSSL trusts it for. */
    if (has_label(b, "TRUSTED CERTIFICATE")) der = bundle_element(der);
    bundle_add(r, kind, der)->trouble = ok && !pkcs7 ? 0 : BUNDLE_BROKEN;
}

static void read_block(struct bundle_reader *r, const struct block *b) {
    size_t before = r->out->n;
    if (b->trouble & BUNDLE_UNENDED)
        (void)bundle_add(r, kind_of(b), bytes_cut(b->body, 0, 0));
    else if (is_key(b))
        read_key_block(r, b);
    else
        read_data_block(r, b);
    for (size_t i = before; i < r->out->n; i++) {
        r->out->items[i].label = text_escape(r->a, b->label, LABEL_MAX);
        r->out->items[i].line = b->line;
        r->out->items[i].trouble |= b->trouble;
    }
}

/* Where the reader of a text stands. `end`: the next END at or behind `at`, looked for once however many
 * BEGINs stand before it. */
struct pem {
    struct bytes in;
    size_t at, line, end;
    bool end_known;
};
static const size_t NO_END = SIZE_MAX;

static bool ends_line(struct bytes rest) {
    size_t i = 0;
    while (i < rest.n && (rest.p[i] == ' ' || rest.p[i] == '\t' || rest.p[i] == '\r')) i++;
    return i == rest.n || rest.p[i] == '\n';
}

static void move_to(struct pem *p, size_t to) {
    for (; p->at < to; p->at++) p->line += p->in.p[p->at] == '\n';
}

static size_t next_end(struct pem *p) {
    size_t off;
    if (p->end_known && p->end >= p->at) return p->end;
    p->end = find(bytes_cut(p->in, p->at, p->in.n), END, &off) ? p->at + off : NO_END;
    p->end_known = true;
    return p->end;
}

/* From behind its BEGIN line: the body, and whether the END line is that of the same label. */
static void read_rest(struct pem *p, struct block *b) {
    size_t from = p->at, end = next_end(p), other;
    b->trouble |= BUNDLE_UNENDED;
    if (end == NO_END || find(bytes_cut(p->in, from, end - from), BEGIN, &other))
        return; /* the next is its own */
    struct bytes tail = bytes_cut(p->in, end + sizeof(END) - 1, p->in.n);
    b->body = bytes_cut(p->in, from, end - from);
    move_to(p, end + sizeof(END) - 1);
    if (tail.n < b->label.n + 5 || memcmp(tail.p, b->label.p, b->label.n) != 0 ||
        memcmp(tail.p + b->label.n, DASHES, 5) != 0)
        return;
    b->trouble &= ~(unsigned)BUNDLE_UNENDED;
    move_to(p, p->at + b->label.n + 5);
    if (!ends_line(bytes_cut(p->in, p->at, p->in.n))) b->trouble |= BUNDLE_GLUED;
}

static bool next_block(struct pem *p, struct block *ret) {
    size_t begin, dashes;
    if (!find(bytes_cut(p->in, p->at, p->in.n), BEGIN, &begin)) return false;
    begin += p->at;
    move_to(p, begin);
    *ret = (struct block){.line = p->line};
    if (begin > 0 && p->in.p[begin - 1] != '\n') ret->trouble |= BUNDLE_GLUED;
    move_to(p, begin + sizeof(BEGIN) - 1);
    struct bytes rest = bytes_cut(p->in, p->at, LABEL_MAX);
    if (find(rest, "\n", &dashes)) rest.n = dashes; /* a label ends on its line */
    if (!find(rest, DASHES, &dashes)) {
        ret->trouble |= BUNDLE_UNENDED;
        return true;
    }
    ret->label = bytes_cut(rest, 0, dashes);
    move_to(p, p->at + dashes + 5);
    read_rest(p, ret);
    ret->all = bytes_cut(p->in, begin, p->at - begin);
    return true;
}

static void read_pem(struct bundle_reader *r, struct bytes in) {
    struct pem p = {.in = in, .line = 1};
    struct block b;
    while (next_block(&p, &b)) {
        if (r->out->format == BUNDLE_NONE) r->out->format = BUNDLE_PEM;
        read_block(r, &b);
    }
}

/* ---- what it is ---- */

/* UTF-16 as ASCII: PEM has nothing else (RFC 7468 2). `low`: which byte of two holds it. */
static struct bytes narrow(struct arena *a, struct bytes in, size_t low) {
    uint8_t *out = arena_alloc(a, in.n / 2 + 1);
    size_t n = 0;
    for (size_t i = 2; i + 1 < in.n; i += 2) out[n++] = in.p[i + 1 - low] ? '?' : in.p[i + low];
    return bytes_of(out, n);
}

static struct bytes without_mark(struct arena *a, struct bytes in, struct bundle *ret) {
    if (bytes_start_with(in, "\xFF\xFE") || bytes_start_with(in, "\xFE\xFF")) {
        ret->utf16 = true;
        return narrow(a, in, in.p[0] == 0xFF ? 0 : 1);
    }
    if (!bytes_start_with(in, "\xEF\xBB\xBF")) return in;
    ret->bom = true;
    return bytes_cut(in, 3, in.n);
}

static bool is_blank(struct bytes in) {
    for (size_t i = 0; i < in.n; i++)
        if (!in.p[i] || !strchr(" \t\r\n", in.p[i])) return false;
    return true;
}

static void read_any(struct bundle_reader *r, struct bytes in) {
    struct bundle *ret = r->out;
    struct bytes der;
    if (is_blank(in)) {
        ret->problem = in.n ? "there is nothing but white space in it" : "it is empty";
        return;
    }
    if (tag_of(in) == TAG_SEQUENCE && read_der(r, in)) return;
    ret->format = BUNDLE_NONE;
    read_pem(r, in);
    /* Windows exports base64 without the lines around it too. */
    if (ret->format == BUNDLE_NONE && decode(r->a, in, &der) && tag_of(der) == TAG_SEQUENCE &&
        read_der(r, der))
        return;
    if (ret->format == BUNDLE_NONE) ret->problem = "there is no certificate and no key in it";
}

void bundle_read(struct arena *a, struct bytes file, const char *password, struct bundle *ret) {
    bundle_read_keys(a, file, password, ret, NULL);
}

void bundle_read_keys(struct arena *a, struct bytes file, const char *password, struct bundle *ret,
                      struct bundle_keys *keys) {
    struct bundle_reader r = {.a = a, .password = password ? password : "", .out = ret, .keys = keys};
    *ret = (struct bundle){0};
    read_any(&r, without_mark(a, file, ret));
    ret->too_costly = r.budget.exceeded;
}
