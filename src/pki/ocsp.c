/* OCSP responses (RFC 6960 4.2.1), field by field in the order of the encoding. */
#include "pki/ocsp.h"

#include "pki/revocation_internal.h"

char *pki_ocsp_place(struct arena *a, const struct pki_ocsp *o) {
    return der_log_text(a, &o->log);
}

const char *pki_ocsp_status_text(unsigned status) {
    static const char *const texts[] = {
        [PKI_OCSP_SUCCESSFUL] = "successful",        [PKI_OCSP_MALFORMED_REQUEST] = "malformedRequest",
        [PKI_OCSP_INTERNAL_ERROR] = "internalError", [PKI_OCSP_TRY_LATER] = "tryLater",
        [PKI_OCSP_SIG_REQUIRED] = "sigRequired",     [PKI_OCSP_UNAUTHORIZED] = "unauthorized",
    };
    const char *text = status < TW_COUNT(texts) ? texts[status] : NULL;
    return text ? text : "unknown status";
}

/* ---- extensions ---- */

static void read_reason(void *into, struct der *r, bool critical) {
    struct pki_ocsp_single *s = into;
    (void)critical;
    s->reason = rev_reason(r);
}

/* Of a single response: RFC 6960 4.4, RFC 6962 3.3, and the extensions of CRL entries (4.4.5). The reason as
 * an extension is what old responders wrote. */
static const struct rev_ext single_rows[] = {
    {REV_OID(REV_CE "\x15"), "reasonCode", read_reason},
    {REV_OID(REV_CE "\x18"), "invalidityDate", NULL},
    {REV_OID(REV_OCSP "\x03"), "crlReferences", NULL},
    {REV_OID(REV_OCSP "\x06"), "archiveCutoff", NULL},
    {REV_OID("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x05"), "signedCertificateTimestampList", NULL},
};
/* Of the whole response. */
static const struct rev_ext response_rows[] = {
    {REV_OID(REV_OCSP "\x02"), "nonce", NULL},
    {REV_OID(REV_OCSP "\x09"), "extendedRevoke", NULL},
};

/* An explicitly tagged list of extensions, if it is there. */
static void read_extensions(struct der *r, uint8_t number, const struct rev_ext *rows, size_t n, void *into,
                            struct bytes *contents, bool *unknown_critical) {
    struct der_tlv t;
    if (!der_opt(r, DER_CONSTRUCTED(number), &t, "extensions")) return;
    struct der in = der_into(r, t.body);
    struct der_tlv seq = der_get(&in, DER_SEQUENCE, "extensions");
    struct der list = der_into(&in, seq.body);
    *contents = seq.body;
    rev_extensions(&list, rows, n, into, unknown_critical);
    (void)der_close(&in, &list, "extensions");
    (void)der_close(r, &in, "extensions");
}

/* ---- one single response ---- */

static void read_hash_algorithm(struct der *r, struct pki_cert_id *id) {
    static const struct {
        struct bytes oid;
        enum pki_hash hash;
    } hashes[] = {
        {REV_OID("\x2B\x0E\x03\x02\x1A"), PKI_HASH_SHA1},
        {REV_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), PKI_HASH_SHA256},
        {REV_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), PKI_HASH_SHA384},
        {REV_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), PKI_HASH_SHA512},
    };
    struct der in = der_enter(r, DER_SEQUENCE, "hashAlgorithm");
    struct der_tlv parameters;
    id->hash_oid = der_oid(&in, "hashAlgorithm");
    (void)der_next(&in, &parameters, "hashAlgorithm");
    (void)der_close(r, &in, "hashAlgorithm");
    for (size_t i = 0; i < TW_COUNT(hashes); i++)
        if (bytes_eq(hashes[i].oid, id->hash_oid)) id->hash = hashes[i].hash;
}

