/* The server drops a hello that names a version or a reserved value which it does not know, instead of
 * choosing from what it knows (RFC 8446 4.2.1, RFC 8701). */
#include "causes/length.h"
#include "causes/widen.h"

static enum ruling flip(struct casefile *c, struct finding *f, const struct change *change,
                        const char *what) {
    const struct facts *after = case_try(c, change, 1);
    if (!after) return RULING_OPEN;
    if (!case_further(c, after)) return RULING_NO;
    enum ruling length = length_counts(c, change);
    if (length != RULING_NO) return length == RULING_OPEN ? RULING_OPEN : RULING_NO;
    case_prove(c, f, c->subject, change, 1, after);
    f->summary = text_f(
        c->a,
        "The server at %s (or a box before it) breaks off as soon as the ClientHello names %s, instead of "
        "choosing from what it knows.",
        case_where(c), what);
    case_evidence_subject(c, f);
    finding_slot(f, "what", what);
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c) || c->subject->t->refusal == REFUSAL_VERSION) return RULING_NO;
    if (c->subject->t->violation != VIOLATION_NONE) return RULING_NO; /* it did answer */
    enum ruling widened = widen_any_alone(c);
    if (widened != RULING_NO) return widened == RULING_OPEN ? RULING_OPEN : RULING_NO;
    static const struct change no_grease = {.kind = CHANGE_NO_GREASE}, only12 = {.kind = CHANGE_ONLY_TLS12};
    enum ruling r = flip(c, f, &no_grease, "reserved test values (GREASE)");
    if (r != RULING_NO) return r;
    if (c->subject_trial.policy.max_version < TLS_1_3) return RULING_NO;
    return flip(c, f, &only12, "TLS 1.3");
}

extern const struct cause cause_version_intolerance;
const struct cause cause_version_intolerance = {.id = "version-intolerance",
                                                .row = "protocol-mismatch",
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_HANDSHAKE,
                                                .rank = RANK_VERSION,
                                                .judge = judge};
