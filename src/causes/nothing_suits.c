#include "causes/nothing_suits.h"

#include "causes/sni_trials.h"
#include "causes/widen.h"

bool broke_off_at_certificate(const struct casefile *c) {
    const struct facts *s = c->subject;
    return s->reached == REACHED_SERVER_HELLO && s->t->version >= TLS_1_3 && s->has_alert &&
           s->alert == ALERT_HANDSHAKE_FAILURE && s->certificates.n == 0 && !s->has_request &&
           transcript_find(s->t, SIDE_SERVER, HS_ENCRYPTED_EXTENSIONS);
}

/* YES: it is sni-unknown-to-server. */
static enum ruling knows_another_name(struct casefile *c) {
    const char *name;
    const struct facts *named;
    return *c->subject_trial.hello.server_name ? sni_better_name(c, &name, &named) : RULING_NO;
}

/* The same alert for every hello: versions, suites (anonymous ones too), groups, schemes, names that the
 * server may know and extensions were varied, and nothing changed it. */
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
    enum ruling better = knows_another_name(c);
    if (!all || !minimal || !older || !no_alpn || widened == RULING_OPEN || better == RULING_OPEN)
        return RULING_OPEN;
    if (better == RULING_YES || widened == RULING_YES) return RULING_NO;
    if (case_further(c, all) || case_further(c, minimal) || case_further(c, older) ||
        case_further(c, no_alpn))
        return RULING_NO;
    return all->has_alert && all->alert == c->subject->alert ? RULING_YES : RULING_NO;
}

/* The suites of TLS 1.3 want no certain kind of key. So where the server has that version, it is the
 * certificate that is missing. OpenSSL without one falls back to TLS 1.2, but a fallback signal shows that it
 * could do more (RFC 7507). */
static enum ruling look_for_tls13(struct casefile *c, struct finding *f, bool *ret_has_tls13) {
    *ret_has_tls13 = broke_off_at_certificate(c);
    if (*ret_has_tls13) {
        finding_evidence(
            f, "It chose version, cipher suite and group, and broke off where its certificate was due.");
        return RULING_YES;
    }
    const struct facts *fallback = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12}, {.kind = CHANGE_ADD_SCSV});
    if (!fallback) return RULING_OPEN;
    *ret_has_tls13 = fallback->has_alert && fallback->alert == ALERT_INAPPROPRIATE_FALLBACK;
    if (*ret_has_tls13)
        finding_evidence(
            f, "To TLS 1.2 with a fallback signal it answered inappropriate_fallback: it could speak "
               "TLS 1.3, whose cipher suites suit every kind of certificate.");
    return RULING_YES;
}

static bool ended_by(const struct casefile *c, uint8_t alert) {
    bool shown = (c->bent && c->modern_connects) || c->own_connects;
    bool refused = case_hello_refused(c) || broke_off_at_certificate(c);
    return refused && !shown && c->subject->has_alert && c->subject->alert == alert;
}

static void describe_all(struct finding *f) {
    f->certainty = CERTAINTY_LIKELY;
    finding_evidence(
        f, "The same alert came with every version, cipher suite (even those without a certificate), group "
           "and signature scheme on offer, and with and without a server name.");
}

enum ruling nothing_suits(struct casefile *c, struct finding *f, bool *ret_has_tls13) {
    /* Erlang's ssl says the second (RFC 8446 6.2: parameters less secure than those it requires). */
    if (!ended_by(c, ALERT_HANDSHAKE_FAILURE) && !ended_by(c, ALERT_INSUFFICIENT_SECURITY)) return RULING_NO;
    enum ruling r = refuses_all(c);
    if (r == RULING_YES) r = look_for_tls13(c, f, ret_has_tls13);
    if (r == RULING_YES) describe_all(f);
    return r;
}

enum ruling gives_up_inside(struct casefile *c, struct finding *f) {
    if (!ended_by(c, ALERT_INTERNAL_ERROR)) return RULING_NO;
    enum ruling r = refuses_all(c);
    if (r != RULING_YES) return r;
    const struct facts *current = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12}),
                       *unusable = CASE_TRY(c, {.kind = CHANGE_UNUSABLE});
    if (!current || !unusable) return RULING_OPEN;
    bool reads = unusable->has_alert && unusable->alert != ALERT_INTERNAL_ERROR;
    if (!reads || !current->has_alert || current->alert != ALERT_INTERNAL_ERROR) return RULING_NO;
    describe_all(f);
    finding_evidence(f,
                     text_f(c->a,
                            "A ClientHello that offers no TLS version at all got another answer: %s. So the "
                            "server reads what is offered, and gives up on what it needs itself to go on.",
                            facts_outcome(c->a, unusable)));
    return RULING_YES;
}
