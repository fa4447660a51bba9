/* The gate: reads the ClientHello off the wire, and by the case's rules misbehaves or lets it pass. */
#include "base/arena.h"
#include "base/text.h"
#include "lab_internal.h"
#include "wire/hello.h"
#include "wire/record.h"

enum {
    HELLO_ROOM = 65536,
    ONE_SEGMENT = 1448, /* what TCP carries over Ethernet in one segment, time stamps included */
    FLOOD_BYTES = 64 << 20,
};

/* What the gate saw. */
struct sight {
    struct lab_link *l;
    uint8_t *raw; /* as received, records and all */
    size_t raw_n;
    unsigned reads;
    uint8_t *msg; /* the handshake message */
    size_t msg_n;
    bool is_hello;
    struct hello_view hello;
};

/* Collects handshake bytes of whole records; true once one message is complete, or never can be. */
static bool collect(struct sight *s) {
    struct bytes in = bytes_of(s->raw, s->raw_n);
    s->msg_n = 0;
    for (;;) {
        struct record r;
        size_t used;
        enum record_status status = record_next(in, &r, &used);
        if (status == RECORD_MORE) return false;
        if (status != RECORD_WHOLE || r.type != CT_HANDSHAKE) return true;
        memcpy(s->msg + s->msg_n, r.body.p, r.body.n);
        s->msg_n += r.body.n;
        in = bytes_cut(in, used, in.n);
        struct rd rd;
        rd_init(&rd, bytes_of(s->msg, s->msg_n));
        s->is_hello = hello_view(&rd, &s->hello);
        if (s->is_hello) return true;
    }
}

static bool look(struct sight *s) {
    while (s->raw_n < HELLO_ROOM) {
        size_t n = lab_read(s->l, s->raw + s->raw_n, HELLO_ROOM - s->raw_n);
        if (n == 0) return false;
        s->raw_n += n;
        s->reads++;
        if (collect(s)) return true;
    }
    return true;
}

/* --- conditions --- */

static struct bytes ext(const struct sight *s, uint16_t type) {
    bool found;
    return ext_find(s->hello.extensions, type, &found);
}

static bool list_has(struct bytes list, bool (*fits)(uint16_t, uint32_t), uint32_t n) {
    struct rd r;
    rd_init(&r, list);
    while (rd_left(&r) >= 2)
        if (fits(rd_u16(&r, "item"), n)) return true;
    return false;
}

static bool is_same(uint16_t v, uint32_t n) {
    return v == n;
}
static bool is_any_grease(uint16_t v, uint32_t n) {
    (void)n;
    return is_grease(v);
}

/* The list inside an extension whose body is one vector. */
static struct bytes ext_list(const struct sight *s, uint16_t type, unsigned width) {
    struct rd r;
    rd_init(&r, ext(s, type));
    return rd_vec(&r, width, "list");
}

static bool has_share(const struct sight *s, bool (*fits)(uint16_t, uint32_t), uint32_t n) {
    struct rd r;
    rd_init(&r, ext_list(s, EXT_KEY_SHARE, 2));
    while (rd_left(&r) > 0) {
        uint16_t group = rd_u16(&r, "group");
        rd_vec(&r, 2, "key_exchange");
        if (rd_ok(&r) && fits(group, n)) return true;
    }
    return false;
}

static bool has_ext(const struct sight *s, bool (*fits)(uint16_t, uint32_t), uint32_t n) {
    struct rd r;
    rd_init(&r, s->hello.extensions);
    while (rd_left(&r) > 0) {
        uint16_t type = rd_u16(&r, "type");
        rd_vec(&r, 2, "data");
        if (rd_ok(&r) && fits(type, n)) return true;
    }
    return false;
}

static bool has_version(const struct sight *s, uint32_t n) {
    struct bytes list = ext_list(s, EXT_SUPPORTED_VERSIONS, 1);
    return list.n > 0 ? list_has(list, is_same, n) : s->hello.legacy_version >= n && n < TLS_1_3;
}

