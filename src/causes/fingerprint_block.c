/* One shape of ClientHello is refused, and the same offer in another shape is taken: no TLS server looks at
 * the order of extensions (RFC 8446 4.2), a filter that tells programs apart by their hello does. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c) || c->subject->t->refusal != REFUSAL_NONE) return RULING_NO;
    /* Such a filter lets pass whatever it does not know, the smallest hello first of all. */
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    if (!minimal) return RULING_OPEN;
    if (!case_further(c, minimal)) return RULING_NO;
    const struct facts *shaped = CASE_TRY(c, {.kind = CHANGE_OTHER_SHAPE});
    if (!shaped) return RULING_OPEN;
    if (!case_further(c, shaped)) return RULING_NO;
    const struct facts *twice = CASE_TRY(c, {.kind = CHANGE_OTHER_SHAPE}, {.kind = CHANGE_AGAIN, .arg = 1});
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    if (!twice || !again) return RULING_OPEN;
    if (!case_further(c, twice) || case_further(c, again)) return RULING_NO;
    CASE_PROVE(c, f, c->subject, shaped, {.kind = CHANGE_OTHER_SHAPE});
    const char *how = facts_outcome(c->a, c->subject);
    f->summary =
        text_f(c->a,
               "Something at or before %s refuses ClientHellos of this shape, not what they offer: the same "
               "offer in another shape is taken.",
               case_where(c));
    case_evidence_subject(c, f);
    finding_evidence(
        f, "Twice each: versions, cipher suites, groups, signature schemes, names and protocols stayed "
           "the same, and only the order of the extensions and one that says nothing made the "
           "difference.");
    finding_evidence(
        f, "The same run from another network decides who filters: the network here, or a guard before "
           "the server (web application firewall, bot protection).");
    finding_slot(f, "outcome", how);
    return RULING_YES;
}

/* Whatever changes the hello seems to help. */
static const char *const replaces[] = {
    "version-intolerance",       "server-crash-on-feature", "cipher-no-overlap",  "group-no-overlap",
    "sigalg-no-overlap",         "alpn-no-overlap",         "middlebox-rst-sni",  "sni-unknown-to-server",
    "cipher-cert-type-mismatch", "server-no-cert",          "tls13-middlebox",    "version-client-too-old",
    "version-server-too-old",    "fallback-scsv",           "sni-missing-client", NULL};
extern const struct cause cause_fingerprint_block;
const struct cause cause_fingerprint_block = {.id = "fingerprint-block",
                                              .row = "man-in-the-middle",
                                              .fixer = FIX_NETWORK,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_BETWEEN,
                                              .replaces = replaces,
                                              .judge = judge};
