/* Nobody listens: the connection request itself was refused, which proves itself. */
#include "causes/cause.h"

#include <errno.h>

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->result != RESULT_CONNECT_FAILED || t->sys_errno != ECONNREFUSED || c->proxied) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(c->a, "Nothing listens at %s: the connection was refused.", case_where(c));
    finding_evidence(f, "The answer to the connection request (SYN) was a reset: the host is up, the port is "
                        "closed, or a firewall rejects it.");
    return RULING_YES;
}

extern const struct cause cause_port_closed;
const struct cause cause_port_closed = {.id = "port-closed",
                                        .row = NULL,
                                        .fixer = FIX_BY_NORM,
                                        .phase = PHASE_CONNECT,
                                        .rank = RANK_CONNECT,
                                        .judge = judge};
