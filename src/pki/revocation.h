/* What an OCSP response or a CRL says of one certificate. Nothing is fetched and no clock is read here. */
#ifndef TW_PKI_REVOCATION_H
#define TW_PKI_REVOCATION_H

#include "pki/cert.h"

enum pki_rev {
    PKI_REV_GOOD,
    PKI_REV_REVOKED,
    PKI_REV_UNKNOWN,       /* the responder does not know the certificate (RFC 6960 2.2) */
    PKI_REV_NOT_YET,       /* the answer is of the future */
    PKI_REV_EXPIRED,       /* the answer is too old */
    PKI_REV_WRONG_SIGNER,  /* made by nobody who may answer for this issuer */
    PKI_REV_BAD_SIGNATURE, /* by the right one, as it says, and it does not verify */
    PKI_REV_UNSUPPORTED,   /* a critical extension, a response type or an algorithm that nobody knows here */
    PKI_REV_OTHER_CERT,    /* about other certificates only */
    PKI_REV_PARTIAL,       /* CRLs that do not cover every reason */
    PKI_REV_ERROR_STATUS,  /* an OCSP error: tryLater and the like; `status` says which */
    PKI_REV_MALFORMED,     /* `log` of what was read says where */
    PKI_REV_NONE,          /* there was nothing to judge */
    PKI_REV__COUNT,
};
const char *pki_rev_text(enum pki_rev v); /* "is expired": goes after "the answer" */

/* CRLReason (RFC 5280 5.3.1); 7 is not used. */
enum pki_reason {
    PKI_REASON_UNSPECIFIED = 0,
    PKI_REASON_KEY_COMPROMISE = 1,
    PKI_REASON_CA_COMPROMISE = 2,
    PKI_REASON_AFFILIATION_CHANGED = 3,
    PKI_REASON_SUPERSEDED = 4,
    PKI_REASON_CESSATION = 5,
    PKI_REASON_HOLD = 6,
    PKI_REASON_REMOVE_FROM_CRL = 8,
    PKI_REASON_PRIVILEGE_WITHDRAWN = 9,
    PKI_REASON_AA_COMPROMISE = 10,
    PKI_REASON_NONE = 255, /* not given */
};
const char *pki_reason_text(unsigned reason); /* "keyCompromise"; NULL: not given, or unknown */

/* The answer for one certificate. Bytes borrow from what was judged. */
struct pki_rev_answer {
    enum pki_rev verdict;
    const char *why;    /* static: more of a verdict that is neither good nor revoked; NULL: nothing to add */
    int64_t revoked_at; /* only of PKI_REV_REVOKED */
    uint8_t reason;     /* enum pki_reason */
    bool never_issued;  /* revoked as RFC 6960 2.2 says of certificates that were never issued */
    bool stale; /* the answer itself is too old: of a revocation that cannot be undone, which counts all the
                   same (as mozilla::pkix has it) */
    bool has_next; /* there is a nextUpdate */
    int64_t this_update, next_update;
    struct bytes signer; /* DER of a signer that is not the issuer; empty: the issuer itself */
    bool signer_nocheck; /* it has id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1) */
    uint8_t status;      /* enum pki_ocsp_status, of PKI_REV_ERROR_STATUS */
};

/* Who is asked about, and when. */
struct pki_rev_query {
    const struct pki_cert *cert, *issuer; /* issuer: the certificate above it in the path that is judged */
    int64_t at;
    int64_t skew;    /* seconds by which clocks may differ */
    bool strict;     /* refuse CRLs for whatever RFC 5280 5 forbids their issuers */
    int64_t max_age; /* an answer without nextUpdate counts so long after thisUpdate; 0: one day, as
                        mozilla::pkix has it */
};

#endif
