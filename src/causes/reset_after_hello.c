/* The connection is reset after every hello. */
#include "causes/bare.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!bare_cut(c) || c->subject->t->result != RESULT_PEER_RST) return RULING_NO;
    return bare_judge(c, f, text_f(c->a, "The connection to %s is reset %s.", case_where(c), bare_when(c)));
}

extern const struct cause cause_reset_after_hello;
const struct cause cause_reset_after_hello = {.id = "reset-after-hello",
                                              .row = NULL,
                                              .fixer = FIX_SERVER,
                                              .phase = PHASE_RESIDUAL,
                                              .rank = RANK_VERSION,
                                              .judge = judge};
