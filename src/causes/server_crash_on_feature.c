/* The server breaks off at one extension that it should have ignored (RFC 8446 4.1.2: unknown extensions
 * are ignored). */
#include "causes/length.h"
#include "causes/widen.h"

/* What a hello can do without; one of them is the culprit where the minimal hello goes through. */
static const uint16_t dispensable[] = {EXT_STATUS_REQUEST,
                                       EXT_SIGNED_CERTIFICATE_TIMESTAMP,
                                       EXT_EXTENDED_MASTER_SECRET,
                                       EXT_SESSION_TICKET,
                                       EXT_PADDING,
                                       EXT_ENCRYPT_THEN_MAC,
                                       EXT_COMPRESS_CERTIFICATE,
                                       EXT_ALPN,
                                       EXT_RENEGOTIATION_INFO,
                                       EXT_EC_POINT_FORMATS,
                                       EXT_POST_HANDSHAKE_AUTH,
                                       EXT_RECORD_SIZE_LIMIT};

/* The extensions of the subject that it could do without: their number. */
static size_t candidates(const struct casefile *c, uint16_t ret[TW_COUNT(dispensable)]) {
    size_t n = 0;
    for (size_t i = 0; i < TW_COUNT(dispensable); i++)
        if (hello_has_ext(&c->subject_trial.hello, dispensable[i])) ret[n++] = dispensable[i];
    return n;
}

static const struct facts *without_those_of_bit(struct casefile *c, const uint16_t *type, size_t n,
                                                unsigned bit) {
    struct change drop[CASE_MAX_CHANGES];
    size_t n_drop = 0;
    for (size_t i = 0; i < n; i++)
        if (i >> bit & 1) drop[n_drop++] = (struct change){.kind = CHANGE_DROP_EXTENSION, .arg = type[i]};
    return case_try(c, drop, n_drop);
}

/* One culprit among many, in one wave of few connections: each experiment drops those extensions whose number
 * has a certain bit, and the outcomes spell the culprit's number. The first, number 0, is never dropped: it
 * is the one that is left where nothing helped. NO: there is no single one. */
static enum ruling find_culprit(struct casefile *c, uint16_t *ret_type) {
    uint16_t type[TW_COUNT(dispensable)];
    size_t n = candidates(c, type), number = 0;
    bool open = false;
    if (n == 0) return RULING_NO;
    for (unsigned bit = 0; (n - 1) >> bit; bit++) {
        const struct facts *f = without_those_of_bit(c, type, n, bit);
        open = open || !f;
        if (f && case_further(c, f)) number |= (size_t)1 << bit;
    }
    if (open) return RULING_OPEN;
    if (number >= n) return RULING_NO;
    *ret_type = type[number];
    return RULING_YES;
}

static enum ruling tell(struct casefile *c, struct finding *f, const struct change *drop,
                        const struct facts *after) {
    case_prove(c, f, c->subject, drop, 1, after);
    const char *name = arena_strdup(c->a, extension_name((uint16_t)drop->arg));
    f->summary =
        text_f(c->a, "The server at %s breaks off at the extension %s, which it should simply ignore.",
               case_where(c), name);
    case_evidence_subject(c, f);
    finding_slot(f, "extension", name);
    return RULING_YES;
}

static enum ruling find_extension(struct casefile *c, struct finding *f) {
    uint16_t type;
    enum ruling r = find_culprit(c, &type);
    if (r != RULING_YES) return r;
    const struct change drop = {.kind = CHANGE_DROP_EXTENSION, .arg = type};
    const struct facts *after = case_try(c, &drop, 1);
    if (!after) return RULING_OPEN;
    if (!case_further(c, after)) return RULING_NO;
    enum ruling length = length_counts(c, &drop);
    if (length != RULING_NO) return length == RULING_OPEN ? RULING_OPEN : RULING_NO;
    return tell(c, f, &drop, after);
}

/* It was the server that broke off, at the hello or in its own flight. */
static bool broken_off(const struct casefile *c) {
    const struct facts *s = c->subject;
    if (s->t->refusal != REFUSAL_NONE || s->t->violation != VIOLATION_NONE) return false;
    bool later = s->reached == REACHED_SERVER_HELLO && !s->good;
    return later || case_hello_refused(c);
}

/* Which one it is has been searched already. */
static enum ruling judge_lone(struct casefile *c, struct finding *f) {
    const struct factor *x = c->lone_factor;
    bool extension = x->kind == FACTOR_EXTENSION || x->kind == FACTOR_PADDING;
    if (!extension || x->how != FACTOR_REMOVED) return RULING_NO;
    const struct change drop = {.kind = CHANGE_DROP_EXTENSION,
                                .arg = x->kind == FACTOR_PADDING ? EXT_PADDING : x->arg};
    return tell(c, f, &drop, c->lone_after);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!broken_off(c)) return RULING_NO;
    if (c->lone_factor) return judge_lone(c, f);
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    const struct facts *no_grease = CASE_TRY(c, {.kind = CHANGE_NO_GREASE});
    /* Likely one extension alone: which of them is asked while the slower refusals are still awaited. */
    uint16_t ignored;
    if (minimal && case_further(c, minimal) && !(no_grease && case_further(c, no_grease)))
        (void)find_culprit(c, &ignored);
    enum ruling widened = widen_any_alone(c);
    if (widened != RULING_NO) return widened == RULING_OPEN ? RULING_OPEN : RULING_NO;
    if (!minimal || !no_grease) return RULING_OPEN;
    if (!case_further(c, minimal) || case_further(c, no_grease)) return RULING_NO;
    return find_extension(c, f);
}

static const char *const replaces[] = {"version-intolerance", NULL};
extern const struct cause cause_server_crash_on_feature;
const struct cause cause_server_crash_on_feature = {.id = "server-crash-on-feature",
                                                    .row = NULL,
                                                    .fixer = FIX_SERVER,
                                                    .phase = PHASE_HANDSHAKE,
                                                    .rank = RANK_SUITE,
                                                    .replaces = replaces,
                                                    .judge = judge};
