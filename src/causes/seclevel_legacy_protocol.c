/* Client and server both speak TLS 1.0 or 1.1, and the client does not take the signature that these versions
 * make, of MD5 and SHA-1 (RFC 4346 7.4.3, RFC 9155): OpenSSL 3 from security level 1 on. */
#include "causes/cause.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->subject->t;
    bool barred =
        t->refusal == REFUSAL_SIGALG && t->version < TLS_1_2 && c->subject_trial.policy.refuse_old_signatures;
    if (!barred) return RULING_NO;
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_LENIENT});
    if (!after) return RULING_OPEN;
    if (!case_further(c, after) || after->t->version != t->version) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_LENIENT});
    const char *version = version_name(t->version),
               *scheme = arena_strdup(c->a, sigscheme_name(t->sigscheme));
    f->summary = text_f(
        c->a,
        "The server at %s speaks nothing newer than %s. The client would speak that, but does not take "
        "the signature that it is made with (%s).",
        case_where(c), version, scheme);
    case_evidence_subject(c, f);
    finding_slot(f, "version", version);
    finding_slot(f, "sigalg", scheme);
    return RULING_YES;
}

static const char *const replaces[] = {"sigalg-no-overlap", NULL};
extern const struct cause cause_seclevel_legacy_protocol;
const struct cause cause_seclevel_legacy_protocol = {.id = "seclevel-legacy-protocol",
                                                     .row = "protocol-mismatch",
                                                     .fixer = FIX_SERVER,
                                                     .phase = PHASE_HANDSHAKE,
                                                     .rank = RANK_VERSION,
                                                     .replaces = replaces,
                                                     .judge = judge};
