/* No signature scheme in common: the server's key cannot sign in any way that the client accepts
 * (RFC 8446 4.2.3, RFC 5246 7.4.1.4.1). */
#include "causes/widen.h"

static void describe(struct casefile *c, struct finding *f, uint16_t scheme, const struct facts *after) {
    uint16_t curve = widen_strange_curve(c, after);
    const char *name = scheme  ? arena_strdup(c->a, sigscheme_name(scheme))
                       : curve ? text_f(c->a, "ECDSA with a key on %s", group_name(curve))
                               : "one that the client does not offer";
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

/* With more groups the server goes on, and shows a certificate whose key needs one of them. */
static enum ruling judge_curve(struct casefile *c, struct finding *f) {
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_ALL_GROUPS});
    if (!after) return RULING_OPEN;
    if (!case_further(c, after) || after->t->version >= TLS_1_3 || !widen_strange_curve(c, after))
        return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_ALL_GROUPS});
    describe(c, f, 0, after);
    return RULING_YES;
}

/* The ServerHello came. `scheme`: the server signed in its own way, whatever was offered; 0: it did not sign.
 */
static enum ruling judge_late(struct casefile *c, struct finding *f, uint16_t scheme) {
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_ALL_SIGALGS});
    if (!after) return RULING_OPEN;
    bool used = after->t->sigscheme && !offered(c, after->t->sigscheme);
    bool refused_by_client = c->subject->t->refusal == REFUSAL_SIGALG;
    if (!case_further(c, after) || (!refused_by_client && !used)) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_ALL_SIGALGS});
    describe(c, f, used ? after->t->sigscheme : scheme, after);
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (c->subject->t->refusal == REFUSAL_SIGALG) return judge_late(c, f, c->subject->t->sigscheme);
    /* Some find out only when they come to sign (Go's crypto/tls below TLS 1.3). */
    if (case_broken_off_behind_hello(c)) return judge_late(c, f, 0);
    if (!case_hello_refused(c)) return RULING_NO;
    const struct facts *after = NULL;
    enum ruling r = widen_needed(c, CHANGE_ALL_SIGALGS, f, &after);
    if (r == RULING_NO) return judge_curve(c, f);
    if (r != RULING_YES) return r;
    if (after->t->sigscheme && offered(c, after->t->sigscheme)) return RULING_NO;
    describe(c, f, after->t->sigscheme, after);
    return RULING_YES;
}

extern const struct cause cause_sigalg_no_overlap;
const struct cause cause_sigalg_no_overlap = {.id = "sigalg-no-overlap",
                                              .row = "cipher-suite-mismatch",
                                              .fixer = FIX_BY_NORM,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_SUITE,
                                              .judge = judge};
