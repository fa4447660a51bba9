/* What is asked, and where: OCSP requests as RFC 5019 wants them, and the URLs that a certificate names. */
#include "pki/ocsp.h"

#include "pki/revocation_internal.h"

/* OCSPRequest ::= SEQUENCE { TBSRequest SEQUENCE { requestList SEQUENCE OF SEQUENCE { CertID } } }. Hashes
 * have 20 bytes, so that every length fits one byte unless the serial number is a stranger's. */
static size_t tlv(uint8_t *out, uint8_t tag, struct bytes body) {
    size_t head = 2;
    out[0] = tag;
    if (body.n < 0x80) {
        out[1] = (uint8_t)body.n;
    } else {
        out[1] = 0x82;
        out[2] = (uint8_t)(body.n >> 8);
        out[3] = (uint8_t)body.n;
        head = 4;
    }
    memmove(out + head, body.p, body.n);
    return head + body.n;
}

struct bytes pki_ocsp_request(struct arena *a, const struct pki_cert *cert, const struct pki_cert *issuer) {
    enum { MAX_SERIAL = 1024, NEST = 5, ROOM = 128 };
    static const uint8_t sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00};
    uint8_t hash[HASH_MAX];
    if (cert->serial.n == 0 || cert->serial.n > MAX_SERIAL) return (struct bytes){0};
    uint8_t *out = arena_alloc(a, ROOM + cert->serial.n);
    size_t n = sizeof sha1;
    memcpy(out, sha1, n);
    n += tlv(out + n, DER_OCTET_STRING, bytes_of(hash, hash_once(HASH_SHA1, cert->issuer, hash)));
    n += tlv(out + n, DER_OCTET_STRING, bytes_of(hash, hash_once(HASH_SHA1, issuer->key.bits, hash)));
    n += tlv(out + n, DER_INTEGER, cert->serial);
    /* CertID, Request, requestList, TBSRequest, OCSPRequest */
    for (int i = 0; i < NEST; i++) {
        struct bytes inner = arena_copy(a, bytes_of(out, n));
        n = tlv(out, DER_SEQUENCE, inner);
    }
    return bytes_of(out, n);
}

/* Base64 (RFC 4648 4), each character that a URL gives a meaning written as %XX (RFC 6960 A.1). */
static void add_base64(struct text *t, struct bytes b) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < b.n; i += 3) {
        size_t n = b.n - i < 3 ? b.n - i : 3;
        uint32_t v = (uint32_t)b.p[i] << 16;
        if (n > 1) v |= (uint32_t)b.p[i + 1] << 8;
        if (n > 2) v |= b.p[i + 2];
        for (size_t k = 0; k < 4; k++) {
            char c = k > n ? '=' : alphabet[v >> (18 - 6 * k) & 63];
            if (c == '+' || c == '/' || c == '=')
                text_addf(t, "%%%02X", (unsigned)c);
            else
                text_add_n(t, &c, 1);
        }
    }
}

char *pki_ocsp_get_url(struct arena *a, const char *responder, struct bytes request) {
    enum { MAX_GET = 255 };
    struct text t;
    text_init(&t, a);
    text_add(&t, responder);
    if (t.n == 0 || t.s[t.n - 1] != '/') text_add(&t, "/");
    add_base64(&t, request);
    return t.n <= MAX_GET ? t.s : NULL;
}

/* Printable ASCII that begins with "http://": nothing that would end a line of a request. */
static char *plain_url(struct arena *a, const struct pki_gn *gn) {
    if (gn->kind != PKI_GN_URI || !bytes_eq_nocase(bytes_cut(gn->value, 0, 7), bytes_str("http://")))
        return NULL;
    for (size_t i = 0; i < gn->value.n; i++)
        if (gn->value.p[i] <= ' ' || gn->value.p[i] > '~') return NULL;
    return arena_str(a, gn->value);
}

char *pki_ocsp_url(struct arena *a, const struct pki_cert *cert, size_t i) {
    struct der r = pki_ext_list(cert, PKI_EXT_AIA);
    enum pki_access method;
    struct pki_gn location;
    while (pki_access_next(&r, &method, &location)) {
        char *url = method == PKI_ACCESS_OCSP ? plain_url(a, &location) : NULL;
        if (url && i-- == 0) return url;
    }
    return NULL;
}

char *pki_crl_url(struct arena *a, const struct pki_cert *cert, size_t i) {
    struct der r = pki_ext_list(cert, PKI_EXT_CRL_POINTS);
    struct pki_crl_point point;
    while (pki_crl_point_next(&r, &point)) {
        if (point.has_reasons || point.crl_issuer.p) continue;
        struct der names = pki_list(cert, point.full_name);
        struct pki_gn gn;
        while (pki_gn_next(&names, &gn)) {
            char *url = plain_url(a, &gn);
            if (url && i-- == 0) return url;
        }
    }
    return NULL;
}
