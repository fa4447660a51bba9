/* The server wants something more only after the handshake, when it knows which page is asked for: a client
 * certificate or other cipher suites, by renegotiation in TLS 1.2 (HelloRequest), by post-handshake
 * authentication in TLS 1.3. `modern` does neither, since not every current client does. Over HTTP/2 both are
 * forbidden (RFC 9113 9.2.1, RFC 8740 3): a server that wants them there asks for HTTP/1.1 first. */
#include "causes/client_auth.h"
#include "probe/profile.h"

static bool ended(const struct facts *f) {
    const struct transcript *t = f->t;
    return t->result == RESULT_PEER_ALERT || t->result == RESULT_PEER_FIN || t->result == RESULT_PEER_RST ||
           (!f->run->app.answered && t->peer_closed);
}

static bool is_forbidden(const struct facts *f) {
    return f->run->app.answered && f->run->app.status == 403;
}

static bool refuses_renegotiation(const struct profile *p) {
    return p->renegotiation == RENEGOTIATION_REFUSED;
}

/* RFC 8446 4.2.6. */
static bool cannot_be_asked_late(const struct profile *p) {
    struct hello h;
    struct eng_policy policy;
    profile_hello(p, "", &h, &policy);
    return !hello_has_ext(&h, EXT_POST_HANDSHAKE_AUTH);
}

/* The current clients that it befalls, or those that are known to take part. */
static const char *current_ones(struct arena *a, bool (*which)(const struct profile *p)) {
    struct text t;
    text_init(&t, a);
    const struct profile *p;
    for (size_t i = 1; (p = profile_at(i)); i++)
        if (p->current && which(p)) text_addf(&t, "%s%s", t.n ? ", " : "", p->name);
    return t.s;
}

static bool takes_renegotiation(const struct profile *p) {
    return p->renegotiation == RENEGOTIATION_TAKEN;
}
static bool can_be_asked_late(const struct profile *p) {
    return !cannot_be_asked_late(p);
}

static void tell_who_takes_part(struct casefile *c, struct finding *f) {
    finding_evidence(
        f, text_f(c->a,
                  "Of current clients these take part in renegotiation: %s. Whether they get through is for "
                  "what the server asks then, a client certificate or other cipher suites. These refuse: %s.",
                  current_ones(c->a, takes_renegotiation), current_ones(c->a, refuses_renegotiation)));
}

/* What comes of a renegotiation is not known here: this client would take part, and we do not. */
static enum ruling by_others(struct casefile *c, struct finding *f) {
    f->certainty = CERTAINTY_POSSIBLE;
    f->summary = text_f(
        c->a,
        "The server at %s wants to shake hands anew once it has the request (TLS "
        "renegotiation). %s, which tlswhy cannot do in its place: it may be asked for a client "
        "certificate then, or for other cipher suites. Programs that refuse (%s) fail here.",
        case_where(c),
        profile_find(c->profile)->renegotiation == RENEGOTIATION_TAKEN ? "This client takes part in that"
                                                                       : "This client may take part in that",
        current_ones(c->a, refuses_renegotiation));
    return RULING_YES;
}

/* HelloRequest: the client answers with the warning no_renegotiation. */
static enum ruling by_hello_request(struct casefile *c, const struct facts *page, struct finding *f) {
    if (!ended(page) && !is_forbidden(page)) return RULING_NO;
    if (!refuses_renegotiation(profile_find(c->profile))) return by_others(c, f);
    f->certainty = CERTAINTY_LIKELY; /* the other way, with renegotiation, is not tried */
    f->befalls = refuses_renegotiation;
    f->summary = text_f(
        c->a,
        "The server at %s wants to shake hands anew once it has the request (TLS renegotiation), and gives "
        "up where the client refuses.",
        case_where(c));
    finding_evidence(
        f, "After the handshake the server sent a HelloRequest; the client answered no_renegotiation.");
    finding_evidence(f, is_forbidden(page) ? "Then the server answered the request with HTTP status 403."
                                           : text_f(c->a, "Then: %s.", facts_outcome(c->a, page)));
    tell_who_takes_part(c, f);
    return RULING_YES;
}

/* A CertificateRequest that nobody offered to answer is against the protocol (RFC 8446 4.6.2). */
static enum ruling by_late_request(struct casefile *c, struct finding *f) {
    f->certainty = CERTAINTY_LIKELY; /* what comes of it where it was offered is not tried */
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

static bool sent_to_http1(const struct casefile *c) {
    const struct app_answer *app = &c->main->run->app;
    return !app->answered && app->h2_error == H2_HTTP_1_1_REQUIRED;
}

/* TLS 1.3: a server that may not ask says only that the page is forbidden. */
static enum ruling by_offer(struct casefile *c, const struct facts *page, struct finding *f) {
    const struct change changes[] = {
        {.kind = CHANGE_POST_AUTH}, {.kind = CHANGE_WHOLE}, {.kind = CHANGE_ALPN, .name = "http/1.1"}};
    size_t n = sent_to_http1(c) ? TW_COUNT(changes) : TW_COUNT(changes) - 1;
    const struct facts *offered = case_try(c, changes, n);
    if (!offered) return RULING_OPEN;
    if (!offered->late_request) return RULING_NO;
    f->befalls = cannot_be_asked_late;
    f->summary = text_f(
        c->a,
        "The server at %s asks for a client certificate only after the handshake, which this client, like "
        "most, does not take part in.",
        case_where(c));
    finding_evidence(f, "The handshake goes through, and the request is answered with HTTP status 403.");
    finding_evidence(
        f,
        text_f(c->a, "Of current clients these offer to be asked so late (TLS 1.3, post_handshake_auth): %s.",
               current_ones(c->a, can_be_asked_late)));
    case_prove(c, f, page, changes, 1, offered);
    f->proof.baseline = "HTTP status 403, and no certificate is asked for";
    f->proof.outcome = "the server asks for a client certificate after the handshake";
    return RULING_YES;
}

/* The handshake in which the page was asked for: this client's, or one that offers HTTP/1.1 alone, where the
 * server wants that. NULL while it is under way. */
static const struct facts *page_of(struct casefile *c, struct finding *f) {
    if (!sent_to_http1(c)) return c->main;
    const struct facts *page = CASE_TRY(c, {.kind = CHANGE_ALPN, .name = "http/1.1"}, {.kind = CHANGE_WHOLE});
    finding_evidence(f, "Over HTTP/2 the server answered the request with HTTP_1_1_REQUIRED; it was sent "
                        "again over HTTP/1.1.");
    return page;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->main->t->finished) return RULING_NO;
    const struct facts *page = page_of(c, f);
    if (!page) return RULING_OPEN;
    if (page->hello_request) return by_hello_request(c, page, f);
    if (page->late_request && page->t->result == RESULT_VIOLATION) return by_late_request(c, f);
    bool may = page->t->version >= TLS_1_3 && is_forbidden(page) && !page->t->certificate_requested;
    return may ? by_offer(c, page, f) : RULING_NO;
}

extern const struct cause cause_renegotiation_refused;
const struct cause cause_renegotiation_refused = {.id = "renegotiation-refused",
                                                  .row = "cipher-suite-mismatch",
                                                  .fixer = FIX_SERVER,
                                                  .phase = PHASE_HANDSHAKE,
                                                  .rank = RANK_CLIENT_CERT,
                                                  .judge = judge};
