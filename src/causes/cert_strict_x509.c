/* Details of RFC 5280 4 that issuers got away without for decades, and that single clients ask for today:
 * Python from 3.13 on sets OpenSSL's X509_V_FLAG_X509_STRICT (Lib/ssl.py, create_default_context()). */
#include "causes/clients.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    return clients_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_PROFILE), "lacks what RFC 5280 asks of certificates");
}

extern const struct cause cause_cert_strict_x509;
const struct cause cause_cert_strict_x509 = {.id = "cert-strict-x509",
                                             .row = "incorrect-certificate",
                                             .fixer = FIX_SERVER,
                                             .phase = PHASE_CERTIFICATE,
                                             .rank = RANK_CERT_POLICY,
                                             .judge = judge};
