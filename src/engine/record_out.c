#include "engine/internal.h"

#include <assert.h>

static struct msg *note(struct engine *e, enum msg_kind kind, uint8_t type, struct bytes body, size_t off) {
    struct msg *m = transcript_add(e->t, SIDE_CLIENT, kind, type, body);
    m->at_ns = e->now;
    m->encrypted = e->write != NULL;
    m->stream_off = off;
    m->wire_n = e->out_total - off;
    return m;
}

/* RFC 8446 5.1: 1.3 freezes the record version; the first hello's is the client's own choice. */
static uint16_t out_version(const struct engine *e) {
    if (e->state == ST_HELLO) return e->hello.record_version;
    if (e->version == 0 || e->version >= TLS_1_3) return TLS_1_2;
    return e->version;
}

static void put_record(struct engine *e, uint8_t type, struct bytes content) {
    uint8_t room[RECORD_HEADER + RECORD_CIPHER_MAX];
    uint8_t sealed[RECORD_CIPHER_MAX];
    if (e->write && !(e->version >= TLS_1_3 && type == CT_CHANGE_CIPHER_SPEC)) {
        size_t n = 0;
        bool ok = seal_write(e->write, type, content, sealed, sizeof(sealed), &n);
        assert(ok);
        content = bytes_of(sealed, ok ? n : 0);
        if (e->version >= TLS_1_3) type = CT_APPLICATION_DATA;
    }
    struct wr w = wr_init(room, sizeof(room));
    record_write(&w, type, out_version(e), content);
    assert(!w.overflow);
    buffer_add(&e->out, wr_bytes(&w));
    e->out_total += w.n;
}

static enum msg_kind kind_of(uint8_t type) {
    switch (type) {
    case CT_ALERT:
        return MSG_ALERT;
    case CT_CHANGE_CIPHER_SPEC:
        return MSG_CCS;
    case CT_HANDSHAKE:
        return MSG_HANDSHAKE;
    default:
        return MSG_APP;
    }
}

struct msg *record_out(struct engine *e, uint8_t type, struct bytes content) {
    if (e->write && e->version >= TLS_1_3) record_out_dummy_ccs(e);
    size_t off = e->out_total;
    for (struct bytes left = content; left.n > 0;) {
        struct bytes part = bytes_cut(left, 0, RECORD_PLAIN_MAX);
        put_record(e, type, part);
        left = bytes_cut(left, part.n, left.n);
    }
    bool handshake = type == CT_HANDSHAKE;
    struct bytes body = handshake ? bytes_cut(content, HANDSHAKE_HEADER, content.n) : content;
    struct msg *m = note(e, kind_of(type), handshake ? content.p[0] : 0, body, off);
    m->record_version = out_version(e);
    if (type == CT_CHANGE_CIPHER_SPEC && e->version >= TLS_1_3) m->encrypted = false;
    return m;
}

void record_out_ssl2(struct engine *e, struct bytes hello) {
    size_t off = e->out_total;
    buffer_add(&e->out, hello);
    e->out_total += hello.n;
    note(e, MSG_HANDSHAKE, HS_CLIENT_HELLO, hello, off)->record_version = TLS_SSL2;
}

void record_out_handshake(struct engine *e, struct bytes msg) {
    assert(msg.n >= HANDSHAKE_HEADER);
    record_out(e, CT_HANDSHAKE, msg);
    if (!e->open) keys_log(e, msg);
}

void record_out_message(struct engine *e, uint8_t type, struct bytes body) {
    uint8_t room[HELLO_MAX_BYTES];
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, type);
    wr_vec(&w, 3, body);
    assert(!w.overflow);
    record_out_handshake(e, wr_bytes(&w));
}

void record_out_alert(struct engine *e, uint8_t level, uint8_t description) {
    uint8_t body[2] = {level, description};
    struct msg *m = record_out(e, CT_ALERT, bytes_of(body, sizeof(body)));
    m->level = level;
    m->type = description;
}

void record_out_ccs(struct engine *e) {
    static const uint8_t one[1] = {1};
    record_out(e, CT_CHANGE_CIPHER_SPEC, bytes_of(one, sizeof(one)));
}

void record_out_dummy_ccs(struct engine *e) {
    if (e->dummy_ccs_sent || e->hello.session_id_n == 0) return;
    e->dummy_ccs_sent = true;
    static const uint8_t one[1] = {1};
    size_t off = e->out_total;
    put_record(e, CT_CHANGE_CIPHER_SPEC, bytes_of(one, sizeof(one)));
    struct msg *m = note(e, MSG_CCS, 0, bytes_of(one, sizeof(one)), off);
    m->encrypted = false;
    m->record_version = out_version(e);
}

/* RFC 8446 5.1: only the hello's own record has a version of its choice. */
static struct msg *append(struct engine *e, enum msg_kind kind, uint8_t type, struct bytes body,
                          struct bytes shown) {
    uint8_t room[RECORD_HEADER + RECORD_CIPHER_MAX];
    struct wr w = wr_init(room, sizeof(room));
    size_t off = e->out_total;
    record_write(&w, type, TLS_1_2, body);
    assert(!w.overflow);
    buffer_add(&e->out, wr_bytes(&w));
    e->out_total += w.n;
    struct msg *m = note(e, kind, 0, shown, off);
    m->record_version = TLS_1_2;
    return m;
}

void record_out_early(struct engine *e, struct seal *by, struct bytes data) {
    static const uint8_t one[1] = {1};
    uint8_t sealed[RECORD_CIPHER_MAX];
    size_t n = 0;
    if (e->hello.session_id_n > 0) {
        append(e, MSG_CCS, CT_CHANGE_CIPHER_SPEC, bytes_of(one, sizeof(one)), bytes_of(one, sizeof(one)));
        e->dummy_ccs_sent = true;
    }
    bool ok = seal_write(by, CT_APPLICATION_DATA, data, sealed, sizeof(sealed), &n);
    assert(ok);
    append(e, MSG_APP, CT_APPLICATION_DATA, bytes_of(sealed, ok ? n : 0), data)->encrypted = true;
}