static void read_cert_id(struct der *r, struct pki_cert_id *id) {
    struct der in = der_enter(r, DER_SEQUENCE, "certID");
    read_hash_algorithm(&in, id);
    id->name_hash = der_get(&in, DER_OCTET_STRING, "issuerNameHash").body;
    id->key_hash = der_get(&in, DER_OCTET_STRING, "issuerKeyHash").body;
    id->serial = der_integer(&in, "serialNumber");
    (void)der_close(r, &in, "certID");
}

static void read_revoked(struct der *r, struct bytes body, struct pki_ocsp_single *s) {
    struct der in = der_into(r, body);
    struct der_tlv t;
    s->state = PKI_OCSP_REVOKED;
    s->revoked_at = rev_generalized_time(&in, "revocationTime");
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "revocationReason")) {
        struct der reason = der_into(&in, t.body);
        s->reason = rev_reason(&reason);
        (void)der_close(&in, &reason, "revocationReason");
    }
    (void)der_close(r, &in, "revoked");
}

/* CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }, implicitly tagged. */
static void read_cert_status(struct der *r, struct pki_ocsp_single *s) {
    struct der_tlv t;
    if (!der_next(r, &t, "certStatus")) {
        if (!r->failed) der_fail(r, DER_MISSING, "certStatus");
        return;
    }
    if (t.tag == DER_CONSTRUCTED(1)) {
        read_revoked(r, t.body, s);
        return;
    }
    s->state = t.tag == DER_CONTEXT(0) ? PKI_OCSP_GOOD : PKI_OCSP_UNKNOWN;
    if (t.tag != DER_CONTEXT(0) && t.tag != DER_CONTEXT(2))
        der_fail_at(r, t.all.p, DER_TAG, "certStatus");
    else if (t.body.n > 0)
        der_fail_at(r, t.all.p, DER_VALUE, "certStatus");
}

bool pki_ocsp_single_next(struct der *r, struct pki_ocsp_single *ret) {
    struct der_tlv t;
    *ret = (struct pki_ocsp_single){.state = PKI_OCSP_UNKNOWN, .reason = PKI_REASON_NONE};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "SingleResponse");
    read_cert_id(&in, &ret->id);
    read_cert_status(&in, ret);
    ret->this_update = rev_generalized_time(&in, "thisUpdate");
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "nextUpdate")) {
        struct der next = der_into(&in, t.body);
        ret->next_update = rev_generalized_time(&next, "nextUpdate");
        ret->has_next = der_close(&in, &next, "nextUpdate");
    }
    read_extensions(&in, 1, single_rows, TW_COUNT(single_rows), ret, &ret->extensions,
                    &ret->unknown_critical);
    return der_close(r, &in, "SingleResponse");
}

/* ---- the response ---- */

/* [0] EXPLICIT INTEGER DEFAULT v1: v1 is 0. Many responders write it out, which DER forbids. */
static void read_version(struct der *r, struct pki_ocsp *o) {
    struct der_tlv t;
    o->version = 1;
    if (!der_opt(r, DER_CONSTRUCTED(0), &t, "version")) return;
    struct der in = der_into(r, t.body);
    uint32_t v = der_uint(&in, DER_INTEGER, UINT32_MAX - 1, "version");
    if (der_close(r, &in, "version")) o->version = v + 1;
    if (v == 0 && !r->failed) der_bend_at(r, t.all.p, DER_BENT_DEFAULT, "version");
}

/* ResponderID ::= CHOICE { byName [1] Name, byKey [2] KeyHash }, explicitly tagged. */
static void read_responder(struct der *r, struct pki_ocsp *o) {
    struct der_tlv t;
    bool by_name = der_opt(r, DER_CONSTRUCTED(1), &t, "byName");
    if (!by_name) t = der_get(r, DER_CONSTRUCTED(2), "responderID");
    struct der in = der_into(r, t.body);
    if (by_name)
        o->responder_name = der_get(&in, DER_SEQUENCE, "byName").all;
    else
        o->responder_key = der_get(&in, DER_OCTET_STRING, "byKey").body;
    (void)der_close(r, &in, "responderID");
}

