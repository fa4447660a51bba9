#include "base/wr.h"
#include "probe/job.h"

/* How long the application phase waits (CONTRACT.md, "Application"). Loopback has round trips of
 * microseconds, and servers answer within their scheduling, so each wait has a fixed part too. */
static const int64_t MS = 1000000;
enum { QUIET_MS = 50, LISTEN_MS = 100, LISTEN_CERTIFICATE_MS = 300, ANSWER_MIN_MS = 1000 };
enum { SPOKEN_MAX = 256 };

static int64_t now_of(const struct job *j) {
    return net_now(j->p->n);
}

/* Sends what the engine has; a flight that is out and unanswered is one wait (a round trip). */
static void push(struct job *j) {
    struct bytes out = engine_out(j->engine);
    if (out.n == 0) return;
    job_say(j, out);
    engine_sent(j->engine, out.n);
    if (!engine_waiting(j->engine) || j->awaited) return;
    j->awaited = true;
    j->run.t->round_trips++;
}

void tls_random(void *arg, uint8_t *out, size_t n) {
    (void)arg;
    crypto_random(out, n);
}

const struct kx *tls_key(void *arg, uint16_t group) {
    const struct job *j = arg;
    return key_pool_get(j->p->keys, group);
}

static const struct pubkey *tls_pubkey(void *arg, struct bytes der) {
    const struct job *j = arg;
    return key_pool_public(j->p->keys, der);
}

/* ---- a session that is still to come ---- */

static bool must_wait(const struct job *j) {
    const struct run *first = j->run.trial.resume;
    return first && !first->done && !first->t->session;
}

void tls_wake(struct job *j) {
    if (!must_wait(j)) tls_begin(j, (struct bytes){0});
}

/* What was waited for counts, though its own connection was made meanwhile. */
static void count_waiting(struct job *j) {
    const struct job *first = (const struct job *)j->run.trial.resume;
    unsigned known = first->depth_before + first->run.t->round_trips, own = j->run.t->round_trips;
    if (known > j->depth_before + own) j->depth_before = known - own;
}

/* The server would not wait: what it says to nothing is no answer to a session. */
void waiting_data(struct job *j, struct bytes in) {
    (void)in;
    job_end(j, RESULT_CANCELLED);
}

void waiting_ended(struct job *j, int sys_errno) {
    j->run.t->sys_errno = sys_errno;
    job_end(j, RESULT_CANCELLED);
}

void waiting_silent(struct job *j) {
    job_end(j, RESULT_CANCELLED);
}

/* The request as early data: a HEAD does no harm where somebody repeats it (RFC 8470 3). Empty where it may
 * not be sent: CONTRACT.md, "Application". */
static struct bytes early_request(struct job *j, const struct eng_session *session) {
    enum { EARLY_MAX = 2048 };
    const struct run *first = j->run.trial.resume;
    if (!j->run.trial.early_data || !session || session->early_data_max == 0) return (struct bytes){0};
    const struct bytes alpn = first->t->alpn;
    bool http2 = bytes_eq(alpn, bytes_str("h2")),
         http1 = alpn.n == 0 || bytes_eq(alpn, bytes_str("http/1.1"));
    if (!trial_may_ask(&first->trial) || first->app.speaks_first || (!http1 && !http2))
        return (struct bytes){0};
    uint8_t room[EARLY_MAX];
    struct wr w = wr_init(room, sizeof(room));
    j->app = app_new(j->p->a, j->run.trial.host, j->run.trial.host_port, http2);
    for (struct bytes out = app_out(j->app); out.n > 0; out = app_out(j->app)) wr_put(&w, out);
    if (!w.overflow && w.n > 0 && w.n <= session->early_data_max) return arena_copy(j->p->a, wr_bytes(&w));
    app_free(j->app);
    j->app = NULL;
    return (struct bytes){0};
}

void tls_begin(struct job *j, struct bytes rest) {
    struct trial *trial = &j->run.trial;
    if (must_wait(j)) {
        job_enter(j, PHASE_WAITING, INT64_MAX);
        return;
    }
    if (trial->resume && !trial->resume->t->session) {
        job_end(j, RESULT_CANCELLED);
        return;
    }
    if (trial->resume) count_waiting(j);
    struct hello *h = &trial->hello;
    crypto_random(h->random, sizeof(h->random));
    crypto_random(h->session_id, h->session_id_n);
    const struct run *first = trial->resume;
    const struct eng_session *session = first ? first->t->session : NULL;
    j->early = early_request(j, session);
    const struct eng_config cfg = {
        .resume = session,
        .early_data = j->early,
        .resume_age_ms = session ? (uint32_t)((now_of(j) - first->begun_ns - session->at_ns) / MS) : 0,
        .hello = h,
        .policy = trial->policy,
        .stop =
            j->early.n ? STOP_FINISHED : trial->stop, /* what is wrong with it may show at the end alone */
        .key_for = tls_key,
        .pubkey_of = tls_pubkey,
        .identity = trial->identity,
        .random = tls_random,
        .arg = j,
        .now_ns = job_clock(j),
    };
    j->engine = engine_new(&cfg, j->run.t);
    conn_split(j->conn, trial->via.first_segment, trial->via.segment_pause_ns);
    job_enter(j, PHASE_TLS, INT64_MAX);
    push(j);
    if (rest.n) tls_data(j, rest);
}

/* ---- after both Finished ---- */

/* False: it had nothing to say. */
static bool write_app(struct job *j) {
    bool wrote = false;
    for (struct bytes out = app_out(j->app); out.n > 0; out = app_out(j->app)) {
        engine_write_app(j->engine, out, job_clock(j));
        wrote = true;
    }
    return wrote;
}

