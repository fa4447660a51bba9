#include "causes/sni_trials.h"

bool sni_trials(struct casefile *c, struct sni_trials *ret) {
    ret->none = CASE_TRY(c, {.kind = CHANGE_SNI, .name = ""});
    ret->unknown = CASE_TRY(c, {.kind = CHANGE_SNI, .name = case_unknown_name()});
    return ret->none && ret->unknown;
}

const char *sni_sibling(const struct casefile *c, const char *name) {
    if (bytes_eq_nocase(bytes_cut(bytes_str(name), 0, 4), bytes_str("www.")))
        return arena_strdup(c->a, name + 4);
    return text_f(c->a, "www.%s", name);
}

enum { MAX_NAMES = 3 };
struct names {
    const char *name[MAX_NAMES];
    size_t n;
};

static void add_name(struct names *all, const struct casefile *c, const char *name) {
    bool known = !name || !*name || strcmp(name, c->subject_trial.hello.server_name) == 0;
    for (size_t i = 0; i < all->n; i++) known = known || strcmp(all->name[i], name) == 0;
    if (!known && all->n < MAX_NAMES) all->name[all->n++] = name;
}

/* What two labels have above them is everybody's. */
static const char *domain_above(const char *name) {
    const char *above = strchr(name, '.');
    return above && strchr(above + 1, '.') ? above + 1 : NULL;
}

enum ruling sni_better_name(struct casefile *c, const char **ret_name, const struct facts **ret) {
    const char *sent = arena_strdup(c->a, c->subject_trial.hello.server_name);
    struct names all = {.n = 0};
    bool open = false;
    add_name(&all, c, sni_sibling(c, sent));
    if (case_host_is_name(c)) add_name(&all, c, c->host);
    add_name(&all, c, domain_above(sent));
    for (size_t i = 0; i < all.n; i++) {
        const struct facts *f = CASE_TRY(c, {.kind = CHANGE_SNI, .name = all.name[i]});
        open = open || !f;
        if (!f || !case_further(c, f)) continue;
        *ret_name = all.name[i];
        *ret = f;
        return RULING_YES;
    }
    return open ? RULING_OPEN : RULING_NO;
}
