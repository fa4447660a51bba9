/* A certificate read in place (RFC 5280 4): every field borrows from the DER, nothing is allocated.
 *
 * Three grades of trouble, never mixed:
 *  - `log.err`, `ext[].broken`: framing or a value that cannot be read. What could be read is there, with the
 * place.
 *  - `log.bent`: DER that only BER allows; read all the same.
 *  - `facts`: readable, and against the profile of RFC 5280. Judges say who minds. */
#ifndef TW_PKI_CERT_H
#define TW_PKI_CERT_H

#include "crypto/crypto.h"
#include "pki/der.h"

enum pki_ext {
    PKI_EXT_BASIC_CONSTRAINTS,
    PKI_EXT_KEY_USAGE,
    PKI_EXT_EXT_KEY_USAGE,
    PKI_EXT_SAN,
    PKI_EXT_IAN,
    PKI_EXT_NAME_CONSTRAINTS,
    PKI_EXT_POLICIES,
    PKI_EXT_POLICY_MAPPINGS,
    PKI_EXT_POLICY_CONSTRAINTS,
    PKI_EXT_INHIBIT_ANY,
    PKI_EXT_AKI,
    PKI_EXT_SKI,
    PKI_EXT_AIA,
    PKI_EXT_SIA,
    PKI_EXT_CRL_POINTS,
    PKI_EXT_FRESHEST,
    PKI_EXT_SCTS,        /* RFC 6962 3.3 */
    PKI_EXT_TLS_FEATURE, /* RFC 7633 */
    PKI_EXT_CT_POISON,   /* RFC 6962 3.1: a precertificate, which nobody may accept */
    PKI_EXT_OCSP_NOCHECK,
    PKI_EXT_NS_CERT_TYPE, /* Netscape's of 1995, older than EKU: a few clients still mind it */
    PKI_EXT__COUNT,
    PKI_EXT_UNKNOWN = PKI_EXT__COUNT,
};
const char *pki_ext_name(enum pki_ext e); /* "subjectAltName" */
enum pki_ext pki_ext_of(struct bytes oid);

enum pki_fact {
#define FACT(id, section, text) PKI_FACT_##id,
#include "pki/facts.def"
#undef FACT
    PKI_FACT__COUNT
};
enum { PKI_FACT_WORDS = (PKI_FACT__COUNT + 63) / 64 };
const char *pki_fact_text(enum pki_fact f);    /* "its serial number is negative" */
const char *pki_fact_section(enum pki_fact f); /* of RFC 5280 */

enum pki_key_usage {
    PKI_KU_DIGITAL_SIGNATURE = 1u << 0,
    PKI_KU_NON_REPUDIATION = 1u << 1,
    PKI_KU_KEY_ENCIPHERMENT = 1u << 2,
    PKI_KU_DATA_ENCIPHERMENT = 1u << 3,
    PKI_KU_KEY_AGREEMENT = 1u << 4,
    PKI_KU_CERT_SIGN = 1u << 5,
    PKI_KU_CRL_SIGN = 1u << 6,
    PKI_KU_ENCIPHER_ONLY = 1u << 7,
    PKI_KU_DECIPHER_ONLY = 1u << 8,
};
/* Netscape's certificate type: bits as in a BIT STRING's first octet, the first being 1. */
enum pki_ns_type { PKI_NS_SSL_CLIENT = 1u << 0, PKI_NS_SSL_SERVER = 1u << 1, PKI_NS_SSL_CA = 1u << 5 };
enum pki_eku {
    PKI_EKU_SERVER_AUTH = 1u << 0,
    PKI_EKU_CLIENT_AUTH = 1u << 1,
    PKI_EKU_CODE_SIGNING = 1u << 2,
    PKI_EKU_EMAIL = 1u << 3,
    PKI_EKU_TIME_STAMPING = 1u << 4,
    PKI_EKU_OCSP_SIGNING = 1u << 5,
    PKI_EKU_ANY = 1u << 6,
    PKI_EKU_NS_SGC =
        1u << 7, /* Netscape's and Microsoft's server-gated crypto: some clients take it for serverAuth */
    PKI_EKU_MS_SGC = 1u << 8,
    PKI_EKU_CT_PRECERT = 1u << 9, /* RFC 6962: signs precertificates */
    PKI_EKU_OTHER = 1u << 15,     /* at least one that is not in this list */
};

