/* The reader against OpenSSL's reading of the same bytes; cuts and flips; facts; places. */
#include "pki_test.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

static X509 *openssl_read(struct bytes der) {
    const unsigned char *p = der.p;
    X509 *x = d2i_X509(NULL, &p, (long)der.n);
    if (x && p != der.p + der.n) {
        X509_free(x);
        x = NULL;
    }
    ERR_clear_error();
    return x;
}

static int64_t seconds(const ASN1_TIME *t) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, secs = 0;
    assert_int_equal(ASN1_TIME_diff(&days, &secs, epoch, t), 1);
    ASN1_TIME_free(epoch);
    return (int64_t)days * 86400 + secs;
}

static char *openssl_name(struct arena *a, const X509_NAME *name) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    long n = BIO_get_mem_data(bio, &data);
    char *line = text_escape(a, bytes_of(data, n > 0 ? (size_t)n : 0), 512);
    BIO_free(bio);
    return line;
}

static void same_key(struct arena *a, X509 *x, const struct pki_cert *c) {
    EVP_PKEY *key = X509_get_pubkey(x);
    unsigned char *spki = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
    assert_true(bytes_eq(bytes_of(spki, (size_t)n), c->key.spki));
    OPENSSL_free(spki);
    if (!key) return;
    struct pubkey *k = pubkey_from_cert(c->der);
    assert_non_null(k);
    assert_int_equal(pubkey_type(k), c->key.type);
    assert_int_equal(pubkey_group(k), c->key.group);
    if (c->key.type != KEY_ED25519 && c->key.type != KEY_ED448)
        assert_int_equal(EVP_PKEY_get_bits(key), c->key.size);
    assert_non_null(pki_key_text(a, &c->key));
    pubkey_free(k);
    EVP_PKEY_free(key);
}

static void same_alt_names(X509 *x, const struct pki_cert *c) {
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    int n = names ? sk_GENERAL_NAME_num(names) : 0;
    struct der r = pki_ext_list(c, PKI_EXT_SAN);
    struct pki_gn gn;
    for (int i = 0; i < n; i++) {
        const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
        assert_true(pki_gn_next(&r, &gn));
        assert_int_equal(g->type, gn.kind);
        if (g->type == GEN_DNS || g->type == GEN_EMAIL || g->type == GEN_URI || g->type == GEN_IPADD)
            assert_true(bytes_eq(
                gn.value, bytes_of(ASN1_STRING_get0_data(g->d.ia5), (size_t)ASN1_STRING_length(g->d.ia5))));
    }
    assert_false(pki_gn_next(&r, &gn));
    assert_false(r.failed);
    assert_int_equal(c->n_san, n);
    GENERAL_NAMES_free(names);
}

static void same_octets(const ASN1_OCTET_STRING *want, struct bytes got) {
    assert_int_equal(want != NULL, got.p != NULL);
    if (want)
        assert_true(bytes_eq(got, bytes_of(ASN1_STRING_get0_data(want), (size_t)ASN1_STRING_length(want))));
}

static void same_usage(X509 *x, const struct pki_cert *c) {
    uint32_t ku = X509_get_key_usage(x), flags = X509_get_extension_flags(x);
    if (pki_has_ext(c, PKI_EXT_KEY_USAGE)) {
        static const uint32_t bits[] = {KU_DIGITAL_SIGNATURE, KU_NON_REPUDIATION, KU_KEY_ENCIPHERMENT,
                                        KU_DATA_ENCIPHERMENT, KU_KEY_AGREEMENT,   KU_KEY_CERT_SIGN,
                                        KU_CRL_SIGN,          KU_ENCIPHER_ONLY,   KU_DECIPHER_ONLY};
        for (size_t i = 0; i < TW_COUNT(bits); i++)
            assert_int_equal((ku & bits[i]) != 0, c->key_usage >> i & 1);
    } else {
        assert_int_equal(ku, UINT32_MAX);
    }
    assert_int_equal((flags & EXFLAG_CA) != 0, c->ca);
    assert_int_equal(X509_get_pathlen(x), c->ca && c->has_path_len ? (long)c->path_len : -1L);
    if (pki_has_ext(c, PKI_EXT_EXT_KEY_USAGE)) {
        uint32_t eku = X509_get_extended_key_usage(x);
        assert_int_equal((eku & XKU_SSL_SERVER) != 0, (c->eku & PKI_EKU_SERVER_AUTH) != 0);
        assert_int_equal((eku & XKU_SSL_CLIENT) != 0, (c->eku & PKI_EKU_CLIENT_AUTH) != 0);
        assert_int_equal((eku & XKU_OCSP_SIGN) != 0, (c->eku & PKI_EKU_OCSP_SIGNING) != 0);
        assert_int_equal((eku & XKU_ANYEKU) != 0, (c->eku & PKI_EKU_ANY) != 0);
    }
    assert_int_equal((flags & EXFLAG_SI) != 0, c->self_issued);
}

