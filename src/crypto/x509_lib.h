/* Inside of crypto: OpenSSL's certificate objects. Not for other rooms. */
#ifndef TW_CRYPTO_X509_LIB_H
#define TW_CRYPTO_X509_LIB_H

#include "crypto/lib.h"
#include "crypto/x509.h"

#include <openssl/x509v3.h>

X509 *x509_from_der(struct bytes der); /* NULL if it cannot be read, or bytes follow */
struct bytes x509_to_der(struct arena *a, X509 *cert);
struct pubkey *pubkey_from_x509(X509 *cert); /* NULL if its key cannot be read */
/* The anchors that were loaded from files, until `stop` is true; of equal names one after the other, one. */
void trust_each(const struct trust *t, bool (*stop)(void *arg, struct bytes anchor), void *arg);

#endif
