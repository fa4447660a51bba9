#include "causes/not_tls.h"

static void describe(struct casefile *c, struct finding *f, const char *protocol, const char **ret) {
    *ret = protocol;
    f->certainty = CERTAINTY_PROVEN;
    f->answers_no_hello = true;
    f->summary = text_f(c->a, "What answers at %s does not speak TLS but %s.", case_where(c), protocol);
    /* On a port that is assigned to TLS from the first byte on the client came to the right place. */
    const char *assigned = implicit_tls_port(c->port);
    if (!assigned) return;
    f->fixer = FIXER_SERVER;
    finding_evidence(
        f, text_f(c->a, "Port %u is assigned to %s, which begins with TLS at once.", c->port, assigned));
}

/* The client waits for the greeting of a STARTTLS service and the peer for a request: what it is shows itself
 * to a client that speaks first. */
static enum ruling judge_unspoken(struct casefile *c, struct finding *f, const char **ret_protocol) {
    const struct change at_once = {.kind = CHANGE_STARTTLS, .arg = STARTTLS_NONE};
    const struct facts *tls = case_try(c, &at_once, 1);
    if (!tls) return RULING_OPEN;
    if (tls->plain == PLAIN_UNKNOWN) return RULING_NO;
    case_prove(c, f, c->subject, &at_once, 1, tls);
    describe(c, f, text_f(c->a, "plain %s", plain_name(tls->plain)), ret_protocol);
    finding_evidence(f, text_f(c->a, "The first bytes of the answer to a ClientHello: \"%s\"",
                               text_escape(c->a, tls->t->first_bytes, 80)));
    return RULING_YES;
}

/* A redirect to TLS at the very same port. */
static bool sends_to_tls_here(const struct casefile *c, const char *location) {
    static const char scheme[] = "https://";
    if (!location || strncmp(location, scheme, sizeof(scheme) - 1) != 0) return false;
    const char *authority = location + sizeof(scheme) - 1;
    size_t n = strcspn(authority, "/?#");
    char *port = text_f(c->a, ":%u", c->port);
    return n > strlen(port) && strncmp(authority + n - strlen(port), port, strlen(port)) == 0;
}

/* Most TLS servers of HTTP recognise a plain request, and say in plain HTTP that it is not what they want:
 * 400 (nginx, Apache, Go, Tomcat), 426 (RFC 9110 15.5.22), or a redirect. Such an answer shows a server that
 * knows of TLS, and none that lacks it. */
static bool wants_tls(const struct casefile *c, const struct app_answer *http) {
    enum { BAD_REQUEST = 400, UPGRADE_REQUIRED = 426 };
    return http->status == BAD_REQUEST || http->status == UPGRADE_REQUIRED ||
           sends_to_tls_here(c, http->location);
}

enum ruling not_tls(struct casefile *c, struct finding *f, const char **ret_protocol) {
    const struct facts *s = c->subject;
    if (s->t->result == RESULT_STARTTLS_FAILED && s->t->dialog == DIALOG_SILENT)
        return judge_unspoken(c, f, ret_protocol);
    bool other =
        s->t->result == RESULT_NOT_TLS || (s->t->result == RESULT_STARTTLS_FAILED &&
                                           s->t->dialog == DIALOG_NOT_SPOKEN && s->plain != PLAIN_UNKNOWN);
    if (other) {
        describe(c, f,
                 s->plain != PLAIN_UNKNOWN ? text_f(c->a, "plain %s", plain_name(s->plain))
                                           : "some other protocol",
                 ret_protocol);
        finding_evidence(f, text_f(c->a, "The first bytes of the answer: \"%s\"",
                                   text_escape(c->a, s->t->first_bytes, 80)));
        return RULING_YES;
    }
    bool mute = s->t->result == RESULT_PEER_FIN || s->t->result == RESULT_PEER_RST || s->silent;
    if (!case_hello_refused(c) || !mute) return RULING_NO;
    const struct facts *http = CASE_TRY(c, {.kind = CHANGE_PLAIN_HTTP});
    if (!http) return RULING_OPEN;
    if (plain_recognise(http->t->first_bytes, c->port) != PLAIN_HTTP) return RULING_NO;
    if (wants_tls(c, &http->run->app)) return RULING_NO;
    CASE_PROVE(c, f, s, http, {.kind = CHANGE_PLAIN_HTTP});
    f->proof.outcome =
        text_f(c->a, "an answer in plain HTTP: \"%s\"", text_escape(c->a, http->t->first_bytes, 40));
    describe(c, f, "plain HTTP", ret_protocol);
    case_evidence_subject(c, f);
    return RULING_YES;
}
