/* Files as people have them: PEM with whatever stands around and between the blocks, DER, PKCS #7, PKCS #12,
 * keys in any encoding. What is in them, in the order of the file. Nothing is judged here. */
#ifndef TW_CRYPTO_BUNDLE_H
#define TW_CRYPTO_BUNDLE_H

#include "crypto/crypto.h"

enum bundle_format {
    BUNDLE_NONE, /* nothing that could be read: `problem` says what it is, or that it cannot be told */
    BUNDLE_PEM,
    BUNDLE_DER,
    BUNDLE_PKCS7,
    BUNDLE_PKCS12,
};
const char *bundle_format_name(enum bundle_format f); /* "PKCS #12" */

enum bundle_kind {
    BUNDLE_CERT,
    BUNDLE_KEY,     /* private */
    BUNDLE_REQUEST, /* PKCS #10 */
    BUNDLE_CRL,
    BUNDLE_OTHER, /* parameters, public keys, what nobody knows */
};
enum bundle_trouble {
    BUNDLE_LOCKED = 1u << 0, /* a key under a passphrase that is not the one given */
    BUNDLE_BROKEN = 1u << 1, /* a key, or base64, that cannot be read */
    BUNDLE_GLUED = 1u << 2,  /* its BEGIN or END line has more on it than RFC 7468 3 allows: OpenSSL's reader,
                                and  whoever uses it, stops there */
    BUNDLE_UNENDED = 1u << 3, /* there is no END line */
};
struct bundle_item {
    enum bundle_kind kind;
    unsigned trouble;
    struct bytes der;  /* the certificate; of a key the SubjectPublicKeyInfo of its public half, empty if it
                          cannot  be read */
    const char *label; /* of a PEM block, escaped; NULL: none */
    size_t line;       /* of the file, where its block begins; 0: no text */
};
struct bundle {
    enum bundle_format format;
    struct bundle_item *items;
    size_t n, room;
    bool wrong_password; /* PKCS #12: nothing in it can be read with the one given */
    bool too_costly;     /* a password in it asks for more rounds than are tried (pbe.h) */
    bool old_encryption; /* PKCS #12: under RC2, which OpenSSL 3 reads only with its legacy provider */
    bool bom, utf16;     /* what editors of Windows put in front of text: OpenSSL reads none of it */
    const char *problem; /* static; of BUNDLE_NONE */
};
/* `password`: of PKCS #12 and of keys; "" where there is none. Certificates may be malformed: whoever reads
 * them will see. Everything lies in the arena or in `file`. */
void bundle_read(struct arena *a, struct bytes file, const char *password, struct bundle *ret);
/* The same, and the private keys themselves, as far as there is room: to be freed by privkey_free()
 * (crypto/identity.h). What is decoded of them lies in the arena, which the caller wipes. */
enum { BUNDLE_MAX_KEYS = 8 };
struct privkey;
struct bundle_keys {
    struct privkey *key[BUNDLE_MAX_KEYS];
    size_t n;
};
void bundle_read_keys(struct arena *a, struct bytes file, const char *password, struct bundle *ret,
                      struct bundle_keys *keys);
/* Two SubjectPublicKeyInfos are the same key, in whatever encoding of its point or parameters. */
bool bundle_same_key(struct bytes spki_a, struct bytes spki_b);

#endif
