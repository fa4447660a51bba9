/* Something on the way kills the connection because of the name in SNI: the same address answers another
 * name. A server says so by an alert, or closes; a filter resets, or swallows. */
#include "causes/segments.h"
#include "causes/sni_trials.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *s = c->subject->t;
    if (!case_hello_refused(c) || !*c->subject_trial.hello.server_name) return RULING_NO;
    if (s->result != RESULT_PEER_RST && !c->subject->silent) return RULING_NO;
    struct sni_trials t;
    if (!sni_trials(c, &t)) return RULING_OPEN;
    if (!case_further(c, t.unknown)) return RULING_NO;
    enum ruling split = split_helps(c);
    if (split == RULING_OPEN) return RULING_OPEN;
    CASE_PROVE(c, f, c->subject, t.unknown, {.kind = CHANGE_SNI, .name = case_unknown_name()});
    /* The server itself might do it: only another network can tell for sure, or a hello that no filter can
     * read. */
    if (split != RULING_YES) f->certainty = CERTAINTY_LIKELY;
    const char *name = arena_strdup(c->a, c->subject_trial.hello.server_name);
    f->summary = text_f(
        c->a, "Connections to %s are cut as soon as they name %s; the same address answers any other name.",
        case_where(c), name);
    case_evidence_subject(c, f);
    if (split == RULING_YES)
        finding_evidence(
            f, "With the same name it passes in two segments, twice: so it is not the server, which puts "
               "segments together, but something that looks at single packets on the way.");
    if (s->unheard)
        finding_evidence(f, "The ClientHello was never even acknowledged by TCP: it does not arrive.");
    finding_slot(f, "name", name);
    return RULING_YES;
}

extern const struct cause cause_middlebox_rst_sni;
const struct cause cause_middlebox_rst_sni = {.id = "middlebox-rst-sni",
                                              .row = "man-in-the-middle",
                                              .fixer = FIX_NETWORK,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_BETWEEN,
                                              .judge = judge};
