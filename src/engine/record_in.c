#include "engine/internal.h"

static bool reading(const struct engine *e) {
    return !e->over || e->open;
}

/* A ceiling was met. After both Finished it only means that enough was heard. */
static void too_much(struct engine *e, const char *what) {
    if (e->open)
        e->open = false;
    else
        engine_violate(e, VIOLATION_OVERSIZED, ALERT_RECORD_OVERFLOW, "%s", what);
}

static bool count_message(struct engine *e) {
    if (++e->n_in <= ENGINE_MAX_MESSAGES) return true;
    too_much(e, "more messages than any handshake needs");
    return false;
}

static struct msg *note(struct engine *e, enum msg_kind kind, struct bytes body, size_t wire_n) {
    struct msg *m = transcript_add(e->t, SIDE_SERVER, kind, 0, body);
    m->at_ns = e->now;
    m->encrypted = e->rec_encrypted;
    m->record_version = e->rec_version;
    m->stream_off = e->rec_off;
    m->wire_n = wire_n;
    return m;
}

static void on_handshake_bytes(struct engine *e, struct bytes content, size_t wire_n) {
    if (buffer_bytes(&e->hs).n == 0) e->hs_off = e->rec_off;
    e->hs_overhead += wire_n - content.n;
    buffer_add(&e->hs, content);
    while (reading(e)) {
        struct rd r;
        rd_init(&r, buffer_bytes(&e->hs));
        if (rd_left(&r) < HANDSHAKE_HEADER) return;
        rd_u8(&r, "type");
        size_t n = rd_u24(&r, "length");
        if (n > HANDSHAKE_MAX) {
            engine_violate(e, VIOLATION_OVERSIZED, ALERT_ILLEGAL_PARAMETER, "%s says that it has %zu bytes",
                           handshake_name(r.base[0]), n);
            return;
        }
        if (e->cfg.policy.max_message && n > e->cfg.policy.max_message) {
            engine_refuse(e, REFUSAL_MESSAGE_SIZE, ALERT_ILLEGAL_PARAMETER, "%s has %zu bytes",
                          handshake_name(r.base[0]), n);
            return;
        }
        if (rd_left(&r) < n || !count_message(e)) return;
        struct bytes msg = bytes_of(r.base, HANDSHAKE_HEADER + n);
        bool more = rd_left(&r) > n;
        buffer_eat(&e->hs, msg.n); /* its bytes stay in place until the next buffer_add() */
        driver_message(e, msg, more);
        e->hs_overhead = 0;
        e->hs_off = e->rec_off;
    }
}

/* RFC 8446 6: in 1.3 the level tells nothing; everything but these two ends the connection. */
static bool alert_is_fatal(const struct engine *e, uint8_t level, uint8_t description) {
    if (description == ALERT_CLOSE_NOTIFY) return true;
    if (e->version >= TLS_1_3) return description != ALERT_USER_CANCELED;
    return level != ALERT_WARNING;
}

static void end_by_alert(struct engine *e, const struct msg *m) {
    bool close = m->type == ALERT_CLOSE_NOTIFY;
    bool owed = e->t->stage == STAGE_CLIENT_AUTH && !e->answered;
    if (e->open && close && !owed) {
        e->open = false;
        return;
    }
    e->t->peer_alert = m->type;
    e->t->peer_alert_level = m->level;
    e->t->peer_alert_encrypted = m->encrypted;
    engine_end(e, e->only_recognise ? RESULT_RECOGNISED : RESULT_PEER_ALERT);
}

static void on_alert(struct engine *e, struct bytes content, size_t wire_n) {
    struct msg *m = note(e, MSG_ALERT, content, wire_n);
    struct rd r;
    struct alert a;
    rd_init(&r, content);
    bool ok = alert_read(&r, &a);
    m->level = a.level;
    m->type = a.description;
    if (!ok)
        engine_malformed(e, "alert", &r);
    else if (alert_is_fatal(e, a.level, a.description))
        end_by_alert(e, m);
    else if (e->cfg.policy.refuse_warnings && !e->open)
        engine_refuse(e, REFUSAL_WARNING, ALERT_UNEXPECTED_MESSAGE, "the server warns: %s",
                      alert_name(a.description));
}