static bool has_alpn(const struct sight *s, const char *name) {
    struct rd r;
    rd_init(&r, ext_list(s, EXT_ALPN, 2));
    while (rd_left(&r) > 0)
        if (bytes_eq(rd_vec(&r, 1, "name"), bytes_str(name))) return true;
    return false;
}

static bool has_any_grease(const struct sight *s) {
    return list_has(s->hello.suites, is_any_grease, 0) || has_ext(s, is_any_grease, 0) ||
           list_has(ext_list(s, EXT_SUPPORTED_GROUPS, 2), is_any_grease, 0) ||
           list_has(ext_list(s, EXT_SUPPORTED_VERSIONS, 1), is_any_grease, 0) ||
           has_share(s, is_any_grease, 0);
}

static bool has_sni(const struct sight *s, const char *name) {
    struct bytes sni = hello_view_sni(&s->hello);
    return name ? bytes_eq_nocase(sni, bytes_str(name)) : sni.n > 0;
}

/* How many extensions there are, and at which place one of them stands. */
static size_t count_extensions(const struct sight *s, uint16_t wanted, size_t *ret_place) {
    struct rd r;
    size_t n = 0;
    *ret_place = SIZE_MAX;
    rd_init(&r, s->hello.extensions);
    while (rd_left(&r) > 0) {
        uint16_t type = rd_u16(&r, "type");
        rd_vec(&r, 2, "data");
        if (!rd_ok(&r)) break;
        if (type == wanted) *ret_place = n;
        n += !is_grease(type);
    }
    return n;
}

static bool stands_before(const struct sight *s, uint32_t n) {
    size_t first, second;
    count_extensions(s, (uint16_t)(n >> 16), &first);
    count_extensions(s, (uint16_t)n, &second);
    return first != SIZE_MAX && second != SIZE_MAX && first < second;
}

static bool has_extensions(const struct sight *s, uint32_t n) {
    size_t ignored;
    return count_extensions(s, 0, &ignored) == n;
}

static bool holds(const struct sight *s, const struct when *w) {
    switch (w->what) {
    case WHEN_ALWAYS:
        return true;
    case WHEN_VERSION:
        return has_version(s, w->n);
    case WHEN_ABOVE:
        return s->raw_n > w->n;
    case WHEN_SEGMENTS:
        return s->reads > 1 || s->raw_n > ONE_SEGMENT;
    case WHEN_EXT:
        return has_ext(s, is_same, w->n);
    case WHEN_TICKET:
        return ext(s, EXT_SESSION_TICKET).n > 0;
    case WHEN_GREASE:
        return has_any_grease(s);
    case WHEN_GREASE_SUITE:
        return list_has(s->hello.suites, is_any_grease, 0);
    case WHEN_GREASE_EXT:
        return has_ext(s, is_any_grease, 0);
    case WHEN_GROUP:
        return list_has(ext_list(s, EXT_SUPPORTED_GROUPS, 2), is_same, w->n);
    case WHEN_SHARE:
        return has_share(s, is_same, w->n);
    case WHEN_SUITE:
        return list_has(s->hello.suites, is_same, w->n);
    case WHEN_SUITES_ABOVE:
        return s->hello.suites.n / 2 > w->n;
    case WHEN_SNI:
        return has_sni(s, w->name);
    case WHEN_ALPN:
        return has_alpn(s, w->name);
    case WHEN_SIGALG:
        return list_has(ext_list(s, EXT_SIGNATURE_ALGORITHMS, 2), is_same, w->n);
    case WHEN_BEFORE:
        return stands_before(s, w->n);
    case WHEN_EXTENSIONS:
        return has_extensions(s, w->n);
    }
    return false;
}

