#include "loopback.h"

#include "base/rd.h"
#include "base/wr.h"

#include <pthread.h>

struct seen {
    struct net *net;
    unsigned calls;
    struct resolved r;
};

static void on_done(void *arg, const struct resolved *r) {
    struct seen *s = arg;
    s->calls++;
    s->r = *r;
    net_wake(s->net);
}

static struct resolved resolve(const char *host, int family, const char *resolver, int64_t limit_ns) {
    struct seen s = {.net = net_new()};
    net_resolve(s.net, host, 443, family, resolver, net_now(s.net) + limit_ns, on_done, &s);
    assert_int_equal(s.calls, 0); /* only from the loop */
    net_step(s.net, INT64_MAX);
    assert_int_equal(s.calls, 1);
    net_free(s.net);
    return s.r;
}

static void assert_addr(const struct net_addr *addr, const char *text) {
    struct arena a;
    arena_init(&a);
    assert_string_equal(net_addr_text(&a, addr), text);
    assert_int_equal(net_addr_port(addr), 443);
    arena_done(&a);
}

static void numbers_need_nobody(void **state) {
    (void)state;
    struct resolved r = resolve("192.0.2.7", AF_UNSPEC, NULL, 1);
    assert_int_equal(r.status, RESOLVE_OK);
    assert_int_equal(r.n, 1);
    assert_addr(&r.addr[0], "192.0.2.7");
    r = resolve("[2001:db8::7]", AF_INET6, "no resolver", 1);
    assert_int_equal(r.status, RESOLVE_OK);
    assert_addr(&r.addr[0], "2001:db8::7");
    r = resolve("192.0.2.7", AF_INET6, NULL, 1);
    assert_int_equal(r.status, RESOLVE_NO_ADDRESS);
}

static void names_that_dns_cannot_hold(void **state) {
    (void)state;
    static const char label64[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test";
    char longname[300];
    memset(longname, 'a', sizeof(longname));
    for (size_t i = 50; i < sizeof(longname); i += 50) longname[i] = '.';
    longname[256] = 0;
    const char *const bad[] = {"", ".", "a..b", ".a", "a b", "m\xc3\xbcller.test", label64, longname};
    for (size_t i = 0; i < TW_COUNT(bad); i++) {
        struct resolved r = resolve(bad[i], AF_UNSPEC, NULL, 1000LL * MS);
        assert_int_equal(r.status, RESOLVE_BAD_NAME);
        assert_non_null(r.detail);
    }
}

static void the_system_knows_localhost(void **state) {
    (void)state;
    struct resolved r = resolve("localhost", AF_INET, NULL, 5000LL * MS);
    assert_int_equal(r.status, RESOLVE_OK);
    assert_int_equal(r.n, 1);
    assert_addr(&r.addr[0], "127.0.0.1");
}

static void a_question_under_way_does_not_hold_anybody(void **state) {
    (void)state;
    struct seen s = {.net = net_new()};
    net_resolve(s.net, "localhost", 1, AF_UNSPEC, NULL, INT64_MAX - 1, on_done, &s);
    net_resolve(s.net, "localhost", 1, AF_UNSPEC, "127.0.0.1:9", INT64_MAX - 1, on_done, &s);
    net_resolve(s.net, "127.0.0.1", 1, AF_UNSPEC, NULL, INT64_MAX - 1, on_done, &s);
    net_free(s.net);
    assert_int_equal(s.calls, 0);
}

/* A name server that knows four names. */
struct dns {
    int fd;
    char where[32];
    pthread_t thread;
};

enum { TYPE_A = 1, TYPE_AAAA = 28, RCODE_NXDOMAIN = 3 };

static void answer(struct wr *w, bool yes, uint16_t type) {
    static const uint8_t v4[] = {192, 0, 2, 9}, v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 9};
    if (!yes) return;
    wr_u16(w, 0xC00C);
    wr_u16(w, type);
    wr_u16(w, 1);
    wr_u32(w, 60);
    wr_vec(w, 2, type == TYPE_A ? bytes_of(v4, sizeof(v4)) : bytes_of(v6, sizeof(v6)));
}

