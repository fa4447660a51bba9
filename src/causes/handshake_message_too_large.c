/* The server's Certificate message is larger than the client reads, which ends the handshake before it looks
 * at any certificate. */
#include "causes/cause.h"

#include "wire/messages.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (c->subject->t->refusal != REFUSAL_MESSAGE_SIZE) return RULING_NO;
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_LENIENT});
    if (!after) return RULING_OPEN;
    const struct msg *m = transcript_find(after->t, SIDE_SERVER, HS_CERTIFICATE);
    size_t most = c->subject_trial.policy.max_message;
    if (!case_further(c, after) || !m || m->body.n <= most) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_LENIENT});
    f->summary =
        text_f(c->a,
               "The server at %s sends %zu certificates in a message of %zu bytes; the client reads no more "
               "than %zu.",
               case_where(c), after->certificates.n, m->body.n, most);
    case_evidence_subject(c, f);
    finding_slot(f, "n", text_f(c->a, "%zu", after->certificates.n));
    finding_slot(f, "size", text_f(c->a, "%zu", m->body.n));
    finding_slot(f, "most", text_f(c->a, "%zu", most));
    return RULING_YES;
}

extern const struct cause cause_handshake_message_too_large;
const struct cause cause_handshake_message_too_large = {.id = "handshake-message-too-large",
                                                        .row = "cipher-suite-mismatch",
                                                        .fixer = FIX_SERVER,
                                                        .phase = PHASE_HANDSHAKE,
                                                        .rank = RANK_CERT_CHAIN,
                                                        .judge = judge};
