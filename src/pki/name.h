/* Names: comparison (RFC 5280 7), text, host names (RFC 9525), name constraints (RFC 5280 4.2.1.10).
 *
 * A Name is given as its DER, the SEQUENCE with its header. */
#ifndef TW_PKI_NAME_H
#define TW_PKI_NAME_H

#include "pki/cert.h"

/* Over the attributes of a Name, in the order of the encoding. `first`: begins a new RDN. */
struct pki_attr {
    struct bytes oid;
    uint8_t tag;          /* of the value */
    struct bytes value;   /* its contents */
    struct bytes element; /* with its header */
    bool first;
};
struct pki_attrs {
    struct der rdns, rdn;
};
struct pki_attrs pki_attrs_of(struct bytes name);
bool pki_attr_next(struct pki_attrs *it, struct pki_attr *ret);
/* The frame holds: a SEQUENCE of SETs of {OID, value}, no SET empty. */
bool pki_name_well_formed(struct bytes name);
bool pki_name_empty(struct bytes name);

/* Equal bytes, or equal attribute by attribute: strings of any type compare after case folding (ASCII; the
 * Latin-1 letters and Greek and Cyrillic ones too), leading, trailing and repeated spaces ignored (RFC
 * 5280 7.1, RFC 4518 2.6.1); other values byte for byte; attributes of one RDN in any order. A malformed name
 * equals its own bytes only. */
bool pki_name_eq(struct bytes a, struct bytes b);
/* Names that are equal have the same hash: for tables of names. Not for strangers' collisions: they can be
 * made, so chains behind it need a bound. */
uint64_t pki_name_hash(struct bytes name);
/* `name` is `base` or below it: base's RDNs are its first ones (RFC 5280 7.1). */
bool pki_name_within(struct bytes name, struct bytes base);

/* One line, RFC 4514: the last RDN first ("CN=a,O=b"), escaped by text_escape; at most `max` bytes of text
 * are made. */
enum { PKI_NAME_TEXT_MAX = 512 };
char *pki_name_text(struct arena *a, struct bytes name);
/* The last attribute of that type as escaped UTF-8; NULL if there is none. */
enum pki_attr_type { PKI_ATTR_CN, PKI_ATTR_O, PKI_ATTR_OU, PKI_ATTR_C, PKI_ATTR_EMAIL };
char *pki_name_attr(struct arena *a, struct bytes name, enum pki_attr_type type);
bool pki_attr_is(const struct pki_attr *attr, enum pki_attr_type type);
/* "DNS:a.example", "IP:192.0.2.1", "URI:…", "email:…", "dirname:CN=…", "RID:1.2.3", "otherName". Escaped. */
char *pki_gn_text(struct arena *a, const struct pki_gn *gn);

/* ---- hosts ---- */

struct pki_host {
    struct bytes name; /* without the root's dot; empty for an address */
    uint8_t ip[16];
    uint8_t ip_n; /* 0: a name; 4; 16 */
    bool dot;     /* the root's dot was written: name.p[name.n] */
};
enum { PKI_HOST_MAX = 253 };
/* `host`: a name as A-labels, or an address literal ([v6] too). False: neither (empty, too long, an empty
 * label, a character that no host name has; "_" is let through). A name whose last label is a number is an
 * address or nothing (RFC 1123 2.1). The struct borrows `host`. */
bool pki_host_read(const char *host, struct pki_host *ret);

/* What a client does beyond RFC 9525; 0 is RFC 9525 as written. */
enum pki_host_rule {
    PKI_HOST_CN_IF_NO_SAN = 1u << 0, /* CN where there is no SAN extension at all */
    PKI_HOST_CN_IF_NO_DNS = 1u << 1, /* CN where there is no dNSName in it (RFC 2818, RFC 6125 6.4.4) */
    PKI_HOST_CN_ALWAYS = 1u << 2,    /* CN beside whatever the SAN holds */
    PKI_HOST_NO_WILDCARD = 1u << 3,  /* wildcards match nothing */
    PKI_HOST_PARTIAL_WILDCARD =
        1u << 4, /* "f*.example.com", "*-x.example.com" (RFC 6125 6.4.3); never in an A-label */
    PKI_HOST_STAR_NEEDS_TWO = 1u << 5, /* "*.com" matches nothing: two labels must follow */
    PKI_HOST_IP_IN_DNS = 1u << 6,      /* an address written as a dNSName or CN counts for an address asked */
    PKI_HOST_STAR_MANY_LABELS = 1u << 7, /* the wildcard stands for several labels (very old clients) */
    PKI_HOST_TRAILING_DOT = 1u << 8,     /* "example.com." in a SAN is the same name */
    PKI_HOST_KEEPS_DOT = 1u << 9,        /* the root's dot of what is asked must be presented too */
    PKI_HOST_LDH = 1u << 10, /* asks for no name with the root's dot, "_", or "-" at either end of a label */
    PKI_HOST_STAR_ANYWHERE = 1u << 11,  /* any number of "*" in any label, each for a part of that label */
    PKI_HOST_STAR_LDH = 1u << 12,       /* the wildcard stands for letters, digits and hyphens alone */
    PKI_HOST_STAR_NEEDS_ONE = 1u << 13, /* "*" alone matches nothing */
    PKI_HOST_STAR_AT_EDGE = 1u << 14,   /* of partial wildcards: the star begins or ends the label */
    PKI_HOST_STAR_AT_START = 1u << 15,  /* … begins it */
    PKI_HOST_CN_IF_NO_HOST = 1u << 16,  /* CN where the SAN has no dNSName, address or URI */
};
enum pki_host_match {
    PKI_HOST_NO,
    PKI_HOST_SAN,      /* exactly */
    PKI_HOST_WILDCARD, /* by a wildcard of the SAN */
    PKI_HOST_CN,       /* by the common name, as the rules allow */
};
/* A SAN that is broken gives what stands before the place. */
enum pki_host_match pki_host_matches(const struct pki_cert *c, const struct pki_host *host, unsigned rules);
/* One presented dNSName against a reference name. */
bool pki_dns_matches(struct bytes presented, struct bytes reference, unsigned rules);

