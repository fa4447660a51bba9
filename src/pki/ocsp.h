/* OCSP responses (RFC 6960) read in place, judged, and requests for them (RFC 5019). Every field borrows from
 * the DER, nothing is allocated but requests. */
#ifndef TW_PKI_OCSP_H
#define TW_PKI_OCSP_H

#include "pki/revocation.h"

enum pki_ocsp_status {
    PKI_OCSP_SUCCESSFUL = 0,
    PKI_OCSP_MALFORMED_REQUEST = 1,
    PKI_OCSP_INTERNAL_ERROR = 2,
    PKI_OCSP_TRY_LATER = 3,
    PKI_OCSP_SIG_REQUIRED = 5,
    PKI_OCSP_UNAUTHORIZED = 6,
};
const char *pki_ocsp_status_text(unsigned status); /* "tryLater"; "unknown status" */

struct pki_cert_id {
    struct bytes hash_oid;
    enum pki_hash hash; /* PKI_HASH_NONE: not known here */
    struct bytes name_hash, key_hash;
    struct bytes serial; /* INTEGER contents */
};

enum pki_ocsp_state { PKI_OCSP_GOOD, PKI_OCSP_REVOKED, PKI_OCSP_UNKNOWN };
struct pki_ocsp_single {
    struct pki_cert_id id;
    enum pki_ocsp_state state;
    int64_t revoked_at; /* only where revoked */
    uint8_t reason;     /* enum pki_reason */
    int64_t this_update, next_update;
    bool has_next;
    struct bytes extensions; /* contents of the list */
    bool unknown_critical;   /* one of them is critical, and not known here */
};

struct pki_ocsp {
    struct bytes der; /* what was given */
    struct der_log log;
    bool readable;    /* all of it was read */
    uint8_t status;   /* enum pki_ocsp_status; where it is not successful, nothing below is there */
    bool basic;       /* the response is of type id-pkix-ocsp-basic, the only one there is */
    struct bytes tbs; /* ResponseData with its header: what is signed */
    uint32_t version; /* 1; others as written, plus 1 */
    struct bytes responder_name; /* Name with its header; or */
    struct bytes responder_key;  /* … the SHA-1 of its key */
    int64_t produced_at;
    struct bytes singles; /* contents of the list */
    size_t n_singles;
    struct bytes extensions; /* contents of the list */
    bool unknown_critical;
    struct pki_sigalg algorithm;
    struct bytes signature;
    struct bytes certs; /* contents of the list */
    size_t n_certs;
};

/* True where everything could be read. Never fails otherwise: the log says where it broke. */
bool pki_ocsp_read(struct bytes der, struct pki_ocsp *ret);
/* "producedAt at byte 93 holds what its type cannot hold"; NULL: well-formed. */
char *pki_ocsp_place(struct arena *a, const struct pki_ocsp *o);
/* Over o->singles: start with der_of(o->singles, o->der.p, NULL). */
bool pki_ocsp_single_next(struct der *r, struct pki_ocsp_single *ret);
/* The single is about that certificate: serial, issuer's name hash and key hash. */
bool pki_cert_id_is(const struct pki_cert_id *id, const struct pki_cert *cert, const struct pki_cert *issuer);

/* What it says of q->cert. The signature is checked by the issuer's key, or by that of a delegated responder:
 * a certificate in the response that the issuer's key has signed, that is valid at q->at and may sign OCSP
 * (RFC 6960 4.2.2.2). Whether the issuer itself is trusted is for the caller. At most eight signatures are
 * checked. */
void pki_ocsp_judge(const struct pki_ocsp *o, const struct pki_rev_query *q, struct pki_rev_answer *ret);

/* A request for one certificate: SHA-1 CertID, no nonce, unsigned (RFC 5019 2.1.1). */
struct bytes pki_ocsp_request(struct arena *a, const struct pki_cert *cert, const struct pki_cert *issuer);
/* The URL of a GET (RFC 6960 A.1); NULL where it would have more than 255 bytes: POST then (RFC 5019 5). */
char *pki_ocsp_get_url(struct arena *a, const char *responder, struct bytes request);
/* The `i`th http URL of an OCSP responder, of a CRL (full name, every reason, the issuer's own); NULL: no
 * more. */
char *pki_ocsp_url(struct arena *a, const struct pki_cert *cert, size_t i);
char *pki_crl_url(struct arena *a, const struct pki_cert *cert, size_t i);

#endif
