#include "causes/clock_case.h"

#include "causes/build_date.h"
#include "causes/cert_dates.h"
#include "pki/ocsp.h"
#include "wire/sct.h"

/* The build's date is of whoever committed, whose clock may have been off. */
enum { DAY = 86400, MINUTE = 60 };

/* ---- what is known ---- */

static void not_before(struct casefile *c, int64_t at, const char *what) {
    if (at <= c->earliest.at) return;
    c->earliest.at = at;
    c->earliest.what = what;
}

/* A log gives its timestamp before the certificate is handed out (RFC 6962 3.1). */
static void take_scts(struct casefile *c, struct bytes list) {
    enum { MS = 1000 };
    static const uint64_t END = UINT64_C(253402300800); /* of the year 9999: what is later is no time */
    uint64_t newest;
    if (list.n && sct_newest(list, &newest) && newest / MS < END)
        not_before(c, (int64_t)(newest / MS), "a log had recorded the certificate (SCT)");
}

static struct bytes hello_scts(const struct facts *f) {
    bool there = false;
    struct bytes list = {0};
    if (f->server_hello) list = ext_find(f->hello.extensions, EXT_SIGNED_CERTIFICATE_TIMESTAMP, &there);
    return there ? list : (struct bytes){0};
}

/* Judged at the moment when it was made: only whether its signature counts is asked here. */
static void take_staple(struct casefile *c, const struct pki_cert *leaf) {
    struct bytes staple = facts_staple(c->cert_facts);
    struct pki_cert issuer;
    struct pki_ocsp o;
    struct pki_rev_answer answer;
    if (staple.n == 0 || c->judged.n_path < 2 || !pki_ocsp_read(staple, &o)) return;
    (void)pki_cert_read(c->judged.path[1], &issuer);
    if (!leaf->readable || !issuer.readable) return;
    const struct pki_rev_query q = {
        .cert = leaf, .issuer = &issuer, .at = o.produced_at, .skew = CLOCK_TOLERANCE};
    pki_ocsp_judge(&o, &q, &answer);
    /* Signers are looked at before dates: of these verdicts the signature counts. */
    static const uint64_t counts =
        1u << PKI_REV_GOOD | 1u << PKI_REV_REVOKED | 1u << PKI_REV_EXPIRED | 1u << PKI_REV_NOT_YET;
    if (!(counts >> answer.verdict & 1)) return;
    c->staple.there = true;
    c->staple.has_next = answer.has_next;
    c->staple.this_update = answer.this_update;
    c->staple.next_update = answer.next_update;
    not_before(c, o.produced_at > answer.this_update ? o.produced_at : answer.this_update,
               "the OCSP response that the server sends along was made");
}

static void take_certificates(struct casefile *c) {
    struct pki_cert leaf;
    if (!c->cert_facts) return;
    (void)pki_cert_read(c->sent[0], &leaf);
    take_scts(c, leaf.scts);
    take_scts(c, c->cert_facts->certificates.entry[0].scts);
    take_scts(c, hello_scts(c->cert_facts));
    take_staple(c, &leaf);
}

/* The first run that brought a Date: the one that the report shows, if it did. How long ago it came counts.
 */
static bool date_of(const struct casefile *c, int64_t *ret_off) {
    static const int64_t SECOND = 1000000000;
    const struct run *run = c->main && c->main->run->app.date ? c->main->run : NULL;
    for (const struct facts_entry *e = c->entries; e && !run; e = e->next)
        if (e->run->app.date && memcmp(&e->run->trial.to, &c->trial.to, sizeof(c->trial.to)) == 0)
            run = e->run;
    if (!run) return false;
    *ret_off = run->app.date + run->app.age - (c->local + run->ended_ns / SECOND - c->local_ns / SECOND);
    return true;
}

bool clock_staple_fits(const struct casefile *c, int64_t at) {
    if (!c->staple.there) return true;
    bool old = c->staple.has_next && at > c->staple.next_update + CLOCK_TOLERANCE;
    return !old && at + CLOCK_TOLERANCE >= c->staple.this_update;
}

