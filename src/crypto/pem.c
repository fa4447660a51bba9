#include "base/text.h"
#include "crypto/x509.h"

#include <openssl/evp.h>

/* RFC 7468 2: base64 in lines of 64 characters between two labels. */
char *cert_pem(struct arena *a, struct bytes der) {
    enum { LINE = 48 }; /* bytes that fill 64 characters */
    struct text t;
    text_init(&t, a);
    text_add(&t, "-----BEGIN CERTIFICATE-----\n");
    for (size_t off = 0; off < der.n; off += LINE) {
        struct bytes part = bytes_cut(der, off, LINE);
        unsigned char line[LINE / 3 * 4 + 1];
        int n = EVP_EncodeBlock(line, part.p, (int)part.n);
        text_add_n(&t, (const char *)line, (size_t)n);
        text_add(&t, "\n");
    }
    text_add(&t, "-----END CERTIFICATE-----\n");
    return t.s;
}
