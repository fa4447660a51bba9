/* The CRL that a certificate names has ended, and the client insists on one. To all others it is a note. */
#include "causes/revocation.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return revocation_refused(c, f, "crl-expired");
}

extern const struct cause cause_crl_expired;
const struct cause cause_crl_expired = {.id = "crl-expired",
                                        .row = "incorrect-certificate",
                                        .fixer = FIX_SERVER,
                                        .phase = PHASE_CERTIFICATE,
                                        .rank = RANK_CERT_DATES,
                                        .judge = judge};
