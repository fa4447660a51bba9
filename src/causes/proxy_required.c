/* Only the proxy may reach out: directly nothing that speaks TLS is met at any address, or the name is not
 * even known here, and through a proxy that this machine's configuration names, and this client does not use,
 * the server is there. */
#include "causes/addresses.h"

static bool has_no_address(const struct casefile *c) {
    return c->resolved->status != RESOLVE_OK;
}

/* How a network ends what it does not let out: refused, dropped, cut off, or answered by a page of its own.
 */
static bool is_cut_off(const struct facts *f) {
    static const enum result ends[] = {RESULT_CONNECT_FAILED, RESULT_TIMEOUT, RESULT_PEER_RST,
                                       RESULT_PEER_FIN, RESULT_NOT_TLS};
    for (size_t i = 0; i < TW_COUNT(ends); i++)
        if (f->t->result == ends[i]) return f->reached < REACHED_SERVER_HELLO;
    return false;
}

static bool fails_directly(struct casefile *c) {
    if (has_no_address(c)) return c->resolved->status != RESOLVE_BAD_NAME;
    if (!is_cut_off(c->base) || !is_cut_off(c->subject)) return false;
    for (size_t i = 1; i < c->resolved->n; i++)
        if (address_well(c, i)) return false;
    return true;
}

static void prove(struct casefile *c, struct finding *f, const struct change *change,
                  const struct facts *after) {
    const char *refusal = address_refusal_of(c, after);
    f->certainty = refusal ? CERTAINTY_LIKELY : CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof.baseline = has_no_address(c) ? text_f(c->a, "the name %s has no address here", c->host)
                                          : facts_outcome(c->a, c->subject);
    f->proof.change = change_text(c->a, change);
    f->proof.outcome = facts_outcome(c->a, after);
    if (refusal)
        finding_evidence(f, text_f(c->a,
                                   "The certificate that comes through the proxy is refused, and that is the "
                                   "next thing to look at (--proxy): %s.",
                                   refusal));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->known_proxy || c->proxied || c->offline || !fails_directly(c)) return RULING_NO;
    const struct change change = {.kind = CHANGE_PROXY, .name = c->known_proxy};
    const struct facts *after = case_try(c, &change, 1);
    if (!after) return RULING_OPEN;
    if (!after->good) return RULING_NO;
    f->summary = text_f(c->a,
                        "%s is not reached directly, and is reached through %s, which this client does "
                        "not use for it.",
                        c->host, c->known_proxy);
    if (has_no_address(c))
        finding_evidence(f, text_f(c->a, "Looked up here, the name %s has no address.", c->host));
    else
        case_evidence_subject(c, f);
    finding_evidence(f,
                     text_f(c->a, "Through %s the handshake with %s goes through.", c->known_proxy, c->host));
    prove(c, f, &change, after);
    finding_slot(f, "proxy", c->known_proxy);
    return RULING_YES;
}

/* What the direct way looks like is not the server's. */
static const char *const replaces[] = {"name-not-found",      "port-closed",        "connect-timeout",
                                       "host-unreachable",    "firewall-block",     "firewall-drop",
                                       "closed-before-hello", "closed-after-hello", "reset-after-hello",
                                       "handshake-timeout",   "port-not-tls",       NULL};
extern const struct cause cause_proxy_required;
const struct cause cause_proxy_required = {.id = "proxy-required",
                                           .row = "man-in-the-middle",
                                           .fixer = FIX_NETWORK,
                                           .phase = PHASE_ADDRESSES,
                                           .rank = RANK_CONNECT,
                                           .replaces = replaces,
                                           .judge = judge};
