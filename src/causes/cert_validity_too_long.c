/* A lifetime beyond what browsers allow for its date of issue (CA/Browser Forum BR 6.3.2, ballot SC-081v3;
 * Apple: 825 days under private roots too). */
#include "causes/clients.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    return clients_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_LIFETIME), "is valid for longer than clients allow");
}

extern const struct cause cause_cert_validity_too_long;
const struct cause cause_cert_validity_too_long = {.id = "cert-validity-too-long",
                                                   .row = "incorrect-certificate",
                                                   .fixer = FIX_SERVER,
                                                   .phase = PHASE_CERTIFICATE,
                                                   .rank = RANK_CERT_POLICY,
                                                   .judge = judge};
