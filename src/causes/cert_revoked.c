/* The issuer has taken the certificate back, or that of a CA above it, and says so over its signature. A
 * revoked CA that another path goes around breaks nobody. */
#include "causes/certificates.h"
#include "causes/clients.h"
#include "causes/revocation.h"

static bool is_revoked(const struct revocation_of *r, enum revocation_source *ret) {
    for (unsigned s = 0; s < REVOCATION_SOURCES; s++) {
        *ret = (enum revocation_source)s;
        if (r->by[s].there && r->by[s].answer.verdict == PKI_REV_REVOKED) return true;
    }
    return false;
}

static bool can_be_avoided(struct casefile *c, const struct revocation_of *r) {
    struct chain_result other;
    if (r->depth == 0) return false;
    certificates_rejudge(c, &(struct rejudge){.with_fetched = true, .without = r->cert.der}, &other);
    return !certificates_path_broken(&other);
}

static const struct revocation_of *look(struct casefile *c, enum ruling *ruling,
                                        enum revocation_source *ret) {
    const struct revocation *r = NULL;
    *ruling = revocation_asked(c, &r);
    if (*ruling != RULING_YES) return NULL;
    for (size_t i = 0; i < r->n; i++)
        if (is_revoked(&r->of[i], ret) && !can_be_avoided(c, &r->of[i])) return &r->of[i];
    *ruling = RULING_NO;
    return NULL;
}

static const char *who_says(struct casefile *c, const struct revocation_of *r, enum revocation_source s) {
    if (s == REVOCATION_STAPLE) return "the OCSP response that the server itself sends along with it";
    return text_f(c->a, "%s at %s",
                  s == REVOCATION_OCSP ? "the OCSP responder" : "the list of revoked certificates",
                  r->by[s].url);
}

static const char *whose(struct casefile *c, const struct revocation_of *r) {
    if (r->depth == 0) return text_f(c->a, "certificate of %s", c->host);
    return text_f(c->a, "certificate of the CA %s, on which that of %s stands,",
                  pki_name_text(c->a, r->cert.subject), c->host);
}

/* Some clients look at what is stapled alone, or at nothing. */
static bool never_asks(struct casefile *c, enum revocation_source said_by) {
    if (!c->judge || !clients_own_accepts(c)) return false;
    return c->judge->revocation == PKI_REVOCATION_NONE ||
           (c->judge->revocation == PKI_REVOCATION_STAPLE && said_by != REVOCATION_STAPLE);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling ruling;
    enum revocation_source s;
    const struct revocation_of *r = look(c, &ruling, &s);
    if (!r) return ruling;
    const struct pki_rev_answer *answer = &r->by[s].answer;
    const char *issuer = pki_name_text(c->a, r->cert.issuer), *when = text_time(c->a, answer->revoked_at);
    const char *reason = pki_reason_text(answer->reason);
    f->certainty = CERTAINTY_PROVEN;
    f->summary =
        answer->never_issued
            ? text_f(c->a, "The %s is one that its issuer %s says it never issued.", whose(c, r), issuer)
            : text_f(c->a, "The %s was revoked by its issuer %s on %s%s%s.", whose(c, r), issuer, when,
                     reason ? ", reason " : "", reason ? reason : "");
    finding_evidence(f, text_f(c->a, "So says %s, of %s; its signature is good.", who_says(c, r, s),
                               text_time(c->a, answer->this_update)));
    finding_evidence(f, text_f(c->a, "The certificate is that of %s, with the serial number %s.",
                               pki_name_text(c->a, r->cert.subject), der_serial_text(c->a, r->cert.serial)));
    f->spares_own = never_asks(c, s);
    if (f->spares_own)
        finding_evidence(
            f, text_f(c->a, "This client (%s) does not ask, and takes the certificate.", c->judge->title));
    if (answer->stale)
        finding_evidence(f, "That answer itself is out of date; a revocation for good cannot be undone.");
    finding_slot(f, "what", whose(c, r));
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
