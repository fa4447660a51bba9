/* A TLS connection of libcurl's that asks somebody for the time: its certificate is verified as ever, but for
 * the dates, for which the time would have to be known. */
#ifndef TW_CRYPTO_TLS_DATES_H
#define TW_CRYPTO_TLS_DATES_H

#include "crypto/x509.h"

struct tls_dates {
    const struct trust *more; /* anchors from files, beside the system's */
    bool verified;
    int64_t from,
        until; /* when all certificates of the chain are valid: the time that is told lies in there */
};
/* `ssl_ctx` is an SSL_CTX of this process's OpenSSL, `dates` a struct tls_dates that outlives it. */
void tls_ignore_dates(void *dates, void *ssl_ctx);

#endif