static void serve_one(int fd, struct bytes query, const struct sockaddr *from, socklen_t from_n) {
    struct rd r;
    rd_init(&r, query);
    uint16_t id = rd_u16(&r, "id");
    rd_take(&r, 10, "header");
    const uint8_t *question = r.cur;
    struct bytes first = rd_vec(&r, 1, "label");
    rd_vec(&r, 1, "label"); /* "test" */
    rd_u8(&r, "root");
    uint16_t type = rd_u16(&r, "type");
    rd_u16(&r, "class");
    if (!rd_ok(&r) || bytes_eq(first, bytes_str("silent"))) return;
    bool both = bytes_eq(first, bytes_str("both")), no_v6 = bytes_eq(first, bytes_str("four"));
    bool nx = bytes_eq(first, bytes_str("nx"));
    bool yes = both || (no_v6 && type == TYPE_A);
    uint8_t room[512];
    struct wr w = wr_init(room, sizeof(room));
    wr_u16(&w, id);
    wr_u16(&w, nx ? 0x8180 | RCODE_NXDOMAIN : 0x8180);
    wr_u16(&w, 1);
    wr_u16(&w, yes);
    wr_u32(&w, 0);
    wr_put(&w, bytes_of(question, (size_t)(r.cur - question)));
    answer(&w, yes, type);
    sendto(fd, room, w.n, 0, from, from_n);
}

static void *serve(void *arg) {
    const struct dns *d = arg;
    uint8_t in[512];
    for (;;) {
        struct sockaddr_in from;
        socklen_t from_n = sizeof(from);
        ssize_t k = recvfrom(d->fd, in, sizeof(in), 0, (struct sockaddr *)&from, &from_n);
        if (k <= 1) return NULL;
        serve_one(d->fd, bytes_of(in, (size_t)k), (struct sockaddr *)&from, from_n);
    }
}

static int start_dns(void **state) {
    static struct dns d;
    struct net_addr at;
    d.fd = bound(SOCK_DGRAM, &at);
    struct wr w = wr_init((uint8_t *)d.where, sizeof(d.where) - 1);
    struct arena a;
    arena_init(&a);
    wr_str(&w, text_f(&a, "127.0.0.1:%u", net_addr_port(&at)));
    arena_done(&a);
    d.where[w.n] = 0;
    *state = &d;
    return pthread_create(&d.thread, NULL, serve, &d);
}

static int stop_dns(void **state) {
    struct dns *d = *state;
    struct net_addr at = {.len = sizeof(at.sa)};
    getsockname(d->fd, &at.sa.any, &at.len);
    sendto(d->fd, "", 1, 0, &at.sa.any, at.len);
    pthread_join(d->thread, NULL);
    close(d->fd);
    return 0;
}

static void another_resolver_is_asked(void **state) {
    const struct dns *d = *state;
    struct resolved r = resolve("both.test", AF_UNSPEC, d->where, 5000LL * MS);
    assert_int_equal(r.status, RESOLVE_OK);
    assert_int_equal(r.n, 2);
    r = resolve("both.test", AF_INET6, d->where, 5000LL * MS);
    assert_int_equal(r.n, 1);
    assert_addr(&r.addr[0], "2001:db8::9");
    r = resolve("four.test.", AF_UNSPEC, d->where, 5000LL * MS);
    assert_int_equal(r.status, RESOLVE_OK);
    assert_int_equal(r.n, 1);
    assert_addr(&r.addr[0], "192.0.2.9");
}

static void no_name_no_address_and_no_answer_differ(void **state) {
    const struct dns *d = *state;
    assert_int_equal(resolve("nx.test", AF_UNSPEC, d->where, 5000LL * MS).status, RESOLVE_NO_NAME);
    assert_int_equal(resolve("nodata.test", AF_UNSPEC, d->where, 5000LL * MS).status, RESOLVE_NO_ADDRESS);
    assert_int_equal(resolve("four.test", AF_INET6, d->where, 5000LL * MS).status, RESOLVE_NO_ADDRESS);
    struct resolved r = resolve("silent.test", AF_UNSPEC, d->where, 100LL * MS);
    assert_int_equal(r.status, RESOLVE_NO_ANSWER);
    assert_non_null(r.detail);
    assert_int_equal(resolve("a.test", AF_UNSPEC, "nonsense", 100LL * MS).status, RESOLVE_NO_ANSWER);
    struct net_addr closed;
    close(bound(SOCK_DGRAM, &closed));
    struct arena a;
    arena_init(&a);
    const char *where = text_f(&a, "127.0.0.1:%u", net_addr_port(&closed));
    assert_int_equal(resolve("both.test", AF_INET, where, 5000LL * MS).status, RESOLVE_NO_ANSWER);
    arena_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_need_nobody),
        cmocka_unit_test(names_that_dns_cannot_hold),
        cmocka_unit_test(the_system_knows_localhost),
        cmocka_unit_test(a_question_under_way_does_not_hold_anybody),
        cmocka_unit_test_setup_teardown(another_resolver_is_asked, start_dns, stop_dns),
        cmocka_unit_test_setup_teardown(no_name_no_address_and_no_answer_differ, start_dns, stop_dns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