static void same_extensions(X509 *x, const struct pki_cert *c) {
    struct der r = pki_list(c, c->extensions);
    struct pki_extension e;
    for (int i = 0; i < X509_get_ext_count(x); i++) {
        X509_EXTENSION *want = X509_get_ext(x, i);
        assert_true(pki_extension_next(&r, &e));
        assert_int_equal(X509_EXTENSION_get_critical(want), e.critical);
        same_octets(X509_EXTENSION_get_data(want), e.value);
        const ASN1_OBJECT *oid = X509_EXTENSION_get_object(want);
        assert_true(bytes_eq(e.oid, bytes_of(OBJ_get0_data(oid), OBJ_length(oid))));
    }
    assert_false(pki_extension_next(&r, &e));
    assert_int_equal(c->n_extensions, X509_get_ext_count(x));
}

static void same_reading(struct arena *a, struct bytes der) {
    X509 *x = openssl_read(der);
    struct pki_cert c;
    assert_non_null(x);
    if (!pki_cert_read(der, &c)) fail_msg("%s", pki_cert_place(a, &c));
    assert_true(c.readable);
    assert_null(pki_cert_place(a, &c));
    assert_int_equal(X509_get_version(x) + 1, c.version);
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
    char *hex = BN_bn2hex(serial);
    assert_true(text_eq_nocase(hex, der_serial_text(a, c.serial)));
    OPENSSL_free(hex);
    BN_free(serial);
    assert_int_equal(seconds(X509_get0_notBefore(x)), c.not_before);
    assert_int_equal(seconds(X509_get0_notAfter(x)), c.not_after);
    assert_string_equal(openssl_name(a, X509_get_subject_name(x)), pki_name_text(a, c.subject));
    assert_string_equal(openssl_name(a, X509_get_issuer_name(x)), pki_name_text(a, c.issuer));
    assert_string_equal(OBJ_nid2ln(X509_get_signature_nid(x)), pki_sigalg_text(a, &c.outer));
    const ASN1_BIT_STRING *sig = NULL;
    X509_get0_signature(&sig, NULL, x);
    same_octets(sig, c.signature);
    unsigned char *tbs = NULL;
    int n = i2d_re_X509_tbs(x, &tbs);
    assert_true(bytes_eq(c.tbs, bytes_of(tbs, (size_t)n)));
    OPENSSL_free(tbs);
    same_key(a, x, &c);
    same_usage(x, &c);
    same_alt_names(x, &c);
    same_extensions(x, &c);
    same_octets(X509_get0_subject_key_id(x), c.ski);
    same_octets(X509_get0_authority_key_id(x), c.aki_key_id);
    X509_free(x);
}

