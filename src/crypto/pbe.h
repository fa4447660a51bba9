/* Inside of crypto: what a password costs to try. Not for other rooms. */
#ifndef TW_CRYPTO_PBE_H
#define TW_CRYPTO_PBE_H

#include "crypto/crypto.h"

#include <openssl/x509.h>

/* Of all passwords of one file together: a second or two. OpenSSL's default is 2,048 rounds, and OWASP's
 * highest advice 1,300,000; a file of PKCS #12 has three of them (MAC, certificates, key). */
enum { PBE_MAX_ROUNDS = 5 * 1000 * 1000 };
struct pbe_budget {
    uint64_t rounds; /* spent */
    bool exceeded;
};
/* Takes what this scheme asks for out of the budget. False: it asks for more than is left, or for an amount
 * that cannot be told. */
bool pbe_afford(struct pbe_budget *b, const X509_ALGOR *scheme);
bool pbe_afford_rounds(struct pbe_budget *b, const ASN1_INTEGER *rounds);
/* The same of an EncryptedPrivateKeyInfo (RFC 5958 3); true of anything else. */
bool pbe_afford_key(struct pbe_budget *b, struct bytes der);

#endif
