/* The certificate cannot be read, holds a critical extension that nobody knows, or bears a signature that its
 * own issuer did not make over it. */
#include "causes/certificates.h"

/* The key identifiers say that this very issuer is meant, so it is no namesake's: what was signed was
 * changed, or never signed. */
static bool is_altered(const struct casefile *c) {
    size_t depth;
    return c->cert_facts && certificates_bad_signature(&c->judged, &depth) &&
           certificates_key_hint(c->judged.path[depth], c->judged.path[depth + 1]) == KEY_HINT_SAME;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_MALFORMED), "cannot be read");
    if (r != RULING_NO) return r;
    r = certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_CRITICAL_EXTENSION),
                           "demands something that clients do not know (a critical extension)");
    if (r != RULING_NO || !is_altered(c)) return r;
    return certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_BAD_SIGNATURE),
                              "bears a signature that does not fit its contents");
}

extern const struct cause cause_cert_malformed;
const struct cause cause_cert_malformed = {.id = "cert-malformed",
                                           .row = "incorrect-certificate",
                                           .fixer = FIX_SERVER,
                                           .phase = PHASE_CERTIFICATE,
                                           .rank = RANK_CERT_MALFORMED,
                                           .judge = judge};
