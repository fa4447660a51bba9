/* NTP over UDP: a question, repeated while nothing comes, to one address of the host after the other. */
#include "net/loop.h"
#include "net/time_source_internal.h"

#include <errno.h>
#include <unistd.h>

#define MS_NS INT64_C(1000000)
/* Packets get lost: asked again after one second, then after twice as long each time. */
#define FIRST_PAUSE_NS (1000 * MS_NS)
enum { MAX_TRIES = 5, MAX_READS = 16, BIGGEST = 512 };

/* Has memory of its own, which libuv holds until the handle is closed. */
struct ntp_socket {
    uv_poll_t poll;
    int fd;
    struct ntp_asking *owner;
};

struct ntp_asking {
    struct net_owned owned;
    struct net *net;
    struct arena a;
    uint8_t nonce[NTP_NONCE];
    int64_t pivot, deadline_ns;
    time_source_done *done; /* NULL: it has been told */
    void *arg;
    bool resolving; /* the look-up will still call back */
    struct resolved addr;
    struct ntp_socket *socket; /* NULL: none is open */
    size_t at;                 /* which address it is for */
    unsigned tries, errors;
    int64_t asked_ns;        /* the first time at this address: an answer cannot be older */
    struct net_timer *timer; /* the deadline, or when to ask again */
    const char *problem;     /* what the last try met; NULL: silence */
};

static void on_socket_closed(uv_handle_t *h) {
    struct ntp_socket *s = h->data;
    close(s->fd);
    mem_free(s);
}

static void close_socket(struct ntp_asking *q) {
    if (q->socket) uv_close((uv_handle_t *)&q->socket->poll, on_socket_closed);
    q->socket = NULL;
}

static void drop(struct net_owned *o) {
    struct ntp_asking *q = (struct ntp_asking *)o;
    net_disown(o);
    net_timer_stop(q->timer);
    close_socket(q);
    arena_done(&q->a);
    mem_free(q);
}

/* A look-up that is under way still points here: then the memory waits for its callback. */
static void tell(struct ntp_asking *q, const struct time_told *told) {
    time_source_done *done = q->done;
    q->done = NULL;
    net_timer_stop(q->timer);
    q->timer = NULL;
    close_socket(q);
    done(q->arg, told);
    if (!q->resolving) drop(&q->owned);
}

static void fail(struct ntp_asking *q, const char *problem) {
    tell(q, &(struct time_told){.problem = problem});
}

/* The answer was sent somewhere between our question and now, less what the server had it; and the server's
 * own clock is as good as its way to the one that it follows (RFC 5905 11.1, root distance). */
static void take(struct ntp_asking *q, const struct ntp_answer *a) {
    int64_t now = net_now(q->net), way_ms = (now - q->asked_ns) / MS_NS - a->held_ms;
    if (way_ms < 0) way_ms = 0;
    if (a->kind != NTP_TIME) {
        fail(q, a->kiss[0] ? text_f(&q->a, "%s (%s)", a->why, a->kiss) : a->why);
        return;
    }
    tell(q, &(struct time_told){.ok = true,
                                .unix_ms = a->transmit_ms + way_ms / 2,
                                .at_ns = now,
                                .unsure_ms = way_ms / 2 + a->root_delay_ms / 2 + a->dispersion_ms + 1,
                                .stratum = a->stratum});
}

static void try_once(struct ntp_asking *q);
/* The next address, unless all have failed. */
static void on_error(struct ntp_asking *q, int err) {
    q->problem = text_f(&q->a, "%s", strerror(err));
    close_socket(q);
    if (++q->errors >= q->addr.n)
        fail(q, q->problem);
    else if (q->tries < MAX_TRIES)
        try_once(q);
}

