/* The server stands behind a load balancer and waits for a PROXY protocol header before TLS. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct facts *s = c->subject;
    bool mute = s->t->result == RESULT_PEER_FIN || s->t->result == RESULT_PEER_RST || s->silent;
    if (!case_hello_refused(c) || !mute || c->trial.via.starttls != STARTTLS_NONE) return RULING_NO;
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_PROXY_HEADER});
    if (!after) return RULING_OPEN;
    if (!case_further(c, after)) return RULING_NO;
    CASE_PROVE(c, f, s, after, {.kind = CHANGE_PROXY_HEADER});
    f->answers_no_hello = true;
    f->summary = text_f(c->a,
                        "The server at %s expects a PROXY protocol header before TLS, as from a load "
                        "balancer, and gets none.",
                        case_where(c));
    case_evidence_subject(c, f);
    return RULING_YES;
}

extern const struct cause cause_proxy_protocol_mismatch;
const struct cause cause_proxy_protocol_mismatch = {.id = "proxy-protocol-mismatch",
                                                    .row = "protocol-mismatch",
                                                    .fixer = FIX_SERVER,
                                                    .phase = PHASE_HANDSHAKE,
                                                    .rank = RANK_NOT_TLS,
                                                    .judge = judge};
