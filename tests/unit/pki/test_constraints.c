/* Name constraints of every form: one name against one subtree, and whole certificates. */
#include "pki_test.h"

static struct pki_gn gn_of(struct arena *a, enum pki_gn_kind kind, const char *text) {
    struct bytes v = bytes_str(text);
    if (kind == PKI_GN_DIRECTORY) v = make_name(a, text);
    if (kind == PKI_GN_IP) v = hex(a, text);
    return (struct pki_gn){kind, v};
}

enum { IN = PKI_NC_OK, OUT = PKI_NC_NOT_PERMITTED, BASE = PKI_NC_BAD_CONSTRAINT, NAME = PKI_NC_BAD_NAME };

static void test_compare(void **state) {
    struct arena *a = *state;
    static const struct {
        enum pki_gn_kind kind;
        const char *name, *base;
        unsigned rules;
        int verdict;
    } rows[] = {
        {PKI_GN_DNS, "example.com", "example.com", 0, IN},
        {PKI_GN_DNS, "a.b.EXAMPLE.com", "example.COM", 0, IN},
        {PKI_GN_DNS, "notexample.com", "example.com", 0, OUT},
        {PKI_GN_DNS, "example.com", "a.example.com", 0, OUT},
        {PKI_GN_DNS, "*.example.com", "example.com", 0, IN},
        {PKI_GN_DNS, "anything.example", "", 0, IN},
        {PKI_GN_DNS, "a.example.com", ".example.com", 0, BASE},
        {PKI_GN_DNS, "a.example.com", ".example.com", PKI_NC_DOT_PREFIX, IN},
        {PKI_GN_DNS, "example.com", ".example.com", PKI_NC_DOT_PREFIX, OUT},
        {PKI_GN_DNS, "a.example.com", "*.example.com", 0, BASE},
        {PKI_GN_DNS, "a..com", "com", 0, NAME},
        {PKI_GN_RFC822, "x@example.com", "example.com", 0, IN},
        {PKI_GN_RFC822, "x@a.example.com", "example.com", 0, OUT},
        {PKI_GN_RFC822, "x@a.example.com", ".example.com", 0, IN},
        {PKI_GN_RFC822, "x@example.com", ".example.com", 0, OUT},
        {PKI_GN_RFC822, "x@example.com", "x@EXAMPLE.com", 0, IN},
        {PKI_GN_RFC822, "X@example.com", "x@example.com", 0, OUT},
        {PKI_GN_RFC822, "no-at", "example.com", 0, NAME},
        {PKI_GN_RFC822, "x@example.com", "@", 0, BASE},
        {PKI_GN_URI, "https://u:p@a.example.com:8443/x?y", "a.example.com", 0, IN},
        {PKI_GN_URI, "https://a.example.com", ".example.com", 0, IN},
        {PKI_GN_URI, "https://example.com/", ".example.com", 0, OUT},
        {PKI_GN_URI, "https://a.example.com/", "example.com", 0, OUT},
        {PKI_GN_URI, "urn:x:y", "example.com", 0, NAME},
        {PKI_GN_URI, "https://192.0.2.1/", "example.com", 0, NAME},
        {PKI_GN_URI, "https://[2001:db8::1]/", "example.com", 0, NAME},
        {PKI_GN_URI, "https://evil.test/@a.example.com", "a.example.com", 0, OUT},
        {PKI_GN_IP, "C0000201", "C0000200FFFFFF00", 0, IN},
        {PKI_GN_IP, "C0000301", "C0000200FFFFFF00", 0, OUT},
        {PKI_GN_IP, "C0000301", "0000000000000000", 0, IN},
        {PKI_GN_IP, "C0000201", "C0000200FF00FF00", 0, BASE},
        {PKI_GN_IP, "C0FF0201", "C0000200FF00FF00", PKI_NC_LOOSE_MASK, IN},
        {PKI_GN_IP, "C0000201", "C0000200", 0, BASE},
        {PKI_GN_IP, "C00002", "C0000200FFFFFF00", 0, NAME},
        {PKI_GN_IP, "20010DB8000000000000000000000001",
         "20010DB8000000000000000000000000FFFFFFFF000000000000000000000000", 0, IN},
        {PKI_GN_IP, "C0000201", "20010DB8000000000000000000000000FFFFFFFF000000000000000000000000", 0, OUT},
        {PKI_GN_DIRECTORY, "C=DE/O=a/CN=b", "C=de/O=A", 0, IN},
        {PKI_GN_DIRECTORY, "C=DE/O=b", "C=DE/O=a", 0, OUT},
        {PKI_GN_RID, "x", "x", 0, PKI_NC_UNSUPPORTED},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_gn name = gn_of(a, rows[i].kind, rows[i].name),
                      base = gn_of(a, rows[i].kind, rows[i].base);
        int v = (int)pki_nc_compare(&name, &base, rows[i].rules);
        if (v != rows[i].verdict) fail_msg("%s in %s: %d", rows[i].name, rows[i].base, v);
    }
}

