/* The server's clock is off, by its Date header against a time that is confirmed, and that breaks something:
 * what is outside its dates now is in order by the server's clock (clock_case.h). */
#include "causes/cert_dates.h"
#include "causes/client_auth.h"
#include "causes/clock_case.h"
#include "causes/revocation.h"

/* Made "now", by a clock that is ahead: authorities date the beginning back by a day at most. */
static enum ruling minted(struct casefile *c) {
    enum { DAY = 86400 };
    struct chain_result then;
    int64_t begins = c->info[0].not_before;
    if (!chain_has(&c->judged, PKI_PROBLEM_NOT_YET_VALID) || begins <= c->now) return RULING_NO;
    if (begins > c->date || c->date - begins > DAY) return RULING_NO;
    certificates_rejudge(c, &(struct rejudge){.at = c->date}, &then);
    return dates_wrong(&then) ? RULING_NO : RULING_YES;
}

/* An answer that seems fresh to the server is sent on, and not fetched anew. */
static enum ruling stapled(struct casefile *c) {
    const struct revocation *all;
    if (clock_staple_fits(c, c->now) || !clock_staple_fits(c, c->date)) return RULING_NO;
    enum ruling ruling = revocation_asked(c, &all);
    if (ruling != RULING_YES) return ruling;
    return revocation_staple_forgiven(&all->of[0]) ? RULING_NO : RULING_YES;
}

/* It judges the certificates of its clients by that clock. */
static enum ruling refused_client(struct casefile *c) {
    const struct client_auth *a = client_cert_refused(c) ? client_auth(c) : NULL;
    if (!a || c->now < a->own.not_before || c->now > a->own.not_after) return RULING_NO;
    return c->date < a->own.not_before || c->date > a->own.not_after ? RULING_YES : RULING_NO;
}

static const struct harm {
    enum ruling (*done)(struct casefile *c);
    const char *what; /* in the summary: "…, which …" */
    const char *now, *then;
} harms[] = {
    {minted, "makes certificates that nobody else takes for valid yet", "the certificate is not valid yet",
     "the certificate is within its dates"},
    {stapled, "lets it send an OCSP response along that is outside its dates",
     "the stapled OCSP response is outside its dates", "the stapled OCSP response is within its dates"},
    {refused_client, "lets it refuse a client's certificate that is within its dates",
     "the client's certificate, which the server refuses, is within its dates",
     "the client's certificate is outside its dates"},
};

static const struct harm *find(struct casefile *c, enum ruling *ret) {
    for (size_t i = 0; i < TW_COUNT(harms); i++) {
        *ret = harms[i].done(c);
        if (*ret != RULING_NO) return &harms[i];
    }
    return NULL;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling ruling = RULING_NO;
    const struct harm *harm = c->cert_facts && c->clock.date_wrong ? find(c, &ruling) : NULL;
    if (!harm || ruling == RULING_OPEN) return ruling;
    int64_t off = c->now - c->date;
    const char *direction = off > 0 ? "behind" : "ahead";
    certificates_prove(f, text_f(c->a, "at %s, %s", text_time(c->a, c->now), harm->now),
                       text_f(c->a, "judged at the server's own time, %s", text_time(c->a, c->date)),
                       harm->then);
    /* As sure as the time is that speaks against it. */
    f->certainty = c->clock.sure ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a, "The clock of the server is %s %s: its Date header says %s, and it is %s. That %s.",
        clock_distance(c, off), direction, text_time(c->a, c->date), text_time(c->a, c->now), harm->what);
    clock_testify(c, f);
    c->server_clock_told = true;
    finding_slot(f, "off", clock_distance(c, off));
    finding_slot(f, "direction", direction);
    finding_slot(f, "server_time", text_time(c->a, c->date));
    finding_slot(f, "true_time", text_time(c->a, c->now));
    finding_slot(f, "harm", harm->what);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-not-yet-valid", "ocsp-staple-bad", "mtls-client-cert-rejected",
                                       NULL};
extern const struct cause cause_server_clock_wrong;
const struct cause cause_server_clock_wrong = {.id = "server-clock-wrong",
                                               .row = "system-time",
                                               .fixer = FIX_SERVER,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CERT_DATES,
                                               .replaces = replaces,
                                               .judge = judge};
