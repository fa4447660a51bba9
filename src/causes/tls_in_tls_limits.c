/* The proxy is there, and its rules do not let it connect where it is asked to: the port, the host, or no
 * CONNECT at all (RFC 9110 9.3.6, which advises to restrict it to known ports). */
#include "causes/cause.h"

enum { HTTPS = 443, FORBIDDEN = 403, METHOD_NOT_ALLOWED = 405 };

/* Of the line that refused; 0: it has none. */
static unsigned status_of(const struct transcript *t) {
    uint64_t status = 0;
    const char *at = t->dialog_line ? strchr(t->dialog_line, ' ') : NULL;
    if (!at || strncmp(t->dialog_line, "HTTP/", 5) != 0 || strlen(at) < 4) return 0;
    const char digits[] = {at[1], at[2], at[3], 0};
    return text_number(digits, 999, &status) ? (unsigned)status : 0;
}

static void tell_port(struct casefile *c, struct finding *f, const struct change *change,
                      const struct facts *other) {
    CASE_PROVE(c, f, c->subject, other, *change);
    c->after = NULL; /* nothing was said there, and nothing shows of what the host does */
    f->summary =
        text_f(c->a, "The proxy does not let anybody reach port %u of %s, and lets them reach port %u.",
               c->port, c->host, change->arg);
    finding_slot(f, "what", text_f(c->a, "port %u", c->port));
}

static void tell_other(struct casefile *c, struct finding *f, unsigned status) {
    bool method = status == METHOD_NOT_ALLOWED;
    f->certainty = method ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->summary =
        method ? arena_strdup(c->a, "The proxy does not allow CONNECT, without which no TLS goes through.")
               : text_f(c->a, "The rules of the proxy do not let this client reach %s.", c->host);
    finding_slot(f, "what", method ? "any connection of TLS" : "this host");
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->subject->t;
    unsigned status = status_of(t);
    if (!c->proxied || t->result != RESULT_PROXY_FAILED || t->dialog != DIALOG_PROXY_REFUSED)
        return RULING_NO;
    if (status != FORBIDDEN && status != METHOD_NOT_ALLOWED) return RULING_NO;
    const struct change change = {.kind = CHANGE_PROXY_PORT, .arg = HTTPS};
    const struct facts *other = c->port != HTTPS ? case_try(c, &change, 1) : c->subject;
    if (!other) return RULING_OPEN;
    finding_evidence(f, text_f(c->a, "Asked to connect to %s port %u, the proxy answered: %s.", c->host,
                               c->port, t->dialog_line));
    if (case_further(c, other))
        tell_port(c, f, &change, other);
    else
        tell_other(c, f, status);
    finding_slot(f, "answer", t->dialog_line);
    return RULING_YES;
}

extern const struct cause cause_tls_in_tls_limits;
const struct cause cause_tls_in_tls_limits = {.id = "tls-in-tls-limits",
                                              .row = "man-in-the-middle",
                                              .fixer = FIX_NETWORK,
                                              .phase = PHASE_CONNECT,
                                              .rank = RANK_CONNECT,
                                              .judge = judge};
