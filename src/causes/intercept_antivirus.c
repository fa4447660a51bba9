/* The same by a program on this machine: a virus scanner, an ad blocker. Where it runs cannot be seen in a
 * handshake, and which one it is only by its CA's name: never more than likely. */
#include "causes/between.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = between_untrusted(c, f, PRODUCT_ANTIVIRUS);
    if (r != RULING_YES) return r;
    f->certainty = CERTAINTY_LIKELY;
    const char *product = between_name(c, c->minting);
    f->summary = text_f(c->a,
                        "%s, most likely on this machine, looks into the connection to %s and shows a "
                        "certificate of its own, which this client does not trust.",
                        product, c->host);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "chain-missing-intermediate", NULL};
extern const struct cause cause_intercept_antivirus;
const struct cause cause_intercept_antivirus = {.id = "intercept-antivirus",
                                                .row = "man-in-the-middle",
                                                .fixer = FIX_CLIENT,
                                                .phase = PHASE_CERTIFICATE,
                                                .rank = RANK_BETWEEN,
                                                .replaces = replaces,
                                                .judge = judge};
