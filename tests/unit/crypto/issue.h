/* Certificates made at test time by libcrypto: what is read and judged in these tests. */
#ifndef TW_TESTS_CRYPTO_ISSUE_H
#define TW_TESTS_CRYPTO_ISSUE_H

#include "crypto_test.h"

#include "crypto/x509.h"

#include <openssl/evp.h>

enum { NOW = 1769817600 }; /* 2026-01-31T00:00:00Z */
#define DAY ((int64_t)86400)

/* `type`: RSA, RSA-PSS, EC, ED25519, ED448, DSA; `group`: of EC; `bits`: of the others. */
EVP_PKEY *make_key(const char *type, const char *group, size_t bits);

struct spec {
    const char *cn;               /* NULL: an empty subject */
    const char *o;                /* organisation; NULL none */
    int64_t from, to;             /* 0: a year around NOW */
    const char *extensions[8][2]; /* name and value as in openssl.cnf */
    const char *digest;           /* NULL: SHA256, or none where the key has its own */
};
struct issued {
    struct bytes der;
    EVP_PKEY *key; /* the caller's */
};
/* Signed by `issuer` (NULL: by itself). */
struct bytes issue(struct arena *a, const struct spec *s, EVP_PKEY *key, struct bytes issuer,
                   EVP_PKEY *issuer_key);

#endif
