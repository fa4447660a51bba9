/* IANA's TLS registries as tables: number, name, and what the engine and the planner must know of
 * each. The rows stand in the .def files of iana/; numbers are written nowhere else but in the enums below.
 */
#ifndef TW_WIRE_IANA_H
#define TW_WIRE_IANA_H

#include "base/bytes.h"

/* ProtocolVersion. GREASE values (RFC 8701) are of the form 0x?A?A. */
enum tls_version {
    TLS_SSL2 = 0x0002,
    TLS_SSL3 = 0x0300,
    TLS_1_0 = 0x0301,
    TLS_1_1 = 0x0302,
    TLS_1_2 = 0x0303,
    TLS_1_3 = 0x0304,
};

enum tls_content {
    CT_CHANGE_CIPHER_SPEC = 20,
    CT_ALERT = 21,
    CT_HANDSHAKE = 22,
    CT_APPLICATION_DATA = 23,
    CT_HEARTBEAT = 24,
};

enum tls_handshake {
    HS_HELLO_REQUEST = 0,
    HS_CLIENT_HELLO = 1,
    HS_SERVER_HELLO = 2,
    HS_NEW_SESSION_TICKET = 4,
    HS_END_OF_EARLY_DATA = 5,
    HS_ENCRYPTED_EXTENSIONS = 8,
    HS_CERTIFICATE = 11,
    HS_SERVER_KEY_EXCHANGE = 12,
    HS_CERTIFICATE_REQUEST = 13,
    HS_SERVER_HELLO_DONE = 14,
    HS_CERTIFICATE_VERIFY = 15,
    HS_CLIENT_KEY_EXCHANGE = 16,
    HS_FINISHED = 20,
    HS_CERTIFICATE_STATUS = 22,
    HS_KEY_UPDATE = 24,
    HS_COMPRESSED_CERTIFICATE = 25,
    HS_MESSAGE_HASH = 254,
};

enum tls_alert_level { ALERT_WARNING = 1, ALERT_FATAL = 2 };

enum tls_alert {
    ALERT_CLOSE_NOTIFY = 0,
    ALERT_UNEXPECTED_MESSAGE = 10,
    ALERT_BAD_RECORD_MAC = 20,
    ALERT_DECRYPTION_FAILED = 21, /* before TLS 1.1 */
    ALERT_RECORD_OVERFLOW = 22,
    ALERT_HANDSHAKE_FAILURE = 40,
    ALERT_NO_CERTIFICATE = 41,
    ALERT_BAD_CERTIFICATE = 42,
    ALERT_UNSUPPORTED_CERTIFICATE = 43,
    ALERT_CERTIFICATE_REVOKED = 44,
    ALERT_CERTIFICATE_EXPIRED = 45,
    ALERT_CERTIFICATE_UNKNOWN = 46,
    ALERT_ILLEGAL_PARAMETER = 47,
    ALERT_UNKNOWN_CA = 48,
    ALERT_ACCESS_DENIED = 49,
    ALERT_DECODE_ERROR = 50,
    ALERT_DECRYPT_ERROR = 51,
    ALERT_PROTOCOL_VERSION = 70,
    ALERT_INSUFFICIENT_SECURITY = 71,
    ALERT_INTERNAL_ERROR = 80,
    ALERT_INAPPROPRIATE_FALLBACK = 86,
    ALERT_USER_CANCELED = 90,
    ALERT_NO_RENEGOTIATION = 100,
    ALERT_MISSING_EXTENSION = 109,
    ALERT_UNSUPPORTED_EXTENSION = 110,
    ALERT_UNRECOGNIZED_NAME = 112,
    ALERT_BAD_CERTIFICATE_STATUS_RESPONSE = 113,
    ALERT_UNKNOWN_PSK_IDENTITY = 115,
    ALERT_CERTIFICATE_REQUIRED = 116,
    ALERT_NO_APPLICATION_PROTOCOL = 120,
    ALERT_ECH_REQUIRED = 121,
};