static const struct ext_pair rich[] = {
    {"basicConstraints", "critical,CA:TRUE,pathlen:3"},
    {"keyUsage", "critical,digitalSignature,keyCertSign,cRLSign"},
    {"subjectAltName", "DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1,email:x@y.example,"
                       "URI:https://u.example/,RID:1.2.3.4,otherName:1.2.3;UTF8:hi"},
    {"nameConstraints", "critical,permitted;DNS:example.com,excluded;IP:192.0.2.0/255.255.255.0"},
    {"certificatePolicies", "DER:300F300506032A030430060604551D2000"},
    {"authorityInfoAccess", "OCSP;URI:http://o.example/,caIssuers;URI:http://i.example/x.cer"},
    {"crlDistributionPoints", "URI:http://c.example/a.crl,URI:http://d.example/"},
    {"tlsfeature", "status_request"},
};
static const struct ext_pair policies[] = {
    {"policyMappings", "critical,1.2.3:1.2.4"},
    {"policyConstraints", "critical,requireExplicitPolicy:2,inhibitPolicyMapping:0"},
    {"inhibitAnyPolicy", "critical,1"},
    {"subjectKeyIdentifier", "hash"},
    {"extendedKeyUsage", "serverAuth,clientAuth,1.2.3.4.5"},
    {"issuerAltName", "DNS:i.example"},
    {"1.2.3.99", "critical,DER:0500"},
    {NULL, NULL},
};
static const struct ext_pair rich_all[] = {
    {"basicConstraints", "critical,CA:TRUE,pathlen:3"},
    {NULL, NULL},
};

static struct bytes rich_cert(struct arena *a) {
    static EVP_PKEY *key;
    if (!key) key = make_key("EC", "P-256", 0);
    struct spec s = {.cn = "rich, \"and\" odd+ #1 ", .o = "Organisation <&> Söhne"};
    memcpy(s.extensions, rich, sizeof(rich));
    return issue(a, &s, key, (struct bytes){0}, NULL);
}

static void test_as_openssl(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *type, *group;
        size_t bits;
        const char *digest;
    } keys[] = {{"EC", "P-256", 0, NULL},      {"EC", "P-384", 0, "SHA384"}, {"EC", "P-521", 0, "SHA512"},
                {"EC", "secp256k1", 0, NULL},  {"RSA", NULL, 1024, "SHA1"},  {"RSA", NULL, 1031, "MD5"},
                {"RSA", NULL, 2048, "SHA512"}, {"ED25519", NULL, 0, NULL},   {"ED448", NULL, 0, NULL},
                {"RSA-PSS", NULL, 1024, NULL}};
    for (size_t i = 0; i < TW_COUNT(keys); i++) {
        EVP_PKEY *key = make_key(keys[i].type, keys[i].group, keys[i].bits);
        struct spec s = {.cn = "leaf", .o = "o", .digest = keys[i].digest};
        s.extensions[0][0] = "basicConstraints";
        s.extensions[0][1] = i % 2 ? "critical,CA:FALSE" : "CA:TRUE";
        same_reading(a, issue(a, &s, key, (struct bytes){0}, NULL));
        EVP_PKEY_free(key);
    }
    same_reading(a, rich_cert(a));
    same_reading(a, make_cert(a, "policies", policies));
    same_reading(a, make_cert(a, NULL, rich_all));
    same_reading(a, make_cert(a, "bare", NULL));
}

