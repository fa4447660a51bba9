/* The name stands in the common name only, where no current client looks (RFC 9525 2). */
#include "causes/names.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!names_mismatch(c) || c->info[0].has_san || !certificates_cn_fits(c->sent[0], c->host))
        return RULING_NO;
    names_describe(c, f, NULL);
    f->summary = text_f(c->a,
                        "The certificate names %s only in its common name; clients of today look in "
                        "subjectAltName alone, and it has none.",
                        c->host);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-name-mismatch", "cert-ip-not-in-san", NULL};
extern const struct cause cause_cert_cn_only_no_san;
const struct cause cause_cert_cn_only_no_san = {.id = "cert-cn-only-no-san",
                                                .row = "incorrect-certificate",
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_CERTIFICATE,
                                                .rank = RANK_CERT_NAMES,
                                                .replaces = replaces,
                                                .judge = judge};
