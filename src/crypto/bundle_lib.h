/* Inside of crypto: the parts of a bundle for which libcrypto's own readers are asked. Not for other rooms.
 */
#ifndef TW_CRYPTO_BUNDLE_LIB_H
#define TW_CRYPTO_BUNDLE_LIB_H

#include "crypto/bundle.h"
#include "crypto/pbe.h"

struct bundle_reader {
    struct arena *a;
    const char *password;
    struct bundle *out;
    struct bundle_keys *keys; /* NULL: nobody wants them */
    struct pbe_budget budget;
};
/* Zeroed but for kind and der. */
struct bundle_item *bundle_add(struct bundle_reader *r, enum bundle_kind kind, struct bytes der);

/* A private key, DER or one PEM block. False: it is none, or its passphrase is another. */
bool bundle_key(struct bundle_reader *r, struct bytes in, struct bytes *ret_spki);
/* False: it is not that. */
bool bundle_pkcs7(struct bundle_reader *r, struct bytes der);
bool bundle_pkcs12(struct bundle_reader *r, struct bytes der);
bool bundle_is_request(struct bytes der);
bool bundle_is_crl(struct bytes der);
/* The first element of DER with its header; all of it where that cannot be told. */
struct bytes bundle_element(struct bytes der);

#endif
