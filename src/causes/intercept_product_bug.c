/* A box on the way, whose CA this client trusts, makes a certificate that is at fault in another way, or
 * speaks TLS as this client does not take it: the fault is the box's, not the server's. */
#include "causes/between.h"
#include "causes/revocation.h"

#define DATES (PROBLEM_BIT(PKI_PROBLEM_LEAF_EXPIRED) | PROBLEM_BIT(PKI_PROBLEM_NOT_YET_VALID))

/* What the client has against the answer before it looks at any certificate; NULL: nothing. */
static const char *fault_of_hello(const struct casefile *c) {
    static const enum refusal of_box[] = {REFUSAL_RENEGOTIATION, REFUSAL_VERSION, REFUSAL_DH_SMALL};
    const struct transcript *t = c->subject->t;
    for (size_t i = 0; i < TW_COUNT(of_box); i++)
        if (t->result == RESULT_REFUSED && t->refusal == of_box[i]) return facts_outcome(c->a, c->subject);
    return NULL;
}

/* Copied from the server's, whose response the box does not hand on (RFC 7633 4.2.3.1). */
static const char *fault_of_staple(struct casefile *c) {
    const struct revocation *r = revocation_shown(c);
    bool missing = r && r->of[0].cert.must_staple && r->offered && !r->of[0].by[REVOCATION_STAPLE].there;
    return missing ? "it demands that an OCSP response comes with it (must-staple), and none does" : NULL;
}

/* The first problem that this machine's clock does not explain; NULL: none. */
static const char *fault_of_certificate(const struct casefile *c) {
    bool doubtful = c->clock.state == CLOCK_DISPUTED || (c->clock.state == CLOCK_UNKNOWN && c->has_date);
    for (size_t i = 0; i < c->judged.n_problems; i++) {
        if (doubtful && (DATES & PROBLEM_BIT(c->judged.problems[i].kind))) continue;
        return c->judged.problems[i].text ? c->judged.problems[i].text : "it cannot be verified";
    }
    return NULL;
}

static const char *fault(struct casefile *c) {
    const char *what = fault_of_hello(c);
    if (!what) what = fault_of_certificate(c);
    return what ? what : fault_of_staple(c);
}

/* Asked of a good chain too: who made it is worth a note (verdict.c). */
static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct minting *m;
    if (!c->cert_facts || certificates_path_broken(&c->judged)) return RULING_NO;
    enum ruling r = between_minting(c, &m);
    const char *what = fault(c);
    if (r != RULING_YES || !what) return r == RULING_OPEN ? r : RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    f->of_path = fault_of_hello(c) != NULL; /* a client that asks for less is no way out */
    finding_evidence(f, text_f(c->a, "The judgement on what is shown: %s.", what));
    between_describe(c, f, m);
    finding_slot(f, "fault", what);
    f->summary =
        text_f(c->a,
               "Somebody between this client and %s makes the certificates, signed by %s. This "
               "client trusts that authority, but what is answered in the site's place is refused: %s.",
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
                                       "ocsp-must-staple-missing",
                                       "legacy-renegotiation",
                                       "version-server-too-old",
                                       "dh-key-too-small",
                                       NULL};
extern const struct cause cause_intercept_product_bug;
const struct cause cause_intercept_product_bug = {.id = "intercept-product-bug",
                                                  .row = "man-in-the-middle",
                                                  .fixer = FIX_NETWORK,
                                                  .phase = PHASE_CERTIFICATE,
                                                  .rank = RANK_BETWEEN,
                                                  .replaces = replaces,
                                                  .judge = judge};
