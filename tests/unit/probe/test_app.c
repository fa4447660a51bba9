/* The question over a finished handshake: HTTP/1.1 against scripted answers, HTTP/2 against libnghttp2's own
 * server, and dates. */
#include "probe/app.h"
#include "wire/http_date.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <nghttp2/nghttp2.h>

static const int64_t RFC_DATE = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 */

static void test_dates(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t date;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", RFC_DATE},
        {"Sunday, 06-Nov-94 08:49:37 GMT", RFC_DATE},
        {"Sun Nov  6 08:49:37 1994", RFC_DATE},
        {"Sun Nov 16 08:49:37 1994", RFC_DATE + 10 * 86400},
        {"Thu, 01 Jan 1970 00:00:01 GMT", 1},
        {"Thu, 29 Feb 2024 23:59:60 GMT", 1709251200},
        {"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
        {"Saturday, 01-Jan-00 00:00:00 GMT", 946684800},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Mon, 29 Feb 2100 00:00:00 GMT", 0},
        {"Thu, 00 Jan 1970 00:00:01 GMT", 0},
        {"Thu, 01 Foo 1970 00:00:01 GMT", 0},
        {"Sun, 06 Nov 1994 24:49:37 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37 CET", 0},
        {"Sun, 06 Nov 1994 08:49:37 GMT ", 0},
        {"Sun, 06 Nov 1994 08:49", 0},
        {"Sun, 6 Nov 1994 08:49:37 GMT", 0},
        {"784111777", 0},
        {"", 0},
    };
    for (size_t i = 0; i < TW_COUNT(cases); i++)
        if (http_date(bytes_str(cases[i].text)) != cases[i].date)
            fail_msg("\"%s\": %lld", cases[i].text, (long long)http_date(bytes_str(cases[i].text)));
}

struct http_case {
    const char *name, *in;
    bool over; /* before the peer closes */
    bool answered, complete;
    int status;
    int64_t date;
    const char *location, *server, *body;
};
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
static const struct http_case http_cases[] = {
    {"plain", "HTTP/1.1 200 OK\r\n" DATE "Server: nginx\r\n\r\n", true, true, true, 200, RFC_DATE, NULL,
     "nginx", NULL},
    {"redirect, bare line feeds, any case", "HTTP/1.0 302\nLOCATION:https://login.test/\x01 \ndate:x\n\n",
     true, true, true, 302, 0, "https://login.test/\\x01", NULL, NULL},
    {"first of a name counts", "HTTP/1.1 200 OK\r\nServer: a\r\nServer: b\r\n\r\n", true, true, true, 200, 0,
     NULL, "a", NULL},
    {"a body nevertheless", "HTTP/1.1 400 Bad Request\r\n\r\n<b>No required certificate\x02", true, true,
     true, 400, 0, NULL, NULL, "<b>No required certificate\\x02"},
    {"interim answers", "HTTP/1.1 103 Early\r\nServer: no\r\n\r\nHTTP/1.1 204 No\r\nServer: yes\r\n\r\n",
     true, true, true, 204, 0, NULL, "yes", NULL},
    {"half a header", "HTTP/1.1 200 OK\r\n" DATE "Ser", false, true, false, 200, RFC_DATE, NULL, NULL, NULL},
    {"half a status", "HTTP/1.1 20", false, false, false, 0, 0, NULL, NULL, NULL},
    {"fields without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n: x\r\n\r\n", true, true, true, 200, 0, NULL,
     NULL, NULL},
    {"SMTP", "220 mx ESMTP\r\n", true, false, false, 0, 0, NULL, NULL, "220 mx ESMTP\\x0d\\x0a"},
    {"no number", "HTTP/1.1 abc\r\n", true, false, false, 0, 0, NULL, NULL, "HTTP/1.1 abc\\x0d\\x0a"},
    {"HTTP/2 unasked", "HTTP/2.0 200", true, false, false, 0, 0, NULL, NULL, "HTTP/2.0 200"},
};

static void assert_text(const char *got, const char *want) {
    if (!want)
        assert_null(got);
    else
        assert_string_equal(got, want);
}

static void play(const struct http_case *c, size_t piece) {
    struct arena a;
    arena_init(&a);
    struct app *app = app_new(&a, "h.test", 443, false);
    assert_true(app_out(app).n > 0);
    assert_int_equal(app_out(app).n, 0);
    struct bytes in = bytes_str(c->in);
    bool over = false;
    /* Goes on after the end, as more records may. */
    for (; in.n > 0; in = bytes_cut(in, piece, in.n)) over = app_feed(app, bytes_cut(in, 0, piece));
    struct app_answer got;
    app_result(app, &got);
    if (got.status != c->status || over != c->over)
        fail_msg("%s: status %d, over %d", c->name, got.status, over);
    assert_true(got.asked && !got.http2 && !got.speaks_first);
    assert_int_equal(got.answered, c->answered);
    assert_int_equal(got.complete, c->complete);
    assert_int_equal(got.date, c->date);
    assert_text(got.location, c->location);
    assert_text(got.server, c->server);
    assert_text(got.body_hint, c->body);
    app_free(app);
    arena_done(&a);
}

