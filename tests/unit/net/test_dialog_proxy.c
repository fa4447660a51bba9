/* Proxies: the two dialects against scripted ones, and how their addresses are read. */
#include "dialog_feed.h"

struct proxy_talk {
    const char *name, *url, *host;
    struct bytes begin;
    struct turn turn[MAX_TURNS];
    enum dialog_end end;
    const char *line;
    size_t left;
};
#define CONNECT "CONNECT h.test:443 HTTP/1.1\r\nHost: h.test:443\r\n"
/* clang-format off */
static const struct proxy_talk proxy_talks[] = {
    {"through", "http://p:3128", "h.test", B(CONNECT "User-Agent: tlswhy\r\n\r\n"),
      {{B("HTTP/1.1 200 Connection established\r\nVia: x\r\nContent-Length: 9\r\n\r\n\x16\x03"), B("")}},
      DIALOG_NONE, NULL, 2},
    {"interim answer, v6", "p", "2001:db8::1",
      B("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\nUser-Agent: tlswhy\r\n\r\n"),
      {{B("HTTP/1.1 100 Continue\r\n\r\n"), B("")}, {B("HTTP/1.0 200 OK\n\n"), B("")}}, DIALOG_NONE, NULL, 0},
    {"with a password", "http://Aladdin:open%20sesame@p", "h.test", B(CONNECT
      "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\nUser-Agent: tlswhy\r\n\r\n"),
      {{B("HTTP/1.1 407 Proxy Authentication Required\r\n"), B("")}}, DIALOG_PROXY_AUTH, "407", 0},
    {"forbidden", "http://p", "h.test", B(CONNECT "User-Agent: tlswhy\r\n\r\n"),
      {{B("HTTP/1.1 403 Forbidden\r\n"), B("")}}, DIALOG_PROXY_REFUSED, "403 Forbidden", 0},
    {"nonsense in the status", "http://p", "h.test", B(CONNECT "User-Agent: tlswhy\r\n\r\n"),
      {{B("HTTP/1.1 2x0\r\n"), B("")}}, DIALOG_PROXY_REFUSED, "2x0", 0},
    {"no proxy", "http://p", "h.test", B(CONNECT "User-Agent: tlswhy\r\n\r\n"), {{B("SSH-2.0-x\r\n"), B("")}},
      DIALOG_NOT_SPOKEN, "", 0},
    {"SOCKS, name", "socks5://p", "h.test", B("\5\1\0"), {{B("\5\0"), B("\5\1\0\3\6h.test\1\xbb")},
      {B("\5\0\0\1\x7f\0\0\1\1\2\x16"), B("")}}, DIALOG_NONE, NULL, 1},
    {"SOCKS, IPv4", "socks5h://p", "127.0.0.1", B("\5\1\0"), {{B("\5\0"), B("\5\1\0\1\x7f\0\0\1\1\xbb")},
      {B("\5\0\0\3\2ab\1\2"), B("")}}, DIALOG_NONE, NULL, 0},
    {"SOCKS, IPv6, password", "socks5://u:pw@p", "::1", B("\5\2\0\2"), {{B("\5\2"), B("\1\1u\2pw")},
      {B("\1\0"), B("\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\1\xbb")}, {B("\5\0\0\4" "0123456789abcdef"
      "\0\0"), B("")}}, DIALOG_NONE, NULL, 0},
    {"SOCKS, wrong password", "socks5://u:pw@p", "h.test", B("\5\2\0\2"), {{B("\5\2"), B("\1\1u\2pw")},
      {B("\1\1"), B("")}}, DIALOG_PROXY_AUTH, "password refused", 0},
    {"SOCKS, password wanted", "socks5://p", "h.test", B("\5\1\0"), {{B("\5\xff"), B("")}}, DIALOG_PROXY_AUTH,
      "authentication", 0},
    {"SOCKS, refused", "socks5://p", "h.test", B("\5\1\0"), {{B("\5\0"), B("\5\1\0\3\6h.test\1\xbb")},
      {B("\5\5\0\0"), B("")}}, DIALOG_PROXY_REFUSED, "connection refused", 0},
    {"SOCKS, success without an address", "socks5://p", "h.test", B("\5\1\0"), {{B("\5\0"),
      B("\5\1\0\3\6h.test\1\xbb")}, {B("\5\0\0\0"), B("")}}, DIALOG_NOT_SPOKEN, "", 0},
    {"SOCKS, an HTTP proxy", "socks5://p", "h.test", B("\5\1\0"), {{B("HTTP/1.1 400 x\r\n"), B("")}},
      DIALOG_NOT_SPOKEN, "", 0},
};
/* clang-format on */

