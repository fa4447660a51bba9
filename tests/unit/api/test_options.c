/* Options by name: what each takes, what it refuses and why, and which contradict each other. */
#include "api_test.h"

static void unknown_and_missing(void **state) {
    assert_refused(*state, "tls-mx", "1.2", "'tls-mx'");
    assert_refused(*state, "", NULL, "''");
    assert_refused(*state, "tls-max", NULL, "--tls-max wants a value");
    assert_refused(*state, "no-sni", "yes", "--no-sni takes no value");
    assert_refused(*state, "4", "yes", "-4 takes no value");
    assert_refused(*state, "a\nb", NULL, "'a\\x0ab'");
}

static void known_names(void **state) {
    (void)state;
    bool takes_value = false;
    assert_true(tlswhy_option_known("tls-max", &takes_value));
    assert_true(takes_value);
    assert_true(tlswhy_option_known("offline", &takes_value));
    assert_false(takes_value);
    takes_value = true;
    assert_false(tlswhy_option_known("json", &takes_value)); /* the command's own */
    assert_true(takes_value);
    assert_true(tlswhy_option_known("6", NULL));
}

static void versions(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "tls-min", "1.0");
    assert_int_equal(o->request.tls_min, TLS_1_0);
    assert_taken(o, "tls-max", "1.3");
    assert_taken(o, "tls-max", "1.1"); /* the last counts, in the report too */
    assert_int_equal(o->request.tls_max, TLS_1_1);
    assert_int_equal(o->request.n_bent, 2);
    assert_string_equal(o->request.bent[0], "--tls-min 1.0");
    assert_string_equal(o->request.bent[1], "--tls-max 1.1");
    static const char *const bad[] = {"", "1", "1.4", "TLS1.2", "1.2 ", "0x0303", "ssl3"};
    for (size_t i = 0; i < TW_COUNT(bad); i++) assert_refused(o, "tls-max", bad[i], "1.0, 1.1, 1.2, 1.3");
    assert_refused(o, "tls-min", "1.2", "--tls-min is above --tls-max");
}

static void ciphers(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "ciphers", "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256,aes128-sha:AES128-SHA");
    assert_int_equal(o->request.n_suites, 3);
    assert_int_equal(o->request.suites[0], 0xC02F);
    assert_int_equal(o->request.suites[1], 0x1301);
    assert_int_equal(o->request.suites[2], 0x002F);
    assert_string_equal(o->request.bent[0],
                        "--ciphers ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256,aes128-sha:AES128-SHA");
    assert_taken(o, "ciphers", "AES256-SHA"); /* replaces */
    assert_int_equal(o->request.n_suites, 1);
    assert_int_equal(o->request.suites[0], 0x0035);
    assert_refused(o, "ciphers", "AES128-SHA:HIGH", "'HIGH'");
    assert_refused(o, "ciphers", "AES128-SHA::AES256-SHA", "a name is missing");
    assert_refused(o, "ciphers", "AES128-SHA:", "a name is missing");
    assert_refused(o, "ciphers", "", "a name is missing");
    assert_refused(o, "ciphers", "AES128-SHA AES256-SHA", "'AES128-SHA AES256-SHA'");
}

/* Every name of a table is understood: more of them than the list of a hello holds are refused, not cut. */
static void lists_have_room(void **state) {
    struct tlswhy_options *o = *state;
    struct text all;
    size_t n;
    text_init(&all, &o->a);
    const struct suite *suites = suite_table(&n);
    for (size_t i = 0; i < n && i < HELLO_MAX_SUITES; i++)
        text_addf(&all, "%s%s", i ? "," : "", suites[i].iana);
    assert_taken(o, "ciphers", all.s);
    text_init(&all, &o->a);
    const struct sigscheme *schemes = sigscheme_table(&n);
    for (size_t i = 0; i < n; i++) text_addf(&all, "%s%s", i ? ":" : "", schemes[i].name);
    if (n < HELLO_MAX_LIST)
        assert_taken(o, "sigalgs", all.s);
    else
        assert_refused(o, "sigalgs", all.s, "more than");
}

