/* A reverse proxy (or CDN) does not send its origin the server's name, and the origin needs it. */
#include "causes/sni_missing.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->edge) return RULING_NO;
    enum ruling r = sni_missing(c, f);
    if (r != RULING_YES) return r;
    f->summary = text_f(
        c->a,
        "The reverse proxy does not say which server name it wants (no SNI); the origin behind it, %s, needs "
        "it to serve %s.",
        case_where(c), c->host);
    return RULING_YES;
}

static const char *const replaces[] = {"sni-missing-client", NULL};
static const uint8_t alerts[] = {ALERT_UNRECOGNIZED_NAME, 0};
extern const struct cause cause_sni_missing_to_upstream;
const struct cause cause_sni_missing_to_upstream = {.id = "sni-missing-to-upstream",
                                                    .row = "sni",
                                                    .fixer = FIX_SERVER,
                                                    .phase = PHASE_HANDSHAKE,
                                                    .rank = RANK_SNI,
                                                    .replaces = replaces,
                                                    .alerts = alerts,
                                                    .judge = judge};