static void play_proxy(const struct proxy_talk *t, size_t piece) {
    struct arena a;
    arena_init(&a);
    struct proxy p;
    const char *err = NULL;
    assert_true(proxy_parse(t->url, &p, &err));
    struct dialog *d = dialog_proxy(&a, &p, t->host, 443);
    uint8_t room[DIALOG_MAX_OUT];
    struct wr said = wr_init(room, sizeof room);
    assert_int_equal(dialog_begin(d, &said), DIALOG_GOES_ON);
    assert_said(wr_bytes(&said), t->begin, t->name);
    enum dialog_status status = DIALOG_GOES_ON;
    size_t left = 0;
    for (size_t i = 0; i < MAX_TURNS && t->turn[i].server.n > 0 && status == DIALOG_GOES_ON; i++) {
        said.n = 0;
        status = feed(d, t->turn[i].server, piece, &said, &left);
        assert_said(wr_bytes(&said), t->turn[i].client, t->name);
    }
    if (dialog_why(d) != t->end) fail_msg("%s: end %d (%s)", t->name, (int)dialog_why(d), dialog_line(d));
    assert_int_equal(status, t->end == DIALOG_NONE ? DIALOG_READY : DIALOG_FAILED);
    if (t->end == DIALOG_NONE)
        assert_int_equal(left, t->left);
    else
        assert_non_null(strstr(dialog_line(d), t->line));
    arena_done(&a);
}

static void test_proxies(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(proxy_talks); i++)
        for (size_t piece = 1; piece < 20; piece++) play_proxy(&proxy_talks[i], piece);
}

static void test_proxy_hosts(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    uint8_t room[DIALOG_MAX_OUT];
    struct wr out = wr_init(room, sizeof room);
    struct proxy p = {.kind = PROXY_HTTP};
    struct dialog *d = dialog_proxy(&a, &p, "h\r\nEvil: yes", 443);
    assert_int_equal(dialog_begin(d, &out), DIALOG_FAILED);
    assert_int_equal(out.n, 0);
    p.kind = PROXY_SOCKS5;
    char longest[300] = {0};
    memset(longest, 'a', 255);
    assert_int_equal(dialog_begin(dialog_proxy(&a, &p, longest, 443), &out), DIALOG_GOES_ON);
    longest[255] = 'a';
    assert_int_equal(dialog_begin(dialog_proxy(&a, &p, longest, 443), &out), DIALOG_FAILED);
    /* The longest of everything still fits into what we promise to say. */
    longest[255] = 0;
    memset(p.user, 'u', 255);
    memset(p.password, 'p', 255);
    p.kind = PROXY_HTTP;
    out.n = 0;
    assert_int_equal(dialog_begin(dialog_proxy(&a, &p, longest, 65535), &out), DIALOG_GOES_ON);
    assert_false(out.overflow);
    arena_done(&a);
}

static void test_proxy_parse(void **state) {
    (void)state;
    static const struct {
        const char *url;
        enum proxy_kind kind; /* NONE: refused */
        const char *host;
        uint16_t port;
        const char *user, *password;
    } cases[] = {
        {"proxy.test", PROXY_HTTP, "proxy.test", 1080, "", ""},
        {"proxy.test:3128", PROXY_HTTP, "proxy.test", 3128, "", ""},
        {"HTTP://proxy.test:8080/", PROXY_HTTP, "proxy.test", 8080, "", ""},
        {"http://u%40x:p@ss@proxy.test:8080", PROXY_HTTP, "proxy.test", 8080, "u@x", "p@ss"},
        {"socks5://[::1]:9050", PROXY_SOCKS5, "::1", 9050, "", ""},
        {"socks5h://[fe80::1%25eth0]", PROXY_SOCKS5, "fe80::1%eth0", 1080, "", ""},
        {"http://user@10.0.0.1:65535", PROXY_HTTP, "10.0.0.1", 65535, "user", ""},
        {"", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://:80", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://p:0", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://p:65536", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://p:8o", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://p:", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://[::1", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://[::1]8", PROXY_NONE, NULL, 0, NULL, NULL},
        {"http://a%00b", PROXY_NONE, NULL, 0, NULL, NULL},
        {"https://p", PROXY_HTTPS, "p", 443, "", ""},
        {"https://p:3128", PROXY_HTTPS, "p", 3128, "", ""},
        {"socks4://p", PROXY_NONE, NULL, 0, NULL, NULL},
        {"ftp://p", PROXY_NONE, NULL, 0, NULL, NULL},
    };
    for (size_t i = 0; i < TW_COUNT(cases); i++) {
        struct proxy p;
        const char *err = NULL;
        bool ok = proxy_parse(cases[i].url, &p, &err);
        if (ok != (cases[i].kind != PROXY_NONE)) fail_msg("%s: %s", cases[i].url, err ? err : "accepted");
        if (!ok) {
            assert_non_null(err);
            continue;
        }
        assert_int_equal(p.kind, cases[i].kind);
        assert_string_equal(p.host, cases[i].host);
        assert_int_equal(p.port, cases[i].port);
        assert_string_equal(p.user, cases[i].user);
        assert_string_equal(p.password, cases[i].password);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proxies),
        cmocka_unit_test(test_proxy_hosts),
        cmocka_unit_test(test_proxy_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
