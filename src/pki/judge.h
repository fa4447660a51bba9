/* How each kind of client judges a certificate path: one row of data a client, the source of each cell beside
 * it (judges.c). `strict` is RFC 5280 and RFC 9525 as written; docs/certificates.md says what was chosen
 * where they leave room. */
#ifndef TW_PKI_JUDGE_H
#define TW_PKI_JUDGE_H

#include "pki/name.h"

/* How it looks for a path. */
enum pki_building {
    PKI_BUILD_ALL,   /* every candidate, the best first */
    PKI_BUILD_FIRST, /* one candidate a step: what it picks first is what it stays with. Roots before what was
                        sent, else in the order of arrival */
    PKI_BUILD_SENT_FIRST, /* … and what was sent before the roots */
};
enum pki_leaf_trust {
    PKI_LEAF_NEVER,       /* a leaf is never its own anchor */
    PKI_LEAF_SELF_SIGNED, /* a self-signed one among the roots is */
    PKI_LEAF_ANY,         /* any certificate among the roots is */
};
enum pki_eku_nesting {
    PKI_EKU_LEAF,          /* only the leaf's counts (RFC 5280 4.2.1.12) */
    PKI_EKU_NESTED,        /* an EKU on a CA limits what is below it; the anchor's does not */
    PKI_EKU_NESTED_ANCHOR, /* … the anchor's too */
    PKI_EKU_IGNORED,       /* nobody's counts */
};
enum pki_revocation_mode {
    PKI_REVOCATION_NONE,
    PKI_REVOCATION_STAPLE, /* what the server sends, nothing else */
    PKI_REVOCATION_SOFT,   /* looked up; an answer that does not come is passed over */
    PKI_REVOCATION_HARD,
};
/* Rules of a judge that are yes or no. */
enum pki_rule {
    PKI_RULE_NEEDS_SAN = 1u << 0,       /* a leaf without a SAN extension is refused for any purpose of TLS */
    PKI_RULE_PARTIAL_CHAIN = 1u << 1,   /* a root that is not self-signed ends a path */
    PKI_RULE_ANCHOR_VALIDITY = 1u << 2, /* the anchor must be within its dates */
    PKI_RULE_ANCHOR_LIMITS = 1u << 3,   /* its path length, name constraints and policies count (RFC 5937) */
    PKI_RULE_ANCHOR_PROFILE = 1u << 4,  /* the CA's rules (flag, key usage, profile) hold for it too */
    PKI_RULE_POLICIES = 1u << 5,        /* RFC 5280 6.1.3 d to f */
    PKI_RULE_LEAF_NOT_CA = 1u << 6,     /* a leaf with cA TRUE is refused */
    PKI_RULE_SELF_ISSUED_COUNTS = 1u << 7, /* self-issued CAs count for path length (against 6.1.4 l) */
    PKI_RULE_V1_CA = 1u << 8,              /* a CA of version 1 passes */
    PKI_RULE_NO_KU_ON_CA = 1u << 9,        /* keyCertSign is not asked of a CA */
    PKI_RULE_ANCHOR_FACTS = 1u << 10,      /* the facts that it refuses are refused on the anchor too */
    PKI_RULE_LEAF_KEY_USAGE = 1u << 11,    /* the leaf's keyUsage must allow what TLS does with a key */
    PKI_RULE_AIA = 1u << 12,               /* fetches missing issuers */
    PKI_RULE_CACHES_CAS = 1u << 13,        /* knows intermediates from elsewhere (preloaded, seen before) */
    PKI_RULE_CT = 1u << 14,                /* public roots: SCTs are asked for */
    PKI_RULE_MUST_STAPLE = 1u << 15,       /* RFC 7633 is kept */
    PKI_RULE_AKI_MUST_MATCH = 1u << 16,    /* an issuer whose key identifier differs is no candidate */
    PKI_RULE_DUPLICATE_SERIAL = 1u << 17,  /* issuer and serial seen with another key are refused */
    PKI_RULE_EXPLICIT_CURVE = 1u << 18,    /* EC parameters written out are taken */
    PKI_RULE_ANCHOR_CRITICAL =
        1u << 19,                    /* a critical extension that is not known is refused on the anchor too */
    PKI_RULE_STAPLE_GOOD = 1u << 20, /* a stapled response that is old, or not the authority's, is refused */
    PKI_RULE_STAPLE_KNOWS = 1u << 21, /* … and one of a responder that does not know the certificate */
    PKI_RULE_RSA_OCTETS = 1u << 22,   /* an RSA modulus is a whole number of octets */
};
/* Habits of single clients, against or beside the RFC. */
enum pki_quirk {
    PKI_QUIRK_VALID_FIRST = 1u << 0, /* of several issuers it picks the first that is within its dates */
    PKI_QUIRK_AKI_SERIAL = 1u << 1,  /* the issuer and serial of a key identifier must match too; a root whose
                                        own does not is no root */
    PKI_QUIRK_AKI_OF_ANCHOR = 1u << 2, /* … only between the topmost certificate and its anchor */
    PKI_QUIRK_LAST_ANCHOR = 1u << 3,   /* of several anchors that fit it picks the last */
    PKI_QUIRK_ANCHOR_BY_KU =
        1u << 4, /* an anchor of version 3 without basic constraints passes by keyCertSign */
    PKI_QUIRK_ANCHOR_NO_BC = 1u << 5, /* … passes if it is self-issued */
    PKI_QUIRK_ANCHOR_V3 = 1u << 6,    /* an anchor of version 1 is refused */
    PKI_QUIRK_ANY_VERSION = 1u << 7,  /* extensions count in any version; a leaf may be of version 1 */
    PKI_QUIRK_EKU_EMPTY = 1u << 8,    /* an empty list of extended key usages allows everything */
    PKI_QUIRK_KU_EMPTY = 1u << 9,     /* a key usage without a bit allows everything */
    PKI_QUIRK_LEAF_SIGNS = 1u << 10,  /* the leaf's key usage must allow digitalSignature */
    PKI_QUIRK_BROKEN_IGNORED =
        1u << 11, /* an extension that is not critical and cannot be read counts as absent */
    PKI_QUIRK_TRUSTED_LEAF = 1u << 12,    /* of a leaf that is an anchor only the name is looked at */
    PKI_QUIRK_TRUSTED_NOT_EE = 1u << 13,  /* a leaf that is an anchor must not say that it is no CA */
    PKI_QUIRK_NC_UNHANDLED = 1u << 14,    /* critical name constraints of a form that it cannot compare are an
                                             unknown   critical extension */
    PKI_QUIRK_V1_LEAF = 1u << 15,         /* a leaf may be of version 1 */
    PKI_QUIRK_NEEDS_EKU = 1u << 16,       /* a leaf without extended key usages is refused */
    PKI_QUIRK_KEY_FITS = 1u << 17,        /* who has a key of another kind than the signature is no issuer */
    PKI_QUIRK_CA_WITHOUT_EKU = 1u << 19,  /* a leaf that is a CA passes where it has no extended key usage */
    PKI_QUIRK_EXPLICIT_LEAF = 1u << 20,   /* a leaf's EC parameters may be written out */
    PKI_QUIRK_NAMES_AS_BYTES = 1u << 21,  /* names of issuers are compared byte by byte */
    PKI_QUIRK_NAMES_AS_TEXT = 1u << 22,   /* … attribute by attribute, but for the type of their strings */
    PKI_QUIRK_LEAF_USE_OF_KEY = 1u << 18, /* the leaf's key usage must allow what TLS up to 1.2 did with a key
 of its kind: RSA keyEncipherment, EC digitalSignature or keyAgreement */
    PKI_QUIRK_NS_TYPE = 1u << 23,         /* a leaf's nsCertType, where there is one, must name the purpose */
    PKI_QUIRK_NS_TYPE_AS_EKU = 1u << 24,  /* nsCertType counts as extended key usages, of CAs too */
};

