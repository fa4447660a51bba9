/* A box on the way ends the connection, looks into it, and shows certificates of its own CA, which this
 * client does not trust. */
#include "causes/between.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = between_untrusted(c, f, PRODUCT_GATEWAY);
    if (r != RULING_YES) return r;
    f->summary = text_f(c->a,
                        "Somebody between this client and %s makes certificates for every name on the spot, "
                        "signed by %s, which this client does not trust.",
                        c->host, c->info[0].issuer);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "chain-missing-intermediate", NULL};
extern const struct cause cause_intercept_untrusted_root;
const struct cause cause_intercept_untrusted_root = {.id = "intercept-untrusted-root",
                                                     .row = "man-in-the-middle",
                                                     .fixer = FIX_CLIENT,
                                                     .phase = PHASE_CERTIFICATE,
                                                     .rank = RANK_BETWEEN,
                                                     .replaces = replaces,
                                                     .judge = judge};
