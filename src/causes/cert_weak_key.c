/* RSA below 2048 bits: no current client takes it (CA/Browser Forum BR 6.1.5). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f, VERIFY_WEAK_KEY, "has a key that is too short for clients of today");
}

extern const struct cause cause_cert_weak_key;
const struct cause cause_cert_weak_key = {.id = "cert-weak-key",
                                          .row = "incorrect-certificate",
                                          .fixer = FIX_SERVER,
                                          .phase = PHASE_CERTIFICATE,
                                          .rank = RANK_CERT_KEY,
                                          .judge = judge};
