#include "engine/internal.h"

static handler *const handlers[] = {
    [ON_HELLO_RETRY] = on_hello_retry,
    [ON_SERVER_HELLO] = on_server_hello,
    [ON_ENCRYPTED_EXTENSIONS] = on_encrypted_extensions,
    [ON_CERTIFICATE] = on_certificate,
    [ON_COMPRESSED_CERTIFICATE] = on_compressed_certificate,
    [ON_CERTIFICATE_STATUS] = on_certificate_status,
    [ON_SERVER_KX] = on_server_kx,
    [ON_CERTIFICATE_REQUEST] = on_certificate_request,
    [ON_SERVER_HELLO_DONE] = on_server_hello_done,
    [ON_CERTIFICATE_VERIFY] = on_certificate_verify,
    [ON_FINISHED_12] = on_finished_12,
    [ON_FINISHED_13] = on_finished_13,
    [ON_CCS] = on_ccs,
    [ON_TICKET] = on_ticket,
    [ON_KEY_UPDATE] = on_key_update,
    [ON_POST_AUTH_REQUEST] = on_post_auth_request,
    [ON_HELLO_REQUEST] = on_hello_request,
};
_Static_assert(TW_COUNT(handlers) == ON__COUNT, "every handler of the order tables");

static const struct msg *record(struct engine *e, struct bytes msg) {
    struct bytes body = bytes_cut(msg, HANDSHAKE_HEADER, msg.n);
    struct msg *m = transcript_add(e->t, SIDE_SERVER, MSG_HANDSHAKE, msg.p[0], body);
    m->at_ns = e->now;
    m->encrypted = e->rec_encrypted;
    m->record_version = e->rec_version;
    m->stream_off = e->hs_off;
    m->wire_n = msg.n + e->hs_overhead;
    return m;
}

/* Three messages share the type of ServerHello: its content says which it is. */
static unsigned classify(struct engine *e, uint8_t type, struct bytes body) {
    if (type != HS_SERVER_HELLO) return type;
    struct rd r;
    rd_init(&r, body);
    if (!server_hello_read(&r, &e->sh)) {
        if (e->version == 0) e->t->version = e->sh.version;
        engine_malformed(e, "ServerHello", &r);
        return type;
    }
    if (e->sh.is_hrr) return ORDER_HELLO_RETRY;
    return e->sh.version >= TLS_1_3 ? ORDER_SERVER_HELLO_13 : ORDER_SERVER_HELLO_12;
}

/* RFC 8446 5.1: keys change between records, so nothing may follow these in the same one. */
static bool changes_keys(unsigned type, const struct engine *e) {
    if (type == ORDER_SERVER_HELLO_13) return true;
    return e->version >= TLS_1_3 && (type == HS_FINISHED || type == HS_KEY_UPDATE);
}

static void unexpected(struct engine *e, unsigned type) {
    engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE, "expected %s, got %s",
                   order_expected(e->t->a, e->state, e->flags), order_name(type));
}

/* Moves to the next state before the handler runs: a handler that sends already speaks from there. */
static void step(struct engine *e, unsigned type, struct bytes body) {
    const struct order_row *row = order_find(e->state, type, e->flags);
    if (!row) {
        unexpected(e, type);
        return;
    }
    e->state = row->next;
    handlers[row->handler](e, body);
}

void driver_message(struct engine *e, struct bytes msg, bool more) {
    uint8_t type = msg.p[0];
    const struct msg *m = record(e, msg);
    /* RFC 5246 7.4.1.1: ignored while negotiating, and not hashed. */
    if (type == HS_HELLO_REQUEST && e->version < TLS_1_3 && !e->open && msg.n == HANDSHAKE_HEADER) return;
    unsigned what = classify(e, type, m->body);
    if (e->over && !e->open) return;
    if (more && changes_keys(what, e)) {
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
                       "bytes follow %s in its record, where the keys change", order_name(what));
        return;
    }
    if (!e->open) {
        if (e->hash && (type == HS_CERTIFICATE_VERIFY || type == HS_FINISHED))
            e->before_n = hash_now(e->hash, e->before);
        keys_log(e, msg);
    }
    step(e, what, m->body);
}

void driver_ccs(struct engine *e) {
    step(e, ORDER_CCS, (struct bytes){0});
}

void driver_finished(struct engine *e, enum stage next) {
    e->t->finished = true;
    e->t->stage = next;
    e->t->result = RESULT_DONE;
    e->over = true;
    e->open = true;
}
