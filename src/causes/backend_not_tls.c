/* A reverse proxy (or CDN) speaks TLS to an origin whose port speaks plain text. */
#include "causes/not_tls.h"

/* The first bytes show it; that it is so without TLS too is the proof. False while that is under way. */
static bool prove(struct casefile *c, struct finding *f) {
    if (f->has_proof) return true;
    const struct facts *s = c->subject, *plain = CASE_TRY(c, {.kind = CHANGE_PLAIN_HTTP});
    if (!plain) return false;
    enum plain_kind protocol = plain_recognise(plain->t->first_bytes, c->port);
    f->certainty = CERTAINTY_LIKELY;
    if (plain->run->not_run || s->plain == PLAIN_UNKNOWN || protocol != s->plain) return true;
    CASE_PROVE(c, f, s, plain, {.kind = CHANGE_PLAIN_HTTP});
    c->after = NULL; /* nothing of TLS goes on from there */
    f->proof.outcome = text_f(c->a, "an answer in plain %s: \"%s\"", plain_name(protocol),
                              text_escape(c->a, plain->t->first_bytes, 40));
    return true;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->edge || c->trial.via.starttls != STARTTLS_NONE) return RULING_NO;
    const char *protocol = NULL;
    enum ruling r = not_tls(c, f, &protocol);
    if (r != RULING_YES) return r;
    if (!prove(c, f)) return RULING_OPEN;
    f->fixer = FIXER_SERVER;
    f->summary =
        text_f(c->a, "The reverse proxy begins TLS, and the origin behind it does not speak TLS but %s: %s.",
               protocol, case_where(c));
    finding_slot(f, "protocol", protocol);
    return RULING_YES;
}

static const char *const replaces[] = {"port-not-tls", NULL};
extern const struct cause cause_backend_not_tls;
const struct cause cause_backend_not_tls = {.id = "backend-not-tls",
                                            .row = "protocol-mismatch",
                                            .fixer = FIX_SERVER,
                                            .phase = PHASE_HANDSHAKE,
                                            .rank = RANK_NOT_TLS,
                                            .replaces = replaces,
                                            .judge = judge};
