/* Services that speak plain text first, as scripts: SMTP, IMAP, LDAP, HTTP … with STARTTLS or without. */
#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"
#include "lab_internal.h"

enum { UNIT_MAX = 4096, SAY_MAX = 4096 };

/* --- where a request ends: its length, 0 while it is not complete --- */

static size_t end_of_line(struct bytes b) {
    const uint8_t *nl = memchr(b.p, '\n', b.n);
    return nl ? (size_t)(nl - b.p) + 1 : 0;
}

static size_t end_of_xml(struct bytes b) {
    return b.p[b.n - 1] == '>' ? b.n : 0;
}

/* X.690 8.1.3: the definite forms. */
static size_t end_of_ber(struct bytes b) {
    struct rd r;
    rd_init(&r, b);
    if (rd_u8(&r, "tag") != 0x30) return b.n;
    size_t n = rd_u8(&r, "length");
    if (n > 0x80) {
        size_t wide = 0;
        for (size_t i = n - 0x80; i > 0; i--) wide = wide << 8 | rd_u8(&r, "length");
        n = wide;
    }
    if (n > UNIT_MAX) return b.n;
    return rd_ok(&r) && rd_left(&r) >= n ? rd_at(&r) + n : 0;
}

static size_t end_of_pg(struct bytes b) {
    struct rd r;
    rd_init(&r, b);
    size_t n = rd_u32(&r, "length");
    if (!rd_ok(&r)) return 0;
    if (n < 8 || n > UNIT_MAX) return b.n; /* what PostgreSQL calls an invalid length of startup packet */
    return b.n >= n ? n : 0;
}

static size_t end_of_mysql(struct bytes b) {
    if (b.n < 4) return 0;
    size_t n = 4 + (b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16);
    if (n > UNIT_MAX) return b.n;
    return b.n >= n ? n : 0;
}

static size_t end_of_proxy(struct bytes b) {
    return b.n < 6 || bytes_start_with(b, "PROXY ") ? end_of_line(b) : b.n;
}

static size_t end_of_raw(struct bytes b) {
    return b.n;
}

static size_t (*const ends[])(struct bytes) = {
    [FRAME_LINE] = end_of_line, [FRAME_XML] = end_of_xml,     [FRAME_BER] = end_of_ber,
    [FRAME_PG] = end_of_pg,     [FRAME_MYSQL] = end_of_mysql, [FRAME_PROXY] = end_of_proxy,
    [FRAME_RAW] = end_of_raw,
};

/* The next request; what came behind it is read again later. 0: the peer left. */
static size_t read_unit(struct lab_link *l, enum framing framing, uint8_t room[UNIT_MAX]) {
    size_t n = 0;
    while (n < UNIT_MAX) {
        size_t got = lab_read(l, room + n, UNIT_MAX - n);
        if (got == 0) return 0;
        n += got;
        size_t end = ends[framing](bytes_of(room, n));
        if (end == 0) continue;
        lab_unread(l, bytes_of(room + end, n - end));
        return end;
    }
    return n;
}

static bool contains(struct bytes b, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= b.n; i++)
        if (bytes_eq_nocase(bytes_cut(b, i, n), bytes_str(word))) return true;
    return false;
}

static const struct reply *find_reply(const struct script *s, struct bytes unit) {
    for (size_t i = 0; i < SCRIPT_MAX_REPLIES; i++) {
        const struct reply *r = &s->reply[i];
        bool empty = !r->on && r->say.n == 0 && r->then == THEN_GO_ON;
        if (!empty && (!r->on || contains(unit, r->on))) return r;
    }
    return NULL;
}

/* What the request is known by in its answer: IMAP's tag, LDAP's message id. */
static struct bytes mark_of(enum framing framing, struct bytes unit) {
    if (framing == FRAME_BER) return bytes_cut(unit, 4, 1);
    size_t n = 0;
    while (n < unit.n && unit.p[n] > ' ') n++;
    return bytes_cut(unit, 0, n);
}

static bool say(struct lab_link *l, const struct script *s, struct bytes text, struct bytes unit) {
    uint8_t room[SAY_MAX];
    struct wr w = wr_init(room, sizeof(room));
    bool marked = s->framing == FRAME_LINE || s->framing == FRAME_BER;
    for (size_t i = 0; i < text.n; i++) {
        if (marked && text.p[i] == '~')
            wr_put(&w, mark_of(s->framing, unit));
        else
            wr_u8(&w, text.p[i]);
    }
    return lab_write(l, wr_bytes(&w));
}

static bool leave(struct lab_link *l, enum then then) {
    if (then == THEN_SILENCE) lab_hold(l);
    return then == THEN_TLS;
}

bool lab_plain(struct lab_link *l, const struct script *s) {
    uint8_t room[UNIT_MAX];
    if (!lab_pause(l, s->greeting_ms)) return false;
    if (s->greeting.n > 0 && !lab_write(l, s->greeting)) return false;
    size_t n;
    while ((n = read_unit(l, s->framing, room)) > 0) {
        struct bytes unit = bytes_of(room, n);
        const struct reply *r = find_reply(s, unit);
        if (!r) continue;
        if (!say(l, s, r->say, unit)) return false;
        if (r->then != THEN_GO_ON) return leave(l, r->then);
    }
    return false;
}
