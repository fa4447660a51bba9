/* A company's or a project's own CA, of which this client was not told. */
#include "causes/private_ca.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const char *ca;
    return private_ca_judge(c, f, &ca);
}

extern const struct cause cause_cert_private_ca;
const struct cause cause_cert_private_ca = {.id = "cert-private-ca",
                                            .row = "incorrect-certificate",
                                            .fixer = FIX_CLIENT,
                                            .phase = PHASE_CERTIFICATE,
                                            .rank = RANK_CERT_TRUST,
                                            .judge = judge};
