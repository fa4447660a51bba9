/* Notes on the client's own certificate, where the server took it. */
#include "causes/client_auth.h"
#include "diagnose/session.h"

static const int64_t SOON = 14 * (int64_t)86400;

static struct note expires(struct casefile *c, const struct client_auth *a) {
    int64_t left = a->own.not_after - c->now;
    const char *when = text_time(c->a, a->own.not_after);
    if (left > SOON) return (struct note){NULL, NULL};
    return (struct note){
        "client-cert-expires-soon",
        left > 0
            ? text_f(c->a, "The client's certificate (%s) expires in %s, on %s.", a->own.subject,
                     text_duration(c->a, left), when)
            : text_f(c->a, "The client's certificate (%s) expired on %s; this server took it all the same.",
                     a->own.subject, when)};
}

/* RFC 8446 4.2.4: clients that choose by the list would not send it. */
static struct note unlisted(struct casefile *c, struct client_auth *a) {
    if (client_request_names_none(c) || client_is_listed(c, a)) return (struct note){NULL, NULL};
    return (struct note){
        "client-cert-issuer-not-named",
        text_f(
            c->a,
            "The server took the client's certificate, but none of the CAs that it names in its request "
            "stands "
            "above it (issuer %s). Programs that choose a certificate by that list, as browsers and Java do, "
            "would send none.",
            a->own.issuer)};
}

/* None was shown, and the handshake goes through: whether the server minds shows in its own protocol, as with
 * mail servers that turn a client away at its first command. */
static struct note asked(struct casefile *c) {
    bool named = c->main->has_request && !client_request_names_none(c);
    return (struct note){
        "client-cert-asked",
        text_f(c->a,
               "The server asks for a client certificate%s%s, and lets this client through the handshake "
               "without "
               "one. Where it demands one all the same, it says so later, in its own protocol; show one with "
               "--cert and --key.",
               named ? " " : "", named ? client_request_cas(c) : "")};
}

size_t notes_client(struct casefile *c, struct note ret[2]) {
    struct client_auth *a = client_auth(c);
    size_t n = 0;
    bool shown = c->main->t->client_certificate_sent;
    if (c->main->t->certificate_requested && !shown && client_passes(c->main)) ret[n++] = asked(c);
    if (n > 0) return n;
    if (!a || !c->main->t->client_certificate_sent || !client_passes(c->main)) return 0;
    const struct note notes[] = {expires(c, a), unlisted(c, a)};
    for (size_t i = 0; i < TW_COUNT(notes); i++)
        if (notes[i].id) ret[n++] = notes[i];
    return n;
}
