/* By this machine's clock the certificates, or the stapled response, are outside their dates; at the time
 * that is believed instead they are not (clock_case.h). */
#include "causes/cert_dates.h"
#include "causes/clock_case.h"

/* Something about dates that is wrong by this machine's clock alone. */
static bool breaks_chain(const struct casefile *c) {
    static const enum pki_problem_kind kinds[] = {PKI_PROBLEM_NOT_YET_VALID, PKI_PROBLEM_LEAF_EXPIRED,
                                                  PKI_PROBLEM_CA_EXPIRED};
    for (size_t i = 0; i < TW_COUNT(kinds); i++)
        if (chain_has(&c->by_local, kinds[i]) && !chain_has(&c->judged, kinds[i])) return true;
    return false;
}

static bool breaks_staple(const struct casefile *c) {
    return !clock_staple_fits(c, c->local) && clock_staple_fits(c, c->now);
}

static const char *staple_outcome(struct casefile *c, int64_t at) {
    return text_f(c->a, "the stapled OCSP response, of %s, %s", text_time(c->a, c->staple.this_update),
                  clock_staple_fits(c, at)     ? "is within its dates"
                  : at < c->staple.this_update ? "is of the future"
                                               : "is too old");
}

static void prove(struct casefile *c, struct finding *f, const char *true_time) {
    bool chain = breaks_chain(c);
    certificates_prove(f, chain ? certificates_outcome(c, &c->by_local) : staple_outcome(c, c->local),
                       text_f(c->a, "the same %s judged at %s, by the word of %s",
                              chain ? "chain is" : "response is", true_time, clock_witness(c)),
                       chain ? certificates_outcome(c, &c->judged) : staple_outcome(c, c->now));
    /* The target is a party in this: who confirms must be another (CONTRACT.md, "Clock"). */
    bool confirmed = c->clock.sure && c->clock.by;
    f->certainty = confirmed && !dates_wrong(&c->judged) ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->cert_facts || c->blind || c->clock.state != CLOCK_WRONG) return RULING_NO;
    if (!breaks_chain(c) && !breaks_staple(c)) return RULING_NO;
    int64_t off = c->clock.off;
    bool fits = !dates_wrong(&c->judged) && c->now == c->local + off;
    prove(c, f, text_time(c->a, c->now));
    f->summary = text_f(c->a, "%s%s.", clock_verdict(c), fits ? ", which the certificates fit" : "");
    clock_testify(c, f);
    c->own_clock_told = true;
    finding_slot(f, "off",
                 text_f(c->a, "%s%s", c->clock.at_least ? "at least " : "", clock_distance(c, off)));
    finding_slot(f, "direction", off > 0 ? "behind" : "ahead");
    finding_slot(f, "local_time", text_time(c->a, c->local));
    finding_slot(f, "true_time", text_time(c->a, c->local + off));
    finding_slot(f, "witness", clock_witness(c));
    return RULING_YES;
}

extern const struct cause cause_client_clock_wrong;
const struct cause cause_client_clock_wrong = {.id = "client-clock-wrong",
                                               .row = "system-time",
                                               .fixer = FIX_CLIENT,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CLOCK,
                                               .judge = judge};
