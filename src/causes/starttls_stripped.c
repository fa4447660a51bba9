/* A box on the way looks into mail connections and overwrites what it does not like, letter by letter, so
 * that the lengths of lines stay what they were: STARTTLS in the server's list becomes eight X. */
#include "causes/cause.h"

enum { LETTERS = sizeof("STARTTLS") - 1 };

static bool is_end(uint8_t c) {
    return c == '\r' || c == '\n' || c == ' ' || c == '"';
}

static size_t run_of(struct bytes b, size_t at, uint8_t c) {
    size_t n = 0;
    while (at + n < b.n && b.p[at + n] == c) n++;
    return n;
}

/* A word of eight letters, all of them X but the last, which some boxes count with. */
static bool is_overwritten(struct bytes b, size_t at) {
    if (at > 0 && !is_end(b.p[at - 1]) && b.p[at - 1] != '-') return false;
    if (at + LETTERS > b.n || run_of(b, at, 'X') < LETTERS - 1) return false;
    uint8_t last = b.p[at + LETTERS - 1];
    return last >= 'A' && last <= 'Z' && (at + LETTERS == b.n || is_end(b.p[at + LETTERS]));
}

/* "220 ************": the greeting is hidden by the same kind of box. */
static bool is_masked(struct bytes b, size_t at) {
    enum { MASK = 12 };
    return at == 4 && bytes_start_with(b, "220 ") && run_of(b, at, '*') >= MASK;
}

static const char *line_at(struct casefile *c, struct bytes b, size_t at) {
    size_t from = at, to = at;
    while (from > 0 && b.p[from - 1] != '\n') from--;
    while (to < b.n && b.p[to] != '\r' && b.p[to] != '\n') to++;
    return text_escape(c->a, bytes_cut(b, from, to - from), 100);
}

/* The first line that the server said and somebody overwrote; NULL. */
static const char *find(struct casefile *c, bool (*fits)(struct bytes b, size_t at)) {
    for (const struct msg *m = c->base->t->first; m; m = m->next) {
        if (m->kind != MSG_PLAIN || m->from != SIDE_SERVER) continue;
        for (size_t i = 0; i < m->body.n; i++)
            if (fits(m->body, i)) return line_at(c, m->body, i);
    }
    return NULL;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->dialog != DIALOG_NOT_OFFERED && t->dialog != DIALOG_REFUSED) return RULING_NO;
    const char *word = find(c, is_overwritten), *greeting = find(c, is_masked);
    if (!word && !greeting) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY; /* from another network, which is not at hand, it would be there */
    f->summary =
        text_f(c->a,
               "Something between this client and %s overwrites what is said in plain text, and takes "
               "STARTTLS away.",
               case_where(c));
    if (word)
        finding_evidence(
            f, text_f(c->a,
                      "The line \"%s\" has X in the place of the eight letters of STARTTLS. No mail "
                      "server says that; firewalls that inspect mail do.",
                      word));
    if (greeting) finding_evidence(f, text_f(c->a, "The greeting is hidden by asterisks: \"%s\".", greeting));
    if (t->dialog_line) finding_evidence(f, text_f(c->a, "It ended with: %s", t->dialog_line));
    finding_slot(f, "line", word ? word : greeting);
    return RULING_YES;
}

static const char *const replaces[] = {"starttls-not-offered", "starttls-refused", NULL};
extern const struct cause cause_starttls_stripped;
const struct cause cause_starttls_stripped = {.id = "starttls-stripped",
                                              .row = "man-in-the-middle",
                                              .fixer = FIX_NETWORK,
                                              .phase = PHASE_CONNECT,
                                              .rank = RANK_BETWEEN,
                                              .replaces = replaces,
                                              .judge = judge};
