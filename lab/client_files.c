/* The client's own certificate and key, as the files that a client has. */
#include "pki.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

static bool write_pem(BIO *out, const struct lab_chain *c, EVP_PKEY *key) {
    bool ok = PEM_write_bio_X509(out, c->leaf) == 1;
    for (int i = 0; ok && i < sk_X509_num(c->others); i++)
        ok = PEM_write_bio_X509(out, sk_X509_value(c->others, i)) == 1;
    return ok && (!key || PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1);
}

static bool write_pkcs12(BIO *out, const struct lab_chain *c, EVP_PKEY *key) {
    PKCS12 *file = PKCS12_create("", "client", key, c->leaf, c->others, 0, 0, 0, 0, 0);
    bool ok = file && i2d_PKCS12_bio(out, file) == 1;
    PKCS12_free(file);
    return ok;
}

static bool write_certs(BIO *out, const struct client_spec *spec, const struct lab_chain *c, EVP_PKEY *key) {
    if (spec->files == CLIENT_FILES_PKCS12) return write_pkcs12(out, c, key);
    if (spec->files == CLIENT_FILES_DER) return i2d_X509_bio(out, c->leaf) == 1;
    return write_pem(out, c, spec->files == CLIENT_FILES_ONE ? key : NULL);
}

static bool write_key(BIO *out, const struct client_spec *spec, EVP_PKEY *key) {
    if (spec->files == CLIENT_FILES_DER) return i2d_PrivateKey_bio(out, key) == 1;
    return PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1;
}

bool lab_pki_write_client(struct lab_pki *p, const struct client_spec *spec, const char *cert_file,
                          const char *key_file) {
    const struct lab_chain *c = lab_pki_issue(p, &spec->cert);
    EVP_PKEY *key = !c ? NULL : spec->stray_key ? lab_pki_stray_key(spec->cert.key) : c->key;
    BIO *cert_out = key ? BIO_new_file(cert_file, "w") : NULL;
    BIO *key_out = cert_out && key_file ? BIO_new_file(key_file, "w") : NULL;
    bool ok = cert_out && write_certs(cert_out, spec, c, key) && (!key_file || key_out) &&
              (!key_out || write_key(key_out, spec, key));
    BIO_free(cert_out);
    BIO_free(key_out);
    if (spec->stray_key) EVP_PKEY_free(key);
    return ok;
}
