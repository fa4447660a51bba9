/* A network that wants a log-in first answers for every server: by plain HTTP it sends everybody to its own
 * page, and over TLS it can only show a certificate of its own, or nothing. */
#include "causes/names.h"

#include <errno.h>

enum { HTTP_NETWORK_AUTHENTICATION_REQUIRED = 511 };

static bool is_http(const struct casefile *c) {
    return c->subject->t->result == RESULT_NOT_TLS && c->subject->plain == PLAIN_HTTP;
}

/* Nobody there, or somebody else. What answers by TLS in the host's name is no portal. */
static bool is_suspect(const struct casefile *c) {
    const struct transcript *t = c->subject->t;
    if (c->proxied || c->trial.via.starttls != STARTTLS_NONE) return false;
    if (t->result == RESULT_CONNECT_FAILED) return t->sys_errno == ECONNREFUSED || t->sys_errno == ETIMEDOUT;
    return names_mismatch(c) || is_http(c);
}

/* The host in a URL; empty where it has none. */
static struct bytes url_host(struct bytes url) {
    const uint8_t *mark = url.p ? memmem(url.p, url.n, "//", 2) : NULL;
    if (!mark) return (struct bytes){0};
    struct bytes rest = bytes_cut(url, (size_t)(mark - url.p) + 2, url.n);
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#' && rest.p[n] != ':') n++;
    return bytes_cut(rest, 0, n);
}

/* The last two labels: hosts that share them are taken for one owner's, who may send his visitors around. */
static struct bytes owner(struct bytes host) {
    size_t dots = 0, i = host.n;
    while (i > 0) {
        if (host.p[i - 1] == '.' && ++dots == 2) break;
        i--;
    }
    return bytes_cut(host, i, host.n);
}

/* A log-in page: it says so, or stands at a bare address, or is told where the visitor wanted to go, so that
 * it can send him there afterwards. */
static bool is_login(const struct casefile *c, const char *location, const char *asked_for) {
    static const char *const words[] = {"login",   "logon",   "signin", "sign-in", "portal",
                                        "captive", "hotspot", "splash", "guest"};
    struct bytes host = url_host(bytes_str(location));
    struct net_addr ignored;
    for (size_t i = 0; i < TW_COUNT(words); i++)
        if (strcasestr(location, words[i])) return true;
    return strcasestr((const char *)host.p + host.n, asked_for) ||
           net_addr_parse(arena_str(c->a, host), 0, &ignored);
}

/* Sent to a page of somebody else, and for now only: who has moved for good says so (RFC 9110 15.4). */
static bool is_sent_away(const struct casefile *c, const struct app_answer *answer) {
    static const int temporary[] = {302, 303, 307};
    bool now = false;
    for (size_t i = 0; i < TW_COUNT(temporary); i++) now = now || answer->status == temporary[i];
    if (!now || !answer->location) return false;
    struct bytes to = url_host(bytes_str(answer->location));
    return to.n > 0 && !bytes_eq_nocase(owner(to), owner(bytes_str(c->host)));
}

/* One plain question: at the port diagnosed where plain HTTP answers there, else at port 80. */
struct question {
    struct change where;
    const struct app_answer *own, *other; /* for the host, and for a name that nobody can own */
    bool open;
};

static const struct app_answer *answer_of(const struct facts *f) {
    return f && f->run->app.answered ? &f->run->app : NULL;
}

static void ask(struct casefile *c, struct question *q) {
    const struct facts *own = case_try(c, &q->where, 1), *other = NULL;
    q->own = answer_of(own);
    q->open = !own;
    if (!q->own || !is_sent_away(c, q->own)) return;
    other = CASE_TRY(c, q->where, {.kind = CHANGE_HTTP_HOST, .name = case_unknown_name()});
    q->other = answer_of(other);
    q->open = !other;
}

/* RFC 6585 6: never from the server itself. */
static bool says_so(const struct question *q) {
    return q->own && q->own->status == HTTP_NETWORK_AUTHENTICATION_REQUIRED;
}

static bool sends_all_to_login(const struct casefile *c, const struct question *q) {
    if (!q->other || !is_sent_away(c, q->other)) return false;
    return bytes_eq_nocase(url_host(bytes_str(q->own->location)), url_host(bytes_str(q->other->location))) &&
           is_login(c, q->other->location, case_unknown_name());
}

static void describe(struct casefile *c, struct finding *f, const struct question *q) {
    const struct app_answer *own = q->own;
    const char *page = own->location ? own->location : "any http:// page";
    f->summary = text_f(c->a,
                        "The network has not let this machine in yet: it answers in the place of %s, and "
                        "wants a log-in at %s.",
                        c->host, own->location ? page : "a page of its own");
    case_evidence_subject(c, f);
    if (names_mismatch(c))
        finding_evidence(
            f, text_f(c->a, "The certificate shown is for: %s.", certificates_names(c, c->cert_facts)));
    finding_evidence(f, text_f(c->a, "Plain HTTP, asked for %s at port %u, got status %d%s%s.", c->host,
                               q->where.kind == CHANGE_HTTP_80 ? 80 : c->port, own->status,
                               own->location ? " and was sent to " : "", own->location ? own->location : ""));
    if (q->other)
        finding_evidence(f, text_f(c->a,
                                   "Asked for %s, a name that nobody can own, it was sent to %s: whoever "
                                   "answers does so for every name.",
                                   case_unknown_name(), q->other->location));
    if (names_mismatch(c) && own->location &&
        certificates_name_fits(c->sent[0], arena_str(c->a, url_host(bytes_str(own->location)))))
        finding_evidence(f, "The certificate shown is the one of that page.");
    finding_slot(f, "page", page);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!is_suspect(c)) return RULING_NO;
    struct question all[] = {{.where = {.kind = CHANGE_PLAIN_HTTP}}, {.where = {.kind = CHANGE_HTTP_80}}};
    bool open = false;
    for (size_t i = is_http(c) ? 0 : 1; i < TW_COUNT(all); i++) {
        struct question *q = &all[i];
        ask(c, q);
        open = open || q->open;
        if (!says_so(q) && !sends_all_to_login(c, q)) continue;
        f->certainty = says_so(q) ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
        if (says_so(q))
            finding_evidence(f,
                             "Status 511 says it by itself: the network wants authentication (RFC 6585 6).");
        describe(c, f, q);
        return RULING_YES;
    }
    return open ? RULING_OPEN : RULING_NO;
}

/* What the portal shows is not the server's. */
static const char *const replaces[] = {"dns-hijack",          "port-not-tls",
                                       "port-closed",         "connect-timeout",
                                       "cert-name-mismatch",  "cert-www-mismatch",
                                       "cert-wildcard-scope", "cert-self-signed",
                                       "cert-cn-only-no-san", "cert-ip-not-in-san",
                                       "cert-private-ca",     "cert-expired",
                                       "default-vhost-cert",  NULL};
extern const struct cause cause_captive_portal;
const struct cause cause_captive_portal = {.id = "captive-portal",
                                           .row = "man-in-the-middle",
                                           .fixer = FIX_NETWORK,
                                           .phase = PHASE_CERTIFICATE,
                                           .rank = RANK_BETWEEN,
                                           .replaces = replaces,
                                           .judge = judge};
