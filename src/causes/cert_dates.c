#include "causes/cert_dates.h"

bool dates_find(struct casefile *c, enum verify_problem problem, bool leaf, struct cert_info *ret) {
    for (size_t i = 0; c->cert_facts && i < c->judged.n_problems; i++) {
        if (c->judged.problems[i].problem != problem || (c->judged.problems[i].depth == 0) != leaf) continue;
        certificates_at(c, &c->judged, c->judged.problems[i].depth, ret);
        return true;
    }
    return false;
}

void dates_prove(struct casefile *c, struct finding *f, enum verify_problem problem,
                 const struct cert_info *at) {
    static const int64_t MINUTE = 60;
    int64_t then = problem == VERIFY_EXPIRED ? at->not_after - MINUTE : at->not_before + MINUTE;
    struct verify_result r;
    certificates_rejudge(c, &(struct rejudge){.at = then}, &r);
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       text_f(c->a, "the same chain is judged as of %s", text_time(c->a, then)),
                       certificates_outcome(c, &r));
    finding_evidence(f, text_f(c->a, "Valid from %s to %s; this machine's clock says %s.",
                               text_time(c->a, at->not_before), text_time(c->a, at->not_after),
                               text_time(c->a, c->now)));
    if (certificates_clock(c) == CLOCK_CONFIRMED) {
        finding_evidence(f, "The server's own Date header agrees with this machine's clock.");
        return;
    }
    f->certainty = CERTAINTY_LIKELY;
    finding_evidence(f,
                     "Nothing confirmed this machine's clock: were it wrong, the certificate could be fine.");
}
