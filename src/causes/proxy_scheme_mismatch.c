/* The scheme in front of the proxy's address says how the proxy itself is spoken to, and not what goes
 * through it: https:// where the proxy speaks plain HTTP, or the reverse. */
#include "causes/cause.h"

/* The proxy was spoken to, and did not answer in kind. */
static bool is_suspect(const struct casefile *c) {
    const struct transcript *t = c->subject->t;
    if (t->result != RESULT_PROXY_FAILED || c->proxy_kind == PROXY_SOCKS5) return false;
    return t->dialog == DIALOG_NOT_SPOKEN || t->dialog == DIALOG_CLOSED || t->dialog == DIALOG_SILENT;
}

/* A proxy's own refusal is an answer in its language too. */
static bool is_understood(const struct casefile *c, const struct facts *f) {
    enum dialog_end d = f->t->dialog;
    return case_further(c, f) || d == DIALOG_PROXY_AUTH || d == DIALOG_PROXY_REFUSED || d == DIALOG_PROXY_TLS;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!is_suspect(c)) return RULING_NO;
    bool told_tls = c->proxy_kind == PROXY_HTTPS;
    const struct change change = {.kind = CHANGE_PROXY_SCHEME,
                                  .arg = told_tls ? PROXY_PLAINLY : PROXY_BY_TLS};
    const struct facts *other = case_try(c, &change, 1);
    if (!other) return RULING_OPEN;
    if (!is_understood(c, other)) return RULING_NO;
    const char *scheme = told_tls ? "http://" : "https://", *wrong = told_tls ? "https://" : "http://";
    case_prove(c, f, c->subject, &change, 1, other);
    /* What speaks TLS there need not be a proxy. */
    if (!told_tls) f->certainty = CERTAINTY_LIKELY;
    f->summary = text_f(c->a,
                        "The proxy's address begins with %s, but the proxy itself speaks %s: it must "
                        "begin with %s, whatever goes through it.",
                        wrong, told_tls ? "plain HTTP" : "TLS", scheme);
    finding_evidence(f, text_f(c->a, "Spoken to as by %s, the proxy's address gave: %s.", wrong,
                               facts_outcome(c->a, c->subject)));
    if (c->subject->t->first_bytes.n > 0)
        finding_evidence(f, text_f(c->a, "Spoken to as by %s, it answered: \"%s\".", wrong,
                                   text_escape(c->a, c->subject->t->first_bytes, 60)));
    finding_slot(f, "scheme", scheme);
    finding_slot(f, "wrong_scheme", wrong);
    return RULING_YES;
}

static const char *const replaces[] = {"proxy-misconfigured", NULL};
extern const struct cause cause_proxy_scheme_mismatch;
const struct cause cause_proxy_scheme_mismatch = {.id = "proxy-scheme-mismatch",
                                                  .row = "man-in-the-middle",
                                                  .fixer = FIX_CLIENT,
                                                  .phase = PHASE_CONNECT,
                                                  .rank = RANK_CONNECT,
                                                  .replaces = replaces,
                                                  .judge = judge};
