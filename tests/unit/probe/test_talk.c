/* What follows both Finished, against `openssl s_server`: its input and output are the test's. */
#include "peer.h"

#include "probe/probe.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

static char folder[] = "/tmp/tlswhy-talk-XXXXXX";
static bool have_openssl;

struct server {
    pid_t pid;
    int to, from; /* its standard input and output */
    uint16_t port;
    pthread_t thread;
    const char *answer; /* to a line that begins "HEAD /"; NULL stays silent */
};

static pid_t spawn_openssl(char *const argv[], int in, int out) {
    extern char **environ;
    posix_spawn_file_actions_t files;
    pid_t pid = 0;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (in >= 0) posix_spawn_file_actions_adddup2(&files, in, 0);
    if (out >= 0) posix_spawn_file_actions_adddup2(&files, out, 1);
    int err = posix_spawnp(&pid, "openssl", &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return err ? -1 : pid;
}

/* argv takes no constants: a copy of a line, cut at its blanks. */
static pid_t openssl(const char *line, int in, int out) {
    struct arena a = {0};
    char *argv[32] = {arena_strdup(&a, "openssl")}, *rest = arena_strdup(&a, line);
    for (size_t n = 1; rest && n < TW_COUNT(argv) - 1;) {
        argv[n] = strsep(&rest, " ");
        n += argv[n][0] != 0;
        argv[n] = NULL;
    }
    pid_t pid = spawn_openssl(argv, in, out);
    arena_done(&a);
    return pid;
}

static int make_key(void **state) {
    (void)state;
    int status = 1;
    if (!mkdtemp(folder) || chdir(folder) != 0) return -1;
    pid_t pid =
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem "
                "-subj /CN=localhost -days 3",
                -1, -1);
    have_openssl = pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
    return 0;
}

static int remove_key(void **state) {
    (void)state;
    unlink("k.pem");
    unlink("c.pem");
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

static void *answer(void *arg) {
    const struct server *s = arg;
    char in[4096] = "";
    size_t n = 0;
    for (ssize_t k; n < sizeof(in) - 1 && (k = read(s->from, in + n, sizeof(in) - 1 - n)) > 0;) {
        n += (size_t)k;
        if (!s->answer || !memmem(in, n, "HEAD / ", 7) || !memmem(in, n, "\r\n\r\n", 4)) continue;
        (void)!write(s->to, s->answer, strlen(s->answer));
        n = 0;
    }
    return NULL;
}

static uint16_t free_port(void) {
    struct net_addr at;
    assert_true(net_addr_parse("127.0.0.1", 0, &at));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, &at.sa.any, at.len), 0);
    assert_int_equal(getsockname(fd, &at.sa.any, &at.len), 0);
    close(fd);
    return net_addr_port(&at);
}

static void server_start(struct server *s, const char *options, const char *reply, const char *first) {
    struct arena a = {0};
    int in[2], out[2];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    *s = (struct server){.to = in[1], .from = out[0], .port = free_port(), .answer = reply};
    s->pid =
        openssl(text_f(&a, "s_server -cert c.pem -key k.pem -accept %u %s", s->port, options), in[0], out[1]);
    arena_done(&a);
    close(in[0]);
    close(out[1]);
    assert_true(peer_wait_for(s->from, "ACCEPT"));
    if (first) (void)!write(s->to, first, strlen(first));
    assert_int_equal(pthread_create(&s->thread, NULL, answer, s), 0);
}

static void server_stop(struct server *s) {
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    pthread_join(s->thread, NULL);
    close(s->to);
    close(s->from);
}

static struct trial trial_to(uint16_t port, uint16_t version, const char *alpn) {
    static const uint16_t exts[] = {
        EXT_SUPPORTED_GROUPS, EXT_SIGNATURE_ALGORITHMS, EXT_ALPN, EXT_SUPPORTED_VERSIONS,
        EXT_KEY_SHARE,        EXT_SESSION_TICKET};
    struct trial t = {.host = "localhost", .host_port = 443, .stop = STOP_FINISHED, .ask_http = true};
    struct hello *h = &t.hello;
    h->record_version = TLS_1_0;
    h->legacy_version = TLS_1_2;
    h->suites[h->n_suites++] = 0x1301;
    h->suites[h->n_suites++] = 0xC02B;
    h->n_compressions = 1;
    h->groups = (struct u16_list){{0x001D, 0x0017}, 2};
    h->sigalgs = (struct u16_list){{0x0403}, 1};
    if (version == TLS_1_3) {
        h->key_shares = (struct u16_list){{0x001D}, 1};
        h->versions = (struct u16_list){{TLS_1_3}, 1};
    }
    assert_true(!alpn || hello_set_alpn(h, alpn));
    for (size_t i = 0; i < TW_COUNT(exts); i++)
        if (version == TLS_1_3 || exts[i] != EXT_SUPPORTED_VERSIONS) hello_add_ext(h, exts[i]);
    t.policy = (struct eng_policy){.min_version = TLS_1_2, .max_version = version};
    assert_true(net_addr_parse("127.0.0.1", port, &t.to));
    return t;
}

