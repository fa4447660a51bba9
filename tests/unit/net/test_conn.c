#include "loopback.h"

#include <netinet/tcp.h>

struct seen {
    struct net *net;
    struct conn *conn;
    unsigned opened, ended, drained;
    int sys_errno;
    size_t n;
    uint8_t in[256];
    bool close_on_data;
};

static void on_opened(void *arg) {
    struct seen *s = arg;
    s->opened++;
    net_wake(s->net);
}

static void on_data(void *arg, struct bytes in) {
    struct seen *s = arg;
    assert_int_equal(s->ended, 0);
    for (size_t i = 0; i < in.n && s->n < sizeof(s->in); i++) s->in[s->n++] = in.p[i];
    if (s->close_on_data) {
        conn_close(s->conn);
        s->conn = NULL;
    }
    net_wake(s->net);
}

static void on_ended(void *arg, int sys_errno) {
    struct seen *s = arg;
    s->ended++;
    s->sys_errno = sys_errno;
    net_wake(s->net);
}

static void on_drained(void *arg) {
    struct seen *s = arg;
    s->drained++;
    net_wake(s->net);
}

static const struct conn_events events = {on_opened, on_data, on_ended, on_drained};

static void step(struct net *n) {
    net_step(n, net_now(n) + 5000LL * MS);
}

/* Connects to a fresh listener; gives the server's end. */
static int connect_pair(struct seen *s, const struct conn_options *o) {
    struct net_addr to;
    int l = listener(&to);
    *s = (struct seen){.net = net_new()};
    s->conn = conn_open(s->net, &to, o, &events, s);
    assert_non_null(s->conn);
    assert_int_equal(s->opened, 0);
    step(s->net);
    assert_int_equal(s->opened, 1);
    int fd = accept_one(l);
    close(l);
    return fd;
}

static void finish(struct seen *s, int fd) {
    if (fd >= 0) close(fd);
    conn_close(s->conn);
    net_free(s->net);
}

static void a_refusal_carries_its_errno(void **state) {
    (void)state;
    struct net_addr to;
    close(bound(SOCK_STREAM, &to));
    struct seen s = {.net = net_new()};
    s.conn = conn_open(s.net, &to, NULL, &events, &s);
    step(s.net);
    assert_int_equal(s.ended, 1);
    assert_int_equal(s.opened, 0);
    assert_int_equal(s.sys_errno, ECONNREFUSED);
    finish(&s, -1);
}

static void a_failure_at_once_is_told_from_the_loop(void **state) {
    (void)state;
    struct net_addr to;
    assert_true(net_addr_parse("255.255.255.255", 443, &to)); /* TCP cannot go to a broadcast address */
    struct seen s = {.net = net_new()};
    s.conn = conn_open(s.net, &to, NULL, &events, &s);
    assert_non_null(s.conn);
    assert_int_equal(s.ended, 0);
    conn_write(s.conn, bytes_str("lost"));
    step(s.net);
    assert_int_equal(s.ended, 1);
    assert_int_not_equal(s.sys_errno, 0);
    finish(&s, -1);
}

static void data_then_fin(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    assert_int_equal(write(fd, "hello", 5), 5);
    shutdown(fd, SHUT_WR);
    while (!s.ended) step(s.net);
    assert_int_equal(s.n, 5);
    assert_int_equal(s.sys_errno, 0);
    conn_write(s.conn, bytes_str("still"));
    step(s.net);
    assert_int_equal(s.drained, 1);
    char in[8];
    assert_int_equal(read(fd, in, sizeof(in)), 5);
    net_step(s.net, net_now(s.net) + 20 * MS); /* a half-closed peer must not keep the loop spinning */
    assert_int_equal(s.ended, 1);
    finish(&s, fd);
}

static void data_then_reset(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    assert_int_equal(write(fd, "alert", 5), 5);
    while (s.n < 5) step(s.net);
    close_with_reset(fd);
    while (!s.ended) step(s.net);
    assert_int_equal(s.sys_errno, ECONNRESET);
    finish(&s, -1);
}

