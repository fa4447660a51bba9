/* The server knows who issued the client's certificate and refuses it all the same: it has expired or is not
 * valid yet, was revoked, is not for this use, or is that of somebody who may not enter. */
#include "causes/client_auth.h"

#define KIND(k) (UINT64_C(1) << PKI_PROBLEM_##k)
/* What a server finds in the certificate itself. The leaf's extended key usage is cert-client-eku-removed. */
static const uint64_t faults = KIND(LEAF_EXPIRED) | KIND(CA_EXPIRED) | KIND(NOT_YET_VALID) |
                               KIND(LEAF_KEY_USAGE) | KIND(EKU) | KIND(WEAK_SIGNATURE) | KIND(WEAK_KEY) |
                               KIND(NOT_CA) | KIND(PATH_LENGTH) | KIND(CA_KEY_USAGE) | KIND(MALFORMED) |
                               KIND(NAME_CONSTRAINTS);
static const uint64_t dates = KIND(LEAF_EXPIRED) | KIND(CA_EXPIRED) | KIND(NOT_YET_VALID);

static const struct pki_problem *own_fault(const struct client_auth *a) {
    for (size_t i = 0; i < a->judged.n_problems; i++) {
        const struct pki_problem *p = &a->judged.problems[i];
        if (p->kind == PKI_PROBLEM_EKU && p->depth == 0) continue;
        if (faults >> p->kind & 1) return p;
    }
    return NULL;
}

static bool is_about_certificates(uint8_t alert) {
    return (alert >= ALERT_BAD_CERTIFICATE && alert <= ALERT_CERTIFICATE_UNKNOWN) ||
           alert == ALERT_ACCESS_DENIED;
}

/* The alert says in one word what the fault says. */
static bool agree(uint8_t alert, const struct pki_problem *fault) {
    if (alert == ALERT_CERTIFICATE_REVOKED) return true;
    bool expired =
        fault && (fault->kind == PKI_PROBLEM_LEAF_EXPIRED || fault->kind == PKI_PROBLEM_CA_EXPIRED);
    return alert == ALERT_CERTIFICATE_EXPIRED && expired;
}

static const char *reason(struct casefile *c, uint8_t alert, const struct pki_problem *fault) {
    static const struct {
        uint8_t alert;
        const char *text;
    } words[] = {{ALERT_CERTIFICATE_REVOKED, "it says that it was revoked"},
                 {ALERT_CERTIFICATE_EXPIRED, "it says that it, or a CA above it, has expired"},
                 {ALERT_UNSUPPORTED_CERTIFICATE, "it says that it does not take this kind of certificate"},
                 {ALERT_ACCESS_DENIED, "it says that its owner may not enter"}};
    if (fault && alert != ALERT_CERTIFICATE_REVOKED) return fault->text;
    for (size_t i = 0; i < TW_COUNT(words); i++)
        if (words[i].alert == alert) return words[i].text;
    return text_f(c->a, "it does not say why");
}

/* Another cause says why it is refused, or nothing says that the certificate is what is refused. */
static enum ruling is_it(struct casefile *c, const struct client_auth *a, enum client_issuer_answer issuer,
                         const struct pki_problem *fault, const struct facts *without) {
    const struct pki_cert *own = &pki_pool_item(a->pool, a->leaf)->cert;
    bool for_servers = client_usage_lacks(own);
    uint8_t alert = client_end_alert(c->main);
    if (alert == ALERT_DECRYPT_ERROR || alert == ALERT_ILLEGAL_PARAMETER) return RULING_NO;
    if (fault && (dates >> fault->kind & 1)) return RULING_YES;
    if (issuer != CLIENT_ISSUER_FINE) return RULING_NO;
    if (for_servers && alert != ALERT_CERTIFICATE_REVOKED && alert != ALERT_CERTIFICATE_EXPIRED)
        return RULING_NO;
    if (fault || is_about_certificates(alert) || client_passes(without)) return RULING_YES;
    bool bare = alert == ALERT_HANDSHAKE_FAILURE || client_end(c->main) == CLIENT_END_CUT;
    return bare ? RULING_YES : RULING_NO;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct client_auth *a;
    enum client_issuer_answer issuer = client_issuer(c, &a);
    if (!a) return RULING_NO;
    const struct facts *without = client_try_without(c);
    if (issuer == CLIENT_ISSUER_OPEN || !without) return RULING_OPEN;
    const struct pki_problem *fault = own_fault(a);
    uint8_t alert = client_end_alert(c->main);
    if (is_it(c, a, issuer, fault, without) == RULING_NO) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    if (client_passes(without) || agree(alert, fault)) client_prove_without(c, f, without);
    const char *why = reason(c, alert, fault);
    f->summary = text_f(c->a, "The server at %s refuses the client's certificate (%s): %s.", case_where(c),
                        a->own.subject, why);
    client_request_evidence(c, f);
    finding_evidence(f,
                     text_f(c->a, "The client sent the certificate of %s, issued by %s, valid from %s to %s.",
                            a->own.subject, a->own.issuer, text_time(c->a, a->own.not_before),
                            text_time(c->a, a->own.not_after)));
    if (fault) finding_evidence(f, text_f(c->a, "Judged here for TLS clients: %s.", fault->text));
    finding_evidence(f, client_end_text(c, c->main));
    finding_slot(f, "subject", a->own.subject);
    finding_slot(f, "issuer", a->own.issuer);
    finding_slot(f, "reason", why);
    return RULING_YES;
}

extern const struct cause cause_mtls_client_cert_rejected;
const struct cause cause_mtls_client_cert_rejected = {.id = "mtls-client-cert-rejected",
                                                      .row = NULL,
                                                      .fixer = FIX_CLIENT,
                                                      .phase = PHASE_HANDSHAKE,
                                                      .rank = RANK_CLIENT_CERT,
                                                      .judge = judge};
