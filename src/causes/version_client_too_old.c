/* The client's newest version is older than the server's oldest. */
#include "causes/widen.h"

/* The server speaks a version of the client's: something else of its offer widened is enough as well. */
static enum ruling other_offer_is_enough(struct casefile *c) {
    static const enum change_kind others[] = {CHANGE_ALL_SUITES, CHANGE_ALL_GROUPS, CHANGE_ALL_SIGALGS};
    bool open = false;
    for (size_t i = 0; i < TW_COUNT(others); i++) {
        const struct facts *f = CASE_TRY(c, {.kind = others[i]});
        if (f && case_further(c, f)) return RULING_YES;
        open = open || !f;
    }
    /* An old hello may lack several at once, an ECDSA suite and the groups for it say. */
    const struct facts *all =
        CASE_TRY(c, {.kind = CHANGE_ALL_SUITES}, {.kind = CHANGE_ALL_GROUPS}, {.kind = CHANGE_ALL_SIGALGS});
    if (all && case_further(c, all)) return RULING_YES;
    open = open || !all;
    return open ? RULING_OPEN : RULING_NO;
}

/* The server refuses the version by name, and a newer one no more: it fails for something else there. */
static enum ruling judge_by_word(struct casefile *c, struct finding *f) {
    if (!widen_version_named(c->subject) || c->subject_trial.policy.max_version >= TLS_1_3) return RULING_NO;
    const struct facts *newer = CASE_TRY(c, {.kind = CHANGE_NEWER_VERSIONS});
    if (!newer) return RULING_OPEN;
    if (!widen_refused_otherwise(newer)) return RULING_NO;
    const char *client = version_name(c->subject_trial.policy.max_version);
    f->certainty = CERTAINTY_LIKELY;
    f->summary = text_f(c->a, "The client offers nothing newer than %s, which the server at %s refuses.",
                        client, case_where(c));
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "Offered newer versions too, it found fault with something else: %s.",
                               facts_outcome(c->a, newer)));
    finding_slot(f, "client_version", client);
    finding_slot(f, "taken", "");
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c)) return RULING_NO;
    const struct facts *after = NULL;
    enum ruling r = widen_needed(c, CHANGE_NEWER_VERSIONS, f, &after);
    if (r == RULING_NO) return judge_by_word(c, f);
    if (r != RULING_YES) return r;
    uint16_t newest = c->subject_trial.policy.max_version;
    if (after->t->version <= newest) return RULING_NO;
    enum ruling other = other_offer_is_enough(c);
    if (other != RULING_NO) return other == RULING_OPEN ? RULING_OPEN : RULING_NO;
    const char *client = version_name(newest), *server = version_name(after->t->version);
    f->summary = text_f(
        c->a, "The client offers nothing newer than %s; the server at %s wants a newer version and takes %s.",
        client, case_where(c), server);
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "Offered newer versions too, the server chose %s.", server));
    finding_slot(f, "client_version", client);
    finding_slot(f, "taken", text_f(c->a, ", and took %s when that was offered", server));
    return RULING_YES;
}

static const uint8_t alerts[] = {ALERT_PROTOCOL_VERSION, 0};
extern const struct cause cause_version_client_too_old;
const struct cause cause_version_client_too_old = {.id = "version-client-too-old",
                                                   .row = "protocol-mismatch",
                                                   .fixer = FIX_CLIENT,
                                                   .phase = PHASE_HANDSHAKE,
                                                   .rank = RANK_VERSION,
                                                   .alerts = alerts,
                                                   .judge = judge};
