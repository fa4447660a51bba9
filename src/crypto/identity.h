/* What a client shows of itself in mutual TLS: its certificate with the issuers above it, and the private
 * key. The key never leaves this room: others hand in bytes and get a signature. */
#ifndef TW_CRYPTO_IDENTITY_H
#define TW_CRYPTO_IDENTITY_H

#include "crypto/bundle.h"

struct privkey;
/* Wipes it. Accepts NULL. */
void privkey_free(struct privkey *k);
enum key_type privkey_type(const struct privkey *k);
uint16_t privkey_group(const struct privkey *k); /* of an EC key; 0 if unnamed */
unsigned privkey_bits(const struct privkey *k);
/* A key of this type and size can make such signatures: an RSA key must have room for them. */
bool privkey_can(const struct privkey *k, uint16_t sigscheme);
/* False: it cannot. The signature lies in the arena. */
bool privkey_sign(const struct privkey *k, uint16_t sigscheme, struct bytes data, struct arena *a,
                  struct bytes *ret);
/* The key belongs to this SubjectPublicKeyInfo. */
bool privkey_is_of(const struct privkey *k, struct bytes spki);

enum { IDENTITY_MAX_CHAIN = 16 };
struct identity {
    struct bytes chain[IDENTITY_MAX_CHAIN]; /* DER, the client's own first, as they are sent */
    size_t n;
    struct privkey *key;
    bool fits;     /* the key is that of chain[0] */
    size_t key_of; /* where it is not: the place in the file (from 1) of the certificate that it belongs to; 0
                      none */
    bool same_files; /* key and certificate came out of one file */
};
/* A file as it was read, and the passphrase for it ("" none). `name` is for messages. */
struct identity_file {
    const char *name;
    struct bytes body;
    const char *password;
};
/* `key` NULL: it is in the file of the certificate. NULL, or one line that says what cannot be read; then
 * nothing is to be freed. Certificates lie in the arena; no byte of a key does. */
const char *identity_read(struct arena *a, const struct identity_file *cert, const struct identity_file *key,
                          struct identity *ret);
/* The key alone: the rest is the arena's. */
void identity_free(struct identity *i);

#endif
