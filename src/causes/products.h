/* Products that stand between and make certificates of their own, by the names of their CAs. Anybody may use
 * such a name, and the box itself has a certificate of its CA: a name is a hint which product it is, and
 * never the proof that one is there. */
#ifndef TW_CAUSES_PRODUCTS_H
#define TW_CAUSES_PRODUCTS_H

#include "crypto/x509.h"

enum product_kind {
    PRODUCT_GATEWAY,   /* on the way: firewall, web proxy, filter, VPN service; and whatever is not known */
    PRODUCT_ANTIVIRUS, /* on this machine: virus scanner, ad blocker, parental control */
    PRODUCT_DEBUGGER,  /* on this machine, by a developer's hand */
    PRODUCT_LOCAL_CA,  /* not in between: a server's or a developer's own CA, some of which make certificates
                          on  demand */
};
struct product {
    const char *name; /* for people */
    enum product_kind kind;
    const char *in_issuer; /* part of the issuer's organisation or common name */
};
/* The product by whose CA this certificate claims to be issued; NULL: none that is known. */
const struct product *product_of_issuer(const struct cert_info *issued);

#endif
