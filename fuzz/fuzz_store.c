/* Stores of certificates: PEM, DER, PKCS #12, JKS, the database of NSS. */
#include "local/store.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a;
    struct store_content s;
    arena_init(&a);
    store_read(&a, bytes_of(data, size), &s);
    if (!s.format || s.n > STORE_MAX_CERTS) abort();
    for (size_t i = 0; i < s.n; i++)
        if (!s.certs[i].der.n || !s.certs[i].subject.n) abort();
    arena_done(&a);
    return 0;
}
