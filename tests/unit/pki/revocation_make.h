/* OCSP responses and CRLs made at test time by libcrypto. */
#ifndef TW_TESTS_REVOCATION_MAKE_H
#define TW_TESTS_REVOCATION_MAKE_H

#include "pki_test.h"

#include "pki/crl.h"
#include "pki/ocsp.h"

/* One CA, what it has issued, and what others have. */
struct party {
    struct bytes der;
    EVP_PKEY *key;
    struct pki_cert cert;
};
enum who {
    NOBODY,
    CA, /* signs everything */
    LEAF,
    SECOND_LEAF,
    RESPONDER,   /* delegated, with ocsp-nocheck */
    NO_EKU,      /* by the CA, and not for OCSP */
    LATE,        /* delegated, and expired */
    FOREIGN,     /* for OCSP, by a CA of the same name with another key */
    FOREIGN_CA,  /* that one */
    NO_CRL_SIGN, /* a CA of the CA's name and key whose key usage lacks cRLSign */
    CRL_ISSUER,  /* another name, by the CA, may sign CRLs */
    SUB_CA,      /* by the CA */
    WHO__COUNT,
};
const struct party *party(struct arena *a, enum who who);

struct answer {
    enum who signer;
    int status;                   /* V_OCSP_CERTSTATUS_… */
    int reason;                   /* -1: none */
    int64_t revoked_at, from, to; /* to 0: no nextUpdate; all three 0: fresh */
    bool by_key, no_certs, sha256, other_issuer;
    enum who about;        /* 0: the leaf */
    const char *extension; /* OID of a critical one of the response */
};
struct bytes make_ocsp(struct arena *a, const struct answer *s);
struct bytes make_ocsp_error(struct arena *a, int status);

/* A CRL: entries, then extensions as in openssl.cnf, both ended by zeros. */
struct crl_line {
    enum who who;
    int reason;  /* -1: none */
    enum who by; /* certificateIssuer; 0: none */
};
struct crl_make {
    enum who signer;
    int64_t from, to; /* both 0: fresh; to -1: none */
    struct crl_line lines[8];
    const char *extensions[8][2];
    long number, base; /* 0: none */
    const char *digest;
};
struct bytes make_crl(struct arena *a, const struct crl_make *s);

#endif
