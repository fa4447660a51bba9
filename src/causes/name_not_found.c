/* The name has no address. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    static const char *const said[] = {
        [RESOLVE_NO_NAME] = "the resolver says that there is no such name",
        [RESOLVE_NO_ADDRESS] = "the name exists, but has no address of the kind asked for",
        [RESOLVE_NO_ANSWER] = "no resolver answered",
        [RESOLVE_BAD_NAME] = "that cannot be a name",
    };
    const struct resolved *r = c->resolved;
    if (!r || r->status == RESOLVE_OK) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY; /* by the word of one resolver, which may be the one at fault */
    if (r->status == RESOLVE_NO_ANSWER) {
        f->fixer = FIXER_NETWORK; /* nothing was said of the name */
        f->summary =
            text_f(c->a, "The name %s could not be looked up: no name server answered.", c->looked_up);
    } else
        f->summary = text_f(c->a, "The name %s has no address: %s.", c->looked_up, said[r->status]);
    finding_evidence(f, text_f(c->a, "The look-up ended with: %s.", r->detail ? r->detail : said[r->status]));
    return RULING_YES;
}

extern const struct cause cause_name_not_found;
const struct cause cause_name_not_found = {.id = "name-not-found",
                                           .row = NULL,
                                           .fixer = FIX_BY_NORM,
                                           .phase = PHASE_NAME,
                                           .rank = RANK_CONNECT,
                                           .judge = judge};
