/* Libraries that programs connect with, as they come with Debian 12 where there is such a package: each is
 * compared with its real counterpart by tests/interop/differential.py. */
#include "pki/judge_rows.h"

/* ---- OpenSSL 3: crypto/x509/x509_vfy.c, v3_purp.c, v3_utl.c, v3_ncons.c ---- */

/* v3_purp.c, ossl_x509v3_cache_extensions(): what makes EXFLAG_INVALID, for the roots too. An extension that
 * is not known there may stand twice. */
static const enum pki_fact openssl_always[] = {
    PKI_FACT_BC_PATHLEN_NEGATIVE, PKI_FACT_EXT_DUPLICATE,   PKI_FACT_KU_EMPTY, PKI_FACT_KEY_UNREADABLE,
    PKI_FACT_NAME_MALFORMED,      PKI_FACT_TIME_NO_SECONDS, /* x509_vfy.c, X509_cmp_time() */
    PKI_FACT_TIME_OFFSET,         PKI_FACT_TIME_FRACTION};
/* x_all.c, X509_verify(): not looked at where nothing is verified. */
static const enum pki_fact openssl_facts[] = {PKI_FACT_SIGALG_DIFFERS};
/* x509_vfy.c, check_extensions() under X509_V_FLAG_X509_STRICT. */
static const enum pki_fact openssl_strict[] = {
    PKI_FACT_SIGALG_DIFFERS,   PKI_FACT_VERSION_OLD,      PKI_FACT_BC_NOT_CRITICAL,
    PKI_FACT_KU_MISSING_CA,    PKI_FACT_KU_MISSING_SELF,  PKI_FACT_KU_CERTSIGN_NO_CA,
    PKI_FACT_BC_PATHLEN_NO_CA, PKI_FACT_ISSUER_EMPTY,     PKI_FACT_SUBJECT_EMPTY_CA,
    PKI_FACT_SAN_EMPTY,        PKI_FACT_SAN_NOT_CRITICAL, PKI_FACT_BC_PATHLEN_NO_CERTSIGN,
    PKI_FACT_SKI_MISSING_CA,   PKI_FACT_AKI_CRITICAL,     PKI_FACT_SKI_CRITICAL,
};
static const enum pki_fact openssl_strict_below[] = {PKI_FACT_AKI_MISSING, PKI_FACT_AKI_NO_KEYID};

/* What all users of libssl share. */
#define OPENSSL_RULES                                                                                        \
    (PKI_RULE_ANCHOR_VALIDITY   /* x509_vfy.c, internal_verify(): every certificate of the chain */          \
     | PKI_RULE_ANCHOR_LIMITS   /* check_extensions(), check_name_constraints(): every one */                \
     | PKI_RULE_ANCHOR_PROFILE  /* check_extensions() */                                                     \
     | PKI_RULE_ANCHOR_CRITICAL /* check_extensions(): EXFLAG_CRITICAL */                                    \
     | PKI_RULE_LEAF_KEY_USAGE  /* v3_purp.c, check_purpose_ssl_server(): KU_TLS */                          \
     | PKI_RULE_AKI_MUST_MATCH) /* v3_purp.c, X509_check_akid(). Curves: x509_vfy.c, check_curve() */
#define OPENSSL_QUIRKS                                                                                       \
    (PKI_QUIRK_VALID_FIRST    /* x509_lu.c, X509_STORE_CTX_get1_issuer(); x509_vfy.c, find_issuer() */       \
     | PKI_QUIRK_KEY_FITS     /* v3_purp.c, check_sig_alg_match() */                                         \
     | PKI_QUIRK_AKI_SERIAL   /* v3_purp.c, X509_check_akid(); EXFLAG_SS needs it of the root itself */      \
     | PKI_QUIRK_NS_TYPE      /* v3_purp.c, check_purpose_ssl_server(): ns_reject() */                       \
     | PKI_QUIRK_ANY_VERSION) /* v3_purp.c, ossl_x509v3_cache_extensions() */
