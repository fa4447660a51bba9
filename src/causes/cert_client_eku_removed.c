/* The client's certificate is not for clients: its extended key usage lacks clientAuth (RFC 5280 4.2.1.12),
 * as with public certificates since 2025 and 2026, and the server minds. */
#include "causes/client_auth.h"

/* What says something else of the certificate: the server came past its usage, or not up to it. */
static bool speaks_of_other(uint8_t alert) {
    static const uint8_t other[] = {ALERT_UNKNOWN_CA, ALERT_CERTIFICATE_EXPIRED, ALERT_CERTIFICATE_REVOKED,
                                    ALERT_DECRYPT_ERROR};
    return alert && memchr(other, alert, sizeof(other));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct client_auth *a = client_cert_refused(c) ? client_auth(c) : NULL;
    if (!a || !client_usage_lacks(&pki_pool_item(a->pool, a->leaf)->cert)) return RULING_NO;
    uint8_t alert = client_end_alert(c->main);
    if (speaks_of_other(alert)) return RULING_NO;
    const struct facts *without = client_try_without(c);
    if (!without) return RULING_OPEN;
    f->certainty = alert == ALERT_UNSUPPORTED_CERTIFICATE ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a,
        "The client's certificate (%s) is not for TLS clients: its extended key usage lacks clientAuth.",
        a->own.subject);
    client_request_evidence(c, f);
    finding_evidence(f,
                     text_f(c->a, "The certificate of %s, issued by %s on %s, is for these usages alone: %s.",
                            a->own.subject, a->own.issuer, text_time(c->a, a->own.not_before),
                            client_usages(c, &pki_pool_item(a->pool, a->leaf)->cert)));
    finding_evidence(f, client_end_text(c, c->main));
    if (client_passes(without)) client_prove(c, f, NULL, NULL, without);
    finding_slot(f, "subject", a->own.subject);
    finding_slot(f, "issuer", a->own.issuer);
    return RULING_YES;
}

extern const struct cause cause_cert_client_eku_removed;
const struct cause cause_cert_client_eku_removed = {.id = "cert-client-eku-removed",
                                                    .row = NULL,
                                                    .fixer = FIX_CLIENT,
                                                    .phase = PHASE_HANDSHAKE,
                                                    .rank = RANK_CLIENT_CERT,
                                                    .judge = judge};
