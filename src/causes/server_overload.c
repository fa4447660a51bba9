/* The server accepts each connection and answers only some of them: the very same hello got an answer on one
 * connection and silence on another. What a filter on the way or a fault in reading a hello does, it does
 * each time. */
#include "causes/cause.h"

struct tally {
    size_t silent, answered;
    const struct facts *first_silent;
    int64_t slowest_ns;
};

/* Of the TLS connections to the address at hand. What was never acknowledged did not arrive, and is no matter
 * of the server's. */
static struct tally count(const struct casefile *c) {
    struct tally n = {0};
    for (const struct facts_entry *e = c->entries; e; e = e->next) {
        const struct trial *t = &e->run->trial;
        const struct facts *f = e->facts;
        if (t->via.greet_only || t->via.plain_http || t->via.proxy_header) continue;
        if (memcmp(&t->to, &c->trial.to, sizeof(t->to)) != 0 || f->reached < REACHED_TLS) continue;
        if (f->silent && !f->t->unheard && !case_may_have_queued(c, f)) {
            n.silent++;
            n.first_silent = f; /* entries come newest first */
        } else if (f->reached >= REACHED_SERVER_HELLO) {
            n.answered++;
            if (f->t->first_byte_ns > n.slowest_ns) n.slowest_ns = f->t->first_byte_ns;
        }
    }
    return n;
}

/* One and the same hello on the same way, but for what is made anew each time. */
static bool same_offer(const struct trial *a, const struct trial *b) {
    struct hello x = a->hello, y = b->hello;
    memset(x.random, 0, sizeof(x.random));
    memset(y.random, 0, sizeof(y.random));
    memset(x.session_id, 0, sizeof(x.session_id));
    memset(y.session_id, 0, sizeof(y.session_id));
    return a->resume == b->resume && memcmp(&x, &y, sizeof(x)) == 0 &&
           memcmp(&a->via, &b->via, sizeof(a->via)) == 0;
}

/* Among what was tried anyway. */
static const struct facts *find_answered(const struct casefile *c, const struct facts **ret_silent) {
    for (const struct facts_entry *s = c->entries; s; s = s->next)
        for (const struct facts_entry *e = s->facts->silent ? c->entries : NULL; e; e = e->next) {
            bool here = memcmp(&e->run->trial.to, &c->trial.to, sizeof(c->trial.to)) == 0;
            if (!here || e->facts->reached < REACHED_SERVER_HELLO) continue;
            if (!same_offer(&s->run->trial, &e->run->trial)) continue;
            *ret_silent = s->facts;
            return e->facts;
        }
    return NULL;
}

/* The same hello as the silent one, which was answered another time. Where this client gets through, a
 * silence is tried again; where it does not, the planner has done so. */
static enum ruling answered_again(struct casefile *c, const struct facts **silent, const struct facts **ret) {
    enum { TRIES = 2 };
    bool open = false;
    *ret = find_answered(c, silent);
    if (*ret) return RULING_YES;
    for (unsigned i = 1; c->main->good && i <= TRIES; i++) {
        if ((*silent)->run->trial.repeat == i) continue;
        const struct facts *f = case_repeat(c, &(*silent)->run->trial, i);
        if (f && f->reached >= REACHED_SERVER_HELLO) {
            *ret = f;
            return RULING_YES;
        }
        open = open || !f;
    }
    return open ? RULING_OPEN : RULING_NO;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct facts *again = NULL;
    struct tally n = count(c);
    if (n.silent < 2 || n.answered == 0) return RULING_NO;
    enum ruling r = answered_again(c, &n.first_silent, &again);
    if (r != RULING_YES) return r;
    f->certainty = CERTAINTY_LIKELY;
    f->comes_and_goes = true;
    f->spares_own = c->main->good;
    f->has_proof = true;
    f->proof = (struct proof){.baseline = facts_outcome(c->a, n.first_silent),
                              .change = "the very same handshake is tried again, on another connection",
                              .outcome = facts_outcome(c->a, again)};
    f->summary =
        text_f(c->a,
               "The server at %s accepts connections and answers only some of them: %zu got an answer, %zu "
               "silence.",
               case_where(c), n.answered, n.silent);
    finding_evidence(f, text_f(c->a, "The slowest of the answers came after %lld milliseconds.",
                               (long long)(n.slowest_ns / 1000000)));
    finding_evidence(f, "What was sent was acknowledged each time, so nothing was lost on the way.");
    finding_slot(f, "answered", text_f(c->a, "%zu", n.answered));
    finding_slot(f, "silent", text_f(c->a, "%zu", n.silent));
    return RULING_YES;
}

/* What one silence among answers seemed to be. */
static const char *const replaces[] = {"session-resumption-broken", "handshake-timeout", NULL};
extern const struct cause cause_server_overload;
const struct cause cause_server_overload = {.id = "server-overload",
                                            .row = NULL,
                                            .fixer = FIX_SERVER,
                                            .phase = PHASE_SECOND,
                                            .rank = RANK_CONNECT,
                                            .replaces = replaces,
                                            .judge = judge};
