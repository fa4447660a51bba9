#include "pki/cert_internal.h"

char *pki_cert_place(struct arena *a, const struct pki_cert *c) {
    return der_log_text(a, &c->log);
}

static const struct {
    const char *section, *text;
} facts[] = {
#define FACT(id, section, text) [PKI_FACT_##id] = {section, text},
#include "pki/facts.def"
#undef FACT
};

const char *pki_fact_text(enum pki_fact f) {
    return facts[f].text;
}
const char *pki_fact_section(enum pki_fact f) {
    return facts[f].section;
}

/* [0] EXPLICIT INTEGER DEFAULT v1: v1 is 0. */
static void read_version(struct pki_cert *c, struct der *tbs) {
    struct der_tlv t;
    c->version = 1;
    if (!der_opt(tbs, DER_CONSTRUCTED(0), &t, "version")) return;
    struct der in = der_into(tbs, t.body);
    uint32_t v = der_uint(&in, DER_INTEGER, UINT32_MAX - 1, "version");
    if (der_close(tbs, &in, "version")) c->version = v + 1;
    if (v == 0 && !tbs->failed) der_bend_at(tbs, t.all.p, DER_BENT_DEFAULT, "version");
}

static struct bytes read_name(struct pki_cert *c, struct der *tbs, const char *field) {
    struct bytes name = der_get(tbs, DER_SEQUENCE, field).all;
    pki_add_fact_if(c, name.p && !pki_name_well_formed(name), PKI_FACT_NAME_MALFORMED);
    return name;
}

static void read_time(struct pki_cert *c, struct der *r, int64_t *ret, const char *field) {
    static const enum pki_fact of_bit[] = {PKI_FACT_TIME_NO_SECONDS, PKI_FACT_TIME_OFFSET,
                                           PKI_FACT_TIME_FRACTION, PKI_FACT_TIME_TYPE};
    uint8_t odd;
    *ret = der_time(r, &odd, field);
    for (size_t i = 0; odd && i < TW_COUNT(of_bit); i++) pki_add_fact_if(c, odd >> i & 1, of_bit[i]);
}

static void read_validity(struct pki_cert *c, struct der *tbs) {
    struct der in = der_enter(tbs, DER_SEQUENCE, "validity");
    read_time(c, &in, &c->not_before, "notBefore");
    read_time(c, &in, &c->not_after, "notAfter");
    (void)der_close(tbs, &in, "validity");
}

static struct bytes read_unique_id(struct der *tbs, uint8_t number, const char *field) {
    unsigned unused;
    if (!der_more(tbs) || *tbs->cur != DER_CONTEXT(number)) return (struct bytes){0};
    return der_bits(tbs, DER_CONTEXT(number), &unused, field);
}

/* TBSCertificate. The order of the calls is the order of the encoding. */
static void read_tbs(struct pki_cert *c, struct der *cert) {
    struct der_tlv seq = der_get(cert, DER_SEQUENCE, "tbsCertificate");
    struct der tbs = der_into(cert, seq.body);
    c->tbs = seq.all;
    read_version(c, &tbs);
    c->serial = der_integer(&tbs, "serialNumber");
    (void)pki_sigalg_read(&tbs, &c->inner, c->facts, "tbsCertificate.signature");
    c->issuer = read_name(c, &tbs, "issuer");
    read_validity(c, &tbs);
    c->subject = read_name(c, &tbs, "subject");
    (void)pki_key_read(&tbs, &c->key, c->facts);
    c->issuer_uid = read_unique_id(&tbs, 1, "issuerUniqueID");
    c->subject_uid = read_unique_id(&tbs, 2, "subjectUniqueID");
    struct der_tlv ext;
    if (der_opt(&tbs, DER_CONSTRUCTED(3), &ext, "extensions")) {
        struct der in = der_into(&tbs, ext.body);
        struct der list = der_enter(&in, DER_SEQUENCE, "extensions");
        (void)pki_extensions_read(c, &list);
        (void)der_close(&in, &list, "extensions");
        (void)der_close(&tbs, &in, "extensions");
    }
    if (der_more(&tbs)) { /* Go and Java pass over it */
        der_bend_at(&tbs, tbs.cur, DER_BENT_TRAILING, "tbsCertificate");
        tbs.cur = tbs.end;
    }
    (void)der_close(cert, &tbs, "tbsCertificate");
}

bool pki_cert_read(struct bytes der, struct pki_cert *ret) {
    struct pki_cert *c = ret;
    *c = (struct pki_cert){.der = der};
    struct der all = der_of(der, NULL, &c->log);
    struct der_tlv seq = der_get(&all, DER_SEQUENCE, "Certificate");
    struct der cert = der_into(&all, seq.body);
    c->cert = seq.all;
    read_tbs(c, &cert);
    (void)pki_sigalg_read(&cert, &c->outer, c->facts, "signatureAlgorithm");
    unsigned unused = 0;
    c->signature = der_bits(&cert, DER_BIT_STRING, &unused, "signatureValue");
    pki_add_fact_if(c, unused > 0, PKI_FACT_SIGNATURE_BITS);
    bool framed = der_close(&all, &cert, "Certificate");
    c->readable = framed && der_done(&all, "Certificate");
    c->self_issued = c->subject.p && pki_name_eq(c->subject, c->issuer);
    if (framed) pki_facts_judge(c);
    return der_log_clean(&c->log);
}
