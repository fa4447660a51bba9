/* Inside of crypto: one direction's record protection. Not for other rooms. */
#ifndef TW_CRYPTO_SEAL_H
#define TW_CRYPTO_SEAL_H

#include "base/wr.h"
#include "crypto/lib.h"

enum { SEAL_NONCE = 12, SEAL_BLOCK_MAX = 16, SEAL_INNER_MAX = 16384 + 256 };

struct seal {
    struct seal_params params; /* its bytes are those below */
    const EVP_CIPHER *evp;
    EVP_CIPHER_CTX *ctx;
    uint64_t sequence;
    uint8_t key[CRYPTO_KEY_MAX], iv[SEAL_BLOCK_MAX], mac_key[HASH_MAX];
    size_t iv_n;
};

bool seal_is_aead(enum suite_cipher c);
size_t seal_block_size(enum suite_cipher c);
bool aead_write(struct seal *s, uint8_t type, struct bytes plain, uint8_t *out, size_t cap, size_t *ret_n);
bool aead_read(struct seal *s, uint8_t *type, uint16_t record_version, struct bytes body, uint8_t *out,
               size_t cap, size_t *ret_n);
bool cbc_write(struct seal *s, uint8_t type, struct bytes plain, uint8_t *out, size_t cap, size_t *ret_n);
bool cbc_read(struct seal *s, uint8_t type, uint16_t record_version, struct bytes body, uint8_t *out,
              size_t cap, size_t *ret_n);

#endif