static void test_fields(void **state) {
    struct arena *a = *state;
    struct pki_cert c;
    assert_true(pki_cert_read(rich_cert(a), &c));
    assert_true(c.must_staple && !c.must_staple_v2);
    assert_non_null(c.permitted.p);
    assert_non_null(c.excluded.p);
    struct der r = pki_ext_list(&c, PKI_EXT_AIA);
    enum pki_access method;
    struct pki_gn at;
    assert_true(pki_access_next(&r, &method, &at) && method == PKI_ACCESS_OCSP);
    assert_string_equal(pki_gn_text(a, &at), "URI:http://o.example/");
    assert_true(pki_access_next(&r, &method, &at) && method == PKI_ACCESS_CA_ISSUERS);
    assert_false(pki_access_next(&r, &method, &at));
    struct pki_crl_point point;
    r = pki_ext_list(&c, PKI_EXT_CRL_POINTS);
    assert_true(pki_crl_point_next(&r, &point));
    struct der names = pki_list(&c, point.full_name);
    assert_true(pki_gn_next(&names, &at));
    assert_string_equal(pki_gn_text(a, &at), "URI:http://c.example/a.crl");
    assert_true(pki_crl_point_next(&r, &point));
    assert_false(pki_crl_point_next(&r, &point));
    struct pki_policy policy;
    r = pki_ext_list(&c, PKI_EXT_POLICIES);
    assert_true(pki_policy_next(&r, &policy) && !bytes_eq(policy.oid, pki_any_policy));
    assert_string_equal(der_oid_text(a, policy.oid), "1.2.3.4");
    assert_true(pki_policy_next(&r, &policy) && bytes_eq(policy.oid, pki_any_policy));

    assert_true(pki_cert_read(make_cert(a, "policies", policies), &c));
    assert_true(c.has_require_explicit && c.require_explicit == 2);
    assert_true(c.has_inhibit_mapping && c.inhibit_mapping == 0);
    assert_true(c.has_inhibit_any && c.inhibit_any == 1);
    assert_int_equal(c.eku, PKI_EKU_SERVER_AUTH | PKI_EKU_CLIENT_AUTH | PKI_EKU_OTHER);
    assert_int_equal(c.n_unknown_critical, 1);
    struct pki_extension e;
    r = pki_list(&c, c.extensions);
    assert_true(pki_unknown_critical_next(&r, &e));
    assert_string_equal(der_oid_text(a, e.oid), "1.2.3.99");
    assert_false(pki_unknown_critical_next(&r, &e));
    struct bytes from, to;
    r = pki_ext_list(&c, PKI_EXT_POLICY_MAPPINGS);
    assert_true(pki_mapping_next(&r, &from, &to));
    assert_string_equal(der_oid_text(a, from), "1.2.3");
    assert_string_equal(der_oid_text(a, to), "1.2.4");
}

static void test_facts(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *cn;
        struct ext_pair ext[4];
        enum pki_fact has[4], lacks[3];
    } rows[] = {
        {"x",
         {{"basicConstraints", "CA:TRUE"}},
         {PKI_FACT_BC_NOT_CRITICAL, PKI_FACT_KU_MISSING_SELF, PKI_FACT_SKI_MISSING_CA,
          PKI_FACT_AKI_MISSING_SELF},
         {PKI_FACT_AKI_MISSING, PKI_FACT_KU_MISSING_CA, PKI_FACT_EXT_DUPLICATE}},
        {NULL,
         {{"subjectAltName", "DNS:a.example"}},
         {PKI_FACT_SUBJECT_EMPTY, PKI_FACT_ISSUER_EMPTY, PKI_FACT_SAN_NOT_CRITICAL, PKI_FACT_SKI_MISSING},
         {PKI_FACT_SUBJECT_EMPTY_CA, PKI_FACT_SAN_BAD_NAME, PKI_FACT_SAN_CRITICAL}},
        {"x",
         {{"subjectAltName", "DNS:a b"},
          {"keyUsage", "keyCertSign"},
          {"nameConstraints", "permitted;DNS:..x"}},
         {PKI_FACT_SAN_BAD_NAME, PKI_FACT_KU_CERTSIGN_NO_CA, PKI_FACT_NC_NO_CA, PKI_FACT_NC_BAD_BASE},
         {PKI_FACT_SAN_NOT_IA5, PKI_FACT_SAN_EMPTY, PKI_FACT_KU_EMPTY}},
        {"x",
         {{"2.5.29.17", "DER:3000"},
          {"2.5.29.37", "DER:3000"},
          {"2.5.29.30", "critical,DER:3000"},
          {"2.5.29.36", "DER:3000"}},
         {PKI_FACT_SAN_EMPTY, PKI_FACT_EKU_NONE, PKI_FACT_NC_EMPTY, PKI_FACT_PC_EMPTY},
         {PKI_FACT_NC_NOT_CRITICAL, PKI_FACT_SAN_CRITICAL, PKI_FACT_SERIAL_NEGATIVE}},
        {"x",
         {{"2.5.29.17", "DER:3003870101"},
          {"2.5.29.35", "critical,DER:3000"},
          {"2.5.29.14", "critical,DER:0400"},
          {"1.2.3.4", "critical,DER:00"}},
         {PKI_FACT_SAN_IP_LENGTH, PKI_FACT_AKI_NO_KEYID, PKI_FACT_SKI_EMPTY, PKI_FACT_EXT_UNKNOWN_CRITICAL},
         {PKI_FACT_AKI_HALF, PKI_FACT_EXT_DUPLICATE, PKI_FACT_AKI_MISSING}},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_cert c;
        struct ext_pair ext[5] = {{0}};
        memcpy(ext, rows[i].ext, sizeof(rows[i].ext));
        if (!pki_cert_read(make_cert(a, rows[i].cn, ext), &c)) fail_msg("%s", pki_cert_place(a, &c));
        for (size_t j = 0; j < 4; j++)
            if (!pki_has_fact(&c, rows[i].has[j]))
                fail_msg("row %zu: not \"%s\"", i, pki_fact_text(rows[i].has[j]));
        for (size_t j = 0; j < 3; j++)
            if (pki_has_fact(&c, rows[i].lacks[j]))
                fail_msg("row %zu: \"%s\"", i, pki_fact_text(rows[i].lacks[j]));
    }
}

