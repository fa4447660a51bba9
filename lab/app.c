/* What a server says over a finished handshake: an answer by HTTP/1.1 or HTTP/2, a greeting, nothing. */
#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"
#include "honest.h"

#include <openssl/ssl.h>
#include <time.h>

enum { REQUEST_MAX = 8192, ANSWER_MAX = 4096 };

static const char greeting[] = "220 mail.lab.example ESMTP ready\r\n";

static const char *status_for(SSL *ssl, const struct honest *c) {
    if (c->status_early && SSL_get_app_data(ssl)) return c->status_early;
    if (c->status_bad_cert && SSL_get_verify_result(ssl) != X509_V_OK) return c->status_bad_cert;
    if (c->client_auth == CLIENT_AUTH_LATE && !SSL_get0_peer_certificate(ssl)) return "403 Forbidden";
    if (c->status_without_cert && !SSL_get0_peer_certificate(ssl)) return c->status_without_cert;
    return c->status ? c->status : "200 OK";
}

/* RFC 9110 5.6.7. */
static void http_date_now(const struct honest *c, char *room, size_t cap) {
    struct tm tm;
    time_t now = time(NULL) + (time_t)c->date_off_h * 3600;
    gmtime_r(&now, &tm);
    strftime(room, cap, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

/* --- HTTP/1.1 --- */

static bool ends_request(const uint8_t *p, size_t n) {
    return n >= 4 && memcmp(p + n - 4, "\r\n\r\n", 4) == 0;
}

static bool read_request(SSL *ssl) {
    uint8_t room[REQUEST_MAX];
    size_t n = 0, got;
    if (SSL_get_app_data(ssl)) return true; /* it came as early data */
    while (n < sizeof(room) && SSL_read_ex(ssl, room + n, sizeof(room) - n, &got) == 1) {
        n += got;
        if (ends_request(room, n)) return true;
    }
    return false;
}

/* As for one folder of a site alone: only the request says whether a certificate is needed. A client of TLS
 * 1.3 that did not say that it can be asked so late is not asked. False: the handshake failed. */
static bool ask_late(SSL *ssl) {
    char ignored;
    size_t n;
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    bool tls13 = SSL_version(ssl) == TLS1_3_VERSION;
    if (tls13 && SSL_verify_client_post_handshake(ssl) != 1) return true;
    if (!tls13 && SSL_renegotiate(ssl) != 1) return false;
    if (SSL_do_handshake(ssl) != 1) return false;
    /* The client's answer is read with the next data, of which there is none yet. */
    (void)SSL_peek_ex(ssl, &ignored, 0, &n);
    return SSL_get0_peer_certificate(ssl) != NULL || SSL_do_handshake(ssl) == 1;
}

static void say_http1(SSL *ssl, const struct honest *c) {
    struct arena a = {0};
    char date[64];
    http_date_now(c, date, sizeof(date));
    const char *date_line = c->no_date ? "" : text_f(&a, "Date: %s\r\n", date);
    const char *out =
        text_f(&a, "HTTP/1.1 %s\r\n%s%sServer: lab\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
               status_for(ssl, c), date_line, c->headers ? c->headers : "");
    size_t sent;
    SSL_write_ex(ssl, out, strlen(out), &sent);
    arena_done(&a);
}

static void answer_http1(SSL *ssl, const struct honest *c) {
    if (!read_request(ssl)) return;
    if (c->client_auth == CLIENT_AUTH_LATE && !ask_late(ssl)) return;
    say_http1(ssl, c);
}

/* What comes looks like no request to a server that has never heard of HTTP/2. */
static void answer_unread(SSL *ssl, const struct honest *c) {
    uint8_t room[REQUEST_MAX];
    size_t n = 0;
    if (SSL_read_ex(ssl, room, sizeof(room), &n) == 1) say_http1(ssl, c);
}

/* --- HTTP/2 (RFC 9113), as much as one request takes --- */

enum {
    FRAME_HEADERS = 1,
    FRAME_RST_STREAM = 3,
    FRAME_SETTINGS = 4,
    HTTP_1_1_REQUIRED = 13,
    FLAG_ACK = 1,
    FLAG_END_STREAM = 1,
    FLAG_END_HEADERS = 4
};
/* Static table of HPACK (RFC 7541, appendix A). */
enum { HPACK_STATUS = 8, HPACK_DATE = 33 };

static void write_frame(struct wr *w, uint8_t type, uint8_t flags, uint32_t stream, struct bytes body) {
    wr_u24(w, (uint32_t)body.n);
    wr_u8(w, type);
    wr_u8(w, flags);
    wr_u32(w, stream);
    wr_put(w, body);
}

/* A literal without indexing, its name from the static table (RFC 7541 6.2.2). */
static void write_field(struct wr *w, unsigned name, struct bytes value) {
    if (name < 15) {
        wr_u8(w, (uint8_t)name);
    } else {
        wr_u8(w, 15);
        wr_u8(w, (uint8_t)(name - 15));
    }
    wr_vec(w, 1, value); /* shorter than 127 bytes, not Huffman-coded */
}

static bool read_exactly(SSL *ssl, uint8_t *room, size_t n) {
    size_t got;
    for (size_t at = 0; at < n; at += got)
        if (SSL_read_ex(ssl, room + at, n - at, &got) != 1) return false;
    return true;
}

/* Reads frames up to the request's; 0: the peer left. */
static uint32_t read_request_stream(SSL *ssl) {
    uint8_t head[24], body[16384];
    if (!read_exactly(ssl, head, 24)) return 0; /* the connection preface */
    while (read_exactly(ssl, head, 9)) {
        struct rd r;
        rd_init(&r, bytes_of(head, 9));
        uint32_t n = rd_u24(&r, "length");
        uint8_t type = rd_u8(&r, "type");
        rd_u8(&r, "flags");
        uint32_t stream = rd_u32(&r, "stream");
        if (n > sizeof(body) || !read_exactly(ssl, body, n)) return 0;
        if (type == FRAME_HEADERS) return stream;
    }
    return 0;
}

/* As Apache does where renegotiation or the like would be due, which HTTP/2 forbids (RFC 9113 9.2.1). */
static bool wants_http1(const struct honest *c) {
    return c->http1_required || c->client_auth == CLIENT_AUTH_LATE;
}

static void answer_http2(SSL *ssl, const struct honest *c) {
    uint8_t out_room[ANSWER_MAX], block_room[512];
    struct wr out = wr_init(out_room, sizeof(out_room)), block = wr_init(block_room, sizeof(block_room));
    size_t sent;
    write_frame(&out, FRAME_SETTINGS, 0, 0, (struct bytes){0});
    if (SSL_write_ex(ssl, out.p, out.n, &sent) != 1) return;
    uint32_t stream = read_request_stream(ssl);
    if (!stream) return;
    char date[64];
    http_date_now(c, date, sizeof(date));
    write_field(&block, HPACK_STATUS, bytes_of(status_for(ssl, c), 3));
    if (!c->no_date) write_field(&block, HPACK_DATE, bytes_str(date));
    out.n = 0;
    write_frame(&out, FRAME_SETTINGS, FLAG_ACK, 0, (struct bytes){0});
    static const uint8_t required[] = {0, 0, 0, HTTP_1_1_REQUIRED};
    if (wants_http1(c))
        write_frame(&out, FRAME_RST_STREAM, 0, stream, bytes_of(required, sizeof(required)));
    else
        write_frame(&out, FRAME_HEADERS, FLAG_END_HEADERS | FLAG_END_STREAM, stream, wr_bytes(&block));
    SSL_write_ex(ssl, out.p, out.n, &sent);
}

static bool speaks_http2(SSL *ssl) {
    const unsigned char *name = NULL;
    unsigned n = 0;
    SSL_get0_alpn_selected(ssl, &name, &n);
    return bytes_eq(bytes_of(name, n), bytes_str("h2"));
}

static void answer(SSL *ssl, const struct honest *c) {
    if (speaks_http2(ssl))
        answer_http2(ssl, c);
    else
        answer_http1(ssl, c);
}

static void wait_for_leaving(SSL *ssl) {
    uint8_t room[1024];
    size_t n;
    while (SSL_read_ex(ssl, room, sizeof(room), &n) == 1) continue;
}

void lab_app_serve(SSL *ssl, const struct honest *c, struct lab_link *l) {
    size_t sent;
    switch (c->app) {
    case APP_HTTP:
        answer(ssl, c);
        break;
    case APP_HTTP1:
        answer_unread(ssl, c);
        break;
    case APP_RESETS:
        answer(ssl, c);
        lab_reset(l);
        return;
    case APP_GREETS:
        SSL_write_ex(ssl, greeting, strlen(greeting), &sent);
        wait_for_leaving(ssl);
        break;
    case APP_WAITS:
        wait_for_leaving(ssl);
        break;
    case APP_OTHER:
        (void)read_request(ssl);
        break;
    case APP_CLOSES:
        break;
    }
    SSL_shutdown(ssl);
}
