/* A reverse proxy (or CDN) speaks TLS to an origin whose port speaks plain text. */
#include "causes/not_tls.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->edge || c->trial.via.starttls != STARTTLS_NONE) return RULING_NO;
    const char *protocol = NULL;
    enum ruling r = not_tls(c, f, &protocol);
    if (r != RULING_YES) return r;
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
