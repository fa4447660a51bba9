#include "probe/job.h"

#include <assert.h>
#include <errno.h>

enum { FIRST_MAX = 512 };
static const int64_t SECOND_NS = 1000000000;

int64_t job_clock(const struct job *j) {
    return net_now(j->p->n) - j->run.begun_ns;
}

static bool via_proxy(const struct job *j) {
    return j->run.trial.via.use_proxy && j->p->proxy.kind != PROXY_NONE;
}

/* ---- limits ---- */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* When the phase under way is over: its own end, or silence; a peer that dribbles meets the cap. */
static int64_t due(const struct job *j) {
    const struct probe_limits *l = &j->p->limits;
    int64_t at = least(j->until_ns, j->heard_ns + l->timeout_ns);
    at = least(at, j->run.begun_ns + 2 * l->timeout_ns);
    return least(at, l->deadline_ns);
}

static void on_timer(void *arg);
/* Bytes move the end of silence forward all the time: the timer is left where it is, and looks again. */
static void arm(struct job *j) {
    int64_t at = due(j);
    if (j->timer && j->timer_ns <= at) return;
    net_timer_stop(j->timer);
    j->timer_ns = at;
    j->timer = net_timer_start(j->p->n, at, on_timer, j);
}

void job_enter(struct job *j, enum phase phase, int64_t until_ns) {
    j->phase = phase;
    j->until_ns = until_ns;
    j->heard_ns = net_now(j->p->n);
    arm(j);
}

static void heard(struct job *j) {
    j->heard_ns = net_now(j->p->n);
}

/* ---- the end ---- */

static void leave_dialog(struct job *j) {
    if (!j->dialog) return;
    j->run.t->round_trips += dialog_waits(j->dialog);
    j->dialog = NULL;
}

void job_close(struct job *j) {
    net_timer_stop(j->timer);
    conn_close(j->conn);
    engine_free(j->engine);
    app_free(j->app);
    j->timer = NULL;
    j->conn = NULL;
    j->engine = NULL;
    j->app = NULL;
    j->phase = PHASE_DONE;
}

void job_end(struct job *j, enum result result) {
    struct transcript *t = j->run.t;
    assert(j->phase != PHASE_DONE && result != RESULT_RUNNING);
    leave_dialog(j);
    t->result = result;
    t->end_ns = j->run.started ? job_clock(j) : 0;
    j->run.ended_ns = net_now(j->p->n);
    j->run.depth = j->depth_before + t->round_trips;
    if (j->app) app_result(j->app, &j->run.app);
    job_close(j);
    j->run.done = true;
    prober_ended(j);
}

/* ---- dialogues ---- */

static void record(struct job *j, enum side from, struct bytes b, uint64_t off) {
    struct msg *m = transcript_add(j->run.t, from, MSG_PLAIN, 0, b);
    m->at_ns = job_clock(j);
    m->stream_off = (size_t)off;
    m->wire_n = b.n;
}

void job_say(struct job *j, struct bytes out) {
    if (out.n == 0) return;
    conn_write(j->conn, out);
    j->run.t->bytes_sent += out.n;
}

static void say_plain(struct job *j, struct bytes out) {
    if (out.n == 0) return;
    /* A transcript may be shown to others: what carries the proxy's password stays out of it. */
    if (j->phase != PHASE_PROXY || !j->p->proxy.user[0]) record(j, SIDE_CLIENT, out, j->run.t->bytes_sent);
    job_say(j, out);
}

void job_keep_first(struct job *j, struct bytes in) {
    struct bytes part = bytes_cut(in, 0, FIRST_MAX - j->first.n);
    uint8_t *room = arena_alloc(j->p->a, j->first.n + part.n);
    if (j->first.n) memcpy(room, j->first.p, j->first.n);
    if (part.n) memcpy(room + j->first.n, part.p, part.n);
    j->first = bytes_of(room, j->first.n + part.n);
}

static void fail_dialog(struct job *j) {
    struct transcript *t = j->run.t;
    t->dialog = dialog_why(j->dialog);
    t->dialog_line = dialog_line(j->dialog);
    if (t->dialog == DIALOG_NOT_SPOKEN) t->first_bytes = j->first;
    job_end(j, j->phase == PHASE_PROXY ? RESULT_PROXY_FAILED : RESULT_STARTTLS_FAILED);
}

