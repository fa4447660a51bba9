/* A proxy that opens what it carries agrees on no application protocol, and this client speaks HTTP/2 alone.
 * That the server behind it lacks ALPN, and the box only says so, is ruled out by a name that no server has.
 */
#include "causes/between.h"

static bool speaks_only_http2(const struct hello *h) {
    static const uint8_t h2[] = {2, 'h', '2'};
    return bytes_eq(bytes_of(h->alpn, h->alpn_n), bytes_of(h2, sizeof(h2)));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct minting *m;
    if (!speaks_only_http2(&c->trial.hello) || !c->main->good || c->main->t->alpn.n > 0) return RULING_NO;
    enum ruling r = between_minting(c, &m);
    if (r != RULING_YES) return r;
    if (!m->by_proxy || !m->other->good || m->other->t->alpn.n > 0) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    f->summary =
        text_f(c->a,
               "The proxy opens the connection to %s and agrees on no application protocol in its place, "
               "and this client speaks HTTP/2 alone.",
               c->host);
    finding_evidence(
        f, "The client offered \"h2\" in ALPN; the handshake went through, and no protocol was chosen.");
    between_describe(c, f, m);
    f->certainty =
        CERTAINTY_LIKELY; /* that somebody is in between is proven, not what the server would say */
    finding_evidence(
        f, text_f(c->a, "For %s, where no server stands that could lack ALPN, it chose no protocol either.",
                  case_unknown_name()));
    finding_evidence(f,
                     "The same run from another network, without the proxy, decides: there \"h2\" should be "
                     "chosen.");
    return RULING_YES;
}

static const char *const replaces[] = {"alpn-missing", NULL};
extern const struct cause cause_intercept_strips_alpn;
const struct cause cause_intercept_strips_alpn = {.id = "intercept-strips-alpn",
                                                  .row = "man-in-the-middle",
                                                  .fixer = FIX_NETWORK,
                                                  .phase = PHASE_CERTIFICATE,
                                                  .rank = RANK_BETWEEN,
                                                  .replaces = replaces,
                                                  .judge = judge};
