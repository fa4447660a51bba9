#include "engine/internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void buffer_add(struct buffer *b, struct bytes in) {
    if (in.n == 0) return;
    if (b->off == b->n) b->off = b->n = 0;
    if (in.n > b->cap - b->n && b->off > 0) {
        memmove(b->p, b->p + b->off, b->n - b->off);
        b->n -= b->off;
        b->off = 0;
    }
    if (in.n > b->cap - b->n) {
        b->cap = (b->n + in.n) * 2;
        b->p = mem_grow(b->p, b->cap);
    }
    memcpy(b->p + b->n, in.p, in.n);
    b->n += in.n;
}

void buffer_eat(struct buffer *b, size_t n) {
    assert(n <= b->n - b->off);
    b->off += n;
}

void buffer_free(struct buffer *b) {
    mem_free(b->p);
    *b = (struct buffer){0};
}

struct engine *engine_new(const struct eng_config *config, struct transcript *t) {
    struct engine *e = mem_alloc(sizeof(*e));
    e->cfg = *config;
    e->hello = *config->hello;
    e->cfg.hello = &e->hello;
    e->t = t;
    e->now = config->now_ns;
    e->first = arena_alloc(t->a, ENGINE_MAX_FIRST);
    t->first_bytes = bytes_of(e->first, 0);
    t->stage = STAGE_CLIENT_HELLO;
    t->client_random = arena_copy(t->a, bytes_of(e->hello.random, sizeof(e->hello.random)));
    hello_send(e);
    e->hello_left = e->out_total;
    return e;
}

void engine_free(struct engine *e) {
    if (!e) return;
    buffer_free(&e->out);
    buffer_free(&e->in);
    buffer_free(&e->hs);
    buffer_free(&e->early);
    hash_free(e->hash);
    pubkey_free(e->own_pubkey);
    seal_free(e->read);
    seal_free(e->write);
    seal_free(e->next_read);
    seal_free(e->next_write);
    seal_free(e->early_write);
    mem_free(e);
}

struct bytes engine_out(const struct engine *e) {
    return buffer_bytes(&e->out);
}

void engine_sent(struct engine *e, size_t n) {
    buffer_eat(&e->out, n);
    e->hello_left -= n < e->hello_left ? n : e->hello_left;
    if (e->hello_left == 0 && e->t->stage == STAGE_CLIENT_HELLO) e->t->stage = STAGE_SERVER_HELLO;
}

/* The first bytes are kept even after the end: what speaks instead of TLS is told by them. */
static void keep_first(struct engine *e, struct bytes in) {
    struct bytes part = bytes_cut(in, 0, ENGINE_MAX_FIRST - e->t->first_bytes.n);
    if (part.n) memcpy(e->first + e->t->first_bytes.n, part.p, part.n);
    e->t->first_bytes.n += part.n;
}

void engine_feed(struct engine *e, struct bytes in, int64_t now_ns) {
    e->now = now_ns;
    keep_first(e, in);
    if (e->over && !e->open) return;
    if (in.n > ENGINE_MAX_IN - e->in_all) {
        if (e->open)
            e->open = false; /* enough was heard: no fault of the peer */
        else
            engine_violate(e, VIOLATION_OVERSIZED, ALERT_INTERNAL_ERROR,
                           "more than %d bytes in one handshake", (int)ENGINE_MAX_IN);
        return;
    }
    e->in_all += in.n;
    buffer_add(&e->in, in);
    record_in(e);
}

/* In TLS 1.2 the server's Finished says that the signature is right, not that the certificate is: GnuTLS
 * leaves that to the program, which then closes, at once and without the close_notify that the end of a good
 * connection has (RFC 5246 7.2.1). */
static bool cut_behind_finished(const struct engine *e, enum result result) {
    bool asked_for = e->version < TLS_1_3 && e->t->certificate_requested && e->open;
    bool cut = result == RESULT_PEER_FIN || result == RESULT_PEER_RST;
    return asked_for && cut && !e->asked && !e->write_closed && e->app_n == 0;
}