static void through(struct job *j, struct bytes rest);
static void after_dialog(struct job *j, struct bytes rest) {
    enum phase was = j->phase;
    leave_dialog(j);
    if (was == PHASE_PROXY)
        through(j, rest);
    else
        tls_begin(j, rest);
}

static void dialog_data(struct job *j, struct bytes in) {
    uint8_t room[DIALOG_MAX_OUT];
    struct wr out = wr_init(room, sizeof(room));
    size_t used = 0;
    enum dialog_status status = dialog_feed(j->dialog, in, &used, &out);
    /* What follows the go-ahead is TLS's and is recorded there; what follows a failure is its proof. */
    struct bytes own = status == DIALOG_READY ? bytes_cut(in, 0, used) : in;
    record(j, SIDE_SERVER, own, j->run.t->bytes_received - in.n);
    if (j->phase == PHASE_STARTTLS && j->first.n < FIRST_MAX) job_keep_first(j, own);
    say_plain(j, wr_bytes(&out));
    if (status == DIALOG_READY)
        after_dialog(j, bytes_cut(in, used, in.n));
    else if (status == DIALOG_FAILED)
        fail_dialog(j);
}

static void begin_dialog(struct job *j, enum phase phase, struct dialog *d, struct bytes rest) {
    uint8_t room[DIALOG_MAX_OUT];
    struct wr out = wr_init(room, sizeof(room));
    j->dialog = d;
    job_enter(j, phase, INT64_MAX);
    enum dialog_status status = dialog_begin(d, &out);
    say_plain(j, wr_bytes(&out));
    if (status == DIALOG_FAILED)
        fail_dialog(j);
    else if (status == DIALOG_READY)
        after_dialog(j, rest);
    else if (rest.n)
        dialog_data(j, rest);
}

static void dialog_ended(struct job *j, int sys_errno) {
    j->run.t->sys_errno = sys_errno;
    dialog_closed(j->dialog);
    fail_dialog(j);
}

static void dialog_fell_silent(struct job *j) {
    dialog_silent(j->dialog);
    fail_dialog(j);
}

/* ---- connected: what comes before TLS ---- */

/* PROXY protocol 1: the addresses that the server would see without the proxy in between. */
static void say_proxy_header(struct job *j) {
    struct arena *a = j->p->a;
    const struct net_addr *to = &j->run.trial.to;
    struct net_addr from;
    const char *line = "PROXY UNKNOWN\r\n";
    if (!via_proxy(j) && conn_local(j->conn, &from) && from.sa.any.sa_family == to->sa.any.sa_family)
        line = text_f(a, "PROXY %s %s %s %u %u\r\n", to->sa.any.sa_family == AF_INET ? "TCP4" : "TCP6",
                      net_addr_text(a, &from), net_addr_text(a, to), net_addr_port(&from), net_addr_port(to));
    say_plain(j, bytes_str(line));
}

/* A request in plain text, as a client sends it that was given http:// instead of https://. */
static void say_plain_http(struct job *j) {
    j->app = app_new_plain(j->p->a, j->run.trial.host, j->run.trial.host_port);
    say_plain(j, app_out(j->app));
}

static void greeting_data(struct job *j, struct bytes in);
/* What the peer says by itself, or to a plain request. */
static void listen_only(struct job *j, struct bytes rest) {
    const struct transport *via = &j->run.trial.via;
    if (via->plain_http) say_plain_http(j);
    job_enter(j, PHASE_GREETING, net_now(j->p->n) + via->listen_ns);
    if (rest.n) greeting_data(j, rest);
}

/* The way to the target is open. */
static void through(struct job *j, struct bytes rest) {
    const struct transport *via = &j->run.trial.via;
    struct transcript *t = j->run.t;
    t->connected = true;
    t->connect_ns = job_clock(j);
    t->stage = via->starttls != STARTTLS_NONE ? STAGE_STARTTLS : STAGE_CLIENT_HELLO;
    if (via_proxy(j)) j->p->proxy_good = j->proxy_try;
    if (via->proxy_header) say_proxy_header(j);
    if (via->greet_only || via->plain_http) {
        t->stage = STAGE_CLIENT_HELLO;
        listen_only(j, rest);
        return;
    }
    if (via->starttls == STARTTLS_NONE)
        tls_begin(j, rest);
    else
        begin_dialog(j, PHASE_STARTTLS, dialog_starttls(j->p->a, via->starttls, j->run.trial.host), rest);
}

