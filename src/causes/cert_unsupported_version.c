/* X.509 version 1 or 2: without the extensions that clients judge by (RFC 5280 4.1.2.1). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct pki_cert leaf;
    if (!c->cert_facts || !pki_cert_read(c->sent[0], &leaf) || leaf.version == 3) return RULING_NO;
    const struct cert_info *info = &c->info[0];
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a, "The certificate of %s (%s) is of X.509 version %u; clients of today want version 3.",
               c->host, info->subject, leaf.version);
    finding_evidence(
        f, text_f(c->a, "Version %u holds no extensions: no alternative names, no key usage.", leaf.version));
    finding_slot(f, "subject", info->subject);
    return RULING_YES;
}

extern const struct cause cause_cert_unsupported_version;
const struct cause cause_cert_unsupported_version = {.id = "cert-unsupported-version",
                                                     .row = "incorrect-certificate",
                                                     .fixer = FIX_SERVER,
                                                     .phase = PHASE_CERTIFICATE,
                                                     .rank = RANK_CERT_MALFORMED,
                                                     .judge = judge};
