/* A box on the way, whose CA this client trusts, makes certificates that name no place to ask whether they
 * were revoked; a client that insists on an answer (curl and git on Windows) cannot even ask. */
#include "causes/between.h"
#include "causes/revocation.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct minting *m;
    if (!revocation_insisted(c) || !c->cert_facts || certificates_path_broken(&c->judged)) return RULING_NO;
    const struct revocation *r = revocation_shown(c);
    if (!r || !revocation_nobody_named(r)) return RULING_NO;
    enum ruling minted = between_minting(c, &m);
    if (minted != RULING_YES) return minted;
    certificates_prove(f, "whether the certificate was revoked is asked, and it names nobody who could say",
                       "it is not asked", certificates_outcome(c, &c->judged));
    f->certainty = CERTAINTY_LIKELY; /* that a box makes them; what the client does with them is its rule */
    between_describe(c, f, m);
    finding_evidence(f,
                     "The certificate has neither a CRL distribution point nor an OCSP responder (RFC 5280 "
                     "4.2.1.13, 4.2.2.1), and no OCSP response came with it.");
    f->summary = text_f(
        c->a,
        "Somebody between this client and %s makes the certificates, signed by %s, and they do not say "
        "where to ask whether they were revoked. This client (%s) insists on an answer.",
        c->host, c->info[0].issuer, c->judge->title);
    return RULING_YES;
}

extern const struct cause cause_intercept_no_revocation_info;
const struct cause cause_intercept_no_revocation_info = {.id = "intercept-no-revocation-info",
                                                         .row = "man-in-the-middle",
                                                         .fixer = FIX_NETWORK,
                                                         .phase = PHASE_CERTIFICATE,
                                                         .rank = RANK_BETWEEN,
                                                         .judge = judge};
