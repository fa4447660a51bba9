/* No route to the address: the network's own word, which proves itself. */
#include "causes/reachable.h"

#include <errno.h>

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    bool unreachable =
        t->sys_errno == ENETUNREACH || t->sys_errno == EHOSTUNREACH || t->sys_errno == ENETDOWN;
    if (t->result != RESULT_CONNECT_FAILED || !unreachable || c->proxied) return RULING_NO;
    if (t->sys_errno == EHOSTUNREACH) {
        const struct facts *other = NULL;
        enum ruling reachable = host_reachable(c, &other);
        if (reachable != RULING_NO)
            return reachable == RULING_OPEN ? RULING_OPEN : RULING_NO; /* firewall-block */
    }
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a, "There is no way from this machine to %s: %s.", case_where(c),
               t->sys_errno == EHOSTUNREACH ? "the host cannot be reached" : "the network cannot be reached");
    finding_evidence(f, text_f(c->a, "The attempt to connect ended with: %s.", facts_outcome(c->a, c->base)));
    return RULING_YES;
}

extern const struct cause cause_host_unreachable;
const struct cause cause_host_unreachable = {.id = "host-unreachable",
                                             .row = NULL,
                                             .fixer = FIX_NETWORK,
                                             .phase = PHASE_CONNECT,
                                             .rank = RANK_CONNECT,
                                             .judge = judge};
