/* Neither responder nor CRL that a certificate names gives an answer that counts, and the client insists on
 * one. To all others it is a note. */
#include "causes/revocation.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return revocation_refused(c, f, "revocation-unreachable");
}

extern const struct cause cause_revocation_unreachable;
const struct cause cause_revocation_unreachable = {.id = "revocation-unreachable",
                                                   .row = "incorrect-certificate",
                                                   .fixer = FIX_NETWORK,
                                                   .phase = PHASE_CERTIFICATE,
                                                   .rank = RANK_CERT_DATES,
                                                   .judge = judge};
