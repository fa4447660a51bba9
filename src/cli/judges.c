/* The judges of `verify --client`, as `profiles` tells of them. */
#include "cli.h"

#include "api/profiles.h"

/* Profiles are told by the library; a judge of the same name is part of one. */
static bool is_profile(const char *name) {
    return tlswhy_profile_title(name) != NULL;
}

const char *judges_name(size_t index) {
    size_t i = 0;
    const struct pki_judge *judge;
    for (; (judge = pki_judge_at(i)); i++)
        if (!is_profile(judge->name) && index-- == 0) return judge->name;
    return NULL;
}

const char *judges_title(const char *name) {
    const struct pki_judge *judge = pki_judge_find(name);
    return judge ? judge->title : NULL;
}

char *judges_show(struct cli *c, const char *name) {
    const struct pki_judge *judge = pki_judge_find(name);
    struct text t;
    if (!judge) return NULL;
    text_init(&t, &c->a);
    text_addf(&t, "%s\n%s. A judge of certificates alone, for 'tlswhy verify' and 'tlswhy chain'.\n\n",
              judge->name, judge->title);
    judge_describe(&t, judge);
    char *text = mem_alloc(t.n + 1); /* the caller frees it, as he does those of the library */
    memcpy(text, t.s, t.n + 1);
    return text;
}
