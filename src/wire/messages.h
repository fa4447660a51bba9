/* Handshake messages of the server: bytes to structs, framing only. Every reader gets the body
 * (without the 4-byte header) in a struct rd and returns rd_ok() after reading all of it; everything is
 * borrowed. Meaning and legality come later: a tool that rejects early destroys its evidence. */
#ifndef TW_WIRE_MESSAGES_H
#define TW_WIRE_MESSAGES_H

#include "base/rd.h"
#include "base/wr.h"
#include "wire/iana.h"

/* ServerHello and HelloRetryRequest (RFC 8446 4.1.3, RFC 5246 7.4.1.3). */
struct server_hello {
    uint16_t legacy_version;
    struct bytes random, session_id;
    uint16_t suite;
    uint8_t compression;
    bool has_extensions;
    struct bytes extensions;
    /* from the extensions, where they are there and well-formed */
    bool is_hrr;      /* its random is the one of RFC 8446 4.1.3 */
    uint16_t version; /* supported_versions' choice, else legacy_version */
    bool has_key_share;
    uint16_t group; /* key_share: of the share, or asked for by an HRR */
    struct bytes key_exchange;
    bool has_psk;
    uint16_t psk_index;
    struct bytes cookie;
    bool has_renegotiation_info, has_ems, has_etm, has_ticket, has_status_request, has_server_name;
    struct bytes renegotiated_connection;
    struct bytes alpn; /* the one name chosen, empty if none */
    /* the last eight bytes of random, RFC 8446 4.1.3: 12 or 11 where a 1.3 server went down */
    enum { DOWNGRADE_NONE, DOWNGRADE_TLS12, DOWNGRADE_TLS11 } downgrade;
};
bool server_hello_read(struct rd *r, struct server_hello *ret);

/* EncryptedExtensions (RFC 8446 4.3.1). */
struct encrypted_extensions {
    struct bytes extensions;
    struct bytes alpn;
    bool has_server_name, has_early_data;
    struct bytes groups; /* the server's own supported_groups, if told */
};
bool encrypted_extensions_read(struct rd *r, struct encrypted_extensions *ret);

enum { CERTIFICATES_AT_HAND = 16 };
struct certificate_entry {
    struct bytes der;
    struct bytes extensions; /* TLS 1.3 only */
    struct bytes ocsp;       /* the OCSPResponse of a status_request in there (1.3) */
    struct bytes scts;
};
struct certificate_msg {
    struct bytes context;                                 /* TLS 1.3 */
    struct certificate_entry entry[CERTIFICATES_AT_HAND]; /* the first; certificate_next() has them all */
    size_t n;                                             /* of all that could be read */
    struct bytes list;
    bool tls13;
};
bool certificate_read(struct rd *r, bool tls13, struct certificate_msg *ret);
/* Over what was read, from the first on: start with rd_init(r, m->list). False: there are no more. */
bool certificate_next(const struct certificate_msg *m, struct rd *r, struct certificate_entry *ret);

/* CertificateStatus (RFC 6066 8): the OCSPResponse. */
bool certificate_status_read(struct rd *r, struct bytes *ret_ocsp);

/* ServerKeyExchange of ECDHE, DHE, and their anonymous forms (RFC 8422 5.4, RFC 5246 7.4.3). */
struct server_key_exchange {
    uint16_t group;     /* named curve; 0 for DHE */
    struct bytes point; /* ECDHE public value */
    struct bytes dh_p, dh_g, dh_y;
    struct bytes params; /* the signed part, as it stands in the message */
    bool has_signature;
    uint16_t sigscheme; /* TLS 1.2; 0 before */
    struct bytes signature;
};
bool server_key_exchange_read(struct rd *r, enum suite_kx kx, enum suite_auth auth, uint16_t version,
                              struct server_key_exchange *ret);

/* CertificateRequest, 1.0 to 1.2 and 1.3. */
struct certificate_request {
    struct bytes types;    /* ClientCertificateType list, before 1.3 */
    struct bytes sigalgs;  /* SignatureScheme list */
    struct bytes ca_names; /* DistinguishedName list: each with a 2-byte length */
    struct bytes context;  /* 1.3 */
};
bool certificate_request_read(struct rd *r, uint16_t version, struct certificate_request *ret);

struct certificate_verify {
    uint16_t sigscheme; /* 0 before TLS 1.2 */
    struct bytes signature;
};
bool certificate_verify_read(struct rd *r, uint16_t version, struct certificate_verify *ret);

struct new_session_ticket {
    uint32_t lifetime_s, age_add;
    struct bytes nonce, ticket, extensions; /* nonce, age_add and extensions: 1.3 only */
};
bool new_session_ticket_read(struct rd *r, bool tls13, struct new_session_ticket *ret);

bool key_update_read(struct rd *r, bool *ret_requested);

struct alert {
    uint8_t level, description;
};
bool alert_read(struct rd *r, struct alert *ret);

/* Handshake header: type and length, then the message. */
enum { HANDSHAKE_HEADER = 4, HANDSHAKE_MAX = 12 << 20 };

#endif
