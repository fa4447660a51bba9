/* The lab's own certificate authorities, made at start: nothing here outlives the process. */
#ifndef TW_LAB_PKI_H
#define TW_LAB_PKI_H

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
/* The certificate behind the path of an AIA URL (DER, to be freed by OPENSSL_free); 0 if there is none. */
int lab_pki_issuer_der(struct lab_pki *p, const char *path, unsigned char **ret);

#endif
