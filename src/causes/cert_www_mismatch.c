/* Only the name with www, or only the one without, is covered. */
#include "causes/names.h"
#include "causes/sni_trials.h"

/* That a wildcard reaches the sibling is cert-wildcard-scope's matter. */
static bool names_literally(const struct casefile *c, const char *name) {
    const struct cert_info *leaf = &c->info[0];
    for (size_t i = 0; i < leaf->n_dns; i++)
        if (text_eq_nocase(leaf->dns[i], name)) return true;
    return false;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!names_mismatch(c) || !case_host_is_name(c)) return RULING_NO;
    const char *sibling = sni_sibling(c, c->host);
    if (!names_literally(c, sibling)) return RULING_NO;
    names_describe(c, f, sibling);
    f->summary = text_f(c->a, "The certificate covers %s but not %s.", sibling, c->host);
    finding_slot(f, "sibling", sibling);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-name-mismatch", "cert-wildcard-scope", NULL};
extern const struct cause cause_cert_www_mismatch;
const struct cause cause_cert_www_mismatch = {.id = "cert-www-mismatch",
                                              .row = "incorrect-certificate",
                                              .fixer = FIX_SERVER,
                                              .phase = PHASE_CERTIFICATE,
                                              .rank = RANK_CERT_NAMES,
                                              .replaces = replaces,
                                              .judge = judge};
