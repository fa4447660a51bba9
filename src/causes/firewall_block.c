/* A firewall on the way says itself that it forbids the connection (ICMPv6 type 1 code 1, RFC 4443 3.1). Over
 * IPv4 the system tells the like as "no route to the host": what another port answers tells it from that. */
#include "causes/reachable.h"

#include <errno.h>

static enum ruling judge_unreachable(struct casefile *c, struct finding *f) {
    const struct facts *other = NULL;
    enum ruling reachable = host_reachable(c, &other);
    if (reachable != RULING_YES) return reachable;
    CASE_PROVE(c, f, c->base, other, {.kind = CHANGE_PORT, .arg = REACHABLE_PORT});
    f->certainty = CERTAINTY_LIKELY; /* the host itself may say so of one port */
    c->after = NULL;
    f->summary =
        text_f(c->a, "A firewall on the way forbids connections to %s: the host itself can be reached.",
               case_where(c));
    finding_evidence(f, text_f(c->a, "The attempt to connect ended with: %s.", facts_outcome(c->a, c->base)));
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
