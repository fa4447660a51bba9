/* The server's own certificate must be the first of the list (RFC 8446 4.4.2, RFC 5246 7.4.2), and here it is
 * not: the handshake is signed with the key of another one in it. Clients take the key of the first. The
 * order of those behind it breaks no client that is known here, and is a note. */
#include "causes/certificates.h"
#include "causes/spoilt.h"

/* The certificate at this place of the list, from 1. */
static bool read_at(struct casefile *c, const struct facts *f, unsigned place, struct cert_info *ret) {
    struct certificate_entry e;
    struct rd r;
    rd_init(&r, f->certificates.list);
    for (unsigned i = 1; certificate_next(&f->certificates, &r, &e); i++)
        if (i == place) return cert_info_read(c->a, e.der, ret);
    return false;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct facts *s = c->subject;
    struct cert_info first, own;
    unsigned place = s->t->signed_by;
    if (!spoilt_signature(s) || place < 2) return RULING_NO;
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    if (!again) return RULING_OPEN;
    if (again->t->signed_by != place) return RULING_NO;
    if (!read_at(c, s, 1, &first) || !read_at(c, s, place, &own)) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof = (struct proof){
        .baseline = text_f(c->a,
                           "with the key of the first certificate, %s, the server's signature does not "
                           "verify",
                           first.subject),
        .change = text_f(c->a, "the same signature is checked with the key of certificate %u, %s", place,
                         own.subject),
        .outcome = "it verifies"};
    f->summary = text_f(c->a,
                        "The server at %s sends its certificates in the wrong order: its own, %s, is number "
                        "%u, and the first is %s.",
                        case_where(c), own.subject, place, first.subject);
    case_evidence_subject(c, f);
    finding_evidence(
        f, text_f(c->a, "Certificate %u is valid for: %s.", place, own.n_dns > 0 ? own.dns[0] : own.subject));
    finding_slot(f, "first", first.subject);
    finding_slot(f, "own", own.subject);
    finding_slot(f, "place", text_f(c->a, "%u", place));
    return RULING_YES;
}

/* What is wrong with the first certificate for this host is no fault of it: it is another's. */
static const char *const replaces[] = {"key-cert-mismatch",
                                       "cert-name-mismatch",
                                       "cert-www-mismatch",
                                       "cert-wildcard-scope",
                                       "cert-ip-not-in-san",
                                       "cert-eku-wrong",
                                       "cert-key-usage-wrong",
                                       "cert-ca-flag-wrong",
                                       "cert-cn-only-no-san",
                                       "default-vhost-cert",
                                       NULL};
static const uint8_t alerts[] = {ALERT_DECRYPT_ERROR, 0};
extern const struct cause cause_chain_wrong_order;
const struct cause cause_chain_wrong_order = {.id = "chain-wrong-order",
                                              .row = "incorrect-certificate",
                                              .fixer = FIX_SERVER,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_CERT_CHAIN,
                                              .replaces = replaces,
                                              .alerts = alerts,
                                              .judge = judge};