static bool fits(void *arg, int64_t off) {
    struct casefile *c = arg;
    struct chain_result r;
    if (!c->cert_facts) return true;
    certificates_rejudge(c, &(struct rejudge){.at = c->local + off}, &r);
    return !dates_wrong(&r) && clock_staple_fits(c, c->local + off);
}

/* All that is known is that it is later than something. What is in order by this machine's clock is left so;
 * else the certificate's beginning is a guess as good as any. */
static void guess(struct casefile *c) {
    int64_t begins = c->earliest.at;
    for (size_t i = 0; i < c->judged.n_path; i++) {
        struct cert_info info;
        certificates_at(c, &c->judged, i, &info);
        if (info.parsed && info.not_before >= begins) begins = info.not_before + MINUTE;
    }
    if (fits(c, 0))
        c->now = c->local;
    else if (!fits(c, c->now - c->local) && fits(c, begins - c->local))
        c->now = begins;
}

void clock_judge(struct casefile *c) {
    struct clock_evidence e = {.sources = c->sources, .n = c->n_sources, .fits = fits, .arg = c};
    if (BUILD_DATE > DAY) not_before(c, BUILD_DATE - DAY, "this program was built");
    take_certificates(c);
    e.has_date = date_of(c, &e.date_off);
    e.has_earliest = c->earliest.at > 0;
    e.earliest_off = c->earliest.at - c->local;
    clock_decide(&e, &c->clock);
    c->has_date = e.has_date;
    c->date = c->local + e.date_off;
    c->now = c->local + c->clock.off;
    if (c->clock.at_least) guess(c);
}

/* ---- in words ---- */

/* What is measured is never exact: 7199 seconds are two hours. */
const char *clock_distance(struct casefile *c, int64_t off) {
    static const struct {
        int64_t unit, below;
    } rows[] = {{1, 90}, {MINUTE, 90 * MINUTE}, {60 * MINUTE, 36 * 60 * MINUTE}, {DAY, 730 * (int64_t)DAY}};
    static const int64_t YEAR = 31557600;
    int64_t n = off < 0 ? -off : off, unit = YEAR;
    for (size_t i = TW_COUNT(rows); i-- > 0;)
        if (n < rows[i].below) unit = rows[i].unit;
    return text_duration(c->a, (n + unit / 2) / unit * unit);
}

static const char *off_text(struct casefile *c, int64_t off) {
    return text_f(c->a, "%s %s", clock_distance(c, off), off > 0 ? "behind" : "ahead");
}

const char *clock_witness(struct casefile *c) {
    if (c->clock.by) return text_f(c->a, "the time source %s", c->clock.by->url);
    if (c->clock.date_agrees) return "the server's own Date header";
    return c->clock.at_least ? text_f(c->a, "the date at which %s", c->earliest.what)
                             : "this machine's clock";
}

const char *clock_verdict(struct casefile *c) {
    const struct clock *k = &c->clock;
    return text_f(c->a, "The clock of this machine is %s%s: it says %s, and %s %s %s",
                  k->at_least ? "at least " : "", off_text(c, k->off), text_time(c->a, c->local),
                  clock_witness(c), k->at_least ? "is" : "says", text_time(c->a, c->local + k->off));
}

/* What a source says, of a clock that is taken for right at `off`. */
static const char *source_text(struct casefile *c, const struct clock_source *s) {
    if (!s->ok) return text_f(c->a, "The time source %s says nothing: %s.", s->url, s->problem);
    return text_f(c->a, "The time source %s says %s, give or take %s.", s->url,
                  text_time(c->a, c->local + s->off), text_duration(c->a, s->unsure > 0 ? s->unsure : 1));
}

static const char *date_text(struct casefile *c) {
    return text_f(c->a, "The server's Date header says %s.", text_time(c->a, c->date));
}

