/* The handshake is signed with a key that does not belong to the certificate shown: every time, whatever the
 * version and the kind of key exchange. A box that tampers on the way spoils one hello and not another, or
 * not every time. */
#include "causes/spoilt.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!spoilt_signature(c->subject)) return RULING_NO;
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    const struct facts *without_name = CASE_TRY(c, {.kind = CHANGE_SNI, .name = ""});
    if (!again || !minimal || !without_name) return RULING_OPEN;
    if (!spoilt_signature(again) || !spoilt_signature(minimal)) return RULING_NO;
    const struct facts *all[] = {c->subject, again, minimal};
    enum signing who = spoilt_signing(c, all, TW_COUNT(all));
    if (who == SIGNING_OTHER_DATA || who == SIGNING_UNRELATED) return RULING_NO;
    f->certainty = c->starved ? CERTAINTY_POSSIBLE : CERTAINTY_PROVEN;
    f->summary =
        text_f(c->a,
               "The server at %s signs the handshake with a key that does not belong to the certificate "
               "that it shows.",
               case_where(c));
    case_evidence_subject(c, f);
    finding_evidence(
        f, "The signature was checked against the public key in the certificate, and does not verify: three "
           "times, with different ClientHellos.");
    if (!spoilt_signature(without_name))
        finding_evidence(
            f, text_f(c->a, "Without a server name it got: %s.", facts_outcome(c->a, without_name)));
    return RULING_YES;
}

extern const struct cause cause_key_cert_mismatch;
const struct cause cause_key_cert_mismatch = {.id = "key-cert-mismatch",
                                              .row = "incorrect-certificate",
                                              .fixer = FIX_SERVER,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_CERT_KEY,
                                              .judge = judge};
