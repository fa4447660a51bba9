/* A certificate of a public CA without any signed certificate timestamp (RFC 6962 3.3): browsers ask for
 * them. How many, and of which logs, changes with the lists of logs, and is not judged. */
#include "causes/clients.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    return clients_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_NO_SCTS),
                         "comes without any proof that it was logged (signed certificate timestamps, SCT)");
}

extern const struct cause cause_cert_no_ct;
const struct cause cause_cert_no_ct = {.id = "cert-no-ct",
                                       .row = "incorrect-certificate",
                                       .fixer = FIX_SERVER,
                                       .phase = PHASE_CERTIFICATE,
                                       .rank = RANK_CERT_POLICY,
                                       .judge = judge};