static bool fits(const struct sight *s, const struct gate_rule *rule) {
    for (size_t i = 0; i < LAB_MAX_WHEN; i++) {
        const struct when *w = &rule->when[i];
        if (i > 0 && w->what == WHEN_ALWAYS) return true;
        if (holds(s, w) == w->not ) return false;
    }
    return true;
}

/* --- actions --- */

static void send_alert(struct lab_link *l, uint8_t level, uint8_t description) {
    uint8_t room[RECORD_HEADER + 2], body[] = {level, description};
    struct wr w = wr_init(room, sizeof(room));
    record_write(&w, CT_ALERT, TLS_1_2, bytes_of(body, sizeof(body)));
    lab_write(l, wr_bytes(&w));
}

/* Records that mean nothing, as long as they are taken (up to a bound, so that the lab itself does no harm).
 */
static void flood(struct lab_link *l) {
    uint8_t room[16384];
    static const uint8_t warning[] = {ALERT_WARNING, ALERT_USER_CANCELED};
    struct wr w = wr_init(room, sizeof(room));
    while (w.n + RECORD_HEADER + sizeof(warning) <= sizeof(room))
        record_write(&w, CT_ALERT, TLS_1_2, bytes_of(warning, sizeof(warning)));
    for (size_t sent = 0; sent < FLOOD_BYTES && lab_write(l, wr_bytes(&w)); sent += w.n) continue;
}

static void echo(struct lab_link *l, struct sight *s) {
    lab_write(l, bytes_of(s->raw, s->raw_n));
    uint8_t room[4096];
    size_t n;
    while ((n = lab_read(l, room, sizeof(room))) > 0) lab_write(l, bytes_of(room, n));
}

/* A HelloRetryRequest comes again for whatever is said next. */
static void answer(struct lab_link *l, const struct gate_rule *rule, const struct sight *s) {
    uint8_t room[4096];
    do lab_answer(l, &rule->answer, &s->hello);
    while (rule->answer.hrr && lab_read(l, room, sizeof(room)) > 0);
    if (!rule->answer.closes) lab_hold(l);
}

static bool act(struct lab_link *l, const struct gate_rule *rule, struct sight *s) {
    switch (rule->act) {
    case ACT_SERVE:
        lab_unread(l, bytes_of(s->raw, s->raw_n));
        return true;
    case ACT_ALERT:
        send_alert(l, ALERT_FATAL, rule->alert);
        break;
    case ACT_WARN:
        send_alert(l, ALERT_WARNING, rule->alert);
        break;
    case ACT_FIN:
        break;
    case ACT_RST:
        lab_reset(l);
        break;
    case ACT_SILENCE:
        lab_hold(l);
        break;
    case ACT_TEXT:
        lab_write_str(l, rule->text);
        break;
    case ACT_BYTES:
        lab_write(l, rule->bytes);
        lab_hold(l);
        break;
    case ACT_ANSWER:
        answer(l, rule, s);
        break;
    case ACT_FLOOD:
        flood(l);
        break;
    case ACT_ECHO:
        echo(l, s);
        break;
    }
    return false;
}

static bool judge(struct lab_link *l, struct sight *s) {
    static const struct gate_rule pass = {.act = ACT_SERVE};
    const struct lab_case *c = l->server->c;
    if (s->is_hello)
        for (size_t i = 0; i < LAB_MAX_RULES; i++)
            if (c->gate[i].act != ACT_SERVE || c->gate[i].when[0].what != WHEN_ALWAYS)
                if (fits(s, &c->gate[i])) return act(l, &c->gate[i], s);
    return act(l, &pass, s);
}

bool lab_gate(struct lab_link *l) {
    struct sight s = {.l = l, .raw = mem_alloc(HELLO_ROOM), .msg = mem_alloc(HELLO_ROOM)};
    bool pass = look(&s) && judge(l, &s);
    mem_free(s.raw);
    mem_free(s.msg);
    return pass && !l->over;
}
