/* Machines made of files below a folder: what stands where only root writes. */
#include "local/local.h"
#include "local/process.h"
#include "net/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena a;
static const char *root;
static struct local_report report;

static int setup(void **state) {
    const char *why = "";
    (void)state;
    arena_init(&a);
    root = scratch_make(&a, "/tmp", &why);
    return root ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    scratch_remove(root);
    arena_done(&a);
    return 0;
}

static void put(const char *dir, const char *name, const char *text) {
    const char *why;
    assert_true(file_write(&a, text_f(&a, "%s%s", root, dir), name, bytes_str(text), &why));
}

static void examine(const char *host) {
    static const char *const env[] = {"HOME=/home/x", "PATH=/usr/bin", NULL};
    const struct local_machine m = {.env = env, .root = root, .host = host, .now = 1780000000};
    local_examine(&a, &m, &report);
}

/* Exactly one finding with that id whose summary holds `says`. */
static const struct local_finding *find(const char *id, enum local_severity severity, const char *file,
                                        const char *says) {
    const struct local_finding *found = NULL;
    for (size_t i = 0; i < report.n_findings; i++) {
        const struct local_finding *f = &report.findings[i];
        if (strcmp(f->id, id) != 0 || !f->file || strcmp(f->file, file) != 0 || !strstr(f->summary, says))
            continue;
        assert_null(found);
        assert_int_equal(f->severity, severity);
        found = f;
    }
    assert_non_null(found);
    return found;
}

static void nothing_in(const char *file) {
    for (size_t i = 0; i < report.n_findings; i++)
        assert_false(report.findings[i].file && strcmp(report.findings[i].file, file) == 0);
}

static void test_policy(void **state) {
    static const struct {
        const char *policy;
        enum local_severity severity;
    } cases[] = {{"FUTURE\n", LOCAL_BREAKS},  {"# c\nFUTURE:AD-SUPPORT\n", LOCAL_BREAKS},
                 {"DEFAULT\n", LOCAL_NOTE},   {"LEGACY\n", LOCAL_WARNING},
                 {"FIPS:OSPP\n", LOCAL_NOTE}, {"EMPTY", LOCAL_BREAKS}};
    (void)state;
    for (size_t i = 0; i < TW_COUNT(cases); i++) {
        put("/etc/crypto-policies/state", "current", cases[i].policy);
        examine(NULL);
        (void)find("crypto-policy", cases[i].severity, "/etc/crypto-policies/state/current",
                   "The system's policy is");
    }
    put("/etc/crypto-policies/state", "current", "FUTURISTIC\n");
    examine(NULL);
    nothing_in("/etc/crypto-policies/state/current");
}

/* What the policy has written is blamed on the policy, wherever it is included. */
static void test_policy_files(void **state) {
    (void)state;
    put("/etc/crypto-policies/back-ends", "java.config",
        "jdk.tls.disabledAlgorithms=TLSv1.2, RSA keySize < 3072\n");
    examine(NULL);
    (void)find("crypto-policy", LOCAL_BREAKS, "/etc/crypto-policies/back-ends/java.config", "only TLS 1.3");
    (void)find("crypto-policy", LOCAL_BREAKS, "/etc/crypto-policies/back-ends/java.config", "2048 bits");
}

static void test_gnutls(void **state) {
    static const char file[] = "/etc/gnutls/config";
    (void)state;
    put("/etc/gnutls", "config",
        "[global]\noverride-mode = allowlist\n[overrides]\nenabled-version = tls1.3\n");
    examine(NULL);
    (void)find("client-version-policy", LOCAL_BREAKS, file, "only TLS 1.3");
    put("/etc/gnutls", "config",
        "[global]\noverride-mode = allowlist\n[overrides]\nenabled-version = tls1.3\nenabled-version = "
        "tls1.2\n");
    examine(NULL);
    nothing_in(file);
    put("/etc/gnutls", "config",
        "[overrides]\ndisabled-version = tls1.0\nmin-verification-profile = medium\n");
    examine(NULL);
    nothing_in(file);
}

