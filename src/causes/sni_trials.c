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
