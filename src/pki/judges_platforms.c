/* Browsers, operating systems, and what is long out of date. None of them is in Debian: the rows follow the
 * sources and documents that they name, and no test here compares them with the real thing. */
#include "pki/judge_rows.h"

/* Baseline Requirements 6.3.2 and ballot SC-081v3: what public CAs may issue, and browsers take. */
#define CAPS_OF_PUBLIC_ROOTS                                                                                 \
    {INT64_C(1519862400), 825, false},     /* 2018-03-01 */                                                  \
        {INT64_C(1598918400), 398, false}, /* 2020-09-01 */                                                  \
        {INT64_C(1773532800), 200, false}, /* 2026-03-15 */                                                  \
        {INT64_C(1805068800), 100, false}, /* 2027-03-15 */                                                  \
    {                                                                                                        \
        INT64_C(1868227200), 47, false                                                                       \
    } /* 2029-03-15 */

/* ---- Chromium: net/cert/cert_verify_proc.cc, net/cert/x509_certificate.cc; BoringSSL: pki/ ---- */

static const enum pki_fact chromium_always[] = {
    PKI_FACT_BC_PATHLEN_NEGATIVE,
    PKI_FACT_EXT_DUPLICATE,
    PKI_FACT_EXT_DUPLICATE_UNKNOWN, /* parse_certificate.cc, ParseExtensions() */
    PKI_FACT_SIGALG_DIFFERS,
    PKI_FACT_VERSION_UNKNOWN,
    PKI_FACT_VERSION_NOT_3,
    PKI_FACT_SERIAL_LONG, /* parse_certificate.cc, VerifySerialNumber() */
    PKI_FACT_TIME_NO_SECONDS,
    PKI_FACT_TIME_OFFSET,
    PKI_FACT_TIME_FRACTION, /* parse_values.cc */
    PKI_FACT_SAN_IP_LENGTH,
    PKI_FACT_SAN_NOT_IA5,
    PKI_FACT_SAN_EMPTY, /* general_names.cc */
    PKI_FACT_NC_EMPTY,
    PKI_FACT_EKU_NONE,
    PKI_FACT_NAME_MALFORMED,
    PKI_FACT_KEY_UNREADABLE,
    PKI_FACT_SIGNATURE_BITS,
};

#define CHROMIUM                                                                                             \
    .rules = PKI_RULE_PARTIAL_CHAIN     /* path_builder.cc: any anchor of the trust store */                 \
             | PKI_RULE_ANCHOR_VALIDITY /* trust_store.h: roots of the user, WithEnforceAnchorExpiry() */    \
             | PKI_RULE_ANCHOR_LIMITS   /* … WithEnforceAnchorConstraints() */                             \
             | PKI_RULE_ANCHOR_PROFILE  /* … WithRequireAnchorBasicConstraints() */                        \
             | PKI_RULE_ANCHOR_CRITICAL /* verify_certificate_chain.cc */                                    \
             | PKI_RULE_POLICIES        /* verify_certificate_chain.cc, ProcessPolicies…() */              \
             | PKI_RULE_NEEDS_SAN       /* x509_certificate.cc, VerifyHostname(): no CN since 58 */          \
             | PKI_RULE_LEAF_KEY_USAGE  /* net/ssl: ERR_SSL_KEY_USAGE_INCOMPATIBLE */                        \
             | PKI_RULE_AIA             /* cert_issuer_source_aia.cc */                                      \
             | PKI_RULE_CT,             /* net/cert/multi_log_ct_verifier.cc, public roots */                \
        .building = PKI_BUILD_ALL,      /* path_builder.cc */                                                \
        .leaf_trust = PKI_LEAF_SELF_SIGNED, /* trust_store.h: TRUSTED_LEAF, self-signed */                   \
        .eku = PKI_EKU_NESTED_ANCHOR,       /* verify_certificate_chain.cc, VerifyExtendedKeyUsage() */      \
        .eku_leaf = PKI_EKU_ANY, .eku_ca = PKI_EKU_ANY,                                                      \
    .revocation = PKI_REVOCATION_STAPLE,       /* CRLSets and staples; nothing is fetched */                 \
        .host_rules = PKI_HOST_STAR_NEEDS_TWO, /* x509_certificate.cc, VerifyHostname() */                   \
        .nc_rules = PKI_NC_DOT_PREFIX,         /* name_constraints.cc */                                     \
        .critical =                                                                                          \
            CRITICAL_OF_RFC5280, /* verify_certificate_chain.cc, VerifyNoUnconsumedCriticalExtensions() */   \
        .hashes = HASH(SHA256) | HASH(SHA384) | HASH(SHA512), /* signature_algorithm.cc; SHA-1 refused */    \
        .keys = KEY(RSA) | KEY(EC), .curves = CURVES_NIST, .leaf_curves = CURVES_NIST,                       \
    .min_rsa = 1024,                     /* cert_verify_proc_builtin.cc: SimplePathBuilderDelegate(1024) */  \
        .min_ec = 256, .bent = DER_ONLY, /* pki/parser.cc: BER is refused */                                 \
        FACTS_ALWAYS(chromium_always),                                                                       \
    .caps = {CAPS_OF_PUBLIC_ROOTS} /* cert_verify_proc.cc, HasTooLongValidity() */

