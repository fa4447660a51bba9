/* The server refuses a name that it has not been told of. */
#include "causes/length.h"
#include "causes/sni_trials.h"

static void describe(struct casefile *c, struct finding *f) {
    const char *name = c->subject_trial.hello.server_name;
    f->summary =
        text_f(c->a, "The server at %s does not know the name %s and refuses it.", case_where(c), name);
    case_evidence_subject(c, f);
    finding_slot(f, "name", arena_strdup(c->a, name));
}

/* A made-up name is refused, and none at all too: a name that the server knows shows that it is the name;
 * where we can think of none, only the server's word does. */
static enum ruling judge_by_better(struct casefile *c, struct finding *f) {
    if (!c->subject->has_alert) return RULING_NO;
    bool said = c->subject->alert == ALERT_UNRECOGNIZED_NAME;
    struct change better = {.kind = CHANGE_SNI};
    const struct facts *other = NULL;
    enum ruling r = sni_better_name(c, &better.name, &other);
    if (r == RULING_YES && !said) {
        enum ruling length = length_counts(c, &better);
        if (length != RULING_NO) return length == RULING_OPEN ? RULING_OPEN : RULING_NO;
    }
    if (r == RULING_OPEN || (r == RULING_NO && !said)) return r;
    f->certainty = CERTAINTY_LIKELY;
    if (other) case_prove(c, f, c->subject, &better, 1, other);
    describe(c, f);
    if (said) finding_evidence(f, "The alert unrecognized_name is the server's own word for it.");
    if (other)
        finding_evidence(f, text_f(c->a, "It knows the name %s; a made-up one, and none, it refuses as well.",
                                   better.name));
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c) || !*c->subject_trial.hello.server_name) return RULING_NO;
    struct sni_trials t;
    if (!sni_trials(c, &t)) return RULING_OPEN;
    if (!case_further(c, t.none)) return case_further(c, t.unknown) ? RULING_NO : judge_by_better(c, f);
    if (case_further(c, t.unknown)) return RULING_NO;
    static const struct change no_name = {.kind = CHANGE_SNI, .name = ""};
    enum ruling length = length_counts(c, &no_name);
    if (length != RULING_NO) return length == RULING_OPEN ? RULING_OPEN : RULING_NO;
    case_prove(c, f, c->subject, &no_name, 1, t.none);
    describe(c, f);
    finding_evidence(
        f, text_f(c->a, "A made-up name is refused in the same way: %s.", facts_outcome(c->a, t.unknown)));
    return RULING_YES;
}

static const uint8_t alerts[] = {ALERT_UNRECOGNIZED_NAME, 0};
extern const struct cause cause_sni_unknown_to_server;
const struct cause cause_sni_unknown_to_server = {.id = "sni-unknown-to-server",
                                                  .row = "sni",
                                                  .fixer = FIX_SERVER,
                                                  .phase = PHASE_HANDSHAKE,
                                                  .rank = RANK_SNI,
                                                  .alerts = alerts,
                                                  .judge = judge};
