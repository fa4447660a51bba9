/* STARTTLS was offered, and refused when asked for: the negative reply proves itself. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->dialog != DIALOG_REFUSED) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    const char *proto = starttls_name(c->trial.via.starttls);
    f->summary =
        text_f(c->a, "The %s service at %s was asked to begin TLS and refused.", proto, case_where(c));
    if (t->dialog_line) finding_evidence(f, text_f(c->a, "The service said: %s", t->dialog_line));
    finding_slot(f, "protocol", proto);
    return RULING_YES;
}

extern const struct cause cause_starttls_refused;
const struct cause cause_starttls_refused = {.id = "starttls-refused",
                                             .row = NULL,
                                             .fixer = FIX_SERVER,
                                             .phase = PHASE_CONNECT,
                                             .rank = RANK_NOT_TLS,
                                             .judge = judge};
