/* The server does not trust the CA that issued the client's certificate: it says unknown_ca, or ends the
 * handshake and names only CAs that are not above it; and it is not for want of an intermediate. */
#include "causes/client_auth.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct client_auth *a;
    enum client_issuer_answer answer = client_issuer(c, &a);
    if (answer == CLIENT_ISSUER_OPEN) return RULING_OPEN;
    if (answer != CLIENT_ISSUER_UNKNOWN) return RULING_NO;
    const struct facts *without = client_try_without(c);
    if (!without) return RULING_OPEN;
    f->certainty = CERTAINTY_LIKELY;
    if (!c->starved && a->certainty == CERTAINTY_PROVEN) client_prove_without(c, f, without);
    f->summary =
        text_f(c->a, "The server at %s does not trust the CA that issued the client's certificate (%s).",
               case_where(c), a->top.issuer);
    client_request_evidence(c, f);
    finding_evidence(f, text_f(c->a, "The client sent the certificate of %s, issued by %s.", a->own.subject,
                               a->own.issuer));
    if (a->listed)
        finding_evidence(f,
                         "The server names a CA of that name: it may have another key, as after a renewal.");
    else if (!client_request_names_none(c))
        finding_evidence(f, "None of the CAs that the server names stands above that certificate.");
    finding_evidence(f, client_end_text(c, c->main));
    if (a->with_longer)
        finding_evidence(f, text_f(c->a, "With the whole chain (%s) sent along: %s.",
                                   client_above_names(c, a), facts_outcome(c->a, a->with_longer)));
    finding_slot(f, "subject", a->own.subject);
    finding_slot(f, "issuer", a->top.issuer);
    return RULING_YES;
}

extern const struct cause cause_mtls_client_ca_unknown;
const struct cause cause_mtls_client_ca_unknown = {.id = "mtls-client-ca-unknown",
                                                   .row = NULL,
                                                   .fixer = FIX_SERVER,
                                                   .phase = PHASE_HANDSHAKE,
                                                   .rank = RANK_CLIENT_CERT,
                                                   .judge = judge};
