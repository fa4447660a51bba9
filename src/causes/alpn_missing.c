/* The client speaks HTTP/2 alone, and the server agrees on no application protocol: over TLS, HTTP/2 is
 * agreed on by ALPN or not at all (RFC 9113 3.3), so such a client (gRPC) hangs up after a handshake that
 * went well. */
#include "causes/cause.h"

static bool speaks_only_http2(const struct hello *h) {
    static const uint8_t h2[] = {2, 'h', '2'};
    return bytes_eq(bytes_of(h->alpn, h->alpn_n), bytes_of(h2, sizeof(h2)));
}

/* A client that speaks more gets on: by another protocol that the server chooses, or in HTTP/1.1, which needs
 * no choice. Otherwise there is nothing to compare with. */
static void prove(struct casefile *c, struct finding *f, const struct facts *wide) {
    const struct app_answer *app = &c->main->run->app;
    f->certainty = CERTAINTY_LIKELY;
    if (wide->good && wide->t->alpn.n > 0)
        CASE_PROVE(c, f, c->main, wide, {.kind = CHANGE_ALL_ALPN});
    else if (app->answered)
        f->proof = (struct proof){
            .change = "the client goes on in HTTP/1.1, which needs no agreement",
            .outcome =
                text_f(c->a, "over the same connection the server answers with status %d", app->status)};
    if (!f->has_proof && !f->proof.outcome) return;
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof.baseline = "the client speaks HTTP/2 alone, and no protocol is agreed on: it has to hang up";
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->main->good || !c->main->t->finished || c->main->t->alpn.n > 0) return RULING_NO;
    if (!speaks_only_http2(&c->trial.hello)) return RULING_NO;
    const struct facts *wide = CASE_TRY(c, {.kind = CHANGE_ALL_ALPN});
    if (!wide) return RULING_OPEN;
    prove(c, f, wide);
    f->summary = text_f(
        c->a, "The server at %s agrees on no application protocol, and this client speaks HTTP/2 alone.",
        case_where(c));
    finding_evidence(
        f, "The client offered \"h2\" in ALPN; the server finished the handshake and chose no protocol.");
    finding_evidence(f, wide->good && wide->t->alpn.n > 0
                            ? text_f(c->a, "Offered every registered protocol, it chose \"%s\".",
                                     text_escape(c->a, wide->t->alpn, 64))
                            : "Offered every registered protocol, it chose none.");
    return RULING_YES;
}

extern const struct cause cause_alpn_missing;
const struct cause cause_alpn_missing = {.id = "alpn-missing",
                                         .row = NULL,
                                         .fixer = FIX_SERVER,
                                         .phase = PHASE_HANDSHAKE,
                                         .rank = RANK_APPLICATION,
                                         .judge = judge};
