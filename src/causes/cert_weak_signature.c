/* SHA-1 or MD5 below the root (RFC 9155, BR 7.1.3.2). */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_WEAK_SIGNATURE),
                              "is signed with a hash that clients of today refuse");
}

extern const struct cause cause_cert_weak_signature;
const struct cause cause_cert_weak_signature = {.id = "cert-weak-signature",
                                                .row = "incorrect-certificate",
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_CERTIFICATE,
                                                .rank = RANK_CERT_KEY,
                                                .judge = judge};
