/* The same by a developer's tool that was left on. */
#include "causes/between.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = between_untrusted(c, f, PRODUCT_DEBUGGER);
    if (r != RULING_YES) return r;
    f->summary = text_f(c->a,
                        "A tool for looking into connections, %s by its name, answers for %s with a "
                        "certificate of its own, which this client does not trust.",
                        between_name(c, c->minting), c->host);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "chain-missing-intermediate", NULL};
extern const struct cause cause_dev_proxy_intercept;
const struct cause cause_dev_proxy_intercept = {.id = "dev-proxy-intercept",
                                                .row = "man-in-the-middle",
                                                .fixer = FIX_CLIENT,
                                                .phase = PHASE_CERTIFICATE,
                                                .rank = RANK_BETWEEN,
                                                .replaces = replaces,
                                                .judge = judge};