static void a_reset_found_by_writing_is_still_a_reset(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    close_with_reset(fd);
    conn_write(s.conn, bytes_str("one"));
    conn_write(s.conn, bytes_str("two"));
    while (!s.ended) step(s.net);
    assert_int_equal(s.sys_errno, ECONNRESET);
    finish(&s, -1);
}

static void what_was_said_before_a_reset_is_heard(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    assert_int_equal(write(fd, "last words", 10), 10);
    close_with_reset(fd);
    conn_write(s.conn, bytes_str("one"));
    while (!s.ended) step(s.net);
    assert_int_equal(s.n, 10);
    assert_int_equal(s.sys_errno, ECONNRESET);
    finish(&s, -1);
}

/* The peer took the connection and broke it off before this side has looked: that is no failed connect. */
static void a_reset_right_after_the_connect(void **state) {
    (void)state;
    static const char *const said[] = {"", "bye"};
    for (size_t i = 0; i < TW_COUNT(said); i++) {
        struct net_addr to;
        int l = listener(&to);
        struct seen s = {.net = net_new()};
        s.conn = conn_open(s.net, &to, NULL, &events, &s);
        int fd = accept_one(l);
        if (*said[i]) assert_int_equal(write(fd, said[i], strlen(said[i])), (ssize_t)strlen(said[i]));
        close_with_reset(fd);
        close(l);
        while (s.ended == 0) step(s.net);
        assert_int_equal(s.opened, 1);
        assert_int_equal(s.ended, 1);
        assert_int_equal(s.sys_errno, ECONNRESET);
        assert_int_equal(s.n, strlen(said[i]));
        assert_memory_equal(s.in, said[i], s.n);
        finish(&s, -1);
    }
}

static void closing_in_a_callback_ends_all_callbacks(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    s.close_on_data = true;
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    step(s.net);
    net_step(s.net, net_now(s.net) + 20 * MS);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.ended, 0);
    finish(&s, -1);
}

static void the_first_segment_goes_out_alone(void **state) {
    (void)state;
    struct seen s;
    const struct conn_options o = {.first_segment = 3, .segment_pause_ns = 60 * MS};
    int fd = connect_pair(&s, &o);
    int64_t begun = net_now(s.net);
    conn_write(s.conn, bytes_str("abcdef"));
    conn_write(s.conn, bytes_str("gh"));
    char in[16] = "";
    assert_int_equal(read(fd, in, sizeof(in)), 3);
    while (!s.drained) step(s.net);
    assert_true(net_now(s.net) - begun >= 60 * MS);
    assert_int_equal(read(fd, in, sizeof(in)), 5);
    assert_memory_equal(in, "defgh", 5);
    conn_write(s.conn, bytes_str("abcdef")); /* only the first write is split */
    assert_int_equal(read(fd, in, sizeof(in)), 6);
    conn_split(s.conn, 2, 0);
    conn_write(s.conn, bytes_str("abcdef"));
    size_t n = 0;
    while (n < 6) n += (size_t)read(fd, in, sizeof(in));
    finish(&s, fd);
}

static void a_close_in_the_pause_sends_the_rest(void **state) {
    (void)state;
    struct seen s;
    const struct conn_options o = {.first_segment = 1, .segment_pause_ns = 60000LL * MS};
    int fd = connect_pair(&s, &o);
    conn_write(s.conn, bytes_str("abc"));
    conn_close(s.conn);
    s.conn = NULL;
    char in[8];
    size_t n = 0;
    for (ssize_t k = 0; (k = read(fd, in, sizeof(in))) > 0;) n += (size_t)k;
    assert_int_equal(n, 3);
    finish(&s, fd);
}

