/* The connection request was never answered: a filter that drops it, or a host that is down. A bare
 * time-out earns no more than likely. */
#include "causes/cause.h"

#include <errno.h>

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->result != RESULT_CONNECT_FAILED || t->sys_errno != ETIMEDOUT || c->proxied) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a, "Nobody answers connection requests at %s: they are dropped on the way, or the host is down.",
        case_where(c));
    finding_evidence(f, text_f(c->a, "No answer to the connection request (SYN) within %s.",
                               text_duration(c->a, t->end_ns / 1000000000)));
    return RULING_YES;
}

extern const struct cause cause_connect_timeout;
const struct cause cause_connect_timeout = {.id = "connect-timeout",
                                            .row = NULL,
                                            .fixer = FIX_NETWORK,
                                            .phase = PHASE_CONNECT,
                                            .rank = RANK_CONNECT,
                                            .judge = judge};
