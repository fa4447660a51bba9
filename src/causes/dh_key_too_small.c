/* The server's finite-field Diffie-Hellman group is below the client's floor (RFC 9325 4.1, Logjam). The
 * group stands in the ServerKeyExchange: the evidence proves itself. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->subject->t;
    if (t->refusal != REFUSAL_DH_SMALL) return RULING_NO;
    const struct facts *without = CASE_TRY(c, {.kind = CHANGE_NO_DHE});
    if (!without) return RULING_OPEN;
    f->certainty = CERTAINTY_PROVEN;
    if (case_further(c, without)) CASE_PROVE(c, f, c->subject, without, {.kind = CHANGE_NO_DHE});
    const char *bits = text_f(c->a, "%u", t->dh_bits),
               *floor = text_f(c->a, "%u", c->subject_trial.policy.dh_min_bits);
    f->summary = text_f(
        c->a, "The server at %s uses a Diffie-Hellman group of %s bits; the client accepts %s bits and more.",
        case_where(c), bits, floor);
    finding_evidence(f, text_f(c->a, "ServerKeyExchange holds a prime of %s bits (suite %s).", bits,
                               suite_name(t->suite)));
    finding_slot(f, "bits", bits);
    finding_slot(f, "floor", floor);
    return RULING_YES;
}

static const uint8_t alerts[] = {ALERT_INSUFFICIENT_SECURITY, 0};
extern const struct cause cause_dh_key_too_small;
const struct cause cause_dh_key_too_small = {.id = "dh-key-too-small",
                                             .row = "cipher-suite-mismatch",
                                             .fixer = FIX_SERVER,
                                             .phase = PHASE_HANDSHAKE,
                                             .rank = RANK_SUITE,
                                             .alerts = alerts,
                                             .judge = judge};