enum pki_hash {
    PKI_HASH_NONE, /* inherent (EdDSA), or unknown */
    PKI_HASH_MD2,
    PKI_HASH_MD4,
    PKI_HASH_MD5,
    PKI_HASH_SHA1,
    PKI_HASH_SHA224,
    PKI_HASH_SHA256,
    PKI_HASH_SHA384,
    PKI_HASH_SHA512,
    PKI_HASH_SHA512_256,
    PKI_HASH_SHA3, /* any size */
};
/* An AlgorithmIdentifier of a signature. */
struct pki_sigalg {
    struct bytes all;    /* the SEQUENCE */
    struct bytes oid;    /* contents */
    struct bytes params; /* the element with its header; empty: absent */
    const char *name;    /* static: "ecdsa-with-SHA256"; NULL: not known here */
    enum key_type
        key; /* the key that makes it; KEY_OTHER: not known (RSASSA-PSS: KEY_RSA_PSS, made by RSA keys too) */
    enum pki_hash hash; /* of RSASSA-PSS: from its parameters */
    bool pss_odd; /* PSS whose MGF1 hash, salt length or trailer are not those of its hash (RFC 4055 3.1, RFC
                     8446 4.2.3) */
};

struct pki_key {
    struct bytes spki; /* SubjectPublicKeyInfo, the SEQUENCE */
    struct bytes oid;  /* its algorithm */
    struct bytes
        bits; /* subjectPublicKey without the count of unused bits; what SHA-1 key identifiers hash */
    struct bytes rsa_n, rsa_e; /* INTEGER contents */
    enum key_type type;
    unsigned size;       /* bits: RSA modulus, DSA p, EC field */
    uint16_t group;      /* EC: GROUP_… of wire/iana.h; 0: none that TLS has, or explicit parameters */
    bool explicit_curve; /* RFC 5480 2.1.1 forbids it (CVE-2020-0601) */
};

struct pki_ext_slot {
    struct bytes value; /* contents of extnValue */
    bool present, critical;
    bool broken; /* the value cannot be read; what stands in the certificate's fields is what came before the
                    place */
};

struct pki_cert {
    struct bytes der;  /* what was given, trailing bytes and all */
    struct bytes cert; /* the outer SEQUENCE alone */
    struct bytes tbs;  /* with its header: what is signed */
    struct der_log log;
    bool readable; /* everything up to the key, and the list of extensions, was read: log.err may still be
                      that of one extension */
    uint64_t facts[PKI_FACT_WORDS];

    uint32_t version;    /* 1, 2, 3; others as written, plus 1 */
    struct bytes serial; /* INTEGER contents */
    struct pki_sigalg inner, outer;
    struct bytes signature;
    struct bytes issuer, subject; /* Name, the SEQUENCE */
    int64_t not_before, not_after;
    struct pki_key key;
    struct bytes issuer_uid, subject_uid;
    bool self_issued; /* subject and issuer are the same name (name.h) */

    struct bytes extensions; /* contents of the list */
    size_t n_extensions, n_unknown_critical;
    struct pki_ext_slot ext[PKI_EXT__COUNT]; /* of duplicates the first */

    bool ca;
    bool has_path_len;
    uint32_t path_len;                /* saturated at UINT32_MAX */
    uint16_t key_usage;               /* enum pki_key_usage; only where ext[PKI_EXT_KEY_USAGE].present */
    uint16_t eku;                     /* enum pki_eku; only where present */
    uint16_t ns_type;                 /* enum pki_ns_type; likewise */
    size_t n_san;                     /* elements of each kind are found by the iterator */
    uint16_t san_kinds;               /* bit N: a GeneralName of kind N is there */
    struct bytes permitted, excluded; /* name constraints: contents of GeneralSubtrees; p NULL: absent */
    bool has_require_explicit, has_inhibit_mapping, has_inhibit_any;
    uint32_t require_explicit, inhibit_mapping, inhibit_any; /* saturated */
    struct bytes ski;
    bool has_ski;
    struct bytes aki_key_id, aki_issuer,
        aki_serial;      /* p NULL: absent; aki_issuer: contents of GeneralNames */
    struct bytes scts;   /* SignedCertificateTimestampList, with its length prefix */
    bool must_staple;    /* TLS feature 5 */
    bool must_staple_v2; /* TLS feature 17 */
};

/* Reads one certificate. True where everything could be read and nothing is bent. Never fails otherwise: *ret
 * says what was read and where it broke. */
bool pki_cert_read(struct bytes der, struct pki_cert *ret);
/* "extnValue of subjectAltName at byte 412 runs past the end of what holds it"; NULL: well-formed. */
char *pki_cert_place(struct arena *a, const struct pki_cert *c);