#define OPENSSL_COMMON                                                                                       \
    .building = PKI_BUILD_FIRST,      /* x509_vfy.c, build_chain(): with TRUSTED_FIRST no second try */      \
        .eku = PKI_EKU_NESTED_ANCHOR, /* x509_vfy.c, check_extensions() asks X509_check_purpose() of all */  \
        .eku_leaf = PKI_EKU_NS_SGC | PKI_EKU_MS_SGC, /* v3_purp.c: XKU_SGC; anyExtendedKeyUsage is none */   \
        .eku_ca = PKI_EKU_NS_SGC | PKI_EKU_MS_SGC, .revocation = PKI_REVOCATION_NONE,                        \
    .critical = CRITICAL_OF_RFC5280 | EXT(CRL_POINTS) |                                                      \
                EXT(NS_CERT_TYPE), /* v3_purp.c, X509_supported_extension() */                               \
        .unread = EXT(POLICIES) | EXT(POLICY_MAPPINGS) | EXT(POLICY_CONSTRAINTS) | EXT(INHIBIT_ANY) |        \
                  EXT(AIA) | EXT(SIA) | EXT(FRESHEST) | EXT(IAN) | EXT(SCTS) | EXT(TLS_FEATURE),             \
    .nc_rules = PKI_NC_CN_AS_DNS | PKI_NC_DOT_PREFIX | PKI_NC_EMAIL_IN_DN | PKI_NC_ANY_NAME |                \
                PKI_NC_LOOSE_MASK, /* v3_ncons.c, NAME_CONSTRAINTS_check(), _check_CN(), nc_ip() */          \
        .hashes = HASHES_SHA2,     /* x509_vfy.c, check_sig_level(): SHA-1 has 63 bits, below any level */   \
        .keys = KEY(RSA) | KEY(RSA_PSS) | KEY(EC) | KEY(ED25519) | KEY(ED448) | KEY(DSA),                    \
    .max_cas = 100, /* x509_vpm.c, default_table: depth */                                                   \
        .bent = DER_BENT_TRAILING |                                                                          \
                DER_BENT_INTEGER /* crypto/asn1/a_int.c, c2i_ibuf(); all else of BER is read */

/* v3_utl.c, do_x509_check(), wildcard_match(): the CN where no dNSName is there. */
#define OPENSSL_NAMES                                                                                        \
    (PKI_HOST_CN_IF_NO_DNS | PKI_HOST_STAR_NEEDS_TWO | PKI_HOST_KEEPS_DOT | PKI_HOST_STAR_LDH)

/* ---- Go 1.19: src/crypto/x509/parser.go, verify.go, x509.go ---- */

static const enum pki_fact go_always[] = {
    PKI_FACT_EXT_DUPLICATE,  PKI_FACT_EXT_DUPLICATE_UNKNOWN, /* parser.go, parseCertificate() */
    PKI_FACT_SIGALG_DIFFERS, PKI_FACT_VERSION_UNKNOWN,
    PKI_FACT_NAME_MALFORMED, PKI_FACT_TIME_FRACTION, /* parser.go, parseTime() */
    PKI_FACT_SAN_IP_LENGTH,  PKI_FACT_SAN_NOT_IA5,   /* parser.go, parseSANExtension() */
    PKI_FACT_NC_EMPTY,       PKI_FACT_NC_BAD_BASE,   /* parser.go, parseNameConstraintsExtension() */
};
static const enum pki_fact go_facts[] = {
    PKI_FACT_VERSION_NOT_3}; /* parser.go: extensions of version 3 alone */

/* ---- Java 17: sun.security.x509, sun.security.provider.certpath, sun.security.validator ---- */

