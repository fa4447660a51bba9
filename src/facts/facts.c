#include "facts/facts.h"

/* The stage at the end says what was completed before it. */
static enum reached reached_by_stage(enum stage s) {
    static const enum reached by_stage[STAGE__COUNT] = {
        [STAGE_RESOLVE] = REACHED_NOTHING,
        [STAGE_CONNECT] = REACHED_NOTHING,
        [STAGE_STARTTLS] = REACHED_TCP,
        [STAGE_CLIENT_HELLO] = REACHED_TLS,
        [STAGE_SERVER_HELLO] = REACHED_TLS,
        [STAGE_CERTIFICATE] = REACHED_SERVER_HELLO,
        [STAGE_KEY_EXCHANGE] = REACHED_SERVER_HELLO,
        [STAGE_CLIENT_AUTH] = REACHED_FLIGHT,
        [STAGE_FINISHED] = REACHED_FLIGHT,
        [STAGE_APPLICATION] = REACHED_FINISHED,
    };
    return by_stage[s];
}

static enum reached how_far(const struct transcript *t) {
    if (t->result == RESULT_DONE) return REACHED_AIM;
    if (t->result == RESULT_RECOGNISED && t->version == TLS_SSL2)
        return REACHED_TLS; /* no answer to our hello */
    if (t->result == RESULT_RECOGNISED)
        return transcript_find(t, SIDE_SERVER, HS_CERTIFICATE) ? REACHED_FLIGHT : REACHED_SERVER_HELLO;
    enum reached r = reached_by_stage(t->stage);
    return r == REACHED_NOTHING && t->connected ? REACHED_TCP : r;
}

static void read_hello(struct facts *f, const struct msg *m) {
    struct rd r;
    rd_init(&r, m->body);
    f->server_hello = server_hello_read(&r, &f->hello) || f->hello.suite != 0;
    f->sni_acknowledged = f->sni_acknowledged || f->hello.has_server_name;
}

static void read_message(struct facts *f, const struct msg *m) {
    struct rd r;
    rd_init(&r, m->body);
    struct encrypted_extensions ee;
    if (m->type == HS_SERVER_HELLO) read_hello(f, m);
    if (m->type == HS_ENCRYPTED_EXTENSIONS && encrypted_extensions_read(&r, &ee))
        f->sni_acknowledged = f->sni_acknowledged || ee.has_server_name;
    if (m->type == HS_CERTIFICATE && f->certificates.n == 0)
        certificate_read(&r, f->t->version >= TLS_1_3, &f->certificates);
    if (m->type == HS_CERTIFICATE_REQUEST && !f->has_request)
        f->has_request = certificate_request_read(&r, f->t->version, &f->request);
}

/* After the server's Finished; of 1.2 and before that is the last message of the handshake as well. */
static void read_late(struct facts *f, const struct msg *m) {
    if (m->type == HS_CERTIFICATE_REQUEST && !f->has_request) f->late_request = true;
    if (m->type == HS_HELLO_REQUEST) f->hello_request = true;
}

static void read_messages(struct facts *f) {
    bool finished = false;
    for (const struct msg *m = f->t->first; m; m = m->next) {
        if (m->from != SIDE_SERVER) continue;
        if (m->kind == MSG_HANDSHAKE && finished) read_late(f, m);
        if (m->kind == MSG_HANDSHAKE) read_message(f, m);
        finished = finished || (m->kind == MSG_HANDSHAKE && m->type == HS_FINISHED);
        if (m->kind == MSG_ALERT && m->level == ALERT_WARNING && m->type == ALERT_UNRECOGNIZED_NAME)
            f->warned_of_name = true;
    }
}

/* Of the leaf: its entry of TLS 1.3, or a message of TLS 1.2 (RFC 8446 4.4.2.1, RFC 6066 8). */
struct bytes facts_staple(const struct facts *f) {
    struct bytes staple = {0};
    struct rd r;
    const struct msg *m = transcript_find(f->t, SIDE_SERVER, HS_CERTIFICATE_STATUS);
    if (f->certificates.n == 0) return staple;
    if (!m) return f->certificates.entry[0].ocsp;
    rd_init(&r, m->body);
    return certificate_status_read(&r, &staple) ? staple : (struct bytes){0};
}

static bool brings_scts(const struct facts *f) {
    /* 1.3.6.1.4.1.11129.2.4.5 of a staple's single extension */
    static const uint8_t oid[] = {0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xD6, 0x79, 0x02, 0x04, 0x05};
    bool in_hello = false;
    struct bytes staple = facts_staple(f);
    if (f->server_hello) (void)ext_find(f->hello.extensions, EXT_SIGNED_CERTIFICATE_TIMESTAMP, &in_hello);
    return in_hello || (f->certificates.n > 0 && f->certificates.entry[0].scts.n > 0) ||
           (staple.n && memmem(staple.p, staple.n, oid, sizeof(oid)));
}

const struct facts *facts_of(struct arena *a, const struct run *run) {
    struct facts *f = ARENA_NEW(a, struct facts);
    const struct transcript *t = run->t;
    *f = (struct facts){.run = run, .t = t, .reached = how_far(t)};
    f->good = t->result == RESULT_DONE || (t->result == RESULT_RECOGNISED && t->version != TLS_SSL2);
    f->hybrid = t->result == RESULT_RECOGNISED && t->group != 0 && group_by_id(t->group) &&
                group_by_id(t->group)->kind == GROUP_HYBRID;
    f->no_server_hello = !f->good && f->reached == REACHED_TLS && t->result != RESULT_NOT_TLS;
    f->silent = t->result == RESULT_TIMEOUT && t->first_bytes.n == 0;
    f->has_alert = t->result == RESULT_PEER_ALERT;
    f->alert = f->has_alert ? t->peer_alert : 0;
    if (t->first_bytes.n > 0 && (t->result == RESULT_NOT_TLS || t->dialog == DIALOG_NOT_SPOKEN))
        f->plain = plain_recognise(t->first_bytes, t->port);
    read_messages(f);
    f->scts = brings_scts(f);
    return f;
}

struct bytes facts_leaf(const struct facts *f) {
    return f->certificates.n > 0 ? f->certificates.entry[0].der : (struct bytes){0};
}

bool facts_same_leaf(const struct facts *a, const struct facts *b) {
    return a->certificates.n > 0 && b->certificates.n > 0 && bytes_eq(facts_leaf(a), facts_leaf(b));
}
