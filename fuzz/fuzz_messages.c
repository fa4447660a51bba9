/* The server's handshake messages: the first byte chooses the reader, the rest is the body. A message
 * is read completely or refused with its place, and nothing that it hands out lies outside of it. */
#include "wire/messages.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

/* Reads every borrowed byte, so that the sanitizer sees a run that is not there. */
static void touch(struct bytes b) {
    uint8_t sum = 0;
    for (size_t i = 0; i < b.n; i++) sum = (uint8_t)(sum + b.p[i]);
    static volatile uint8_t sink;
    sink = sum;
    (void)sink;
}

static bool server_hello(struct rd *r) {
    struct server_hello m;
    bool ok = server_hello_read(r, &m);
    touch(m.random), touch(m.session_id), touch(m.extensions), touch(m.key_exchange), touch(m.cookie);
    touch(m.renegotiated_connection), touch(m.alpn);
    check(m.is_hrr ? m.key_exchange.n == 0 : true);
    return ok;
}
static bool encrypted(struct rd *r) {
    struct encrypted_extensions m;
    bool ok = encrypted_extensions_read(r, &m);
    touch(m.extensions), touch(m.alpn), touch(m.groups);
    return ok;
}
static bool certificate(struct rd *r, bool tls13) {
    struct certificate_msg m;
    bool ok = certificate_read(r, tls13, &m);
    struct certificate_entry e;
    struct rd list;
    size_t n = 0;
    touch(m.context);
    rd_init(&list, m.list);
    for (; certificate_next(&m, &list, &e); n++) {
        touch(e.der), touch(e.extensions), touch(e.ocsp), touch(e.scts);
        check(n >= CERTIFICATES_AT_HAND || bytes_eq(e.der, m.entry[n].der));
    }
    check(n == m.n);
    return ok;
}
static bool certificate_12(struct rd *r) {
    return certificate(r, false);
}
static bool certificate_13(struct rd *r) {
    return certificate(r, true);
}
static bool certificate_status(struct rd *r) {
    struct bytes ocsp;
    bool ok = certificate_status_read(r, &ocsp);
    touch(ocsp);
    return ok;
}
static bool key_exchange(struct rd *r, enum suite_kx kx, enum suite_auth auth, uint16_t version) {
    struct server_key_exchange m;
    bool ok = server_key_exchange_read(r, kx, auth, version, &m);
    touch(m.point), touch(m.dh_p), touch(m.dh_g), touch(m.dh_y), touch(m.params), touch(m.signature);
    return ok;
}
static bool ske_ecdhe(struct rd *r) {
    return key_exchange(r, KX_ECDHE, AUTH_RSA, TLS_1_2);
}
static bool ske_dhe(struct rd *r) {
    return key_exchange(r, KX_DHE, AUTH_RSA, TLS_1_2);
}
static bool ske_old(struct rd *r) {
    return key_exchange(r, KX_DHE, AUTH_DSS, TLS_1_0);
}
static bool ske_anon(struct rd *r) {
    return key_exchange(r, KX_ECDHE, AUTH_ANON, TLS_1_2);
}
static bool request(struct rd *r, uint16_t version) {
    struct certificate_request m;
    bool ok = certificate_request_read(r, version, &m);
    touch(m.types), touch(m.sigalgs), touch(m.ca_names), touch(m.context);
    return ok;
}
static bool request_11(struct rd *r) {
    return request(r, TLS_1_1);
}
static bool request_12(struct rd *r) {
    return request(r, TLS_1_2);
}
static bool request_13(struct rd *r) {
    return request(r, TLS_1_3);
}
static bool verify_11(struct rd *r) {
    struct certificate_verify m;
    bool ok = certificate_verify_read(r, TLS_1_1, &m);
    touch(m.signature);
    return ok;
}
static bool verify_12(struct rd *r) {
    struct certificate_verify m;
    bool ok = certificate_verify_read(r, TLS_1_2, &m);
    touch(m.signature);
    return ok;
}
static bool ticket(struct rd *r, bool tls13) {
    struct new_session_ticket m;
    bool ok = new_session_ticket_read(r, tls13, &m);
    touch(m.nonce), touch(m.ticket), touch(m.extensions);
    return ok;
}
static bool ticket_12(struct rd *r) {
    return ticket(r, false);
}
static bool ticket_13(struct rd *r) {
    return ticket(r, true);
}
static bool key_update(struct rd *r) {
    bool requested;
    return key_update_read(r, &requested);
}
static bool alert(struct rd *r) {
    struct alert m;
    return alert_read(r, &m);
}

/* In the order that tools/fuzz-seeds knows. */
static bool (*const readers[])(struct rd *r) = {
    server_hello, encrypted, certificate_12, certificate_13, certificate_status, ske_ecdhe,
    ske_dhe,      ske_old,   ske_anon,       request_11,     request_12,         request_13,
    verify_11,    verify_12, ticket_12,      ticket_13,      key_update,         alert,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    struct bytes body = bytes_of(data + 1, size - 1);
    struct rd r;
    rd_init(&r, body);
    bool ok = readers[data[0] % TW_COUNT(readers)](&r);
    check(ok == rd_ok(&r) && rd_left(&r) == 0);
    if (!ok) check(r.field && r.off <= body.n);
    return 0;
}