static void test_http1(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(http_cases); i++)
        for (size_t piece = 1; piece < 50; piece += 7) play(&http_cases[i], piece);
}

static const char *request(struct arena *a, const char *host, uint16_t port) {
    return arena_str(a, app_out(app_new(a, host, port, false)));
}

static void test_request(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_string_equal(request(&a, "h.test", 443),
                        "HEAD / HTTP/1.1\r\nHost: h.test\r\nUser-Agent: tlswhy\r\n"
                        "Accept: */*\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(request(&a, "h.test", 8443), "\r\nHost: h.test:8443\r\n"));
    assert_non_null(strstr(request(&a, "2001:db8::1", 443), "\r\nHost: [2001:db8::1]\r\n"));
    const char *plain = arena_str(&a, app_out(app_new_plain(&a, "h.test", 80)));
    assert_ptr_equal(strstr(plain, "GET / HTTP/1.1\r\nHost: h.test\r\n"), plain);
    assert_non_null(
        strstr(arena_str(&a, app_out(app_new_plain(&a, "h.test", 443))), "\r\nHost: h.test:443\r\n"));
    /* A name that no header can carry asks nothing. */
    struct app *app = app_new(&a, "h\r\nX: y", 443, false);
    assert_int_equal(app_out(app).n, 0);
    assert_true(app_feed(app, (struct bytes){0}));
    struct app_answer got;
    app_result(app, &got);
    assert_false(got.asked);
    arena_done(&a);
}

static void test_speaks_first(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    struct app *app = app_new(&a, "h.test", 443, false);
    app_feed(app, bytes_str("220 mx ready\r\n"));
    struct app_answer got;
    app_result(app, &got);
    assert_true(got.speaks_first && !got.asked);
    assert_true(bytes_eq(got.first, bytes_str("220 mx ready\r\n")));
    app_free(NULL);
    arena_done(&a);
}

/* Floods end by themselves, within a bound of memory. */
static void test_floods(void **state) {
    (void)state;
    static const struct {
        bool http2;
        const char *head, *flood;
    } floods[] = {
        {false, "HTTP/1.1 200 OK\r\n", "X: y\r\n"},  {false, "HTTP/1.1 200 OK\r\nX: ", "yyyyyyyy"},
        {false, "", "HTTP/1.1 100 Go on\r\n\r\n"},   {true, "", "\x05\x05\x05\x05"},
        {true, "HTTP/1.1 400 Bad Request\r\n", "x"},
    };
    for (size_t i = 0; i < TW_COUNT(floods); i++) {
        struct arena a;
        arena_init(&a);
        struct app *app = app_new(&a, "h.test", 443, floods[i].http2);
        while (app_out(app).n > 0) {
        }
        bool over = app_feed(app, bytes_str(floods[i].head));
        for (size_t k = 0; !over; k++) {
            assert_true(k < 1 << 19);
            over = app_feed(app, bytes_str(floods[i].flood));
        }
        struct app_answer got;
        app_result(app, &got);
        assert_false(got.complete);
        assert_true(a.used < 1 << 20);
        app_free(app);
        arena_done(&a);
    }
}

/* A server of libnghttp2's: what it does with our one request is up to the test. */
struct h2_server {
    nghttp2_session *session;
    const nghttp2_nv *nv;
    size_t n_nv;
    bool early;     /* an interim answer first */
    uint32_t reset; /* error code to reset the stream with */
    uint32_t goaway;
    bool got_head;
    char authority[64];
};

static int server_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name, size_t n_name,
                         const uint8_t *value, size_t n_value, uint8_t flags, void *arg) {
    (void)s;
    (void)f;
    (void)flags;
    struct h2_server *server = arg;
    if (bytes_eq(bytes_of(name, n_name), bytes_str(":authority")) && n_value < sizeof server->authority)
        memcpy(server->authority, value, n_value);
    if (bytes_eq(bytes_of(name, n_name), bytes_str(":method")))
        server->got_head = bytes_eq(bytes_of(value, n_value), bytes_str("HEAD"));
    return 0;
}

