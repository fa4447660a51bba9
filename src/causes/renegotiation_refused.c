/* The server wants the client's certificate only after the handshake, when it knows which page is asked for:
 * by renegotiation in TLS 1.2 (HelloRequest), by post-handshake authentication in TLS 1.3. This client, like
 * most, does neither. */
#include "causes/client_auth.h"

static bool ended(const struct facts *f) {
    const struct transcript *t = f->t;
    return t->result == RESULT_PEER_ALERT || t->result == RESULT_PEER_FIN || t->result == RESULT_PEER_RST ||
           (!f->run->app.answered && t->peer_closed);
}

static bool is_forbidden(const struct facts *f) {
    return f->run->app.answered && f->run->app.status == 403;
}

/* HelloRequest: the client answers with the warning no_renegotiation. */
static enum ruling by_hello_request(struct casefile *c, struct finding *f) {
    uint8_t alert = c->main->t->result == RESULT_PEER_ALERT ? c->main->t->peer_alert : 0;
    if (!ended(c->main) && !is_forbidden(c->main)) return RULING_NO;
    bool plain = alert == ALERT_NO_RENEGOTIATION || alert == ALERT_HANDSHAKE_FAILURE;
    f->certainty = plain ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a,
        "The server at %s wants to shake hands anew once it has the request (TLS renegotiation), and gives "
        "up where the client refuses.",
        case_where(c));
    finding_evidence(
        f, "After the handshake the server sent a HelloRequest; the client answered no_renegotiation.");
    finding_evidence(f, is_forbidden(c->main) ? "Then the server answered the request with HTTP status 403."
                                              : text_f(c->a, "Then: %s.", facts_outcome(c->a, c->main)));
    return RULING_YES;
}

/* A CertificateRequest that nobody offered to answer is against the protocol (RFC 8446 4.6.2). */
static enum ruling by_late_request(struct casefile *c, struct finding *f) {
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a,
               "The server at %s asks for a client certificate after the handshake, of a client that did not "
               "say that it can be asked so late.",
               case_where(c));
    finding_evidence(
        f, "After both Finished messages the server sent a CertificateRequest; post_handshake_auth was not "
           "offered.");
    finding_evidence(f, text_f(c->a, "Then: %s.", facts_outcome(c->a, c->main)));
    return RULING_YES;
}

/* TLS 1.3: a server that may not ask says only that the page is forbidden. */
static enum ruling by_offer(struct casefile *c, struct finding *f) {
    const struct facts *offered = CASE_TRY(c, {.kind = CHANGE_POST_AUTH}, {.kind = CHANGE_WHOLE});
    if (!offered) return RULING_OPEN;
    if (!offered->late_request) return RULING_NO;
    f->summary = text_f(
        c->a,
        "The server at %s asks for a client certificate only after the handshake, which this client, like "
        "most, does not take part in.",
        case_where(c));
    finding_evidence(f, "The handshake goes through, and the request is answered with HTTP status 403.");
    CASE_PROVE(c, f, c->main, offered, {.kind = CHANGE_POST_AUTH});
    f->proof.baseline = "HTTP status 403, and no certificate is asked for";
    f->proof.outcome = "the server asks for a client certificate after the handshake";
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->main->t;
    if (!t->finished) return RULING_NO;
    if (c->main->hello_request) return by_hello_request(c, f);
    if (c->main->late_request && t->result == RESULT_VIOLATION) return by_late_request(c, f);
    bool may = t->version >= TLS_1_3 && is_forbidden(c->main) && !t->certificate_requested;
    return may ? by_offer(c, f) : RULING_NO;
}

extern const struct cause cause_renegotiation_refused;
const struct cause cause_renegotiation_refused = {.id = "renegotiation-refused",
                                                  .row = NULL,
                                                  .fixer = FIX_SERVER,
                                                  .phase = PHASE_HANDSHAKE,
                                                  .rank = RANK_CLIENT_CERT,
                                                  .judge = judge};
