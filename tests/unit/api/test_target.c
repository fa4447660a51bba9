/* What people type and paste for an endpoint. */
#include "api_test.h"

/* clang-format off */
static const struct {
    const char *typed, *host, *shown;
    uint16_t port; /* 0: the default */
} good[] = {
    {"www.example.org", "www.example.org", "www.example.org", 0},
    {"www.example.org:8443", "www.example.org", "www.example.org", 8443},
    {"WWW.Example.ORG", "www.example.org", "WWW.Example.ORG", 0},
    {"example.org.", "example.org", "example.org.", 0},
    {"example.org.:1", "example.org", "example.org.", 1},
    {"localhost:65535", "localhost", "localhost", 65535},
    {"_dmarc.my_host.example", "_dmarc.my_host.example", "_dmarc.my_host.example", 0},
    {"127.0.0.1", "127.0.0.1", "127.0.0.1", 0},
    {"127.0.0.1:8443", "127.0.0.1", "127.0.0.1", 8443},
    {"::1", "::1", "::1", 0},
    {"2001:db8::1:443", "2001:db8::1:443", "2001:db8::1:443", 0},
    {"[::1]", "::1", "::1", 0},
    {"[::1]:8443", "::1", "::1", 8443},
    {"[fe80::1%1]:8443", "fe80::1%1", "fe80::1%1", 8443},
    {"::ffff:10.0.0.1", "::ffff:10.0.0.1", "::ffff:10.0.0.1", 0},
    {"xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example", 0},
    {"b\303\274cher.example:99", "xn--bcher-kva.example", "b\303\274cher.example", 99},
    {"B\303\234CHER.example", "xn--bcher-kva.example", "B\303\234CHER.example", 0},
    {"fa\303\237.de", "xn--fa-hia.de", "fa\303\237.de", 0}, /* not transitional: not fass.de */
    {"\346\227\245\346\234\254\343\200\202jp", "xn--wgv71a.jp", "\346\227\245\346\234\254\343\200\202jp", 0},
    {"https://example.org", "example.org", "example.org", 443},
    {"HTTPS://example.org:8443/path?q=1:2#x", "example.org", "example.org", 8443},
    {"https://[::1]:8443/", "::1", "::1", 8443},
    {"https://example.org?x", "example.org", "example.org", 443},
    {"imaps://mail.example.org", "mail.example.org", "mail.example.org", 993},
    {"example.org/", "example.org", "example.org", 0},
    {"1.example", "1.example", "1.example", 0},
    {"example.1a", "example.1a", "example.1a", 0},
};
static const struct {
    const char *typed, *words;
} bad[] = {
    {"", "empty"}, {":443", "empty"}, {"https://", "empty"}, {"https:///path", "empty"}, {"/etc/passwd", "no host"},
    {"a:0", "'0' is not a port"}, {"a:65536", "'65536'"}, {"a:https", "'https'"}, {"a:", "''"}, {"a:-1", "'-1'"},
    {"a:443x", "'443x'"}, {"a: 443", "' 443'"}, {"a:1:2", "HOST:PORT"}, {":::", "HOST:PORT"}, {"12345::", "HOST:PORT"},
    {"[::1", "IPv6"}, {"[::1]443", "IPv6"}, {"[::1]:", "''"}, {"[]", "IPv6"}, {"[127.0.0.1]", "IPv6"}, {"[a]:1", "IPv6"},
    {"[::1%nosuchif0]", "IPv6"}, {"[::1]:0", "'0'"}, {"::1]", "HOST:PORT"},
    {"127.1", "IPv4"}, {"256.0.0.1", "IPv4"}, {"1.2.3.4.5", "IPv4"}, {"0x7f000001", "IPv4"}, {"2130706433", "IPv4"},
    {"http://a", "http:// has no TLS"}, {"HTTP://a", "http://"}, {"smtp://a", "--starttls smtp"}, {"foo://a", "'foo'"},
    {"://a", "''"}, {"u@a", "user name"}, {"https://u:p@a/", "user name"}, {"certs/a.pem", "no host"}, {"a?b", "no host"},
    {"a b", "no host name"}, {"a\nb", "'a\\x0ab'"}, {"a..b", "no host name"}, {".", "no host name"}, {".a", "no host name"},
    {"a..", "no host name"}, {"*.example.org", "no host name"}, {"a,b", "no host name"}, {"\377\376", "no host name"},
    {"a\342\200\256b", "no host name"}, {"caf\303\251\303", "no host name"},
};
/* clang-format on */

