#include "peer.h"

#include "probe/probe.h"

#include <errno.h>
#include <sys/resource.h>

/* ---- peers ---- */

static void silent(int fd) {
    peer_sink(fd);
}
static void closes(int fd) {
    (void)fd;
}
static void closes_after_hello(int fd) {
    char in[4096];
    (void)!read(fd, in, sizeof(in));
}
static void resets_after_hello(int fd) {
    char in[4096];
    (void)!read(fd, in, sizeof(in));
    const struct linger hard = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}
static void alerts(int fd) {
    static const uint8_t alert[] = {21, 3, 3, 0, 2, 2, 40};
    char in[4096];
    (void)!read(fd, in, sizeof(in));
    (void)!send(fd, alert, sizeof(alert), MSG_NOSIGNAL);
    peer_sink(fd);
}
static void greets(int fd) {
    peer_say(fd, "220 mail.test ESMTP\r\n");
    peer_sink(fd);
}
static void dribbles(int fd) {
    static const char header[] = {22, 3, 3, 63, 0};
    (void)!send(fd, header, sizeof(header), MSG_NOSIGNAL);
    while (send(fd, "\2", 1, MSG_NOSIGNAL) == 1) usleep(20000);
}
static void floods(int fd) {
    static const uint8_t alert[] = {21, 3, 3, 0, 2, 1, 112}; /* a warning, again and again */
    uint8_t room[7000];
    for (size_t i = 0; i < sizeof(room); i++) room[i] = alert[i % sizeof(alert)];
    while (send(fd, room, sizeof(room), MSG_NOSIGNAL) > 0) continue;
}
static void smtp_refuses(int fd) {
    peer_say(fd, "220 mail.test ESMTP\r\n");
    if (!peer_wait_for(fd, "\r\n")) return;
    peer_say(fd, "250-mail.test\r\n250 HELP\r\n");
    peer_sink(fd);
}
static void smtp_starts(int fd) {
    peer_say(fd, "220 mail.test ESMTP\r\n");
    if (!peer_wait_for(fd, "\r\n")) return;
    peer_say(fd, "250-mail.test\r\n250 STARTTLS\r\n");
    if (!peer_wait_for(fd, "STARTTLS\r\n")) return;
    peer_say(fd, "220 go\r\n");
    alerts(fd);
}
static void speaks_ssh(int fd) {
    peer_say(fd, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    peer_sink(fd);
}
static void proxies(int fd) {
    if (!peer_wait_for(fd, "\r\n\r\n")) return;
    peer_say(fd, "HTTP/1.1 200 Connection established\r\n\r\n");
    alerts(fd);
}
static void proxies_a_greeting(int fd) {
    if (!peer_wait_for(fd, "\r\n\r\n")) return;
    peer_say(fd, "HTTP/1.1 200 OK\r\n\r\n220 mail.test ESMTP\r\n");
    peer_sink(fd);
}
static void wants_a_password(int fd) {
    if (!peer_wait_for(fd, "\r\n\r\n")) return;
    peer_say(fd, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    peer_sink(fd);
}
static atomic_bool header_seen;
static void expects_proxy_header(int fd) {
    char in[64] = "";
    (void)!recv(fd, in, 16, MSG_WAITALL);
    atomic_store(&header_seen, bytes_start_with(bytes_str(in), "PROXY TCP4 127.0"));
    alerts(fd);
}
static void takes_its_time(int fd) {
    usleep(30000);
    alerts(fd);
}

/* ---- one prober a test ---- */

struct bench {
    struct peer peer;
    struct arena a;
    struct net *net;
    struct prober *p;
};

static const struct probe_limits usual = {
    .timeout_ns = 200LL * MS, .deadline_ns = 5000LL * MS, .max_connections = 32};

static void set_up(struct bench *b, void (*talk)(int fd), struct probe_limits limits,
                   const struct proxy *proxy) {
    *b = (struct bench){0};
    peer_start(&b->peer, talk);
    b->net = net_new();
    limits.deadline_ns += net_now(b->net);
    b->p = prober_new(&b->a, b->net, &limits, proxy);
}

static void tear_down(struct bench *b) {
    prober_free(b->p);
    net_free(b->net);
    peer_stop(&b->peer);
    arena_done(&b->a);
}

static void fill_hello(struct hello *h) {
    static const uint16_t suites[] = {0xC02F, 0xC030, 0x009C};
    h->record_version = TLS_1_0;
    h->legacy_version = TLS_1_2;
    memcpy(h->suites, suites, sizeof(suites));
    h->n_suites = TW_COUNT(suites);
    h->n_compressions = 1;
    h->session_id_n = 32;
}

static struct trial trial_to(const struct net_addr *to) {
    struct trial t = {.to = *to, .host = "mail.test", .host_port = 443, .stop = STOP_SERVER_HELLO};
    fill_hello(&t.hello);
    t.policy = (struct eng_policy){.min_version = TLS_1_0, .max_version = TLS_1_2};
    return t;
}

static const struct run *run_one(struct bench *b, const struct trial *t) {
    const struct run *r = prober_ask(b->p, t);
    while (!r->done) assert_true(prober_step(b->p, INT64_MAX));
    assert_false(prober_busy(b->p));
    return r;
}

static const struct run *run_simple(struct bench *b, void (*talk)(int fd)) {
    set_up(b, talk, usual, NULL);
    struct trial t = trial_to(&b->peer.at);
    return run_one(b, &t);
}

/* ---- ends ---- */

static void each_end_is_told_apart(void **state) {
    (void)state;
    static const struct {
        void (*talk)(int fd);
        enum result result;
        bool closed, reset;
    } rows[] = {
        {silent, RESULT_TIMEOUT, false, false},
        {closes_after_hello, RESULT_PEER_FIN, true, false},
        {resets_after_hello, RESULT_PEER_RST, true, true},
        {alerts, RESULT_PEER_ALERT, false, false},
        {greets, RESULT_NOT_TLS, false, false},
        {floods, RESULT_VIOLATION, false, false},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bench b;
        const struct run *r = run_simple(&b, rows[i].talk);
        assert_int_equal(r->t->result, rows[i].result);
        assert_int_equal(r->t->peer_closed, rows[i].closed);
        assert_int_equal(r->t->peer_reset, rows[i].reset);
        assert_true(r->t->connected && r->started && !r->not_run);
        assert_int_equal(r->t->round_trips, 2);
        assert_int_equal(r->depth, 2);
        assert_string_equal(r->t->address, "127.0.0.1");
        assert_int_equal(r->t->port, net_addr_port(&b.peer.at));
        assert_true(r->t->bytes_sent > 50);
        assert_true(r->t->end_ns >= r->t->connect_ns && r->t->connect_ns > 0);
        assert_int_equal(r->t->first_byte_ns > 0, r->t->bytes_received > 0);
        assert_int_equal(prober_cost(b.p).connections, 1);
        assert_int_equal(prober_cost(b.p).bytes_sent, r->t->bytes_sent);
        tear_down(&b);
    }
}

static void a_refused_connection(void **state) {
    (void)state;
    struct bench b;
    set_up(&b, closes, usual, NULL);
    struct trial t = trial_to(&b.peer.at);
    assert_true(net_addr_parse("127.0.0.1", 1, &t.to));
    const struct run *r = run_one(&b, &t);
    assert_int_equal(r->t->result, RESULT_CONNECT_FAILED);
    assert_int_equal(r->t->stage, STAGE_CONNECT);
    assert_int_equal(r->t->sys_errno, ECONNREFUSED);
    assert_false(r->t->connected || r->t->peer_reset || r->t->peer_closed);
    assert_int_equal(prober_cost(b.p).connections, 1);
    tear_down(&b);
}

static void a_peer_that_dribbles_meets_the_cap(void **state) {
    (void)state;
    struct bench b;
    const struct run *r = run_simple(&b, dribbles);
    assert_int_equal(r->t->result, RESULT_TIMEOUT);
    assert_true(r->t->end_ns >= 400LL * MS && r->t->end_ns < 3000LL * MS);
    tear_down(&b);
}

/* ---- before TLS ---- */

static void dialogues(void **state) {
    (void)state;
    static const struct {
        void (*talk)(int fd);
        enum result result;
        enum dialog_end why;
        unsigned round_trips;
    } rows[] = {
        {smtp_starts, RESULT_PEER_ALERT, DIALOG_NONE, 5},
        {smtp_refuses, RESULT_STARTTLS_FAILED, DIALOG_NOT_OFFERED, 3},
        {speaks_ssh, RESULT_STARTTLS_FAILED, DIALOG_NOT_SPOKEN, 2},
        {silent, RESULT_STARTTLS_FAILED, DIALOG_SILENT, 2},
        {closes, RESULT_STARTTLS_FAILED, DIALOG_CLOSED, 2},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bench b;
        set_up(&b, rows[i].talk, usual, NULL);
        struct trial t = trial_to(&b.peer.at);
        t.via.starttls = STARTTLS_SMTP;
        const struct run *r = run_one(&b, &t);
        assert_int_equal(r->t->result, rows[i].result);
        assert_int_equal(r->t->dialog, rows[i].why);
        assert_int_equal(r->t->round_trips, rows[i].round_trips);
        if (rows[i].result == RESULT_STARTTLS_FAILED) assert_int_equal(r->t->stage, STAGE_STARTTLS);
        if (rows[i].why == DIALOG_NOT_SPOKEN)
            assert_true(bytes_start_with(r->t->first_bytes, "SSH-2.0-OpenSSH_9.2p1"));
        if (rows[i].why == DIALOG_NOT_OFFERED) {
            assert_int_equal(r->t->first->kind, MSG_PLAIN);
            assert_true(bytes_start_with(r->t->first->body, "220 "));
            assert_non_null(r->t->dialog_line);
        }
        tear_down(&b);
    }
}

static struct proxy proxy_at(const char *host, uint16_t port) {
    struct proxy p = {.kind = PROXY_HTTP, .port = port};
    memcpy(p.host, host, strlen(host) + 1);
    return p;
}

/* The proxy is the peer; the target is a name. */
static const struct run *run_proxied(struct bench *b, void (*talk)(int fd), const char *host, bool greet) {
    set_up(b, talk, usual, NULL);
    struct proxy proxy = proxy_at(host, net_addr_port(&b->peer.at));
    struct probe_limits limits = usual;
    limits.deadline_ns += net_now(b->net);
    b->p = prober_new(&b->a, b->net, &limits, &proxy);
    struct trial t = trial_to(&(struct net_addr){0});
    t.via.use_proxy = true;
    t.via.greet_only = greet;
    t.via.listen_ns = 100LL * MS;
    return run_one(b, &t);
}

static void through_a_proxy(void **state) {
    (void)state;
    struct bench b;
    const struct run *r = run_proxied(&b, proxies, "localhost", false);
    assert_int_equal(r->t->result, RESULT_PEER_ALERT);
    assert_true(r->t->connected);
    assert_string_equal(r->t->address, "mail.test");
    tear_down(&b);
    r = run_proxied(&b, proxies_a_greeting, "127.0.0.1", true);
    assert_int_equal(r->t->result, RESULT_DONE);
    assert_true(bytes_eq(r->t->first_bytes, bytes_str("220 mail.test ESMTP\r\n")));
    assert_int_equal(r->t->round_trips, 2);
    tear_down(&b);
    r = run_proxied(&b, wants_a_password, "127.0.0.1", false);
    assert_int_equal(r->t->result, RESULT_PROXY_FAILED);
    assert_int_equal(r->t->dialog, DIALOG_PROXY_AUTH);
    assert_false(r->t->connected);
    tear_down(&b);
    r = run_proxied(&b, closes, "127.0.0.2", false); /* nobody listens there */
    assert_int_equal(r->t->result, RESULT_PROXY_FAILED);
    assert_int_equal(r->t->sys_errno, ECONNREFUSED);
    tear_down(&b);
    r = run_proxied(&b, closes, "a..b", false);
    assert_int_equal(r->t->result, RESULT_PROXY_FAILED);
    assert_int_equal(r->t->stage, STAGE_RESOLVE);
    assert_non_null(r->t->place);
    assert_int_equal(prober_cost(b.p).connections, 0);
    tear_down(&b);
}

static void who_greets(void **state) {
    (void)state;
    static const struct {
        void (*talk)(int fd);
        enum result result;
        int64_t listen_ms; /* a busy machine may let a peer wait */
    } rows[] = {{greets, RESULT_DONE, 3000}, {closes, RESULT_PEER_FIN, 3000}, {silent, RESULT_TIMEOUT, 60}};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bench b;
        struct probe_limits limits = usual;
        limits.timeout_ns = 4000LL * MS;
        set_up(&b, rows[i].talk, limits, NULL);
        struct trial t = trial_to(&b.peer.at);
        t.via.greet_only = true;
        t.via.listen_ns = rows[i].listen_ms * MS;
        const struct run *r = run_one(&b, &t);
        assert_int_equal(r->t->result, rows[i].result);
        assert_int_equal(r->t->bytes_sent, 0);
        assert_int_equal(r->t->first_bytes.n > 0, rows[i].talk == greets);
        tear_down(&b);
    }
}

static void a_proxy_header_goes_first(void **state) {
    (void)state;
    struct bench b;
    set_up(&b, expects_proxy_header, usual, NULL);
    struct trial t = trial_to(&b.peer.at);
    t.via.proxy_header = true;
    assert_int_equal(run_one(&b, &t)->t->result, RESULT_PEER_ALERT);
    assert_true(atomic_load(&header_seen));
    tear_down(&b);
}

static void a_pause_of_ours_is_no_silence_of_theirs(void **state) {
    (void)state;
    struct bench b;
    set_up(&b, silent, usual, NULL);
    struct trial t = trial_to(&b.peer.at);
    t.via.first_segment = 5;
    t.via.segment_pause_ns = 150LL * MS;
    const struct run *r = run_one(&b, &t);
    assert_int_equal(r->t->result, RESULT_TIMEOUT);
    assert_true(r->t->end_ns >= 350LL * MS);
    tear_down(&b);
}

/* ---- the schedule ---- */

static void equal_trials_run_once(void **state) {
    (void)state;
    struct bench b;
    set_up(&b, alerts, usual, NULL);
    struct trial t = trial_to(&b.peer.at), again = t;
    assert_null(prober_find(b.p, &t));
    const struct run *r = prober_ask(b.p, &t);
    again.hello.random[3] = 7; /* no part of the trial */
    again.hello.session_id[3] = 7;
    assert_ptr_equal(prober_ask(b.p, &again), r);
    assert_ptr_equal(prober_find(b.p, &again), r);
    again.repeat = 1;
    assert_ptr_not_equal(prober_ask(b.p, &again), r);
    again.repeat = 0;
    again.hello.suites[0] = 0x1301;
    assert_ptr_not_equal(prober_ask(b.p, &again), r);
    again = t;
    again.via.mss = 900;
    assert_ptr_not_equal(prober_ask(b.p, &again), r);
    again = t;
    again.policy.need_ems = true;
    assert_null(prober_find(b.p, &again));
    while (prober_step(b.p, INT64_MAX)) continue;
    assert_ptr_equal(prober_ask(b.p, &t), r);
    assert_false(prober_step(b.p, INT64_MAX));
    assert_int_equal(prober_cost(b.p).connections, 4);
    tear_down(&b);
}

static void each_end_is_seen_at_once(void **state) {
    (void)state;
    struct bench b;
    struct probe_limits limits = usual;
    limits.timeout_ns = 4000LL * MS;
    set_up(&b, alerts, limits, NULL);
    struct trial fast = trial_to(&b.peer.at), slow = fast;
    slow.via.greet_only = true;
    slow.via.listen_ns = 600LL * MS;
    const struct run *s = prober_ask(b.p, &slow), *f = prober_ask(b.p, &fast);
    while (!f->done) assert_true(prober_step(b.p, INT64_MAX));
    assert_false(s->done);
    assert_false(prober_stalled(b.p, f, 0));
    assert_false(prober_stalled(b.p, s, 60LL * MS));
    assert_true(prober_step(b.p, net_now(b.net) + 70LL * MS)); /* the time is up, and nothing ended */
    assert_false(s->done);
    assert_true(prober_stalled(b.p, s, 60LL * MS));
    assert_true(prober_step(b.p, INT64_MAX));
    assert_true(s->done);
    assert_false(prober_step(b.p, INT64_MAX));
    tear_down(&b);
}

static void never_more_at_once_than_allowed(void **state) {
    (void)state;
    struct bench b;
    struct probe_limits limits = usual;
    limits.max_at_once = 3;
    set_up(&b, takes_its_time, limits, NULL);
    struct trial t = trial_to(&b.peer.at);
    const struct run *last = NULL;
    for (t.repeat = 0; t.repeat < 9; t.repeat++) last = prober_ask(b.p, &t);
    assert_false(last->started);
    while (prober_step(b.p, INT64_MAX)) continue;
    assert_int_equal(last->t->result, RESULT_PEER_ALERT);
    assert_true(last->depth > 2); /* it began after others had ended */
    assert_int_equal(prober_cost(b.p).connections, 9);
    assert_true(atomic_load(&b.peer.most_open) <= 6); /* a peer notices a close a little later */
    tear_down(&b);
}

static void connections_run_out(void **state) {
    (void)state;
    struct bench b;
    struct probe_limits limits = usual;
    limits.max_connections = 2;
    set_up(&b, alerts, limits, NULL);
    struct trial t = trial_to(&b.peer.at);
    const struct run *r[3];
    for (t.repeat = 0; t.repeat < 3; t.repeat++) r[t.repeat] = prober_ask(b.p, &t);
    assert_true(r[2]->done && r[2]->not_run && !r[2]->started);
    assert_int_equal(r[2]->t->result, RESULT_CANCELLED);
    assert_true(prober_step(b.p, INT64_MAX));
    while (prober_step(b.p, INT64_MAX)) continue;
    assert_int_equal(r[1]->t->result, RESULT_PEER_ALERT);
    assert_int_equal(prober_cost(b.p).connections, 2);
    tear_down(&b);
}

static void the_deadline_ends_everything(void **state) {
    (void)state;
    struct bench b;
    const struct probe_limits limits = {
        .timeout_ns = 10000LL * MS, .deadline_ns = 80LL * MS, .max_connections = 9, .max_at_once = 1};
    set_up(&b, silent, limits, NULL);
    struct trial t = trial_to(&b.peer.at);
    const struct run *cut = prober_ask(b.p, &t);
    t.repeat = 1;
    const struct run *late = prober_ask(b.p, &t);
    while (prober_step(b.p, INT64_MAX)) continue;
    assert_int_equal(cut->t->result, RESULT_CANCELLED); /* it had no second of silence */
    assert_true(cut->started && late->not_run);
    t.repeat = 2;
    assert_true(prober_ask(b.p, &t)->not_run);
    tear_down(&b);
}

static void what_is_under_way_can_be_dropped(void **state) {
    (void)state;
    struct bench b;
    struct probe_limits limits = usual;
    limits.max_at_once = 4;
    set_up(&b, silent, limits, NULL);
    struct trial t = trial_to(&b.peer.at);
    const struct run *r[6];
    for (t.repeat = 0; t.repeat < 6; t.repeat++) {
        if (t.repeat == 1) t.via.starttls = STARTTLS_SMTP;
        if (t.repeat == 2) t.via.greet_only = true, t.via.listen_ns = 1000LL * MS;
        r[t.repeat] = prober_ask(b.p, &t);
        if (t.repeat < 3) prober_step(b.p, net_now(b.net) + 10LL * MS);
    }
    prober_cancel(b.p);
    for (size_t i = 0; i < 6; i++) {
        assert_true(r[i]->done);
        assert_int_equal(r[i]->t->result, RESULT_CANCELLED);
        assert_int_equal(r[i]->not_run, i >= 4);
    }
    assert_false(prober_busy(b.p));
    assert_int_equal(prober_cost(b.p).connections, 4);
    t.repeat = 0;
    t.via = (struct transport){.mss = 1000};
    prober_ask(b.p, &t); /* and prober_free() finds one under way */
    tear_down(&b);
}

/* A listener that accepts nobody holds connections open without descriptors on its side. */
static void without_descriptors_runs_wait_or_fail(void **state) {
    (void)state;
    struct net_addr at;
    assert_true(net_addr_parse("127.0.0.1", 0, &at));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, &at.sa.any, at.len), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, &at.sa.any, &at.len), 0);
    struct arena a = {0};
    struct net *net = net_new();
    struct probe_limits limits = usual;
    limits.deadline_ns += net_now(net);
    limits.timeout_ns = 60LL * MS;
    struct prober *p = prober_new(&a, net, &limits, NULL);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int next = dup(fd);
    close(next);

    struct trial t = trial_to(&at);
    const struct run *r[4];
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)next + 2, before.rlim_max});
    for (t.repeat = 0; t.repeat < 4; t.repeat++) r[t.repeat] = prober_ask(p, &t);
    assert_false(r[3]->started);
    while (prober_step(p, INT64_MAX)) continue;
    for (size_t i = 0; i < 4; i++) assert_int_equal(r[i]->t->result, RESULT_TIMEOUT);
    assert_int_equal(prober_trouble(p), 0);
    assert_int_equal(prober_cost(p).connections, 4);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)next, before.rlim_max});
    r[0] = prober_ask(p, &t);
    assert_int_equal(r[0]->t->result, RESULT_CANCELLED);
    assert_int_equal(prober_trouble(p), EMFILE);
    setrlimit(RLIMIT_NOFILE, &before);
    prober_free(p);
    net_free(net);
    close(fd);
    arena_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_is_told_apart),
        cmocka_unit_test(a_refused_connection),
        cmocka_unit_test(a_peer_that_dribbles_meets_the_cap),
        cmocka_unit_test(dialogues),
        cmocka_unit_test(through_a_proxy),
        cmocka_unit_test(who_greets),
        cmocka_unit_test(a_proxy_header_goes_first),
        cmocka_unit_test(a_pause_of_ours_is_no_silence_of_theirs),
        cmocka_unit_test(equal_trials_run_once),
        cmocka_unit_test(each_end_is_seen_at_once),
        cmocka_unit_test(never_more_at_once_than_allowed),
        cmocka_unit_test(connections_run_out),
        cmocka_unit_test(the_deadline_ends_everything),
        cmocka_unit_test(what_is_under_way_can_be_dropped),
        cmocka_unit_test(without_descriptors_runs_wait_or_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
