/* The server demands the extended master secret (RFC 7627 5.3) below TLS 1.3, as FIPS 140-3 has it, and the
 * client does not offer it: the very same hello with the extension is taken. */
#include "causes/cause.h"

static bool lacks_it(const struct casefile *c) {
    const struct facts *s = c->subject;
    if (!c->bent || !c->modern_connects) return false; /* who has it: then it is not that */
    bool older = c->subject_trial.policy.min_version < TLS_1_3;
    bool broken_off = case_hello_refused(c) || (s->reached == REACHED_SERVER_HELLO && s->has_alert);
    return older && broken_off && !hello_has_ext(&c->subject_trial.hello, EXT_EXTENDED_MASTER_SECRET);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!lacks_it(c)) return RULING_NO;
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_ADD_EMS});
    if (!after) return RULING_OPEN;
    if (!case_further(c, after) || after->t->version >= TLS_1_3) return RULING_NO;
    /* As many bytes more, which say nothing here. */
    const struct facts *longer = CASE_TRY(c, {.kind = CHANGE_POST_AUTH});
    if (!longer) return RULING_OPEN;
    if (case_further(c, longer) || longer->run->not_run) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_ADD_EMS});
    f->summary =
        text_f(c->a,
               "The server at %s takes %s only with the extended master secret (RFC 7627), which the "
               "client does not offer.",
               case_where(c), version_name(after->t->version));
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "With another empty extension in its place it got: %s.",
                               facts_outcome(c->a, longer)));
    finding_slot(f, "version", version_name(after->t->version));
    return RULING_YES;
}

static const char *const replaces[] = {"server-no-cert", NULL};
static const uint8_t alerts[] = {ALERT_HANDSHAKE_FAILURE, ALERT_INSUFFICIENT_SECURITY, 0};
extern const struct cause cause_ems_required;
const struct cause cause_ems_required = {.id = "ems-required",
                                         .row = "cipher-suite-mismatch",
                                         .fixer = FIX_BY_NORM,
                                         .phase = PHASE_HANDSHAKE,
                                         .rank = RANK_SUITE,
                                         .replaces = replaces,
                                         .alerts = alerts,
                                         .judge = judge};
