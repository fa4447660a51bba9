#include "causes/cert_dates.h"

#include "causes/clock_case.h"

bool dates_find(struct casefile *c, enum pki_problem_kind problem, bool leaf, struct cert_info *ret) {
    for (size_t i = 0; c->cert_facts && i < c->judged.n_problems; i++) {
        if (c->judged.problems[i].kind != problem || (c->judged.problems[i].depth == 0) != leaf) continue;
        certificates_at(c, &c->judged, c->judged.problems[i].depth, ret);
        return true;
    }
    return false;
}

bool dates_wrong(const struct chain_result *r) {
    return chain_has(r, PKI_PROBLEM_LEAF_EXPIRED) || chain_has(r, PKI_PROBLEM_CA_EXPIRED) ||
           chain_has(r, PKI_PROBLEM_NOT_YET_VALID);
}

/* Within what clocks may differ by, the certificate is in order by the clock that confirms this one. */
static bool is_edge(struct casefile *c) {
    struct chain_result r;
    if (c->clock.state != CLOCK_RIGHT || c->clock.said == 0) return false;
    certificates_rejudge(c, &(struct rejudge){.at = c->local + c->clock.said}, &r);
    return !dates_wrong(&r);
}

/* Arithmetic on signed data: as sure as the clock is. */
static enum certainty certainty_of(struct casefile *c) {
    const struct clock *k = &c->clock;
    if (k->state == CLOCK_DISPUTED) return CERTAINTY_POSSIBLE;
    return k->sure && !is_edge(c) ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
}

void dates_prove(struct casefile *c, struct finding *f, enum pki_problem_kind problem,
                 const struct cert_info *at) {
    static const int64_t MINUTE = 60;
    int64_t then = problem != PKI_PROBLEM_NOT_YET_VALID ? at->not_after - MINUTE : at->not_before + MINUTE;
    struct chain_result r;
    certificates_rejudge(c, &(struct rejudge){.at = then}, &r);
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       text_f(c->a, "the same chain is judged as of %s", text_time(c->a, then)),
                       certificates_outcome(c, &r));
    f->certainty = certainty_of(c);
    finding_evidence(f, text_f(c->a, "Valid from %s to %s; judged at %s.", text_time(c->a, at->not_before),
                               text_time(c->a, at->not_after), text_time(c->a, c->now)));
    clock_testify(c, f);
}
