/* RSA below 2048 bits: no current client takes it (CA/Browser Forum BR 6.1.5). */
#include "causes/certificates.h"

/* A kind of key that clients do not know is no weak one: the handshake's signature fails before it
 * (sigalg-no-overlap). */
static bool is_short(struct casefile *c) {
    for (size_t i = 0; c->cert_facts && i < c->judged.n_problems; i++) {
        struct cert_info at;
        if (c->judged.problems[i].kind != PKI_PROBLEM_WEAK_KEY) continue;
        certificates_at(c, &c->judged, c->judged.problems[i].depth, &at);
        bool short_pss = at.key_type == KEY_RSA_PSS && at.key_bits < 2048;
        if (at.key_type == KEY_RSA || short_pss || at.key_type == KEY_EC || at.key_type == KEY_DSA)
            return true;
    }
    return false;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!is_short(c)) return RULING_NO;
    return certificates_plain(c, f, PROBLEM_BIT(PKI_PROBLEM_WEAK_KEY),
                              "has a key that is too short for clients of today");
}

extern const struct cause cause_cert_weak_key;
const struct cause cause_cert_weak_key = {.id = "cert-weak-key",
                                          .row = "incorrect-certificate",
                                          .fixer = FIX_SERVER,
                                          .phase = PHASE_CERTIFICATE,
                                          .rank = RANK_CERT_KEY,
                                          .judge = judge};