/* Broken values of single extensions: the rest is read, and the place is named. */
static void test_broken_extensions(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *oid, *value, *place;
        enum pki_ext ext;
    } rows[] = {
        {"2.5.29.17", "DER:300482036162", "GeneralName of subjectAltName at byte %zu runs past", PKI_EXT_SAN},
        {"2.5.29.17", "DER:30048A026162", "GeneralName of subjectAltName at byte %zu is of another type",
         PKI_EXT_SAN},
        {"2.5.29.17", "DER:30008201", "GeneralNames of subjectAltName at byte %zu is followed by",
         PKI_EXT_SAN},
        {"2.5.29.19", "DER:30800000", "BasicConstraints of basicConstraints at byte %zu has no definite",
         PKI_EXT_BASIC_CONSTRAINTS},
        {"2.5.29.19", "DER:30060101FF0401FF",
         "pathLenConstraint of basicConstraints at byte %zu is of another", PKI_EXT_BASIC_CONSTRAINTS},
        {"2.5.29.15", "DER:03020900", "KeyUsage of keyUsage at byte %zu holds", PKI_EXT_KEY_USAGE},
        {"2.5.29.37", "DER:300306012A06", "KeyPurposeId", PKI_EXT_EXT_KEY_USAGE},
        {"2.5.29.32", "DER:30023000", "policyIdentifier of certificatePolicies at byte %zu is missing",
         PKI_EXT_POLICIES},
        {"2.5.29.35", "DER:04", "AuthorityKeyIdentifier of authorityKeyIdentifier at byte %zu is of another",
         PKI_EXT_AKI},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_cert c;
        const struct ext_pair ext[] = {{rows[i].oid, rows[i].value}, {"1.2.3.4", "DER:0500"}, {NULL, NULL}};
        assert_false(pki_cert_read(make_cert(a, "x", ext), &c));
        assert_true(c.readable);
        assert_true(c.ext[rows[i].ext].present && c.ext[rows[i].ext].broken);
        assert_int_equal(c.n_extensions, 2);
        assert_true(c.signature.n > 60);
        char *place = pki_cert_place(a, &c);
        char *want = text_f(a, rows[i].place, c.log.failed.off);
        if (i != 6 && strncmp(place, want, strlen(want)) != 0) fail_msg("row %zu: %s", i, place);
        assert_string_equal(c.log.failed.within, pki_ext_name(rows[i].ext));
        struct bytes value = c.ext[rows[i].ext].value;
        assert_true(c.log.failed.off >= pki_offset(&c, value));
        assert_true(c.log.failed.off <= pki_offset(&c, value) + value.n);
    }
}

/* BER that is read all the same. */
static void test_bent(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *oid, *value;
        uint32_t bent;
    } rows[] = {
        {"2.5.29.19", "DER:3003010101", DER_BENT_BOOLEAN},
        {"2.5.29.19", "DER:3003010100", DER_BENT_DEFAULT},
        {"2.5.29.19", "DER:3081030101FF", DER_BENT_LENGTH},
        {"2.5.29.54", "DER:02020001", DER_BENT_INTEGER},
        {"2.5.29.15", "DER:030200A0", DER_BENT_BITS},
        {"2.5.29.15", "DER:030205A1", DER_BENT_BITS},
        {"2.5.29.37", "DER:300406022A80", 0}, /* an arc without an end is no deviation but a failure */
        {"2.5.29.37", "DER:300506032A8001", DER_BENT_OID},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_cert c;
        const struct ext_pair ext[] = {{rows[i].oid, rows[i].value}, {NULL, NULL}};
        assert_false(pki_cert_read(make_cert(a, "x", ext), &c));
        assert_int_equal(c.log.bent, rows[i].bent);
        assert_int_equal(c.log.err == DER_OK, rows[i].bent != 0);
        assert_non_null(pki_cert_place(a, &c));
    }
}

