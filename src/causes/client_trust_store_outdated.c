/* The chain ends at a root of a current public program, and the client's store, which is a copy of such a
 * program, does not have it. The chain is built from what was sent and the current roots first, so that a
 * missing intermediate, which looks the same, is not taken for it. */
#include "causes/stores.h"

static void describe(struct casefile *c, struct finding *f, const struct stores *s) {
    const char *root = stores_subject(c, s->root), *names = stores_names(c->a, &s->trusting);
    f->summary =
        text_f(c->a,
               "The certificate of %s ends at the public root %s, which %s has, but %s of this client "
               "does not: it is out of date.",
               c->host, root, names, c->trust_name);
    stores_describe_root(c, f, s->root);
    finding_evidence(f,
                     text_f(c->a, "It is in the root program of %s, and not in %s.", names, c->trust_name));
    finding_slot(f, "root", root);
    finding_slot(f, "programs", names);
    finding_slot(f, "store", c->trust_name);
}

static bool lacks(const struct stores_list *list, const char *name) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->p[i]->name, name) == 0) return true;
    return false;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct stores *s;
    if (trust_is_empty(c->trust) || c->trust_lost) return RULING_NO;
    enum ruling r = stores_look(c, &s);
    if (r != RULING_YES) return r;
    if (s->trusting.n == 0 || s->condemning.n > 0) return RULING_NO;
    /* Stores that are free to copy are Mozilla's: what it does not have, no update brings. */
    if (lacks(&s->lacking, program_public_name(0))) return RULING_NO;
    /* A bundle for another purpose is not old: it is the wrong one, where the right one is at hand. */
    if (s->installed.n > 0 && !stores_copies(c, s->trusting.p[0])) return RULING_NO;
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       text_f(c->a, "the current roots of %s take the place of %s",
                              program_title(s->trusting.p[0]->name), c->trust_name),
                       certificates_outcome(c, &s->accepted));
    describe(c, f, s);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "ca-replaced", NULL};
extern const struct cause cause_client_trust_store_outdated;
const struct cause cause_client_trust_store_outdated = {.id = "client-trust-store-outdated",
                                                        .row = "browser-error",
                                                        .fixer = FIX_CLIENT,
                                                        .phase = PHASE_CERTIFICATE,
                                                        .rank = RANK_CERT_TRUST,
                                                        .replaces = replaces,
                                                        .judge = judge};
