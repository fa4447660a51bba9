/* Only the name with www, or only the one without, is covered. */
#include "causes/names.h"
#include "causes/sni_trials.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!names_mismatch(c) || !case_host_is_name(c)) return RULING_NO;
    const char *sibling = sni_sibling(c, c->host);
    if (!cert_matches_host(c->sent[0], sibling)) return RULING_NO;
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
