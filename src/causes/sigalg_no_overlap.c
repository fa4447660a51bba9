/* No signature scheme in common: the server's key cannot sign in any way that the client accepts
 * (RFC 8446 4.2.3, RFC 5246 7.4.1.4.1). */
#include "causes/widen.h"

static void describe(struct casefile *c, struct finding *f, uint16_t scheme) {
    const char *name =
        scheme ? arena_strdup(c->a, sigscheme_name(scheme)) : "one that the client does not offer";
    f->summary = text_f(
        c->a,
        "The server at %s can sign the handshake only with a scheme that the client does not accept (%s).",
        case_where(c), name);
    case_evidence_subject(c, f);
    finding_slot(f, "sigalg", name);
}

static bool offered(const struct casefile *c, uint16_t scheme) {
    return u16_has(c->subject_trial.hello.sigalgs.v, c->subject_trial.hello.sigalgs.n, scheme);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct facts *after = NULL;
    if (c->subject->t->refusal ==
        REFUSAL_SIGALG) { /* the server signed in its own way, whatever was offered */
        after = CASE_TRY(c, {.kind = CHANGE_ALL_SIGALGS});
        if (!after) return RULING_OPEN;
        if (!case_further(c, after)) return RULING_NO;
        CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_ALL_SIGALGS});
        describe(c, f, c->subject->t->sigscheme);
        return RULING_YES;
    }
    if (!case_hello_refused(c)) return RULING_NO;
    enum ruling r = widen_needed(c, CHANGE_ALL_SIGALGS, f, &after);
    if (r != RULING_YES) return r;
    if (after->t->sigscheme && offered(c, after->t->sigscheme)) return RULING_NO;
    describe(c, f, after->t->sigscheme);
    return RULING_YES;
}

extern const struct cause cause_sigalg_no_overlap;
const struct cause cause_sigalg_no_overlap = {.id = "sigalg-no-overlap",
                                              .row = "cipher-suite-mismatch",
                                              .fixer = FIX_BY_NORM,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_SUITE,
                                              .judge = judge};
