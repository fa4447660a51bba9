#include "loopback.h"

#include "net/fetch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* An HTTP server that answers by path, also as a proxy. */
struct server {
    int fd;
    uint16_t port;
    pthread_t thread;
};

static const struct {
    const char *request; /* the line's beginning; the first that fits */
    const char *answer;
} script[] = {
    {"GET /ok ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
    {"GET /to-ok ", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
    {"GET /loop ", "HTTP/1.1 301 Moved\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
    {"GET /to-https ", "HTTP/1.1 302 Found\r\nLocation: https://example.test/\r\nContent-Length: 0\r\n\r\n"},
    {"GET /to-file ", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"},
    {"GET /large ", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789abcdef0123456789abcdef"},
    {"GET /short ", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"},
    {"GET /garbage ", "SSH-2.0-OpenSSH_9.2\r\n"},
    {"POST /echo ", NULL}, /* what was posted, and as what */
    {"POST /to-echo ", "HTTP/1.1 307 Temporary Redirect\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n"},
    {"POST /to-ok ", "HTTP/1.1 303 See Other\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
    {"GET http://ca.test/x ", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied"},
    {"GET http://ca.test/to-private ",
     "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"},
    {"GET ", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
};

static void echo(int fd, const char *in) {
    char out[512];
    const char *type = strstr(in, "Content-Type: "), *body = strstr(in, "\r\n\r\n") + 4;
    assert_true(type != NULL && strstr(in, "Expect:") == NULL);
    int n = snprintf(out, sizeof(out), "%.*s|%s", (int)strcspn(type + 14, "\r"), type + 14, body);
    dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", n, out);
}

/* The head, and the body whose length it tells. */
static bool is_whole(const char *in) {
    const char *end = strstr(in, "\r\n\r\n"), *length = strstr(in, "Content-Length: ");
    return end && (!length || strlen(end + 4) >= strtoul(length + 16, NULL, 10));
}

/* False: the test is over. */
static bool serve_one(int fd) {
    char in[2048] = "";
    size_t n = 0;
    while (n < sizeof(in) - 1 && !is_whole(in)) {
        ssize_t k = read(fd, in + n, sizeof(in) - 1 - n);
        if (k <= 0) return true;
        n += (size_t)k;
    }
    if (bytes_start_with(bytes_str(in), "GET /stop ")) return false;
    if (bytes_start_with(bytes_str(in), "GET /silent ")) {
        usleep(300000);
        return true;
    }
    if (bytes_start_with(bytes_str(in), "GET /endless ")) {
        static const char line[] = "X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
        send(fd, "HTTP/1.1 200 OK\r\n", 17, MSG_NOSIGNAL);
        while (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) > 0) continue;
        return true;
    }
    for (size_t i = 0; i < TW_COUNT(script); i++) {
        if (!bytes_start_with(bytes_str(in), script[i].request)) continue;
        if (!script[i].answer) {
            echo(fd, in);
            return true;
        }
        send(fd, script[i].answer, strlen(script[i].answer), MSG_NOSIGNAL);
        return true;
    }
    return true;
}

static void *serve(void *arg) {
    const struct server *s = arg;
    for (bool more = true; more;) {
        int fd = accept_one(s->fd);
        more = serve_one(fd);
        close(fd);
    }
    return NULL;
}

static int start(void **state) {
    static struct server s;
    struct net_addr at;
    s.fd = listener(&at);
    s.port = net_addr_port(&at);
    *state = &s;
    return pthread_create(&s.thread, NULL, serve, &s);
}

static int stop(void **state) {
    const struct server *s = *state;
    struct net_addr at = loopback(s->port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, &at.sa.any, at.len), 0);
    assert_int_equal(write(fd, "GET /stop HTTP/1.1\r\n\r\n", 22), 22);
    pthread_join(s->thread, NULL);
    close(fd);
    close(s->fd);
    return 0;
}

struct seen {
    struct net *net;
    struct arena a;
    unsigned calls;
    struct fetch_answer got;
};

static void on_done(void *arg, const struct fetch_answer *answer) {
    struct seen *s = arg;
    s->calls++;
    s->got = *answer;
    s->got.body = arena_copy(&s->a, answer->body);
    if (answer->problem) s->got.problem = arena_strdup(&s->a, answer->problem);
    net_wake(s->net);
}

static const struct fetch_request common = {.allow_private = true, .max_bytes = 24};

/* Fetches http://127.0.0.1:PORT + path; `path` may be a whole URL. The text is in s->a. */
static struct seen fetch(const struct server *server, struct fetch_request r, const char *path) {
    struct seen s = {.net = net_new()};
    r.url = path[0] == '/' ? text_f(&s.a, "http://127.0.0.1:%u%s", server->port, path) : path;
    if (r.deadline_ns == 0) r.deadline_ns = 5000LL * MS;
    r.deadline_ns += net_now(s.net);
    net_fetch(s.net, &r, on_done, &s);
    assert_int_equal(s.calls, 0);
    while (!s.calls) net_step(s.net, INT64_MAX);
    net_step(s.net, net_now(s.net) + 5 * MS);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.got.ok, s.got.problem == NULL);
    net_free(s.net);
    return s;
}

static void assert_got(const struct server *server, const char *path, int status, const char *body) {
    struct seen s = fetch(server, common, path);
    assert_int_equal(s.got.ok, body != NULL);
    assert_int_equal(s.got.status, status);
    if (body) assert_true(bytes_eq(s.got.body, bytes_str(body)));
    arena_done(&s.a);
}

static void posts(void **state) {
    static const struct {
        const char *path, *answer;
    } rows[] = {{"/echo", "text/x|yes?"}, {"/to-echo", "text/x|yes?"}, {"/to-ok", "hello"}};
    struct fetch_request r = common;
    r.post = bytes_str("yes?");
    r.post_type = "text/x";
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct seen s = fetch(*state, r, rows[i].path);
        assert_true(s.got.ok && bytes_eq(s.got.body, bytes_str(rows[i].answer)));
        arena_done(&s.a);
    }
}

static void answers_and_redirects(void **state) {
    const struct server *s = *state;
    assert_got(s, "/ok", 200, "hello");
    assert_got(s, "/to-ok", 200, "hello");
    assert_got(s, "/loop", 301, NULL);
    assert_got(s, "/to-https", 302, NULL);
    assert_got(s, "/to-file", 302, NULL);
    assert_got(s, "/nothing", 404, NULL);
}

static void hostile_answers_end(void **state) {
    const struct server *s = *state;
    assert_got(s, "/large", 200, NULL);
    assert_got(s, "/short", 200, NULL);
    assert_got(s, "/garbage", 0, NULL);
    assert_got(s, "/endless", 200, NULL);
    struct fetch_request r = common;
    r.deadline_ns = 50 * MS;
    struct seen seen = fetch(s, r, "/silent");
    assert_false(seen.got.ok);
    arena_done(&seen.a);
}

static void urls_that_are_not_fetched(void **state) {
    const struct server *s = *state;
    static const char *const bad[] = {"https://127.0.0.1/",
                                      "file:///etc/passwd",
                                      "ldap://127.0.0.1/",
                                      "nonsense",
                                      "http://",
                                      "http://a..b/",
                                      ""};
    for (size_t i = 0; i < TW_COUNT(bad); i++) {
        struct seen seen = fetch(s, common, bad[i]);
        assert_false(seen.got.ok);
        assert_int_equal(seen.got.status, 0);
        arena_done(&seen.a);
    }
}

static void private_addresses_are_refused(void **state) {
    const struct server *s = *state;
    struct fetch_request r = common;
    r.allow_private = false;
    struct arena a;
    arena_init(&a);
    const char *const urls[] = {"/ok", text_f(&a, "http://localhost:%u/ok", s->port),
                                text_f(&a, "http://[::ffff:127.0.0.1]:%u/ok", s->port),
                                text_f(&a, "http://2130706433:%u/ok", s->port)};
    for (size_t i = 0; i < TW_COUNT(urls); i++) {
        struct seen seen = fetch(s, r, urls[i]);
        assert_false(seen.got.ok);
        assert_int_equal(seen.got.status, 0);
        arena_done(&seen.a);
    }
    arena_done(&a);
}

static void a_proxy_may_be_private_its_targets_not(void **state) {
    const struct server *s = *state;
    struct arena a;
    arena_init(&a);
    struct fetch_request r = common;
    r.allow_private = false;
    r.proxy = text_f(&a, "http://127.0.0.1:%u", s->port);
    struct seen seen = fetch(s, r, "http://ca.test/x");
    assert_true(bytes_eq(seen.got.body, bytes_str("proxied")));
    arena_done(&seen.a);
    seen = fetch(s, r, "http://ca.test/to-private");
    assert_false(seen.got.ok);
    assert_non_null(strstr(seen.got.problem, "private"));
    arena_done(&seen.a);
    arena_done(&a);
}

static void net_free_ends_fetches(void **state) {
    const struct server *s = *state;
    struct seen seen = {.net = net_new()};
    struct fetch_request r = common;
    r.url = text_f(&seen.a, "http://127.0.0.1:%u/silent", s->port);
    r.deadline_ns = net_now(seen.net) + 5000LL * MS;
    net_fetch(seen.net, &r, on_done, &seen);
    net_step(seen.net, net_now(seen.net) + 30 * MS);
    net_fetch(seen.net, &r, on_done, &seen); /* still resolving */
    net_free(seen.net);
    assert_int_equal(seen.calls, 0);
    arena_done(&seen.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_and_redirects, start, stop),
        cmocka_unit_test_setup_teardown(posts, start, stop),
        cmocka_unit_test_setup_teardown(hostile_answers_end, start, stop),
        cmocka_unit_test_setup_teardown(urls_that_are_not_fetched, start, stop),
        cmocka_unit_test_setup_teardown(private_addresses_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_proxy_may_be_private_its_targets_not, start, stop),
        cmocka_unit_test_setup_teardown(net_free_ends_fetches, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