enum tls_extension {
    EXT_SERVER_NAME = 0,
    EXT_STATUS_REQUEST = 5,
    EXT_SUPPORTED_GROUPS = 10,
    EXT_EC_POINT_FORMATS = 11,
    EXT_SIGNATURE_ALGORITHMS = 13,
    EXT_ALPN = 16,
    EXT_SIGNED_CERTIFICATE_TIMESTAMP = 18,
    EXT_PADDING = 21,
    EXT_ENCRYPT_THEN_MAC = 22,
    EXT_EXTENDED_MASTER_SECRET = 23,
    EXT_COMPRESS_CERTIFICATE = 27,
    EXT_RECORD_SIZE_LIMIT = 28,
    EXT_DELEGATED_CREDENTIAL = 34,
    EXT_SESSION_TICKET = 35,
    EXT_PRE_SHARED_KEY = 41,
    EXT_EARLY_DATA = 42,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_COOKIE = 44,
    EXT_PSK_KEY_EXCHANGE_MODES = 45,
    EXT_CERTIFICATE_AUTHORITIES = 47,
    EXT_POST_HANDSHAKE_AUTH = 49,
    EXT_SIGNATURE_ALGORITHMS_CERT = 50,
    EXT_KEY_SHARE = 51,
    EXT_APPLICATION_SETTINGS = 17613,
    EXT_ECH = 0xFE0D,
    EXT_RENEGOTIATION_INFO = 0xFF01,
};

/* Signalling suites. */
enum { SUITE_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF, SUITE_FALLBACK_SCSV = 0x5600 };

/* How a suite agrees on a key and how its peer proves itself; TLS 1.3 suites say neither. */
enum suite_kx { KX_TLS13, KX_ECDHE, KX_DHE, KX_RSA, KX_ECDH, KX_DH, KX_PSK, KX_OTHER };
enum suite_auth { AUTH_TLS13, AUTH_RSA, AUTH_ECDSA, AUTH_DSS, AUTH_ANON, AUTH_PSK, AUTH_OTHER };
enum suite_cipher {
    CIPHER_NONE, /* no engine support: the suite is only recognised */
    CIPHER_AES_128_GCM,
    CIPHER_AES_256_GCM,
    CIPHER_AES_128_CCM,
    CIPHER_AES_256_CCM,
    CIPHER_AES_128_CCM_8,
    CIPHER_AES_256_CCM_8,
    CIPHER_CHACHA20_POLY1305,
    CIPHER_AES_128_CBC,
    CIPHER_AES_256_CBC,
    CIPHER_3DES_CBC,
    CIPHER_CAMELLIA_128_CBC,
    CIPHER_CAMELLIA_256_CBC,
    CIPHER__COUNT,
};
/* MAC of CBC suites (MAC_NONE for AEAD). */
enum suite_mac { MAC_NONE, MAC_MD5, MAC_SHA1, MAC_SHA256, MAC_SHA384 };
/* Hash of the key schedule: for TLS 1.2 and 1.3. Suites of 1.0 and 1.1 use MD5+SHA-1 there. */
enum suite_hash { PRF_SHA256, PRF_SHA384 };
enum suite_grade {
    GRADE_MODERN,   /* TLS 1.3, or ECDHE with AEAD: RFC 9325 recommends it */
    GRADE_LEGACY,   /* still sent by browsers, or merely old: CBC, RSA key exchange, DHE */
    GRADE_INSECURE, /* must not be used: RC4, 3DES, export, NULL, anonymous, DES, MD5 */
};

struct suite {
    uint16_t id;
    const char *iana;    /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
    const char *openssl; /* ECDHE-RSA-AES128-GCM-SHA256; NULL where OpenSSL never had it */
    uint16_t min_version, max_version;
    enum suite_kx kx;
    enum suite_auth auth;
    enum suite_cipher cipher;
    enum suite_mac mac;
    enum suite_hash hash;
    enum suite_grade grade;
};
/* NULL if it is not in the table. */
const struct suite *suite_by_id(uint16_t id);
/* By IANA or OpenSSL name, any case. */
const struct suite *suite_by_name(const char *name);
/* All rows, and their number. Sorted by id. */
const struct suite *suite_table(size_t *ret_n);
/* Whether the engine can finish a handshake with it (not merely recognise it). */
bool suite_supported(const struct suite *s);