static void read_response_data(struct der *r, struct pki_ocsp *o) {
    struct der_tlv seq = der_get(r, DER_SEQUENCE, "tbsResponseData");
    struct der in = der_into(r, seq.body);
    o->tbs = seq.all;
    read_version(&in, o);
    read_responder(&in, o);
    o->produced_at = rev_generalized_time(&in, "producedAt");
    struct der_tlv responses = der_get(&in, DER_SEQUENCE, "responses");
    struct der list = der_into(&in, responses.body);
    struct pki_ocsp_single s;
    o->singles = responses.body;
    while (pki_ocsp_single_next(&list, &s)) o->n_singles++;
    (void)der_close(&in, &list, "responses");
    read_extensions(&in, 1, response_rows, TW_COUNT(response_rows), o, &o->extensions, &o->unknown_critical);
    (void)der_close(r, &in, "tbsResponseData");
}

static void read_certs(struct der *r, struct pki_ocsp *o) {
    struct der_tlv t;
    if (!der_opt(r, DER_CONSTRUCTED(0), &t, "certs")) return;
    struct der in = der_into(r, t.body);
    struct der_tlv seq = der_get(&in, DER_SEQUENCE, "certs");
    struct der list = der_into(&in, seq.body);
    o->certs = seq.body;
    while (der_more(&list)) {
        (void)der_get(&list, DER_SEQUENCE, "certs");
        if (!list.failed) o->n_certs++;
    }
    (void)der_close(&in, &list, "certs");
    (void)der_close(r, &in, "certs");
}

static void read_basic(struct der *r, struct bytes body, struct pki_ocsp *o) {
    struct der all = der_into(r, body);
    struct der in = der_enter(&all, DER_SEQUENCE, "BasicOCSPResponse");
    read_response_data(&in, o);
    (void)pki_sigalg_read(&in, &o->algorithm, NULL, "signatureAlgorithm");
    o->signature = der_bits(&in, DER_BIT_STRING, NULL, "signature");
    read_certs(&in, o);
    (void)der_close(&all, &in, "BasicOCSPResponse");
    (void)der_close(r, &all, "response");
}

static void read_response_bytes(struct der *r, struct pki_ocsp *o) {
    static const struct bytes basic = REV_OID(REV_OCSP "\x01");
    struct der_tlv explicit = der_get(r, DER_CONSTRUCTED(0), "responseBytes");
    struct der outer = der_into(r, explicit.body);
    struct der in = der_enter(&outer, DER_SEQUENCE, "responseBytes");
    struct bytes type = der_oid(&in, "responseType");
    struct bytes body = der_get(&in, DER_OCTET_STRING, "response").body;
    o->basic = bytes_eq(type, basic);
    if (o->basic) read_basic(&in, body, o);
    (void)der_close(&outer, &in, "responseBytes");
    (void)der_close(r, &outer, "responseBytes");
}

bool pki_ocsp_read(struct bytes der, struct pki_ocsp *ret) {
    struct pki_ocsp *o = ret;
    *o = (struct pki_ocsp){.der = der};
    struct der all = der_of(der, NULL, &o->log);
    struct der in = der_enter(&all, DER_SEQUENCE, "OCSPResponse");
    o->status = (uint8_t)der_uint(&in, DER_ENUMERATED, UINT8_MAX, "responseStatus");
    struct der_tlv ignored;
    if (o->status == PKI_OCSP_SUCCESSFUL)
        read_response_bytes(&in, o);
    else /* an error has no response, and one that is there says nothing (RFC 6960 4.2.1) */
        (void)der_opt(&in, DER_CONSTRUCTED(0), &ignored, "responseBytes");
    (void)der_close(&all, &in, "OCSPResponse");
    o->readable = der_done(&all, "OCSPResponse");
    return der_log_clean(&o->log);
}
