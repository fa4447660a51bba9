/* Answers by our own code, for what libssl cannot say: SSL 3.0, dead suites, a post-quantum choice,
 * malformed messages. Plain flights only: what would need keys is not continued. */
#include "base/arena.h"
#include "lab_internal.h"
#include "wire/hello.h"
#include "wire/record.h"

#include <openssl/rand.h>

enum { FLIGHT_MAX = 24576, SEALED_BYTES = 1200 };

/* RFC 8446 4.1.3: a ServerHello with this random asks for another hello. */
static const uint8_t retry_random[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                         0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                         0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

static void write_random(struct wr *w, size_t n) {
    uint8_t room[2048];
    if (n > sizeof(room) || RAND_bytes(room, (int)n) != 1) return;
    wr_put(w, bytes_of(room, n));
}

static void write_key_share(struct wr *w, const struct answer *a) {
    const struct group *g = group_by_id(a->group);
    wr_u16(w, EXT_KEY_SHARE);
    struct wr_mark ext = wr_open(w, 2);
    wr_u16(w, a->group);
    if (!a->hrr) {
        struct wr_mark share = wr_open(w, 2);
        write_random(w, g ? g->server_share_size : 32);
        wr_close(w, share);
    }
    wr_close(w, ext);
}

static void write_extensions(struct wr *w, const struct answer *a, const struct hello_view *v) {
    bool offered;
    ext_find(v->extensions, EXT_RENEGOTIATION_INFO, &offered);
    struct wr_mark block = wr_open(w, 2);
    if (a->version == TLS_1_3) {
        wr_u16(w, EXT_SUPPORTED_VERSIONS);
        wr_u16(w, 2);
        wr_u16(w, TLS_1_3);
        if (a->group) write_key_share(w, a);
    } else if (offered && a->version > TLS_SSL3) {
        wr_u16(w, EXT_RENEGOTIATION_INFO);
        wr_u16(w, 1);
        wr_u8(w, 0);
    }
    if (a->lie == LIE_EXTENSIONS)
        wr_close_as(w, block, 0x1000);
    else
        wr_close(w, block);
}

static void write_server_hello(struct wr *w, const struct answer *a, const struct hello_view *v) {
    wr_u8(w, HS_SERVER_HELLO);
    struct wr_mark msg = wr_open(w, 3);
    wr_u16(w, a->version > TLS_1_2 ? TLS_1_2 : a->version);
    if (a->hrr)
        wr_put(w, bytes_of(retry_random, sizeof(retry_random)));
    else
        write_random(w, 32);
    struct wr_mark id = wr_open(w, 1);
    if (a->version == TLS_1_3 || a->echo_id) wr_put(w, v->session_id);
    if (a->lie == LIE_TOO_LONG)
        wr_close_as(w, id, 0xF0);
    else
        wr_close(w, id);
    wr_u16(w, a->suite);
    wr_u8(w, 0); /* no compression */
    if (a->version > TLS_SSL3 && v->has_extensions) write_extensions(w, a, v);
    if (a->lie == LIE_TOO_SHORT) wr_fill(w, 0xEE, 7);
    wr_close(w, msg);
}

static void write_der(struct wr *w, X509 *cert, bool half) {
    unsigned char *der = NULL;
    int n = i2d_X509(cert, &der);
    if (n > 0) wr_vec(w, 3, bytes_of(der, half ? (size_t)n / 2 : (size_t)n));
    OPENSSL_free(der);
}

static void write_certificate(struct wr *w, const struct lab_chain *c, bool half) {
    wr_u8(w, HS_CERTIFICATE);
    struct wr_mark msg = wr_open(w, 3), list = wr_open(w, 3);
    write_der(w, c->leaf, half);
    for (int i = 0; i < sk_X509_num(c->others); i++) write_der(w, sk_X509_value(c->others, i), false);
    wr_close(w, list);
    wr_close(w, msg);
}

static uint16_t record_version(const struct answer *a) {
    return a->version > TLS_1_2 ? TLS_1_2 : a->version;
}

static bool send_record(struct lab_link *l, const struct answer *a, uint8_t type, struct bytes body) {
    uint8_t room[RECORD_HEADER + RECORD_PLAIN_MAX];
    struct wr w = wr_init(room, sizeof(room));
    record_write(&w, type, record_version(a), body);
    return lab_write(l, wr_bytes(&w));
}

/* A Certificate of 16 MB, in as many records as anybody takes. */
static void send_endless(struct lab_link *l, const struct answer *a) {
    uint8_t room[RECORD_PLAIN_MAX];
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, HS_CERTIFICATE);
    wr_u24(&w, 0xFFFFFF);
    wr_u24(&w, 0xFFFFFC);
    wr_fill(&w, 0x30, sizeof(room) - w.n);
    while (send_record(l, a, CT_HANDSHAKE, wr_bytes(&w))) {
        w.n = 0;
        wr_fill(&w, 0x30, sizeof(room));
    }
}

static void send_sealed(struct lab_link *l, const struct answer *a) {
    static const uint8_t one = 1;
    uint8_t room[SEALED_BYTES];
    struct wr w = wr_init(room, sizeof(room));
    write_random(&w, sizeof(room));
    if (send_record(l, a, CT_CHANGE_CIPHER_SPEC, bytes_of(&one, 1)))
        send_record(l, a, CT_APPLICATION_DATA, wr_bytes(&w));
}

void lab_answer(struct lab_link *l, const struct answer *a, const struct hello_view *v) {
    static const uint8_t finished[] = {HS_FINISHED, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const uint8_t done[] = {HS_SERVER_HELLO_DONE, 0, 0, 0};
    uint8_t *room = mem_alloc(FLIGHT_MAX);
    struct wr w = wr_init(room, FLIGHT_MAX);
    if (a->lie == LIE_WRONG_FIRST)
        wr_put(&w, bytes_of(finished, sizeof(finished)));
    else
        write_server_hello(&w, a, v);
    if (a->certificate && l->server->chain)
        write_certificate(&w, l->server->chain, a->lie == LIE_HALF_CERTIFICATE);
    if (a->done) wr_put(&w, bytes_of(done, sizeof(done)));
    bool sent = send_record(l, a, CT_HANDSHAKE, wr_bytes(&w));
    mem_free(room);
    if (sent && a->lie == LIE_ENDLESS) send_endless(l, a);
    if (sent && a->sealed) send_sealed(l, a);
}
