/* What speaks when it is not TLS. Each signature is something that the service says by its own
 * standard, unasked or upon a ClientHello; a row matches or does not, nothing is weighed. */
#include "base/rd.h"
#include "base/text.h"
#include "wire/record.h"

enum { LOOK = 1024 }; /* bytes looked at: no greeting says who it is later than that */

static bool starts_nocase(struct bytes b, const char *prefix) {
    struct bytes p = bytes_str(prefix);
    return b.n >= p.n && bytes_eq_nocase(bytes_cut(b, 0, p.n), p);
}

static bool contains_nocase(struct bytes b, const char *word) {
    for (size_t i = 0; i < b.n; i++)
        if (starts_nocase(bytes_cut(b, i, b.n), word)) return true;
    return false;
}

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes skip_space(struct bytes b) {
    size_t i = 0;
    while (i < b.n && is_space(b.p[i])) i++;
    return bytes_cut(b, i, b.n);
}

/* --- greetings that begin with 220: SMTP (RFC 5321 4.2) and FTP (RFC 959 5.4) --- */

/* Looks for the words that say which service it is, either in host names (words with a dot) or in
 * all others: "220 mail.example.com FTP server ready" is FTP. */
static enum plain_kind service_word(struct bytes text, bool in_host_names) {
    static const struct {
        const char *word;
        enum plain_kind kind;
    } words[] = {{"smtp", PLAIN_SMTP}, {"lmtp", PLAIN_SMTP}, {"ftp", PLAIN_FTP}, {"mail", PLAIN_SMTP}};
    for (size_t k = 0; k < TW_COUNT(words); k++) {
        for (size_t i = 0; i < text.n;) {
            size_t end = i;
            while (end < text.n && !is_space(text.p[end])) end++;
            struct bytes word = bytes_cut(text, i, end - i);
            bool host_name = word.n > 0 && memchr(word.p, '.', word.n);
            if (host_name == in_host_names && contains_nocase(word, words[k].word)) return words[k].kind;
            i = end + 1;
        }
    }
    return PLAIN_UNKNOWN;
}

static enum plain_kind greeting_220(struct bytes b, uint16_t port) {
    struct bytes text = bytes_cut(b, 4, b.n);
    enum plain_kind k = service_word(text, false);
    if (k == PLAIN_UNKNOWN) k = service_word(text, true);
    if (k != PLAIN_UNKNOWN) return k;
    return port == 21 || port == 990 ? PLAIN_FTP : PLAIN_SMTP;
}

/* "-ERR" without a greeting before it: Redis, which speaks only when asked; POP3 greets with +OK, and
 * with -ERR only where it turns the client away (RFC 1939 3, response codes by RFC 2449 8). */
static enum plain_kind minus_err(struct bytes b, uint16_t port) {
    bool code = bytes_start_with(b, "-ERR [");
    return code || port == 110 || port == 995 ? PLAIN_POP3 : PLAIN_REDIS;
}

/* --- binary protocols --- */

/* MySQL's X protocol greets with a notice of its own. Else: 3-byte little-endian length, sequence 0, then
 * protocol 10 with the version as text, or an error packet 0xFF with a number from 1000 on ("Host … is not
 * allowed to connect"). */
static bool is_mysql(struct bytes b) {
    static const uint8_t x_notice[] = {5, 0, 0, 0, 11, 8, 5, 26, 0};
    if (bytes_eq(bytes_cut(b, 0, sizeof(x_notice)), bytes_of(x_notice, sizeof(x_notice)))) return true;
    if (b.n < 7) return false;
    size_t n = b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16;
    if (n < 3 || n > 4096 || b.p[3] > 1) return false;
    if (b.p[4] == 10) return b.p[3] == 0 && b.p[5] >= '0' && b.p[5] <= '9';
    return b.p[4] == 0xFF && (b.p[5] | b.p[6] << 8) >= 1000;
}

/* ErrorResponse: 'E', length, fields of which the first is the severity; or as protocol 2 has it, the
 * bare text, which servers use before they know the client's version. */
