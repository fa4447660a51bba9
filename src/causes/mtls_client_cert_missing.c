/* The server asks for the client's own certificate, gets none, and ends it: at once in TLS 1.2, after the
 * client believes to be done in TLS 1.3 (RFC 8446 4.4.2.4), or by an HTTP answer. */
#include "causes/cause.h"

static bool ended_by_server(const struct transcript *t) {
    bool cut = t->result == RESULT_PEER_ALERT || t->result == RESULT_PEER_FIN || t->result == RESULT_PEER_RST;
    return cut && t->stage >= STAGE_CLIENT_AUTH;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->main->t;
    const struct app_answer *app = &c->main->run->app;
    if (!t->certificate_requested || c->identity) return RULING_NO;
    bool http = app->answered && app->status == 400;
    if (!ended_by_server(t) && !http) return RULING_NO;
    /* certificate_required has no other meaning (RFC 8446 6.2). */
    bool explicit_word = t->result == RESULT_PEER_ALERT && t->peer_alert == ALERT_CERTIFICATE_REQUIRED;
    f->certainty = explicit_word ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a, "The server at %s asks for a certificate of the client, and the client has none to show.",
        case_where(c));
    finding_evidence(f, "The server sent a CertificateRequest; the client answered with an empty list.");
    finding_evidence(
        f, http ? text_f(c->a, "Then the server answered the request with HTTP status %d.", app->status)
                : text_f(c->a, "Then: %s.", facts_outcome(c->a, c->main)));
    return RULING_YES;
}

extern const struct cause cause_mtls_client_cert_missing;
const struct cause cause_mtls_client_cert_missing = {.id = "mtls-client-cert-missing",
                                                     .row = NULL,
                                                     .fixer = FIX_CLIENT,
                                                     .phase = PHASE_HANDSHAKE,
                                                     .rank = RANK_CLIENT_CERT,
                                                     .judge = judge};