struct bench {
    struct arena a;
    struct net *net;
    struct prober *p;
};

static void begin(struct bench *b) {
    *b = (struct bench){.net = net_new()};
    const struct probe_limits limits = {
        .timeout_ns = 3000LL * MS, .deadline_ns = net_now(b->net) + 9000LL * MS, .max_connections = 9};
    b->p = prober_new(&b->a, b->net, &limits, NULL);
}

static const struct run *run(struct bench *b, const struct trial *t) {
    begin(b);
    const struct run *r = prober_ask(b->p, t);
    while (!r->done) assert_true(prober_step(b->p, INT64_MAX));
    return r;
}

static void done(struct bench *b) {
    prober_free(b->p);
    net_free(b->net);
    arena_done(&b->a);
}

static const char reply[] = "HTTP/1.1 301 Moved\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: it\r\n\r\n";

static void the_question_and_its_answer(void **state) {
    (void)state;
    static const struct {
        uint16_t version;
        const char *alpn;
        unsigned round_trips;
    } rows[] = {
        {TLS_1_3, "http/1.1", 3}, /* the question goes out with Finished */
        {TLS_1_3, NULL, 4},       /* it waits for the server to speak first */
        {TLS_1_2, "http/1.1", 4},
        {TLS_1_2, NULL, 4},
    };
    if (!have_openssl) skip();
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct server s;
        struct bench b;
        server_start(&s, "-alpn http/1.1", reply, NULL);
        struct trial t = trial_to(s.port, rows[i].version, rows[i].alpn);
        const struct run *r = run(&b, &t);
        assert_int_equal(r->t->result, RESULT_DONE);
        assert_int_equal(r->t->version, rows[i].version);
        assert_int_equal(r->t->stage, STAGE_APPLICATION);
        assert_true(r->app.asked && r->app.answered && r->app.complete && !r->app.speaks_first);
        assert_int_equal(r->app.status, 301);
        assert_int_equal(r->app.date, 784111777);
        assert_int_equal(r->t->round_trips, rows[i].round_trips);
        assert_true(r->t->end_ns < 900LL * MS); /* the answer ended the wait */
        assert_int_equal(r->t->last->kind, MSG_ALERT);
        assert_int_equal(r->t->last->type, ALERT_CLOSE_NOTIFY);
        done(&b);
        server_stop(&s);
    }
}

static void who_speaks_first_is_asked_nothing(void **state) {
    (void)state;
    if (!have_openssl) skip();
    for (uint16_t version = TLS_1_2; version <= TLS_1_3; version++) {
        struct server s;
        struct bench b;
        server_start(&s, "", reply, "220 mail.test ESMTP\r\n");
        struct trial t = trial_to(s.port, version, NULL);
        const struct run *r = run(&b, &t);
        assert_int_equal(r->t->result, RESULT_DONE);
        assert_true(r->app.speaks_first && !r->app.asked);
        assert_true(bytes_eq(r->app.first, bytes_str("220 mail.test ESMTP\r\n")));
        done(&b);
        server_stop(&s);
    }
}

static void silence_after_the_question_ends(void **state) {
    (void)state;
    if (!have_openssl) skip();
    struct server s;
    struct bench b;
    server_start(&s, "-alpn http/1.1", NULL, NULL);
    struct trial t = trial_to(s.port, TLS_1_3, "http/1.1");
    const struct run *r = run(&b, &t);
    assert_int_equal(r->t->result, RESULT_DONE);
    assert_true(r->app.asked && !r->app.answered); /* the tickets are no answer */
    assert_true(r->t->end_ns >= 1000LL * MS && r->t->end_ns < 2000LL * MS);
    done(&b);
    server_stop(&s);
}

