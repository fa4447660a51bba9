/* Inside of crypto: private keys as OpenSSL has them. Not for other rooms. */
#ifndef TW_CRYPTO_PRIVKEY_LIB_H
#define TW_CRYPTO_PRIVKEY_LIB_H

#include "crypto/identity.h"
#include "crypto/lib.h"

enum key_type key_type_of(const EVP_PKEY *key);
/* Whether a key of this type makes such signatures. */
bool key_type_fits(enum key_type type, const struct sigscheme *s);
bool sig_is_pss(enum sig_kind kind);

/* Takes a reference of the key. */
struct privkey *privkey_of(EVP_PKEY *key);

#endif
