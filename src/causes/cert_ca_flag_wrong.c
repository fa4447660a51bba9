/* A CA without CA:TRUE or keyCertSign, or a path longer than allowed (RFC 5280 4.2.1.9). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f,
                              PROBLEM_BIT(PKI_PROBLEM_NOT_CA) | PROBLEM_BIT(PKI_PROBLEM_PATH_LENGTH) |
                                  PROBLEM_BIT(PKI_PROBLEM_LEAF_IS_CA),
                              "breaks the rules for who may issue certificates");
}

extern const struct cause cause_cert_ca_flag_wrong;
const struct cause cause_cert_ca_flag_wrong = {.id = "cert-ca-flag-wrong",
                                               .row = "incorrect-certificate",
                                               .fixer = FIX_SERVER,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CERT_CHAIN,
                                               .judge = judge};
