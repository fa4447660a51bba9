/* A server of TLS 1.2 or below without renegotiation_info (RFC 5746): OpenSSL 3 and all that stands on it
 * refuse it. The ServerHello shows it: the evidence proves itself. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (c->subject->t->refusal != REFUSAL_RENEGOTIATION) return RULING_NO;
    const struct facts *lenient = CASE_TRY(c, {.kind = CHANGE_LENIENT});
    if (!lenient) return RULING_OPEN;
    f->certainty = CERTAINTY_PROVEN;
    if (case_further(c, lenient)) CASE_PROVE(c, f, c->subject, lenient, {.kind = CHANGE_LENIENT});
    const char *version = arena_strdup(c->a, version_name(c->subject->t->version));
    f->summary = text_f(c->a,
                        "The server at %s does not support secure renegotiation (RFC 5746), and current "
                        "clients built on OpenSSL 3 refuse such servers.",
                        case_where(c));
    finding_evidence(
        f, text_f(c->a, "The ServerHello (%s) holds no renegotiation_info, although the client sent it.",
                  version));
    finding_slot(f, "server_version", version);
    return RULING_YES;
}

extern const struct cause cause_legacy_renegotiation;
const struct cause cause_legacy_renegotiation = {.id = "legacy-renegotiation",
                                                 .row = "cipher-suite-mismatch",
                                                 .fixer = FIX_SERVER,
                                                 .phase = PHASE_HANDSHAKE,
                                                 .rank = RANK_SUITE,
                                                 .judge = judge};
