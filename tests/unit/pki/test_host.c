/* Host names and addresses by RFC 9525, and what older clients do beyond it. */
#include "pki_test.h"

static void test_read(void **state) {
    (void)state;
    static const struct {
        const char *host;
        int ip_n; /* -1: refused */
        const char *name;
    } rows[] = {
        {"a.example", 0, "a.example"},
        {"a.example.", 0, "a.example"},
        {"A_b.example", 0, "A_b.example"},
        {"localhost", 0, "localhost"},
        {"xn--bcher-kva.example", 0, "xn--bcher-kva.example"},
        {"192.0.2.1", 4, ""},
        {"2001:db8::1", 16, ""},
        {"[2001:db8::1]", 16, ""},
        {"::", 16, ""},
        {"::ffff:192.0.2.1", 16, ""},
        {"fe80::1%eth0", 16, ""},
        {"1:2:3:4:5:6:7:8", 16, ""},
        {"", -1, ""},
        {".", -1, ""},
        {"a..b", -1, ""},
        {".a", -1, ""},
        {"a b", -1, ""},
        {"*.a", -1, ""},
        {"a.example..", -1, ""},
        {"1.2.3", -1, ""},
        {"1.2.3.256", -1, ""},
        {"1.2.3.4.5", -1, ""},
        {"01.2.3.4", -1, ""},
        {"123", -1, ""},
        {":::", -1, ""},
        {"1::2::3", -1, ""},
        {"1:2:3:4:5:6:7", -1, ""},
        {"1:2:3:4:5:6:7:8:9", -1, ""},
        {"1:", -1, ""},
        {":1", -1, ""},
        {"12345::", -1, ""},
        {"::1.2.3", -1, ""},
        {"[192.0.2.1]", -1, ""},
        {"b\xC3\xBC.example", -1, ""},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_host h;
        bool ok = pki_host_read(rows[i].host, &h);
        if (ok != (rows[i].ip_n >= 0)) fail_msg("%s", rows[i].host);
        if (!ok) continue;
        assert_int_equal(h.ip_n, rows[i].ip_n);
        if (!bytes_eq(h.name, bytes_str(rows[i].name))) fail_msg("%s", rows[i].host);
    }
    struct pki_host h;
    assert_true(pki_host_read("2001:db8::1:2", &h));
    assert_memory_equal(h.ip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x01\0\x02", 16);
    assert_true(pki_host_read("::ffff:192.0.2.1", &h));
    assert_memory_equal(h.ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x01", 16);
}

static void test_dns(void **state) {
    (void)state;
    static const struct {
        const char *presented, *reference;
        unsigned rules;
        bool match;
    } rows[] = {
        {"a.example", "a.example", 0, true},
        {"A.Example", "a.eXAMPLE", 0, true},
        {"a.example", "b.a.example", 0, false},
        {"xn--BCHER-kva.example", "xn--bcher-kva.example", 0, true},
        {"*.example.com", "a.example.com", 0, true},
        {"*.example.com", "xn--bcher-kva.example.com", 0, true},
        {"*.example.com", "a.b.example.com", 0, false},
        {"*.example.com", "example.com", 0, false},
        {"*.example.com", ".example.com", 0, false},
        {"*.com", "example.com", 0, true}, /* RFC 9525 does not know public suffixes */
        {"*.com", "example.com", PKI_HOST_STAR_NEEDS_TWO, false},
        {"*.example.com", "a.example.com", PKI_HOST_STAR_NEEDS_TWO, true},
        {"*", "localhost", PKI_HOST_STAR_NEEDS_TWO, false},
        {"*", "a.example", 0, false},
        {"a.*.com", "a.example.com", 0, false},
        {"*.*.com", "a.example.com", 0, false},
        {"f*.example.com", "foo.example.com", 0, false},
        {"f*.example.com", "foo.example.com", PKI_HOST_PARTIAL_WILDCARD, true},
        {"*o.example.com", "foo.example.com", PKI_HOST_PARTIAL_WILDCARD, true},
        {"f*o.example.com", "fo.example.com", PKI_HOST_PARTIAL_WILDCARD, false},
        {"f*o*.example.com", "foo.example.com", PKI_HOST_PARTIAL_WILDCARD, false},
        {"x*.example.com", "xn--bcher-kva.example.com", PKI_HOST_PARTIAL_WILDCARD, false},
        {"*.example.com", "a.example.com", PKI_HOST_NO_WILDCARD, false},
        {"*.example.com", "a.b.example.com", PKI_HOST_STAR_MANY_LABELS, true},
        {"*.example.com", "a.bexample.com", PKI_HOST_STAR_MANY_LABELS, false},
        {"a.example.", "a.example", 0, false},
        {"a.example.", "a.example", PKI_HOST_TRAILING_DOT, true},
        {"", "a.example", 0, false},
        {".", "a.example", PKI_HOST_TRAILING_DOT, false},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (pki_dns_matches(bytes_str(rows[i].presented), bytes_str(rows[i].reference), rows[i].rules) !=
            rows[i].match)
            fail_msg("%s for %s, rules %u", rows[i].presented, rows[i].reference, rows[i].rules);
}

static void test_certs(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *cn, *san, *host;
        unsigned rules;
        enum pki_host_match match;
    } rows[] = {
        {"x", "DNS:b.example,DNS:a.example", "a.example", 0, PKI_HOST_SAN},
        {"x", "DNS:*.example,DNS:a.example", "a.example", 0, PKI_HOST_SAN},
        {"x", "DNS:*.example", "a.example", 0, PKI_HOST_WILDCARD},
        {"x", "DNS:*.example", "a.example.", 0, PKI_HOST_WILDCARD},
        {"x", "IP:192.0.2.1", "192.0.2.1", 0, PKI_HOST_SAN},
        {"x", "IP:192.0.2.1", "::ffff:192.0.2.1", 0, PKI_HOST_NO},
        {"x", "IP:2001:db8::1", "2001:DB8:0:0::1", 0, PKI_HOST_SAN},
        {"x", "DNS:192.0.2.1", "192.0.2.1", 0, PKI_HOST_NO},
        {"x", "DNS:192.0.2.1", "192.0.2.1", PKI_HOST_IP_IN_DNS, PKI_HOST_SAN},
        {"a.example", NULL, "a.example", 0, PKI_HOST_NO},
        {"a.example", NULL, "A.example", PKI_HOST_CN_IF_NO_SAN, PKI_HOST_CN},
        {"*.example", NULL, "a.example", PKI_HOST_CN_IF_NO_SAN, PKI_HOST_CN},
        {"a.example", "DNS:b.example", "a.example", PKI_HOST_CN_IF_NO_SAN | PKI_HOST_CN_IF_NO_DNS,
         PKI_HOST_NO},
        {"a.example", "IP:192.0.2.1", "a.example", PKI_HOST_CN_IF_NO_SAN, PKI_HOST_NO},
        {"a.example", "IP:192.0.2.1", "a.example", PKI_HOST_CN_IF_NO_DNS, PKI_HOST_CN},
        {"a.example", "DNS:b.example", "a.example", PKI_HOST_CN_ALWAYS, PKI_HOST_CN},
        {"192.0.2.1", NULL, "192.0.2.1", PKI_HOST_CN_ALWAYS, PKI_HOST_NO},
        {"192.0.2.1", NULL, "192.0.2.1", PKI_HOST_CN_ALWAYS | PKI_HOST_IP_IN_DNS, PKI_HOST_CN},
        {NULL, NULL, "a.example", PKI_HOST_CN_ALWAYS, PKI_HOST_NO},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const struct ext_pair ext[] = {{rows[i].san ? "subjectAltName" : NULL, rows[i].san}, {NULL, NULL}};
        struct pki_cert c;
        struct pki_host h;
        assert_true(pki_cert_read(make_cert(a, rows[i].cn, ext), &c));
        assert_true(pki_host_read(rows[i].host, &h));
        if (pki_host_matches(&c, &h, rows[i].rules) != rows[i].match)
            fail_msg("%s/%s for %s, rules %u", rows[i].cn, rows[i].san, rows[i].host, rows[i].rules);
    }
}

/* A name with a NUL inside is no name that ends there (CVE-2009-2408). */
static void test_nul(void **state) {
    struct arena *a = *state;
    const struct ext_pair ext[] = {{"2.5.29.17", "DER:300F820D612E6578616D706C65002E6262"}, {NULL, NULL}};
    struct pki_cert c;
    struct pki_host h;
    assert_true(pki_cert_read(make_cert(a, "x", ext), &c));
    assert_true(pki_host_read("a.example", &h));
    assert_int_equal(c.n_san, 1);
    assert_int_equal(pki_host_matches(&c, &h, 0), PKI_HOST_NO);
    assert_true(pki_has_fact(&c, PKI_FACT_SAN_BAD_NAME));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_dns),
                                       cmocka_unit_test(test_certs), cmocka_unit_test(test_nul)};
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
