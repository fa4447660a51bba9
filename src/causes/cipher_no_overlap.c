/* No cipher suite in common. */
#include "causes/widen.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c)) return RULING_NO;
    const struct facts *after = NULL;
    enum ruling r = widen_needed(c, CHANGE_ALL_SUITES, f, &after);
    if (r != RULING_YES) return r;
    if (hello_has_suite(&c->subject_trial.hello, after->t->suite)) return RULING_NO;
    const char *suite = suite_name(after->t->suite);
    f->summary = text_f(c->a,
                        "The client and the server at %s have no cipher suite in common: the server takes "
                        "%s, which the client does not offer.",
                        case_where(c), suite);
    case_evidence_subject(c, f);
    const struct suite *s = suite_by_id(after->t->suite);
    if (s && s->grade == GRADE_INSECURE)
        finding_evidence(
            f, text_f(c->a, "%s must not be used any more: what the server still takes is broken.", suite));
    finding_slot(f, "suite", arena_strdup(c->a, suite));
    return RULING_YES;
}

static const uint8_t alerts[] = {ALERT_INSUFFICIENT_SECURITY, 0};
extern const struct cause cause_cipher_no_overlap;
const struct cause cause_cipher_no_overlap = {.id = "cipher-no-overlap",
                                              .row = "cipher-suite-mismatch",
                                              .fixer = FIX_BY_NORM,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_SUITE,
                                              .alerts = alerts,
                                              .judge = judge};
