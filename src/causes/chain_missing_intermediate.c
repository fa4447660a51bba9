/* The certificates sent do not reach a trusted root, and the one that is missing is a CA certificate which
 * the server should have sent (RFC 8446 4.4.2). With it, all else equal, the chain is accepted. */
#include "causes/stores.h"

static void describe(struct casefile *c, struct finding *f) {
    struct cert_info top;
    certificates_at(c, &c->judged, c->judged.n_path ? c->judged.n_path - 1 : 0, &top);
    f->summary = text_f(
        c->a, "The server sends an incomplete chain for %s: the certificate of the issuer %s is missing.",
        c->host, top.issuer);
    finding_evidence(f, text_f(c->a,
                               "The server sent %zu certificate%s; the last one that fits was issued by %s.",
                               c->n_sent, c->n_sent == 1 ? "" : "s", top.issuer));
    finding_slot(f, "missing", top.issuer);
    finding_slot(f, "subject", c->info[0].subject);
}

/* With what was fetched the path is whole, all else equal. The client may lack the root besides: that is
 * another cause, and taken as given here. */
static void prove(struct casefile *c, struct finding *f, const struct chain_result *complete) {
    bool root_too = stores_broken(&c->completed);
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       text_f(c->a, "the issuer's certificate is fetched from %s and added%s",
                              c->fetch[0].url, root_too ? ", and the root counts as trusted" : ""),
                       certificates_outcome(c, complete));
}

/* Somebody knows the issuer that is not at hand: it is a root, and no server has to send it. */
static bool issuer_is_known(const struct casefile *c, const struct cert_info *top) {
    return chain_has(&c->completed, PKI_PROBLEM_UNTRUSTED_ROOT) ||
           trust_has_subject(c->trust, top->issuer_der);
}

/* A certificate of the issuer's name is sent, but its key did not sign: that of another year. Key identifiers
 * would have told it apart, and where they say that it is meant, the signature is bad. */
static enum ruling judge_namesake(struct casefile *c, struct finding *f) {
    const struct chain_result *r = &c->judged;
    size_t depth;
    struct cert_info child;
    if (!certificates_bad_signature(r, &depth) || trust_has_cert(c->trust, r->path[depth + 1]))
        return RULING_NO;
    if (certificates_key_hint(r->path[depth], r->path[depth + 1]) == KEY_HINT_SAME) return RULING_NO;
    certificates_at(c, r, depth, &child);
    f->certainty = CERTAINTY_LIKELY;
    f->summary =
        text_f(c->a,
               "The server sends a wrong chain for %s: a certificate named %s is there, but not the one "
               "whose key signed %s.",
               c->host, child.issuer, child.subject);
    finding_evidence(f, text_f(c->a, "The judgement: %s.", certificates_outcome(c, r)));
    finding_slot(f, "missing", child.issuer);
    finding_slot(f, "subject", c->info[0].subject);
    return RULING_YES;
}

/* The path that was fetched ends at a root that nobody knows, and more than that root was missing: with it
 * trusted, the path is whole. */
static bool lacks_below_root(struct casefile *c, struct chain_result *complete) {
    const struct chain_result *r = &c->completed;
    if (!chain_has(r, PKI_PROBLEM_UNTRUSTED_ROOT) || r->n_path < c->judged.n_path + 2) return false;
    certificates_rejudge(c, &(struct rejudge){.anchor = r->path[r->n_path - 1], .with_fetched = true},
                         complete);
    return !certificates_path_broken(complete);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (c->cert_facts && chain_has(&c->judged, PKI_PROBLEM_BAD_SIGNATURE)) return judge_namesake(c, f);
    if (!c->cert_facts || !chain_has(&c->judged, PKI_PROBLEM_NO_ISSUER) || c->judged.n_path == 0)
        return RULING_NO;
    struct chain_result sent, complete;
    stores_judge_sent(c, false, &sent);
    if (!chain_has(&sent, PKI_PROBLEM_NO_ISSUER)) return RULING_NO;
    if (certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    stores_judge_sent(c, true, &complete);
    struct cert_info top;
    certificates_at(c, &c->judged, c->judged.n_path - 1, &top);
    if (c->n_extra > 0 && (!certificates_path_broken(&complete) || lacks_below_root(c, &complete))) {
        prove(c, f, &complete);
        describe(c, f);
        return RULING_YES;
    }
    if (issuer_is_known(c, &top) || !certificates_expect_issuer(c, &top)) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    describe(c, f);
    if (c->n_fetches)
        finding_evidence(f, text_f(c->a,
                                   "The certificate names %s as the place of its issuer's certificate, but "
                                   "it could not be fetched (%s).",
                                   c->fetch[0].url,
                                   c->fetch[0].problem ? c->fetch[0].problem : "no certificate was there"));
    return RULING_YES;
}

extern const struct cause cause_chain_missing_intermediate;
const struct cause cause_chain_missing_intermediate = {.id = "chain-missing-intermediate",
                                                       .row = "incorrect-certificate",
                                                       .fixer = FIX_SERVER,
                                                       .phase = PHASE_CERTIFICATE,
                                                       .rank = RANK_CERT_CHAIN,
                                                       .judge = judge};
