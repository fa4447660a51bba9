/* The proxy that the client is told to use cannot be reached, or is none. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (!c->proxied) return RULING_NO;
    if (t->result != RESULT_PROXY_FAILED) return RULING_NO;
    bool dead = t->dialog == DIALOG_NONE;
    /* One that is silent may wait for the host itself. */
    bool no_proxy = t->dialog == DIALOG_NOT_SPOKEN;
    if (!dead && !no_proxy) return RULING_NO;
    /* Without it the host is not tried: who is told to use a proxy asks nobody else (CONTRACT.md, "Proxy").
     */
    f->certainty = CERTAINTY_LIKELY;
    f->summary = dead
                     ? text_f(c->a, "The proxy that the client is told to use fails: %s.",
                              facts_outcome(c->a, c->base))
                     : arena_strdup(c->a, "What answers where the proxy should be is no proxy of that kind.");
    finding_evidence(f, text_f(c->a, "Asked to connect to %s, the proxy's address gave: %s.", c->host,
                               facts_outcome(c->a, c->base)));
    return RULING_YES;
}

extern const struct cause cause_proxy_misconfigured;
const struct cause cause_proxy_misconfigured = {.id = "proxy-misconfigured",
                                                .row = "man-in-the-middle",
                                                .fixer = FIX_CLIENT,
                                                .phase = PHASE_CONNECT,
                                                .rank = RANK_CONNECT,
                                                .judge = judge};
