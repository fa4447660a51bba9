/* The client has no roots at all, or the file or folder that it is told to read them from is not there: then
 * no chain reaches one. */
#include "causes/stores.h"

static void describe_empty(struct casefile *c, struct finding *f, const struct stores *s) {
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a,
               "The client has no root certificates at all (%s), so it can accept no server: not %s, "
               "and no other one.",
               c->trust_name, c->host);
    finding_evidence(f, text_f(c->a, "There is not one root in %s.", c->trust_name));
    if (s->trusting.n == 0) return;
    certificates_prove(
        f, certificates_outcome(c, &c->judged),
        text_f(c->a, "the client trusts the roots of %s", program_title(s->trusting.p[0]->name)),
        certificates_outcome(c, &s->accepted));
}

/* Something was named that cannot be read; what the system has besides is there, and does not help. */
static void describe_lost(struct casefile *c, struct finding *f) {
    f->certainty = CERTAINTY_LIKELY;
    f->summary =
        text_f(c->a,
               "The client is told to read its roots from where there are none (%s), and no root that "
               "it has besides vouches for %s.",
               c->trust_lost, c->host);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct stores *s;
    bool empty = trust_is_empty(c->trust);
    if (c->trust_given || (!empty && !c->trust_lost)) return RULING_NO;
    enum ruling r = stores_look(c, &s);
    if (r != RULING_YES) return r;
    if (empty)
        describe_empty(c, f, s);
    else
        describe_lost(c, f);
    if (c->trust_lost) finding_evidence(f, text_f(c->a, "Not to be read: %s.", c->trust_lost));
    finding_slot(f, "store", c->trust_lost ? c->trust_lost : c->trust_name);
    return RULING_YES;
}

extern const struct cause cause_client_trust_store_missing;
const struct cause cause_client_trust_store_missing = {.id = "client-trust-store-missing",
                                                       .row = "browser-error",
                                                       .fixer = FIX_CLIENT,
                                                       .phase = PHASE_CERTIFICATE,
                                                       .rank = RANK_CERT_TRUST,
                                                       .judge = judge};