static void test_certs(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *constraints, *cn, *san;
        unsigned rules;
        enum pki_nc_verdict verdict;
        const char *culprit;
    } rows[] = {
        {NULL, "x", "DNS:a.example", 0, PKI_NC_OK, NULL},
        {"permitted;DNS:example", "x", "DNS:a.example", 0, PKI_NC_OK, NULL},
        {"permitted;DNS:example", "x", "DNS:a.example,DNS:a.test", 0, PKI_NC_NOT_PERMITTED, "DNS:a.test"},
        {"permitted;DNS:example,permitted;DNS:test", "x", "DNS:a.example,DNS:a.test", 0, PKI_NC_OK, NULL},
        {"permitted;DNS:example", "x", "IP:192.0.2.1", 0, PKI_NC_OK, NULL}, /* other forms are free */
        {"excluded;DNS:b.example", "x", "DNS:a.example,DNS:x.b.example", 0, PKI_NC_EXCLUDED,
         "DNS:x.b.example"},
        {"permitted;DNS:example,excluded;DNS:example", "x", "DNS:a.example", 0, PKI_NC_EXCLUDED,
         "DNS:a.example"},
        {"excluded;DNS:a.example", "x", "DNS:*.example", 0, PKI_NC_OK, NULL},
        {"excluded;DNS:a.example", "x", "DNS:*.example", PKI_NC_STAR_EXCLUDED, PKI_NC_EXCLUDED,
         "DNS:*.example"},
        {"permitted;IP:192.0.2.0/255.255.255.0", "x", "IP:2001:db8::1", 0, PKI_NC_NOT_PERMITTED,
         "IP:2001:db8::1"},
        {"permitted;RID:1.2.3", "x", "RID:1.2.3", 0, PKI_NC_UNSUPPORTED, "RID:1.2.3"},
        {"permitted;RID:1.2.3", "x", "DNS:a.example", 0, PKI_NC_OK, NULL},
        {"permitted;DNS:example", "a.test", NULL, 0, PKI_NC_OK, NULL},
        {"permitted;DNS:example", "a.test", NULL, PKI_NC_CN_AS_DNS, PKI_NC_NOT_PERMITTED, "DNS:a.test"},
        {"permitted;DNS:example", "a.test", "DNS:a.example", PKI_NC_CN_AS_DNS, PKI_NC_OK, NULL},
        /* C=DE */
        {"DER:3015A0133011A40F300D310B3009060355040613024445", "x", NULL, 0, PKI_NC_NOT_PERMITTED,
         "dirname:CN=x"},
        {"DER:3015A0133011A40F300D310B3009060355040613024445", "x", NULL, PKI_NC_NO_SUBJECT, PKI_NC_OK, NULL},
        /* minimum 1 */
        {"DER:3010A00E300C82076578616D706C65800101", "x", "DNS:a.example", 0, PKI_NC_UNSUPPORTED,
         "DNS:a.example"},
        {"DER:3003A00530", "x", NULL, 0, PKI_NC_BAD_CONSTRAINT, "dirname:CN=x"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const char *nc = rows[i].constraints;
        bool raw = nc && strncmp(nc, "DER:", 4) == 0;
        const struct ext_pair ca_ext[] = {{nc ? raw ? "2.5.29.30" : "nameConstraints" : NULL, nc},
                                          {NULL, NULL}};
        const struct ext_pair ext[] = {{rows[i].san ? "subjectAltName" : NULL, rows[i].san}, {NULL, NULL}};
        struct pki_cert ca, c;
        struct pki_nc_result result;
        uint64_t budget = 100;
        (void)pki_cert_read(make_cert(a, "ca", ca_ext), &ca);
        assert_true(pki_cert_read(make_cert(a, rows[i].cn, ext), &c));
        enum pki_nc_verdict v = pki_nc_check(&ca, &c, rows[i].rules, &budget, &result);
        if (v != rows[i].verdict || v != result.verdict) fail_msg("row %zu: %s", i, pki_nc_verdict_text(v));
        if (rows[i].culprit) assert_string_equal(pki_gn_text(a, &result.name), rows[i].culprit);
    }
}

static void test_mail_in_subject(void **state) {
    struct arena *a = *state;
    struct pki_cert ca, c = {0};
    struct pki_nc_result result;
    uint64_t budget = 100;
    const struct ext_pair ext[] = {{"nameConstraints", "permitted;email:example.com"}, {NULL, NULL}};
    assert_true(pki_cert_read(make_cert(a, "ca", ext), &ca));
    c.subject = make_name(a, "CN=x/emailAddress:IA5=x@example.com");
    assert_int_equal(pki_nc_check(&ca, &c, 0, &budget, &result), PKI_NC_OK);
    c.subject = make_name(a, "CN=x/emailAddress:IA5=x@example.net");
    assert_int_equal(pki_nc_check(&ca, &c, 0, &budget, &result), PKI_NC_NOT_PERMITTED);
    assert_string_equal(pki_gn_text(a, &result.name), "email:x@example.net");
    c.ext[PKI_EXT_SAN].present = true; /* then the SAN speaks */
    assert_int_equal(pki_nc_check(&ca, &c, 0, &budget, &result), PKI_NC_OK);
    assert_int_equal(pki_nc_check(&ca, &c, PKI_NC_EMAIL_IN_DN, &budget, &result), PKI_NC_NOT_PERMITTED);
}

static void test_budget(void **state) {
    struct arena *a = *state;
    const struct ext_pair ca_ext[] = {{"nameConstraints", "permitted;DNS:a.example,permitted;DNS:b.example"},
                                      {NULL, NULL}};
    const struct ext_pair ext[] = {{"subjectAltName", "DNS:b.example"}, {NULL, NULL}};
    struct pki_cert ca, c;
    struct pki_nc_result result;
    assert_true(pki_cert_read(make_cert(a, "ca", ca_ext), &ca));
    assert_true(pki_cert_read(make_cert(a, "x", ext), &c));
    uint64_t budget = 100; /* two subtrees for the subject, two for the name */
    assert_int_equal(pki_nc_check(&ca, &c, 0, &budget, &result), PKI_NC_OK);
    assert_int_equal(budget, 96);
    budget = 3;
    assert_int_equal(pki_nc_check(&ca, &c, 0, &budget, &result), PKI_NC_LIMIT);
    assert_int_equal(budget, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_compare), cmocka_unit_test(test_certs),
                                       cmocka_unit_test(test_mail_in_subject), cmocka_unit_test(test_budget)};
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
