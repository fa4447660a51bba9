/* PEM bundles (RFC 7468), read in one pass: text around the blocks is passed over, whitespace inside too. */
#ifndef TW_PKI_PEM_H
#define TW_PKI_PEM_H

#include "base/arena.h"

enum pki_pem_kind { PKI_PEM_CERT, PKI_PEM_CRL, PKI_PEM_OTHER };
struct pki_pem {
    struct bytes left;
    size_t n;    /* blocks so far */
    bool failed; /* the block that begins at n is not ended, or is no base64 */
};
static inline struct pki_pem pki_pem_of(struct bytes text) {
    return (struct pki_pem){text, 0, false};
}
/* The next block's contents, in the arena. False: the end, or `failed`. */
bool pki_pem_next(struct pki_pem *r, struct arena *a, enum pki_pem_kind *kind, struct bytes *ret);

#endif
