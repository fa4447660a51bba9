/* Certificates as OpenSSL reads them, for what a report says of each; and trust anchors. Paths are judged in
 * the room pki. */
#ifndef TW_CRYPTO_X509_H
#define TW_CRYPTO_X509_H

#include "crypto/crypto.h"

struct cert_info {
    bool parsed;
    struct bytes der;
    char *subject, *issuer; /* one line, escaped */
    struct bytes subject_der, issuer_der;
    char *serial; /* hex */
    int64_t not_before, not_after;
    char **dns; /* dNSNames, escaped */
    size_t n_dns;
    char **ip; /* iPAddresses as text */
    size_t n_ip;
    char *cn;                   /* the subject's last common name; NULL */
    char *issuer_o, *issuer_cn; /* the issuer's organisation and common name; NULL */
    bool has_san;
    bool is_ca;
    bool self_issued; /* subject and issuer are the same name */
    bool self_signed; /* … and its own key verifies it */
    bool has_scts;    /* embedded SCTs: it was logged, so its issuer is a public CA (RFC 6962 3.3) */
    char *key;        /* "RSA 2048", "EC P-256", "Ed25519" */
    enum key_type key_type;
    unsigned key_bits;
    char *signature; /* "ecdsa-with-SHA256" */
    uint8_t sha256[32];
    char **aia; /* http URLs of caIssuers (RFC 5280 4.2.2.1) */
    size_t n_aia;
};
/* False (and parsed false) where OpenSSL cannot read it; der and sha256 are filled all the same. */
bool cert_info_read(struct arena *a, struct bytes der, struct cert_info *ret);
/* DER of a certificate that may come as DER, PEM, or a certs-only PKCS #7 bundle (RFC 5280 4.2.2.1): up to
 * `max` of them. */
size_t certs_from_bytes(struct arena *a, struct bytes in, struct bytes *ret, size_t max);
/* RFC 7468. */
char *cert_pem(struct arena *a, struct bytes der);
/* Trust anchors. The system's are looked up by name when they are needed, not read all. */
struct trust;
struct trust *trust_new(void);
/* What OpenSSL reads by default. `file`, `dirs`: in the place of its file and of its folder, as SSL_CERT_FILE
 * and SSL_CERT_DIR are; NULL: the system's. What cannot be read adds nothing. */
struct trust *trust_new_system(const char *file, const char *dirs);
const char *
trust_system_bundle(size_t i);       /* where systems have all their roots in one file; NULL past the end */
const char *trust_openssl_dir(void); /* OPENSSLDIR: where openssl.cnf is */
/* PEM bundle; false: none in it (errno 0), or unreadable (errno). */
bool trust_load_file(struct trust *t, const char *path);
bool trust_load_dir(struct trust *t, const char *path);
void trust_free(struct trust *t);
/* The anchors with this subject. */
bool trust_has_subject(const struct trust *t, struct bytes subject_der);
/* The anchors with this subject, as DER in the arena: their number. */
size_t trust_find(const struct trust *t, struct arena *a, struct bytes subject_der, struct bytes **ret);
bool trust_has_cert(const struct trust *t, struct bytes der);
bool trust_is_system(const struct trust *t);
bool trust_is_empty(const struct trust *t);
/* All of them, as DER in the arena: their number. */
size_t trust_list(const struct trust *t, struct arena *a, struct bytes **ret);
/* The name of its issuer says that it is an intermediate CA. */
bool issuer_sounds_below(const struct cert_info *issued);
/* Its issuer is likely a CA of those who have this name: the organisation where both say one, else a word of
 * the common name. Weak evidence. */
bool issuer_is_kin(const struct cert_info *issued, const char *o, const char *cn);
/* Nothing but names to go by: the issuer of this certificate is likely a CA below one of these anchors, and
 * not another root. Never of the system's store, whose CAs are everybody's. */
bool trust_expects_issuer(const struct trust *t, const struct cert_info *issued);

#endif