static void groups_and_sigalgs(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "groups", "P-256:x25519,prime256v1,X25519MLKEM768");
    assert_true(o->request.groups_given);
    assert_int_equal(o->request.groups.n, 3);
    assert_int_equal(o->request.groups.v[0], GROUP_SECP256R1);
    assert_int_equal(o->request.groups.v[1], GROUP_X25519);
    assert_int_equal(o->request.groups.v[2], GROUP_X25519MLKEM768);
    assert_refused(o, "groups", "P-257", "'P-257' is no group");
    assert_taken(o, "sigalgs", "ecdsa_secp256r1_sha256:RSA+SHA256");
    assert_int_equal(o->request.sigalgs.n, 2);
    assert_int_equal(o->request.sigalgs.v[1], SIG_RSA_PKCS1_SHA256);
    assert_refused(o, "sigalgs", "sha256", "'sha256' is no signature algorithm");
}

static void alpn(void **state) {
    struct tlswhy_options *o = *state;
    char longest[257];
    memset(longest, 'a', sizeof longest);
    longest[256] = 0;
    assert_taken(o, "alpn", "h2,acme-tls/1");
    assert_string_equal(o->request.alpn, "h2,acme-tls/1");
    assert_taken(o, "alpn", "");
    assert_string_equal(o->request.alpn, "");
    assert_string_equal(o->request.bent[0], "--alpn ''");
    assert_refused(o, "alpn", "h2,,http/1.1", "no list of protocols");
    assert_refused(o, "alpn", longest, "no list of protocols");
    longest[255] = 0;
    assert_taken(o, "alpn", longest);
}

static void times(void **state) {
    static const struct {
        const char *typed;
        int64_t ns;
    } good[] = {{"10", 10000000000},
                {"2.5", 2500000000},
                {".25", 250000000},
                {"3.", 3000000000},
                {"0.000000001", 1},
                {"007", 7000000000},
                {"1.0000000009", 1000000000}, /* below a nanosecond */
                {"99999999999999999999", INT64_C(1000000000000000000)}};
    static const char *const bad[] = {"",   "0",  "0.0", "-1",    "+1",  "1s",          "1e3",
                                      " 1", "1 ", ".",   "1.2.3", "inf", "0.0000000001"};
    struct tlswhy_options *o = *state;
    for (size_t i = 0; i < TW_COUNT(good); i++) {
        assert_taken(o, "timeout", good[i].typed);
        assert_int_equal(o->request.timeout_ns, good[i].ns);
    }
    assert_taken(o, "max-time", "4");
    assert_int_equal(o->request.max_time_ns, 4000000000);
    for (size_t i = 0; i < TW_COUNT(bad); i++) {
        assert_refused(o, "timeout", bad[i], "--timeout: ");
        assert_refused(o, "max-time", bad[i], "--max-time: ");
    }
}

static void connections(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "max-connections", "1");
    assert_int_equal(o->request.max_connections, 1);
    assert_taken(o, "max-connections", "99999999999999999999"); /* any number but 0 gives a verdict */
    assert_int_equal(o->request.max_connections, UINT32_MAX);
    static const char *const bad[] = {"", "0", "000", "-1", "1.5", "many", "0x10"};
    for (size_t i = 0; i < TW_COUNT(bad); i++) assert_refused(o, "max-connections", bad[i], "above 0");
}

static void files_add_up(void **state) {
    struct tlswhy_options *o = *state;
    for (int i = 0; i < REQUEST_MAX_FILES; i++) assert_taken(o, "cacert", "a.pem");
    assert_taken(o, "capath", "/etc/ssl");
    assert_int_equal(o->request.n_cacert, REQUEST_MAX_FILES);
    assert_int_equal(o->request.n_capath, 1);
    assert_refused(o, "cacert", "a.pem", "more than");
    assert_refused(o, "capath", "", "missing");
}

static void mixes(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "4", NULL);
    assert_taken(o, "4", NULL);
    assert_refused(o, "6", NULL, "-4 and -6");
    assert_refused(o, "connect-to", "[::1]:443", "other family");
    assert_int_equal(tlswhy_set_target(o, "[::1]:443"), -1);
    assert_null(o->request.host);
    assert_taken(o, "connect-to", "127.0.0.1");
    assert_int_equal(tlswhy_set_target(o, "[::1]:443"), 0); /* not connected to */
    assert_taken(o, "no-sni", NULL);
    assert_refused(o, "servername", "a.example", "exclude each other");
}

static void mixes_the_other_way(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "servername", "a.example");
    assert_refused(o, "no-sni", NULL, "exclude each other");
    assert_int_equal(tlswhy_set_target(o, "[::1]:443"), 0);
    assert_refused(o, "4", NULL, "other family");
    assert_taken(o, "6", NULL);
    assert_taken(o, "proxy", "http://proxy.example:3128");
    assert_refused(o, "connect-to", "backend.example", "through a proxy");
    assert_taken(o, "connect-to", "[::2]:8443");
}