static const enum pki_fact java_always[] = {
    PKI_FACT_BC_PATHLEN_NEGATIVE,
    PKI_FACT_BC_PATHLEN_HUGE, /* BasicConstraintsExtension.java */

    PKI_FACT_EXT_DUPLICATE,
    PKI_FACT_EXT_DUPLICATE_UNKNOWN, /* CertificateExtensions.java, parseExtension() */
    PKI_FACT_SIGALG_DIFFERS,
    PKI_FACT_VERSION_NOT_3, /* X509CertImpl.java, X509CertInfo.java */
    PKI_FACT_ISSUER_EMPTY,
    PKI_FACT_SUBJECT_EMPTY_CA, /* X509CertInfo.java, verifyCert() */
    PKI_FACT_SAN_NOT_CRITICAL,
    PKI_FACT_SAN_IP_LENGTH, /* X509CertInfo.java, verifyCert(); IPAddressName.java */
    PKI_FACT_VERSION_UNKNOWN,
    PKI_FACT_NAME_MALFORMED,
};

/* ---- GnuTLS 3.7: lib/x509/verify.c, verify-high.c, x509.c, hostname-verify.c, name_constraints.c ---- */

static const enum pki_fact gnutls_always[] = {
    PKI_FACT_BC_PATHLEN_HUGE, /* x509_ext.c, gnutls_x509_ext_import_basic_constraints() */

    PKI_FACT_EXT_DUPLICATE,   PKI_FACT_EXT_DUPLICATE_UNKNOWN, /* x509.c, cache_alt_names(),
                                                                 compare_sig_algorithm() */
    PKI_FACT_SIGALG_DIFFERS,  PKI_FACT_VERSION_OLD,           /* x509.c, gnutls_x509_crt_import() */
    PKI_FACT_TIME_OFFSET,     PKI_FACT_TIME_FRACTION,         /* x509/time.c */
    PKI_FACT_NAME_MALFORMED,  PKI_FACT_ISSUER_EMPTY,          PKI_FACT_SUBJECT_EMPTY_CA,
};

#define GNUTLS_RULES                                                                                         \
    (PKI_RULE_PARTIAL_CHAIN        /* verify-high.c, shorten_clist() */                                      \
     | PKI_RULE_ANCHOR_VALIDITY    /* verify.c, verify_crt(): the issuer's dates too */                      \
     | PKI_RULE_ANCHOR_CRITICAL    /* verify.c, verify_crt(): unknown critical extensions */                 \
     | PKI_RULE_ANCHOR_LIMITS      /* verify.c, verify_crt(): pathlen, name constraints */                   \
     | PKI_RULE_ANCHOR_PROFILE     /* verify.c, check_if_ca() */                                             \
     | PKI_RULE_AKI_MUST_MATCH     /* verify.c, is_issuer() */                                               \
     | PKI_RULE_SELF_ISSUED_COUNTS /* verify.c, verify_crt(): max_path */                                    \
     | PKI_RULE_EXPLICIT_CURVE | PKI_RULE_MUST_STAPLE |                                                      \
     PKI_RULE_STAPLE_GOOD /* cert-session.c, check_ocsp_response() */)
#define GNUTLS_QUIRKS                                                                                        \
    (PKI_QUIRK_LAST_ANCHOR /* verify.c, find_issuer() */ |                                                   \
     PKI_QUIRK_ANCHOR_NO_BC /* verify.c, check_if_ca(): GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE */ |           \
     PKI_QUIRK_NAMES_AS_TEXT /* x509.c, _gnutls_x509_compare_raw_dn() */ |                                   \
     PKI_QUIRK_EKU_EMPTY /* verify.c, _gnutls_check_key_purpose() */ | PKI_QUIRK_V1_LEAF |                   \
     PKI_QUIRK_TRUSTED_NOT_EE /* verify-high.c, add_cas() */)
