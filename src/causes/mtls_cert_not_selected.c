/* The client has a certificate and does not send it: its kind of key is none of the certificate_types that
 * the server asks for (RFC 5246 7.4.4, RFC 8422 5.5), and the server refuses the empty answer. */
#include "causes/client_auth.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->identity || !c->identity->fits || c->main->t->client_choice != CLIENT_NO_TYPE) return RULING_NO;
    if (client_end(c->main) == CLIENT_END_NONE) return RULING_NO;
    const struct client_auth *a = client_auth(c);
    const char *key = a ? a->own.key : "unknown", *types = client_request_types(c);
    f->certainty = CERTAINTY_LIKELY;
    f->fixer = client_key_is_usual(c) ? FIXER_SERVER : FIXER_CLIENT;
    f->summary = text_f(
        c->a,
        "The client does not send its certificate: its key is of the kind %s, and the server at %s asks for "
        "certificates of the kinds %s alone.",
        key, case_where(c), types);
    client_request_evidence(c, f);
    finding_evidence(f, "The client answered with an empty list.");
    finding_evidence(f, client_end_text(c, c->main));
    finding_slot(f, "key", key);
    finding_slot(f, "types", types);
    return RULING_YES;
}

extern const struct cause cause_mtls_cert_not_selected;
const struct cause cause_mtls_cert_not_selected = {.id = "mtls-cert-not-selected",
                                                   .row = NULL,
                                                   .fixer = FIX_CLIENT,
                                                   .phase = PHASE_HANDSHAKE,
                                                   .rank = RANK_CLIENT_CERT,
                                                   .judge = judge};