/* Silence, FIN or RST. After both Finished only a server that asked for a certificate still owes an answer:
 * where neither a ticket nor data nor an alert came, the end is its answer to the empty Certificate. */
static void end_of_input(struct engine *e, enum result result, int64_t now_ns) {
    e->now = now_ns;
    if (e->over && !e->open) return;
    bool owed = e->t->stage == STAGE_CLIENT_AUTH && !e->answered && result != RESULT_TIMEOUT;
    if (cut_behind_finished(e, result)) {
        e->t->stage = STAGE_CLIENT_AUTH;
        owed = true;
    }
    if (e->open && !owed) {
        e->open = false;
        return;
    }
    const char *rest = record_in_rest(e);
    if (rest) e->t->place = rest;
    engine_end(e, e->only_recognise ? RESULT_RECOGNISED : result);
}

void engine_eof(struct engine *e, int64_t now_ns) {
    end_of_input(e, RESULT_PEER_FIN, now_ns);
}
void engine_reset(struct engine *e, int64_t now_ns) {
    end_of_input(e, RESULT_PEER_RST, now_ns);
}
void engine_timeout(struct engine *e, int64_t now_ns) {
    end_of_input(e, RESULT_TIMEOUT, now_ns);
}

bool engine_over(const struct engine *e) {
    return e->over;
}
bool engine_open(const struct engine *e) {
    return e->open;
}
bool engine_waiting(const struct engine *e) {
    return !e->over && engine_out(e).n == 0;
}

void engine_write_app(struct engine *e, struct bytes data, int64_t now_ns) {
    e->now = now_ns;
    if (!e->open || e->write_closed) return;
    e->asked = e->asked || data.n > 0;
    while (data.n > 0) {
        struct bytes part = bytes_cut(data, 0, RECORD_PLAIN_MAX);
        record_out(e, CT_APPLICATION_DATA, part);
        data = bytes_cut(data, part.n, data.n);
    }
}

void engine_close(struct engine *e, int64_t now_ns) {
    e->now = now_ns;
    if (!e->open || e->write_closed) return;
    record_out_alert(e, ALERT_WARNING, ALERT_CLOSE_NOTIFY);
    e->write_closed = true;
}

void engine_end(struct engine *e, enum result result) {
    e->t->result = result;
    e->over = true;
    e->open = false;
}

static const char *place_text(struct arena *a, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert(n >= 0);
    char *s = arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, format, args);
    return s;
}

static void stop_with_alert(struct engine *e, enum result result, uint8_t alert) {
    if (e->only_recognise) { /* nothing is judged any more, nor said */
        engine_end(e, RESULT_RECOGNISED);
        return;
    }
    record_out_alert(e, ALERT_FATAL, alert);
    e->t->sent_alert = alert;
    engine_end(e, result);
}

void engine_violate(struct engine *e, enum violation v, uint8_t alert, const char *format, ...) {
    va_list args;
    va_start(args, format);
    e->t->place = place_text(e->t->a, format, args);
    va_end(args);
    if (!e->only_recognise) e->t->violation = v;
    stop_with_alert(e, RESULT_VIOLATION, alert);
}

void engine_refuse(struct engine *e, enum refusal r, uint8_t alert, const char *format, ...) {
    va_list args;
    va_start(args, format);
    e->t->place = place_text(e->t->a, format, args);
    va_end(args);
    if (!e->only_recognise) e->t->refusal = r;
    stop_with_alert(e, RESULT_REFUSED, alert);
}

void engine_malformed(struct engine *e, const char *message, const struct rd *r) {
    engine_violate(e, VIOLATION_MALFORMED, ALERT_DECODE_ERROR, "%s: %s at byte %zu %s", message,
                   r->field ? r->field : "content", r->off, rd_err_text(r->err));
}
