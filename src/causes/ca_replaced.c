/* A CA was made again under the same name with a new key, and the client still trusts the old one: a trusted
 * certificate bears the issuer's name, but its key did not sign. */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->cert_facts || c->judged.n_path == 0) return RULING_NO;
    bool self = chain_has(&c->judged, PKI_PROBLEM_SELF_SIGNED);
    if (!self && !certificates_path_broken(&c->judged)) return RULING_NO;
    struct cert_info top;
    certificates_at(c, &c->judged, c->judged.n_path - 1, &top);
    if (!trust_has_subject(c->trust, top.issuer_der)) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(c->a,
                        "The client trusts a certificate named %s, but the one that %s stands on has the "
                        "same name and another key: it was made anew.",
                        top.issuer, c->host);
    finding_evidence(f, text_f(c->a,
                               "Issuer of the topmost certificate: %s. A trust anchor of that very name is "
                               "there, and does not verify the signature.",
                               top.issuer));
    finding_slot(f, "ca", top.issuer);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "cert-self-signed", "chain-missing-intermediate",
                                       NULL};
extern const struct cause cause_ca_replaced;
const struct cause cause_ca_replaced = {.id = "ca-replaced",
                                        .row = "incorrect-certificate",
                                        .fixer = FIX_BY_NORM,
                                        .phase = PHASE_CERTIFICATE,
                                        .rank = RANK_CERT_TRUST,
                                        .replaces = replaces,
                                        .judge = judge};
