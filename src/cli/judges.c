/* The judges of `verify --client`, as `profiles` tells of them. */
#include "cli.h"

#include "api/profiles.h"
#include "probe/profile.h"

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

/* CONTRACT.md, "Names of clients": one for hello and judge together, so a profile stands for its judge. */
const struct pki_judge *judges_find(struct cli *c, const char *name, int *ret_status) {
    const struct profile *p = profile_find(name);
    const struct pki_judge *judge = pki_judge_find(p && p->judge ? p->judge : name);
    *ret_status = 0;
    if (judge) return judge;
    if (p) {
        *ret_status = usage_error(c, "--client: %s verifies no certificates, unless it is told to", p->title);
        return NULL;
    }
    struct text t;
    text_init(&t, &c->a);
    for (size_t i = 0; (judge = pki_judge_at(i)); i++) text_addf(&t, "%s%s", i ? ", " : "", judge->name);
    *ret_status = usage_error(c, "--client: there is no judge %s; there are: %s; and every profile's",
                              quote(c, name), t.s);
    return NULL;
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
