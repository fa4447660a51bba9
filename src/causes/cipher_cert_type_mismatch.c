/* Versions and suites would fit, but for the kind of the certificate's key: an ECDSA certificate and a
 * client that offers RSA suites only, or the other way round (RFC 8422 2, RFC 5246 7.4.2). */
#include "causes/cause.h"

/* The one kind of key that all suites below TLS 1.3 want; AUTH_OTHER where there are several, or none. */
static enum suite_auth only_auth(const struct hello *h) {
    enum suite_auth found = AUTH_TLS13;
    for (size_t i = 0; i < h->n_suites; i++) {
        const struct suite *s = suite_by_id(h->suites[i]);
        if (!s || s->kx == KX_OTHER) continue;
        if (s->auth != AUTH_RSA && s->auth != AUTH_ECDSA) return AUTH_OTHER;
        if (found != AUTH_TLS13 && found != s->auth) return AUTH_OTHER;
        found = s->auth;
    }
    return found == AUTH_TLS13 ? AUTH_OTHER : found;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum suite_auth own = only_auth(&c->subject_trial.hello);
    if (!case_hello_refused(c) || own == AUTH_OTHER) return RULING_NO;
    const struct facts *after = CASE_TRY(c, {.kind = CHANGE_OTHER_AUTH});
    if (!after) return RULING_OPEN;
    const struct suite *s = suite_by_id(after->t->suite);
    if (!case_further(c, after) || !s || s->auth == own) return RULING_NO;
    CASE_PROVE(c, f, c->subject, after, {.kind = CHANGE_OTHER_AUTH});
    const char *has = own == AUTH_RSA ? "ECDSA" : "RSA", *wants = own == AUTH_RSA ? "RSA" : "ECDSA";
    f->summary = text_f(c->a,
                        "The server at %s has a certificate with %s key only, and the client offers cipher "
                        "suites for %s only.",
                        case_where(c), own == AUTH_RSA ? "an ECDSA" : "an RSA", wants);
    case_evidence_subject(c, f);
    finding_evidence(
        f, text_f(c->a, "Offered the same suites for %s as well, the server chose %s.", has, s->iana));
    finding_slot(f, "server_key", has);
    finding_slot(f, "client_key", wants);
    finding_slot(f, "suite", s->iana);
    return RULING_YES;
}

static const char *const replaces[] = {"cipher-no-overlap", "sigalg-no-overlap", NULL};
extern const struct cause cause_cipher_cert_type_mismatch;
const struct cause cause_cipher_cert_type_mismatch = {.id = "cipher-cert-type-mismatch",
                                                      .row = "cipher-suite-mismatch",
                                                      .fixer = FIX_SERVER,
                                                      .phase = PHASE_HANDSHAKE,
                                                      .rank = RANK_SUITE,
                                                      .replaces = replaces,
                                                      .judge = judge};
