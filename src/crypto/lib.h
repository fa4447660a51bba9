/* Inside of crypto: OpenSSL's library context and algorithms, fetched once. Not for other rooms. */
#ifndef TW_CRYPTO_LIB_H
#define TW_CRYPTO_LIB_H

#include "crypto/crypto.h"

#include <openssl/evp.h>

/* A context of our own, without openssl.cnf: the machine's policy must not restrict what a prober can do. */
OSSL_LIB_CTX *lib_ctx(void);
const EVP_MD *lib_md(enum hash_alg alg);
const EVP_MD *lib_md_by_name(const char *name); /* "SHA256"; NULL if unknown */
EVP_PKEY *pubkey_lib(const struct pubkey *k);
const EVP_CIPHER *lib_cipher(enum suite_cipher c);

#endif
