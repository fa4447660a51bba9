/* The leaf is valid, a CA certificate of its path is not any more. */
#include "causes/cert_dates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct cert_info ca;
    if (!dates_find(c, PKI_PROBLEM_CA_EXPIRED, false, &ca)) return RULING_NO;
    dates_prove(c, f, PKI_PROBLEM_CA_EXPIRED, &ca);
    const char *since = text_duration(c->a, c->now - ca.not_after), *when = text_time(c->a, ca.not_after);
    f->summary = text_f(c->a, "A CA certificate in the chain of %s (%s) expired %s ago, on %s.", c->host,
                        ca.subject, since, when);
    /* What the client trusts and nobody sends is the client's to replace. */
    if (trust_has_cert(c->trust, ca.der) && !certificates_is_sent(c, ca.der)) f->fixer = FIXER_CLIENT;
    finding_slot(f, "since", since);
    finding_slot(f, "not_after", when);
    finding_slot(f, "subject", ca.subject);
    return RULING_YES;
}

extern const struct cause cause_chain_expired_intermediate;
const struct cause cause_chain_expired_intermediate = {.id = "chain-expired-intermediate",
                                                       .row = "incorrect-certificate",
                                                       .fixer = FIX_BY_NORM,
                                                       .phase = PHASE_CERTIFICATE,
                                                       .rank = RANK_CERT_CHAIN,
                                                       .judge = judge};
