/* Stores of certificates in every form that programs here keep them: PEM, DER, PKCS #12, Java's JKS, the
 * SQLite database of NSS. Bytes in, certificates out: no I/O. */
#ifndef TW_LOCAL_STORE_H
#define TW_LOCAL_STORE_H

#include "base/text.h"

enum { STORE_MAX_FILE = 32 << 20, STORE_MAX_CERTS = 16384 };
struct store_cert {
    struct bytes der;
    struct bytes subject; /* DER; borrowed from `der` */
    const char *label;    /* its name in the store, escaped; NULL: it has none */
    int64_t not_after;
};
struct store_content {
    const char *format;  /* "PEM", "JKS" … */
    const char *problem; /* static: why nothing is in it; NULL: something is, or it is well and empty */
    struct store_cert *certs;
    size_t n, room;
    bool full; /* there are more than STORE_MAX_CERTS */
};
void store_read(struct arena *a, struct bytes file, struct store_content *ret);
/* Adds what can be read as a certificate; what cannot is left out. `label` may be NULL. */
void store_add(struct arena *a, struct store_content *s, struct bytes der, const char *label);

/* sqlite.c: the certificates of cert9.db (NSS, sdb.c: table nssPublic, a column an attribute of PKCS #11). */
bool store_is_sqlite(struct bytes file);
void store_read_sqlite(struct arena *a, struct bytes file, struct store_content *ret);

#endif
