/* A box on the way, whose CA this client trusts, makes a certificate that is at fault in another way: the
 * fault is the box's, not the server's. */
#include "causes/between.h"

#define DATES (PROBLEM_BIT(PKI_PROBLEM_LEAF_EXPIRED) | PROBLEM_BIT(PKI_PROBLEM_NOT_YET_VALID))

/* The first problem that this machine's clock does not explain; NULL: none. */
static const char *fault(const struct casefile *c) {
    bool doubtful = c->clock.state == CLOCK_DISPUTED || (c->clock.state == CLOCK_UNKNOWN && c->has_date);
    for (size_t i = 0; i < c->judged.n_problems; i++) {
        if (doubtful && (DATES & PROBLEM_BIT(c->judged.problems[i].kind))) continue;
        return c->judged.problems[i].text ? c->judged.problems[i].text : "it cannot be verified";
    }
    return NULL;
}

/* Asked of a good chain too: who made it is worth a note (verdict.c). */
static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct minting *m;
    if (!c->cert_facts || certificates_path_broken(&c->judged)) return RULING_NO;
    enum ruling r = between_minting(c, &m);
    const char *what = fault(c);
    if (r != RULING_YES || !what) return r == RULING_OPEN ? r : RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    finding_evidence(f, text_f(c->a, "The judgement on the certificate shown: %s.", what));
    between_describe(c, f, m);
    finding_slot(f, "fault", what);
    f->summary = text_f(c->a,
                        "Somebody between this client and %s makes the certificates, signed by %s. This "
                        "client trusts that authority, but the certificate it made is refused: %s.",
                        c->host, c->info[0].issuer, what);
    return RULING_YES;
}

/* What is wrong with a certificate that the box made is the box's matter. */
static const char *const replaces[] = {"cert-expired",
                                       "cert-not-yet-valid",
                                       "cert-weak-signature",
                                       "cert-weak-key",
                                       "cert-eku-wrong",
                                       "cert-key-usage-wrong",
                                       "cert-ca-flag-wrong",
                                       "cert-name-constraints",
                                       "cert-unsupported-version",
                                       "chain-expired-intermediate",
                                       NULL};
extern const struct cause cause_intercept_product_bug;
const struct cause cause_intercept_product_bug = {.id = "intercept-product-bug",
                                                  .row = "man-in-the-middle",
                                                  .fixer = FIX_NETWORK,
                                                  .phase = PHASE_CERTIFICATE,
                                                  .rank = RANK_BETWEEN,
                                                  .replaces = replaces,
                                                  .judge = judge};
