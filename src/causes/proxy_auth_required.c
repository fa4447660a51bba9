/* The proxy wants credentials: 407 to CONNECT (RFC 9110 15.5.8), or SOCKS5 without an acceptable method. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->dialog != DIALOG_PROXY_AUTH) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a, "The proxy wants a user name and password before it lets anybody reach %s.", c->host);
    finding_evidence(f, text_f(c->a, "The proxy answered: %s.",
                               t->dialog_line ? t->dialog_line : "authentication required"));
    return RULING_YES;
}

extern const struct cause cause_proxy_auth_required;
const struct cause cause_proxy_auth_required = {.id = "proxy-auth-required",
                                                .row = "browser-error",
                                                .fixer = FIX_CLIENT,
                                                .phase = PHASE_CONNECT,
                                                .rank = RANK_CONNECT,
                                                .judge = judge};