static void other_values(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "starttls", "xmpp-server");
    assert_int_equal(o->request.starttls, STARTTLS_XMPP_SERVER);
    assert_refused(o, "starttls", "", "smtp, lmtp");
    assert_refused(o, "starttls", "gopher", "smtp, lmtp");
    assert_taken(o, "client", "modern");
    assert_refused(o, "client", "netscape", "tlswhy profiles");
    assert_taken(o, "resolver", "127.0.0.1");
    assert_taken(o, "resolver", "[::1]:5353");
    assert_refused(o, "resolver", "dns.example", "not an address");
    assert_refused(o, "resolver", "127.0.0.1:0", "not an address");
    assert_refused(o, "proxy", "gopher://p", "--proxy: ");
    assert_taken(o, "proxy", "socks5h://u:secret@p:1");
    assert_int_equal(o->request.proxy.kind, PROXY_SOCKS5);
    assert_taken(o, "proxy", "");
    assert_int_equal(o->request.proxy.kind, PROXY_NONE);
    assert_taken(o, "offline", NULL);
    assert_true(o->request.offline);
    assert_int_equal(o->request.n_bent, 0); /* none of these makes another client */
}

static void sni_bends(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "servername", "Other.Example.");
    assert_string_equal(o->request.servername, "other.example");
    assert_string_equal(o->request.bent[0], "--servername Other.Example.");
    assert_taken(o, "servername", "127.0.0.1");
    assert_string_equal(o->request.servername, "127.0.0.1");
    assert_taken(o, "servername", "[::1]");
    assert_string_equal(o->request.servername, "::1");
    assert_refused(o, "servername", "", "--no-sni");
    assert_refused(o, "servername", "a:443", "no host name");
}

/* What a diagnosis gets outlives the options, and has all defaults. */
static void settled(void **state) {
    struct tlswhy_options *o = *state;
    struct arena a;
    arena_init(&a);
    assert_int_equal(tlswhy_set_target(o, "B\303\274cher.example"), 0);
    assert_taken(o, "cacert", "a.pem");
    assert_taken(o, "alpn", "h2");
    const struct request *r = request_settle(&a, &o->request);
    assert_int_equal(r->port, 443);
    assert_int_equal(r->timeout_ns, 10000000000);
    assert_int_equal(r->max_time_ns, 30000000000);
    assert_int_equal(r->max_connections, 64);
    assert_taken(o, "starttls", "imap");
    assert_taken(o, "timeout", "2");
    const struct request *other = request_settle(&a, &o->request);
    assert_int_equal(other->port, 143);
    assert_int_equal(other->max_time_ns, 6000000000);
    assert_taken(o, "max-time", "1");
    assert_int_equal(request_settle(&a, &o->request)->max_time_ns, 1000000000);
    tlswhy_options_free(o);
    *state = NULL;
    assert_string_equal(r->host, "xn--bcher-kva.example");
    assert_string_equal(r->host_shown, "B\303\274cher.example");
    assert_string_equal(r->cacert[0], "a.pem");
    assert_string_equal(r->bent[0], "--alpn h2");
    arena_done(&a);
}

static void no_target(void **state) {
    struct tlswhy_report *r = tlswhy_diagnose(*state, NULL, NULL);
    const char *message;
    assert_int_equal(tlswhy_report_verdict(r), TLSWHY_TROUBLE);
    assert_int_equal(tlswhy_report_exit_status(r), 2);
    assert_string_equal(tlswhy_report_error(r), "no host was given");
    assert_int_equal(tlswhy_report_causes(r), 0);
    assert_null(tlswhy_report_json(r));
    assert_int_equal(tlswhy_report_write_fix(r, "/nonexistent/fix", &message), 0);
    tlswhy_report_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        OPTIONS_TEST(unknown_and_missing),
        OPTIONS_TEST(known_names),
        OPTIONS_TEST(versions),
        OPTIONS_TEST(ciphers),
        OPTIONS_TEST(lists_have_room),
        OPTIONS_TEST(groups_and_sigalgs),
        OPTIONS_TEST(alpn),
        OPTIONS_TEST(times),
        OPTIONS_TEST(connections),
        OPTIONS_TEST(files_add_up),
        OPTIONS_TEST(mixes),
        OPTIONS_TEST(mixes_the_other_way),
        OPTIONS_TEST(other_values),
        OPTIONS_TEST(sni_bends),
        OPTIONS_TEST(settled),
        OPTIONS_TEST(no_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
