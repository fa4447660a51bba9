/* CRLs (RFC 5280 5) read in place and judged. Every field borrows from the DER, nothing is allocated,
 * whatever the size: reading walks the list of entries once, and so does a look-up. */
#ifndef TW_PKI_CRL_H
#define TW_PKI_CRL_H

#include "pki/revocation.h"

/* Reasons as IDP and distribution points list them (RFC 5280 4.2.1.13): bits 1 to 8. */
enum { PKI_REASONS_ALL = 0x1FE };

/* What a CRL has that RFC 5280 5 forbids, though it can be read. */
enum pki_crl_odd {
    PKI_CRL_NO_NUMBER = 1u << 0,          /* 5.2.3 */
    PKI_CRL_NUMBER_CRITICAL = 1u << 1,    /* 5.2.3 */
    PKI_CRL_NUMBER_LONG = 1u << 2,        /* 5.2.3: more than 20 octets */
    PKI_CRL_NO_AKI = 1u << 3,             /* 5.2.1 */
    PKI_CRL_IDP_NOT_CRITICAL = 1u << 4,   /* 5.2.5 */
    PKI_CRL_DELTA_NOT_CRITICAL = 1u << 5, /* 5.2.4 */
    PKI_CRL_NO_NEXT = 1u << 6,            /* 5.1.2.5 */
    PKI_CRL_VERSION = 1u << 7,    /* 5.1.2.1: extensions and not of version 2, or a version that is none */
    PKI_CRL_EMPTY_LIST = 1u << 8, /* 5.1.2.6: the list of entries is there, and empty */
    PKI_CRL_SIGALG_DIFFERS = 1u << 9, /* 5.1.1.2 */
};
const char *pki_crl_odd_text(unsigned odd); /* of the lowest bit set: "has no CRL number"; NULL: none */

struct pki_crl {
    struct bytes der; /* what was given */
    struct der_log log;
    bool readable;    /* all of it was read */
    struct bytes tbs; /* with its header: what is signed */
    uint32_t version; /* 1, 2; others as written, plus 1 */
    struct pki_sigalg inner, outer;
    struct bytes signature;
    struct bytes issuer; /* Name with its header */
    int64_t this_update, next_update;
    bool has_next;
    struct bytes entries; /* contents of revokedCertificates */
    size_t n_entries;
    bool has_entry_issuers;      /* an entry has a certificateIssuer */
    bool entry_unknown_critical; /* an entry has a critical extension that is not known: RFC 5280 5.3 lets
                                    nobody use such a CRL */

    uint16_t odd;            /* enum pki_crl_odd */
    struct bytes extensions; /* contents of the list */
    bool unknown_critical;
    struct bytes number, base_number; /* INTEGER contents; p NULL: absent */
    bool is_delta;                    /* it has a deltaCRLIndicator, whose number base_number is */
    struct bytes aki_key_id;          /* p NULL: absent */

    struct bytes idp; /* issuingDistributionPoint (5.2.5) */
    bool has_idp;
    struct bytes idp_full_name;     /* contents of GeneralNames; p NULL: absent */
    struct bytes idp_relative_name; /* contents of the RDN; p NULL: absent */
    bool only_user, only_ca, only_attribute, indirect;
    bool has_reasons;
    uint16_t reasons; /* named bits; only where has_reasons */
};

/* True where everything could be read. Never fails otherwise: the log says where it broke. */
bool pki_crl_read(struct bytes der, struct pki_crl *ret);
char *pki_crl_place(struct arena *a, const struct pki_crl *c);

struct pki_crl_entry {
    struct bytes serial; /* INTEGER contents */
    int64_t revoked_at;
    int64_t invalid_since; /* only where has_invalid_since */
    bool has_invalid_since;
    uint8_t reason;           /* enum pki_reason */
    struct bytes cert_issuer; /* contents of GeneralNames; p NULL: as of the entry before */
    bool unknown_critical;
};
/* Over c->entries: start with der_of(c->entries, c->der.p, NULL). */
bool pki_crl_entry_next(struct der *r, struct pki_crl_entry *ret);
/* The entry of that serial, of that issuer of certificates (a Name; in an indirect CRL each entry has its
 * own: RFC 5280 5.3.3). */
bool pki_crl_find(const struct pki_crl *c, struct bytes issuer, struct bytes serial,
                  struct pki_crl_entry *ret);

/* Further certificates that may have signed CRLs, and who says whether one of them is trusted. */
struct pki_crl_signers {
    const struct pki_cert *const *certs;
    size_t n;
    /* A valid path leads to `signer` (never asked about the issuer itself). NULL: none is trusted. */
    bool (*trusted)(void *arg, const struct pki_cert *signer);
    void *arg;
};
/* What these CRLs together say of q->cert (RFC 5280 6.3.3): revoked where one of them says so, good where
 * they cover every reason, else the most telling of what is wrong with them. Scope, issuer, times, signature,
 * key usage and critical extensions of each are checked; a delta counts with the complete CRL that it belongs
 * to. `signers` may be NULL: the issuer alone signs. */
void pki_crl_judge(const struct pki_crl *crls, size_t n, const struct pki_rev_query *q,
                   const struct pki_crl_signers *signers, struct pki_rev_answer *ret);

#endif