/* ---- Firefox: security/certverifier, security/nss/lib/mozpkix ---- */

static const enum pki_fact mozilla_always[] =
    {
        PKI_FACT_BC_PATHLEN_NEGATIVE, PKI_FACT_EXT_DUPLICATE,   /* pkixcert.cpp, RememberExtension() */
        PKI_FACT_SIGALG_DIFFERS,      PKI_FACT_VERSION_UNKNOWN, /* pkixcheck.cpp, CheckSignatureAlgorithm() */
        PKI_FACT_SERIAL_LONG,                                   /* pkixder.cpp, CertificateSerialNumber() */
        PKI_FACT_TIME_NO_SECONDS,     PKI_FACT_TIME_OFFSET,
        PKI_FACT_TIME_FRACTION, /* pkixder.cpp, TimeChoice()
                                 */
        PKI_FACT_SAN_IP_LENGTH,       PKI_FACT_NAME_MALFORMED,
        PKI_FACT_KEY_UNREADABLE,      PKI_FACT_SIGNATURE_BITS,
};

/* ---- Windows, Apple, Android ---- */

static const enum pki_fact platform_always[] = {
    PKI_FACT_BC_PATHLEN_NEGATIVE, PKI_FACT_EXT_DUPLICATE,  PKI_FACT_VERSION_UNKNOWN, PKI_FACT_SIGALG_DIFFERS,
    PKI_FACT_NAME_MALFORMED,      PKI_FACT_KEY_UNREADABLE, PKI_FACT_SIGNATURE_BITS,
};

#define WINDOWS                                                                                              \
    .rules = PKI_RULE_ANCHOR_VALIDITY /* CertGetCertificateChain: CERT_TRUST_IS_NOT_TIME_VALID */            \
             | PKI_RULE_ANCHOR_LIMITS | PKI_RULE_ANCHOR_CRITICAL | PKI_RULE_POLICIES |                       \
             PKI_RULE_AIA           /* CERT_CHAIN_POLICY: AIA retrieval is on */                             \
             | PKI_RULE_CACHES_CAS, /* the store "Intermediate Certification Authorities" */                 \
        .building = PKI_BUILD_ALL,  /* "Certificate Chaining Engine", quality of chains */                   \
        .leaf_trust = PKI_LEAF_SELF_SIGNED,                                                                  \
    .eku = PKI_EKU_NESTED, /* CERT_TRUST_IS_NOT_VALID_FOR_USAGE: the intersection */                         \
        .eku_leaf = PKI_EKU_ANY | PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,                                           \
    .eku_ca = PKI_EKU_ANY | PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,                                                 \
    .nc_rules = PKI_NC_CN_AS_DNS | PKI_NC_DOT_PREFIX, .critical = CRITICAL_OF_RFC5280 | EXT(CRL_POINTS),     \
    .host_rules = PKI_HOST_CN_IF_NO_DNS, /* CERT_CHAIN_POLICY_SSL */                                         \
        .keys = KEY(RSA) | KEY(EC) | KEY(DSA), .curves = CURVES_NIST, .leaf_curves = CURVES_NIST,            \
    .min_rsa = 1024, /* KB2661254 */                                                                         \
        .min_ec = 256, .bent = DER_BENT_TRAILING, FACTS_ALWAYS(platform_always)

