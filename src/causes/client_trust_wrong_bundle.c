/* The root is installed on this machine, in a store that this client does not read. */
#include "causes/stores.h"

static const char *place(struct casefile *c, const struct program *p) {
    return text_f(c->a, "%s (%s)", p->name, p->from);
}

static void describe(struct casefile *c, struct finding *f, const struct stores *s) {
    const char *root = stores_subject(c, s->root), *where = place(c, s->installed.p[0]);
    f->summary =
        text_f(c->a,
               "The root that %s stands on, %s, is installed on this machine in the store of %s, but "
               "this client reads %s, which does not have it.",
               c->host, root, where, c->trust_name);
    stores_describe_root(c, f, s->root);
    for (size_t i = 0; i < s->installed.n && i < 5; i++)
        finding_evidence(f, text_f(c->a, "It is in the store of %s.", place(c, s->installed.p[i])));
    finding_evidence(f, text_f(c->a, "It is not in %s.", c->trust_name));
    finding_slot(f, "root", root);
    finding_slot(f, "where", where);
    finding_slot(f, "store", c->trust_name);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct stores *s;
    if (trust_is_empty(c->trust) || c->trust_lost) return RULING_NO;
    enum ruling r = stores_look(c, &s);
    if (r != RULING_YES) return r;
    if (s->installed.n == 0 || s->condemning.n > 0) return RULING_NO;
    if (s->trusting.n > 0 && stores_copies(c, s->trusting.p[0])) return RULING_NO;
    certificates_prove(
        f, certificates_outcome(c, &c->judged),
        text_f(c->a, "the store of %s takes the place of %s", place(c, s->installed.p[0]), c->trust_name),
        certificates_outcome(c, &s->accepted));
    describe(c, f, s);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "cert-self-signed", "ca-replaced", NULL};
extern const struct cause cause_client_trust_wrong_bundle;
const struct cause cause_client_trust_wrong_bundle = {.id = "client-trust-wrong-bundle",
                                                      .row = "browser-error",
                                                      .fixer = FIX_CLIENT,
                                                      .phase = PHASE_CERTIFICATE,
                                                      .rank = RANK_CERT_TRUST,
                                                      .replaces = replaces,
                                                      .judge = judge};