/* TLS 1.3: a server that does not like the client's certificate, or the lack of one, says so a round trip
 * after our Finished (RFC 8446 4.4.2.4), and may look at it for a while. */
static void listen_late(struct job *j) {
    const struct transcript *t = j->run.t;
    int64_t wait = t->certificate_requested ? t->connect_ns * 2 + LISTEN_CERTIFICATE_MS * MS
                                            : t->connect_ns * 6 / 5 + LISTEN_MS * MS;
    if (wait < j->run.trial.via.listen_ns) wait = j->run.trial.via.listen_ns;
    j->run.t->round_trips++;
    job_enter(j, PHASE_LISTENING, now_of(j) + wait);
}

static int64_t answer_wait(const struct job *j) {
    int64_t wait = 4 * j->run.t->connect_ns;
    return wait < ANSWER_MIN_MS * MS ? ANSWER_MIN_MS * MS : wait;
}

/* The request is on its way already, or is sent again where the server passed it over (RFC 8446 4.2.10). */
static void go_on_early(struct job *j) {
    if (j->run.t->early_data != EARLY_DATA_TAKEN) engine_write_app(j->engine, j->early, job_clock(j));
    j->run.t->round_trips++;
    job_enter(j, PHASE_ASKING, now_of(j) + answer_wait(j));
}

static void ask(struct job *j, bool http2) {
    const struct trial *trial = &j->run.trial;
    j->app = app_new(j->p->a, trial->host, trial->host_port, http2);
    if (!write_app(j)) { /* a name that no request can carry */
        listen_late(j);
        return;
    }
    j->run.t->round_trips++;
    job_enter(j, PHASE_ASKING, now_of(j) + answer_wait(j));
}

/* Without ALPN a server may be of a protocol where it speaks first: it gets the time to. */
static void stay_quiet(struct job *j) {
    struct transcript *t = j->run.t;
    int64_t wait = QUIET_MS * MS;
    if (t->version >= TLS_1_3) {
        wait += t->connect_ns;
        t->round_trips++;
    }
    job_enter(j, PHASE_QUIET, now_of(j) + wait);
}

static void finished(struct job *j) {
    const struct transcript *t = j->run.t;
    prober_news(j->p);
    if (j->early.n > 0) {
        go_on_early(j);
        return;
    }
    bool http1 = bytes_eq(t->alpn, bytes_str("http/1.1")), http2 = bytes_eq(t->alpn, bytes_str("h2"));
    bool may = trial_may_ask(&j->run.trial);
    if (may && (http1 || http2))
        ask(j, http2);
    else if (may && t->alpn.n == 0)
        stay_quiet(j);
    else
        listen_late(j);
}

static void heard_first(struct job *j, struct bytes data) {
    struct app_answer *answer = &j->run.app;
    if (answer->speaks_first) return;
    answer->speaks_first = true;
    answer->first = arena_copy(j->p->a, bytes_cut(data, 0, SPOKEN_MAX));
    if (j->phase == PHASE_QUIET) listen_late(j);
}

/* A ticket shows that the server has our Finished, so what it wants to say first is right behind it. */
static void heard_ticket(struct job *j) {
    int64_t until = now_of(j) + QUIET_MS * MS;
    if (j->phase == PHASE_QUIET && until < j->until_ns) job_enter(j, PHASE_QUIET, until);
    prober_session(j->p);
}

/* Looks at the messages that came since the last time. True: the answer is complete. */
static bool look(struct job *j) {
    const struct transcript *t = j->run.t;
    bool complete = false;
    for (const struct msg *m = j->looked ? j->looked->next : t->first; m; m = m->next) {
        j->looked = m;
        if (m->from != SIDE_SERVER) continue;
        if (m->kind == MSG_HANDSHAKE && m->type == HS_NEW_SESSION_TICKET) heard_ticket(j);
        if (m->kind != MSG_APP) continue;
        if (j->app)
            complete = app_feed(j->app, m->body) || complete;
        else
            heard_first(j, m->body);
    }
    if (j->app && engine_open(j->engine)) write_app(j);
    return complete;
}

static void take_in(struct job *j) {
    bool complete = look(j);
    push(j);
    if (!engine_open(j->engine))
        job_end(j, j->run.t->result);
    else if (complete)
        talk_over(j);
}

void app_data(struct job *j, struct bytes in) {
    engine_feed(j->engine, in, job_clock(j));
    take_in(j);
}

void quiet_over(struct job *j) {
    ask(j, false);
    push(j);
}

void talk_over(struct job *j) {
    engine_close(j->engine, job_clock(j));
    push(j);
    job_end(j, j->run.t->result);
}

/* ---- the handshake ---- */

void tls_data(struct job *j, struct bytes in) {
    struct transcript *t = j->run.t;
    if (t->first_byte_ns == 0) t->first_byte_ns = job_clock(j);
    j->awaited = false;
    engine_feed(j->engine, in, job_clock(j));
    if (engine_open(j->engine)) {
        finished(j);
        take_in(j);
        return;
    }
    push(j);
    if (engine_over(j->engine)) job_end(j, t->result);
}

void tls_ended(struct job *j, int sys_errno) {
    struct transcript *t = j->run.t;
    t->sys_errno = sys_errno;
    if (sys_errno == 0)
        engine_eof(j->engine, job_clock(j));
    else if (t->peer_reset)
        engine_reset(j->engine, job_clock(j));
    else
        engine_timeout(j->engine, job_clock(j)); /* ETIMEDOUT, EHOSTUNREACH: the path went silent */
    job_end(j, t->result);
}

void tls_silent(struct job *j) {
    j->run.t->unheard = conn_unheard(j->conn);
    engine_timeout(j->engine, job_clock(j));
    job_end(j, j->run.t->result);
}
