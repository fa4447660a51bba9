#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

/* Own sockets under uv_poll rather than uv_tcp: send() can then be told not to raise SIGPIPE, which a
 * library must not ignore for the whole process, and every errno is the kernel's own. */
struct conn {
    struct net_owned owned;
    struct net *net;
    const struct conn_events *events;
    void *arg;
    int fd; /* -1: no socket could be had for this family */
    uv_poll_t poll;
    uv_timer_t timer; /* a failure to tell, the pause between segments, or `drained` to tell */
    unsigned handles; /* libuv handles that still hold this memory */
    int watched;      /* events that poll waits for */
    bool opening, ended, broken, closed, paused, fin_wanted;
    int failed;      /* errno of a connect that failed at once */
    int write_errno; /* of the first send() that failed */
    uint8_t *out;    /* queued: out_off to out_n */
    size_t out_off, out_n, out_cap;
    unsigned split_next; /* conn_split(): of the next write */
    size_t split_left;   /* so many queued bytes go out before the pause; 0 none */
    int64_t pause_ns;
};

enum { READS_PER_TURN = 4, DRAIN_READS = 16 };

static void on_handle_closed(uv_handle_t *h) {
    struct conn *c = h->data;
    if (--c->handles > 0) return;
    mem_free(c->out);
    mem_free(c);
}

static void tell_end(struct conn *c, int sys_errno) {
    if (c->ended || c->closed) return;
    c->ended = true;
    c->broken = sys_errno != 0;
    if (c->events->ended) c->events->ended(c->arg, sys_errno);
}

static void on_poll(uv_poll_t *h, int status, int events);
static void watch(struct conn *c) {
    if (c->closed || c->fd < 0) return;
    int want = 0;
    if (!c->opening && !c->ended) want |= UV_READABLE;
    if (c->opening || (c->out_off < c->out_n && !c->paused)) want |= UV_WRITABLE;
    if (want == c->watched) return;
    c->watched = want;
    if (want)
        uv_poll_start(&c->poll, want, on_poll);
    else
        uv_poll_stop(&c->poll);
}

static void on_timer(uv_timer_t *h);
static void sent_all(struct conn *c) {
    c->out_off = c->out_n = 0;
    if (c->fin_wanted) shutdown(c->fd, SHUT_WR);
    /* Told from the loop, so that conn_write() calls nobody back. */
    if (c->events->drained && !c->closed) uv_timer_start(&c->timer, on_timer, 0, 0);
}

