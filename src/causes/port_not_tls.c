/* The peer speaks another protocol, in plain text: its first bytes prove it. */
#include "causes/not_tls.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const char *protocol = NULL;
    enum ruling r = not_tls(c, f, &protocol);
    if (r == RULING_YES) finding_slot(f, "protocol", protocol);
    return r;
}

extern const struct cause cause_port_not_tls;
const struct cause cause_port_not_tls = {.id = "port-not-tls",
                                         .row = "protocol-mismatch",
                                         .fixer = FIX_CLIENT,
                                         .phase = PHASE_HANDSHAKE,
                                         .rank = RANK_NOT_TLS,
                                         .judge = judge};