static nghttp2_nv nv(const char *name, const char *value) {
    union {
        const char *in;
        uint8_t *out;
    } n = {name}, v = {value};
    return (nghttp2_nv){n.out, v.out, strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static int server_frame(nghttp2_session *s, const nghttp2_frame *f, void *arg) {
    struct h2_server *server = arg;
    if (f->hd.type != NGHTTP2_HEADERS) return 0;
    if (server->early) {
        nghttp2_nv early[] = {nv(":status", "103"), nv("server", "no")};
        nghttp2_submit_headers(s, NGHTTP2_FLAG_NONE, f->hd.stream_id, NULL, early, TW_COUNT(early), NULL);
    }
    if (server->reset) nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, f->hd.stream_id, server->reset);
    if (server->goaway) nghttp2_submit_goaway(s, NGHTTP2_FLAG_NONE, 0, server->goaway, NULL, 0);
    if (server->n_nv) nghttp2_submit_response(s, f->hd.stream_id, server->nv, server->n_nv, NULL);
    return 0;
}

/* The whole talk; app is fed in pieces. */
static bool talk(struct app *app, struct h2_server *server, size_t piece) {
    nghttp2_session_callbacks *callbacks;
    assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, server_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, server_frame);
    assert_int_equal(nghttp2_session_server_new(&server->session, callbacks, server), 0);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(server->session, NGHTTP2_FLAG_NONE, NULL, 0);
    bool over = false;
    for (int round = 0; round < 4; round++) {
        for (struct bytes out = app_out(app); out.n > 0; out = app_out(app))
            assert_int_equal(nghttp2_session_mem_recv(server->session, out.p, out.n), out.n);
        const uint8_t *p;
        for (ssize_t n; (n = nghttp2_session_mem_send(server->session, &p)) > 0;)
            for (struct bytes in = {p, (size_t)n}; in.n > 0; in = bytes_cut(in, piece, in.n))
                over = app_feed(app, bytes_cut(in, 0, piece)) || over;
    }
    nghttp2_session_del(server->session);
    return over;
}

static void test_http2(void **state) {
    (void)state;
    const nghttp2_nv answer[] = {nv(":status", "302"), nv("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                                 nv("location", "/login"), nv("server", "h2o")};
    for (size_t piece = 1; piece < 100; piece += 9) {
        struct arena a;
        arena_init(&a);
        struct app *app = app_new(&a, "h.test", 8443, true);
        struct h2_server server = {.nv = answer, .n_nv = TW_COUNT(answer), .early = true};
        assert_true(talk(app, &server, piece));
        assert_true(server.got_head);
        assert_string_equal(server.authority, "h.test:8443");
        struct app_answer got;
        app_result(app, &got);
        assert_true(got.http2 && got.asked && got.answered && got.complete && !got.speaks_first);
        assert_int_equal(got.status, 302);
        assert_int_equal(got.date, RFC_DATE);
        assert_string_equal(got.location, "/login");
        assert_string_equal(got.server, "h2o");
        assert_null(got.body_hint);
        app_free(app);
        arena_done(&a);
    }
}

static void test_http2_refused(void **state) {
    (void)state;
    struct h2_server servers[] = {{.reset = NGHTTP2_HTTP_1_1_REQUIRED},
                                  {.goaway = NGHTTP2_HTTP_1_1_REQUIRED}};
    for (size_t i = 0; i < TW_COUNT(servers); i++) {
        struct arena a;
        arena_init(&a);
        struct app *app = app_new(&a, "h.test", 443, true);
        assert_true(talk(app, &servers[i], 1000));
        struct app_answer got;
        app_result(app, &got);
        assert_true(got.asked && !got.answered && !got.complete);
        assert_int_equal(got.h2_error, NGHTTP2_HTTP_1_1_REQUIRED);
        app_free(app);
        arena_done(&a);
    }
}

/* Bytes on the wire that no library would send: a body after HEAD (RFC 9110 9.3.2 forbids it). */
static void test_http2_body(void **state) {
    (void)state;
    static const char wire[] = "\0\0\0\4\0\0\0\0\0"      /* SETTINGS */
                               "\0\0\1\1\4\0\0\0\1\x88"  /* HEADERS: :status 200 of the static table */
                               "\0\0\4\0\1\0\0\0\1oops"; /* DATA */
    struct arena a;
    arena_init(&a);
    struct app *app = app_new(&a, "h.test", 443, true);
    while (app_out(app).n > 0) {
    }
    assert_true(app_feed(app, bytes_of(wire, sizeof wire - 1)));
    struct app_answer got;
    app_result(app, &got);
    assert_true(got.complete);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body_hint, "oops");
    app_free(app);

    app = app_new(&a, "h.test", 443, true);
    while (app_out(app).n > 0) {
    }
    assert_true(app_feed(app, bytes_str("HTTP/1.1 400 Bad Request\r\n\r\n")));
    app_result(app, &got);
    assert_false(got.answered);
    assert_non_null(strstr(got.body_hint, "HTTP/1.1 400"));
    app_free(app);
    arena_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),         cmocka_unit_test(test_http1),
        cmocka_unit_test(test_request),       cmocka_unit_test(test_speaks_first),
        cmocka_unit_test(test_floods),        cmocka_unit_test(test_http2),
        cmocka_unit_test(test_http2_refused), cmocka_unit_test(test_http2_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
