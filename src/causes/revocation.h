/* Whether the certificate was revoked: the OCSP response that was stapled to it, else what the responder or
 * the CRL that it names says. An answer counts only with a signature that the issuer stands for. Whoever
 * cannot be reached says nothing: `modern` is soft there. */
#ifndef TW_CAUSES_REVOCATION_H
#define TW_CAUSES_REVOCATION_H

#include "causes/cause.h"
#include "pki/ocsp.h"

enum revocation_source { REVOCATION_STAPLE, REVOCATION_OCSP, REVOCATION_CRL, REVOCATION_SOURCES };

struct revocation {
    struct casefile *c;
    struct pki_cert leaf, issuer;
    bool offered; /* the client asked for a staple (RFC 6066 8) */
    struct {
        bool there; /* something came, and was judged */
        struct pki_rev_answer answer;
        const char *place;   /* where it is malformed; NULL */
        const char *url;     /* NULL of the staple, and where nothing was asked */
        const char *problem; /* why nothing came */
    } by[REVOCATION_SOURCES];
    bool waiting; /* for a fetch */
};

/* What the handshake itself shows; NULL where no certificate came, or its issuer's is not at hand. */
const struct revocation *revocation_shown(struct casefile *c);
/* The same, and the sources that the certificate names asked as long as no answer counts. RULING_OPEN: under
 * way; RULING_NO: nothing to look at. */
enum ruling revocation_asked(struct casefile *c, const struct revocation **ret);
/* Good or revoked: the answer counts. */
bool revocation_counts(const struct revocation *r, enum revocation_source s);
/* Fetches made so far. */
unsigned revocation_fetches(const struct casefile *c);
/* A fetch is under way. */
bool revocation_awaits(const struct casefile *c);

#endif