enum group_kind { GROUP_ECDH, GROUP_X, GROUP_FFDHE, GROUP_HYBRID, GROUP_OTHER };
enum {
    GROUP_SECP256R1 = 23,
    GROUP_SECP384R1 = 24,
    GROUP_SECP521R1 = 25,
    GROUP_X25519 = 29,
    GROUP_X448 = 30,
    GROUP_FFDHE2048 = 256,
    GROUP_FFDHE3072 = 257,
    GROUP_FFDHE4096 = 258,
    GROUP_FFDHE6144 = 259,
    GROUP_FFDHE8192 = 260,
    GROUP_SECP256R1MLKEM768 = 0x11EB,
    GROUP_X25519MLKEM768 = 0x11EC,
    GROUP_SECP384R1MLKEM1024 = 0x11ED,
    GROUP_X25519KYBER768DRAFT00 = 0x6399,
};
struct group {
    uint16_t id;
    const char *name;  /* IANA: secp256r1, x25519, ffdhe2048, X25519MLKEM768 */
    const char *alias; /* what else people type: P-256, prime256v1; NULL */
    enum group_kind kind;
    uint16_t share_size; /* bytes of the client's key_exchange; 0 unknown */
    uint16_t server_share_size;
    bool supported; /* the engine can complete with it */
};
const struct group *group_by_id(uint16_t id);
const struct group *group_by_name(const char *name); /* IANA, alias, any case; P256 and P-256 */
const struct group *group_table(size_t *ret_n);

enum sig_kind { SIG_RSA_PKCS1, SIG_RSA_PSS_RSAE, SIG_RSA_PSS_PSS, SIG_ECDSA, SIG_EDDSA, SIG_DSA, SIG_OTHER };
enum {
    SIG_RSA_PKCS1_SHA1 = 0x0201,
    SIG_ECDSA_SHA1 = 0x0203,
    SIG_RSA_PKCS1_SHA224 = 0x0301,
    SIG_ECDSA_SHA224 = 0x0303,
    SIG_RSA_PKCS1_SHA256 = 0x0401,
    SIG_ECDSA_SECP256R1_SHA256 = 0x0403,
    SIG_RSA_PKCS1_SHA384 = 0x0501,
    SIG_ECDSA_SECP384R1_SHA384 = 0x0503,
    SIG_RSA_PKCS1_SHA512 = 0x0601,
    SIG_ECDSA_SECP521R1_SHA512 = 0x0603,
    SIG_RSA_PSS_RSAE_SHA256 = 0x0804,
    SIG_RSA_PSS_RSAE_SHA384 = 0x0805,
    SIG_RSA_PSS_RSAE_SHA512 = 0x0806,
    SIG_ED25519 = 0x0807,
    SIG_ED448 = 0x0808,
    SIG_RSA_PSS_PSS_SHA256 = 0x0809,
    SIG_RSA_PSS_PSS_SHA384 = 0x080A,
    SIG_RSA_PSS_PSS_SHA512 = 0x080B,
    SIG_RSA_MD5_SHA1 = 0xFF00, /* private: what TLS 1.0 and 1.1 sign RSA with (RFC 4346 4.7) */
};
struct sigscheme {
    uint16_t id;
    const char *name;  /* IANA: ecdsa_secp256r1_sha256 */
    const char *alias; /* OpenSSL: ECDSA+SHA256; NULL */
    enum sig_kind kind;
    const char *hash; /* OpenSSL digest name ("SHA256"); NULL where the scheme has its own */
    uint16_t curve;   /* the group that TLS 1.3 ties it to; 0 none */
    bool tls13;       /* may sign a TLS 1.3 handshake (RFC 8446 4.2.3) */
};
const struct sigscheme *sigscheme_by_id(uint16_t id);
const struct sigscheme *sigscheme_by_name(const char *name);
const struct sigscheme *sigscheme_table(size_t *ret_n);

/* Names for reports; never NULL: an unknown number gives a text such as "0x1234" that stays valid
 * until the same thread has asked for eight more. */
const char *version_name(uint16_t v); /* "TLS 1.2", "SSL 3.0" */
const char *suite_name(uint16_t id);
const char *group_name(uint16_t id);
const char *sigscheme_name(uint16_t id);
const char *extension_name(uint16_t type);
const char *alert_name(uint8_t description); /* "handshake_failure" */
const char *handshake_name(uint8_t type);    /* "ServerHello" */

static inline bool is_grease(uint16_t v) {
    return (v & 0x0F0F) == 0x0A0A && (v >> 8) == (v & 0xFF);
}

#endif
