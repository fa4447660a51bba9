/* A firewall on the way says itself that it forbids the connection (ICMPv6 type 1 code 1, RFC 4443 3.1). Over
 * IPv4 the system tells the like as "no route to the host": what another port answers tells it from that. */
#include "causes/reachable.h"

#include <errno.h>

static enum ruling judge_unreachable(struct casefile *c, struct finding *f) {
    enum ruling reachable = host_reachable(c);
    if (reachable != RULING_YES) return reachable;
    f->certainty = CERTAINTY_LIKELY;
    f->summary =
        text_f(c->a, "A firewall on the way forbids connections to %s: the host itself can be reached.",
               case_where(c));
    finding_evidence(f, text_f(c->a, "The attempt to connect ended with: %s.", facts_outcome(c->a, c->base)));
    finding_evidence(f, "Another port of the same address, 80, was answered at the same time.");
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->result == RESULT_CONNECT_FAILED && t->sys_errno == EHOSTUNREACH && !c->proxied)
        return judge_unreachable(c, f);
    if (t->result != RESULT_CONNECT_FAILED || t->sys_errno != EACCES || c->proxied) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(c->a, "A firewall on the way forbids connections to %s, and says so.", case_where(c));
    finding_evidence(f, text_f(c->a, "The attempt to connect ended with: %s.", facts_outcome(c->a, c->base)));
    finding_evidence(f, "Only a firewall or router that refuses on purpose sends that message.");
    return RULING_YES;
}

extern const struct cause cause_firewall_block;
const struct cause cause_firewall_block = {.id = "firewall-block",
                                           .row = "man-in-the-middle",
                                           .fixer = FIX_NETWORK,
                                           .phase = PHASE_CONNECT,
                                           .rank = RANK_BETWEEN,
                                           .judge = judge};
