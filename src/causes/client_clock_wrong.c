/* The certificates look expired or not yet valid, and the target's own Date says that it is this machine's
 * clock: at that time the chain is valid. */
#include "causes/cert_dates.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->cert_facts || certificates_clock(c) != CLOCK_CONTRADICTED) return RULING_NO;
    if (!dates_wrong(&c->judged)) return RULING_NO;
    int64_t date = c->main->run->app.date;
    struct chain_result r;
    certificates_rejudge(c, &(struct rejudge){.at = date}, &r);
    if (dates_wrong(&r)) return RULING_NO;
    certificates_prove(
        f, certificates_outcome(c, &c->judged),
        text_f(c->a, "the same chain is judged at the server's time, %s", text_time(c->a, date)),
        certificates_outcome(c, &r));
    f->certainty = CERTAINTY_LIKELY; /* the target is a party in this: no independent source has spoken */
    const char *off = text_duration(c->a, date - c->now);
    f->summary =
        text_f(c->a,
               "The clock of this machine is %s %s: it says %s, the server says %s, and the certificates fit "
               "the server's time.",
               off, date > c->now ? "behind" : "ahead", text_time(c->a, c->now), text_time(c->a, date));
    finding_slot(f, "off", off);
    finding_slot(f, "direction", date > c->now ? "behind" : "ahead");
    finding_slot(f, "local_time", text_time(c->a, c->now));
    finding_slot(f, "true_time", text_time(c->a, date));
    return RULING_YES;
}

static const char *const replaces[] = {"cert-expired", "cert-not-yet-valid", "chain-expired-intermediate",
                                       NULL};
extern const struct cause cause_client_clock_wrong;
const struct cause cause_client_clock_wrong = {.id = "client-clock-wrong",
                                               .row = "system-time",
                                               .fixer = FIX_CLIENT,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CLOCK,
                                               .replaces = replaces,
                                               .judge = judge};
