/* Sealed bytes arrive as others than they left: a record does not open although both sides have the same
 * keys, or handshakes are spoilt now here, now there, now not at all. Somebody who changes handshakes on
 * purpose does it each time in the same way. */
#include "causes/spoilt.h"

static void tell_times(struct casefile *c, struct finding *f, const struct spoilt_again *s) {
    finding_evidence(f, text_f(c->a, "%s got: %s.",
                               s->first == c->subject ? "The handshake" : "The first handshake",
                               facts_outcome(c->a, s->first)));
    for (size_t i = 0; i < SPOILT_REPEATS; i++)
        finding_evidence(
            f, text_f(c->a, "The very same handshake, repeated, got: %s.", facts_outcome(c->a, s->again[i])));
}

/* A server whose library spoils what it seals does so with one suite, each time. */
static enum ruling is_of_suite(struct casefile *c, const struct spoilt_again *s) {
    if (!s->steady || s->first != c->subject) return RULING_NO;
    const struct change drop = {.kind = CHANGE_DROP_SUITE, .arg = s->first->t->suite};
    const struct facts *other = case_try_whole(c, &s->first->run->trial, &drop, 1);
    if (!other) return RULING_OPEN;
    return other->good && other->t->version == s->first->t->version ? RULING_YES : RULING_NO;
}

/* A certificate that cannot be read is the server's own, unless it comes in more forms than one. */
static bool is_damage(const struct spoilt_again *s) {
    if (s->n_sealed > 0 || s->scattered) return true;
    return s->how != SPOILT_UNREAD && s->n_well > 0 && !spoilt_signature(s->first);
}

static char *summary(struct casefile *c, const struct spoilt_again *s, const char *how_often) {
    if (s->n_sealed == 0 && s->scattered)
        return text_f(c->a,
                      "What is sent between here and %s arrives changed (%s): the server's certificate came "
                      "with other bytes each time.",
                      case_where(c), how_often);
    return text_f(c->a,
                  "Encrypted data between here and %s arrives changed (%s): %s cannot open a record that "
                  "was sealed with the right keys.",
                  case_where(c), how_often, spoilt_noticed_by(s->first));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct spoilt_again s;
    enum ruling r = spoilt_repeat(c, &s);
    if (r != RULING_YES) return r;
    if (!is_damage(&s)) return RULING_NO;
    enum ruling of_suite = is_of_suite(c, &s);
    if (of_suite != RULING_NO) return of_suite == RULING_OPEN ? RULING_OPEN : RULING_NO;
    f->of_path = true;
    if (s.first->t->one_bit_off)
        finding_evidence(
            f, "With one single bit changed back, the record opens: that bit changed after it was sealed.");
    f->comes_and_goes = s.n_well > 0;
    f->certainty = c->starved ? CERTAINTY_POSSIBLE : CERTAINTY_LIKELY;
    const char *how_often = s.steady ? "each time" : "not each time";
    f->summary = summary(c, &s, how_often);
    tell_times(c, f, &s);
    if (s.scattered)
        finding_evidence(
            f, "The Certificate messages of these handshakes have the same length and differ in a few "
               "bytes: one and the same certificate was sent, and damaged after that.");
    if (s.n_sealed > 0)
        finding_evidence(
            f, "Both sides have the same keys, since other records could be opened with them: so the "
               "bytes were changed after they were sealed.");
    finding_evidence(f, "The same run from another network decides whether it happens on the way or in the "
                        "server's own machine (its network card, or a load balancer before it).");
    finding_slot(f, "how_often", how_often);
    return RULING_YES;
}

static const char *const replaces[] = {"handshake-tampered",
                                       "cert-malformed",
                                       "ca-replaced",
                                       "pq-hello-intolerance",
                                       "version-intolerance",
                                       "key-cert-mismatch",
                                       "server-crash-on-feature",
                                       NULL};
extern const struct cause cause_record_corruption;
const struct cause cause_record_corruption = {.id = "record-corruption",
                                              .row = "man-in-the-middle",
                                              .fixer = FIX_NETWORK,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_BETWEEN,
                                              .replaces = replaces,
                                              .judge = judge};
