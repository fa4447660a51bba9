/* A box on the way: takes the client's connection, makes one of its own to the case's server, and hands on
 * record by record what either says, with the case's faults. */
#include "base/arena.h"
#include "base/rd.h"
#include "lab_internal.h"
#include "wire/hello.h"
#include "wire/messages.h"
#include "wire/record.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 65536, IDLE_MS = 60 * 1000, SCATTER = 50 };

/* One way through the box. */
struct way {
    enum relay_way way;
    int from, to;
    uint8_t *held; /* not yet a whole record */
    size_t n;
    unsigned seen, seen_of[256];
    bool plain; /* it is no TLS: handed on as it comes */
    bool lost;  /* a segment was lost: TCP sends nothing behind it */
};

struct box {
    struct lab_link *l;
    const struct relay *relay;
    unsigned number; /* of this connection, from 1 */
    uint16_t suite;  /* that the server chose; 0: not yet */
    bool over;
};

static bool send_part(const struct box *b, int to, struct bytes part) {
    while (part.n > 0) {
        size_t size = b->relay->segment && part.n > b->relay->segment ? b->relay->segment : part.n;
        ssize_t n = send(to, part.p, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        part = bytes_cut(part, (size_t)n, part.n);
    }
    return true;
}

/* How large the first segment would be in which TCP sends so much to this peer. */
static size_t first_segment(int fd, size_t n) {
    int mss = 0;
    socklen_t size = sizeof(mss);
    if (getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, &size) != 0 || mss <= 0) return n;
    return n < (size_t)mss ? n : (size_t)mss;
}

static bool hand_on(struct box *b, struct way *w, struct bytes part) {
    bool down = w->way == WAY_DOWN;
    unsigned limit = down ? b->relay->lose_above : b->relay->lose_above_up;
    if (limit && first_segment(down ? w->to : w->from, part.n) > limit) {
        w->lost = true;
        return true;
    }
    return send_part(b, w->to, part);
}

/* --- faults --- */

static void put_length(uint8_t *at, unsigned width, size_t n) {
    while (width-- > 0) {
        at[width] = (uint8_t)n;
        n >>= 8;
    }
}

static size_t get_length(const uint8_t *at, unsigned width) {
    size_t n = 0;
    for (unsigned i = 0; i < width; i++) n = n << 8 | at[i];
    return n;
}

/* An extension of a ClientHello that is one whole record; false: there is none. */
static bool find_extension(const uint8_t *record, size_t n, uint16_t type, struct hello_view *ret,
                           struct bytes *ret_body) {
    struct rd r;
    bool found;
    rd_init(&r, bytes_of(record + RECORD_HEADER, n - RECORD_HEADER));
    if (record[0] != CT_HANDSHAKE || !hello_view(&r, ret)) return false;
    *ret_body = ext_find(ret->extensions, type, &found);
    return found;
}

static void rename_host(uint8_t *record, size_t n) {
    enum { BEFORE_NAME = 2 + 1 + 2 }; /* list, type, length: RFC 6066 3 */
    struct hello_view v;
    struct bytes body;
    if (find_extension(record, n, EXT_SERVER_NAME, &v, &body) && body.n > BEFORE_NAME)
        record[(size_t)(body.p - record) + BEFORE_NAME] = 'x';
}

/* Takes an extension out; the record's new length. */
static size_t cut_extension(uint8_t *record, size_t n, uint16_t type) {
    struct hello_view v;
    struct bytes body;
    if (!find_extension(record, n, type, &v, &body)) return n;
    size_t start = (size_t)(body.p - record) - 4, gone = body.n + 4;
    size_t block = (size_t)(v.extensions.p - record) - 2;
    memmove(record + start, record + start + gone, n - start - gone);
    put_length(record + block, 2, v.extensions.n - gone);
    put_length(record + RECORD_HEADER + 1, 3, get_length(record + RECORD_HEADER + 1, 3) - gone);
    put_length(record + 3, 2, get_length(record + 3, 2) - gone);
    return n - gone;
}

static bool strikes(const struct box *b, const struct way *w, const struct relay_fault *f, uint8_t type) {
    if (f->what == RELAY_NOTHING || f->way != w->way) return false;
    if (f->first && b->number > f->first) return false;
    if (f->suite && f->suite != b->suite) return false;
    if (f->type && f->type != type) return false;
    return f->record == 0 || f->record == (f->type ? w->seen_of[type] : w->seen);
}

/* The record's new length. */
static size_t spoil(struct box *b, struct way *w, const struct relay_fault *f, uint8_t *record, size_t n) {
    switch (f->what) {
    case RELAY_NOTHING:
        break;
    case RELAY_FLIP:
        if (RECORD_HEADER + f->at < n) record[RECORD_HEADER + f->at] ^= 0x10;
        break;
    case RELAY_SCATTER:
        for (size_t i = RECORD_HEADER + f->at; i < n; i += SCATTER)
            record[i] ^= (uint8_t)(b->number * 29 | 1);
        break;
    case RELAY_NO_EXT:
        return cut_extension(record, n, (uint16_t)f->at);
    case RELAY_NAME:
        rename_host(record, n);
        break;
    case RELAY_VERSION:
        put_length(record + RECORD_HEADER + 4, 2, f->at);
        break;
    case RELAY_SWALLOW:
        w->lost = true;
        break;
    case RELAY_FIN:
        b->over = true;
        break;
    case RELAY_RST:
        b->over = true;
        lab_reset(b->l);
        break;
    }
    return n;
}

