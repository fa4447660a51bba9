/* The certificate cannot be read, or holds a critical extension that nobody knows. */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_MALFORMED), "cannot be read");
    if (r != RULING_NO) return r;
    return certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_CRITICAL_EXTENSION),
                              "demands something that clients do not know (a critical extension)");
}

extern const struct cause cause_cert_malformed;
const struct cause cause_cert_malformed = {.id = "cert-malformed",
                                           .row = "incorrect-certificate",
                                           .fixer = FIX_SERVER,
                                           .phase = PHASE_CERTIFICATE,
                                           .rank = RANK_CERT_MALFORMED,
                                           .judge = judge};
