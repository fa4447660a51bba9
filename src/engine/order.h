/* The order of handshake messages as tables: in each state, which messages may come, what reads them and
 * which state follows (RFC 8446 appendix A.1, RFC 5246 7.3). The driver and the text "expected X or Y, got Z"
 * both come from here, so they cannot disagree. */
#ifndef TW_ENGINE_ORDER_H
#define TW_ENGINE_ORDER_H

#include "base/text.h"
#include "wire/iana.h"

enum eng_state {
    ST_HELLO,         /* the ClientHello is out */
    ST_HELLO_RETRIED, /* the second one is */
    /* TLS 1.3 */
    ST13_ENCRYPTED_EXTENSIONS,
    ST13_CERT_OR_REQUEST,
    ST13_CERT,
    ST13_CERT_VERIFY,
    ST13_FINISHED,
    ST13_OPEN,
    /* TLS 1.2 and before */
    ST12_CERT,
    ST12_AFTER_CERT,
    ST12_AFTER_STATUS,
    ST12_AFTER_KX,
    ST12_HELLO_DONE,
    ST12_TICKET_OR_CCS, /* our flight is out */
    ST12_CCS,
    ST12_FINISHED,
    ST12_OPEN,
    ST__COUNT,
};

/* What arrives: a handshake type, or one of these where the type alone does not say which it is. */
enum order_type {
    ORDER_HELLO_RETRY = 0x100,
    ORDER_SERVER_HELLO_12, /* a ServerHello that chose 1.2 or less */
    ORDER_SERVER_HELLO_13,
    ORDER_CCS, /* ChangeCipherSpec of 1.2 and before: in 1.3 it is no message */
};

/* Facts of the connection that decide whether a row holds. */
enum order_flag {
    ORDER_OFFERED_13 = 1 << 0,
    ORDER_CERT = 1 << 1,        /* the suite proves itself with a certificate */
    ORDER_KX = 1 << 2,          /* the suite sends a ServerKeyExchange */
    ORDER_STATUS = 1 << 3,      /* status_request was agreed on */
    ORDER_TICKET = 1 << 4,      /* session_ticket was agreed on */
    ORDER_POST_AUTH = 1 << 5,   /* post_handshake_auth was offered */
    ORDER_COMPRESSED = 1 << 6,  /* compress_certificate was offered */
    ORDER_RESUMED = 1 << 7,     /* an abbreviated handshake */
    ORDER_KX_OPTIONAL = 1 << 8, /* only recognised: an export suite may or may not send one */
};

enum order_handler {
    ON_HELLO_RETRY,
    ON_SERVER_HELLO,
    ON_ENCRYPTED_EXTENSIONS,
    ON_CERTIFICATE,
    ON_COMPRESSED_CERTIFICATE,
    ON_CERTIFICATE_STATUS,
    ON_SERVER_KX,
    ON_CERTIFICATE_REQUEST,
    ON_SERVER_HELLO_DONE,
    ON_CERTIFICATE_VERIFY,
    ON_FINISHED_12,
    ON_FINISHED_13,
    ON_CCS,
    ON_TICKET,
    ON_KEY_UPDATE,
    ON_POST_AUTH_REQUEST,
    ON_HELLO_REQUEST,
    ON__COUNT,
};

struct order_row {
    enum eng_state state;
    unsigned type;         /* enum tls_handshake or enum order_type */
    unsigned when, unless; /* enum order_flag: all of `when`, none of `unless` */
    enum order_handler handler;
    enum eng_state next;
};
const struct order_row *order_table(size_t *ret_n);
/* The row of a message that may stand here; NULL if it may not. */
const struct order_row *order_find(enum eng_state state, unsigned type, unsigned flags);
/* "Certificate or CertificateRequest". */
const char *order_expected(struct arena *a, enum eng_state state, unsigned flags);
const char *order_name(unsigned type);

#endif