/* --- the stream --- */

/* Of a record that holds a ServerHello; 0: it holds none. */
static uint16_t chosen_suite(const struct record *r) {
    struct rd rd;
    struct server_hello hello;
    if (r->type != CT_HANDSHAKE || r->body.n < HANDSHAKE_HEADER || r->body.p[0] != HS_SERVER_HELLO) return 0;
    rd_init(&rd, bytes_cut(r->body, HANDSHAKE_HEADER, get_length(r->body.p + 1, 3)));
    return server_hello_read(&rd, &hello) && !hello.is_hrr ? hello.suite : 0;
}

/* Puts a record into `out`, after whatever happens to it here; how long it is then. */
static size_t take_record(struct box *b, struct way *w, const struct record *r, struct bytes whole,
                          uint8_t *out) {
    size_t n = whole.n;
    w->seen++;
    w->seen_of[r->type]++;
    memcpy(out, whole.p, whole.n);
    if (w->way == WAY_DOWN && b->suite == 0) b->suite = chosen_suite(r);
    for (size_t i = 0; i < LAB_MAX_FAULTS; i++)
        if (strikes(b, w, &b->relay->fault[i], r->type)) n = spoil(b, w, &b->relay->fault[i], out, n);
    return w->lost || b->over ? 0 : n;
}

/* Whole records at the front go on as one piece, as a sender that writes its flight at once has it. */
static bool pass_records(struct box *b, struct way *w) {
    uint8_t *out = mem_alloc(ROOM);
    size_t out_n = 0, used = 0, at = 0;
    bool lost_before = w->lost;
    while (!w->plain && !b->over && at < w->n) {
        struct record r;
        enum record_status status = record_next(bytes_of(w->held + at, w->n - at), &r, &used);
        w->plain = status != RECORD_WHOLE && status != RECORD_MORE;
        if (status != RECORD_WHOLE) break;
        out_n += take_record(b, w, &r, bytes_of(w->held + at, used), out + out_n);
        at += used;
    }
    if (w->plain) {
        memcpy(out + out_n, w->held + at, w->n - at);
        out_n += w->n - at;
        at = w->n;
    }
    memmove(w->held, w->held + at, w->n - at);
    w->n -= at;
    bool ok = out_n == 0 || lost_before || hand_on(b, w, bytes_of(out, out_n));
    mem_free(out);
    return ok && !b->over;
}

/* What is there at one end; false when that end is done. */
static bool carry(struct box *b, struct way *w) {
    ssize_t n = recv(w->from, w->held + w->n, ROOM - w->n, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (n <= 0 || !lab_pause(b->l, b->relay->delay_ms)) return false;
    w->n += (size_t)n;
    return pass_records(b, w);
}

static void run_box(struct box *b, int upstream) {
    struct way way[] = {{.way = WAY_UP, .from = b->l->fd, .to = upstream},
                        {.way = WAY_DOWN, .from = upstream, .to = b->l->fd}};
    enum { STOP = TW_COUNT(way) };
    struct pollfd p[] = {{.fd = b->l->fd, .events = POLLIN},
                         {.fd = upstream, .events = POLLIN},
                         {.fd = b->l->lab->stop_fd, .events = POLLIN}};
    for (size_t i = 0; i < TW_COUNT(way); i++) way[i].held = mem_alloc(ROOM);
    while (!b->over && (p[0].fd >= 0 || p[1].fd >= 0)) {
        if (poll(p, TW_COUNT(p), IDLE_MS) <= 0 || p[STOP].revents) break;
        for (size_t i = 0; i < TW_COUNT(way) && !b->over; i++) {
            if (!p[i].revents || carry(b, &way[i])) continue;
            /* A FIN behind a lost segment is never taken. */
            if (!way[i].lost && !b->over) shutdown(way[i].to, SHUT_WR);
            p[i].fd = -1;
        }
    }
    for (size_t i = 0; i < TW_COUNT(way); i++) mem_free(way[i].held);
}

void lab_serve_relay(struct lab_link *l) {
    struct box b = {.l = l, .relay = &l->server->c->relay};
    pthread_mutex_lock(&l->lab->lock);
    b.number = ++l->server->n_relayed;
    pthread_mutex_unlock(&l->lab->lock);
    int upstream = lab_connect(l->server->behind_port), on = 1;
    if (upstream < 0) return;
    setsockopt(upstream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    run_box(&b, upstream);
    close(upstream);
    if (!l->over) lab_finish(l);
}
