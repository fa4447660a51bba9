#include "causes/stores.h"

#include "pki/name.h"

bool stores_broken(const struct chain_result *r) {
    return certificates_path_broken(r) || chain_has(r, PKI_PROBLEM_SELF_SIGNED);
}

static void add(struct stores_list *list, const struct program *p) {
    if (list->n < STORES_MAX) list->p[list->n++] = p;
}

/* Those of a set that everybody knows, or all of it. */
static struct stores_list list_of(const struct program_set *set, bool public_only) {
    struct stores_list list = {.n = 0};
    for (size_t i = 0; set && i < set->n; i++)
        if (!public_only || program_is_public(set->list[i].name)) add(&list, &set->list[i]);
    return list;
}

void stores_judge_sent(struct casefile *c, bool with_fetched, struct chain_result *ret) {
    struct stores_list all = list_of(c->programs, true), here = list_of(c->installed, false);
    for (size_t i = 0; i < here.n; i++) add(&all, here.p[i]);
    certificates_rejudge(
        c, &(struct rejudge){.with_fetched = with_fetched, .programs = all.p, .n_programs = all.n}, ret);
}

/* The store in the place of the client's own. True: the chain reaches one of its roots. */
static bool reaches(struct casefile *c, const struct program *p, struct chain_result *ret) {
    certificates_rejudge(
        c, &(struct rejudge){.with_fetched = true, .without_trust = true, .programs = &p, .n_programs = 1},
        ret);
    return !stores_broken(ret) && ret->n_path > 0;
}

static void try_list(struct casefile *c, struct stores *s, struct stores_list from, struct stores_list *ret) {
    for (size_t i = 0; i < from.n; i++) {
        struct chain_result r;
        if (!reaches(c, from.p[i], &r)) continue;
        add(ret, from.p[i]);
        if (s->accepted.n_path == 0) s->accepted = r;
    }
}

/* A root that was taken out is no anchor of any program: the path to it is looked for by its key alone. */
static struct bytes condemned_root(struct casefile *c, const struct program *p, int64_t begins) {
    for (size_t i = 0; i < p->n; i++) {
        const struct program_root *root = &p->roots[i];
        struct chain_result r;
        struct pki_cert cert;
        if (root->der.n == 0 || program_root_for(root, begins)) continue;
        if (!root->removed && !root->has_distrust) continue;
        (void)pki_cert_read(root->der, &cert);
        struct cert_info top;
        certificates_at(c, &c->completed, c->completed.n_path - 1, &top);
        if (!pki_name_eq(cert.subject, top.subject_der) && !pki_name_eq(cert.subject, top.issuer_der))
            continue;
        certificates_rejudge(
            c, &(struct rejudge){.with_fetched = true, .without_trust = true, .anchor = root->der}, &r);
        if (!stores_broken(&r)) return root->der;
    }
    return (struct bytes){0};
}

static int64_t leaf_begins(const struct casefile *c) {
    return c->info[0].not_before;
}

/* What the public programs say of the root. */
static void ask_programs(struct casefile *c, struct stores *s, struct stores_list programs) {
    int64_t begins = leaf_begins(c);
    for (size_t i = 0; i < programs.n && s->root.n == 0; i++)
        s->root = condemned_root(c, programs.p[i], begins);
    for (size_t i = 0; i < programs.n && s->root.n > 0; i++) {
        const struct program_root *root = program_anchor(programs.p[i], s->root);
        if (!root) {
            if (programs.p[i]->imported) add(&s->lacking, programs.p[i]);
            continue;
        }
        if (program_root_for(root, begins) || !(root->removed || root->has_distrust)) continue;
        if (s->condemning.n == 0) s->condemned = root;
        add(&s->condemning, programs.p[i]);
    }
}

static void look(struct casefile *c, struct stores *s) {
    struct stores_list programs = list_of(c->programs, true);
    try_list(c, s, programs, &s->trusting);
    try_list(c, s, list_of(c->installed, false), &s->installed);
    if (s->accepted.n_path > 0) s->root = s->accepted.path[s->accepted.n_path - 1];
    if (c->completed.n_path > 0) ask_programs(c, s, programs);
}

enum ruling stores_look(struct casefile *c, const struct stores **ret) {
    if (!c->cert_facts || !stores_broken(&c->judged) || c->judged.n_path == 0) return RULING_NO;
    if (chain_has(&c->judged, PKI_PROBLEM_NO_ISSUER) && certificates_fetch(c) == RULING_OPEN)
        return RULING_OPEN;
    /* What AIA brings may lead to an older root than the one that everybody has: then nothing was missing. */
    struct chain_result sent;
    stores_judge_sent(c, false, &sent);
    if (!stores_broken(&c->completed) && stores_broken(&sent)) return RULING_NO;
    if (!c->stores) {
        c->stores = ARENA_NEW(c->a, struct stores);
        look(c, c->stores);
    }
    *ret = c->stores;
    return RULING_YES;
}

static size_t shared_roots(const struct casefile *c, const struct program *p) {
    struct bytes *roots;
    size_t n = trust_list(c->trust, c->a, &roots), shared = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t digest[HASH_MAX];
        (void)hash_once(HASH_SHA256, roots[i], digest);
        shared += program_find(p, digest) != NULL;
    }
    return shared;
}

bool stores_copies(const struct casefile *c, const struct program *p) {
    size_t tls = 0;
    for (size_t i = 0; i < p->n; i++) tls += program_root_for_tls(&p->roots[i]);
    return shared_roots(c, p) * 4 >= tls;
}

char *stores_names(struct arena *a, const struct stores_list *list) {
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < list->n; i++)
        text_addf(&t, "%s%s",
                  i == 0             ? ""
                  : i + 1 == list->n ? " and "
                                     : ", ",
                  program_title(list->p[i]->name));
    return t.s;
}

const char *stores_subject(struct casefile *c, struct bytes root) {
    struct cert_info info;
    return cert_info_read(c->a, root, &info) ? info.subject : "(unreadable)";
}

void stores_describe_root(struct casefile *c, struct finding *f, struct bytes root) {
    struct cert_info info;
    if (!cert_info_read(c->a, root, &info)) return;
    finding_evidence(f, text_f(c->a, "The chain ends at the root %s (SHA-256 %s, valid since %s).",
                               info.subject, text_hex(c->a, bytes_of(info.sha256, sizeof(info.sha256))),
                               text_time(c->a, info.not_before)));
}
