/* The leaf's notAfter has passed. */
#include "causes/cert_dates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct cert_info leaf;
    if (!dates_find(c, PKI_PROBLEM_LEAF_EXPIRED, true, &leaf)) return RULING_NO;
    dates_prove(c, f, PKI_PROBLEM_LEAF_EXPIRED, &leaf);
    const char *since = text_duration(c->a, c->now - leaf.not_after), *when = text_time(c->a, leaf.not_after);
    f->summary = text_f(c->a, "The certificate of %s expired %s ago, on %s.", c->host, since, when);
    finding_slot(f, "since", since);
    finding_slot(f, "not_after", when);
    finding_slot(f, "subject", leaf.subject);
    return RULING_YES;
}

extern const struct cause cause_cert_expired;
const struct cause cause_cert_expired = {.id = "cert-expired",
                                         .row = "incorrect-certificate",
                                         .fixer = FIX_SERVER,
                                         .phase = PHASE_CERTIFICATE,
                                         .rank = RANK_CERT_DATES,
                                         .judge = judge};
