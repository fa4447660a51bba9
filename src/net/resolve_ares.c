#include "net/resolve.h"

#include <ares.h>

/* One channel a question, its sockets under uv_poll. c-ares may not be destroyed inside its own callbacks, so
 * the answer is only noted there and handed out after it came back. */
struct ares_socket {
    struct ares_query *q;
    ares_socket_t fd;
    int events;
    uv_poll_t poll;
    struct ares_socket *next;
};

struct ares_query {
    struct lookup *l;
    ares_channel channel;
    struct ares_socket *sockets;
    uv_timer_t timer; /* c-ares' own retries */
    bool answered;
    unsigned handles; /* libuv handles that still hold this memory */
};

enum { ARES_TIMEOUT_MS = 2000, ARES_TRIES = 3 };

static const struct {
    int status;
    enum resolve_status meaning;
} meanings[] = {
    {ARES_SUCCESS, RESOLVE_OK},
    {ARES_ENOTFOUND, RESOLVE_NO_NAME},
    {ARES_ENODATA, RESOLVE_NO_ADDRESS},
    {ARES_EBADNAME, RESOLVE_BAD_NAME},
};

static enum resolve_status meaning(int status) {
    for (size_t i = 0; i < TW_COUNT(meanings); i++)
        if (meanings[i].status == status) return meanings[i].meaning;
    return RESOLVE_NO_ANSWER;
}

static void release(struct ares_query *q) {
    if (--q->handles == 0) mem_free(q);
}

static void on_timer_closed(uv_handle_t *h) {
    release(h->data);
}

static void on_socket_closed(uv_handle_t *h) {
    struct ares_socket *s = h->data;
    release(s->q);
    mem_free(s);
}

static void stop(struct lookup *l) {
    struct ares_query *q = l->backend;
    q->answered = true; /* the callback that comes out of ares_destroy() is no answer */
    ares_destroy(q->channel);
    uv_close((uv_handle_t *)&q->timer, on_timer_closed);
    l->stop = NULL;
}

static void on_timer(uv_timer_t *h);
/* After each turn of c-ares: hand out its answer, or wait for its next retry. */
static void after_turn(struct ares_query *q) {
    if (q->answered) {
        lookup_answer(q->l);
        return;
    }
    struct timeval tv;
    if (!ares_timeout(q->channel, NULL, &tv)) return;
    uv_update_time(q->timer.loop);
    uv_timer_start(&q->timer, on_timer, (uint64_t)tv.tv_sec * 1000 + (uint64_t)tv.tv_usec / 1000 + 1, 0);
}

static void on_timer(uv_timer_t *h) {
    struct ares_query *q = h->data;
    ares_process_fd(q->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    after_turn(q);
}

static void on_poll(uv_poll_t *h, int status, int events) {
    struct ares_socket *s = h->data;
    struct ares_query *q = s->q;
    if (status < 0) { /* POLLERR: libuv has stopped the poll; c-ares reads the error (ICMP) and goes on */
        events = s->events;
        uv_poll_start(&s->poll, s->events, on_poll);
    }
    ares_process_fd(q->channel, events & UV_READABLE ? s->fd : ARES_SOCKET_BAD,
                    events & UV_WRITABLE ? s->fd : ARES_SOCKET_BAD);
    after_turn(q);
}

static struct ares_socket *socket_of(struct ares_query *q, ares_socket_t fd) {
    struct ares_socket *s = q->sockets;
    while (s && s->fd != fd) s = s->next;
    if (s) return s;
    s = mem_alloc(sizeof(*s));
    s->q = q;
    s->fd = fd;
    s->next = q->sockets;
    q->sockets = s;
    uv_poll_init(q->timer.loop, &s->poll, fd);
    s->poll.data = s;
    q->handles++;
    return s;
}

/* c-ares says what it waits for; neither means that it is about to close the socket. */
static void on_socket_state(void *data, ares_socket_t fd, int readable, int writable) {
    struct ares_query *q = data;
    struct ares_socket *s = socket_of(q, fd);
    s->events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
    if (s->events) {
        uv_poll_start(&s->poll, s->events, on_poll);
        return;
    }
    struct ares_socket **p = &q->sockets;
    while (*p != s) p = &(*p)->next;
    *p = s->next;
    uv_close((uv_handle_t *)&s->poll, on_socket_closed);
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *list) {
    (void)timeouts;
    struct ares_query *q = arg;
    if (!q->answered) {
        struct lookup *l = q->l;
        q->answered = true;
        l->r.status = meaning(status);
        if (status != ARES_SUCCESS) l->r.detail = ares_strerror(status);
        for (const struct ares_addrinfo_node *i = list ? list->nodes : NULL; i; i = i->ai_next)
            lookup_add(l, i->ai_addr);
        if (l->r.status == RESOLVE_OK && l->r.n == 0) l->r.status = RESOLVE_NO_ADDRESS;
    }
    if (list) ares_freeaddrinfo(list);
}

static int set_server(ares_channel channel, const struct net_addr *server) {
    int port = net_addr_port(server);
    struct ares_addr_port_node node = {
        .family = server->sa.any.sa_family, .udp_port = port, .tcp_port = port};
    if (node.family == AF_INET)
        memcpy(&node.addr, &server->sa.v4.sin_addr, sizeof(server->sa.v4.sin_addr));
    else
        memcpy(&node.addr, &server->sa.v6.sin6_addr, sizeof(server->sa.v6.sin6_addr));
    return ares_set_servers_ports(channel, &node);
}

static bool refuse(struct lookup *l, const char *why) {
    l->r.status = RESOLVE_NO_ANSWER;
    l->r.detail = why;
    return false;
}

bool resolve_by_ares(struct lookup *l, const char *resolver) {
    struct net_addr server;
    bool given =
        strcmp(resolver, RESOLVER_OF_SYSTEM) != 0; /* c-ares has read resolv.conf(5) for the others */
    if (given && !net_addr_parse_port(resolver, 53, &server))
        return refuse(l, "the resolver is not an address");
    struct ares_query *q = mem_alloc(sizeof(*q));
    /* DNS alone, and the name as it stands: hosts files and search lists are the system resolver's. */
    static char lookups[] = "b";
    struct ares_options o = {.flags = ARES_FLAG_NOSEARCH,
                             .timeout = ARES_TIMEOUT_MS,
                             .tries = ARES_TRIES,
                             .lookups = lookups,
                             .sock_state_cb = on_socket_state,
                             .sock_state_cb_data = q};
    int err = ares_init_options(&q->channel, &o,
                                ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                                    ARES_OPT_SOCK_STATE_CB);
    if (err == ARES_SUCCESS && given && (err = set_server(q->channel, &server)) != ARES_SUCCESS)
        ares_destroy(q->channel);
    if (err != ARES_SUCCESS) {
        mem_free(q);
        return refuse(l, ares_strerror(err));
    }
    q->l = l;
    q->handles = 1;
    uv_timer_init(&l->net->loop, &q->timer);
    q->timer.data = q;
    l->backend = q;
    l->stop = stop;
    const struct ares_addrinfo_hints hints = {.ai_family = l->family, .ai_socktype = SOCK_STREAM};
    ares_getaddrinfo(q->channel, l->host, NULL, &hints, on_answer, q);
    if (q->answered) return false; /* at once: then the caller hands it out */
    after_turn(q);
    return true;
}
