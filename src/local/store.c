#include "local/store.h"

#include "base/rd.h"
#include "crypto/bundle.h"
#include "pki/cert.h"
#include "pki/pem.h"

void store_add(struct arena *a, struct store_content *s, struct bytes der, const char *label) {
    struct pki_cert c;
    (void)pki_cert_read(der, &c);
    if (!c.readable) return;
    if (s->n == STORE_MAX_CERTS) {
        s->full = true;
        return;
    }
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct store_cert *certs = ARENA_ARRAY(a, struct store_cert, room);
        for (size_t i = 0; i < s->n; i++) certs[i] = s->certs[i];
        s->certs = certs;
        s->room = room;
    }
    s->certs[s->n++] =
        (struct store_cert){.der = der, .subject = c.subject, .label = label, .not_after = c.not_after};
}

static void read_pem(struct arena *a, struct bytes file, struct store_content *ret) {
    struct pki_pem pem = pki_pem_of(file);
    enum pki_pem_kind kind;
    struct bytes der;
    ret->format = "PEM";
    while (!ret->full && pki_pem_next(&pem, a, &kind, &der))
        if (kind == PKI_PEM_CERT) store_add(a, ret, der, NULL);
    if (pem.failed) ret->problem = "a block in it is not ended, or is no base64";
    if (ret->n == 0 && !ret->problem) ret->problem = "there is no certificate in it";
}

/* ---- Java's own format (sun.security.provider.JavaKeyStore) ---- */

enum { JKS_KEY = 1, JKS_CERT = 2 };

static struct bytes jks_cert(struct rd *r, uint32_t version) {
    if (version > 1) (void)rd_vec(r, 2, "certificate type");
    return rd_take(r, rd_u32(r, "certificate length"), "certificate");
}

static void jks_entry(struct arena *a, struct rd *r, uint32_t version, struct store_content *ret) {
    uint32_t tag = rd_u32(r, "entry");
    const char *alias = text_escape(a, rd_vec(r, 2, "alias"), 200);
    (void)rd_u64(r, "date");
    if (tag == JKS_CERT) {
        struct bytes der = jks_cert(r, version);
        if (rd_ok(r)) store_add(a, ret, der, alias);
        return;
    }
    if (tag != JKS_KEY) {
        rd_fail(r, RD_VALUE, "entry");
        return;
    }
    (void)rd_take(r, rd_u32(r, "key length"), "key");
    uint32_t chain = rd_u32(r, "chain");
    for (uint32_t i = 0; i < chain && rd_ok(r); i++) (void)jks_cert(r, version);
}

static void read_jks(struct arena *a, struct bytes file, struct store_content *ret) {
    struct rd r;
    rd_init(&r, file);
    ret->format = "JKS";
    (void)rd_u32(&r, "magic");
    uint32_t version = rd_u32(&r, "version"), n = rd_u32(&r, "entries");
    for (uint32_t i = 0; i < n && rd_ok(&r) && !ret->full; i++) jks_entry(a, &r, version, ret);
    if (!rd_ok(&r)) ret->problem = "it ends in the middle of an entry";
}

static bool is_jks(struct bytes file) {
    static const uint8_t magic[] = {0xFE, 0xED, 0xFE, 0xED};
    return bytes_eq(bytes_cut(file, 0, 4), bytes_of(magic, sizeof(magic)));
}

/* DER, PKCS #7, PKCS #12; Java's password is known to everybody (cacerts, "changeit"). */
static void read_other(struct arena *a, struct bytes file, struct store_content *ret) {
    struct bundle b;
    bundle_read(a, file, "changeit", &b);
    ret->format = b.format == BUNDLE_NONE ? "unknown" : bundle_format_name(b.format);
    for (size_t i = 0; i < b.n && !ret->full; i++)
        if (b.items[i].kind == BUNDLE_CERT) store_add(a, ret, b.items[i].der, b.items[i].label);
    if (b.wrong_password)
        ret->problem = "its password is not the usual one";
    else if (ret->n == 0)
        ret->problem = "there is no certificate in it";
}

void store_read(struct arena *a, struct bytes file, struct store_content *ret) {
    *ret = (struct store_content){0};
    if (store_is_sqlite(file))
        store_read_sqlite(a, file, ret);
    else if (is_jks(file))
        read_jks(a, file, ret);
    else if (file.n && file.p[0] == 0x30)
        read_other(a, file, ret);
    else
        read_pem(a, file, ret);
    if (file.n == 0) ret->problem = "it is empty";
}
