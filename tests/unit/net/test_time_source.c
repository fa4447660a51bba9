/* Time sources on loopback: NTP servers that answer, lie about what was asked, refuse, and are not there; the
 * Date of HTTP servers. */
#include "loopback.h"

#include "net/time_source.h"

#include <stdio.h>

#define THEN INT64_C(1900000000)

struct told {
    struct net *net;
    struct time_told last;
    char problem[200];
    bool done;
};

static void on_told(void *arg, const struct time_told *told) {
    struct told *t = arg;
    assert_false(t->done);
    t->done = true;
    t->last = *told;
    if (told->problem) snprintf(t->problem, sizeof(t->problem), "%s", told->problem);
    t->last.problem = t->problem;
    net_wake(t->net);
}

static void ask(struct told *t, const char *url, int64_t within_ns) {
    struct time_question q = {
        .url = url, .nonce = "nonce!!", .pivot = THEN - 86400, .deadline_ns = within_ns};
    *t = (struct told){.net = net_new()};
    assert_non_null(t->net);
    time_source_ask(t->net, &q, on_told, t);
    assert_false(t->done);
}

static void put_u32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* An answer to what came in `q`. */
static void fill(uint8_t out[NTP_PACKET], const uint8_t q[NTP_PACKET], uint8_t stratum) {
    memset(out, 0, NTP_PACKET);
    out[0] = 0x24;
    out[1] = stratum;
    memcpy(out + 12, "DENY", 4);
    memcpy(out + 24, q + 40, 8);
    put_u32(out + 32, (uint32_t)(THEN + 2208988800));
    put_u32(out + 40, (uint32_t)(THEN + 2208988800));
}

/* Reads one question, waiting for it while the loop runs. */
static void next_question(struct told *t, int fd, uint8_t q[NTP_PACKET], struct net_addr *from) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < 500 && poll(&p, 1, 0) == 0; i++) net_step(t->net, net_now(t->net) + 10 * MS);
    *from = (struct net_addr){.len = sizeof(from->sa)};
    assert_int_equal(recvfrom(fd, q, NTP_PACKET, 0, &from->sa.any, &from->len), NTP_PACKET);
}

static void answer(int fd, const struct net_addr *to, const uint8_t packet[NTP_PACKET]) {
    assert_int_equal(sendto(fd, packet, NTP_PACKET, 0, &to->sa.any, to->len), NTP_PACKET);
}

static void wait_told(struct told *t) {
    for (int i = 0; i < 1000 && !t->done; i++) net_step(t->net, net_now(t->net) + 10 * MS);
    assert_true(t->done);
    net_free(t->net);
}

static char *url_of(const struct net_addr *at, const char *scheme) {
    static char url[64];
    snprintf(url, sizeof(url), "%s://127.0.0.1:%u", scheme, net_addr_port(at));
    return url;
}

static void test_ntp(void **state) {
    (void)state;
    struct net_addr at, from;
    struct told t;
    uint8_t q[NTP_PACKET], a[NTP_PACKET];
    int fd = bound(SOCK_DGRAM, &at);
    ask(&t, url_of(&at, "ntp"), 8000 * (int64_t)MS);
    next_question(&t, fd, q, &from);
    assert_memory_equal(q + 40, "nonce!!", 8);
    fill(a, q, 2);
    a[24] ^= 1; /* the answer to another question goes unheard … */
    answer(fd, &from, a);
    answer(fd, &from, q); /* … and so does an echo */
    fill(a, q, 2);
    answer(fd, &from, a);
    wait_told(&t);
    assert_true(t.last.ok);
    assert_int_equal(t.last.stratum, 2);
    assert_in_range(t.last.unix_ms, THEN * 1000, THEN * 1000 + t.last.unsure_ms);
    assert_in_range(t.last.unsure_ms, 1, 8000);
    close(fd);
}

/* The first question is lost: the second has the same nonce, and its answer counts. */
static void test_ntp_asks_again(void **state) {
    (void)state;
    struct net_addr at, from;
    struct told t;
    uint8_t q[NTP_PACKET], a[NTP_PACKET];
    int fd = bound(SOCK_DGRAM, &at);
    ask(&t, url_of(&at, "ntp"), 8000 * (int64_t)MS);
    next_question(&t, fd, q, &from);
    next_question(&t, fd, q, &from);
    fill(a, q, 1);
    answer(fd, &from, a);
    wait_told(&t);
    assert_true(t.last.ok);
    assert_in_range(t.last.unsure_ms, 400, 8000); /* which of the two was answered nobody knows */
    close(fd);
}

static void test_ntp_kiss(void **state) {
    (void)state;
    struct net_addr at, from;
    struct told t;
    uint8_t q[NTP_PACKET], a[NTP_PACKET];
    int fd = bound(SOCK_DGRAM, &at);
    ask(&t, url_of(&at, "ntp"), 8000 * (int64_t)MS);
    next_question(&t, fd, q, &from);
    fill(a, q, 0);
    answer(fd, &from, a);
    wait_told(&t);
    assert_false(t.last.ok);
    assert_non_null(strstr(t.problem, "DENY"));
    close(fd);
}