static void taken(void **state) {
    struct tlswhy_options *o = *state;
    for (size_t i = 0; i < TW_COUNT(good); i++) {
        if (tlswhy_set_target(o, good[i].typed) != 0)
            fail_msg("%s: %s", good[i].typed, tlswhy_options_error(o));
        assert_string_equal(o->request.host, good[i].host);
        assert_string_equal(o->request.host_shown, good[i].shown);
        assert_int_equal(o->request.port, good[i].port);
    }
}

static void refused(void **state) {
    struct tlswhy_options *o = *state;
    for (size_t i = 0; i < TW_COUNT(bad); i++) {
        if (tlswhy_set_target(o, bad[i].typed) != -1)
            fail_msg("'%s' was taken as %s", bad[i].typed, o->request.host);
        if (!strstr(tlswhy_options_error(o), bad[i].words))
            fail_msg("'%s': '%s' does not say '%s'", bad[i].typed, tlswhy_options_error(o), bad[i].words);
        assert_null(strchr(tlswhy_options_error(o), '\n'));
        assert_null(o->request.host);
    }
}

static char *repeat(struct arena *a, const char *label, size_t n) {
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < n; i++) text_addf(&t, "%s%s", i ? "." : "", label);
    return t.s;
}

/* RFC 1035 2.3.4 */
static void lengths(void **state) {
    struct tlswhy_options *o = *state;
    char label[65];
    memset(label, 'a', sizeof label);
    label[63] = 0;
    char *whole = repeat(&o->a, "aaaaaaaaa.b", 21); /* 251 characters */
    assert_int_equal(tlswhy_set_target(o, label), 0);
    label[63] = 'a';
    label[64] = 0;
    assert_int_equal(tlswhy_set_target(o, label), -1);
    assert_int_equal(tlswhy_set_target(o, text_f(&o->a, "%s.c", whole)), 0);
    assert_int_equal(tlswhy_set_target(o, text_f(&o->a, "%s.c.", whole)), 0);
    assert_int_equal(tlswhy_set_target(o, text_f(&o->a, "%s.cc", whole)), -1);
}

static void connect_to(void **state) {
    struct tlswhy_options *o = *state;
    assert_taken(o, "connect-to", "127.0.0.1:8443");
    assert_string_equal(o->request.connect_addr, "127.0.0.1");
    assert_int_equal(o->request.connect_port, 8443);
    assert_taken(o, "connect-to", "::1");
    assert_string_equal(o->request.connect_addr, "::1");
    assert_int_equal(o->request.connect_port, 0);
    assert_taken(o, "connect-to", "Backend.example:1");
    assert_string_equal(o->request.connect_addr, "backend.example");
    assert_refused(o, "connect-to", "", "--connect-to: the host is empty");
    assert_refused(o, "connect-to", ":8443", "--connect-to: the host is empty");
    assert_refused(o, "connect-to", "a.example:443:127.0.0.1:8443", "--connect-to: "); /* curl's form */
    assert_refused(o, "connect-to", "https://a.example", "--connect-to: ");
    assert_refused(o, "connect-to", "127.0.0.1:0", "--connect-to: '0'");
}

/* The ids stand in the order that the header promises, each once. */
static void catalogue(void **state) {
    (void)state;
    const char *before = "", *id;
    size_t n = 0;
    for (; (id = tlswhy_catalogue_id(n)); n++) {
        assert_true(strcmp(before, id) < 0);
        assert_non_null(tlswhy_catalogue_title(id));
        char *text = tlswhy_catalogue_explain(id, NULL);
        assert_non_null(strstr(text, id));
        tlswhy_string_free(text);
        before = id;
    }
    assert_true(n > 0);
    assert_null(tlswhy_catalogue_title("no-such-cause"));
    assert_null(tlswhy_catalogue_explain("no-such-cause", NULL));
    assert_string_equal(tlswhy_profile_name(0), "modern");
    for (n = 0; tlswhy_profile_name(n); n++) {
        char *shown = tlswhy_profile_show(tlswhy_profile_name(n));
        assert_non_null(strstr(shown, tlswhy_profile_title(tlswhy_profile_name(n))));
        tlswhy_string_free(shown);
    }
    assert_true(n > 40);
    assert_null(tlswhy_profile_show("no-such-profile"));
    char *modern = tlswhy_profile_show("modern");
    assert_non_null(strstr(modern, tlswhy_profile_title("modern")));
    assert_non_null(strstr(modern, "X25519MLKEM768"));
    tlswhy_string_free(modern);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        OPTIONS_TEST(taken),      OPTIONS_TEST(refused),   OPTIONS_TEST(lengths),
        OPTIONS_TEST(connect_to), OPTIONS_TEST(catalogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