static inline bool pki_has_fact(const struct pki_cert *c, enum pki_fact f) {
    return c->facts[f / 64] >> (f % 64) & 1;
}
static inline bool pki_has_ext(const struct pki_cert *c, enum pki_ext e) {
    return c->ext[e].present;
}
/* Offset of bytes that were read in place. */
static inline size_t pki_offset(const struct pki_cert *c, struct bytes part) {
    return (size_t)(part.p - c->der.p);
}
/* "RSA 2048", "EC P-256", "Ed25519", "unknown 1.2.3". */
char *pki_key_text(struct arena *a, const struct pki_key *k);
/* "ecdsa-with-SHA256", or the OID. */
char *pki_sigalg_text(struct arena *a, const struct pki_sigalg *s);
/* Reads a SubjectPublicKeyInfo, an AlgorithmIdentifier of a signature (OCSP and CRLs have them too). `facts`
 * may be NULL. */
bool pki_key_read(struct der *r, struct pki_key *ret, uint64_t *facts);
bool pki_sigalg_read(struct der *r, struct pki_sigalg *ret, uint64_t *facts, const char *field);

/* Iterators: each walks bytes of a certificate in place. Start with the contents given; false at the end or
 * at a broken element (r.failed). They are cheap to start again. */
struct pki_extension {
    struct bytes oid, value;
    bool critical;
    enum pki_ext kind;
};
struct der pki_list(const struct pki_cert *c, struct bytes contents);
/* The list inside an extension that is one SEQUENCE: SAN, IAN, EKU, policies, mappings, AIA, SIA, CRL points,
 * freshest. Empty where it is absent. */
struct der pki_ext_list(const struct pki_cert *c, enum pki_ext e);
/* Over c->extensions. */
bool pki_extension_next(struct der *r, struct pki_extension *ret);
/* Over c->extensions: only the critical ones that are not known here. */
bool pki_unknown_critical_next(struct der *r, struct pki_extension *ret);

enum pki_gn_kind {
    PKI_GN_OTHER,
    PKI_GN_RFC822,
    PKI_GN_DNS,
    PKI_GN_X400,
    PKI_GN_DIRECTORY,
    PKI_GN_EDI,
    PKI_GN_URI,
    PKI_GN_IP,
    PKI_GN_RID,
    PKI_GN__COUNT,
};
const char *pki_gn_kind_name(enum pki_gn_kind k); /* "dNSName" */
struct pki_gn {
    enum pki_gn_kind kind;
    struct bytes value; /* contents; of directoryName the Name, a SEQUENCE with its header */
};
/* Over GeneralNames: pki_ext_list(SAN or IAN), c->aki_issuer, point.full_name. */
bool pki_gn_next(struct der *r, struct pki_gn *ret);
/* Over c->permitted, c->excluded. */
struct pki_subtree {
    struct pki_gn base;
    bool has_distance; /* minimum other than 0, or a maximum (RFC 5280 4.2.1.10 forbids both) */
};
bool pki_subtree_next(struct der *r, struct pki_subtree *ret);
/* Over pki_ext_list(EXT_KEY_USAGE): OIDs; the bit of enum pki_eku goes to *bit. */
bool pki_eku_next(struct der *r, struct bytes *oid, uint16_t *bit);
struct pki_policy {
    struct bytes oid;
    struct bytes qualifiers; /* contents of the SEQUENCE; p NULL: absent */
};
bool pki_policy_next(struct der *r, struct pki_policy *ret);
bool pki_mapping_next(struct der *r, struct bytes *issuer_domain, struct bytes *subject_domain);
extern const struct bytes pki_any_policy; /* contents of the OID anyPolicy */
/* Over pki_ext_list(AIA or SIA). */
enum pki_access { PKI_ACCESS_OTHER, PKI_ACCESS_OCSP, PKI_ACCESS_CA_ISSUERS, PKI_ACCESS_CA_REPOSITORY };
bool pki_access_next(struct der *r, enum pki_access *method, struct pki_gn *location);
/* Over pki_ext_list(CRL_POINTS or FRESHEST). */
struct pki_crl_point {
    struct bytes full_name;     /* contents of GeneralNames; p NULL: absent */
    struct bytes relative_name; /* contents of the RDN; p NULL: absent */
    uint16_t reasons;           /* named bits; only where has_reasons */
    bool has_reasons;
    struct bytes crl_issuer; /* contents of GeneralNames; p NULL: absent */
};
bool pki_crl_point_next(struct der *r, struct pki_crl_point *ret);

#endif
