/* Early data (0-RTT) breaks the connection, though the server's own ticket allows it. A server that does not
 * want it must pass it over and go on (RFC 8446 4.2.10), and may ask for it again by 425 (RFC 8470 5.2): both
 * are well. */
#include "causes/cause.h"

/* It ends before the answer; the application's silence is not counted. */
static bool breaks(const struct facts *f) {
    if (f->t->early_data == EARLY_DATA_NONE || f->t->result == RESULT_CANCELLED) return false;
    return !f->good || (f->t->peer_closed && !f->run->app.answered);
}

static const struct facts *with_early_data(struct casefile *c, const struct run *session) {
    return CASE_TRY(c, {.kind = CHANGE_RESUME, .run = session}, {.kind = CHANGE_EARLY_DATA});
}

static const char *outcome(struct casefile *c, const struct facts *f) {
    return f->good ? "the server closes without an answer" : facts_outcome(c->a, f);
}

struct tries {
    const struct facts *early, *again, *plain;
};

/* A ticket may be good for once alone (RFC 8446 8.1): each try has its own. YES: it breaks with early data,
 * twice, and not without. */
static enum ruling try_both(struct casefile *c, struct tries *t) {
    const struct facts *first = case_repeat(c, &c->main->run->trial, 1);
    const struct facts *other = case_repeat(c, &c->main->run->trial, 2);
    if (!first || !other) return RULING_OPEN;
    if (!first->good || !first->t->session || !other->good || !other->t->session) return RULING_NO;
    t->again = with_early_data(c, first->run);
    t->plain = CASE_TRY(c, {.kind = CHANGE_RESUME, .run = other->run});
    if (!t->again || !t->plain) return RULING_OPEN;
    bool well = t->plain->good && t->plain->t->result != RESULT_CANCELLED;
    return breaks(t->again) && well ? RULING_YES : RULING_NO;
}

static void tell(struct casefile *c, struct finding *f, const struct tries *t) {
    f->certainty = t->plain->t->resumed ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->has_proof = true;
    f->proof = (struct proof){
        .baseline = text_f(c->a, "a session is taken up, with early data: %s", outcome(c, t->again)),
        .change = "a session is taken up without early data",
        .outcome = facts_outcome(c->a, t->plain)};
    f->summary =
        text_f(c->a,
               "The server at %s gives out tickets that allow early data (0-RTT), and breaks off when it "
               "comes: %s.",
               case_where(c), outcome(c, t->early));
    finding_evidence(f, text_f(c->a,
                               "Its ticket allows %u bytes (max_early_data_size); a HEAD request was sent.",
                               c->main->t->session->early_data_max));
    finding_evidence(f, t->early->t->early_data == EARLY_DATA_TAKEN
                            ? "In EncryptedExtensions it said that it takes the early data."
                            : "It did not say that it takes the early data; then it must skip it and go on.");
    finding_slot(f, "outcome", outcome(c, t->early));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct tries t;
    if (!c->main->good || !c->main->t->session || !c->main->run->app.answered) return RULING_NO;
    t.early = with_early_data(c, c->main->run);
    if (!t.early) return RULING_OPEN;
    if (!breaks(t.early)) return RULING_NO;
    enum ruling r = try_both(c, &t);
    if (r == RULING_YES) tell(c, f, &t);
    return r;
}

extern const struct cause cause_early_data_rejected;
const struct cause cause_early_data_rejected = {.id = "early-data-rejected",
                                                .row = NULL,
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_SECOND,
                                                .rank = RANK_APPLICATION,
                                                .judge = judge};
