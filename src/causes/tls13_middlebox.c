/* Something on the way cannot bear TLS 1.3, and the server can. Two things tell it from a server that is at
 * fault (version-intolerance): it looks at single packets, and lets a hello pass that comes in two; or the
 * server has chosen TLS 1.3 already, and then the connection dies without a word. */
#include "causes/segments.h"

static bool is_mute(const struct facts *f) {
    enum result r = f->t->result;
    return r == RESULT_PEER_RST || r == RESULT_TIMEOUT;
}

static void describe(struct casefile *c, struct finding *f, const char *where) {
    f->summary =
        text_f(c->a, "Something between here and %s kills connections with TLS 1.3 %s; TLS 1.2 passes.",
               case_where(c), where);
    case_evidence_subject(c, f);
    finding_slot(f, "where", where);
}

static enum ruling judge_hello(struct casefile *c, struct finding *f) {
    const struct facts *older = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12});
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    if (!older || !again) return RULING_OPEN;
    if (!case_further(c, older) || case_further(c, again)) return RULING_NO;
    enum ruling split = split_helps(c);
    if (split != RULING_YES) return split;
    const struct facts *pieces = CASE_TRY(c, {.kind = CHANGE_SPLIT, .arg = SPLIT_BEFORE_EXTENSIONS});
    CASE_PROVE(c, f, c->subject, pieces, {.kind = CHANGE_SPLIT, .arg = SPLIT_BEFORE_EXTENSIONS});
    describe(c, f, "when the ClientHello offers it");
    finding_evidence(f, text_f(c->a, "With TLS 1.2 alone on offer it got: %s.", facts_outcome(c->a, older)));
    finding_evidence(
        f, "The same offer of TLS 1.3 passes in two segments, twice. A server puts segments together before "
           "it reads them (RFC 9293 3.10), so it is something that looks at single packets.");
    return RULING_YES;
}

static enum ruling judge_flight(struct casefile *c, struct finding *f) {
    const struct change older[] = {{.kind = CHANGE_ONLY_TLS12}, {.kind = CHANGE_FINISH}};
    const struct facts *with12 = case_try(c, older, TW_COUNT(older));
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    if (!with12 || !again || !minimal) return RULING_OPEN;
    if (!with12->good || with12->t->version >= TLS_1_3 || case_further(c, again) || case_further(c, minimal))
        return RULING_NO;
    struct segments s = {0};
    if (segments_suspected(c->subject) && segments_try(c, &c->subject_trial, c->subject, &s) != RULING_YES)
        return RULING_OPEN;
    if (s.after) return RULING_NO;
    case_prove(c, f, c->subject, older, 1, with12);
    f->of_path = true;
    f->certainty = CERTAINTY_LIKELY; /* a server may break there too */
    describe(c, f, "right after the server has chosen it");
    finding_evidence(
        f, "The server says nothing of an error: the connection dies in the middle of what it sends. The "
           "same run from another network decides between a box on the way and the server itself.");
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct facts *s = c->subject;
    if (c->subject_trial.policy.max_version < TLS_1_3 || !is_mute(s) || s->t->refusal != REFUSAL_NONE)
        return RULING_NO;
    if (case_hello_refused(c)) return judge_hello(c, f);
    bool chosen = s->reached == REACHED_SERVER_HELLO && s->t->version == TLS_1_3;
    return chosen && !s->good ? judge_flight(c, f) : RULING_NO;
}

static const char *const replaces[] = {"version-intolerance", "handshake-timeout", "reset-after-hello", NULL};
extern const struct cause cause_tls13_middlebox;
const struct cause cause_tls13_middlebox = {.id = "tls13-middlebox",
                                            .row = "man-in-the-middle",
                                            .fixer = FIX_NETWORK,
                                            .phase = PHASE_HANDSHAKE,
                                            .rank = RANK_BETWEEN,
                                            .replaces = replaces,
                                            .judge = judge};
