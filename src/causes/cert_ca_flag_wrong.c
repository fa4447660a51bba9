/* A CA without CA:TRUE or keyCertSign, or a path longer than allowed (RFC 5280 4.2.1.9). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f, VERIFY_CA_FLAG, "breaks the rules for who may issue certificates");
}

extern const struct cause cause_cert_ca_flag_wrong;
const struct cause cause_cert_ca_flag_wrong = {.id = "cert-ca-flag-wrong",
                                               .row = "incorrect-certificate",
                                               .fixer = FIX_SERVER,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CERT_CHAIN,
                                               .judge = judge};
