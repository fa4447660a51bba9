/* No route to the address: the network's own word, which proves itself. */
#include "causes/reachable.h"

#include <errno.h>

static bool is_no_route(int e) {
    static const int known[] = {ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EAFNOSUPPORT};
    for (size_t i = 0; i < TW_COUNT(known); i++)
        if (known[i] == e) return true;
    return false;
}

static const char *why(const struct casefile *c, int e) {
    const bool v6 = c->trial.to.sa.any.sa_family == AF_INET6;
    if (e == EHOSTUNREACH) return "the host cannot be reached";
    if (e == EADDRNOTAVAIL || e == EAFNOSUPPORT)
        return v6 ? "this machine has no IPv6 address" : "this machine has no IPv4 address";
    return "the network cannot be reached";
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->result != RESULT_CONNECT_FAILED || !is_no_route(t->sys_errno) || c->proxied) return RULING_NO;
    if (t->sys_errno == EHOSTUNREACH) {
        const struct facts *other = NULL;
        enum ruling reachable = host_reachable(c, &other);
        if (reachable != RULING_NO)
            return reachable == RULING_OPEN ? RULING_OPEN : RULING_NO; /* firewall-block */
    }
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a, "There is no way from this machine to %s: %s.", case_where(c), why(c, t->sys_errno));
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
