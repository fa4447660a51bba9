/* The dialects of proxies: HTTP CONNECT (RFC 9110 9.3.6) and SOCKS5 (RFC 1928, passwords by RFC 1929). */
#include "net/dialog_internal.h"

#include <arpa/inet.h>

/* A name with a space or a line break in it would be more than one word to the proxy. */
static bool is_one_word(const char *host) {
    for (const char *c = host; *c; c++)
        if ((uint8_t)*c <= ' ' || *c == 0x7F) return false;
    return *host != 0;
}

static void put_base64(struct wr *w, struct bytes b) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < b.n; i += 3) {
        struct bytes group = bytes_cut(b, i, 3);
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++) v = v << 8 | (k < group.n ? group.p[k] : 0);
        for (size_t k = 0; k < 4; k++)
            wr_u8(w, (uint8_t)(k <= group.n ? digit[v >> (18 - 6 * k) & 63] : '='));
    }
}

static enum dialog_status http_begin(struct dialog *d, struct wr *out) {
    if (!is_one_word(d->host)) return dialog_fail(d, DIALOG_PROXY_REFUSED, "not a host name");
    bool v6 = strchr(d->host, ':') != NULL;
    const char *to = text_f(d->a, v6 ? "[%s]:%u" : "%s:%u", d->host, d->port);
    dialog_say(d, out, bytes_str(text_f(d->a, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to)));
    if (d->proxy->user[0]) {
        wr_str(out, "Proxy-Authorization: Basic ");
        put_base64(out, bytes_str(text_f(d->a, "%s:%s", d->proxy->user, d->proxy->password)));
        wr_str(out, "\r\n");
    }
    wr_str(out, "User-Agent: tlswhy\r\n\r\n");
    return DIALOG_GOES_ON;
}

enum http_phase { HTTP_STATUS, HTTP_HEADER, HTTP_INTERIM };

static enum unit_state http_whole(struct dialog *d, struct bytes held) {
    static const char start[] = "HTTP/1.";
    size_t n = held.n < sizeof start - 1 ? held.n : sizeof start - 1;
    if (d->phase == HTTP_STATUS && memcmp(held.p, start, n) != 0) return UNIT_ALIEN;
    return held.p[held.n - 1] == '\n' ? UNIT_WHOLE : UNIT_MORE;
}

static struct bytes without_end(struct bytes line) {
    while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n')) line.n--;
    return line;
}

/* "HTTP/1.1 200 Connection established": the class of the status decides. */
static enum dialog_status http_status(struct dialog *d, struct bytes line) {
    enum { AT_STATUS = 9 };
    dialog_note(d, line, "");
    struct bytes status = bytes_cut(line, AT_STATUS, 3);
    bool number = status.n == 3;
    for (size_t i = 0; i < status.n; i++) number = number && status.p[i] >= '0' && status.p[i] <= '9';
    if (!number) return dialog_fail(d, DIALOG_PROXY_REFUSED, NULL);
    if (bytes_eq(status, bytes_str("407"))) return dialog_fail(d, DIALOG_PROXY_AUTH, NULL);
    if (status.p[0] != '1' && status.p[0] != '2') return dialog_fail(d, DIALOG_PROXY_REFUSED, NULL);
    d->phase = status.p[0] == '1' ? HTTP_INTERIM : HTTP_HEADER;
    return DIALOG_GOES_ON;
}

static enum dialog_status http_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    (void)out;
    struct bytes line = without_end(unit);
    if (d->phase == HTTP_STATUS) return http_status(d, line);
    if (line.n > 0) return DIALOG_GOES_ON;
    /* RFC 9110 9.3.6: no body after a 2xx, whatever its header says. */
    if (d->phase == HTTP_HEADER) return DIALOG_READY;
    d->phase = HTTP_STATUS;
    d->reply.n = 0;
    return DIALOG_GOES_ON;
}

enum socks_phase { SOCKS_METHOD, SOCKS_PASSWORD, SOCKS_REPLY };
enum { SOCKS_VERSION = 5, SOCKS_NO_AUTH = 0, SOCKS_USER_PASSWORD = 2, SOCKS_CONNECT = 1 };
enum socks_address { SOCKS_IPV4 = 1, SOCKS_NAME = 3, SOCKS_IPV6 = 4 };

static enum dialog_status socks_begin(struct dialog *d, struct wr *out) {
    if (!*d->host || strlen(d->host) > UINT8_MAX)
        return dialog_fail(d, DIALOG_PROXY_REFUSED, "not a host name");
    static const uint8_t open[] = {SOCKS_VERSION, 1, SOCKS_NO_AUTH};
    static const uint8_t with_password[] = {SOCKS_VERSION, 2, SOCKS_NO_AUTH, SOCKS_USER_PASSWORD};
    dialog_say(d, out,
               d->proxy->user[0] ? bytes_of(with_password, sizeof with_password)
                                 : bytes_of(open, sizeof open));
    return DIALOG_GOES_ON;
}