#define GNUTLS_COMMON                                                                                        \
    .building = PKI_BUILD_FIRST, /* common.c, _gnutls_sort_clist() */                                        \
        .max_sorted = 16,        /* verify-high.c: DEFAULT_MAX_VERIFY_DEPTH */                               \
        .leaf_trust = PKI_LEAF_SELF_SIGNED, .revocation = PKI_REVOCATION_STAPLE,                             \
    .host_rules = PKI_HOST_CN_IF_NO_HOST | PKI_HOST_STAR_NEEDS_TWO | PKI_HOST_KEEPS_DOT |                    \
                  PKI_HOST_PARTIAL_WILDCARD | PKI_HOST_STAR_AT_START, /* hostname-verify.c, str.c,           \
                                                                         _gnutls_hostname_compare() */       \
        .nc_rules = PKI_NC_CN_AS_DNS | PKI_NC_DOT_PREFIX | PKI_NC_EMAIL_IN_DN | PKI_NC_HOSTS_ONLY |          \
                    PKI_NC_NO_URI | PKI_NC_DISTANCES | PKI_NC_FAMILIES | PKI_NC_ANY_NAME |                   \
                    PKI_NC_LEAF_ONLY | PKI_NC_ODD_REFUSES | PKI_NC_STRIPS_DOT, /* name_constraints.c */      \
        .critical = EXT(BASIC_CONSTRAINTS) | EXT(KEY_USAGE) | EXT(EXT_KEY_USAGE) | EXT(SAN) | EXT(IAN) |     \
                    EXT(NAME_CONSTRAINTS) | EXT(POLICIES) | EXT(INHIBIT_ANY) | EXT(AKI) | EXT(SKI) |         \
                    EXT(CRL_POINTS) | EXT(AIA) |                                                             \
                    EXT(TLS_FEATURE), /* x509_ext.c, common.c: supported extensions */                       \
        .unread = EXT(KEY_USAGE) | EXT(SKI) | EXT(AKI) | EXT(POLICIES) | EXT(POLICY_MAPPINGS) |              \
                  EXT(POLICY_CONSTRAINTS) | EXT(INHIBIT_ANY) | EXT(AIA) | EXT(SIA) | EXT(CRL_POINTS) |       \
                  EXT(FRESHEST) | EXT(SCTS),                                                                 \
    .hashes = HASHES_SHA2, /* algorithms/sign.c: SHA-1 and MD5 are not secure for certificates */            \
        .keys = KEY(RSA) | KEY(RSA_PSS) | KEY(EC) | KEY(ED25519) | KEY(ED448) | KEY(DSA), .leaf_keys = ALL,  \
    .curves = CURVES_NIST | CURVE(21) | CURVE(19), /* algorithms/ecc.c */                                    \
        .leaf_curves = CURVES_NIST | CURVE(21) | CURVE(19),                                                  \
    .min_rsa = 1024, /* priority.c, NORMAL: GNUTLS_PROFILE_LOW */                                            \
        .min_ec = 160, .bent = DER_BENT_LENGTH | DER_BENT_TRAILING, FACTS_ALWAYS(gnutls_always)

/* ---- NSS: lib/certdb, lib/certhigh, lib/libpkix. Extensions may stand twice, and signature algorithms
 * differ. ---- */

static const enum pki_fact nss_always[] = {PKI_FACT_BC_PATHLEN_NEGATIVE, PKI_FACT_KU_EMPTY,
                                           PKI_FACT_TIME_FRACTION, PKI_FACT_NAME_MALFORMED};