static void greeting_data(struct job *j, struct bytes in) {
    struct transcript *t = j->run.t;
    record(j, SIDE_SERVER, in, t->bytes_received - in.n);
    job_keep_first(j, in);
    t->first_bytes = j->first;
    if (t->first_byte_ns == 0) t->first_byte_ns = job_clock(j);
    /* Of an answer in HTTP the whole header is wanted. */
    if (!j->app || app_feed(j->app, in)) job_end(j, RESULT_DONE);
}

/* Where something was said, that is the answer, however it ends. */
static void greeting_over(struct job *j, enum result otherwise) {
    job_end(j, j->first.n > 0 ? RESULT_DONE : otherwise);
}

static void greeting_ended(struct job *j, int sys_errno) {
    j->run.t->sys_errno = sys_errno;
    greeting_over(j, sys_errno ? RESULT_PEER_RST : RESULT_PEER_FIN);
}

static void greeting_silent(struct job *j) {
    j->run.t->unheard = conn_unheard(j->conn);
    greeting_over(j, RESULT_TIMEOUT);
}

/* ---- TCP ---- */

/* Errors that say nothing of the peer or the path. */
static bool is_ours(int err) {
    static const int list[] = {ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM};
    for (size_t i = 0; i < TW_COUNT(list); i++)
        if (list[i] == err) return true;
    return false;
}

static void end_in_trouble(struct job *j, int err) {
    j->p->trouble = err;
    j->run.t->sys_errno = err;
    job_end(j, RESULT_CANCELLED);
}

static void connect_failed(struct job *j, int err) {
    j->run.t->sys_errno = err;
    job_end(j, via_proxy(j) ? RESULT_PROXY_FAILED : RESULT_CONNECT_FAILED);
}

static void open_conn(struct job *j);
static void connect_ended(struct job *j, int err) {
    const struct prober *p = j->p;
    bool another = via_proxy(j) && j->proxy_try + 1 < p->proxy_addr->n;
    if (!another || p->cost.connections >= p->limits.max_connections) {
        connect_failed(j, err);
        return;
    }
    conn_close(j->conn);
    j->conn = NULL;
    j->proxy_try++;
    j->run.t->round_trips++;
    open_conn(j);
}

static void connect_silent(struct job *j) {
    connect_failed(j, ETIMEDOUT);
}

static void no_proxy_address(struct job *j, const char *why) {
    j->run.t->stage = STAGE_RESOLVE;
    j->run.t->place = text_f(j->p->a, "the proxy's name %s does not resolve: %s", j->p->proxy.host, why);
    job_end(j, RESULT_PROXY_FAILED);
}

static void proxy_name_silent(struct job *j) {
    no_proxy_address(j, "no answer within the time limit");
}

static bool proxy_wants_tls(const struct job *j) {
    enum proxy_scheme scheme = j->run.trial.via.proxy_scheme;
    return scheme == PROXY_BY_TLS || (scheme == PROXY_AS_TOLD && j->p->proxy.kind == PROXY_HTTPS);
}

static void on_opened(void *arg) {
    struct job *j = arg;
    const struct trial *trial = &j->run.trial;
    if (!via_proxy(j)) {
        through(j, (struct bytes){0});
        return;
    }
    if (proxy_wants_tls(j)) {
        proxy_tls_begin(j);
        return;
    }
    const char *target = trial->to.len ? net_addr_text(j->p->a, &trial->to) : trial->host;
    begin_dialog(j, PHASE_PROXY, dialog_proxy(j->p->a, &j->p->proxy, target, trial_port(trial)),
                 (struct bytes){0});
}

/* ---- what each phase does ---- */

