#include "engine/order.h"

static const struct order_row rows[] = {
    /* RFC 8446 4.1.4: at most one HelloRetryRequest. */
    {ST_HELLO, ORDER_HELLO_RETRY, ORDER_OFFERED_13, 0, ON_HELLO_RETRY, ST_HELLO_RETRIED},
    {ST_HELLO, ORDER_SERVER_HELLO_13, 0, 0, ON_SERVER_HELLO, ST13_ENCRYPTED_EXTENSIONS},
    {ST_HELLO, ORDER_SERVER_HELLO_12, 0, 0, ON_SERVER_HELLO, ST12_CERT},
    {ST_HELLO_RETRIED, ORDER_SERVER_HELLO_13, 0, 0, ON_SERVER_HELLO, ST13_ENCRYPTED_EXTENSIONS},

    /* RFC 8446 appendix A.1; with a PSK the server goes from EncryptedExtensions to Finished. */
    {ST13_ENCRYPTED_EXTENSIONS, HS_ENCRYPTED_EXTENSIONS, 0, ORDER_RESUMED, ON_ENCRYPTED_EXTENSIONS,
     ST13_CERT_OR_REQUEST},
    {ST13_ENCRYPTED_EXTENSIONS, HS_ENCRYPTED_EXTENSIONS, ORDER_RESUMED, 0, ON_ENCRYPTED_EXTENSIONS,
     ST13_FINISHED},
    {ST13_CERT_OR_REQUEST, HS_CERTIFICATE, 0, 0, ON_CERTIFICATE, ST13_CERT_VERIFY},
    {ST13_CERT_OR_REQUEST, HS_COMPRESSED_CERTIFICATE, ORDER_COMPRESSED, 0, ON_COMPRESSED_CERTIFICATE,
     ST13_CERT_VERIFY},
    {ST13_CERT_OR_REQUEST, HS_CERTIFICATE_REQUEST, 0, 0, ON_CERTIFICATE_REQUEST, ST13_CERT},
    {ST13_CERT, HS_CERTIFICATE, 0, 0, ON_CERTIFICATE, ST13_CERT_VERIFY},
    {ST13_CERT, HS_COMPRESSED_CERTIFICATE, ORDER_COMPRESSED, 0, ON_COMPRESSED_CERTIFICATE, ST13_CERT_VERIFY},
    {ST13_CERT_VERIFY, HS_CERTIFICATE_VERIFY, 0, 0, ON_CERTIFICATE_VERIFY, ST13_FINISHED},
    {ST13_FINISHED, HS_FINISHED, 0, 0, ON_FINISHED_13, ST13_OPEN},
    {ST13_OPEN, HS_NEW_SESSION_TICKET, 0, 0, ON_TICKET, ST13_OPEN},
    {ST13_OPEN, HS_KEY_UPDATE, 0, 0, ON_KEY_UPDATE, ST13_OPEN},
    {ST13_OPEN, HS_CERTIFICATE_REQUEST, ORDER_POST_AUTH, 0, ON_POST_AUTH_REQUEST, ST13_OPEN},

    /* RFC 5246 7.3 figure 1, CertificateStatus as RFC 6066 8, NewSessionTicket as RFC 5077 3.3. Which
     * of Certificate and ServerKeyExchange there are follows from the suite (RFC 5246 7.4.2, 7.4.3). */
    {ST12_CERT, HS_CERTIFICATE, ORDER_CERT, ORDER_RESUMED, ON_CERTIFICATE, ST12_AFTER_CERT},
    {ST12_CERT, HS_SERVER_KEY_EXCHANGE, ORDER_KX, ORDER_CERT | ORDER_RESUMED, ON_SERVER_KX, ST12_AFTER_KX},
    {ST12_AFTER_CERT, HS_CERTIFICATE_STATUS, ORDER_STATUS, 0, ON_CERTIFICATE_STATUS, ST12_AFTER_STATUS},
    {ST12_AFTER_CERT, HS_SERVER_KEY_EXCHANGE, ORDER_KX, 0, ON_SERVER_KX, ST12_AFTER_KX},
    {ST12_AFTER_CERT, HS_SERVER_KEY_EXCHANGE, ORDER_KX_OPTIONAL, 0, ON_SERVER_KX, ST12_AFTER_KX},
    {ST12_AFTER_CERT, HS_CERTIFICATE_REQUEST, 0, ORDER_KX, ON_CERTIFICATE_REQUEST, ST12_HELLO_DONE},
    {ST12_AFTER_CERT, HS_SERVER_HELLO_DONE, 0, ORDER_KX, ON_SERVER_HELLO_DONE, ST12_TICKET_OR_CCS},
    {ST12_AFTER_STATUS, HS_SERVER_KEY_EXCHANGE, ORDER_KX, 0, ON_SERVER_KX, ST12_AFTER_KX},
    {ST12_AFTER_STATUS, HS_SERVER_KEY_EXCHANGE, ORDER_KX_OPTIONAL, 0, ON_SERVER_KX, ST12_AFTER_KX},
    {ST12_AFTER_STATUS, HS_CERTIFICATE_REQUEST, 0, ORDER_KX, ON_CERTIFICATE_REQUEST, ST12_HELLO_DONE},
    {ST12_AFTER_STATUS, HS_SERVER_HELLO_DONE, 0, ORDER_KX, ON_SERVER_HELLO_DONE, ST12_TICKET_OR_CCS},
    {ST12_AFTER_KX, HS_CERTIFICATE_REQUEST, ORDER_CERT, 0, ON_CERTIFICATE_REQUEST, ST12_HELLO_DONE},
    {ST12_AFTER_KX, HS_SERVER_HELLO_DONE, 0, 0, ON_SERVER_HELLO_DONE, ST12_TICKET_OR_CCS},
    {ST12_HELLO_DONE, HS_SERVER_HELLO_DONE, 0, 0, ON_SERVER_HELLO_DONE, ST12_TICKET_OR_CCS},
    {ST12_TICKET_OR_CCS, HS_NEW_SESSION_TICKET, ORDER_TICKET, 0, ON_TICKET, ST12_CCS},
    {ST12_TICKET_OR_CCS, ORDER_CCS, 0, 0, ON_CCS, ST12_FINISHED},
    {ST12_CCS, ORDER_CCS, 0, 0, ON_CCS, ST12_FINISHED},
    {ST12_FINISHED, HS_FINISHED, 0, 0, ON_FINISHED_12, ST12_OPEN},
    {ST12_OPEN, HS_HELLO_REQUEST, 0, 0, ON_HELLO_REQUEST, ST12_OPEN},
    /* RFC 5246 7.3 figure 2: the abbreviated handshake. */
    {ST12_CERT, HS_NEW_SESSION_TICKET, ORDER_RESUMED | ORDER_TICKET, 0, ON_TICKET, ST12_CCS},
    {ST12_CERT, ORDER_CCS, ORDER_RESUMED, 0, ON_CCS, ST12_FINISHED},
};