void clock_testify(struct casefile *c, struct finding *f) {
    const struct clock *k = &c->clock;
    finding_evidence(f, text_f(c->a, "This machine's clock says %s.", text_time(c->a, c->local)));
    for (size_t i = 0; i < c->n_sources; i++) finding_evidence(f, source_text(c, &c->sources[i]));
    if (c->has_date) finding_evidence(f, date_text(c));
    if (c->earliest.at > 0 && c->local + CLOCK_TOLERANCE < c->earliest.at)
        finding_evidence(f, text_f(c->a, "By this machine's clock it is not yet %s, when %s.",
                                   text_time(c->a, c->earliest.at), c->earliest.what));
    if (c->has_date && c->earliest.at > 0 && c->date + CLOCK_TOLERANCE < c->earliest.at)
        finding_evidence(f, text_f(c->a, "By the server's Date header it is not yet %s, when %s.",
                                   text_time(c->a, c->earliest.at), c->earliest.what));
    if (k->state == CLOCK_UNKNOWN && !c->has_date)
        finding_evidence(
            f, "Nothing confirmed this machine's clock: were it wrong, the certificate could be fine.");
    else if (k->state == CLOCK_UNKNOWN || k->state == CLOCK_DISPUTED)
        finding_evidence(f, "These clocks differ, and nothing shows which of them is right.");
    else if (k->differing > 0 || (k->by && k->date_wrong))
        finding_evidence(f, text_f(c->a, "They differ: %s is believed.", clock_witness(c)));
}

/* ---- notes ---- */

struct telling {
    const char *id;
    const char *(*tell)(struct casefile *c); /* NULL in reply: there is nothing to tell */
};

static const char *tell_own(struct casefile *c) {
    const struct clock *k = &c->clock;
    if (k->state != CLOCK_WRONG || c->own_clock_told) return NULL;
    return text_f(c->a, "%s%s.", clock_verdict(c), k->sure ? "" : " (which is likely, not certain)");
}

static const char *tell_server(struct casefile *c) {
    const struct clock *k = &c->clock;
    if (!k->date_wrong || c->server_clock_told) return NULL;
    int64_t off = c->now - c->date;
    return text_f(c->a, "The clock of the server, or of what answers for it, is %s: its Date header says %s.",
                  off_text(c, off), text_time(c->a, c->date));
}

static const char *tell_both(struct casefile *c) {
    const struct clock *k = &c->clock;
    if (!c->has_date || k->state != CLOCK_UNKNOWN) return NULL;
    return text_f(
        c->a,
        "The clock of this machine and the server's Date header differ by %s, and nothing shows which of "
        "them is wrong: a --time-source would.",
        clock_distance(c, c->date - c->local));
}

static const char *tell_sources(struct casefile *c) {
    struct text t;
    if (c->clock.differing == 0) return NULL;
    text_init(&t, c->a);
    text_add(&t, "The time sources disagree with what is believed here:");
    for (size_t i = 0; i < c->n_sources; i++)
        if (c->sources[i].ok)
            text_addf(&t, " %s says %s;", c->sources[i].url, text_time(c->a, c->local + c->sources[i].off));
    text_addf(&t, " this machine's clock says %s.", text_time(c->a, c->local));
    return t.s;
}

static const char *tell_dumb(struct casefile *c) {
    struct text t;
    text_init(&t, c->a);
    for (size_t i = 0; i < c->n_sources; i++)
        if (!c->sources[i].ok)
            text_addf(&t, "%sThe time source %s says nothing: %s.", t.n ? " " : "", c->sources[i].url,
                      c->sources[i].problem ? c->sources[i].problem : "it was not waited for");
    return t.n ? t.s : NULL;
}

bool clock_note(struct casefile *c, size_t i, const char **ret_id, const char **ret_summary) {
    static const struct telling rows[] = {{"client-clock-off", tell_own},
                                          {"server-clock-off", tell_server},
                                          {"clocks-differ", tell_both},
                                          {"time-sources-disagree", tell_sources},
                                          {"time-source-silent", tell_dumb}};
    if (i >= TW_COUNT(rows)) return false;
    *ret_id = rows[i].id;
    *ret_summary = rows[i].tell(c);
    return true;
}
