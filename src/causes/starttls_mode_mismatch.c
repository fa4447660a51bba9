/* TLS at once to a service that wants STARTTLS first, or the reverse; or the STARTTLS of another protocol. */
#include "causes/cause.h"

static enum ruling flip(struct casefile *c, struct finding *f, enum starttls mode) {
    const struct change change = {.kind = CHANGE_STARTTLS, .arg = mode};
    const struct facts *after = case_try(c, &change, 1);
    if (!after) return RULING_OPEN;
    if (after->reached < REACHED_SERVER_HELLO) return RULING_NO;
    case_prove(c, f, c->subject, &change, 1, after);
    const char *spoken = starttls_name(mode), *tried = starttls_name(c->trial.via.starttls);
    if (mode == STARTTLS_NONE)
        f->summary =
            text_f(c->a, "The service at %s speaks TLS at once; the client waits for the STARTTLS of %s.",
                   case_where(c), tried);
    else if (c->trial.via.starttls == STARTTLS_NONE)
        f->summary = text_f(c->a,
                            "The service at %s speaks %s in plain text first and begins TLS only after "
                            "STARTTLS; the client speaks TLS at once.",
                            case_where(c), spoken);
    else
        f->summary = text_f(c->a, "The service at %s speaks %s, not %s.", case_where(c), spoken, tried);
    case_evidence_subject(c, f);
    finding_slot(f, "protocol", mode == STARTTLS_NONE ? tried : spoken);
    finding_slot(f, "right_mode", mode == STARTTLS_NONE ? "TLS at once (implicit TLS)" : "STARTTLS");
    return RULING_YES;
}

/* Protocols in which the client speaks first show no banner: they have to be tried. */
static enum ruling try_silent_ones(struct casefile *c, struct finding *f) {
    static const enum starttls silent[] = {STARTTLS_POSTGRES, STARTTLS_LDAP, STARTTLS_XMPP};
    enum starttls by_port = starttls_of_port(c->port);
    enum ruling r = by_port == STARTTLS_NONE ? RULING_NO : flip(c, f, by_port);
    if (r == RULING_YES) return r;
    bool open = r == RULING_OPEN;
    for (size_t i = 0; i < TW_COUNT(silent); i++) {
        r = flip(c, f, silent[i]);
        if (r == RULING_YES) return r;
        open = open || r == RULING_OPEN;
    }
    return open ? RULING_OPEN : RULING_NO;
}

/* The other protocol whose greeting came, if one did. */
static bool read_banner(const struct casefile *c, enum starttls *ret) {
    const char *word = plain_starttls(c->subject->plain);
    return word && starttls_by_name(word, ret) && *ret != c->trial.via.starttls;
}

/* The client spoke TLS at once. */
static enum ruling judge_tls_first(struct casefile *c, struct finding *f) {
    const struct facts *s = c->subject;
    enum starttls shown;
    if (s->t->result == RESULT_NOT_TLS) return read_banner(c, &shown) ? flip(c, f, shown) : RULING_NO;
    bool cut = s->t->result == RESULT_PEER_FIN || s->t->result == RESULT_PEER_RST;
    if (!case_hello_refused(c) || !(cut || s->silent)) return RULING_NO;
    /* Where some hello is answered, TLS is spoken. Silence is not waited out for that: its limit is long. */
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    if (!minimal && cut) return RULING_OPEN;
    if (minimal && case_further(c, minimal)) return RULING_NO;
    return try_silent_ones(c, f);
}

/* The client asked for STARTTLS, and was not understood. */
static enum ruling judge_starttls_first(struct casefile *c, struct finding *f) {
    static const bool not_understood[DIALOG__COUNT] = {
        [DIALOG_SILENT] = true, [DIALOG_CLOSED] = true, [DIALOG_NOT_SPOKEN] = true};
    const struct transcript *t = c->subject->t;
    if (t->result != RESULT_STARTTLS_FAILED || !not_understood[t->dialog]) return RULING_NO;
    enum ruling r = flip(c, f, STARTTLS_NONE);
    enum starttls shown;
    return r == RULING_NO && read_banner(c, &shown) ? flip(c, f, shown) : r;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    return c->trial.via.starttls == STARTTLS_NONE ? judge_tls_first(c, f) : judge_starttls_first(c, f);
}

static const char *const replaces[] = {"port-not-tls", NULL};
extern const struct cause cause_starttls_mode_mismatch;
const struct cause cause_starttls_mode_mismatch = {.id = "starttls-mode-mismatch",
                                                   .row = "protocol-mismatch",
                                                   .fixer = FIX_CLIENT,
                                                   .phase = PHASE_HANDSHAKE,
                                                   .rank = RANK_NOT_TLS,
                                                   .replaces = replaces,
                                                   .judge = judge};