const struct pki_judge pki_judges_libraries[] = {
    {
        .name = "openssl-3.0",
        .title = "OpenSSL 3.0 at security level 2, as Debian builds it",
        .rules = OPENSSL_RULES,
        .quirks = OPENSSL_QUIRKS | PKI_QUIRK_ANCHOR_BY_KU, /* v3_purp.c, check_ca(): 4 */
        OPENSSL_COMMON,
        .leaf_trust = PKI_LEAF_SELF_SIGNED, /* x509_vfy.c, check_trust() */
        .host_rules = OPENSSL_NAMES | PKI_HOST_PARTIAL_WILDCARD | PKI_HOST_STAR_AT_EDGE, /* valid_star() */
        .min_rsa = 2048, /* x509_vfy.c, check_key_level(); Debian: -DOPENSSL_TLS_SECURITY_LEVEL=2 */
        .min_ec = 224,
        FACTS(openssl_facts),
        FACTS_ALWAYS(openssl_always),
    },
    {
        .name = "curl",
        .title = "curl from 7.68 on with OpenSSL 3 (Debian 12)",
        .rules = OPENSSL_RULES | PKI_RULE_PARTIAL_CHAIN, /* lib/vtls/openssl.c: X509_V_FLAG_PARTIAL_CHAIN */
        .quirks = OPENSSL_QUIRKS | PKI_QUIRK_ANCHOR_BY_KU,
        OPENSSL_COMMON,
        .leaf_trust = PKI_LEAF_ANY, /* X509_V_FLAG_PARTIAL_CHAIN */
        .host_rules = PKI_HOST_CN_IF_NO_DNS | PKI_HOST_STAR_NEEDS_TWO |
                      PKI_HOST_TRAILING_DOT, /* lib/vtls/hostcheck.c, hostmatch() */
        .min_rsa = 2048,
        .min_ec = 224,
        FACTS(openssl_facts),
        FACTS_ALWAYS(openssl_always),
    },
    {
        .name = "python-3.11",
        .title = "Python up to 3.12 with OpenSSL 3 (Debian 12)",
        .rules = OPENSSL_RULES,
        .quirks = OPENSSL_QUIRKS | PKI_QUIRK_ANCHOR_BY_KU,
        OPENSSL_COMMON,
        .leaf_trust = PKI_LEAF_SELF_SIGNED,
        .host_rules = OPENSSL_NAMES, /* Modules/_ssl.c: X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS */
        .min_rsa = 2048,
        .min_ec = 224,
        FACTS(openssl_facts),
        FACTS_ALWAYS(openssl_always),
    },
    {
        .name = "python-3.13",
        .title = "Python from 3.13 on, which asks for strict certificates",
        .rules = OPENSSL_RULES | PKI_RULE_ANCHOR_FACTS | PKI_RULE_PARTIAL_CHAIN, /* Lib/ssl.py 3.13:
                     create_default_context() sets VERIFY_X509_PARTIAL_CHAIN and VERIFY_X509_STRICT */
        .quirks = OPENSSL_QUIRKS | PKI_QUIRK_ANCHOR_V3, /* check_extensions(): check_ca() must say 1 */
        OPENSSL_COMMON,
        .leaf_trust = PKI_LEAF_ANY, /* X509_V_FLAG_PARTIAL_CHAIN */
        .host_rules = OPENSSL_NAMES,
        .min_rsa = 2048,
        .min_ec = 224,
        FACTS(openssl_strict),
        FACTS_BELOW(openssl_strict_below),
        FACTS_ALWAYS(openssl_always),
    },
    {
        .name = "node-20",
        .title = "Node.js 20 with the OpenSSL 3 that it brings along",
        .rules = OPENSSL_RULES,
        .quirks = OPENSSL_QUIRKS | PKI_QUIRK_ANCHOR_BY_KU,
        OPENSSL_COMMON,
        .leaf_trust = PKI_LEAF_SELF_SIGNED,
        /* lib/tls.js, checkServerIdentity(), check(), unfqdn() */
        .host_rules = PKI_HOST_CN_IF_NO_DNS | PKI_HOST_STAR_NEEDS_TWO | PKI_HOST_PARTIAL_WILDCARD |
                      PKI_HOST_TRAILING_DOT,
        .min_rsa = 1024, /* deps/openssl: security level 1 */
        .min_ec = 160,
        FACTS(openssl_facts),
        FACTS_ALWAYS(openssl_always),
    },
    {
        .name = "go-1.19",
        .title = "Go from 1.18 on, crypto/x509",
        .rules = PKI_RULE_PARTIAL_CHAIN        /* verify.go: any certificate of Roots ends a chain */
                 | PKI_RULE_ANCHOR_VALIDITY    /* verify.go, isValid(): rootCertificate too */
                 | PKI_RULE_ANCHOR_LIMITS      /* verify.go, isValid() */
                 | PKI_RULE_ANCHOR_PROFILE     /* x509.go, CheckSignatureFrom() */
                 | PKI_RULE_ANCHOR_CRITICAL    /* verify.go, isValid(): UnhandledCriticalExtensions */
                 | PKI_RULE_SELF_ISSUED_COUNTS /* verify.go, isValid(): len(currentChain) - 1 */
                 | PKI_RULE_NEEDS_SAN,         /* verify.go, VerifyHostname(): no CN since 1.15 */
        .quirks = PKI_QUIRK_EKU_EMPTY          /* verify.go, checkChainForKeyUsage() */
                  | PKI_QUIRK_KU_EMPTY         /* x509.go: KeyUsage 0 is "not set" */
                  | PKI_QUIRK_NAMES_AS_BYTES   /* cert_pool.go, findPotentialParents() */
                  | PKI_QUIRK_NC_UNHANDLED,    /* parser.go, parseNameConstraintsExtension() */
        .building = PKI_BUILD_ALL,             /* verify.go, buildChains() */
        .leaf_trust = PKI_LEAF_ANY,            /* verify.go, Verify(): opts.Roots.contains(c) */
        .eku = PKI_EKU_NESTED_ANCHOR,          /* verify.go, checkChainForKeyUsage() */
        .eku_leaf = PKI_EKU_ANY,
        .eku_ca = PKI_EKU_ANY,
        .revocation = PKI_REVOCATION_NONE,
        .host_rules = 0, /* verify.go, matchHostnames() */
        .nc_rules = PKI_NC_DOT_PREFIX | PKI_NC_NO_SUBJECT | PKI_NC_HOSTS_ONLY | PKI_NC_DISTANCES |
                    PKI_NC_ANY_NAME | PKI_NC_LEAF_ONLY | PKI_NC_READS_ALL, /* verify.go, isValid() */
        .critical = EXT(KEY_USAGE) | EXT(BASIC_CONSTRAINTS) | EXT(SAN) | EXT(NAME_CONSTRAINTS) |
                    EXT(CRL_POINTS) | EXT(AKI) | EXT(EXT_KEY_USAGE) | EXT(SKI) | EXT(POLICIES) |
                    EXT(AIA), /* parser.go, processExtensions() */
        .unread = EXT(POLICY_MAPPINGS) | EXT(POLICY_CONSTRAINTS) | EXT(INHIBIT_ANY) | EXT(IAN) | EXT(SIA) |
                  EXT(FRESHEST) | EXT(SCTS) | EXT(TLS_FEATURE),
        .hashes =
            HASH(NONE) | HASH(SHA256) | HASH(SHA384) | HASH(SHA512), /* x509.go, signatureAlgorithmDetails;
                                                                        1.18: no SHA-1 */
        .keys = KEY(RSA) | KEY(EC) | KEY(ED25519),                   /* x509.go, checkSignature() */
        .leaf_keys = ALL,                  /* parser.go: a key of unknown kind is read */
        .curves = CURVES_NIST | CURVE(21), /* x509.go, namedCurveFromOID() */
        .leaf_curves = CURVES_NIST | CURVE(21),
        .bent = DER_BENT_LENGTH | DER_BENT_INTEGER | DER_BENT_BOOLEAN, /* golang.org/x/crypto/cryptobyte */
        FACTS(go_facts),
        FACTS_ALWAYS(go_always),
        .max_signatures = 100, /* verify.go, maxChainSignatureChecks */
    },
    {
        .name = "java-17",
        .title = "Java 17, the trust manager and HTTPS of the JDK",
        .rules = PKI_RULE_PARTIAL_CHAIN      /* PKIXValidator.java: any certificate of the trust store */
                 | PKI_RULE_ANCHOR_PROFILE   /* jdk.security.allowNonCaAnchor, TrustAnchor: KeyUsage */
                 | PKI_RULE_POLICIES         /* PolicyChecker.java */
                 | PKI_RULE_LEAF_KEY_USAGE,  /* EndEntityChecker.java, checkTLSServer() */
        .quirks = PKI_QUIRK_NS_TYPE          /* EndEntityChecker.java, checkTLSServer() */
                  | PKI_QUIRK_AKI_OF_ANCHOR  /* PKIXCertPathValidator.java: AdaptableX509CertSelector */
                  | PKI_QUIRK_LEAF_SIGNS     /* EndEntityChecker.java: KU_SERVER_SIGNATURE for (EC)DHE */
                  | PKI_QUIRK_BROKEN_IGNORED /* CertificateExtensions.java: unparseableExtensions */
                  | PKI_QUIRK_V1_LEAF /* X509CertInfo.java */ |
                  PKI_QUIRK_TRUSTED_LEAF, /* PKIXValidator.java, engineValidate(): the chain is cut */
        .building = PKI_BUILD_ALL,        /* PKIXValidator.java, doBuild(); SunCertPathBuilder.java */
        .max_built = 5, /* PKIXBuilderParameters.java, maxPathLength; engineValidate() takes a list in order
                           as it is */
        .leaf_trust = PKI_LEAF_ANY,
        .eku = PKI_EKU_LEAF, /* EndEntityChecker.java, checkEKU() */
        .eku_leaf = PKI_EKU_ANY | PKI_EKU_NS_SGC | PKI_EKU_MS_SGC,
        .revocation = PKI_REVOCATION_NONE, /* com.sun.net.ssl.checkRevocation is false */
        .host_rules =
            PKI_HOST_CN_IF_NO_DNS | PKI_HOST_LDH | PKI_HOST_STAR_ANYWHERE |
            PKI_HOST_STAR_NEEDS_ONE, /* sun.security.util.HostnameChecker, matchDNS(), SNIHostName */
        .nc_rules = PKI_NC_CN_AS_DNS | PKI_NC_DOT_PREFIX | PKI_NC_LOOSE_MASK | PKI_NC_ANY_NAME |
                    PKI_NC_RID_EQUAL | PKI_NC_CN_NO_IP | PKI_NC_CN_AS_IP |
                    PKI_NC_NO_EMPTY_DNS, /* NameConstraintsExtension.java */
        .critical = CRITICAL_OF_RFC5280, /* EndEntityChecker.java, PKIXMasterCertPathValidator.java */
        .hashes =
            HASHES_SHA2 | HASH(SHA1), /* java.security: "SHA1 jdkCA & usage TLSServer", public roots only */
        .keys = KEY(RSA) | KEY(RSA_PSS) | KEY(EC) | KEY(ED25519) | KEY(ED448) | KEY(DSA),
        .leaf_keys = ALL,
        .curves = CURVES_NIST, /* SunEC since 16 */
        .min_rsa = 1024,       /* java.security, jdk.certpath.disabledAlgorithms */
        .min_ec = 224,
        .bent = DER_BENT_LENGTH,
        FACTS_ALWAYS(java_always),
    },
    {
        .name = "gnutls-3.7",
        .title = "GnuTLS 3.7 with the priority NORMAL",
        .rules = GNUTLS_RULES | PKI_RULE_LEAF_KEY_USAGE,
        .quirks = GNUTLS_QUIRKS | PKI_QUIRK_LEAF_SIGNS, /* cert-cred-x509.c, _gnutls_check_key_usage() */
        .eku = PKI_EKU_NESTED,                          /* verify.c, _gnutls_verify_crt_status(): purpose */
        .eku_leaf = PKI_EKU_ANY,
        .eku_ca = PKI_EKU_NS_SGC, /* verify.c, _gnutls_check_key_purpose(), no_any */
        GNUTLS_COMMON,
    },
    {
        .name = "wget",
        .title = "wget with GnuTLS 3.7 (Debian 12)",
        .rules = GNUTLS_RULES, /* src/gnutls.c: NORMAL:%COMPAT, which lets a wrong key usage pass */
        .quirks = GNUTLS_QUIRKS,
        .eku = PKI_EKU_IGNORED, /* src/gnutls.c: gnutls_certificate_verify_peers2() is told no purpose */
        GNUTLS_COMMON,
    },
    {
        .name = "nss-3.87",
        .title = "NSS 3.87 (Debian 12): its libpkix, without Firefox",
        .rules = PKI_RULE_PARTIAL_CHAIN     /* certvfypkix.c: cert_pi_trustAnchors */
                 | PKI_RULE_ANCHOR_VALIDITY /* libpkix, pkix_validate.c: the anchor is checked as a CA */
                 | PKI_RULE_ANCHOR_LIMITS   /* the same */
                 | PKI_RULE_ANCHOR_PROFILE  /* pkix_pl_cert.c, PKIX_PL_Cert_VerifyCertAndKeyType() */
                 | PKI_RULE_AKI_MUST_MATCH  /* pkix_build.c: the selector's subjKeyIdentifier */
                 | PKI_RULE_POLICIES        /* pkix_policychecker.c */
                 | PKI_RULE_LEAF_NOT_CA     /* certdb.c, cert_ComputeCertType(): SSL_CA is no SSL_SERVER */
                 | PKI_RULE_LEAF_KEY_USAGE, /* certdb.c, CERT_CheckKeyUsage() */
        .quirks = PKI_QUIRK_NS_TYPE_AS_EKU  /* certdb.c, cert_ComputeCertType() */
                  | PKI_QUIRK_ANY_VERSION | PKI_QUIRK_ANCHOR_V3        /* certdb.c, CERT_IsCACert() */
                  | PKI_QUIRK_EXPLICIT_LEAF | PKI_QUIRK_NAMES_AS_BYTES /* SECITEM_CompareItem() */
                  | PKI_QUIRK_CA_WITHOUT_EKU                           /* certdb.c, cert_ComputeCertType() */
                  | PKI_QUIRK_LEAF_USE_OF_KEY, /* certdb.c: KU_KEY_AGREEMENT_OR_ENCIPHERMENT */
        .slop = 86400,                         /* certdb.c, pendingSlop */
        .building = PKI_BUILD_ALL,             /* pkix_build.c */
        .leaf_trust = PKI_LEAF_NEVER,
        .eku = PKI_EKU_NESTED_ANCHOR, /* certdb.c, cert_ComputeCertType(): NS_CERT_TYPE_SSL_CA */
        .eku_leaf = PKI_EKU_NS_SGC,
        .eku_ca = PKI_EKU_CLIENT_AUTH | PKI_EKU_NS_SGC,
        .revocation = PKI_REVOCATION_STAPLE,
        .host_rules = PKI_HOST_CN_IF_NO_DNS | PKI_HOST_STAR_NEEDS_TWO, /* certdb.c, CERT_VerifyCertName() */
        .nc_rules = PKI_NC_CN_AS_DNS | PKI_NC_DOT_PREFIX | PKI_NC_EMAIL_IN_DN | PKI_NC_LOOSE_MASK |
                    PKI_NC_DISTANCES | PKI_NC_COMPARABLE | PKI_NC_ANY_NAME | PKI_NC_CN_NO_IP |
                    PKI_NC_CN_AS_IP | PKI_NC_CN_IF_NO_HOST, /* genname.c, cert_CompareNameWithConstraints() */
        .critical = CRITICAL_OF_RFC5280 | EXT(NS_CERT_TYPE), /* pkix_ekuchecker.c and the other checkers */
        .unread = EXT(SKI) | EXT(AKI) | EXT(KEY_USAGE) | EXT(POLICIES) | EXT(SAN) | EXT(AIA) |
                  EXT(CRL_POINTS) | EXT(IAN) | EXT(SIA) | EXT(FRESHEST) | EXT(SCTS) | EXT(TLS_FEATURE) |
                  EXT(NS_CERT_TYPE),
        .hashes = HASHES_SHA2 | HASH(SHA1), /* secoid.c, NSS_SetAlgorithmPolicy(): MD5 is off */
        .keys = KEY(RSA) | KEY(RSA_PSS) | KEY(EC) | KEY(DSA),
        .leaf_keys = ALL & ~(KEY(ED25519) | KEY(ED448)),
        .curves = CURVES_NIST,     /* ecl-curve.h */
        .bent = DER_BENT_TRAILING, /* certdb.c, CERT_CertificateTemplate */
        .min_rsa = 1023,           /* NSS_RSA_MIN_KEY_SIZE */
        .min_ec = 160,             /* CAs: only the curves above */
        FACTS_ALWAYS(nss_always),
    },
};
const size_t pki_n_judges_libraries = TW_COUNT(pki_judges_libraries);
