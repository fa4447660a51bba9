/* Certificates made at test time by libcrypto, for the reader, names, hosts and constraints. */
#ifndef TW_TESTS_PKI_TEST_H
#define TW_TESTS_PKI_TEST_H

#include "../crypto/issue.h"

#include "pki/name.h"

/* An extension: name and value as in openssl.cnf. */
struct ext_pair {
    const char *name, *value;
};
/* A self-signed certificate with these extensions, ended by a NULL name. */
struct bytes make_cert(struct arena *a, const char *cn, const struct ext_pair *extensions);
/* "CN=a/O=b+OU=c" as a Name; the type of each value after a colon: "CN:BMP=a". Types: UTF8 (default),
 * PRINTABLE, IA5, T61, BMP, UNIVERSAL. */
struct bytes make_name(struct arena *a, const char *line);

#endif
