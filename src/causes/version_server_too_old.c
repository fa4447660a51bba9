/* The server's newest version is older than the client's oldest. */
#include "causes/widen.h"

static void describe(struct casefile *c, struct finding *f, const struct facts *after) {
    const char *server = version_name(after->t->version);
    const char *client = version_name(c->subject_trial.policy.min_version);
    f->summary =
        text_f(c->a, "The server at %s speaks nothing newer than %s; %s accepts nothing older than %s.",
               case_where(c), server, case_client(c), client);
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "With older versions allowed, the server chose %s.", server));
    finding_slot(f, "server_version", server);
    finding_slot(f, "client_version", client);
}

/* An answer in SSL 2.0 to a hello of TLS proves itself. */
static void describe_ssl2(struct casefile *c, struct finding *f) {
    const char *server = version_name(TLS_SSL2), *client = version_name(c->subject_trial.policy.min_version);
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(c->a, "The server at %s answers in %s; %s accepts nothing older than %s.",
                        case_where(c), server, case_client(c), client);
    finding_evidence(f, text_f(c->a, "The first bytes of the answer are a server hello of %s.", server));
    finding_slot(f, "server_version", server);
    finding_slot(f, "client_version", client);
}

/* It refuses the newer versions by name, and an older one for something else: one that its own library bars
 * (OpenSSL 3 without @SECLEVEL=0), say. */
static enum ruling judge_by_word(struct casefile *c, struct finding *f) {
    if (!widen_version_named(c->subject)) return RULING_NO;
    const struct facts *older = CASE_TRY(c, {.kind = CHANGE_OLDER_VERSIONS});
    if (!older) return RULING_OPEN;
    if (!widen_refused_otherwise(older)) return RULING_NO;
    uint16_t oldest = c->subject_trial.policy.min_version;
    if (oldest <= TLS_1_0) return RULING_NO;
    const char *client = version_name(oldest), *server = version_name((uint16_t)(oldest - 1));
    f->certainty = CERTAINTY_LIKELY;
    f->summary = text_f(c->a, "The server at %s refuses %s and everything newer; %s accepts nothing older.",
                        case_where(c), client, case_client(c));
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "With older versions allowed, it found fault with something else: %s.",
                               facts_outcome(c->a, older)));
    finding_slot(f, "server_version", server);
    finding_slot(f, "client_version", client);
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!case_hello_refused(c)) return RULING_NO;
    if (c->subject->t->version == TLS_SSL2) {
        describe_ssl2(c, f);
        return RULING_YES;
    }
    const struct facts *after = NULL;
    enum ruling r = widen_needed(c, CHANGE_OLDER_VERSIONS, f, &after);
    if (r == RULING_YES && after->t->version >= c->subject_trial.policy.min_version) return RULING_NO;
    if (r == RULING_YES) describe(c, f, after);
    if (r != RULING_NO) return r;

    /* A server so old that it drops any hello that names a newer version shows itself to an old hello alone.
     */
    enum ruling intolerant = widen_any_alone(c);
    if (intolerant != RULING_NO) return intolerant == RULING_OPEN ? RULING_OPEN : RULING_NO;
    const struct facts *current = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12});
    const struct facts *old = CASE_TRY(c, {.kind = CHANGE_ONLY_OLDER});
    if (!old || !current) return RULING_OPEN;
    if (case_further(c, current)) return RULING_NO;
    if (!case_further(c, old)) return judge_by_word(c, f);
    CASE_PROVE(c, f, c->subject, old, {.kind = CHANGE_ONLY_OLDER});
    describe(c, f, old);
    return RULING_YES;
}

static const uint8_t alerts[] = {ALERT_PROTOCOL_VERSION, 0};
extern const struct cause cause_version_server_too_old;
const struct cause cause_version_server_too_old = {.id = "version-server-too-old",
                                                   .row = "protocol-mismatch",
                                                   .fixer = FIX_SERVER,
                                                   .phase = PHASE_HANDSHAKE,
                                                   .rank = RANK_VERSION,
                                                   .alerts = alerts,
                                                   .judge = judge};
