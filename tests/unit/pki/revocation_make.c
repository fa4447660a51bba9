#include "revocation_make.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

static X509 *read(struct bytes der) {
    const unsigned char *p = der.p;
    X509 *c = d2i_X509(NULL, &p, (long)der.n);
    assert_non_null(c);
    return c;
}

static const struct {
    const char *cn;
    enum who issuer;
    int key_of; /* -1: its own */
    int64_t to;
    const char *extensions[4][2];
} rows[WHO__COUNT] = {
    [CA] = {"Revocation CA",
            CA,
            -1,
            0,
            {{"basicConstraints", "critical,CA:TRUE"},
             {"keyUsage", "critical,keyCertSign,cRLSign"},
             {"subjectKeyIdentifier", "hash"}}},
    [LEAF] = {"leaf.example",
              CA,
              -1,
              0,
              {{"subjectAltName", "DNS:leaf.example"},
               {"authorityInfoAccess", "OCSP;URI:http://ocsp.example/a,caIssuers;URI:http://ca.example/"
                                       ",OCSP;URI:https://no.example/,OCSP;URI:http://second.example"},
               {"crlDistributionPoints", "URI:http://crl.example/a.crl,URI:ldap://x/"}}},
    [SECOND_LEAF] = {"second.example", CA, -1, 0, {{"subjectAltName", "DNS:second.example"}}},
    [RESPONDER] = {"Responder", CA, -1, 0, {{"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}}},
    [NO_EKU] = {"No purpose", CA, -1, 0, {{"extendedKeyUsage", "serverAuth"}}},
    [LATE] = {"Late", CA, -1, NOW - DAY, {{"extendedKeyUsage", "OCSPSigning"}}},
    [FOREIGN] = {"Foreign", FOREIGN_CA, -1, 0, {{"extendedKeyUsage", "OCSPSigning"}}},
    [FOREIGN_CA] = {"Revocation CA",
                    FOREIGN_CA,
                    -1,
                    0,
                    {{"basicConstraints", "critical,CA:TRUE"}, {"subjectKeyIdentifier", "hash"}}},
    [NO_CRL_SIGN] = {"Revocation CA",
                     CA,
                     CA,
                     0,
                     {{"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "critical,keyCertSign"}}},
    [CRL_ISSUER] = {"CRL issuer", CA, -1, 0, {{"keyUsage", "critical,cRLSign"}}},
    [SUB_CA] = {"Below", CA, -1, 0, {{"basicConstraints", "critical,CA:TRUE"}}},
};

const struct party *party(struct arena *a, enum who who) {
    static struct party parties[WHO__COUNT];
    struct party *p = &parties[who];
    (void)a;
    if (p->der.n) return p;
    static struct arena forever;  /* shared by all tests of the program */
    bool rsa = who == FOREIGN_CA; /* MD5 has no name beside ECDSA */
    EVP_PKEY *fresh = rsa                    ? make_key("RSA", NULL, 2048)
                      : rows[who].key_of < 0 ? make_key("EC", "P-256", 0)
                                             : NULL;
    p->key = fresh ? fresh : party(a, (enum who)rows[who].key_of)->key;
    struct spec s = {.cn = rows[who].cn, .to = rows[who].to};
    memcpy(s.extensions, rows[who].extensions, sizeof rows[who].extensions);
    const struct party *by = rows[who].issuer == who ? NULL : party(a, rows[who].issuer);
    p->der = issue(&forever, &s, p->key, by ? by->der : (struct bytes){0}, by ? by->key : NULL);
    assert_true(pki_cert_read(p->der, &p->cert));
    return p;
}

static ASN1_GENERALIZEDTIME *when(int64_t at) {
    return ASN1_GENERALIZEDTIME_set(NULL, at);
}

static OCSP_CERTID *id_of(struct arena *a, const struct answer *s) {
    X509 *issuer = read(party(a, s->other_issuer ? FOREIGN_CA : CA)->der);
    X509 *cert = read(party(a, s->about ? s->about : LEAF)->der);
    OCSP_CERTID *id = OCSP_cert_to_id(s->sha256 ? EVP_sha256() : EVP_sha1(), cert, issuer);
    assert_non_null(id);
    X509_free(issuer);
    X509_free(cert);
    return id;
}

static void add_critical(OCSP_BASICRESP *b, const char *oid) {
    ASN1_OBJECT *kind = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2);
    X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, kind, 1, value);
    assert_true(OCSP_BASICRESP_add_ext(b, e, -1) > 0);
    X509_EXTENSION_free(e);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(kind);
}

static struct bytes ocsp_der(struct arena *a, OCSP_RESPONSE *r) {
    unsigned char *der = NULL;
    int n = i2d_OCSP_RESPONSE(r, &der);
    assert_true(n > 0);
    struct bytes copy = arena_copy(a, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    OCSP_RESPONSE_free(r);
    return copy;
}

struct bytes make_ocsp(struct arena *a, const struct answer *s) {
    OCSP_BASICRESP *b = OCSP_BASICRESP_new();
    OCSP_CERTID *id = id_of(a, s);
    bool fresh = !s->from && !s->to;
    ASN1_GENERALIZEDTIME *from = when(fresh ? NOW - DAY : s->from), *to = when(fresh ? NOW + DAY : s->to);
    ASN1_GENERALIZEDTIME *revoked = when(s->revoked_at);
    bool no_next = !fresh && !s->to;
    assert_non_null(OCSP_basic_add1_status(b, id, s->status, s->reason, revoked, from, no_next ? NULL : to));
    if (s->extension) add_critical(b, s->extension);
    const struct party *signer = party(a, s->signer);
    X509 *cert = read(signer->der);
    unsigned long flags = (s->by_key ? OCSP_RESPID_KEY : 0u) | (s->no_certs ? OCSP_NOCERTS : 0u);
    assert_int_equal(OCSP_basic_sign(b, cert, signer->key, EVP_sha256(), NULL, flags), 1);
    OCSP_RESPONSE *r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(to);
    ASN1_GENERALIZEDTIME_free(revoked);
    OCSP_CERTID_free(id);
    OCSP_BASICRESP_free(b);
    X509_free(cert);
    return ocsp_der(a, r);
}

struct bytes make_ocsp_error(struct arena *a, int status) {
    return ocsp_der(a, OCSP_response_create(status, NULL));
}

/* ---- CRLs ---- */

static void set_entry_issuer(X509_REVOKED *entry, struct bytes cert) {
    X509 *x = read(cert);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, GEN_DIRNAME, X509_NAME_dup(X509_get_subject_name(x)));
    sk_GENERAL_NAME_push(names, name);
    assert_int_equal(X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names, 1, 0), 1);
    GENERAL_NAMES_free(names);
    X509_free(x);
}

static void add_line(struct arena *a, X509_CRL *crl, const struct crl_line *line) {
    X509_REVOKED *entry = X509_REVOKED_new();
    X509 *x = read(party(a, line->who)->der);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(x));
    ASN1_TIME *at = ASN1_TIME_set(NULL, NOW - 10 * DAY);
    X509_REVOKED_set_revocationDate(entry, at);
    if (line->reason >= 0) {
        ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(reason, line->reason);
        assert_int_equal(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0), 1);
        ASN1_ENUMERATED_free(reason);
    }
    if (line->by) set_entry_issuer(entry, party(a, line->by)->der);
    assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    ASN1_TIME_free(at);
    X509_free(x);
}

static void add_number(X509_CRL *crl, int nid, long number, int critical) {
    ASN1_INTEGER *v = ASN1_INTEGER_new();
    ASN1_INTEGER_set(v, number);
    assert_int_equal(X509_CRL_add1_ext_i2d(crl, nid, v, critical, 0), 1);
    ASN1_INTEGER_free(v);
}

static void add_crl_extensions(X509_CRL *crl, X509 *issuer, const struct crl_make *s) {
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
    for (size_t i = 0; i < TW_COUNT(s->extensions) && s->extensions[i][0]; i++) {
        X509_EXTENSION *e = X509V3_EXT_conf(NULL, &ctx, s->extensions[i][0], s->extensions[i][1]);
        if (!e) fail_msg("%s = %s", s->extensions[i][0], s->extensions[i][1]);
        assert_true(X509_CRL_add_ext(crl, e, -1) > 0);
        X509_EXTENSION_free(e);
    }
    if (s->number) add_number(crl, NID_crl_number, s->number, 0);
    if (s->base) add_number(crl, NID_delta_crl, s->base, 1);
}

struct bytes make_crl(struct arena *a, const struct crl_make *s) {
    X509_CRL *crl = X509_CRL_new();
    const struct party *signer = party(a, s->signer);
    X509 *issuer = read(signer->der);
    bool fresh = !s->from && !s->to;
    ASN1_TIME *from = ASN1_TIME_set(NULL, fresh ? NOW - DAY : s->from);
    ASN1_TIME *to = ASN1_TIME_set(NULL, fresh ? NOW + DAY : s->to);
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer));
    X509_CRL_set1_lastUpdate(crl, from);
    if (s->to >= 0) X509_CRL_set1_nextUpdate(crl, to);
    for (size_t i = 0; i < TW_COUNT(s->lines) && s->lines[i].who; i++) add_line(a, crl, &s->lines[i]);
    add_crl_extensions(crl, issuer, s);
    assert_true(X509_CRL_sign(crl, signer->key, EVP_get_digestbyname(s->digest ? s->digest : "SHA256")) > 0);
    unsigned char *der = NULL;
    int n = i2d_X509_CRL(crl, &der);
    assert_true(n > 0);
    struct bytes copy = arena_copy(a, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    X509_free(issuer);
    X509_CRL_free(crl);
    return copy;
}
