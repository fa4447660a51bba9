/* The chain is in order and ends at a CA that this client does not know. */
#include "causes/private_ca.h"

#include "causes/stores.h"

static void describe(struct casefile *c, struct finding *f, const char *ca) {
    f->summary = text_f(c->a, "The certificate of %s was issued by %s, which this client does not trust.",
                        c->host, ca);
    finding_evidence(f, text_f(c->a, "The chain ends at %s; no trusted root bears that name.", ca));
    if (program_set_has_public(c->programs))
        finding_evidence(f, "No public root program that is known here has this root: it is a private one.");
    finding_slot(f, "ca", ca);
}

/* The topmost certificate at hand, taken as an anchor: is trust all that lacks? */
static void prove_by_trust(struct casefile *c, struct finding *f, const struct chain_result *judged,
                           const struct cert_info *top) {
    struct chain_result r;
    certificates_rejudge(c, &(struct rejudge){.anchor = top->der, .with_fetched = true}, &r);
    if (certificates_path_broken(&r)) return;
    certificates_prove(f, certificates_outcome(c, judged),
                       text_f(c->a, "the client trusts %s as well", top->subject),
                       certificates_outcome(c, &r));
}

/* Without any roots at hand every CA is unknown: that is the cause, and not one of these. */
static bool cannot_be_told(const struct casefile *c) {
    return c->trust_lost || (trust_is_empty(c->trust) && !program_set_has_public(c->programs));
}

enum ruling private_ca_judge(struct casefile *c, struct finding *f, const char **ret_ca) {
    if (!c->cert_facts || !certificates_path_broken(&c->judged) || c->judged.n_path == 0) return RULING_NO;
    if (certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    const struct chain_result *j = &c->completed;
    if (!certificates_path_broken(j)) return RULING_NO;
    struct cert_info top;
    certificates_at(c, j, j->n_path - 1, &top);
    bool at_root = chain_has(j, PKI_PROBLEM_UNTRUSTED_ROOT);
    *ret_ca = at_root ? top.subject : top.issuer;
    if (trust_has_subject(c->trust, at_root ? top.subject_der : top.issuer_der)) return RULING_NO;
    if (!at_root && certificates_expect_issuer(c, &top)) return RULING_NO;
    if (cannot_be_told(c)) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    /* Where it says that its issuer is to be had, and that was not, one more CA may be missing between. */
    if (top.is_ca && (at_root || top.n_aia == 0)) prove_by_trust(c, f, j, &top);
    describe(c, f, *ret_ca);
    return RULING_YES;
}
