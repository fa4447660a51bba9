/* No name in the certificate fits the one asked for (RFC 9525 6). */
#include "causes/names.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!names_mismatch(c)) return RULING_NO;
    names_describe(c, f, NULL);
    f->summary = text_f(c->a, "The certificate that the server shows is not for %s but for %s.", c->host,
                        certificates_names(c, c->cert_facts));
    return RULING_YES;
}

extern const struct cause cause_cert_name_mismatch;
const struct cause cause_cert_name_mismatch = {.id = "cert-name-mismatch",
                                               .row = "incorrect-certificate",
                                               .fixer = FIX_SERVER,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CERT_NAMES,
                                               .judge = judge};
