/* The server asks for the client's own certificate, gets none, and ends it: at once in TLS 1.2, after the
 * client believes to be done in TLS 1.3 (RFC 8446 4.4.2.4), or by an HTTP answer. */
#include "causes/client_auth.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    uint8_t alert = client_end_alert(c->main);
    if (c->identity || client_end(c->main) == CLIENT_END_NONE) return RULING_NO;
    if (alert == ALERT_DECRYPT_ERROR || alert == ALERT_ILLEGAL_PARAMETER) return RULING_NO;
    /* certificate_required has no other meaning (RFC 8446 6.2); but there is none to try it with. */
    f->certainty = CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a, "The server at %s asks for a certificate of the client, and the client has none to show.",
        case_where(c));
    client_request_evidence(c, f);
    finding_evidence(f, "The server sent a CertificateRequest; the client answered with an empty list.");
    finding_evidence(f, client_end_text(c, c->main));
    return RULING_YES;
}

extern const struct cause cause_mtls_client_cert_missing;
const struct cause cause_mtls_client_cert_missing = {.id = "mtls-client-cert-missing",
                                                     .row = NULL,
                                                     .fixer = FIX_CLIENT,
                                                     .phase = PHASE_HANDSHAKE,
                                                     .rank = RANK_CLIENT_CERT,
                                                     .judge = judge};
