/* The server breaks off at one extension that it should have ignored (RFC 8446 4.1.2: unknown extensions
 * are ignored). */
#include "causes/widen.h"

/* What a hello can do without; one of them is the culprit where the minimal hello goes through. */
static const uint16_t dispensable[] = {EXT_STATUS_REQUEST,
                                       EXT_SIGNED_CERTIFICATE_TIMESTAMP,
                                       EXT_EXTENDED_MASTER_SECRET,
                                       EXT_SESSION_TICKET,
                                       EXT_PADDING,
                                       EXT_ENCRYPT_THEN_MAC,
                                       EXT_COMPRESS_CERTIFICATE,
                                       EXT_ALPN,
                                       EXT_POST_HANDSHAKE_AUTH,
                                       EXT_RECORD_SIZE_LIMIT};

static enum ruling find_extension(struct casefile *c, struct finding *f) {
    bool open = false;
    for (size_t i = 0; i < TW_COUNT(dispensable); i++) {
        if (!hello_has_ext(&c->subject_trial.hello, dispensable[i])) continue;
        const struct change drop = {.kind = CHANGE_DROP_EXTENSION, .arg = dispensable[i]};
        const struct facts *after = case_try(c, &drop, 1);
        open = open || !after;
        if (!after || !case_further(c, after)) continue;
        case_prove(c, f, c->subject, &drop, 1, after);
        const char *name = arena_strdup(c->a, extension_name(dispensable[i]));
        f->summary =
            text_f(c->a, "The server at %s breaks off at the extension %s, which it should simply ignore.",
                   case_where(c), name);
        case_evidence_subject(c, f);
        finding_slot(f, "extension", name);
        return RULING_YES;
    }
    return open ? RULING_OPEN : RULING_NO;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    bool later = c->subject->reached == REACHED_SERVER_HELLO && !c->subject->good &&
                 c->subject->t->refusal == REFUSAL_NONE && c->subject->t->violation == VIOLATION_NONE;
    if (!case_hello_refused(c) && !later) return RULING_NO;
    if (c->subject->t->refusal != REFUSAL_NONE) return RULING_NO;
    enum ruling widened = widen_any_alone(c);
    if (widened != RULING_NO) return widened == RULING_OPEN ? RULING_OPEN : RULING_NO;
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    const struct facts *no_grease = CASE_TRY(c, {.kind = CHANGE_NO_GREASE});
    if (!minimal || !no_grease) return RULING_OPEN;
    if (!case_further(c, minimal) || case_further(c, no_grease)) return RULING_NO;
    return find_extension(c, f);
}

static const char *const replaces[] = {"version-intolerance", NULL};
extern const struct cause cause_server_crash_on_feature;
const struct cause cause_server_crash_on_feature = {.id = "server-crash-on-feature",
                                                    .row = NULL,
                                                    .fixer = FIX_SERVER,
                                                    .phase = PHASE_HANDSHAKE,
                                                    .rank = RANK_SUITE,
                                                    .replaces = replaces,
                                                    .judge = judge};
