#include "pki/judge_rows.h"

/* What makes a certificate unreadable in its meaning, for whatever purpose it is read: RFC 5280 4.2 (an
 * extension twice), 4.1.2.1, 4.1.1.2 (both signature algorithms MUST be the same). */
static const enum pki_fact meaningless[] = {
    PKI_FACT_EXT_DUPLICATE,       PKI_FACT_EXT_DUPLICATE_UNKNOWN,
    PKI_FACT_VERSION_UNKNOWN,     PKI_FACT_SIGALG_DIFFERS,
    PKI_FACT_SIGNATURE_BITS,      PKI_FACT_KEY_UNREADABLE,
    PKI_FACT_NAME_MALFORMED,      PKI_FACT_NC_EMPTY,
    PKI_FACT_BC_PATHLEN_NEGATIVE, PKI_FACT_SAN_IP_LENGTH,
};
/* The MUSTs of RFC 5280 4 for whoever issues certificates. 6.1 does not ask for them, so that they are
 * refused only where a certificate is for TLS (docs/certificates.md). Two that are no MUST are here too,
 * where browsers' rules say MUST and no certificate is any good with them: a CA whose key may sign no
 * certificates, and critical alternative names beside a subject. */
static const enum pki_fact profile[] = {
    PKI_FACT_VERSION_NOT_3,     PKI_FACT_UNIQUE_ID,
    PKI_FACT_SIGALG_PARAMETERS, PKI_FACT_KEY_PARAMETERS,
    PKI_FACT_ISSUER_EMPTY,      PKI_FACT_SUBJECT_EMPTY_CA,
    PKI_FACT_TIME_NO_SECONDS,   PKI_FACT_TIME_OFFSET,
    PKI_FACT_TIME_FRACTION,     PKI_FACT_TIME_BACKWARDS,
    PKI_FACT_EXT_NONE,          PKI_FACT_AKI_MISSING,
    PKI_FACT_AKI_NO_KEYID,      PKI_FACT_AKI_HALF,
    PKI_FACT_AKI_CRITICAL,      PKI_FACT_SKI_MISSING_CA,
    PKI_FACT_SKI_EMPTY,         PKI_FACT_SKI_CRITICAL,
    PKI_FACT_KU_EMPTY,          PKI_FACT_KU_MISSING_CA,
    PKI_FACT_KU_CA_NO_CERTSIGN, PKI_FACT_SAN_CRITICAL,
    PKI_FACT_KU_CERTSIGN_NO_CA, PKI_FACT_POLICY_DUPLICATE,
    PKI_FACT_POLICY_NONE,       PKI_FACT_MAPPING_NONE,
    PKI_FACT_MAPPING_ANY,       PKI_FACT_SAN_EMPTY,
    PKI_FACT_SAN_NOT_CRITICAL,  PKI_FACT_SAN_BAD_NAME,
    PKI_FACT_SAN_NOT_IA5,       PKI_FACT_BC_NOT_CRITICAL,
    PKI_FACT_BC_PATHLEN_NO_CA,  PKI_FACT_BC_PATHLEN_NO_CERTSIGN,
    PKI_FACT_NC_NOT_CRITICAL,   PKI_FACT_NC_NO_CA,
    PKI_FACT_NC_DISTANCE,       PKI_FACT_NC_BAD_BASE,
    PKI_FACT_PC_NOT_CRITICAL,   PKI_FACT_PC_EMPTY,
    PKI_FACT_EKU_NONE,          PKI_FACT_CRLDP_NONE,
    PKI_FACT_IAP_NOT_CRITICAL,  PKI_FACT_FRESHEST_CRITICAL,
    PKI_FACT_AIA_CRITICAL,      PKI_FACT_AIA_NONE,
    PKI_FACT_SIA_CRITICAL,
};

/* Nobody looks an anchor up by its serial number, and how its dates are written says nothing of them: a dozen
 * roots of the public programmes have the number 0. */
static const enum pki_fact profile_below[] = {PKI_FACT_SERIAL_NEGATIVE, PKI_FACT_SERIAL_ZERO,
                                              PKI_FACT_SERIAL_LONG, PKI_FACT_TIME_TYPE};

