/* The lab's own certificate authorities, made at start: nothing here outlives the process. */
#ifndef TW_LAB_PKI_H
#define TW_LAB_PKI_H

#include "base/arena.h"
#include "case.h"

#include <openssl/x509.h>

struct lab_chain {
    EVP_PKEY *key;
    X509 *leaf;
    STACK_OF(X509) * others; /* what is sent after the leaf, in order */
};

struct lab_pki;
/* Certificates and their keys are made when first asked for. `aia_port`: where lab_pki_issuer_der() is
 * served over HTTP. */
struct lab_pki *lab_pki_new(int64_t now, uint16_t aia_port);
void lab_pki_free(struct lab_pki *p);
/* Borrowed; equal specs give the same chain. NULL: OpenSSL could not. */
const struct lab_chain *lab_pki_issue(struct lab_pki *p, const struct cert_spec *spec);
/* Writes the roots that a client of the lab should trust, as PEM; false if the file cannot be written. */
bool lab_pki_write_roots(struct lab_pki *p, const char *file);
/* The same of every root that a root program has, and of the company's. */
bool lab_pki_write_public(struct lab_pki *p, const char *file);
bool lab_pki_write_other(struct lab_pki *p, const char *file);
/* A root program as `tlswhy roots` keeps it: whole, or (apple) without the newest root and without a date. */
bool lab_pki_write_program(struct lab_pki *p, const char *file, bool whole);
EVP_PKEY *lab_pki_stray_key(enum key_kind kind); /* of no certificate: the caller's */
/* client_files.c: the client's files, with their keys; `key_file` NULL: there is no second. */
bool lab_pki_write_client(struct lab_pki *p, const struct client_spec *spec, const char *cert_file,
                          const char *key_file);
/* What a server trusts of clients: its store, and the names that it tells them (`names` may be NULL). */
bool lab_pki_client_roots(struct lab_pki *p, enum client_trust trust, X509_STORE *store,
                          STACK_OF(X509_NAME) * names);
struct lab_ca {
    X509 *cert;
    EVP_PKEY *key;
};
/* Made when first asked for; borrowed. */
bool lab_pki_ca(struct lab_pki *p, unsigned id, struct lab_ca *ret);
unsigned lab_pki_issuer_of(const struct cert_spec *spec);
unsigned lab_pki_stranger(void); /* an authority that issues nothing of the kind */
int64_t lab_pki_now(const struct lab_pki *p);
/* The i-th certificate that was issued; NULL: there are no more. */
const struct lab_chain *lab_pki_nth(struct lab_pki *p, size_t i, const struct cert_spec **ret_spec);

/* The i-th CA that was made and is revoked, and who says so; NULL: there are no more. */
X509 *lab_pki_revoked_ca(struct lab_pki *p, size_t i, unsigned *ret_issuer);

/* revocation.c: the OCSP response that goes with a certificate, and what lies behind the path of an OCSP or
 * CRL URL (DER, to be freed by OPENSSL_free); 0 if there is none. `body`: of a POST. */
int lab_staple(struct lab_pki *p, const struct cert_spec *spec, unsigned char **ret);
int lab_revocation_der(struct lab_pki *p, const char *path, struct bytes body, unsigned char **ret);
enum lab_said_by {
    LAB_SAID_OCSP,
    LAB_SAID_POST,
    LAB_SAID_CRL
}; /* POST: a responder that takes nothing else */
const char *lab_revocation_path(struct arena *a, enum lab_said_by by, enum said said, unsigned ca);

/* The certificate behind the path of an AIA URL (DER, to be freed by OPENSSL_free); 0 if there is none. */
int lab_pki_issuer_der(struct lab_pki *p, const char *path, unsigned char **ret);

#endif