/* A cap on a leaf's lifetime for those issued from that day on. */
struct pki_lifetime_cap {
    int64_t issued_from;
    uint32_t days;
    bool private_too; /* also under roots of no programme */
};
enum { PKI_JUDGE_CAPS = 8 };

struct pki_judge {
    const char *name;  /* "strict"; of CONTRACT.md, "Names of clients" */
    const char *title; /* in a sentence */
    uint32_t rules;    /* enum pki_rule */
    uint32_t quirks;   /* enum pki_quirk */
    enum pki_building building;
    enum pki_leaf_trust leaf_trust;
    enum pki_eku_nesting eku;
    enum pki_revocation_mode revocation;
    unsigned host_rules;       /* enum pki_host_rule */
    unsigned nc_rules;         /* enum pki_nc_rule */
    uint32_t critical;         /* bit N: extensions of enum pki_ext N are known: they may be critical */
    uint32_t unread;           /* bit N: that it cannot read extension N does not matter */
    uint16_t eku_leaf, eku_ca; /* enum pki_eku: what counts besides serverAuth or clientAuth */
    uint32_t hashes; /* bit N: signatures with enum pki_hash N are taken (of the anchor's: never looked at) */
    uint32_t keys, leaf_keys;     /* bit N: keys of enum key_type N, of CAs and of leaves */
    uint64_t curves, leaf_curves; /* bit N: EC keys of group N of the IANA (below 64; 0: any other); 0: all */
    unsigned min_rsa, max_rsa, min_ec; /* bits; max_rsa 0: no limit */
    uint32_t bent;                     /* enum der_bent that it refuses */
    const enum pki_fact *facts; /* deviations from the profile that it refuses on certificates for TLS */
    size_t n_facts;
    const enum pki_fact *facts_below; /* … and on others than the anchor */
    size_t n_facts_below;
    const enum pki_fact *facts_always; /* … and for any purpose: without them the path has no meaning */
    size_t n_facts_always;
    unsigned slop;       /* seconds before its time that a certificate is taken already */
    unsigned max_sorted; /* certificates that it sorts at once (sorted.c); 0: it does not sort */
    unsigned max_cas;    /* intermediates in a path; 0: no limit of its own */
    unsigned max_built;  /* … that are not self-issued, in a path that is not the list as it was sent; 0:
                            likewise */
    unsigned max_signatures;                      /* checks before it gives up; 0: no limit */
    struct pki_lifetime_cap caps[PKI_JUDGE_CAPS]; /* ended by days 0; the last that applies counts */
};

/* NULL: unknown. */
const struct pki_judge *pki_judge_find(const char *name);
const struct pki_judge *pki_judge_at(size_t i); /* NULL past the end */

#endif