static void nothing_is_asked_where_it_may_not(void **state) {
    (void)state;
    if (!have_openssl) skip();
    struct server s;
    server_start(&s, "-alpn imap", reply, NULL);
    for (int i = 0; i < 3; i++) {
        struct bench b;
        struct trial t = trial_to(s.port, TLS_1_3, i == 0 ? "imap" : NULL);
        if (i == 1) t.host_port = 993;
        if (i == 2) t.ask_http = false;
        const struct run *r = run(&b, &t);
        assert_int_equal(r->t->result, RESULT_DONE);
        assert_false(r->app.asked);
        assert_true(r->t->end_ns >= 100LL * MS && r->t->end_ns < 900LL * MS);
        done(&b);
    }
    server_stop(&s);
}

static void a_late_alert_is_heard(void **state) {
    (void)state;
    if (!have_openssl) skip();
    struct server s;
    server_start(&s, "-Verify 1 -verify_return_error", reply, NULL);
    for (int i = 0; i < 2; i++) {
        struct bench b;
        struct trial t = trial_to(s.port, TLS_1_3, NULL);
        t.ask_http = i == 0;
        const struct run *r = run(&b, &t);
        assert_int_equal(r->t->result, RESULT_PEER_ALERT);
        assert_int_equal(r->t->peer_alert, ALERT_CERTIFICATE_REQUIRED);
        assert_int_equal(r->t->stage, STAGE_CLIENT_AUTH);
        assert_false(r->app.asked);
        done(&b);
    }
    server_stop(&s);
}

static void a_split_hello_works(void **state) {
    (void)state;
    if (!have_openssl) skip();
    struct server s;
    server_start(&s, "", reply, NULL);
    for (uint16_t stop = STOP_SERVER_HELLO; stop <= STOP_SERVER_FLIGHT; stop++) {
        struct bench b;
        struct trial t = trial_to(s.port, TLS_1_3, NULL);
        t.stop = (enum eng_stop)stop;
        t.via.first_segment = 40;
        t.via.segment_pause_ns = 20LL * MS;
        t.via.mss = 600;
        const struct run *r = run(&b, &t);
        assert_int_equal(r->t->result, RESULT_DONE);
        assert_int_equal(r->t->round_trips, 2);
        assert_true(r->t->end_ns >= 20LL * MS);
        done(&b);
    }
    server_stop(&s);
}

/* The second connection is opened while the first is asked, and s_server serves one after the other: the
 * ticket comes first, or is known not to come. */
static void a_session_is_waited_for(void **state) {
    (void)state;
    static const struct {
        const char *tickets;
        enum result result;
        unsigned depth; /* the first connection's three round trips, and one more */
    } rows[] = {{"-alpn http/1.1 -num_tickets 1", RESULT_DONE, 4},
                {"-alpn http/1.1 -num_tickets 0", RESULT_CANCELLED, 1}};
    if (!have_openssl) skip();
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct server s;
        struct bench b;
        server_start(&s, rows[i].tickets, reply, NULL);
        struct trial t = trial_to(s.port, TLS_1_3, "http/1.1");
        hello_add_ext(&t.hello, EXT_PSK_KEY_EXCHANGE_MODES);
        begin(&b);
        const struct run *first = prober_ask(b.p, &t);
        while (!first->t->finished) assert_true(prober_step(b.p, INT64_MAX));
        bool in_time = !first->done;
        t.resume = first;
        t.stop = STOP_SERVER_FLIGHT;
        t.ask_http = false;
        const struct run *second = prober_ask(b.p, &t);
        t.resume = NULL;
        while (!second->done) assert_true(prober_step(b.p, INT64_MAX));
        assert_int_equal(second->t->result, rows[i].result);
        assert_true(second->t->resumed == (rows[i].result == RESULT_DONE));
        if (in_time) assert_int_equal(second->depth, rows[i].depth);
        assert_true(first->done && first->app.complete);
        done(&b);
        server_stop(&s);
    }
}

int main(void) {
    signal(SIGPIPE, SIG_IGN); /* of the pipes to s_server */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_and_its_answer),
        cmocka_unit_test(who_speaks_first_is_asked_nothing),
        cmocka_unit_test(silence_after_the_question_ends),
        cmocka_unit_test(nothing_is_asked_where_it_may_not),
        cmocka_unit_test(a_late_alert_is_heard),
        cmocka_unit_test(a_split_hello_works),
        cmocka_unit_test(a_session_is_waited_for),
    };
    return cmocka_run_group_tests(tests, make_key, remove_key);
}