static void test_ntp_nobody(void **state) {
    (void)state;
    struct net_addr at;
    struct told t;
    int fd = bound(SOCK_DGRAM, &at);
    ask(&t, url_of(&at, "ntp"), 300 * (int64_t)MS); /* silent */
    wait_told(&t);
    assert_false(t.last.ok);
    assert_non_null(strstr(t.problem, "no answer"));
    close(fd); /* now the port is closed: known at once */
    ask(&t, url_of(&at, "ntp"), 3600 * 1000 * (int64_t)MS);
    wait_told(&t);
    assert_false(t.last.ok);
    assert_non_null(strstr(t.problem, "refused"));
    ask(&t, "ntp://name.invalid", 5000 * (int64_t)MS);
    wait_told(&t);
    assert_false(t.last.ok);
    ask(&t, url_of(&at, "ntp"), 5000 * (int64_t)MS); /* dropped while under way */
    net_free(t.net);
    ask(&t, "ntp://name.invalid", 5000 * (int64_t)MS);
    net_free(t.net);
}

static void serve_http(struct told *t, int fd, const char *head) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < 500 && poll(&p, 1, 0) == 0; i++) net_step(t->net, net_now(t->net) + 10 * MS);
    int c = accept_one(fd);
    char in[2048] = "";
    size_t n = 0;
    for (int i = 0; i < 500 && !strstr(in, "\r\n\r\n"); i++) {
        net_step(t->net, net_now(t->net) + 10 * MS);
        ssize_t k = recv(c, in + n, sizeof(in) - 1 - n, MSG_DONTWAIT);
        if (k > 0) n += (size_t)k;
    }
    assert_true(bytes_start_with(bytes_str(in), "HEAD / HTTP/1.1\r\n"));
    assert_true(send(c, head, strlen(head), MSG_NOSIGNAL) > 0);
    close(c);
}

static void test_http(void **state) {
    (void)state;
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    static const struct {
        const char *head;
        int64_t second; /* 0: none */
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n" DATE "Content-Length: 5\r\n\r\n", 784111777},
        {"HTTP/1.1 404 Not Found\r\ndate:Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n", 784111777},
        {"HTTP/1.1 302 Found\r\n" DATE "Location: http://127.0.0.1:1/\r\n\r\n", 784111777},
        {"HTTP/1.1 200 OK\r\nAge: 1000\r\n" DATE "\r\n", 784112777},
        {"HTTP/1.1 103 Early Hints\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n\r\nHTTP/1.1 200 OK\r\n" DATE
         "\r\n",
         784111777},
        {"HTTP/1.1 200 OK\r\nDate: now\r\n\r\n", 0},
        {"HTTP/1.1 200 OK\r\n\r\n", 0},
        {"SSH-2.0-OpenSSH_9.2\r\n", 0},
    };
    struct net_addr at;
    struct told t;
    int fd = listener(&at);
    for (size_t i = 0; i < TW_COUNT(cases); i++) {
        ask(&t, url_of(&at, "http"), 8000 * (int64_t)MS);
        serve_http(&t, fd, cases[i].head);
        wait_told(&t);
        assert_int_equal(t.last.ok, cases[i].second != 0);
        if (t.last.ok) assert_int_equal(t.last.unix_ms / 1000, cases[i].second);
        if (!t.last.ok) assert_true(t.problem[0]);
    }
    close(fd);
    ask(&t, url_of(&at, "http"), 8000 * (int64_t)MS);
    wait_told(&t);
    assert_false(t.last.ok);
}

static void test_urls(void **state) {
    (void)state;
    static const char *const good[] = {"ntp://t.example",        "ntp://t.example:1123/", "ntp://[::1]:123",
                                       "ntp://192.0.2.1",        "http://t.example/x?y",  "https://t.example",
                                       "HTTPS://T.example:8443/"};
    static const char *const bad[] = {
        "",         "t.example",    "ftp://t.example",    "ntp://",        "ntp://h:0",
        "ntp:///",  "ntp://h/path", "file:///etc/shadow", "http://u:p@h/", "ntp://h:65536",
        "ntp://h:x"};
    for (size_t i = 0; i < TW_COUNT(good); i++)
        if (time_source_unfit(good[i])) fail_msg("%s: %s", good[i], time_source_unfit(good[i]));
    for (size_t i = 0; i < TW_COUNT(bad); i++)
        if (!time_source_unfit(bad[i])) fail_msg("%s is taken", bad[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ntp),      cmocka_unit_test(test_ntp_asks_again),
        cmocka_unit_test(test_ntp_kiss), cmocka_unit_test(test_ntp_nobody),
        cmocka_unit_test(test_http),     cmocka_unit_test(test_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