/* One send(), no further than the split. False: the kernel takes no more. */
static bool send_some(struct conn *c) {
    size_t n = c->out_n - c->out_off;
    if (c->split_left && c->split_left < n) n = c->split_left;
    ssize_t k = send(c->fd, c->out + c->out_off, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (k < 0 && errno == EINTR) return true;
    if (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (k < 0) {
        /* The peer may have spoken before it went: what there is to read is read first, then the end is
         * told from there. */
        if (!c->write_errno) c->write_errno = errno;
        c->out_off = c->out_n = 0;
        return false;
    }
    c->out_off += (size_t)k;
    if (c->split_left && (c->split_left -= (size_t)k) == 0 && c->pause_ns > 0 && !c->closed) {
        c->paused = true;
        uv_timer_start(&c->timer, on_timer, net_ms_until(c->net, net_now(c->net) + c->pause_ns), 0);
    }
    return true;
}

static void flush(struct conn *c) {
    if (c->opening || c->fd < 0 || c->out_off == c->out_n) return;
    while (c->out_off < c->out_n && !c->paused)
        if (!send_some(c)) break;
    if (c->out_off == c->out_n && !c->write_errno) sent_all(c);
}

static void on_timer(uv_timer_t *h) {
    struct conn *c = h->data;
    if (c->failed) {
        tell_end(c, c->failed);
        return;
    }
    if (c->paused) {
        c->paused = false;
        flush(c);
        watch(c);
        return;
    }
    if (c->out_off == c->out_n && !c->broken && c->events->drained) c->events->drained(c->arg);
}

/* An errno that a send() got has been taken from the socket, and read() then only says "end". EPIPE is
 * what a send() gets after the peer's FIN, which is the FIN's own story. */
static int end_errno(const struct conn *c) {
    return c->write_errno == EPIPE ? 0 : c->write_errno;
}

static void read_some(struct conn *c) {
    for (int i = 0; i < READS_PER_TURN && !c->closed && !c->ended; i++) {
        ssize_t k = recv(c->fd, c->net->in, sizeof(c->net->in), MSG_DONTWAIT);
        if (k > 0) {
            if (c->events->data) c->events->data(c->arg, bytes_of(c->net->in, (size_t)k));
            if ((size_t)k < sizeof(c->net->in)) return;
        } else if (k == 0) {
            tell_end(c, end_errno(c));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != EINTR) {
            tell_end(c, errno);
        }
    }
}

/* A peer that refuses gives ECONNREFUSED; these two are those of one that took the connection, and broke it
 * off (the second: after its FIN) before this side has looked. */
static bool was_open(int connect_errno) {
    return connect_errno == ECONNRESET || connect_errno == EPIPE;
}

static void finish_connect(struct conn *c) {
    int err = 0;
    socklen_t n = sizeof(err);
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0) err = errno;
    c->opening = false;
    if (err && !was_open(err)) {
        tell_end(c, err);
        return;
    }
    c->write_errno = err; /* taken from the socket by the question above: read() will only say "end" */
    if (c->events->opened) c->events->opened(c->arg);
    if (c->closed) return;
    if (err)
        read_some(c);
    else
        flush(c);
}

static void on_poll(uv_poll_t *h, int status, int events) {
    struct conn *c = h->data;
    if (status < 0) { /* POLLERR: libuv has stopped the poll and hides which event it was */
        c->watched = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (c->opening) {
        finish_connect(c);
    } else {
        if (events & UV_WRITABLE) flush(c);
        if (events & UV_READABLE) read_some(c);
    }
    watch(c);
}

static void drop_conn(struct net_owned *o) {
    conn_close((struct conn *)o);
}

/* Errors of socket() that are this machine's trouble, not the path's. */
static bool out_of_room(int err) {
    return err == EMFILE || err == ENFILE || err == ENOBUFS || err == ENOMEM;
}

static int open_socket(const struct net_addr *to, const struct conn_options *o) {
    int fd = socket(to->sa.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) return -1;
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    /* A size that the kernel does not take leaves its own: then there is one experiment less. */
    if (o && o->mss > 0) (void)setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &o->mss, sizeof(o->mss));
    return fd;
}

struct conn *conn_open(struct net *n, const struct net_addr *to, const struct conn_options *o,
                       const struct conn_events *events, void *arg) {
    int fd = open_socket(to, o);
    int failed = fd < 0 ? errno : 0;
    if (failed && out_of_room(failed)) return NULL;

    struct conn *c = mem_alloc(sizeof(*c));
    *c = (struct conn){.net = n, .events = events, .arg = arg, .fd = fd, .opening = true};
    if (o) conn_split(c, o->first_segment, o->segment_pause_ns);
    net_own(n, &c->owned, drop_conn);
    uv_timer_init(&n->loop, &c->timer);
    c->timer.data = c;
    c->handles = 1;
    if (fd >= 0) {
        int err = uv_poll_init(&n->loop, &c->poll, fd);
        assert(err == 0);
        (void)err;
        c->poll.data = c;
        c->handles = 2;
        if (connect(fd, &to->sa.any, to->len) < 0 && errno != EINPROGRESS && errno != EINTR) failed = errno;
    }
    c->failed = failed;
    if (failed)
        uv_timer_start(&c->timer, on_timer, 0, 0);
    else
        watch(c);
    return c;
}

void conn_split(struct conn *c, unsigned first_segment, int64_t pause_ns) {
    c->split_next = first_segment;
    c->pause_ns = pause_ns;
}

bool conn_local(const struct conn *c, struct net_addr *ret) {
    *ret = (struct net_addr){.len = sizeof(ret->sa)};
    return c->fd >= 0 && getsockname(c->fd, &ret->sa.any, &ret->len) == 0;
}

bool conn_unheard(const struct conn *c) {
    struct tcp_info info = {0};
    socklen_t n = sizeof(info);
    if (c->fd < 0 || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n) < 0) return false;
    return info.tcpi_unacked > 0 && info.tcpi_retransmits > 1;
}

static void queue(struct conn *c, struct bytes out) {
    if (c->out_off > 0) {
        memmove(c->out, c->out + c->out_off, c->out_n - c->out_off);
        c->out_n -= c->out_off;
        c->out_off = 0;
    }
    if (c->out_n + out.n > c->out_cap) {
        c->out_cap = (c->out_n + out.n) * 2;
        c->out = mem_grow(c->out, c->out_cap);
    }
    memcpy(c->out + c->out_n, out.p, out.n);
    c->out_n += out.n;
}

void conn_write(struct conn *c, struct bytes out) {
    if (out.n == 0 || c->closed || c->broken || c->failed || c->write_errno || c->fin_wanted) return;
    size_t before = c->out_n - c->out_off;
    if (c->split_next && c->split_next < out.n) c->split_left = before + c->split_next;
    c->split_next = 0;
    queue(c, out);
    flush(c);
    watch(c);
}

void conn_shutdown(struct conn *c) {
    if (c->fin_wanted || c->closed || c->fd < 0) return;
    c->fin_wanted = true;
    if (!c->opening && c->out_off == c->out_n) shutdown(c->fd, SHUT_WR);
}

/* close() with unread bytes makes the kernel answer with RST, which can overtake the alert that was just
 * sent (RFC 1122 4.2.2.13): so they are thrown away first. */
static void drain(int fd) {
    for (int i = 0; i < DRAIN_READS; i++)
        if (recv(fd, NULL, NET_IN_SIZE, MSG_DONTWAIT | MSG_TRUNC) <= 0) return;
}

void conn_close(struct conn *c) {
    if (!c || c->closed) return;
    c->closed = true;
    c->paused = false;
    net_disown(&c->owned);
    if (!c->broken && !c->failed) flush(c);
    uv_close((uv_handle_t *)&c->timer, on_handle_closed);
    if (c->fd < 0) return;
    if (!c->opening) drain(c->fd);
    uv_close((uv_handle_t *)&c->poll, on_handle_closed); /* leaves the descriptor alone: it is ours */
    close(c->fd);
    c->fd = -1;
}
