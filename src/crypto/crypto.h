/* What the engine needs of cryptography. This folder alone includes OpenSSL; nothing of it shows.
 * Every function that can fail returns false; bad input from a peer is a plain false, never a crash. Nothing
 * here keeps state between calls but the objects it gives out. */
#ifndef TW_CRYPTO_CRYPTO_H
#define TW_CRYPTO_CRYPTO_H

#include "base/arena.h"
#include "base/bytes.h"
#include "wire/iana.h"

enum hash_alg { HASH_MD5_SHA1, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_MD5 };
enum { HASH_MAX = 64, CRYPTO_KEY_MAX = 32, CRYPTO_SHARE_MAX = 2048 };
size_t hash_size(enum hash_alg alg); /* MD5+SHA-1: 36 */

/* Running hash over the handshake; hash_now() gives the value so far and lets it run on. */
struct hash;
struct hash *hash_new(enum hash_alg alg);
void hash_free(struct hash *h);
void hash_add(struct hash *h, struct bytes b);
size_t hash_now(const struct hash *h, uint8_t out[HASH_MAX]);
size_t hash_once(enum hash_alg alg, struct bytes b, uint8_t out[HASH_MAX]);
bool hmac(enum hash_alg alg, struct bytes key, struct bytes data, uint8_t out[HASH_MAX]);

/* RFC 5869, RFC 8446 7.1. `label` without "tls13 ". */
bool hkdf_extract(enum hash_alg alg, struct bytes salt, struct bytes ikm, uint8_t out[HASH_MAX]);
bool hkdf_expand_label(enum hash_alg alg, struct bytes secret, const char *label, struct bytes context,
                       uint8_t *out, size_t n);
/* PRF of TLS 1.0 and 1.1 (alg HASH_MD5_SHA1) and 1.2. */
bool tls_prf(enum hash_alg alg, struct bytes secret, const char *label, struct bytes seed, uint8_t *out,
             size_t n);

/* Ephemeral keys. A key made once may serve many hellos of one diagnosis where nothing secret is sent. */
struct kx;
/* X25519MLKEM768: a real X25519 part and a random, well-formed encapsulation key (every coefficient below q,
 * FIPS 203 7.2); such a key cannot be completed. GREASE: one byte 0. NULL if the group is unknown. */
struct kx *kx_new(uint16_t group);
/* For DHE with the server's own parameters (RFC 5246 7.4.3). */
struct kx *kx_new_dh(struct bytes p, struct bytes g);
/* A key pair with a given private key (X25519, X448, NIST curves): for published traces. */
struct kx *kx_from_private(uint16_t group, struct bytes priv);
void kx_free(struct kx *k);
struct bytes kx_public(const struct kx *k); /* lives as long as k */
/* The shared secret as TLS wants it: leading zeros stripped for DHE before 1.3 (`strip`). */
bool kx_derive(const struct kx *k, struct bytes peer, bool strip, uint8_t out[CRYPTO_SHARE_MAX],
               size_t *ret_n);

/* A public key out of a certificate (DER). NULL where OpenSSL cannot read it. */
struct pubkey;
enum key_type { KEY_OTHER, KEY_RSA, KEY_RSA_PSS, KEY_EC, KEY_ED25519, KEY_ED448, KEY_DSA };
struct pubkey *pubkey_from_cert(struct bytes der);
void pubkey_free(struct pubkey *k);
enum key_type pubkey_type(const struct pubkey *k);
unsigned pubkey_bits(const struct pubkey *k);
uint16_t pubkey_group(const struct pubkey *k); /* of an EC key; 0 if unnamed */
bool pubkey_verify(const struct pubkey *k, uint16_t sigscheme, struct bytes data, struct bytes signature);
/* Of a signature that does not verify: with RSA the padding shows whether this key made it, over other data.
 */
bool pubkey_made(const struct pubkey *k, uint16_t sigscheme, struct bytes signature);
/* With ECDSA over this curve the keys that would have made such a signature over `data` can be computed (SEC
 * 1 4.1.6): their number, as points. */
enum { SIGNERS_MAX = 2 };
struct signer {
    uint8_t p[CRYPTO_SHARE_MAX];
    size_t n;
};
size_t ecdsa_signers(const struct pubkey *curve_of, uint16_t sigscheme, struct bytes data,
                     struct bytes signature, struct signer ret[SIGNERS_MAX]);
/* RSA key exchange: PKCS #1 v1.5. */
bool pubkey_encrypt(const struct pubkey *k, struct bytes plain, struct arena *a, struct bytes *ret);

/* Record protection. One object a direction. */
struct seal;
struct seal_params {
    enum suite_cipher cipher;
    enum suite_mac mac;
    uint16_t version;
    bool encrypt_then_mac; /* RFC 7366 */
    struct bytes key, iv,
        mac_key; /* iv: the fixed part for AEAD of 1.2, the whole for 1.3 and for CBC of 1.0 */
};
size_t seal_key_size(enum suite_cipher c);
size_t seal_iv_size(enum suite_cipher c, uint16_t version); /* fixed IV taken from the key block */
size_t seal_mac_size(enum suite_mac m);
struct seal *seal_new(const struct seal_params *p);
void seal_free(struct seal *s);
/* Protects one fragment; writes the record's body (explicit nonce or IV, ciphertext, tag or MAC) for sequence
 * number s++. For TLS 1.3 the inner type is appended and `type` is what the record carries inside. False if
 * room lacks. */
bool seal_write(struct seal *s, uint8_t type, struct bytes plain, uint8_t *out, size_t cap, size_t *ret_n);
/* Opens one record's body. *type is in: the outer type, out: the inner one (1.3). False: it does not verify.
 */
bool seal_read(struct seal *s, uint8_t *type, uint16_t record_version, struct bytes body, uint8_t *out,
               size_t cap, size_t *ret_n);
/* The record read last, once more, as it may have been. */
bool seal_read_again(struct seal *s, uint8_t *type, uint16_t record_version, struct bytes body, uint8_t *out,
                     size_t cap, size_t *ret_n);

/* The system's random numbers. */
void crypto_random(uint8_t *out, size_t n);

#endif
