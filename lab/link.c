#include "link.h"
#include "base/arena.h"
#include "base/rd.h"
#include "lab_internal.h"
#include "wire/record.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOLD_MS = 120 * 1000, LINGER_MS = 3000, IDLE_MS = 30 * 1000 };

/* Waits for the peer's bytes; false when the time is up or the lab stops. */
static bool wait_readable(const struct lab_link *l, int ms) {
    struct pollfd p[] = {{.fd = l->fd, .events = POLLIN}, {.fd = l->lab->stop_fd, .events = POLLIN}};
    int n;
    do n = poll(p, 2, ms);
    while (n < 0 && errno == EINTR);
    return n > 0 && !p[1].revents;
}

bool lab_pause(const struct lab_link *l, unsigned ms) {
    struct pollfd p = {.fd = l->lab->stop_fd, .events = POLLIN};
    return ms == 0 || poll(&p, 1, (int)ms) == 0;
}

size_t lab_read(struct lab_link *l, uint8_t *room, size_t cap) {
    size_t left = l->pending_n - l->pending_off;
    if (left > 0) {
        if (cap > left) cap = left;
        memcpy(room, l->pending + l->pending_off, cap);
        l->pending_off += cap;
        return cap;
    }
    if (l->over || !wait_readable(l, IDLE_MS)) return 0;
    ssize_t n = recv(l->fd, room, cap, 0);
    return n > 0 ? (size_t)n : 0;
}

void lab_unread(struct lab_link *l, struct bytes b) {
    size_t left = l->pending_n - l->pending_off;
    uint8_t *joined = mem_alloc(b.n + left + 1);
    if (b.n) memcpy(joined, b.p, b.n);
    if (left) memcpy(joined + b.n, l->pending + l->pending_off, left);
    mem_free(l->pending);
    l->pending = joined;
    l->pending_off = 0;
    l->pending_n = b.n + left;
}

static bool send_all(struct lab_link *l, struct bytes b) {
    while (b.n > 0) {
        ssize_t n = send(l->fd, b.p, b.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        b = bytes_cut(b, (size_t)n, b.n);
    }
    return true;
}

/* In segments, as the shape says. */
static bool send_segments(struct lab_link *l, struct bytes b) {
    unsigned size = l->shape->segment;
    if (!size) return send_all(l, b);
    while (b.n > 0) {
        if (!send_all(l, bytes_cut(b, 0, size)) || !lab_pause(l, l->shape->pause_ms)) return false;
        b = bytes_cut(b, size, b.n);
    }
    return true;
}

static bool leave_by(struct lab_link *l, enum cut how) {
    l->over = true;
    switch (how) {
    case CUT_NONE:
        break;
    case CUT_STALL:
        lab_hold(l);
        break;
    case CUT_FIN:
        lab_finish(l);
        break;
    case CUT_RST:
        lab_reset(l);
        break;
    }
    return false;
}

/* Counts what goes out, and cuts the connection where the shape says. */
static bool send_counted(struct lab_link *l, struct bytes b) {
    const struct shape *s = l->shape;
    bool cut = s->cut != CUT_NONE && l->sent + b.n > s->cut_after;
    if (cut) b = bytes_cut(b, 0, s->cut_after - l->sent);
    l->sent += b.n;
    if (!send_segments(l, b)) return leave_by(l, CUT_NONE);
    return !cut || leave_by(l, s->cut);
}

/* A record, with its handshake bytes in records of the shape's size (RFC 8446 5.1: messages may be
 * fragmented at will). */
static bool send_record(struct lab_link *l, struct bytes whole, const struct record *r) {
    if (r->type == CT_CHANGE_CIPHER_SPEC) l->sealed = true;
    if (r->type != CT_HANDSHAKE || l->sealed) return send_counted(l, whole);
    struct bytes body = r->body;
    while (body.n > 0) {
        uint8_t room[RECORD_HEADER + RECORD_CIPHER_MAX];
        struct wr w = wr_init(room, sizeof(room));
        record_write(&w, r->type, r->version, bytes_cut(body, 0, l->shape->record));
        if (!send_counted(l, wr_bytes(&w))) return false;
        body = bytes_cut(body, l->shape->record, body.n);
    }
    return true;
}

static bool send_recut(struct lab_link *l, struct bytes b) {
    if (l->out_n + b.n > l->out_cap) {
        l->out_cap = l->out_n + b.n;
        l->out = mem_grow(l->out, l->out_cap);
    }
    memcpy(l->out + l->out_n, b.p, b.n);
    l->out_n += b.n;
    struct record r;
    size_t used;
    while (record_next(bytes_of(l->out, l->out_n), &r, &used) == RECORD_WHOLE) {
        bool sent = send_record(l, bytes_of(l->out, used), &r);
        memmove(l->out, l->out + used, l->out_n - used);
        l->out_n -= used;
        if (!sent) return false;
    }
    return true;
}

bool lab_write(struct lab_link *l, struct bytes b) {
    if (l->over) return false;
    if (!l->began && !lab_pause(l, l->shape->delay_ms)) return leave_by(l, CUT_NONE);
    l->began = true;
    if (b.n == 0) return true;
    return l->shape->record ? send_recut(l, b) : send_counted(l, b);
}

bool lab_write_str(struct lab_link *l, const char *s) {
    return lab_write(l, bytes_str(s));
}

static void drain(const struct lab_link *l, int ms) {
    uint8_t room[4096];
    while (wait_readable(l, ms) && recv(l->fd, room, sizeof(room), 0) > 0) continue;
}

void lab_hold(struct lab_link *l) {
    drain(l, HOLD_MS);
    l->over = true;
}

void lab_finish(struct lab_link *l) {
    l->over = true;
    if (shutdown(l->fd, SHUT_WR) == 0) drain(l, LINGER_MS);
}

void lab_reset(struct lab_link *l) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    l->over = true;
    setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void lab_link_done(struct lab_link *l) {
    mem_free(l->pending);
    mem_free(l->out);
}
