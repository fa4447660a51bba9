/* Versions and suites would fit, but for the kind of the certificate's key: an ECDSA certificate and a
 * client that offers RSA suites only, or the other way round (RFC 8422 2, RFC 5246 7.4.2). Or a server that
 * allows only such suites as its own certificate cannot serve. */
#include "causes/nothing_suits.h"

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

/* From outside a server of TLS 1.2 that has no certificate at all looks the same: it too has none for any
 * suite. */
static enum ruling judge_own(struct casefile *c, struct finding *f) {
    bool has_tls13 = false;
    enum ruling r = nothing_suits(c, f, &has_tls13);
    if (r != RULING_YES) return r;
    if (has_tls13) return RULING_NO; /* server-no-cert */
    f->summary =
        text_f(c->a,
               "The cipher suites that the server at %s allows and its certificate do not go together: it "
               "agrees to no suite for any kind of key, and shows nothing newer than TLS 1.2.",
               case_where(c));
    case_evidence_subject(c, f);
    finding_evidence(
        f, "Only a server limited to TLS 1.2 that has loaded no certificate at all could look the same.");
    finding_slot(
        f, "what_differs",
        "agrees to no method for either kind, and shows nothing newer than TLS 1.2. So the methods that it "
        "allows are for another kind of key than its certificate has, or it has loaded no certificate for "
        "them at all");
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum suite_auth own = only_auth(&c->subject_trial.hello);
    if (own == AUTH_OTHER) return judge_own(c, f);
    if (!case_hello_refused(c)) return RULING_NO;
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
    finding_slot(
        f, "what_differs",
        text_f(c->a,
               "has a certificate for %s, and the client offers methods for %s only. Offered the same "
               "methods for %s as well, the server chose %s. So everything else fits",
               has, wants, has, s->iana));
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