static const struct pki_judge judges[] = {
    {
        .name = "strict",
        .title = "RFC 5280 and RFC 9525 as written",
        .rules = PKI_RULE_PARTIAL_CHAIN     /* RFC 5280 6.1.1 d: an anchor is a name and a key */
                 | PKI_RULE_ANCHOR_VALIDITY /* RFC 5280 leaves it open: docs/certificates.md, "Anchors" */
                 | PKI_RULE_ANCHOR_LIMITS   /* RFC 5937 3 */
                 | PKI_RULE_ANCHOR_PROFILE  /* docs/certificates.md, "Anchors" */
                 | PKI_RULE_POLICIES        /* RFC 5280 6.1.2 a, 6.1.3 d */
                 | PKI_RULE_ANCHOR_FACTS    /* docs/certificates.md, "Anchors" */
                 | PKI_RULE_ANCHOR_CRITICAL /* docs/certificates.md, "Anchors" */
                 | PKI_RULE_LEAF_KEY_USAGE  /* RFC 8446 4.4.2.2, RFC 5246 7.4.2 */
                 | PKI_RULE_NEEDS_SAN       /* RFC 9525 6.1 */
                 | PKI_RULE_RSA_OCTETS,     /* Baseline Requirements 6.1.5 */
        .building = PKI_BUILD_ALL,          /* RFC 4158 2.4.2 */
        .leaf_trust = PKI_LEAF_SELF_SIGNED, /* a path of one: RFC 5280 6.1, certificate 1 is certificate n */
        .eku = PKI_EKU_NESTED,              /* docs/certificates.md, "Extended key usage" */
        .eku_leaf = PKI_EKU_ANY,            /* RFC 5280 4.2.1.12 */
        .eku_ca = PKI_EKU_ANY,              /* RFC 5280 4.2.1.12 */
        .critical = ALL & ~EXT(NS_CERT_TYPE),  /* RFC 5280 4.2: those that can be read here are kept */
        .revocation = PKI_REVOCATION_HARD,     /* RFC 5280 6.1.3 a 3, where CRLs are given */
        .host_rules = PKI_HOST_STAR_NEEDS_TWO, /* RFC 9525 6, and docs/certificates.md, "Names" */
        .nc_rules = PKI_NC_STAR_EXCLUDED,      /* RFC 5280 4.2.1.10, and docs/certificates.md, "Names" */
        .hashes = HASHES_SHA2,                 /* RFC 9325 4.4, RFC 6194 3.1: no SHA-1, no MD5 */
        .keys = KEY(RSA) | KEY(RSA_PSS) | KEY(EC) | KEY(ED25519) | KEY(ED448), /* RFC 8446 4.2.3: no DSA */
        .min_rsa = 2048,                                                       /* RFC 9325 4.5 */
        .min_ec = 224,                                                         /* RFC 9325 4.5 */
        .bent = DER_ONLY,                                                      /* RFC 5280 4.1 */
        FACTS(profile),
        FACTS_BELOW(profile_below),
        FACTS_ALWAYS(meaningless),
    },
    {
        .name = "modern",
        .title = "the common ground of current browsers",
        /* CONTRACT.md, "modern": names in SAN only, RFC 5280, no AIA fetching, RSA from 2048 bits, no SHA-1,
         * revocation looked up and soft, must-staple kept. What accepts here works everywhere today. */
        .rules =
            PKI_RULE_PARTIAL_CHAIN | PKI_RULE_ANCHOR_LIMITS | PKI_RULE_POLICIES | PKI_RULE_NEEDS_SAN |
            PKI_RULE_LEAF_KEY_USAGE | PKI_RULE_MUST_STAPLE | PKI_RULE_ANCHOR_CRITICAL |
            PKI_RULE_ANCHOR_VALIDITY, /* Firefox, OpenSSL, Go and GnuTLS refuse a root that has expired */
        .building =
            PKI_BUILD_ALL, /* Chromium's path_builder.cc, mozilla::pkix pkixbuild.cpp, Security.framework */
        .leaf_trust = PKI_LEAF_SELF_SIGNED,
        .eku = PKI_EKU_NESTED, /* Baseline Requirements 7.1.2.2; mozilla::pkix pkixcheck.cpp
                                  CheckExtendedKeyUsage */
        .eku_ca = PKI_EKU_ANY, /* mozilla::pkix pkixcheck.cpp */
        .critical = ALL & ~EXT(NS_CERT_TYPE),
        .revocation = PKI_REVOCATION_SOFT,
        .host_rules = PKI_HOST_STAR_NEEDS_TWO, /* Chromium x509_certificate.cc VerifyHostname */
        .nc_rules = PKI_NC_DOT_PREFIX,
        .hashes = HASH(SHA256) | HASH(SHA384) | HASH(SHA512), /* Baseline Requirements 7.1.3.2 */
        .keys = KEY(RSA) | KEY(EC),                           /* Baseline Requirements 7.1.3.1 */
        .min_rsa = 2048,                                      /* Baseline Requirements 6.1.5 */
        .min_ec = 256,                                        /* Baseline Requirements 6.1.5 */
        .bent = DER_ONLY,
        .facts_always = meaningless,
        .n_facts_always = TW_COUNT(meaningless),
        /* Baseline Requirements 6.3.2 and ballot SC-081v3. */
        .caps =
            {
                {INT64_C(1519862400), 825, false}, /* 2018-03-01 */
                {INT64_C(1598918400), 398, false}, /* 2020-09-01 */
                {INT64_C(1773532800), 200, false}, /* 2026-03-15 */
                {INT64_C(1805068800), 100, false}, /* 2027-03-15 */
                {INT64_C(1868227200), 47, false},  /* 2029-03-15 */
            },
    },
};

const struct pki_judge *pki_judge_at(size_t i) {
    if (i < TW_COUNT(judges)) return &judges[i];
    i -= TW_COUNT(judges);
    if (i < pki_n_judges_libraries) return &pki_judges_libraries[i];
    i -= pki_n_judges_libraries;
    return i < pki_n_judges_platforms ? &pki_judges_platforms[i] : NULL;
}

const struct pki_judge *pki_judge_find(const char *name) {
    const struct pki_judge *judge;
    for (size_t i = 0; (judge = pki_judge_at(i)); i++)
        if (strcmp(judge->name, name) == 0) return judge;
    return NULL;
}