/* RFC 8446 5: in 1.3 a CCS of one byte 1 is dropped until the peer's Finished; appendix D.4 sends it. */
static void on_ccs_record(struct engine *e, struct bytes content, size_t wire_n) {
    note(e, MSG_CCS, content, wire_n);
    bool well = content.n == 1 && content.p[0] == 1;
    bool partial = buffer_bytes(&e->hs).n > 0;
    if (!well)
        engine_violate(e, VIOLATION_MALFORMED, ALERT_UNEXPECTED_MESSAGE,
                       "ChangeCipherSpec at byte 0 is not the one byte 1");
    else if (partial)
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
                       "ChangeCipherSpec amid a handshake message");
    else if (e->version >= TLS_1_3 && e->open)
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE, "ChangeCipherSpec after Finished");
    else if (e->version < TLS_1_3 && (e->version || !(e->flags & ORDER_OFFERED_13)))
        driver_ccs(e);
}

static void on_app(struct engine *e, struct bytes content, size_t wire_n) {
    if (!e->open || buffer_bytes(&e->hs).n > 0) {
        note(e, MSG_APP, content, wire_n);
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE, "application data, expected %s",
                       order_expected(e->t->a, e->state, e->flags));
        return;
    }
    if (content.n == 0) return; /* legal, against analysis of lengths */
    e->answered = true;
    e->t->stage = STAGE_APPLICATION;
    if (content.n > ENGINE_MAX_APP - e->app_n) {
        e->open = false;
        return;
    }
    e->app_n += content.n;
    note(e, MSG_APP, content, wire_n);
}

static void on_content(struct engine *e, uint8_t type, struct bytes content, size_t wire_n) {
    e->empties = content.n ? 0 : e->empties + 1;
    if (e->empties > ENGINE_MAX_EMPTY) {
        too_much(e, "a flood of empty records");
        return;
    }
    /* RFC 8446 5.1, RFC 5246 6.2.1: only application data may be empty. */
    if (content.n == 0 && type != CT_APPLICATION_DATA) {
        engine_violate(e, VIOLATION_MALFORMED, ALERT_UNEXPECTED_MESSAGE,
                       "record at byte %zu of the stream is empty", e->rec_off);
        return;
    }
    if (type == CT_HANDSHAKE)
        on_handshake_bytes(e, content, wire_n);
    else if (!count_message(e))
        return;
    else if (type == CT_ALERT)
        on_alert(e, content, wire_n);
    else if (type == CT_CHANGE_CIPHER_SPEC)
        on_ccs_record(e, content, wire_n);
    else if (type == CT_APPLICATION_DATA)
        on_app(e, content, wire_n);
    else
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
                       "record at byte %zu of the stream has type %u", e->rec_off, type);
}

/* In 1.3 only application_data records are protected: a CCS is plain, and so is the alert of a server
 * that has no keys, which is evidence to keep (RFC 8446 5). */
static bool may_be_plain(const struct engine *e, uint8_t type) {
    if (!e->read) return true;
    return e->version >= TLS_1_3 && !e->open && (type == CT_CHANGE_CIPHER_SPEC || type == CT_ALERT);
}

/* Whether a single bit has changed on the way: with it changed back, the record opens. Only a short record is
 * tried, so that nobody can make us work. */
static bool opens_but_for_a_bit(struct engine *e, const struct record *r) {
    enum { TRIED_MAX = 512 };
    uint8_t copy[TRIED_MAX], room[RECORD_CIPHER_MAX];
    if (e->version < TLS_1_3 || r->body.n > TRIED_MAX) return false;
    memcpy(copy, r->body.p, r->body.n);
    for (size_t i = 0; i < r->body.n * 8; i++) {
        uint8_t type = r->type, bit = (uint8_t)(1 << i % 8);
        size_t n = 0;
        copy[i / 8] ^= bit;
        if (seal_read_again(e->read, &type, r->version, bytes_of(copy, r->body.n), room, sizeof(room), &n))
            return true;
        copy[i / 8] ^= bit;
    }
    return false;
}

static bool open_record(struct engine *e, const struct record *r, uint8_t *type,
                        uint8_t room[RECORD_CIPHER_MAX], struct bytes *ret) {
    size_t n = 0;
    bool ok = seal_read(e->read, type, r->version, r->body, room, RECORD_CIPHER_MAX, &n);
    if (!ok) {
        e->t->one_bit_off = opens_but_for_a_bit(e, r);
        engine_violate(e, VIOLATION_BAD_RECORD, ALERT_BAD_RECORD_MAC,
                       "record at byte %zu of the stream (%zu bytes) does not decrypt", e->rec_off,
                       r->body.n);
    }
    *ret = bytes_of(room, n);
    return ok;
}

