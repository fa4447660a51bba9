/* The certificate, or a CA above it, may not be used for TLS servers (RFC 5280 4.2.1.12). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_EKU), "may not be used for a TLS server");
}

extern const struct cause cause_cert_eku_wrong;
const struct cause cause_cert_eku_wrong = {.id = "cert-eku-wrong",
                                           .row = "incorrect-certificate",
                                           .fixer = FIX_SERVER,
                                           .phase = PHASE_CERTIFICATE,
                                           .rank = RANK_CERT_POLICY,
                                           .judge = judge};
