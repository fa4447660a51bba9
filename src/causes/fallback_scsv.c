/* The client says that this is a second try at a lower version (TLS_FALLBACK_SCSV), and the server can do
 * better (RFC 7507). */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->subject->has_alert || c->subject->alert != ALERT_INAPPROPRIATE_FALLBACK) return RULING_NO;
    if (!hello_has_suite(&c->subject_trial.hello, SUITE_FALLBACK_SCSV)) return RULING_NO;
    const struct facts *full = CASE_TRY(c, {.kind = CHANGE_NEWER_VERSIONS});
    const struct facts *without = CASE_TRY(c, {.kind = CHANGE_NO_SCSV});
    if (!full || !without) return RULING_OPEN;
    if (case_further(c, full))
        CASE_PROVE(c, f, c->subject, full, {.kind = CHANGE_NEWER_VERSIONS});
    else if (case_further(c, without))
        CASE_PROVE(c, f, c->subject, without, {.kind = CHANGE_NO_SCSV});
    else
        return RULING_NO;
    f->summary = text_f(c->a,
                        "The client fell back to %s and says so; the server at %s speaks a newer version and "
                        "refuses the fallback.",
                        version_name(c->subject_trial.policy.max_version), case_where(c));
    case_evidence_subject(c, f);
    finding_evidence(
        f, "The ClientHello holds TLS_FALLBACK_SCSV: an earlier try at a newer version failed on the way.");
    finding_slot(f, "client_version", version_name(c->subject_trial.policy.max_version));
    return RULING_YES;
}

static const char *const replaces[] = {"version-client-too-old", NULL};
static const uint8_t alerts[] = {ALERT_INAPPROPRIATE_FALLBACK, 0};
extern const struct cause cause_fallback_scsv;
const struct cause cause_fallback_scsv = {.id = "fallback-scsv",
                                          .row = "protocol-mismatch",
                                          .fixer = FIX_CLIENT,
                                          .phase = PHASE_HANDSHAKE,
                                          .rank = RANK_VERSION,
                                          .replaces = replaces,
                                          .alerts = alerts,
                                          .judge = judge};
