/* The client sends its certificate without the intermediate above it, and the server, which knows the root
 * alone, finds no path: with the intermediate it passes. */
#include "causes/client_auth.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct client_auth *a;
    enum client_issuer_answer answer = client_issuer(c, &a);
    if (answer == CLIENT_ISSUER_OPEN) return RULING_OPEN;
    if (answer != CLIENT_ISSUER_MISSING) return RULING_NO;
    f->certainty = a->certainty;
    bool found = a->certainty == CERTAINTY_PROVEN || a->n_above > 0;
    const char *rival =
        found ? "." : "; or the server does not take that authority at all, which looks the same from here.";
    f->summary = text_f(
        c->a,
        "The client sends its certificate (%s) without the intermediate certificate that issued it (%s)%s",
        a->own.subject, a->top.issuer, rival);
    finding_slot(
        f, "rival",
        found ? ""
              : " The missing certificate was not to be found, so that this could not be tried. Where "
                "that authority is a root itself, or one that has nothing to do with those that the "
                "server asks for, the server does not take it at all: then ask whoever runs the server "
                "to add it, or for a certificate of an authority that it takes.");
    client_request_evidence(c, f);
    finding_evidence(f, text_f(c->a, "The client sent %zu certificate%s; the last was issued by %s.",
                               a->n_path, a->n_path == 1 ? "" : "s", a->top.issuer));
    finding_evidence(f, client_end_text(c, c->main));
    if (a->n_above)
        finding_evidence(f, text_f(c->a, "The missing certificate (%s) was found %s.",
                                   client_above_names(c, a), a->found_in));
    if (a->certainty == CERTAINTY_PROVEN)
        client_prove(c, f, &a->longer, "the client sends the missing intermediate certificate as well",
                     a->with_longer);
    finding_slot(f, "subject", a->own.subject);
    finding_slot(f, "issuer", a->top.issuer);
    return RULING_YES;
}

extern const struct cause cause_mtls_client_chain_incomplete;
const struct cause cause_mtls_client_chain_incomplete = {.id = "mtls-client-chain-incomplete",
                                                         .row = NULL,
                                                         .fixer = FIX_CLIENT,
                                                         .phase = PHASE_HANDSHAKE,
                                                         .rank = RANK_CLIENT_CERT,
                                                         .judge = judge};
