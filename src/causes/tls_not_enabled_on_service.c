/* The service says outright that it has no TLS: PostgreSQL's one byte N, MySQL's greeting without the
 * capability. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->dialog != DIALOG_NO_TLS) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    const char *proto = starttls_name(c->trial.via.starttls);
    f->summary =
        text_f(c->a, "The %s service at %s says that TLS is not enabled on it.", proto, case_where(c));
    if (t->dialog_line) finding_evidence(f, text_f(c->a, "The service said: %s", t->dialog_line));
    finding_slot(f, "protocol", proto);
    return RULING_YES;
}

extern const struct cause cause_tls_not_enabled_on_service;
const struct cause cause_tls_not_enabled_on_service = {.id = "tls-not-enabled-on-service",
                                                       .row = NULL,
                                                       .fixer = FIX_BY_NORM,
                                                       .phase = PHASE_CONNECT,
                                                       .rank = RANK_NOT_TLS,
                                                       .judge = judge};
