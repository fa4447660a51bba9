/* The certificate cannot be read, or holds a critical extension that nobody knows. */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f, VERIFY_MALFORMED, "cannot be read");
}

extern const struct cause cause_cert_malformed;
const struct cause cause_cert_malformed = {.id = "cert-malformed",
                                           .row = "incorrect-certificate",
                                           .fixer = FIX_SERVER,
                                           .phase = PHASE_CERTIFICATE,
                                           .rank = RANK_CERT_MALFORMED,
                                           .judge = judge};
