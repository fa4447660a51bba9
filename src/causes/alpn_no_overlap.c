/* The server insists on an application protocol that the client does not offer (RFC 7301 3.2). */
#include "causes/cause.h"

/* The server says so; some say handshake_failure instead. */
static bool said_so(const struct casefile *c) {
    return c->subject->has_alert && (c->subject->alert == ALERT_NO_APPLICATION_PROTOCOL ||
                                     c->subject->alert == ALERT_HANDSHAKE_FAILURE);
}

/* Some choose the protocol only when the ServerHello is out already (Go's crypto/tls). */
static bool said_late(const struct casefile *c) {
    return c->subject->has_alert && c->subject->alert == ALERT_NO_APPLICATION_PROTOCOL &&
           c->subject->reached == REACHED_SERVER_HELLO;
}

static bool chose_another(const struct casefile *c, const struct facts *wide) {
    return case_further(c, wide) && wide->t->alpn.n > 0 &&
           !hello_offers_alpn(&c->subject_trial.hello, wide->t->alpn);
}

/* One that closes without a word might dislike the extension itself: then only its own choice tells. */
static enum ruling prove(struct casefile *c, struct finding *f) {
    const struct facts *without = CASE_TRY(c, {.kind = CHANGE_ALPN, .name = ""});
    if (!without) return RULING_OPEN;
    if (!case_further(c, without)) return RULING_NO;
    const struct facts *wide = CASE_TRY(c, {.kind = CHANGE_ALL_ALPN});
    if (!wide) return RULING_OPEN;
    if (chose_another(c, wide)) {
        CASE_PROVE(c, f, c->subject, wide, {.kind = CHANGE_ALL_ALPN});
        finding_evidence(f, text_f(c->a, "The protocol that the server chose then: %s.",
                                   text_escape(c->a, wide->t->alpn, 64)));
        return RULING_YES;
    }
    if (!said_so(c)) return RULING_NO;
    CASE_PROVE(c, f, c->subject, without, {.kind = CHANGE_ALPN, .name = ""});
    return RULING_YES;
}

/* It answers with a protocol of its own instead of the alert (RFC 7301 3.2), and clients break off. */
static bool used_unoffered(const struct casefile *c) {
    const struct transcript *t = c->subject->t;
    return t->result == RESULT_VIOLATION && t->violation == VIOLATION_NOT_OFFERED && t->alpn.n > 0 &&
           c->subject_trial.hello.alpn_n > 0 && !hello_offers_alpn(&c->subject_trial.hello, t->alpn);
}

static enum ruling judge_unoffered(struct casefile *c, struct finding *f) {
    const struct facts *without = CASE_TRY(c, {.kind = CHANGE_ALPN, .name = ""});
    if (!without) return RULING_OPEN;
    if (!case_further(c, without)) return RULING_NO;
    CASE_PROVE(c, f, c->subject, without, {.kind = CHANGE_ALPN, .name = ""});
    f->fixer = FIXER_SERVER;
    finding_evidence(f, text_f(c->a,
                               "The server answered with a protocol of its own, %s, where it should "
                               "have said that it has none of those offered.",
                               text_escape(c->a, c->subject->t->alpn, 64)));
    return RULING_YES;
}

static enum ruling prove_any(struct casefile *c, struct finding *f) {
    if (used_unoffered(c)) return judge_unoffered(c, f);
    if ((!case_hello_refused(c) && !said_late(c)) || c->subject_trial.hello.alpn_n == 0) return RULING_NO;
    return prove(c, f);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = prove_any(c, f);
    if (r != RULING_YES) return r;
    struct text names;
    text_init(&names, c->a);
    const struct hello *h = &c->subject_trial.hello;
    for (size_t i = 0; i < h->alpn_n; i += 1u + h->alpn[i])
        text_addf(&names, "%s%.*s", i ? ", " : "", (int)h->alpn[i], (const char *)h->alpn + i + 1);
    f->summary = text_f(
        c->a,
        "The server at %s speaks none of the application protocols that the client offers in ALPN (%s).",
        case_where(c), names.s);
    case_evidence_subject(c, f);
    finding_slot(f, "offered", names.s);
    return RULING_YES;
}

/* Without ALPN the hello goes through: that the offer is refused says more than that the extension is
 * disliked. */
static const char *const replaces[] = {"server-crash-on-feature", NULL};
static const uint8_t alerts[] = {ALERT_NO_APPLICATION_PROTOCOL, 0};
extern const struct cause cause_alpn_no_overlap;
const struct cause cause_alpn_no_overlap = {.id = "alpn-no-overlap",
                                            .row = NULL,
                                            .fixer = FIX_BY_NORM,
                                            .phase = PHASE_HANDSHAKE,
                                            .rank = RANK_SUITE,
                                            .replaces = replaces,
                                            .alerts = alerts,
                                            .judge = judge};
