/* The server, or a box before it, cannot take the larger hello with a post-quantum key share: it comes in
 * two segments, or names a group that the box does not know. */
#include "causes/segments.h"

enum { TWO_SEGMENTS = 1800, SPLIT_AT = 200 };

/* Size, reassembly or the group itself: which of them, where it can be told. */
static enum ruling find_trait(struct casefile *c, const char **ret) {
    const struct facts *split = CASE_TRY(c, {.kind = CHANGE_SPLIT, .arg = SPLIT_AT});
    const struct facts *padded = CASE_TRY(c, {.kind = CHANGE_PAD, .arg = TWO_SEGMENTS});
    if (!split || !padded) return RULING_OPEN;
    if (split->no_server_hello)
        *ret = "a ClientHello that arrives in two pieces is not put together";
    else if (padded->no_server_hello)
        *ret = "a ClientHello of that size is not taken, whatever it holds";
    else
        *ret = "size and segments do no harm: it is the unknown group or key share";
    return RULING_YES;
}

/* Twice more, one right behind the other, without the classical one between them: a server that merely was
 * busy with the other connection, or that drops every second one, must not be blamed. Nor one of several
 * machines of which one is bad: so the classical one has to go through twice more as well. */
static enum ruling fails_again(struct casefile *c) {
    const struct run *run[2];
    const struct facts *classical[2];
    for (uint32_t i = 0; i < TW_COUNT(run); i++) {
        struct trial again = c->trial;
        change_apply(&again, &(struct change){.kind = CHANGE_AGAIN, .arg = i + 1});
        run[i] = prober_ask(c->prober, &again);
    }
    for (uint32_t i = 0; i < TW_COUNT(classical); i++)
        classical[i] = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = i + 1});
    for (size_t i = 0; i < TW_COUNT(run); i++) {
        if (!run[i]->done || !classical[i]) return RULING_OPEN;
        if (!classical[i]->run->not_run && classical[i]->reached <= c->base->reached) return RULING_NO;
        if (run[i]->not_run || !case_facts(c, run[i])->no_server_hello) return RULING_NO;
    }
    return RULING_YES;
}

/* Large packets are lost on the way, whatever they hold. */
static enum ruling is_path(struct casefile *c) {
    struct segments s;
    if (!segments_suspected(c->base)) return RULING_NO;
    enum ruling r = segments_try(c, &c->trial, c->base, &s);
    return r == RULING_YES ? (s.after ? RULING_YES : RULING_NO) : r;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (c->base == c->subject || !c->base->no_server_hello || c->subject->reached <= c->base->reached)
        return RULING_NO;
    if (c->base->t->refusal != REFUSAL_NONE || c->base->t->violation != VIOLATION_NONE) return RULING_NO;
    enum ruling again = fails_again(c);
    if (again != RULING_YES) return again;
    enum ruling path = is_path(c);
    if (path != RULING_NO) return path == RULING_OPEN ? RULING_OPEN : RULING_NO;
    const char *trait = NULL;
    if (find_trait(c, &trait) == RULING_OPEN) return RULING_OPEN;
    CASE_PROVE(c, f, c->base, c->subject, {.kind = CHANGE_CLASSICAL});
    f->summary = text_f(c->a,
                        "The server at %s (or a box before it) fails on the larger ClientHello with a "
                        "post-quantum key share that current browsers send.",
                        case_where(c));
    finding_evidence(f, text_f(c->a, "Three times, the ClientHello with X25519MLKEM768 got: %s.",
                               facts_outcome(c->a, c->base)));
    finding_evidence(f, text_f(c->a, "Tried further: %s.", trait));
    finding_slot(f, "trait", trait);
    return RULING_YES;
}

extern const struct cause cause_pq_hello_intolerance;
const struct cause cause_pq_hello_intolerance = {.id = "pq-hello-intolerance",
                                                 .row = "man-in-the-middle",
                                                 .fixer = FIX_SERVER,
                                                 .phase = PHASE_HANDSHAKE,
                                                 .rank = RANK_BETWEEN,
                                                 .judge = judge};
