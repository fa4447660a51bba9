/* The certificate says that its server staples (TLS feature 5, RFC 7633), the client asked, and nothing came.
 */
#include "causes/revocation.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct revocation *r = revocation_shown(c);
    if (!r || !r->of[0].cert.must_staple || !r->offered || r->of[0].by[REVOCATION_STAPLE].there)
        return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(c->a,
                        "The certificate of %s demands that the server sends an OCSP response along with it "
                        "(must-staple), and the server sends none.",
                        c->host);
    finding_evidence(f, "The certificate has the extension TLS feature with status_request (RFC 7633).");
    finding_evidence(f,
                     "The client asked for a response (status_request), and none came with the certificate.");
    const char *responder = pki_ocsp_url(c->a, &r->of[0].cert, 0);
    finding_evidence(f, responder
                            ? text_f(c->a, "The server is to fetch it from %s.", responder)
                            : "The certificate names no OCSP responder, so no server can ever have one: its "
                              "issuer no longer runs OCSP.");
    return RULING_YES;
}

extern const struct cause cause_ocsp_must_staple_missing;
const struct cause cause_ocsp_must_staple_missing = {.id = "ocsp-must-staple-missing",
                                                     .row = "incorrect-certificate",
                                                     .fixer = FIX_SERVER,
                                                     .phase = PHASE_CERTIFICATE,
                                                     .rank = RANK_CERT_DATES,
                                                     .judge = judge};
