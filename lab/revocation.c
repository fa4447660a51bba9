/* What the lab's authorities say of their certificates: OCSP responses, stapled or asked for, and CRLs. */
#include "base/text.h"
#include "pki.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* So long after the beginning of the lab, in hours. */
static const struct said_row {
    int from_h, until_h, status;
} rows[SAID__COUNT] = {
    [SAID_GOOD] = {-24, 72, V_OCSP_CERTSTATUS_GOOD},
    [SAID_REVOKED] = {-24, 72, V_OCSP_CERTSTATUS_REVOKED},
    [SAID_OLD] = {-240, -48, V_OCSP_CERTSTATUS_GOOD},
    [SAID_BY_STRANGER] = {-24, 72, V_OCSP_CERTSTATUS_REVOKED},
    [SAID_NOT_KNOWN] = {-24, 72, V_OCSP_CERTSTATUS_UNKNOWN},
};
enum { REVOKED_H = -48 };

static ASN1_TIME *hours(int64_t now, int h) {
    return ASN1_TIME_adj(NULL, (time_t)now, 0, (long)h * 3600);
}

static ASN1_GENERALIZEDTIME *general(int64_t now, int h) {
    return ASN1_GENERALIZEDTIME_adj(NULL, (time_t)now, 0, (long)h * 3600);
}

static int sign_and_write(OCSP_BASICRESP *basic, X509 *signer, EVP_PKEY *key, unsigned char **ret) {
    int n = 0;
    if (OCSP_basic_sign(basic, signer, key, EVP_sha256(), NULL, OCSP_NOCERTS) != 1) return 0;
    OCSP_RESPONSE *r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    if (r) n = i2d_OCSP_RESPONSE(r, ret);
    OCSP_RESPONSE_free(r);
    return n;
}

static int answer_for(struct lab_pki *p, enum said said, unsigned ca, OCSP_CERTID *id, unsigned char **ret) {
    const struct said_row *row = &rows[said];
    struct lab_ca by;
    if (!lab_pki_ca(p, said == SAID_BY_STRANGER ? lab_pki_stranger() : ca, &by)) return 0;
    int64_t now = lab_pki_now(p);
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    ASN1_GENERALIZEDTIME *from = general(now, row->from_h), *until = general(now, row->until_h),
                         *revoked = general(now, REVOKED_H);
    int n = 0;
    if (basic && from && until && revoked &&
        OCSP_basic_add1_status(basic, id, row->status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked, from,
                               until))
        n = sign_and_write(basic, by.cert, by.key, ret);
    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(until);
    ASN1_GENERALIZEDTIME_free(revoked);
    OCSP_BASICRESP_free(basic);
    return n;
}

int lab_staple(struct lab_pki *p, const struct cert_spec *spec, unsigned char **ret) {
    const struct lab_chain *chain = lab_pki_issue(p, spec);
    struct lab_ca by;
    if (!chain || !lab_pki_ca(p, lab_pki_issuer_of(spec), &by)) return 0;
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), chain->leaf, by.cert);
    int n = id ? answer_for(p, spec->staple, lab_pki_issuer_of(spec), id, ret) : 0;
    OCSP_CERTID_free(id);
    return n;
}

/* --- over HTTP --- */

static uint8_t hex_digit(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* The request that a GET's path ends with (RFC 6960 A.1). */
static OCSP_REQUEST *read_request(const char *text) {
    unsigned char base64[1024], der[1024];
    size_t n = 0;
    for (; *text && n < sizeof(base64); text++) {
        bool escaped = *text == '%' && text[1] && text[2];
        base64[n++] =
            escaped ? (unsigned char)(hex_digit(text[1]) * 16 + hex_digit(text[2])) : (unsigned char)*text;
        if (escaped) text += 2;
    }
    int got = EVP_DecodeBlock(der, base64, (int)n); /* counts the padding as zeros */
    const unsigned char *at = der;
    return got > 0 ? d2i_OCSP_REQUEST(NULL, &at, got) : NULL;
}

static int serve_ocsp(struct lab_pki *p, enum said said, unsigned ca, OCSP_REQUEST *r, unsigned char **ret) {
    OCSP_ONEREQ *one = r ? OCSP_request_onereq_get0(r, 0) : NULL;
    int n = one ? answer_for(p, said, ca, OCSP_onereq_get0_id(one), ret) : 0;
    OCSP_REQUEST_free(r);
    ERR_clear_error();
    return n;
}

static bool add_revoked(X509_CRL *crl, X509 *leaf, int64_t now) {
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    ASN1_TIME *at = hours(now, REVOKED_H);
    bool ok = entry && reason && at && ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE) == 1 &&
              X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(leaf)) == 1 &&
              X509_REVOKED_set_revocationDate(entry, at) == 1 &&
              X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1 &&
              X509_CRL_add0_revoked(crl, entry) == 1;
    if (!ok) X509_REVOKED_free(entry);
    ASN1_ENUMERATED_free(reason);
    ASN1_TIME_free(at);
    return ok;
}