const struct pki_judge pki_judges_platforms[] = {
    {
        .name = "chrome",
        .title = "Chrome and other browsers of Chromium",
        CHROMIUM,
    },
    {
        .name = "edge",
        .title = "Edge, which verifies as Chrome does",
        CHROMIUM,
    },
    {
        .name = "firefox",
        .title = "Firefox",
        .rules = PKI_RULE_PARTIAL_CHAIN    /* pkixbuild.cpp: TrustLevel::TrustAnchor */
                 | PKI_RULE_ANCHOR_LIMITS  /* pkixcheck.cpp, CheckIssuerIndependentProperties() */
                 | PKI_RULE_ANCHOR_PROFILE /* pkixcheck.cpp, CheckBasicConstraints(): v1 roots pass */
                 | PKI_RULE_ANCHOR_VALIDITY | PKI_RULE_ANCHOR_CRITICAL |
                 PKI_RULE_NEEDS_SAN        /* pkixnames.cpp, CheckCertHostname(): no CN since 48 */
                 | PKI_RULE_LEAF_NOT_CA    /* MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY */
                 | PKI_RULE_LEAF_KEY_USAGE /* pkixcheck.cpp, CheckKeyUsage() */
                 | PKI_RULE_CACHES_CAS     /* security.remote_settings.intermediates.enabled */
                 | PKI_RULE_CT             /* security.pki.certificate_transparency.mode, 135 */
                 | PKI_RULE_MUST_STAPLE    /* pkixcheck.cpp, CheckTLSFeatures() */
                 | PKI_RULE_STAPLE_GOOD    /* NSSCertDBTrustDomain.cpp, CheckRevocation(): ERROR_OCSP_… */
                 | PKI_RULE_STAPLE_KNOWS,  /* the same */
        .building = PKI_BUILD_ALL,         /* pkixbuild.cpp, PathBuildingStep */
        .leaf_trust = PKI_LEAF_NEVER,      /* an exception is made by the user instead */
        .eku = PKI_EKU_NESTED_ANCHOR,      /* pkixcheck.cpp, CheckExtendedKeyUsage() */
        .revocation = PKI_REVOCATION_SOFT, /* NSSCertDBTrustDomain.cpp: CRLite, then OCSP */
        .host_rules = PKI_HOST_STAR_NEEDS_TWO, /* pkixnames.cpp, IsValidDNSID(): two labels after it */
        .nc_rules = PKI_NC_DOT_PREFIX, /* pkixnames.cpp, CheckPresentedIDConformsToNameConstraints() */
        .critical = CRITICAL_OF_RFC5280 | EXT(AIA) | EXT(TLS_FEATURE), /* pkixcert.cpp, RememberExtension() */
        .hashes =
            HASH(SHA256) | HASH(SHA384) | HASH(SHA512), /* NSSCertDBTrustDomain.cpp: no SHA-1 since 52 */
        .keys = KEY(RSA) | KEY(EC),
        .curves = CURVES_NIST,
        .leaf_curves = CURVES_NIST, /* NSSCertDBTrustDomain.cpp, CheckECDSACurveIsAcceptable() */
        .min_rsa = 1024,            /* CertVerifier.cpp: MIN_RSA_BITS_WEAK */
        .min_ec = 256,
        .bent = DER_ONLY, /* pkixder.cpp */
        FACTS_ALWAYS(mozilla_always),
        .max_cas = 6, /* pkixbuild.cpp, MAX_SUBCA_COUNT */
        .caps = {CAPS_OF_PUBLIC_ROOTS},
    },
    {
        .name = "safari",
        .title = "Safari and everything of macOS and iOS that uses the system's TLS",
        .rules = PKI_RULE_PARTIAL_CHAIN | PKI_RULE_ANCHOR_VALIDITY | PKI_RULE_ANCHOR_LIMITS |
                 PKI_RULE_ANCHOR_CRITICAL | PKI_RULE_POLICIES |
                 PKI_RULE_NEEDS_SAN    /* "Requirements for trusted certificates in iOS 13 and macOS 10.15" */
                 | PKI_RULE_AIA        /* SecTrustServer.c, SecCAIssuerRequest.c */
                 | PKI_RULE_CT,        /* "Apple's Certificate Transparency policy" */
        .quirks = PKI_QUIRK_NEEDS_EKU, /* the same: id-kp-serverAuth for those issued after 2019-07-01 */
        .building = PKI_BUILD_ALL,     /* SecTrustServer.c, SecPathBuilder */
        .leaf_trust = PKI_LEAF_ANY,    /* trust settings of any certificate */
        .eku = PKI_EKU_NESTED,
        .eku_leaf = PKI_EKU_ANY,
        .eku_ca = PKI_EKU_ANY,
        .revocation = PKI_REVOCATION_SOFT,
        .host_rules = PKI_HOST_STAR_NEEDS_TWO, /* SecPolicyLeafCallbacks.c, SecDNSMatch() */
        .nc_rules = PKI_NC_DOT_PREFIX,
        .critical = CRITICAL_OF_RFC5280,
        .hashes = HASH(SHA256) | HASH(SHA384) | HASH(SHA512), /* the same requirements: SHA-2 */
        .keys = KEY(RSA) | KEY(EC),
        .curves = CURVES_NIST,
        .leaf_curves = CURVES_NIST,
        .min_rsa = 2048, /* the same requirements */
        .min_ec = 256,
        .bent = DER_ONLY,
        FACTS_ALWAYS(platform_always),
        .caps =
            {
                {INT64_C(1561939200), 825, true},  /* 2019-07-01, private roots too: the same requirements */
                {INT64_C(1598918400), 398, false}, /* "About upcoming limits on trusted certificates" */
                {INT64_C(1773532800), 200, false}, /* ballot SC-081v3 */
                {INT64_C(1805068800), 100, false},
                {INT64_C(1868227200), 47, false},
            },
    },
    {
        .name = "android-14",
        .title = "Apps on Android 7 to 14",
        .rules = PKI_RULE_PARTIAL_CHAIN | PKI_RULE_ANCHOR_PROFILE | PKI_RULE_POLICIES |
                 PKI_RULE_NEEDS_SAN, /* OkHostnameVerifier: no CN */
        .building = PKI_BUILD_ALL,   /* Conscrypt, TrustManagerImpl.checkTrustedRecursive() */
        .leaf_trust = PKI_LEAF_ANY,  /* the same */
        .eku = PKI_EKU_LEAF,         /* TrustManagerImpl, ExtendedKeyUsagePKIXCertPathChecker */
        .eku_leaf = PKI_EKU_ANY | PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,
        .revocation = PKI_REVOCATION_NONE,
        .host_rules = PKI_HOST_STAR_NEEDS_TWO, /* OkHostnameVerifier.verifyHostname() */
        .nc_rules = PKI_NC_DOT_PREFIX,
        .critical = CRITICAL_OF_RFC5280,
        .hashes = HASHES_SHA2, /* Conscrypt, ChainStrengthAnalyzer: no MD5, no SHA-1 */
        .keys = KEY(RSA) | KEY(EC),
        .min_rsa = 1024, /* ChainStrengthAnalyzer */
        .min_ec = 160,
        .bent = DER_BENT_LENGTH | DER_BENT_TRAILING,
        FACTS_ALWAYS(platform_always),
    },
    {
        .name = "android-4.4",
        .title = "Android 4.4",
        .rules = PKI_RULE_PARTIAL_CHAIN | PKI_RULE_ANCHOR_PROFILE | PKI_RULE_POLICIES,
        .building = PKI_BUILD_FIRST, /* TrustManagerImpl.cleanupCertChainAndFindTrustAnchors() */
        .leaf_trust = PKI_LEAF_ANY,
        .eku = PKI_EKU_LEAF,
        .eku_leaf = PKI_EKU_ANY | PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,
        .revocation = PKI_REVOCATION_NONE,
        .host_rules = PKI_HOST_CN_IF_NO_DNS | PKI_HOST_STAR_NEEDS_TWO, /* DefaultHostnameVerifier */
        .nc_rules = PKI_NC_DOT_PREFIX,
        .critical = CRITICAL_OF_RFC5280,
        .hashes = HASHES_SHA2 | HASH(SHA1), /* ChainStrengthAnalyzer of 4.4: no MD5 */
        .keys = KEY(RSA) | KEY(EC) | KEY(DSA),
        .min_rsa = 1024,
        .min_ec = 160,
        .bent = DER_BENT_LENGTH | DER_BENT_TRAILING,
        FACTS_ALWAYS(platform_always),
    },
    {
        .name = "openssl-1.0.2",
        .title = "OpenSSL up to 1.0.2",
        .rules = PKI_RULE_ANCHOR_VALIDITY | PKI_RULE_ANCHOR_LIMITS | PKI_RULE_ANCHOR_PROFILE |
                 PKI_RULE_ANCHOR_CRITICAL | PKI_RULE_AKI_MUST_MATCH | PKI_RULE_EXPLICIT_CURVE |
                 PKI_RULE_V1_CA, /* v3_purp.c, check_ca(): 3 */
        .quirks = PKI_QUIRK_ANY_VERSION | PKI_QUIRK_ANCHOR_BY_KU,
        .building = PKI_BUILD_SENT_FIRST, /* x509_vfy.c, X509_verify_cert(): what was sent before the roots,
                                             unless X509_V_FLAG_TRUSTED_FIRST is set */
        .leaf_trust = PKI_LEAF_SELF_SIGNED,
        .eku = PKI_EKU_NESTED_ANCHOR, /* x509_vfy.c, check_chain_extensions() */
        .eku_leaf = PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,
        .eku_ca = PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,
        .revocation = PKI_REVOCATION_NONE,
        .critical = CRITICAL_OF_RFC5280 | EXT(CRL_POINTS),
        .unread = EXT(POLICIES) | EXT(POLICY_MAPPINGS) | EXT(POLICY_CONSTRAINTS) | EXT(INHIBIT_ANY) |
                  EXT(AIA) | EXT(SIA) | EXT(FRESHEST) | EXT(IAN) | EXT(SCTS) | EXT(TLS_FEATURE),
        .host_rules = PKI_HOST_CN_IF_NO_DNS | PKI_HOST_STAR_NEEDS_TWO | PKI_HOST_PARTIAL_WILDCARD,
        .nc_rules = PKI_NC_DOT_PREFIX,
        .hashes = HASHES_SHA2 | HASH(SHA1) | HASH(MD5), /* no security levels before 1.1.0 */
        .keys = KEY(RSA) | KEY(EC) | KEY(DSA),
        .max_cas = 100,
        .bent = DER_BENT_INTEGER | DER_BENT_TRAILING,
        FACTS_ALWAYS(platform_always),
    },
    {
        .name = "schannel",
        .title = "Windows: curl, git and whatever else uses Schannel and CryptoAPI",
        WINDOWS,
        /* curl: lib/vtls/schannel.c, SCH_CRED_REVOCATION_CHECK_CHAIN unless --ssl-revoke-best-effort; git:
         * http.schannelCheckRevoke is true */
        .revocation = PKI_REVOCATION_HARD,
        .hashes = HASHES_SHA2 | HASH(SHA1), /* KB2862973: MD5; SHA-1 is refused under public roots alone */
    },
    {
        .name = "dotnet",
        .title = ".NET on Windows: SslStream, HttpClient",
        WINDOWS,
        .revocation = PKI_REVOCATION_NONE, /* ServicePointManager.CheckCertificateRevocationList is false */
        .hashes = HASHES_SHA2 | HASH(SHA1),
    },
    {
        .name = "ie-11",
        .title = "Internet Explorer 11",
        WINDOWS,
        .revocation = PKI_REVOCATION_SOFT,
        .hashes = HASHES_SHA2, /* KB4010323: SHA-1 is refused by Edge and Internet Explorer 11 */
    },
};
const size_t pki_n_judges_platforms = TW_COUNT(pki_judges_platforms);
