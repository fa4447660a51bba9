/* The server has no usable certificate, for this name or at all: no suite qualifies, whatever is offered. */
#include "causes/nothing_suits.h"
#include "causes/sni_trials.h"
#include "causes/widen.h"

static void describe(struct casefile *c, struct finding *f, const char *for_whom) {
    const char *so = case_hello_refused(c) ? "no cipher suite qualifies, whatever a client offers"
                                           : "it breaks off where its certificate is due";
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

/* TLS 1.3 was agreed on, and the server broke off where its certificate was due (RFC 8446 4.4.2). */
static bool broke_off_there(const struct casefile *c) {
    const struct facts *s = c->subject;
    return s->reached == REACHED_SERVER_HELLO && s->t->version >= TLS_1_3 && s->has_alert &&
           s->alert == ALERT_HANDSHAKE_FAILURE && s->certificates.n == 0 && !s->has_request &&
           transcript_find(s->t, SIDE_SERVER, HS_ENCRYPTED_EXTENSIONS);
}

/* handshake_failure for every hello: versions, suites (anonymous ones too), groups, schemes, names and
 * extensions were varied, and nothing changed it. */
static enum ruling refuses_all(struct casefile *c) {
    const struct change everything[] = {{.kind = CHANGE_OLDER_VERSIONS},
                                        {.kind = CHANGE_ALL_SUITES},
                                        {.kind = CHANGE_ALL_GROUPS},
                                        {.kind = CHANGE_ALL_SIGALGS},
                                        {.kind = CHANGE_SNI, .name = ""}};
    const struct facts *all = case_try(c, everything, TW_COUNT(everything));
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    const struct facts *older = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12});
    const struct facts *no_alpn = CASE_TRY(c, {.kind = CHANGE_ALPN, .name = ""});
    enum ruling widened = widen_any_alone(c);
    if (!all || !minimal || !older || !no_alpn || widened == RULING_OPEN) return RULING_OPEN;
    if (widened == RULING_YES || case_further(c, all) || case_further(c, minimal) || case_further(c, older) ||
        case_further(c, no_alpn))
        return RULING_NO;
    return all->has_alert && all->alert == ALERT_HANDSHAKE_FAILURE ? RULING_YES : RULING_NO;
}

/* The suites of TLS 1.3 want no certain kind of key. So where the server has that version, it is the
 * certificate that is missing. OpenSSL without one falls back to TLS 1.2, but a fallback signal shows that it
 * could do more (RFC 7507). */
enum ruling nothing_suits(struct casefile *c, struct finding *f, bool *ret_has_tls13) {
    bool shown_to_modern = c->bent && c->modern_connects;
    bool refused = case_hello_refused(c) || broke_off_there(c);
    if (!refused || shown_to_modern || !c->subject->has_alert || c->subject->alert != ALERT_HANDSHAKE_FAILURE)
        return RULING_NO;
    enum ruling r = refuses_all(c);
    if (r != RULING_YES) return r;
    const struct facts *fallback = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12}, {.kind = CHANGE_ADD_SCSV});
    if (!fallback) return RULING_OPEN;
    bool could_more = fallback->has_alert && fallback->alert == ALERT_INAPPROPRIATE_FALLBACK;
    *ret_has_tls13 = could_more || broke_off_there(c);
    if (broke_off_there(c))
        finding_evidence(
            f, "It chose version, cipher suite and group, and broke off where its certificate was due.");
    else if (could_more)
        finding_evidence(
            f, "To TLS 1.2 with a fallback signal it answered inappropriate_fallback: it could speak "
               "TLS 1.3, whose cipher suites suit every kind of certificate.");
    f->certainty = CERTAINTY_LIKELY;
    finding_evidence(
        f, "The same alert came with every version, cipher suite (even those without a certificate), group "
           "and signature scheme on offer, and with and without a server name.");
    return RULING_YES;
}

static enum ruling judge_at_all(struct casefile *c, struct finding *f) {
    bool has_tls13 = false;
    enum ruling r = nothing_suits(c, f, &has_tls13);
    if (r != RULING_YES) return r;
    if (!has_tls13) return RULING_NO; /* cipher-cert-type-mismatch */
    describe(c, f, "");
    finding_slot(f, "for_name", "");
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c) && !broke_off_there(c)) return RULING_NO;
    bool polite = c->subject->has_alert || c->subject->t->result == RESULT_PEER_FIN;
    if (*c->subject_trial.hello.server_name && polite) {
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
