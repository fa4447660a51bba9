/* The first connection works, and one that takes up its session does not: what a browser shows as a page that
 * loads and then fails. A server that no longer knows a session must go on with a whole handshake (RFC
 * 5246 7.3, RFC 5077 3.1, RFC 8446 4.2.11). */
#include "causes/addresses.h"

/* The session of the first connection, at another address of the same name, which clients hold to be the same
 * server. NULL while it is under way. */
static const struct facts *elsewhere(struct casefile *c) {
    struct trial t = c->subject_trial;
    t.stop = STOP_SERVER_FLIGHT;
    t.ask_http = false;
    t.resume = c->main->run;
    t.to = c->resolved->addr[1];
    const struct run *run = prober_ask(c->prober, &t);
    return run->done ? case_facts(c, run) : NULL;
}

static void tell(struct casefile *c, struct finding *f, const struct facts *failed, const char *where) {
    const char *kind = c->main->t->version >= TLS_1_3      ? "a pre-shared key (PSK)"
                       : c->main->t->session->ticket.n > 0 ? "a session ticket"
                                                           : "a session id";
    f->summary =
        text_f(c->a, "The first connection to %s works, but one that takes up its session (by %s) fails: %s.",
               where, kind, facts_outcome(c->a, failed));
    finding_evidence(
        f, text_f(c->a, "The first handshake, at %s, went through, and the server gave a session for later.",
                  case_where(c)));
    finding_evidence(f, text_f(c->a, "A hello with that session, by %s, got at %s: %s.", kind, where,
                               facts_outcome(c->a, failed)));
    finding_slot(f, "kind", kind);
    finding_slot(f, "outcome", facts_outcome(c->a, failed));
}

/* The same where the server said nothing: each by itself, one behind the other. Beside others it may have
 * waited its turn behind them, or been one connection too many. */
static enum ruling fails_alone(struct casefile *c, const struct facts *failed, unsigned n,
                               const struct facts **ret_whole) {
    struct trial fresh = failed->run->trial;
    fresh.resume = NULL;
    fresh.early_data = false;
    const struct facts *again = case_repeat_alone(c, &failed->run->trial, n);
    if (!again) return RULING_OPEN;
    if (again->good || again->t->result == RESULT_CANCELLED) return RULING_NO;
    const struct facts *whole = case_repeat_alone(c, &fresh, n);
    if (!whole) return RULING_OPEN;
    *ret_whole = whole;
    return whole->good && !case_may_have_queued(c, again) ? RULING_YES : RULING_NO;
}

/* Once more with the session, and a whole handshake beside it that works. */
static enum ruling fails_again(struct casefile *c, unsigned n, const struct facts **ret_whole) {
    const struct facts *whole = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = n});
    const struct facts *again =
        CASE_TRY(c, {.kind = CHANGE_RESUME, .run = c->main->run}, {.kind = CHANGE_AGAIN, .arg = n});
    if (!whole || !again) return RULING_OPEN;
    if (!whole->good || again->good || again->t->result == RESULT_CANCELLED) return RULING_NO;
    *ret_whole = whole;
    return RULING_YES;
}

/* Seen twice; what ends without the server's word three times, since that may come by chance. */
static enum ruling prove_here(struct casefile *c, struct finding *f, const struct facts *failed) {
    const struct facts *whole = NULL;
    bool bare = failed->t->result == RESULT_PEER_FIN || failed->t->result == RESULT_PEER_RST;
    bool silent = failed->t->result == RESULT_TIMEOUT;
    enum ruling r = bare || silent ? fails_alone(c, failed, 1, &whole) : fails_again(c, 1, &whole);
    if (r == RULING_YES && bare) r = fails_alone(c, failed, 2, &whole);
    if (r != RULING_YES) return r;
    tell(c, f, failed, case_where(c));
    finding_evidence(f, text_f(c->a, "So it was %s; a whole handshake, made once more, went through.",
                               bare ? "three times out of three" : "both times"));
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof =
        (struct proof){.baseline = text_f(c->a, "with the session taken up: %s", facts_outcome(c->a, failed)),
                       .change = "the same hello without the session",
                       .outcome = facts_outcome(c->a, whole)};
    return RULING_YES;
}

static enum ruling judge_elsewhere(struct casefile *c, struct finding *f) {
    if (!c->resolved || c->resolved->n < 2 || !c->others[1] || !c->others[1]->good) return RULING_NO;
    const struct facts *there = elsewhere(c);
    if (!there) return RULING_OPEN;
    if (there->good || there->t->result == RESULT_CANCELLED || there->reached < REACHED_TLS) return RULING_NO;
    tell(c, f, there, address_text(c, 1));
    f->certainty = CERTAINTY_LIKELY;
    finding_evidence(f, text_f(c->a, "The session was given by %s; without it, %s does well.",
                               address_text(c, 0), address_text(c, 1)));
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->main->good || !c->main->t->session) return RULING_NO;
    const struct facts *resumed =
        CASE_TRY(c, {.kind = CHANGE_RESUME, .run = c->main->run}, {.kind = CHANGE_EARLY_DATA});
    if (resumed && !resumed->good && resumed->t->early_data != EARLY_DATA_NONE)
        resumed = CASE_TRY(c, {.kind = CHANGE_RESUME, .run = c->main->run}); /* is it the session at all? */
    if (!resumed) return RULING_OPEN;
    if (resumed->t->result == RESULT_CANCELLED || resumed->reached < REACHED_TLS) return RULING_NO;
    return resumed->good ? judge_elsewhere(c, f) : prove_here(c, f, resumed);
}

extern const struct cause cause_session_resumption_broken;
const struct cause cause_session_resumption_broken = {.id = "session-resumption-broken",
                                                      .row = NULL,
                                                      .fixer = FIX_SERVER,
                                                      .phase = PHASE_SECOND,
                                                      .rank = RANK_APPLICATION,
                                                      .judge = judge};
