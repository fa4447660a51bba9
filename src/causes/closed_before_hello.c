/* The connection is accepted and closed before the client says anything. */
#include "causes/bare.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->subject->t;
    bool cut = t->result == RESULT_PEER_FIN || t->result == RESULT_PEER_RST ||
               (t->result == RESULT_STARTTLS_FAILED && t->dialog == DIALOG_CLOSED);
    if (!cut || c->subject->reached > REACHED_TLS) return RULING_NO;
    const struct facts *listen = CASE_TRY(c, {.kind = CHANGE_GREET_ONLY});
    if (!listen) return RULING_OPEN;
    const struct transcript *l = listen->t;
    if ((l->result != RESULT_PEER_FIN && l->result != RESULT_PEER_RST) || l->first_bytes.n > 0)
        return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(
        c->a, "The server at %s accepts the connection and closes it before the client has said anything.",
        case_where(c));
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "A client that only listened got: %s.", facts_outcome(c->a, listen)));
    return RULING_YES;
}

static const char *const replaces[] = {"closed-after-hello", "reset-after-hello", NULL};
extern const struct cause cause_closed_before_hello;
const struct cause cause_closed_before_hello = {.id = "closed-before-hello",
                                                .row = NULL,
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_RESIDUAL,
                                                .rank = RANK_CONNECT,
                                                .replaces = replaces,
                                                .judge = judge};
