/* The signature of a certificate, a CRL or an OCSP answer, over bytes that lie in place: no certificate
 * object is made. */
#ifndef TW_CRYPTO_CERT_SIG_H
#define TW_CRYPTO_CERT_SIG_H

#include "crypto/crypto.h"

enum cert_sig {
    CERT_SIG_NO,      /* it does not verify, or the key is of another type or unreadable */
    CERT_SIG_YES,     /* it does */
    CERT_SIG_UNKNOWN, /* the algorithm, or its parameters, are not known here */
};
/* `spki`: SubjectPublicKeyInfo; `algorithm`: the AlgorithmIdentifier; both the SEQUENCE with its header.
 * `data`: what is signed. RSASSA-PSS by its parameters (RFC 4055 3.1). */
enum cert_sig cert_sig_verify(struct bytes spki, struct bytes algorithm, struct bytes data,
                              struct bytes signature);

#endif
