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
/* A public key whose parts were read already. Making a key of its parts costs half of what libcrypto's
 * decoders take, and a process that judges one chain need not set these up at all. */
struct cert_sig_key {
    struct bytes spki; /* SubjectPublicKeyInfo: for what has no parts below */
    enum key_type type;
    uint16_t group;            /* of EC: GROUP_… of wire/iana.h; 0: another, or written out */
    struct bytes bits;         /* subjectPublicKey without the count of unused bits */
    struct bytes rsa_n, rsa_e; /* INTEGER contents, positive */
};
enum cert_sig cert_sig_verify_key(const struct cert_sig_key *key, struct bytes algorithm, struct bytes data,
                                  struct bytes signature);
/* The same for a key as it is encoded. `spki`: SubjectPublicKeyInfo; `algorithm`: the AlgorithmIdentifier;
 * both the SEQUENCE with its header. `data`: what is signed. RSASSA-PSS by its parameters (RFC 4055 3.1). */
enum cert_sig cert_sig_verify(struct bytes spki, struct bytes algorithm, struct bytes data,
                              struct bytes signature);

#endif
