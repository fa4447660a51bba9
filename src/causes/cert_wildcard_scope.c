/* A wildcard stands for exactly one label (RFC 9525 6.3): *.example.org fits neither a.b.example.org nor
 * example.org. */
#include "causes/names.h"

static bool ends_with(const char *s, const char *tail) {
    size_t n = strlen(s), k = strlen(tail);
    return n >= k && text_eq_nocase(s + n - k, tail);
}

/* The wildcard that the host misses by its depth alone; NULL if there is none. */
static const char *missed(const struct casefile *c) {
    const struct cert_info *leaf = &c->info[0];
    for (size_t i = 0; i < leaf->n_dns; i++) {
        const char *w = leaf->dns[i];
        if (w[0] == '*' && w[1] == '.' && (ends_with(c->host, w + 1) || text_eq_nocase(c->host, w + 2)))
            return w;
    }
    return NULL;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!names_mismatch(c) || !case_host_is_name(c)) return RULING_NO;
    const char *wildcard = missed(c);
    if (!wildcard) return RULING_NO;
    names_describe(c, f, text_f(c->a, "name%s", wildcard + 1));
    f->summary =
        text_f(c->a, "The certificate's wildcard %s stands for one label only and does not cover %s.",
               wildcard, c->host);
    finding_slot(f, "wildcard", wildcard);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-name-mismatch", NULL};
extern const struct cause cause_cert_wildcard_scope;
const struct cause cause_cert_wildcard_scope = {.id = "cert-wildcard-scope",
                                                .row = "incorrect-certificate",
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_CERTIFICATE,
                                                .rank = RANK_CERT_NAMES,
                                                .replaces = replaces,
                                                .judge = judge};