enum { SOCKS_NO_SIZE = 0 };

/* Bytes of a reply whose address is of that kind: RFC 1928 6. */
static size_t socks_reply_size(struct bytes held) {
    enum { HEAD = 4, PORT = 2 };
    switch (held.p[3]) {
    case SOCKS_IPV4:
        return HEAD + sizeof(struct in_addr) + PORT;
    case SOCKS_IPV6:
        return HEAD + sizeof(struct in6_addr) + PORT;
    case SOCKS_NAME:
        return held.n > HEAD ? (size_t)HEAD + 1 + held.p[HEAD] + PORT : SIZE_MAX;
    default:
        return SOCKS_NO_SIZE;
    }
}

static enum unit_state socks_whole(struct dialog *d, struct bytes held) {
    uint8_t version = d->phase == SOCKS_PASSWORD ? 1 : SOCKS_VERSION;
    if (held.p[0] != version) return UNIT_ALIEN;
    if (d->phase != SOCKS_REPLY) return held.n == 2 ? UNIT_WHOLE : UNIT_MORE;
    if (held.n < 4) return UNIT_MORE;
    size_t n = socks_reply_size(held);
    /* Of a refusal the code is what counts, whatever address is made up for it. */
    if (n == SOCKS_NO_SIZE && held.p[1] == 0) return UNIT_ALIEN;
    return held.n >= n ? UNIT_WHOLE : UNIT_MORE;
}

static enum dialog_status socks_connect(struct dialog *d, struct wr *out) {
    static const uint8_t head[] = {SOCKS_VERSION, SOCKS_CONNECT, 0};
    dialog_say(d, out, bytes_of(head, sizeof head));
    uint8_t address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, d->host, address) == 1) {
        wr_u8(out, SOCKS_IPV4);
        wr_put(out, bytes_of(address, sizeof(struct in_addr)));
    } else if (inet_pton(AF_INET6, d->host, address) == 1) {
        wr_u8(out, SOCKS_IPV6);
        wr_put(out, bytes_of(address, sizeof(struct in6_addr)));
    } else {
        wr_u8(out, SOCKS_NAME);
        wr_vec(out, 1, bytes_str(d->host));
    }
    wr_u16(out, d->port);
    d->phase = SOCKS_REPLY;
    return DIALOG_GOES_ON;
}

static enum dialog_status socks_method(struct dialog *d, uint8_t method, struct wr *out) {
    if (method == SOCKS_NO_AUTH) return socks_connect(d, out);
    if (method != SOCKS_USER_PASSWORD || !d->proxy->user[0])
        return dialog_fail(d, DIALOG_PROXY_AUTH, "SOCKS5: no acceptable authentication method");
    static const uint8_t version[] = {1};
    dialog_say(d, out, bytes_of(version, sizeof version));
    wr_vec(out, 1, bytes_str(d->proxy->user));
    wr_vec(out, 1, bytes_str(d->proxy->password));
    d->phase = SOCKS_PASSWORD;
    return DIALOG_GOES_ON;
}

static const char *socks_reply_text(uint8_t code) {
    static const char *const texts[] = {
        "succeeded",
        "general failure",
        "not allowed by the rules",
        "network unreachable",
        "host unreachable",
        "connection refused",
        "time to live expired",
        "command not supported",
        "address type not supported",
    };
    return code < TW_COUNT(texts) ? texts[code] : "unknown code";
}

static enum dialog_status socks_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    uint8_t code = unit.p[1];
    switch (d->phase) {
    case SOCKS_METHOD:
        return socks_method(d, code, out);
    case SOCKS_PASSWORD:
        if (code == 0) return socks_connect(d, out);
        return dialog_fail(d, DIALOG_PROXY_AUTH, "SOCKS5: user name or password refused");
    default:
        if (code == 0) return DIALOG_READY;
        return dialog_fail(d, DIALOG_PROXY_REFUSED,
                           text_f(d->a, "SOCKS5 reply %u: %s", code, socks_reply_text(code)));
    }
}

const struct dialect dialect_http_connect = {
    .name = "HTTP CONNECT",
    .client_first = true,
    .max_unit = DIALOG_MAX_LINE,
    .begin = http_begin,
    .whole = http_whole,
    .unit = http_unit,
};
const struct dialect dialect_socks5 = {
    .name = "SOCKS5",
    .client_first = true,
    .max_unit = 512,
    .begin = socks_begin,
    .whole = socks_whole,
    .unit = socks_unit,
};
