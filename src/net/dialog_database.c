/* The dialects of databases: PostgreSQL's SSLRequest and MySQL's capability bit. */
#include "net/dialog_internal.h"

/* PostgreSQL, "Message Formats": SSLRequest, answered by one byte S or N, or by an ErrorResponse. */
static enum dialog_status postgres_begin(struct dialog *d, struct wr *out) {
    static const uint8_t ssl_request[] = {0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F};
    dialog_say(d, out, bytes_of(ssl_request, sizeof ssl_request));
    return DIALOG_GOES_ON;
}

/* Beyond this, libpq too takes what follows E for the text of a server older than protocol 3. */
enum { POSTGRES_MAX_ERROR = 30000 };

static enum unit_state postgres_error_whole(struct bytes held) {
    struct rd r;
    rd_init(&r, held);
    rd_u8(&r, "type");
    uint32_t n = rd_u32(&r, "length");
    if (!rd_ok(&r)) return UNIT_MORE;
    if (n >= 8 && n <= POSTGRES_MAX_ERROR) return held.n >= (size_t)n + 1 ? UNIT_WHOLE : UNIT_MORE;
    if (held.p[held.n - 1] == 0) return UNIT_WHOLE;
    /* Else a line of some other protocol that begins with E. */
    bool crlf = held.p[held.n - 2] == '\r' && held.p[held.n - 1] == '\n';
    return crlf ? UNIT_ALIEN : UNIT_MORE;
}

static enum unit_state postgres_whole(struct dialog *d, struct bytes held) {
    (void)d;
    switch (held.p[0]) {
    case 'S':
    case 'N':
        return UNIT_WHOLE;
    case 'E':
        return postgres_error_whole(held);
    default:
        return UNIT_ALIEN;
    }
}

/* The fields of an ErrorResponse are a letter and a string each; M is the message. */
static struct bytes postgres_message(struct bytes unit) {
    struct bytes fields = bytes_cut(unit, 5, unit.n);
    while (fields.n > 1 && fields.p[0] != 0) {
        const uint8_t *end = memchr(fields.p, 0, fields.n);
        size_t n = end ? (size_t)(end - fields.p) : fields.n;
        if (fields.p[0] == 'M') return bytes_cut(fields, 1, n - 1);
        fields = bytes_cut(fields, n + 1, fields.n);
    }
    return bytes_cut(unit, 1, unit.n - 1);
}

static enum dialog_status postgres_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    (void)out;
    if (unit.p[0] == 'S') return DIALOG_READY;
    if (unit.p[0] == 'N') return dialog_fail(d, DIALOG_NO_TLS, "N");
    dialog_note(d, postgres_message(unit), "");
    return dialog_fail(d, DIALOG_REFUSED, NULL);
}

/* MySQL, "Connection Phase": the server's greeting carries its capabilities; a client that wants TLS answers
 * with a shortened login packet (SSLRequest) and begins at once. */
enum {
    MYSQL_HEADER = 4,
    MYSQL_MAX_GREETING = 4096,
    MYSQL_ERROR = 0xFF,
    MYSQL_PROTOCOL_9 = 9,
    MYSQL_PROTOCOL = 10
};
enum mysql_flag {
    CLIENT_LONG_PASSWORD = 0x1,
    CLIENT_PROTOCOL_41 = 0x200,
    CLIENT_SSL = 0x800,
    CLIENT_SECURE_CONNECTION = 0x8000,
    CLIENT_PLUGIN_AUTH = 0x80000,
};

/* Errors by which the service says that it is not there for anybody now. */
static bool mysql_is_down(uint16_t error) {
    enum { ER_CON_COUNT = 1040, ER_SERVER_SHUTDOWN = 1053, ER_TOO_MANY_USER_CONNECTIONS = 1203 };
    return error == ER_CON_COUNT || error == ER_SERVER_SHUTDOWN || error == ER_TOO_MANY_USER_CONNECTIONS;
}