static void test_java(void **state) {
    static const char properties[] = "/usr/lib/jvm/a/conf/security/java.security";
    (void)state;
    put("/usr/lib/jvm/a/bin", "java", "");
    put("/usr/lib/jvm/a/lib/security", "cacerts", "");
    put("/usr/lib/jvm/a/conf/security", "java.security",
        "jdk.tls.disabledAlgorithms=SSLv3, \\\n  TLSv1.2, ECDHE\njdk.certpath.disabledAlgorithms=RSA keySize "
        "< 4096\n"
        "jdk.tls.client.protocols=TLSv1.1\n");
    examine(NULL);
    (void)find("client-trust-store-missing", LOCAL_BREAKS, "/usr/lib/jvm/a/lib/security/cacerts", "empty");
    assert_int_equal(find("client-version-policy", LOCAL_BREAKS, properties, "only TLS 1.3")->line, 1);
    (void)find("client-config-broken", LOCAL_BREAKS, properties, "ECDHE");
    assert_int_equal(find("client-config-broken", LOCAL_BREAKS, properties, "4096")->line, 3);
    assert_int_equal(find("client-version-policy", LOCAL_BREAKS, properties, "neither")->line, 4);
    put("/usr/lib/jvm/a/conf/security", "java.security",
        "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1, RC4, DH keySize < 1024, EC keySize < 224, ECDH\n"
        "jdk.certpath.disabledAlgorithms=MD2, RSA keySize < 1024, SHA1 usage "
        "TLSServer\n#jdk.tls.client.protocols=TLSv1\n");
    examine(NULL);
    nothing_in(properties);
}

static void test_browsers(void **state) {
    static const char firefox[] = "/etc/firefox/policies/policies.json",
                      chromium[] = "/etc/chromium/policies/managed/a.json";
    (void)state;
    put("/etc/firefox/policies", "policies.json",
        "{\"policies\": {\"SSLVersionMin\": \"tls1.3\", \"Proxy\": {\"SSLProxy\": \"p.example:8\"}}}");
    put("/etc/chromium/policies/managed", "a.json", "{\"SSLVersionMax\": \"tls1.2\"}");
    put("/etc/chromium/policies/managed", "b.json", "{\"SSLVersionMin\": \"tls1.2\"}");
    put("/etc/chromium/policies/managed", "c.json", "{\"SSLVersionMin\": ");
    examine(NULL);
    (void)find("client-version-policy", LOCAL_BREAKS, firefox, "only TLS 1.3");
    (void)find("proxy-set", LOCAL_NOTE, firefox, "p.example:8");
    (void)find("client-version-policy", LOCAL_WARNING, chromium, "leaves TLS 1.3 out");
    nothing_in("/etc/chromium/policies/managed/b.json");
    (void)find("settings-unreadable", LOCAL_WARNING, "/etc/chromium/policies/managed/c.json", "no JSON");
}

static void test_hosts(void **state) {
    (void)state;
    put("/etc", "hosts",
        "127.0.0.1 localhost\n# 192.0.2.1 www.example.org\n192.0.2.2\tother WWW.example.org # x\n");
    examine("www.example.org");
    assert_int_equal(find("hosts-entry", LOCAL_WARNING, "/etc/hosts", "192.0.2.2")->line, 3);
    examine("example.org");
    nothing_in("/etc/hosts");
    examine(NULL);
    nothing_in("/etc/hosts");
}

static void test_stores(void **state) {
    (void)state;
    examine(NULL);
    bool missing = false;
    for (size_t i = 0; i < report.n_findings; i++)
        missing = missing || (strcmp(report.findings[i].id, "client-trust-store-missing") == 0 &&
                              report.findings[i].severity == LOCAL_BREAKS);
    assert_true(missing);
    put("/etc/ssl/certs", "ca-certificates.crt", "none\n");
    examine(NULL);
    (void)find("client-trust-store-missing", LOCAL_BREAKS, "/etc/ssl/certs/ca-certificates.crt",
               "no certificate");
}

/* The first certificate of this machine's own store, twelve times. */
static void test_same_names(void **state) {
    static const char store[] = "/etc/ssl/certs/ca-certificates.crt", end[] = "-----END CERTIFICATE-----\n";
    struct bytes body;
    struct text many;
    const char *why;
    (void)state;
    if (!file_read(&a, store, 1 << 24, &body, &why)) skip();
    const char *all = arena_str(&a, body), *stop = strstr(all, end);
    if (!stop) skip();
    text_init(&many, &a);
    for (size_t i = 0; i < 12; i++) text_add_n(&many, all, (size_t)(stop - all) + strlen(end));
    put("/etc/ssl/certs", "ca-certificates.crt", many.s);
    examine(NULL);
    assert_non_null(
        strstr(find("store-many-of-one-name", LOCAL_WARNING, store, "12 certificates")->fix, "SHA-256"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_policy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_policy_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gnutls, setup, teardown),
        cmocka_unit_test_setup_teardown(test_java, setup, teardown),
        cmocka_unit_test_setup_teardown(test_browsers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hosts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stores, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
