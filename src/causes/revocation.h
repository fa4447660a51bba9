/* Whether a certificate of the path was revoked: the OCSP response that was stapled to the leaf, else what
 * the responders or the CRLs that each certificate names say, one after the other until one answer counts. An
 * answer counts only with a signature that the issuer stands for. Whoever cannot be reached says nothing:
 * `modern` is soft there. */
#ifndef TW_CAUSES_REVOCATION_H
#define TW_CAUSES_REVOCATION_H

#include "causes/cause.h"
#include "pki/ocsp.h"

enum revocation_source { REVOCATION_STAPLE, REVOCATION_OCSP, REVOCATION_CRL, REVOCATION_SOURCES };

/* The certificates of the path that are asked about, from the leaf on; the root is nobody's to revoke. */
enum { REVOCATION_MAX = 4 };

struct revocation_said {
    bool there; /* something came, and was judged */
    struct pki_rev_answer answer;
    const char *place;   /* where it is malformed; NULL */
    const char *url;     /* as the certificate names it, the last that was asked; NULL: none was */
    const char *problem; /* why nothing came from there; NULL */
};
struct revocation_of {
    struct revocation *all;
    size_t depth; /* of the path; the leaf 0 */
    struct pki_cert cert, issuer;
    struct revocation_said by[REVOCATION_SOURCES];
    enum revocation_source asking; /* what is asked now, */
    size_t url;                    /* … its next URL, */
    bool post;                     /* … and the same one once more, by POST */
    int64_t until;                 /* when no further one is asked */
};
struct revocation {
    struct casefile *c;
    bool offered; /* the client asked for a staple (RFC 6066 8) */
    bool asked;
    unsigned n_fetches, n_waiting;
    size_t n;
    struct revocation_of of[REVOCATION_MAX];
};

/* What the handshake itself shows; NULL where no certificate came, or its issuer's is not at hand. */
const struct revocation *revocation_shown(struct casefile *c);
/* The same, and the sources that the certificates name asked as long as no answer counts. RULING_OPEN: under
 * way; RULING_NO: nothing to look at. */
enum ruling revocation_asked(struct casefile *c, const struct revocation **ret);
/* Good or revoked: the answer counts. */
bool revocation_counts(const struct revocation_of *r, enum revocation_source s);
/* An old staple is forgiven where the responder itself says that all is well: who finds it old asks there. */
bool revocation_staple_forgiven(const struct revocation_of *r);
/* Fetches made so far. */
unsigned revocation_fetches(const struct casefile *c);
/* A fetch is under way. */
bool revocation_awaits(const struct casefile *c);

/* Nobody could say whether this certificate was revoked, which breaks nobody who is soft. NULL: somebody did,
 * or nobody was asked. `ret_id`: revocation-unreachable or crl-expired. */
const char *revocation_unanswered(const struct revocation_of *r, const char **ret_id);
/* The leaf names neither responder nor CRL, and no good response came with it: nobody can be asked. */
bool revocation_nobody_named(const struct revocation *r);
/* The client insists on an answer. */
bool revocation_insisted(const struct casefile *c);
/* … and got none for some certificate, for the reason of that id. */
enum ruling revocation_refused(struct casefile *c, struct finding *f, const char *id);

#endif