static bool set_crl(X509_CRL *crl, const struct lab_ca *by, int64_t now, const struct said_row *row) {
    ASN1_TIME *from = hours(now, row->from_h), *until = hours(now, row->until_h);
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    bool ok = from && until && number && ASN1_INTEGER_set(number, 1) == 1 &&
              X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(crl, X509_get_subject_name(by->cert)) == 1 &&
              X509_CRL_set1_lastUpdate(crl, from) == 1 && X509_CRL_set1_nextUpdate(crl, until) == 1 &&
              X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_INTEGER_free(number);
    return ok;
}

static int serve_crl(struct lab_pki *p, enum said said, unsigned ca, unsigned char **ret) {
    struct lab_ca by;
    X509_CRL *crl = X509_CRL_new();
    int n = 0;
    bool ok = crl && lab_pki_ca(p, ca, &by) && set_crl(crl, &by, lab_pki_now(p), &rows[said]);
    const struct cert_spec *spec;
    const struct lab_chain *chain;
    X509 *lost;
    unsigned issuer;
    for (size_t i = 0; ok && said == SAID_REVOKED && (chain = lab_pki_nth(p, i, &spec)); i++)
        if (spec->crl == SAID_REVOKED && lab_pki_issuer_of(spec) == ca)
            ok = add_revoked(crl, chain->leaf, lab_pki_now(p));
    for (size_t i = 0; ok && said == SAID_REVOKED && (lost = lab_pki_revoked_ca(p, i, &issuer)); i++)
        if (issuer == ca) ok = add_revoked(crl, lost, lab_pki_now(p));
    if (ok && X509_CRL_sign(crl, by.key, EVP_sha256()) > 0) n = i2d_X509_CRL(crl, ret);
    X509_CRL_free(crl);
    return n;
}

static const char *const kinds[] = {
    [LAB_SAID_OCSP] = "ocsp", [LAB_SAID_POST] = "ocsp-by-post", [LAB_SAID_CRL] = "crl"};

const char *lab_revocation_path(struct arena *a, enum lab_said_by by, enum said said, unsigned ca) {
    return text_f(a, "%s/%u/%u", kinds[by], (unsigned)said, ca);
}

/* "/KIND/SAID/CA", and behind it what a GET asks. */
int lab_revocation_der(struct lab_pki *p, const char *path, struct bytes body, unsigned char **ret) {
    char kind[16];
    unsigned said, ca;
    int end = 0;
    if (sscanf(path, "/%15[a-z-]/%2u/%2u%n", kind, &said, &ca, &end) != 3 || said >= SAID__COUNT) return 0;
    bool posted = body.n > 0, slash = path[end] == '/';
    if (strcmp(kind, kinds[LAB_SAID_CRL]) == 0) return serve_crl(p, (enum said)said, ca, ret);
    if (strcmp(kind, kinds[LAB_SAID_OCSP]) == 0 && !posted && slash)
        return serve_ocsp(p, (enum said)said, ca, read_request(path + end + 1), ret);
    const unsigned char *at = body.p;
    if (strcmp(kind, kinds[LAB_SAID_POST]) == 0 && posted)
        return serve_ocsp(p, (enum said)said, ca, d2i_OCSP_REQUEST(NULL, &at, (long)body.n), ret);
    return 0;
}