static bool within(const struct pki_cert *c, struct bytes b) {
    return !b.p || (b.p >= c->der.p && b.n <= c->der.n && (size_t)(b.p - c->der.p) <= c->der.n - b.n);
}

static void check_bounds(struct arena *a, const struct pki_cert *c, bool clean) {
    const struct bytes parts[] = {c->tbs,        c->serial,    c->issuer,      c->subject,   c->key.spki,
                                  c->key.bits,   c->signature, c->extensions,  c->permitted, c->ski,
                                  c->aki_key_id, c->inner.all, c->outer.params};
    for (size_t i = 0; i < TW_COUNT(parts); i++) assert_true(within(c, parts[i]));
    char *place = pki_cert_place(a, c);
    assert_int_equal(clean, place == NULL);
    assert_true(c->log.failed.off <= c->der.n);
    assert_int_equal(c->log.err != DER_OK, c->log.failed.field != NULL);
}

static void test_every_cut(void **state) {
    struct arena *a = *state;
    struct bytes whole = rich_cert(a);
    for (size_t n = 0; n < whole.n; n++) {
        struct arena own;
        arena_init(&own);
        struct pki_cert c;
        struct bytes cut =
            arena_copy(&own, bytes_cut(whole, 0, n)); /* on its own, so that reading past it is seen */
        assert_false(pki_cert_read(cut, &c));
        assert_false(c.readable);
        check_bounds(&own, &c, false);
        arena_done(&own);
    }
    struct pki_cert c;
    struct bytes more = arena_copy(a, bytes_of(whole.p, whole.n));
    uint8_t *longer = arena_alloc(a, whole.n + 1);
    memcpy(longer, more.p, more.n);
    assert_false(pki_cert_read(bytes_of(longer, whole.n + 1), &c));
    assert_int_equal(c.log.err, DER_TRAILING);
    assert_int_equal(c.log.failed.off, whole.n);
    assert_true(bytes_eq(c.cert, whole));
}

static bool stands_in(const struct pki_cert *c, struct bytes part, size_t at) {
    return at >= pki_offset(c, part) && at < pki_offset(c, part) + part.n;
}

/* What we call clean OpenSSL reads. Only in names it takes fewer types than the ANY of an attribute's value.
 */
static void test_every_flip(void **state) {
    struct arena *a = *state;
    struct bytes whole = rich_cert(a);
    uint8_t *p = mem_alloc(whole.n);
    memcpy(p, whole.p, whole.n);
    struct pki_cert good;
    assert_true(pki_cert_read(whole, &good));
    for (size_t at = 0; at < whole.n; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct arena own;
            arena_init(&own);
            p[at] ^= (uint8_t)(1u << bit);
            struct pki_cert c;
            struct bytes der = bytes_of(p, whole.n);
            bool clean = pki_cert_read(der, &c);
            check_bounds(&own, &c, clean);
            X509 *x = openssl_read(der);
            if (clean && !x && !pki_has_fact(&c, PKI_FACT_KEY_UNREADABLE) &&
                !stands_in(&good, good.issuer, at) && !stands_in(&good, good.subject, at))
                fail_msg("bit %u of byte %zu: clean here, not for OpenSSL", bit, at);
            X509_free(x);
            p[at] ^= (uint8_t)(1u << bit);
            arena_done(&own);
        }
    }
    mem_free(p);
}