static void on_readable(uv_poll_t *h, int status, int events) {
    (void)events;
    struct ntp_asking *q = ((struct ntp_socket *)h->data)->owner;
    if (status < 0) uv_poll_start(h, UV_READABLE, on_readable); /* POLLERR: libuv has stopped it */
    for (int i = 0; i < MAX_READS; i++) {
        uint8_t in[BIGGEST];
        struct ntp_answer answer;
        ssize_t n = recv(q->socket->fd, in, sizeof(in), MSG_DONTWAIT);
        if (n < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) on_error(q, errno);
            return;
        }
        ntp_read(bytes_of(in, (size_t)n), q->nonce, q->pivot, &answer);
        q->problem = answer.why;
        if (answer.kind == NTP_STRANGER) continue; /* the true answer may still come */
        take(q, &answer);
        return;
    }
}

/* 0, or errno. A connected socket hears of ports that are closed, and takes packets of nobody else. */
static int open_socket(struct ntp_asking *q) {
    const struct net_addr *to = &q->addr.addr[q->at];
    int fd = socket(to->sa.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return errno;
    struct ntp_socket *s = mem_alloc(sizeof(*s));
    *s = (struct ntp_socket){.fd = fd, .owner = q};
    int err = connect(fd, &to->sa.any, to->len) != 0 ? errno : -uv_poll_init(&q->net->loop, &s->poll, fd);
    if (err) {
        close(fd);
        mem_free(s);
        return err;
    }
    s->poll.data = s;
    q->socket = s;
    uv_poll_start(&s->poll, UV_READABLE, on_readable);
    return 0;
}

static void on_timer(void *arg) {
    struct ntp_asking *q = arg;
    q->timer = NULL;
    if (q->done && !q->resolving && q->tries < MAX_TRIES && net_now(q->net) < q->deadline_ns)
        try_once(q);
    else if (q->done)
        fail(q, q->problem ? q->problem : "no answer within the time limit");
}

static void wait_again(struct ntp_asking *q) {
    int64_t at = net_now(q->net) + (FIRST_PAUSE_NS << (q->tries - 1));
    net_timer_stop(q->timer);
    q->timer = net_timer_start(q->net, q->tries < MAX_TRIES && at < q->deadline_ns ? at : q->deadline_ns,
                               on_timer, q);
}

static void try_once(struct ntp_asking *q) {
    uint8_t packet[NTP_PACKET];
    size_t at = q->tries++ % q->addr.n;
    if (at != q->at) close_socket(q);
    q->at = at;
    wait_again(q);
    int err = q->socket ? 0 : open_socket(q);
    if (err) {
        on_error(q, err);
        return;
    }
    ntp_request(packet, q->nonce);
    if (q->tries <= q->addr.n) q->asked_ns = net_now(q->net);
    if (send(q->socket->fd, packet, sizeof(packet), MSG_NOSIGNAL) < 0 && errno != EAGAIN) on_error(q, errno);
}

static void on_resolved(void *arg, const struct resolved *r) {
    struct ntp_asking *q = arg;
    q->resolving = false;
    if (!q->done) { /* the deadline was first */
        drop(&q->owned);
        return;
    }
    if (r->status != RESOLVE_OK || r->n == 0) {
        fail(q, text_f(&q->a, "its name does not resolve: %s", r->detail ? r->detail : "no address"));
        return;
    }
    q->addr = *r;
    try_once(q);
}

void time_ntp_ask(struct net *n, const struct time_question *question, const char *host, uint16_t port,
                  time_source_done *done, void *arg) {
    struct ntp_asking *q = mem_alloc(sizeof(*q));
    *q = (struct ntp_asking){.net = n,
                             .pivot = question->pivot,
                             .deadline_ns = question->deadline_ns,
                             .done = done,
                             .arg = arg,
                             .resolving = true};
    arena_init(&q->a);
    memcpy(q->nonce, question->nonce, NTP_NONCE);
    net_own(n, &q->owned, drop);
    q->timer = net_timer_start(n, q->deadline_ns, on_timer, q);
    net_resolve(n, host, port, AF_UNSPEC, NULL, q->deadline_ns, on_resolved, q);
}
