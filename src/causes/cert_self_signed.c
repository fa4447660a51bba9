/* The leaf signs itself, and nobody has been told to trust it: issuer and subject prove it. */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->cert_facts || !chain_has(&c->judged, PKI_PROBLEM_SELF_SIGNED)) return RULING_NO;
    struct chain_result r;
    certificates_rejudge(c, &(struct rejudge){.anchor = c->sent[0]}, &r);
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       "the client is told to trust exactly this certificate", certificates_outcome(c, &r));
    f->summary = text_f(c->a,
                        "The certificate of %s is signed by itself: no authority vouches for it, and the "
                        "client has not been told to trust it.",
                        c->host);
    finding_evidence(f, text_f(c->a, "Subject and issuer are the same: %s.", c->info[0].subject));
    finding_slot(f, "subject", c->info[0].subject);
    return RULING_YES;
}

extern const struct cause cause_cert_self_signed;
const struct cause cause_cert_self_signed = {.id = "cert-self-signed",
                                             .row = "incorrect-certificate",
                                             .fixer = FIX_SERVER,
                                             .phase = PHASE_CERTIFICATE,
                                             .rank = RANK_CERT_TRUST,
                                             .judge = judge};