static const struct phase_row {
    void (*data)(struct job *j, struct bytes in);
    void (*ended)(struct job *j, int sys_errno);
    void (*silent)(struct job *j);
} phases[PHASE__COUNT] = {
    [PHASE_PROXY_NAME] = {.silent = proxy_name_silent},
    [PHASE_CONNECTING] = {.ended = connect_ended, .silent = connect_silent},
    [PHASE_PROXY_TLS] = {proxy_tls_data, proxy_tls_ended, proxy_tls_silent},
    [PHASE_PROXY] = {dialog_data, dialog_ended, dialog_fell_silent},
    [PHASE_STARTTLS] = {dialog_data, dialog_ended, dialog_fell_silent},
    [PHASE_GREETING] = {greeting_data, greeting_ended, greeting_silent},
    [PHASE_WAITING] = {waiting_data, waiting_ended, waiting_silent},
    [PHASE_TLS] = {tls_data, tls_ended, tls_silent},
    [PHASE_QUIET] = {app_data, tls_ended, quiet_over},
    [PHASE_ASKING] = {app_data, tls_ended, talk_over},
    [PHASE_LISTENING] = {app_data, tls_ended, talk_over},
};

/* The whole diagnosis is out of time. A peer that had its time in silence did time out; one that had none
 * was cut off by us. */
static void past_deadline(struct job *j) {
    int64_t silence = net_now(j->p->n) - j->heard_ns;
    if (j->phase >= PHASE_QUIET)
        talk_over(j);
    else if (silence >= least(SECOND_NS, j->p->limits.timeout_ns))
        phases[j->phase].silent(j);
    else
        job_end(j, RESULT_CANCELLED);
}

static void on_timer(void *arg) {
    struct job *j = arg;
    j->timer = NULL;
    int64_t now = net_now(j->p->n);
    if (now < due(j))
        arm(j);
    else if (now >= j->p->limits.deadline_ns)
        past_deadline(j);
    else
        phases[j->phase].silent(j);
}

static void on_data(void *arg, struct bytes in) {
    struct job *j = arg;
    heard(j);
    j->run.t->bytes_received += in.n;
    phases[j->phase].data(j, in);
}

static void on_ended(void *arg, int sys_errno) {
    struct job *j = arg;
    struct transcript *t = j->run.t;
    if (is_ours(sys_errno)) {
        end_in_trouble(j, sys_errno);
        return;
    }
    t->peer_reset = sys_errno == ECONNRESET && j->phase != PHASE_CONNECTING;
    t->peer_closed = t->peer_reset || sys_errno == 0;
    phases[j->phase].ended(j, sys_errno);
}

/* Silence begins when the last byte of ours has left: a pause between segments is not the peer's. */
static void on_drained(void *arg) {
    heard(arg);
}

/* ---- the beginning ---- */

static void open_conn(struct job *j) {
    static const struct conn_events events = {on_opened, on_data, on_ended, on_drained};
    struct prober *p = j->p;
    const struct trial *trial = &j->run.trial;
    const struct net_addr *to = via_proxy(j) ? &p->proxy_addr->addr[j->proxy_try] : &trial->to;
    const struct conn_options options = {.mss = trial->via.mss};
    j->conn = conn_open(p->n, to, &options, &events, j);
    if (j->conn) {
        p->cost.connections++;
        j->run.t->round_trips++;
        job_enter(j, PHASE_CONNECTING, INT64_MAX);
        return;
    }
    int err = errno;
    if (!prober_hold(j)) {
        end_in_trouble(j, err);
        return;
    }
    net_timer_stop(j->timer);
    j->timer = NULL;
    j->phase = PHASE_QUEUED;
    j->run.started = false;
}

void job_proxy_known(struct job *j) {
    const struct resolved *r = j->p->proxy_addr;
    if (r->status != RESOLVE_OK) {
        no_proxy_address(j, r->detail ? r->detail : "it has no address");
        return;
    }
    j->proxy_try = j->p->proxy_good;
    open_conn(j);
}

void job_start(struct job *j) {
    const struct trial *trial = &j->run.trial;
    struct transcript *t = transcript_new(j->p->a);
    j->run.t = t;
    j->run.started = true;
    j->run.begun_ns = net_now(j->p->n);
    t->stage = STAGE_CONNECT;
    t->address = trial->to.len ? net_addr_text(j->p->a, &trial->to) : arena_strdup(j->p->a, trial->host);
    t->port = trial_port(trial);
    if (!via_proxy(j)) {
        assert(trial->to.len > 0); /* only a proxy can find a name */
        open_conn(j);
    } else if (j->p->proxy_state == PROXY_KNOWN) {
        job_proxy_known(j);
    } else {
        job_enter(j, PHASE_PROXY_NAME, INT64_MAX);
        prober_find_proxy(j->p);
    }
}