static bool is_postgres(struct bytes b) {
    if (bytes_start_with(b, "EFATAL:") || bytes_start_with(b, "EERROR:")) return true;
    struct rd r;
    rd_init(&r, b);
    uint8_t type = rd_u8(&r, "type");
    uint32_t n = rd_u32(&r, "length");
    uint8_t field = rd_u8(&r, "field");
    return rd_ok(&r) && type == 'E' && n >= 8 && n <= 30000 && field == 'S';
}

/* LDAPMessage (RFC 4511 4.1.1) with an answer of the server in it: the notice of disconnection is an
 * ExtendedResponse (4.4.1). Its length has any BER form, Active Directory uses the 4-byte one. */
static bool is_ldap(struct bytes b) {
    static const uint8_t answers[] = {0x61, 0x64, 0x65, 0x67, 0x69, 0x6B, 0x6D, 0x6F, 0x73, 0x78, 0x79};
    struct rd r;
    rd_init(&r, b);
    if (rd_u8(&r, "sequence") != 0x30) return false;
    uint8_t length = rd_u8(&r, "length");
    if (length > 0x84) return false;
    if (length > 0x80) rd_take(&r, length & 0x7F, "length");
    uint8_t tag = rd_u8(&r, "message id"), id_n = rd_u8(&r, "message id");
    if (tag != 0x02 || id_n < 1 || id_n > 4) return false;
    rd_take(&r, id_n, "message id");
    uint8_t op = rd_u8(&r, "operation");
    return rd_ok(&r) && memchr(answers, op, sizeof(answers));
}

/* The server's connection preface: SETTINGS on stream 0, whose length is a multiple of 6. */
static bool is_http2(struct bytes b) {
    struct rd r;
    rd_init(&r, b);
    uint32_t n = rd_u24(&r, "length");
    uint8_t type = rd_u8(&r, "type"), flags = rd_u8(&r, "flags");
    uint32_t stream = rd_u32(&r, "stream");
    return rd_ok(&r) && n % 6 == 0 && n <= 6 * 64 && type == 4 && flags == 0 && stream == 0;
}

/* IAC and a negotiation: SB, WILL, WONT, DO, DONT (RFC 854). */
static bool is_telnet(struct bytes b) {
    return b.n >= 3 && b.p[0] == 0xFF && b.p[1] >= 0xFA && b.p[1] <= 0xFE;
}

static bool is_xmpp(struct bytes b) {
    b = skip_space(b);
    if (starts_nocase(b, "<stream:")) return true;
    return starts_nocase(b, "<?xml") && contains_nocase(b, "stream");
}

static bool is_html(struct bytes b) {
    b = skip_space(b);
    if (starts_nocase(b, "<!doctype html") || starts_nocase(b, "<html") || starts_nocase(b, "<head"))
        return true;
    return starts_nocase(b, "<?xml") && contains_nocase(b, "<html");
}

static const struct {
    bool (*fits)(struct bytes b);
    enum plain_kind kind;
} shapes[] = {
    {is_xmpp, PLAIN_XMPP}, {is_html, PLAIN_HTML},   {is_mysql, PLAIN_MYSQL},   {is_postgres, PLAIN_POSTGRES},
    {is_ldap, PLAIN_LDAP}, {is_http2, PLAIN_HTTP2}, {is_telnet, PLAIN_TELNET},
};

