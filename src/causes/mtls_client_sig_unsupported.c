/* The client has a certificate, and its key makes none of the signatures that the server takes: so it sends
 * none, and is refused for that. Or its curve is none that this hello offered (RFC 8422 5.1). */
#include "causes/client_auth.h"

static const char *key_text(struct casefile *c) {
    const struct client_auth *a = client_auth(c);
    return a ? a->own.key : "unknown";
}

struct flip {
    const struct facts *facts;
    struct change change;
};

/* What the key could do instead, in the order of cost: any of its schemes, the schemes of TLS 1.2. */
static bool try_flips(struct casefile *c, struct flip *ret, bool *open) {
    const struct change changes[] = {
        {.kind = CHANGE_ALL_SIGALGS}, {.kind = CHANGE_ONLY_TLS12}, {.kind = CHANGE_ALL_GROUPS}};
    const bool wanted[] = {c->trial.policy.sign_as_offered, c->main->t->version >= TLS_1_3,
                           c->main->t->client_certificate_sent};
    for (size_t i = 0; i < TW_COUNT(changes); i++) {
        if (!wanted[i]) continue;
        const struct facts *f = CASE_TRY(c, changes[i], {.kind = CHANGE_WHOLE});
        if (!f) *open = true;
        if (!f || !f->t->client_certificate_sent || !client_passes(f)) continue;
        *ret = (struct flip){f, changes[i]};
        return true;
    }
    return false;
}

/* Below TLS 1.3 a server may hold the curve of our certificate against the groups of the hello. */
static bool curve_not_offered(const struct casefile *c) {
    uint16_t group = privkey_group(c->identity->key);
    const struct hello *h = &c->main->run->trial.hello;
    return c->main->t->version < TLS_1_3 && privkey_type(c->identity->key) == KEY_EC &&
           !u16_has(h->groups.v, h->groups.n, group);
}

/* Why the key could not be used, in a sentence; NULL: it could. */
static const char *obstacle(const struct casefile *c) {
    enum client_choice choice = c->main->t->client_choice;
    if (choice == CLIENT_NO_SIGALG || choice == CLIENT_SIGN_FAILED)
        return "None of these signatures can be made with the client's key, so it sent no certificate.";
    if (client_end_alert(c->main) == ALERT_ILLEGAL_PARAMETER && curve_not_offered(c))
        return "The curve of the client's key is not among the groups that its ClientHello offers.";
    return NULL;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->identity || !c->identity->fits || client_end(c->main) == CLIENT_END_NONE) return RULING_NO;
    const char *why = obstacle(c);
    if (!why) return RULING_NO;
    struct flip flip = {NULL};
    bool open = false;
    if (!try_flips(c, &flip, &open) && open) return RULING_OPEN;
    if (c->main->t->client_certificate_sent && !flip.facts) return RULING_NO;
    const char *key = key_text(c);
    f->certainty = CERTAINTY_LIKELY;
    f->summary = text_f(
        c->a,
        "The client's key (%s) cannot sign in a way that the server at %s takes, so its certificate cannot "
        "be used.",
        key, case_where(c));
    client_request_evidence(c, f);
    finding_evidence(f, why);
    finding_evidence(f, client_end_text(c, c->main));
    if (flip.facts) CASE_PROVE(c, f, c->main, flip.facts, flip.change);
    if (!c->trial.policy.sign_as_offered && client_key_is_usual(c)) f->fixer = FIXER_SERVER;
    finding_slot(f, "key", key);
    finding_slot(f, "sigalgs", client_request_sigalgs(c));
    return RULING_YES;
}

extern const struct cause cause_mtls_client_sig_unsupported;
const struct cause cause_mtls_client_sig_unsupported = {.id = "mtls-client-sig-unsupported",
                                                        .row = NULL,
                                                        .fixer = FIX_CLIENT,
                                                        .phase = PHASE_HANDSHAKE,
                                                        .rank = RANK_CLIENT_CERT,
                                                        .judge = judge};