static void on_record(struct engine *e, const struct record *r, size_t wire_n) {
    uint8_t plain[RECORD_CIPHER_MAX];
    uint8_t type = r->type;
    struct bytes content = r->body;
    e->rec_version = r->version;
    e->rec_encrypted = !may_be_plain(e, type);
    if (e->rec_encrypted && e->version >= TLS_1_3 && type != CT_APPLICATION_DATA) {
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
                       "record at byte %zu of the stream is in clear, after keys were agreed on", e->rec_off);
        return;
    }
    if (e->rec_encrypted && !open_record(e, r, &type, plain, &content)) return;
    if (content.n > RECORD_PLAIN_MAX) {
        engine_violate(e, VIOLATION_OVERSIZED, ALERT_RECORD_OVERFLOW,
                       "record at byte %zu of the stream holds %zu bytes", e->rec_off, content.n);
        return;
    }
    on_content(e, type, content, wire_n);
}

/* The first record that is none tells that TLS is not spoken here; a later one is broken framing. */
static void on_not_tls(struct engine *e) {
    if (e->in_total == 0) {
        engine_end(e, RESULT_NOT_TLS);
        return;
    }
    engine_violate(e, VIOLATION_MALFORMED, ALERT_DECODE_ERROR,
                   "bytes at byte %zu of the stream are no TLS record", e->rec_off);
}

/* SSL 2.0 SERVER-HELLO: two bytes of length, type 4, session-id-hit, certificate-type, version. */
static bool on_ssl2(struct engine *e, struct bytes in) {
    enum { SSL2_SERVER_HELLO = 4, UP_TO_VERSION = 7 };
    if (e->in_total > 0) {
        on_not_tls(e);
        return true;
    }
    if (in.n < UP_TO_VERSION) return false;
    struct rd r;
    rd_init(&r, in);
    rd_u16(&r, "length");
    uint8_t type = rd_u8(&r, "type");
    rd_u16(&r, "session-id-hit");
    uint16_t version = rd_u16(&r, "version");
    if (type != SSL2_SERVER_HELLO || version != TLS_SSL2) {
        engine_end(e, RESULT_NOT_TLS);
        return true;
    }
    e->t->version = TLS_SSL2;
    e->t->stage = STAGE_SERVER_HELLO;
    engine_end(e, RESULT_RECOGNISED);
    return true;
}

/* Reads one record; false if it is not all there. */
static bool next_record(struct engine *e) {
    struct record r;
    size_t used = 0;
    struct bytes in = buffer_bytes(&e->in);
    e->rec_off = e->in_total;
    switch (record_next(in, &r, &used)) {
    case RECORD_WHOLE:
        e->in_total += used;
        buffer_eat(&e->in, used);
        on_record(e, &r, used);
        return true;
    case RECORD_MORE:
        return false;
    case RECORD_TOO_LONG:
        engine_violate(e, VIOLATION_OVERSIZED, ALERT_RECORD_OVERFLOW,
                       "record at byte %zu of the stream is longer than %d", e->rec_off, RECORD_CIPHER_MAX);
        return true;
    case RECORD_SSL2:
        return on_ssl2(e, in);
    case RECORD_NOT_TLS:
        break;
    }
    on_not_tls(e);
    return true;
}

void record_in(struct engine *e) {
    while (reading(e) && buffer_bytes(&e->in).n > 0)
        if (!next_record(e)) return;
}

const char *record_in_rest(struct engine *e) {
    struct bytes hs = buffer_bytes(&e->hs), in = buffer_bytes(&e->in);
    if (in.n > 0)
        return text_f(e->t->a, "the stream ends inside the record at byte %zu, of which %zu bytes came",
                      e->in_total, in.n);
    if (hs.n >= HANDSHAKE_HEADER) {
        struct rd r;
        rd_init(&r, hs);
        rd_u8(&r, "type");
        return text_f(e->t->a, "the stream ends inside %s, of which %zu of %u bytes came",
                      handshake_name(hs.p[0]), hs.n - HANDSHAKE_HEADER, rd_u24(&r, "length"));
    }
    return hs.n > 0 ? "the stream ends inside the header of a handshake message" : NULL;
}
