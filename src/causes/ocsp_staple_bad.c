/* The server sends an OCSP response along with its certificate that no client may take for one. A client that
 * checks it refuses the handshake (RFC 6066 8, alert bad_certificate_status_response). */
#include "causes/certificates.h"
#include "causes/revocation.h"

static char *describe(struct casefile *c, const struct revocation_of *r) {
    const struct pki_rev_answer *answer = &r->by[REVOCATION_STAPLE].answer;
    const char *what = pki_rev_text(answer->verdict), *place = r->by[REVOCATION_STAPLE].place;
    if (answer->verdict == PKI_REV_EXPIRED && answer->has_next)
        return text_f(c->a, "%s since %s", what, text_time(c->a, answer->next_update));
    if (answer->verdict == PKI_REV_NOT_YET)
        return text_f(c->a, "%s: it is of %s", what, text_time(c->a, answer->this_update));
    if (answer->verdict == PKI_REV_MALFORMED && place) return text_f(c->a, "%s: %s", what, place);
    return answer->why ? text_f(c->a, "%s: %s", what, answer->why) : arena_strdup(c->a, what);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct revocation *all = revocation_shown(c);
    if (!all || !all->of[0].by[REVOCATION_STAPLE].there || revocation_counts(&all->of[0], REVOCATION_STAPLE))
        return RULING_NO;
    enum ruling ruling = revocation_asked(c, &all);
    if (ruling != RULING_YES) return ruling;
    const struct revocation_of *r = &all->of[0];
    if (revocation_staple_forgiven(r)) return RULING_NO;
    const char *problem = describe(c, r);
    f->summary =
        text_f(c->a, "The OCSP response that %s sends along with its certificate %s.", c->host, problem);
    certificates_prove(f, text_f(c->a, "the stapled OCSP response %s", problem),
                       "the stapled response is left out of the judgement",
                       certificates_outcome(c, &c->judged));
    finding_evidence(f, text_f(c->a,
                               "Beside the certificate of %s came an OCSP response of %zu bytes, which %s.",
                               c->host, facts_staple(c->cert_facts).n, problem));
    if (r->by[REVOCATION_OCSP].problem)
        finding_evidence(f, text_f(c->a,
                                   "The responder that the certificate names could not be asked instead: %s.",
                                   r->by[REVOCATION_OCSP].problem));
    if (r->cert.must_staple)
        finding_evidence(f, "The certificate demands a good one (must-staple, RFC 7633).");
    finding_slot(f, "problem", problem);
    return RULING_YES;
}

extern const struct cause cause_ocsp_staple_bad;
const struct cause cause_ocsp_staple_bad = {.id = "ocsp-staple-bad",
                                            .row = "incorrect-certificate",
                                            .fixer = FIX_SERVER,
                                            .phase = PHASE_CERTIFICATE,
                                            .rank = RANK_CERT_DATES,
                                            .judge = judge};