static enum unit_state mysql_whole(struct dialog *d, struct bytes held) {
    (void)d;
    if (held.n < MYSQL_HEADER + 1) return UNIT_MORE;
    size_t n = held.p[0] | (size_t)held.p[1] << 8 | (size_t)held.p[2] << 16;
    uint8_t kind = held.p[MYSQL_HEADER];
    bool known = kind == MYSQL_ERROR || kind == MYSQL_PROTOCOL || kind == MYSQL_PROTOCOL_9;
    if (n == 0 || n > MYSQL_MAX_GREETING || !known) return UNIT_ALIEN;
    return held.n >= n + MYSQL_HEADER ? UNIT_WHOLE : UNIT_MORE;
}

static uint16_t little_u16(struct rd *r, const char *field) {
    uint16_t v = rd_u16(r, field);
    return (uint16_t)(v >> 8 | v << 8);
}

static void little_u32(struct wr *w, uint32_t v) {
    for (unsigned i = 0; i < 4; i++) wr_u8(w, (uint8_t)(v >> (8 * i)));
}

static void mysql_ask(struct dialog *d, struct wr *out) {
    enum { REQUEST = 32, MAX_PACKET = 1 << 24, UTF8_GENERAL_CI = 33, FILLER = 23 };
    uint8_t room[MYSQL_HEADER + REQUEST];
    struct wr w = wr_init(room, sizeof room);
    static const uint8_t header[MYSQL_HEADER] = {REQUEST, 0, 0, 1};
    wr_put(&w, bytes_of(header, sizeof header));
    little_u32(&w, CLIENT_LONG_PASSWORD | CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION |
                       CLIENT_PLUGIN_AUTH);
    little_u32(&w, MAX_PACKET);
    wr_u8(&w, UTF8_GENERAL_CI);
    wr_fill(&w, 0, FILLER);
    dialog_say(d, out, wr_bytes(&w));
}

static enum dialog_status mysql_error(struct dialog *d, struct rd *r) {
    uint16_t error = little_u16(r, "error code");
    struct bytes text = rd_rest(r);
    dialog_note(d, text, "");
    char *line = text_f(d->a, "error %u: %s", error, d->reply.s);
    return dialog_fail(d, mysql_is_down(error) ? DIALOG_SERVICE_DOWN : DIALOG_REFUSED, line);
}

static enum dialog_status mysql_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    struct rd r;
    rd_init(&r, bytes_cut(unit, MYSQL_HEADER, unit.n));
    uint8_t kind = rd_u8(&r, "protocol version");
    if (kind == MYSQL_ERROR) return mysql_error(d, &r);

    const uint8_t *end = memchr(r.cur, 0, rd_left(&r));
    struct bytes version = rd_take(&r, end ? (size_t)(end - r.cur) : rd_left(&r), "server version");
    rd_take(&r, 1 + 4 + 8 + 1, "thread and nonce");
    uint16_t flags = little_u16(&r, "capabilities");
    dialog_note(d, version, "");
    if (kind == MYSQL_PROTOCOL_9) return dialog_fail(d, DIALOG_NO_TLS, NULL); /* before 4.1: no such bit */
    if (!rd_ok(&r)) return dialog_fail(d, DIALOG_NOT_SPOKEN, NULL);
    if (!(flags & CLIENT_SSL)) {
        char *line =
            text_f(d->a, "server version %s, capabilities 0x%04x without CLIENT_SSL", d->reply.s, flags);
        return dialog_fail(d, DIALOG_NO_TLS, line);
    }
    mysql_ask(d, out);
    return DIALOG_READY;
}

const struct dialect dialect_postgres = {
    .name = "postgres",
    .port = 5432,
    .client_first = true,
    .max_unit = POSTGRES_MAX_ERROR + 1,
    .begin = postgres_begin,
    .whole = postgres_whole,
    .unit = postgres_unit,
};
const struct dialect dialect_mysql = {
    .name = "mysql",
    .port = 3306,
    .max_unit = MYSQL_HEADER + MYSQL_MAX_GREETING + 1,
    .whole = mysql_whole,
    .unit = mysql_unit,
};
