/* The connection is accepted, then silence: after the hello, in the dialogue before it, or mid-flight. */
#include "causes/bare.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->subject->t;
    if (t->result == RESULT_STARTTLS_FAILED && t->dialog == DIALOG_SILENT) {
        const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
        if (!again) return RULING_OPEN;
        if (case_further(c, again)) return RULING_NO;
        f->certainty = c->starved ? CERTAINTY_POSSIBLE : CERTAINTY_LIKELY;
        f->summary = text_f(
            c->a, "The service at %s accepts the connection and then says nothing, neither in %s nor in TLS.",
            case_where(c), starttls_name(c->trial.via.starttls));
        case_evidence_subject(c, f);
        return RULING_YES;
    }
    if (t->result != RESULT_TIMEOUT || c->subject->reached < REACHED_TLS) return RULING_NO;
    return bare_judge(c, f,
                      text_f(c->a, "The server at %s accepts the connection and then falls silent %s.",
                             case_where(c), bare_when(c)));
}

extern const struct cause cause_handshake_timeout;
const struct cause cause_handshake_timeout = {.id = "handshake-timeout",
                                              .row = NULL,
                                              .fixer = FIX_SERVER,
                                              .phase = PHASE_RESIDUAL,
                                              .rank = RANK_VERSION,
                                              .judge = judge};
