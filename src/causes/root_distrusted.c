/* A public root that a root program took out, does not trust for certificates of this date, or never took in,
 * while others have it: the site works for the clients of some vendors alone. */
#include "causes/stores.h"

struct verdict_on {
    struct bytes root;
    struct stores_list against;
    const struct program_root *says; /* NULL: the program does not name the root */
};

static const char *what_it_says(struct casefile *c, const struct verdict_on *v) {
    if (!v->says) return "does not have it";
    if (v->says->removed) return "took it out";
    return text_f(c->a, "does not trust it for certificates that begin after %s",
                  text_time(c->a, v->says->distrust_tls_after));
}

static void name_others(struct casefile *c, struct finding *f, const struct verdict_on *v) {
    for (size_t i = 0; i < c->programs->n; i++) {
        const struct program *p = &c->programs->list[i];
        const struct program_root *root = program_is_public(p->name) ? program_anchor(p, v->root) : NULL;
        if (root && program_root_for(root, c->info[0].not_before))
            finding_evidence(f, text_f(c->a, "%s has it.", program_title(p->name)));
    }
}

/* The program is against this root, for a certificate of this date. */
static bool is_against(const struct program_root *root, int64_t begins) {
    return root && (root->removed || root->has_distrust) && !program_root_for(root, begins);
}

static void describe(struct casefile *c, struct finding *f, const struct verdict_on *v) {
    const char *root = stores_subject(c, v->root), *names = stores_names(c->a, &v->against);
    f->summary = text_f(c->a, "The certificate of %s, which begins on %s, ends at the root %s, and %s %s.",
                        c->host, text_time(c->a, c->info[0].not_before), root,
                        program_title(v->against.p[0]->name), what_it_says(c, v));
    stores_describe_root(c, f, v->root);
    const char *imported = v->against.p[0]->imported;
    finding_evidence(f, text_f(c->a, "By the report on the root program of %s%s%s, %s %s.", names,
                               imported ? " imported on " : "", imported ? imported : "",
                               program_title(v->against.p[0]->name), what_it_says(c, v)));
    name_others(c, f, v);
    finding_slot(f, "root", root);
    finding_slot(f, "programs", names);
    finding_slot(f, "says", what_it_says(c, v));
}

/* With that program's roots in the place of the client's. It may know another way up, past the root. */
static bool refuses(struct casefile *c, const struct program *p, struct chain_result *ret) {
    certificates_rejudge(
        c, &(struct rejudge){.with_fetched = true, .without_trust = true, .programs = &p, .n_programs = 1},
        ret);
    return !ret->ok;
}

static void prove_beside_trust(struct casefile *c, struct finding *f, const struct verdict_on *v) {
    struct chain_result there;
    (void)refuses(c, v->against.p[0], &there);
    certificates_prove(f,
                       text_f(c->a, "with the roots of %s, %s", program_title(v->against.p[0]->name),
                              certificates_outcome(c, &there)),
                       text_f(c->a, "the same certificates are judged with the roots of %s", c->trust_name),
                       certificates_outcome(c, &c->judged));
}

/* The client's own store has the root: clients with the roots of others refuse. Not where the store was given
 * for all clients. */
static bool find_beside_trust(struct casefile *c, struct verdict_on *v) {
    const struct chain_result *j = &c->judged;
    struct chain_result there;
    if (c->trust_given || j->n_path == 0 || !c->programs) return false;
    v->root = j->path[j->n_path - 1];
    for (size_t i = 0; i < c->programs->n; i++) {
        const struct program *p = &c->programs->list[i];
        const struct program_root *root = program_is_public(p->name) ? program_anchor(p, v->root) : NULL;
        if (!is_against(root, c->info[0].not_before) || !refuses(c, p, &there)) continue;
        if (v->against.n == 0) v->says = root;
        if (v->against.n < STORES_MAX) v->against.p[v->against.n++] = p;
    }
    return v->against.n > 0;
}

static bool find_without_trust(const struct casefile *c, const struct stores *s, struct verdict_on *v) {
    v->root = s->root;
    v->against = s->condemning.n ? s->condemning : s->lacking;
    v->says = s->condemned;
    if (s->condemning.n > 0) return true;
    return s->trusting.n > 0 && !trust_is_empty(c->trust) && s->lacking.n > 0 &&
           strcmp(s->lacking.p[0]->name, program_public_name(0)) == 0;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct stores *s;
    struct verdict_on v = {.says = NULL};
    if (!c->cert_facts) return RULING_NO;
    if (!stores_broken(&c->judged)) {
        if (!find_beside_trust(c, &v)) return RULING_NO;
        prove_beside_trust(c, f, &v);
        describe(c, f, &v);
        return RULING_YES;
    }
    enum ruling r = stores_look(c, &s);
    if (r != RULING_YES) return r;
    if (!find_without_trust(c, s, &v)) return RULING_NO;
    struct chain_result trusted;
    certificates_rejudge(c, &(struct rejudge){.with_fetched = true, .anchor = v.root}, &trusted);
    certificates_prove(
        f, certificates_outcome(c, &c->judged),
        text_f(c->a, "the client trusts %s, as it once did or others do", stores_subject(c, v.root)),
        certificates_outcome(c, &trusted));
    describe(c, f, &v);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", NULL};
extern const struct cause cause_root_distrusted;
const struct cause cause_root_distrusted = {.id = "root-distrusted",
                                            .row = "incorrect-certificate",
                                            .fixer = FIX_SERVER,
                                            .phase = PHASE_CERTIFICATE,
                                            .rank = RANK_CERT_TRUST,
                                            .replaces = replaces,
                                            .judge = judge};
