/* The server insists on an application protocol that the client does not offer (RFC 7301 3.2). */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c) || c->subject_trial.hello.alpn_n == 0) return RULING_NO;
    bool said_so = c->subject->has_alert && c->subject->alert == ALERT_NO_APPLICATION_PROTOCOL;
    /* Some servers say handshake_failure instead; any other end is a crash, not a choice. */
    if (!said_so && !(c->subject->has_alert && c->subject->alert == ALERT_HANDSHAKE_FAILURE))
        return RULING_NO;
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_ALPN, .name = ""});
    if (!after) return RULING_OPEN;
    if (!case_further(c, after)) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_ALPN, .name = ""});
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