/* --- texts by their beginning; `tell` decides where two services share one --- */
static const struct {
    const char *prefix;
    enum plain_kind kind;
    enum plain_kind (*tell)(struct bytes b, uint16_t port);
} texts[] = {
    {"HTTP/", PLAIN_HTTP, NULL},
    {"220 ", PLAIN_UNKNOWN, greeting_220},
    {"220-", PLAIN_UNKNOWN, greeting_220},
    {"421 ", PLAIN_UNKNOWN, greeting_220}, /* too busy: RFC 5321 3.8, RFC 959 4.2 */
    {"421-", PLAIN_UNKNOWN, greeting_220},
    {"554 ", PLAIN_SMTP, NULL}, /* no service for you: RFC 5321 3.1 */
    {"554-", PLAIN_SMTP, NULL},
    {"200 ", PLAIN_NNTP, NULL}, /* RFC 3977 5.1 */
    {"201 ", PLAIN_NNTP, NULL},
    {"400 ", PLAIN_NNTP, NULL},
    {"502 ", PLAIN_NNTP, NULL},
    {"+OK", PLAIN_POP3, NULL},
    {"-ERR", PLAIN_UNKNOWN, minus_err},
    {"-NOAUTH", PLAIN_REDIS, NULL},
    {"-DENIED", PLAIN_REDIS, NULL},
    {"-LOADING", PLAIN_REDIS, NULL},
    {"-MISCONF", PLAIN_REDIS, NULL},
    {"+PONG", PLAIN_REDIS, NULL},
    {"* OK", PLAIN_IMAP, NULL}, /* RFC 9051 7.1 */
    {"* BYE", PLAIN_IMAP, NULL},
    {"* PREAUTH", PLAIN_IMAP, NULL},
    {"* BAD", PLAIN_IMAP, NULL},
    {"\"IMPLEMENTATION\"", PLAIN_SIEVE, NULL}, /* capabilities in any order: RFC 5804 1.7 */
    {"\"SIEVE\"", PLAIN_SIEVE, NULL},
    {"\"SASL\"", PLAIN_SIEVE, NULL},
    {"\"STARTTLS\"", PLAIN_SIEVE, NULL},
    {"\"VERSION\"", PLAIN_SIEVE, NULL},
    {"SSH-", PLAIN_SSH, NULL},   /* RFC 4253 4.2 */
    {"RFB 00", PLAIN_VNC, NULL}, /* RFC 6143 7.1.1 */
};

enum plain_kind plain_recognise(struct bytes first, uint16_t port) {
    struct bytes b = bytes_cut(first, 0, LOOK);
    for (size_t i = 0; i < TW_COUNT(texts); i++) {
        if (!bytes_start_with(b, texts[i].prefix)) continue;
        return texts[i].tell ? texts[i].tell(b, port) : texts[i].kind;
    }
    for (size_t i = 0; i < TW_COUNT(shapes); i++)
        if (shapes[i].fits(b)) return shapes[i].kind;
    return PLAIN_UNKNOWN;
}

static const struct {
    const char *name, *starttls;
} kinds[PLAIN__COUNT] = {
    [PLAIN_UNKNOWN] = {"unknown", NULL},
    [PLAIN_HTTP] = {"HTTP", NULL},
    [PLAIN_SMTP] = {"SMTP", "smtp"},
    [PLAIN_FTP] = {"FTP", "ftp"},
    [PLAIN_POP3] = {"POP3", "pop3"},
    [PLAIN_IMAP] = {"IMAP", "imap"},
    [PLAIN_SIEVE] = {"ManageSieve", "sieve"},
    [PLAIN_NNTP] = {"NNTP", "nntp"},
    [PLAIN_SSH] = {"SSH", NULL},
    [PLAIN_MYSQL] = {"MySQL", "mysql"},
    [PLAIN_POSTGRES] = {"PostgreSQL", "postgres"},
    [PLAIN_LDAP] = {"LDAP", "ldap"},
    [PLAIN_XMPP] = {"XMPP", "xmpp"},
    [PLAIN_VNC] = {"VNC", NULL},
    [PLAIN_REDIS] = {"Redis", NULL},
    [PLAIN_HTML] = {"HTTP (a bare web page)", NULL},
    [PLAIN_HTTP2] = {"HTTP/2", NULL},
    [PLAIN_TELNET] = {"Telnet", NULL},
};

const char *plain_name(enum plain_kind k) {
    return kinds[k].name;
}
const char *plain_starttls(enum plain_kind k) {
    return kinds[k].starttls;
}
