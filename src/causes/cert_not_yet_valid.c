/* The leaf's notBefore lies in the future. */
#include "causes/cert_dates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct cert_info leaf;
    if (!dates_find(c, PKI_PROBLEM_NOT_YET_VALID, true, &leaf)) return RULING_NO;
    dates_prove(c, f, PKI_PROBLEM_NOT_YET_VALID, &leaf);
    const char *until = text_duration(c->a, leaf.not_before - c->now),
               *when = text_time(c->a, leaf.not_before);
    f->summary = text_f(c->a, "The certificate of %s is valid only from %s on, in %s.", c->host, when, until);
    finding_slot(f, "until", until);
    finding_slot(f, "not_before", when);
    finding_slot(f, "subject", leaf.subject);
    return RULING_YES;
}

extern const struct cause cause_cert_not_yet_valid;
const struct cause cause_cert_not_yet_valid = {.id = "cert-not-yet-valid",
                                               .row = "system-time",
                                               .fixer = FIX_SERVER,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CERT_DATES,
                                               .judge = judge};