const struct order_row *order_table(size_t *ret_n) {
    *ret_n = TW_COUNT(rows);
    return rows;
}

static bool holds(const struct order_row *r, enum eng_state state, unsigned flags) {
    return r->state == state && (flags & r->when) == r->when && (flags & r->unless) == 0;
}

const struct order_row *order_find(enum eng_state state, unsigned type, unsigned flags) {
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (rows[i].type == type && holds(&rows[i], state, flags)) return &rows[i];
    return NULL;
}

const char *order_name(unsigned type) {
    switch (type) {
    case ORDER_HELLO_RETRY:
        return "HelloRetryRequest";
    case ORDER_SERVER_HELLO_12:
    case ORDER_SERVER_HELLO_13:
        return "ServerHello";
    case ORDER_CCS:
        return "ChangeCipherSpec";
    default:
        return handshake_name((uint8_t)type);
    }
}

const char *order_expected(struct arena *a, enum eng_state state, unsigned flags) {
    struct text t;
    text_init(&t, a);
    const char *last = NULL;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        if (!holds(&rows[i], state, flags)) continue;
        const char *name = order_name(rows[i].type);
        if (last && strcmp(last, name) == 0) continue; /* both kinds of ServerHello */
        if (last) text_add(&t, " or ");
        text_add(&t, name);
        last = name;
    }
    return last ? t.s : "nothing more";
}