/* ---- name constraints ---- */

enum pki_nc_verdict {
    PKI_NC_OK,
    PKI_NC_NOT_PERMITTED,  /* constrained in this form, and inside no permitted subtree */
    PKI_NC_EXCLUDED,       /* inside an excluded subtree */
    PKI_NC_UNSUPPORTED,    /* a name of a form that the issuer constrains and nobody can compare here */
    PKI_NC_BAD_CONSTRAINT, /* the constraint that would apply is malformed */
    PKI_NC_BAD_NAME,       /* the name that would be compared is malformed */
    PKI_NC_LIMIT,          /* the budget of comparisons is used up */
};
/* What a client does beyond RFC 5280; 0 is the RFC as written. */
enum pki_nc_rule {
    PKI_NC_CN_AS_DNS = 1u << 0, /* a CN that looks like a host counts as a dNSName where the SAN has none */
    PKI_NC_DOT_PREFIX =
        1u << 1, /* ".example.com" for dNSNames: subdomains only. Otherwise a malformed constraint */
    PKI_NC_EMAIL_IN_DN =
        1u << 2, /* emailAddress in the subject counts beside a SAN too (the RFC: only without one) */
    PKI_NC_NO_SUBJECT = 1u << 3,    /* the subject is not looked at at all */
    PKI_NC_LOOSE_MASK = 1u << 4,    /* address masks with holes in them (RFC 4632 has none) */
    PKI_NC_STAR_EXCLUDED = 1u << 5, /* "*.a.example" is excluded where anything that it can stand for is */
    PKI_NC_HOSTS_ONLY =
        1u << 6, /* constraints on other names than dNSName, address, mailbox and URI do not count */
    PKI_NC_NO_URI = 1u << 7,         /* … nor those on URIs */
    PKI_NC_DISTANCES = 1u << 8,      /* minimum and maximum are not looked at */
    PKI_NC_COMPARABLE = 1u << 10,    /* constraints of a form that nobody can compare do not count */
    PKI_NC_NO_EMPTY_DNS = 1u << 17,  /* an empty dNSName as constraint is malformed */
    PKI_NC_RID_EQUAL = 1u << 15,     /* registered IDs are compared: equal or not */
    PKI_NC_CN_AS_IP = 1u << 18,      /* … it is an address where the SAN has none (with PKI_NC_CN_NO_IP) */
    PKI_NC_CN_IF_NO_HOST = 1u << 19, /* … counts where the SAN has neither dNSName nor address */
    PKI_NC_STRIPS_DOT =
        1u << 20, /* the root's dot at the end of a dNSName, or its constraint, is no part of it */
    PKI_NC_CN_NO_IP = 1u << 16,    /* a CN that is an address is no dNSName */
    PKI_NC_ANY_NAME = 1u << 11,    /* a dNSName that is no host name is compared as it stands there */
    PKI_NC_LEAF_ONLY = 1u << 12,   /* the names of CAs are not looked at */
    PKI_NC_READS_ALL = 1u << 13,   /* alternative names that are malformed are refused, constrained or not */
    PKI_NC_ODD_REFUSES = 1u << 14, /* a constraint on names of an odd form, or that excludes directory names,
                                      refuses everything */
    PKI_NC_FAMILIES = 1u << 9,     /* IPv4 subtrees say nothing of IPv6 addresses, nor the other way round */
};
struct pki_nc_result {
    enum pki_nc_verdict verdict;
    struct pki_gn
        name;       /* the name that broke it; of the subject: kind DIRECTORY, or RFC822, DNS for its parts */
    uint8_t ip[16]; /* where `name` is an address that was read from a CN */
    struct pki_gn base; /* the subtree; kind of the name and value empty for NOT_PERMITTED */
};
/* Every name of `c` against the constraints of `issuer`. *budget is taken down by one a comparison. The first
 * problem goes to *ret. Whether constraints apply at all (self-issued ones in the middle, RFC 5280 6.1.3 b)
 * is for the caller. */
enum pki_nc_verdict pki_nc_check(const struct pki_cert *issuer, const struct pki_cert *c, unsigned rules,
                                 uint64_t *budget, struct pki_nc_result *ret);
/* It has constraints on other names than dNSName, address, mailbox and URI. */
bool pki_nc_has_other_kinds(const struct pki_cert *issuer);
/* One name against one subtree of the same kind: PKI_NC_OK inside, PKI_NC_NOT_PERMITTED outside, or why it
 * cannot be told (UNSUPPORTED, BAD_CONSTRAINT, BAD_NAME). */
enum pki_nc_verdict pki_nc_compare(const struct pki_gn *name, const struct pki_gn *base, unsigned rules);
const char *pki_nc_verdict_text(enum pki_nc_verdict v);

#endif
