#include "causes/bare.h"

bool bare_cut(const struct casefile *c) {
    bool in_the_middle = !c->subject->good && c->subject->reached > REACHED_TLS &&
                         c->subject->reached < REACHED_FINISHED && c->subject->t->refusal == REFUSAL_NONE;
    return case_hello_refused(c) || in_the_middle;
}

const char *bare_when(const struct casefile *c) {
    return c->subject->reached <= REACHED_TLS ? "after every ClientHello" : "in the middle of the handshake";
}

enum ruling bare_judge(struct casefile *c, struct finding *f, const char *summary) {
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    if (!again || !minimal) return RULING_OPEN;
    if (case_further(c, again) || case_further(c, minimal)) return RULING_NO;
    f->certainty = c->starved ? CERTAINTY_POSSIBLE : CERTAINTY_LIKELY;
    f->answers_no_hello = c->subject->reached <= REACHED_TLS;
    f->summary = summary;
    case_evidence_subject(c, f);
    finding_evidence(f, text_f(c->a, "Tried again, it ended the same way: %s.", facts_outcome(c->a, again)));
    finding_evidence(f, "Nothing changed it: other versions, cipher suites, groups and signature schemes, no "
                        "or another server "
                        "name, no ALPN, a minimal ClientHello, a PROXY header, plain text.");
    return RULING_YES;
}
