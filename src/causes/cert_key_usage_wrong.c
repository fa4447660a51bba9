/* keyUsage forbids what the certificate is used for (RFC 5280 4.2.1.3): signing certificates, or signing a
 * handshake. */
#include "causes/certificates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    return certificates_plain(c, f,
                              PROBLEM_BIT(PKI_PROBLEM_CA_KEY_USAGE) | PROBLEM_BIT(PKI_PROBLEM_LEAF_KEY_USAGE),
                              "has a key usage that forbids what it is used for");
}

extern const struct cause cause_cert_key_usage_wrong;
const struct cause cause_cert_key_usage_wrong = {.id = "cert-key-usage-wrong",
                                                 .row = "incorrect-certificate",
                                                 .fixer = FIX_SERVER,
                                                 .phase = PHASE_CERTIFICATE,
                                                 .rank = RANK_CERT_KEY,
                                                 .judge = judge};
