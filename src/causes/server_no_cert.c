/* The server has no usable certificate, for this name or at all: no suite qualifies, whatever is offered. */
#include "causes/nothing_suits.h"
#include "causes/sni_trials.h"

static void describe(struct casefile *c, struct finding *f, const char *for_whom) {
    bool inside = c->subject->has_alert && c->subject->alert == ALERT_INTERNAL_ERROR;
    const char *so = !case_hello_refused(c) ? "it breaks off where its certificate is due"
                     : inside ? "it reads the ClientHello, and fails by itself where it has to choose one"
                              : "no cipher suite qualifies, whatever a client offers";
    f->summary =
        text_f(c->a, "The server at %s has no usable certificate%s: %s.", case_where(c), for_whom, so);
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

static enum ruling judge_at_all(struct casefile *c, struct finding *f) {
    bool has_tls13 = false;
    enum ruling r = nothing_suits(c, f, &has_tls13);
    if (r == RULING_YES && !has_tls13) return RULING_NO; /* cipher-cert-type-mismatch */
    bool inside = r == RULING_NO;
    if (inside) r = gives_up_inside(c, f);
    if (r != RULING_YES) return r;
    const char *name = c->subject_trial.hello.server_name;
    const char *for_whom = *name ? text_f(c->a, " for %s (or none at all)", name) : "";
    describe(c, f, for_whom);
    finding_slot(f, "for_name", for_whom);
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c) && !broke_off_at_certificate(c)) return RULING_NO;
    /* One that merely closes may be a box that dislikes the name. */
    if (*c->subject_trial.hello.server_name && c->subject->has_alert) {
        enum ruling r = judge_for_name(c, f);
        if (r != RULING_NO) return r;
    }
    return judge_at_all(c, f);
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
