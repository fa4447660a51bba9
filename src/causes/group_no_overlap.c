/* No named group for the key exchange in common (RFC 8446 4.2.7, RFC 8422 5.1.1). */
#include "causes/widen.h"

static bool offered(const struct casefile *c, uint16_t group) {
    return u16_has(c->subject_trial.hello.groups.v, c->subject_trial.hello.groups.n, group);
}

static void describe(struct casefile *c, struct finding *f, uint16_t group) {
    const char *name = group_name(group);
    f->summary = text_f(c->a,
                        "The client and the server at %s have no group for the key exchange in common: the "
                        "server takes %s, which the client does not offer.",
                        case_where(c), name);
    case_evidence_subject(c, f);
    finding_slot(f, "group", arena_strdup(c->a, name));
}

/* A server that uses its only group whether it was offered or not shows the same cause further on. */
static bool used_unoffered(const struct casefile *c) {
    const struct transcript *t = c->subject->t;
    return t->result == RESULT_VIOLATION && t->violation == VIOLATION_NOT_OFFERED && t->group != 0 &&
           t->group != c->subject->hello.suite && !offered(c, t->group);
}

/* Some choose the suite first, and see that no group goes with it when their key exchange is due (mbed TLS).
 */
static bool broke_off_before_key_exchange(const struct casefile *c) {
    const struct transcript *t = c->subject->t;
    const struct suite *suite = suite_by_id(t->suite);
    return case_broken_off_behind_hello(c) && t->version < TLS_1_3 && suite && suite->kx == KX_ECDHE &&
           !transcript_find(t, SIDE_SERVER, HS_SERVER_KEY_EXCHANGE);
}

/* The ServerHello came, and a group that was not offered then proved to be the server's. */
static enum ruling judge_late(struct casefile *c, struct finding *f) {
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_ALL_GROUPS});
    if (!after) return RULING_OPEN;
    if (!after->good || after->t->group == 0 || offered(c, after->t->group)) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_ALL_GROUPS});
    describe(c, f, after->t->group);
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct facts *after = NULL;
    if (used_unoffered(c) || broke_off_before_key_exchange(c)) return judge_late(c, f);
    if (!case_hello_refused(c)) return RULING_NO;
    enum ruling r = widen_needed(c, CHANGE_ALL_GROUPS, f, &after);
    if (r != RULING_YES) return r;
    if (after->t->group == 0 || offered(c, after->t->group)) return RULING_NO;
    /* It may use that group for its key exchange just as well: the key that it signs with is what lacks. */
    if (widen_strange_curve(c, after)) return RULING_NO;
    describe(c, f, after->t->group);
    return RULING_YES;
}

extern const struct cause cause_group_no_overlap;
const struct cause cause_group_no_overlap = {.id = "group-no-overlap",
                                             .row = "cipher-suite-mismatch",
                                             .fixer = FIX_BY_NORM,
                                             .phase = PHASE_HANDSHAKE,
                                             .rank = RANK_SUITE,
                                             .judge = judge};
