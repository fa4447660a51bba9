/* The server has no usable certificate, for this name or at all: no suite qualifies, whatever is offered. */
#include "causes/sni_trials.h"
#include "causes/widen.h"

static void describe(struct casefile *c, struct finding *f, const char *for_whom) {
    f->summary = text_f(
        c->a,
        "The server at %s has no usable certificate%s: no cipher suite qualifies, whatever a client offers.",
        case_where(c), for_whom);
    case_evidence_subject(c, f);
}

/* With other names, and with made-up ones, the very same hello goes through. */
static enum ruling judge_for_name(struct casefile *c, struct finding *f) {
    struct sni_trials t;
    if (!sni_trials(c, &t)) return RULING_OPEN;
    if (!case_further(c, t.unknown)) return RULING_NO;
    const char *name = arena_strdup(c->a, c->subject_trial.hello.server_name);
    CASE_PROVE(c, f, c->subject, t.unknown, {.kind = CHANGE_SNI, .name = case_unknown_name()});
    describe(c, f, text_f(c->a, " for %s", name));
    finding_slot(f, "for_name", text_f(c->a, " for %s", name));
    return RULING_YES;
}

/* handshake_failure for every hello: versions, suites (anonymous ones too), groups, schemes, names and
 * extensions were varied, and nothing changed it. */
static enum ruling judge_at_all(struct casefile *c, struct finding *f) {
    if (c->subject->alert != ALERT_HANDSHAKE_FAILURE) return RULING_NO;
    const struct change everything[] = {{.kind = CHANGE_OLDER_VERSIONS},
                                        {.kind = CHANGE_ALL_SUITES},
                                        {.kind = CHANGE_ALL_GROUPS},
                                        {.kind = CHANGE_ALL_SIGALGS},
                                        {.kind = CHANGE_SNI, .name = ""}};
    const struct facts *all = case_try(c, everything, TW_COUNT(everything));
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    const struct facts *older = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12});
    const struct facts *no_alpn = CASE_TRY(c, {.kind = CHANGE_ALPN, .name = ""});
    enum ruling widened = widen_any_alone(c);
    if (!all || !minimal || !older || !no_alpn || widened == RULING_OPEN) return RULING_OPEN;
    if (widened == RULING_YES || case_further(c, all) || case_further(c, minimal) || case_further(c, older) ||
        case_further(c, no_alpn))
        return RULING_NO;
    if (!all->has_alert || all->alert != ALERT_HANDSHAKE_FAILURE) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    describe(c, f, "");
    finding_evidence(
        f, "The same alert came with every version, cipher suite (even those without a certificate), group "
           "and signature scheme on offer, and with and without a server name.");
    finding_slot(f, "for_name", "");
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c)) return RULING_NO;
    bool polite = c->subject->has_alert || c->subject->t->result == RESULT_PEER_FIN;
    if (*c->subject_trial.hello.server_name && polite) {
        enum ruling r = judge_for_name(c, f);
        if (r != RULING_NO) return r;
    }
    bool shown_to_modern = c->bent && c->modern_connects;
    return c->subject->has_alert && !shown_to_modern ? judge_at_all(c, f) : RULING_NO;
}

static const uint8_t alerts[] = {ALERT_UNRECOGNIZED_NAME, 0};
extern const struct cause cause_server_no_cert;
const struct cause cause_server_no_cert = {.id = "server-no-cert",
                                           .row = "cipher-suite-mismatch",
                                           .fixer = FIX_SERVER,
                                           .phase = PHASE_HANDSHAKE,
                                           .rank = RANK_SUITE,
                                           .alerts = alerts,
                                           .judge = judge};
