/* The ServerHello says that its sender can do better (RFC 8446 4.1.3), and yet an older version was chosen
 * although the client offered the newer one: the evidence proves itself. Who did it shows at the end of that
 * handshake, where both compare what they saw. */
#include "causes/spoilt.h"

/* The server has seen our offer as it was, and says so by its Finished: the marker is its own mistake. */
static void blame_server(struct casefile *c, struct finding *f, const struct facts *on, const char *version) {
    f->fixer = FIXER_SERVER;
    f->summary =
        text_f(c->a,
               "The server at %s chooses %s although a newer version was offered, and marks that choice as "
               "one that it was forced to (RFC 8446 4.1.3): clients must break off.",
               case_where(c), version);
    finding_evidence(
        f, text_f(c->a,
                  "When the client goes on all the same, the Finished messages verify (%s): the server "
                  "has seen the offer as it was sent. So nobody changed it on the way to whoever answers "
                  "there.",
                  facts_outcome(c->a, on)));
}

static void blame_path(struct casefile *c, struct finding *f, const struct facts *on, const char *version) {
    const char *better = version_name(hello_max_version(&c->subject_trial.hello));
    f->summary =
        text_f(c->a,
               "Somebody between here and %s cuts the offer down: the server chooses %s, and its ServerHello "
               "says that it could do better (%s was offered).",
               case_where(c), version, better);
    if (spoilt_how(on) != SPOILT_NO)
        CASE_PROVE(c, f, c->subject, on, {.kind = CHANGE_LENIENT}, {.kind = CHANGE_FINISH});
    if (spoilt_how(on) == SPOILT_PLAIN)
        finding_evidence(
            f, "When the client goes on all the same, the two sides do not agree on what was said: the "
               "server has not seen the offer as it was sent.");
    else
        finding_evidence(f,
                         "The same run from another network decides whether it happens on the way or at the "
                         "server: without somebody in between, the newer version is chosen.");
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->subject->t;
    if (t->result != RESULT_VIOLATION || t->violation != VIOLATION_DOWNGRADE) return RULING_NO;
    const struct facts *on = CASE_TRY(c, {.kind = CHANGE_LENIENT}, {.kind = CHANGE_FINISH});
    if (!on) return RULING_OPEN;
    const char *version = arena_strdup(c->a, version_name(t->version));
    f->certainty = CERTAINTY_PROVEN;
    case_evidence_subject(c, f);
    if (on->good)
        blame_server(c, f, on, version);
    else
        blame_path(c, f, on, version);
    finding_slot(f, "server_version", version);
    return RULING_YES;
}

static const char *const replaces[] = {"handshake-tampered", "record-corruption", "version-server-too-old",
                                       NULL};
extern const struct cause cause_downgrade_detected;
const struct cause cause_downgrade_detected = {.id = "downgrade-detected",
                                               .row = "man-in-the-middle",
                                               .fixer = FIX_NETWORK,
                                               .phase = PHASE_HANDSHAKE,
                                               .rank = RANK_BETWEEN,
                                               .replaces = replaces,
                                               .judge = judge};