static void test_times(void **state) {
    (void)state;
    static const struct {
        uint8_t tag;
        const char *text;
        bool ok;
        int64_t at;
        uint8_t odd;
    } rows[] = {
        {DER_UTC_TIME, "700101000000Z", true, 0, 0},
        {DER_UTC_TIME, "491231235959Z", true, INT64_C(2524607999), 0},
        {DER_UTC_TIME, "500101000000Z", true, INT64_C(-631152000), 0},
        {DER_GENERALIZED_TIME, "20500101000000Z", true, INT64_C(2524608000), 0},
        {DER_GENERALIZED_TIME, "20491231235959Z", true, INT64_C(2524607999), DER_TIME_TYPE},
        {DER_GENERALIZED_TIME, "99991231235959Z", true, INT64_C(253402300799), 0},
        {DER_GENERALIZED_TIME, "00000101000000Z", true, INT64_C(-62167219200), 0},
        {DER_UTC_TIME, "7001010000Z", true, 0, DER_TIME_NO_SECONDS},
        {DER_UTC_TIME, "700101010000+0100", true, 0, DER_TIME_OFFSET},
        {DER_UTC_TIME, "700101000000", true, 0, DER_TIME_OFFSET},
        {DER_GENERALIZED_TIME, "20500101000000.5Z", true, INT64_C(2524608000), DER_TIME_FRACTION},
        {DER_UTC_TIME, "700101000000.5Z", false, 0, 0},
        {DER_UTC_TIME, "000229000000Z", true, INT64_C(951782400), 0},
        {DER_UTC_TIME, "010229000000Z", false, 0, 0},
        {DER_UTC_TIME, "701301000000Z", false, 0, 0},
        {DER_UTC_TIME, "700100000000Z", false, 0, 0},
        {DER_UTC_TIME, "700101240000Z", false, 0, 0},
        {DER_UTC_TIME, "700101000060Z", false, 0, 0},
        {DER_UTC_TIME, "700101000000ZZ", false, 0, 0},
        {DER_UTC_TIME, "7001010000000Z", false, 0, 0},
        {DER_UTC_TIME, "7001010 0000Z", false, 0, 0},
        {DER_UTC_TIME, "", false, 0, 0},
        {DER_GENERALIZED_TIME, "700101000000Z", false, 0, 0},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        int64_t at;
        uint8_t odd;
        bool ok = der_time_of(rows[i].tag, bytes_str(rows[i].text), &at, &odd);
        if (ok != rows[i].ok || (ok && (at != rows[i].at || odd != rows[i].odd)))
            fail_msg("%s: %d %lld %u", rows[i].text, ok, (long long)at, odd);
    }
}

static void test_values(void **state) {
    struct arena *a = *state;
    assert_string_equal(der_oid_text(a, hex(a, "2A864886F70D")), "1.2.840.113549");
    assert_string_equal(der_oid_text(a, hex(a, "883703")), "2.999.3");
    assert_string_equal(der_oid_text(a, hex(a, "2AFF")), "oid:2aff");
    assert_string_equal(der_oid_text(a, hex(a, "2AFFFFFFFFFFFFFFFFFFFF7F")), "oid:2affffffffffffffffffff7f");
    assert_string_equal(der_serial_text(a, hex(a, "00FF")), "ff");
    assert_string_equal(der_serial_text(a, hex(a, "FF")), "-01");
    assert_string_equal(der_serial_text(a, hex(a, "00")), "00");
    struct der_log log = {0};
    struct der r = der_of(hex(a, "0209010000000000000000"), NULL, &log);
    assert_int_equal(der_uint(&r, DER_INTEGER, UINT32_MAX, "n"), UINT32_MAX);
    assert_true(der_log_clean(&log));
    r = der_of(hex(a, "3085000000000100"), NULL, &log);
    struct der_tlv t;
    assert_true(der_next(&r, &t, "s") && t.body.n == 1);
    assert_int_equal(log.bent, DER_BENT_LENGTH);
    r = der_of(hex(a, "308501000000000000"), NULL, &log);
    assert_false(der_next(&r, &t, "s"));
    assert_int_equal(log.err, DER_LENGTH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_openssl), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_facts),      cmocka_unit_test(test_broken_extensions),
        cmocka_unit_test(test_bent),       cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_every_flip), cmocka_unit_test(test_times),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
