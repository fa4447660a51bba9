/* What one side sent is not what the other received: each time, and in the plain part of the handshake, where
 * a box on the way can change things. Keys, signature or Finished cannot fit then. */
#include "causes/spoilt.h"

/* What a box may be after. The first that gets through is the smallest. */
static const struct change variants[] = {
    {.kind = CHANGE_SNI, .name = ""}, {.kind = CHANGE_ALPN, .name = ""}, {.kind = CHANGE_NO_GREASE},
    {.kind = CHANGE_ONLY_TLS12},      {.kind = CHANGE_MINIMAL},
};
enum { N_VARIANTS = TW_COUNT(variants) };

/* The variant that gets through to Finished; NULL in *ret: none does. */
static enum ruling find_variant(struct casefile *c, const struct change **ret,
                                const struct facts **ret_after) {
    bool open = false;
    *ret = NULL;
    for (size_t i = N_VARIANTS; i-- > 0;) {
        const struct facts *f = CASE_TRY(c, variants[i], {.kind = CHANGE_FINISH});
        open = open || !f;
        if (!f || !f->good) continue;
        *ret = &variants[i];
        *ret_after = f;
    }
    return open ? RULING_OPEN : RULING_YES;
}

/* A key that is not the certificate's is the server's own fault. */
static enum ruling judge_signature(struct casefile *c, struct finding *f, const struct spoilt_again *s) {
    const struct facts *all[] = {s->first, s->again[0], s->again[1], s->again[2]};
    switch (spoilt_signing(c, all, TW_COUNT(all))) {
    case SIGNING_UNKNOWN:
    case SIGNING_OTHER_KEY:
        return RULING_NO;
    case SIGNING_OTHER_DATA:
        f->certainty = CERTAINTY_PROVEN;
        finding_evidence(
            f, "The signature was made with the certificate's own key (its padding is right), but over "
               "other data than arrived here: one of the hellos, or the key exchange, was changed.");
        return RULING_YES;
    case SIGNING_UNRELATED:
        finding_evidence(
            f, "The signatures are not those of one other key over what arrived here, as they would be "
               "with a wrong key on the server: what was signed is not what arrived.");
        return RULING_YES;
    }
    return RULING_NO;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct spoilt_again s;
    enum ruling r = spoilt_repeat(c, &s);
    if (r != RULING_YES) return r;
    if (s.how != SPOILT_PLAIN || !s.steady) return RULING_NO;
    f->of_path = true;
    f->certainty = c->starved ? CERTAINTY_POSSIBLE : CERTAINTY_LIKELY;
    f->summary =
        text_f(c->a,
               "What is sent and what arrives are not the same between here and %s: somebody changes the "
               "handshake on the way.",
               case_where(c));
    finding_evidence(f, text_f(c->a, "Four times, the handshake of %s got: %s.", case_client(c),
                               facts_outcome(c->a, s.first)));
    if (spoilt_signature(s.first) && (r = judge_signature(c, f, &s)) != RULING_YES) return r;
    const struct change *flip;
    const struct facts *after = NULL;
    r = s.first == c->subject ? find_variant(c, &flip, &after) : RULING_YES;
    if (r == RULING_OPEN) return r;
    if (s.first != c->subject) {
        if (c->subject->good) CASE_PROVE(c, f, c->base, c->subject, {.kind = CHANGE_CLASSICAL});
    } else if (flip) {
        CASE_PROVE(c, f, c->subject, after, *flip);
        /* Another version has other records and another end: more than the hello has changed. */
        if (flip->kind == CHANGE_ONLY_TLS12) f->certainty = CERTAINTY_LIKELY;
    }
    finding_evidence(f, "The same run from another network decides: there the handshake should go through.");
    return RULING_YES;
}

/* Who changes a hello may have changed the name in it: whose certificate came then says nothing. */
static const char *const replaces[] = {
    "cert-malformed",      "cert-name-mismatch",      "default-vhost-cert",
    "ca-replaced",         "key-cert-mismatch",       "pq-hello-intolerance",
    "version-intolerance", "server-crash-on-feature", NULL};
extern const struct cause cause_handshake_tampered;
const struct cause cause_handshake_tampered = {.id = "handshake-tampered",
                                               .row = "man-in-the-middle",
                                               .fixer = FIX_NETWORK,
                                               .phase = PHASE_HANDSHAKE,
                                               .rank = RANK_BETWEEN,
                                               .replaces = replaces,
                                               .judge = judge};
