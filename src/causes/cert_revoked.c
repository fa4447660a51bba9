/* The issuer has taken the certificate back, and says so over its signature: nothing needs to be tried. */
#include "causes/revocation.h"

static const struct revocation *look(struct casefile *c, enum ruling *ruling, enum revocation_source *ret) {
    const struct revocation *r = NULL;
    *ruling = revocation_asked(c, &r);
    if (*ruling != RULING_YES) return NULL;
    for (unsigned s = 0; s < REVOCATION_SOURCES; s++) {
        *ret = (enum revocation_source)s;
        if (r->by[s].there && r->by[s].answer.verdict == PKI_REV_REVOKED) return r;
    }
    *ruling = RULING_NO;
    return NULL;
}

static const char *who_says(struct casefile *c, const struct revocation *r, enum revocation_source s) {
    if (s == REVOCATION_STAPLE) return "the OCSP response that the server itself sends along with it";
    return text_f(c->a, "%s at %s",
                  s == REVOCATION_OCSP ? "the OCSP responder" : "the list of revoked certificates",
                  s == REVOCATION_OCSP ? pki_ocsp_url(c->a, &r->leaf, 0) : r->by[s].url);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling ruling;
    enum revocation_source s;
    const struct revocation *r = look(c, &ruling, &s);
    if (!r) return ruling;
    const struct pki_rev_answer *answer = &r->by[s].answer;
    const char *issuer = c->info[0].issuer, *when = text_time(c->a, answer->revoked_at);
    const char *reason = pki_reason_text(answer->reason);
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        answer->never_issued
            ? text_f(c->a, "The issuer %s says that it never issued the certificate of %s.", issuer, c->host)
            : text_f(c->a, "The certificate of %s was revoked by its issuer %s on %s%s%s.", c->host, issuer,
                     when, reason ? ", reason " : "", reason ? reason : "");
    finding_evidence(f, text_f(c->a, "So says %s, of %s; its signature is good.", who_says(c, r, s),
                               text_time(c->a, answer->this_update)));
    finding_evidence(f, text_f(c->a, "The certificate is that of %s, with the serial number %s.",
                               c->info[0].subject, der_serial_text(c->a, r->leaf.serial)));
    if (answer->stale)
        finding_evidence(f, "That answer itself is out of date; a revocation for good cannot be undone.");
    finding_slot(f, "issuer", issuer);
    finding_slot(f, "revoked_at", when);
    finding_slot(f, "reason", reason ? reason : "not given");
    return RULING_YES;
}

extern const struct cause cause_cert_revoked;
const struct cause cause_cert_revoked = {.id = "cert-revoked",
                                         .row = "incorrect-certificate",
                                         .fixer = FIX_SERVER,
                                         .phase = PHASE_CERTIFICATE,
                                         .rank = RANK_CERT_DATES,
                                         .judge = judge};
