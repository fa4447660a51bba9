/* What the files of the certificate reader share. */
#ifndef TW_PKI_CERT_INTERNAL_H
#define TW_PKI_CERT_INTERNAL_H

#include "pki/name.h"

enum { PKI_MAX_EXTENSIONS = 512, PKI_MAX_POLICIES = 512 };

static inline void pki_add_fact(struct pki_cert *c, enum pki_fact f) {
    c->facts[f / 64] |= UINT64_C(1) << (f % 64);
}
static inline void pki_add_fact_if(struct pki_cert *c, bool holds, enum pki_fact f) {
    if (holds) pki_add_fact(c, f);
}

/* The list of extensions, each known one read into its fields. False: the list itself is broken. */
bool pki_extensions_read(struct pki_cert *c, struct der *r);
/* One known extension's value. */
void pki_ext_value_read(struct pki_cert *c, enum pki_ext e, struct der *r);
/* What follows from several fields together. */
void pki_facts_judge(struct pki_cert *c);

/* A dNSName as RFC 1034 and RFC 1123 write it; "_" is let through, and a wildcard label where `star`. */
bool pki_dns_plausible(struct bytes name, bool star);

/* A value of one of the string types as UTF-8, at most `cap` bytes (whole characters); bytes that are no
 * UTF-8 stay as they are. False: not a string. */
bool pki_string_utf8(uint8_t tag, struct bytes value, uint8_t *out, size_t cap, size_t *ret_n);
/* The last attribute of that type. */
bool pki_name_find(struct bytes name, enum pki_attr_type type, struct pki_attr *ret);
/* An address literal as 4 or 16 bytes; 0: none. */
size_t pki_ip_read(struct bytes text, uint8_t out[16]);

#endif