static void writes_before_the_connection_wait_for_it(void **state) {
    (void)state;
    struct net_addr to;
    int l = listener(&to);
    struct seen s = {.net = net_new()};
    s.conn = conn_open(s.net, &to, NULL, &events, &s);
    conn_write(s.conn, bytes_str("early"));
    conn_shutdown(s.conn);
    while (!s.drained) step(s.net);
    int fd = accept_one(l);
    char in[8];
    assert_int_equal(read(fd, in, sizeof(in)), 5);
    assert_int_equal(read(fd, in, sizeof(in)), 0);
    close(l);
    finish(&s, fd);
}

static void a_large_write_is_drained_as_the_peer_reads(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    static uint8_t big[8 << 20], in[1 << 16];
    conn_write(s.conn, bytes_of(big, sizeof(big)));
    assert_int_equal(s.drained, 0);
    size_t n = 0;
    while (n < sizeof(big)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 0) == 1) n += (size_t)read(fd, in, sizeof(in));
        if (!s.drained) net_step(s.net, net_now(s.net));
    }
    while (!s.drained) step(s.net);
    assert_int_equal(s.drained, 1);
    finish(&s, fd);
}

static void an_alert_survives_the_close(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    assert_int_equal(write(fd, "unread", 6), 6);
    usleep(20000);
    conn_write(s.conn, bytes_str("alert"));
    conn_close(s.conn);
    s.conn = NULL;
    char in[8];
    assert_int_equal(read(fd, in, sizeof(in)), 5);
    assert_int_equal(read(fd, in, sizeof(in)), 0); /* FIN, no RST */
    finish(&s, fd);
}

static void the_segment_size_can_be_asked_for(void **state) {
    (void)state;
    struct seen s;
    const struct conn_options o = {.mss = 536};
    int fd = connect_pair(&s, &o);
    int mss = 0;
    socklen_t n = sizeof(mss);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, &n), 0);
    assert_true(mss <= 536);
    struct net_addr local;
    assert_true(conn_local(s.conn, &local));
    assert_int_not_equal(net_addr_port(&local), 0);
    finish(&s, fd);
}

static void net_free_closes_what_is_open(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    conn_write(s.conn, bytes_str("x"));
    struct net_addr to;
    assert_true(net_addr_parse("192.0.2.1", 443, &to));
    assert_non_null(conn_open(s.net, &to, NULL, &events, &s));
    net_free(s.net);
    close(fd);
    assert_int_equal(s.ended, 0);
}

static void a_flood_leaves_room_for_timers(void **state) {
    (void)state;
    struct seen s;
    int fd = connect_pair(&s, NULL);
    static uint8_t big[1 << 20];
    ssize_t k = send(fd, big, sizeof(big), MSG_DONTWAIT);
    assert_true(k > 0);
    net_step(s.net, net_now(s.net));
    assert_int_equal(s.n, sizeof(s.in));
    finish(&s, fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_carries_its_errno),
        cmocka_unit_test(a_failure_at_once_is_told_from_the_loop),
        cmocka_unit_test(data_then_fin),
        cmocka_unit_test(data_then_reset),
        cmocka_unit_test(a_reset_found_by_writing_is_still_a_reset),
        cmocka_unit_test(what_was_said_before_a_reset_is_heard),
        cmocka_unit_test(a_reset_right_after_the_connect),
        cmocka_unit_test(closing_in_a_callback_ends_all_callbacks),
        cmocka_unit_test(the_first_segment_goes_out_alone),
        cmocka_unit_test(a_close_in_the_pause_sends_the_rest),
        cmocka_unit_test(writes_before_the_connection_wait_for_it),
        cmocka_unit_test(a_large_write_is_drained_as_the_peer_reads),
        cmocka_unit_test(an_alert_survives_the_close),
        cmocka_unit_test(the_segment_size_can_be_asked_for),
        cmocka_unit_test(net_free_closes_what_is_open),
        cmocka_unit_test(a_flood_leaves_room_for_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
