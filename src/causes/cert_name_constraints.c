/* The issuer may not sign that name (RFC 5280 4.2.1.10). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_NAME_CONSTRAINTS),
                              "holds a name that its issuer may not sign for");
}

extern const struct cause cause_cert_name_constraints;
const struct cause cause_cert_name_constraints = {.id = "cert-name-constraints",
                                                  .row = "incorrect-certificate",
                                                  .fixer = FIX_SERVER,
                                                  .phase = PHASE_CERTIFICATE,
                                                  .rank = RANK_CERT_NAMES,
                                                  .judge = judge};
