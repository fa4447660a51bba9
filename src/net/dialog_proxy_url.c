/* The address of a proxy, as people and HTTPS_PROXY write it. */
#include "net/dialog.h"

/* curl's defaults where a proxy has no port. */
enum { PROXY_PORT = 1080, PROXY_TLS_PORT = 443 };

static const struct {
    const char *scheme;
    enum proxy_kind kind;
    const char *problem;
} schemes[] = {
    {"http", PROXY_HTTP, NULL},
    {"socks5", PROXY_SOCKS5, NULL},
    {"socks5h", PROXY_SOCKS5, NULL}, /* names are never resolved here through a proxy */
    {"https", PROXY_HTTPS, NULL},
    {"socks4", PROXY_NONE, "SOCKS4 is not supported: use socks5://"},
    {"socks4a", PROXY_NONE, "SOCKS4 is not supported: use socks5://"},
    {"socks", PROXY_NONE, "say which SOCKS: socks5://"},
};

static bool read_scheme(struct bytes *url, struct proxy *ret, const char **reterr) {
    const uint8_t *mark = url->n ? memmem(url->p, url->n, "://", 3) : NULL;
    ret->kind = PROXY_HTTP;
    if (!mark) return true;
    struct bytes scheme = bytes_cut(*url, 0, (size_t)(mark - url->p));
    *url = bytes_cut(*url, scheme.n + 3, url->n);
    for (size_t i = 0; i < TW_COUNT(schemes); i++) {
        if (!bytes_eq_nocase(scheme, bytes_str(schemes[i].scheme))) continue;
        ret->kind = schemes[i].kind;
        *reterr = schemes[i].problem;
        return !schemes[i].problem;
    }
    *reterr = "unknown scheme of a proxy: use http:// or socks5://";
    return false;
}

static int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent escapes taken back (RFC 3986 2.1); false if it does not fit, or holds a NUL. */
static bool unescape(struct bytes b, char *room, size_t cap) {
    size_t n = 0;
    for (size_t i = 0; i < b.n; i++) {
        uint8_t c = b.p[i];
        if (c == '%' && i + 2 < b.n && hex_value(b.p[i + 1]) >= 0 && hex_value(b.p[i + 2]) >= 0) {
            c = (uint8_t)(hex_value(b.p[i + 1]) * 16 + hex_value(b.p[i + 2]));
            i += 2;
        }
        if (c == 0 || n + 1 >= cap) return false;
        room[n++] = (char)c;
    }
    room[n] = 0;
    return true;
}

static size_t find_last(struct bytes b, uint8_t c) {
    const uint8_t *at = b.n ? memrchr(b.p, c, b.n) : NULL;
    return at ? (size_t)(at - b.p) : b.n;
}

static size_t find_first(struct bytes b, uint8_t c) {
    const uint8_t *at = b.n ? memchr(b.p, c, b.n) : NULL;
    return at ? (size_t)(at - b.p) : b.n;
}

/* user[:password]@ before the host; the last @ counts, since passwords hold them. */
static bool read_user(struct bytes *url, struct proxy *ret, const char **reterr) {
    size_t at = find_last(*url, '@');
    if (at == url->n) return true;
    struct bytes login = bytes_cut(*url, 0, at);
    *url = bytes_cut(*url, at + 1, url->n);
    size_t colon = find_first(login, ':');
    bool fits = unescape(bytes_cut(login, 0, colon), ret->user, sizeof ret->user) &&
                unescape(bytes_cut(login, colon + 1, login.n), ret->password, sizeof ret->password);
    if (!fits) *reterr = "the proxy's user name or password is too long";
    return fits;
}

static bool read_port(struct bytes text, uint16_t *ret) {
    char digits[6];
    uint64_t port = 0;
    if (text.n >= sizeof digits) return false;
    if (text.n) memcpy(digits, text.p, text.n);
    digits[text.n] = 0;
    if (!text_number(digits, UINT16_MAX, &port) || port == 0) return false;
    *ret = (uint16_t)port;
    return true;
}

/* host, host:port, [v6], [v6]:port; what follows a slash is dropped. */
static bool read_host(struct bytes url, struct proxy *ret, const char **reterr) {
    url = bytes_cut(url, 0, find_first(url, '/'));
    bool v6 = url.n > 0 && url.p[0] == '[';
    size_t end = v6 ? find_first(url, ']') : find_first(url, ':');
    struct bytes host = v6 ? bytes_cut(url, 1, end - 1) : bytes_cut(url, 0, end);
    struct bytes rest = bytes_cut(url, v6 ? end + 1 : end, url.n);
    if ((v6 && end == url.n) || host.n == 0 || !unescape(host, ret->host, sizeof ret->host)) {
        *reterr = "no host in the proxy's address";
        return false;
    }
    ret->port = ret->kind == PROXY_HTTPS ? PROXY_TLS_PORT : PROXY_PORT;
    if (rest.n == 0) return true;
    if (rest.p[0] == ':' && read_port(bytes_cut(rest, 1, rest.n), &ret->port)) return true;
    *reterr = "the proxy's port is not a number from 1 to 65535";
    return false;
}

bool proxy_parse(const char *url, struct proxy *ret, const char **reterr) {
    struct bytes rest = bytes_str(url);
    *ret = (struct proxy){0};
    return read_scheme(&rest, ret, reterr) && read_user(&rest, ret, reterr) && read_host(rest, ret, reterr);
}
