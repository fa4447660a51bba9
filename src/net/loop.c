#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

void net_own(struct net *n, struct net_owned *o, void (*drop)(struct net_owned *o)) {
    o->drop = drop;
    o->next = &n->ring;
    o->prev = n->ring.prev;
    o->prev->next = o;
    n->ring.prev = o;
}

void net_disown(struct net_owned *o) {
    o->prev->next = o->next;
    o->next->prev = o->prev;
    o->prev = o->next = o;
}

/* libuv ends the process where it gets no descriptors for its own pipe of signals: so they are tried for
 * before. */
static bool descriptors_are_left(void) {
    int pair[2][2], made = 0;
    while (made < 2 && pipe2(pair[made], O_CLOEXEC) == 0) made++;
    int err = errno;
    for (int i = 0; i < made; i++) {
        close(pair[i][0]);
        close(pair[i][1]);
    }
    errno = err;
    return made == 2;
}

struct net *net_new(void) {
    if (!descriptors_are_left()) return NULL;
    struct net *n = mem_alloc(sizeof(*n));
    int err = uv_loop_init(&n->loop);
    if (err) {
        mem_free(n);
        errno = -err;
        return NULL;
    }
    n->ring.prev = n->ring.next = &n->ring;
    n->born = uv_hrtime();
    uv_timer_init(&n->loop, &n->step_timer);
    uv_unref((uv_handle_t *)&n->step_timer);
    return n;
}

void net_free(struct net *n) {
    if (!n) return;
    /* The newest first: what others stand on was there before them. */
    while (n->ring.prev != &n->ring) n->ring.prev->drop(n->ring.prev);
    uv_close((uv_handle_t *)&n->step_timer, NULL);
    while (uv_run(&n->loop, UV_RUN_DEFAULT) != 0) continue; /* only close callbacks are left */
    int err = uv_loop_close(&n->loop);
    assert(err == 0);
    (void)err;
    mem_free(n);
}

int64_t net_now(const struct net *n) {
    return (int64_t)(uv_hrtime() - n->born);
}

int64_t net_wall_clock(void) {
    struct timespec ts = {0};
    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec;
}

uint64_t net_ms_until(struct net *n, int64_t at_ns) {
    uv_update_time(&n->loop);
    int64_t left = at_ns - net_now(n);
    if (left <= 0) return 0;
    return (uint64_t)(left / 1000000) + (left % 1000000 != 0);
}

static void on_step_deadline(uv_timer_t *h) {
    uv_stop(h->loop); /* it may fire before the poll, which would then sleep without it */
}

void net_step(struct net *n, int64_t deadline_ns) {
    while (!n->woken) {
        if (deadline_ns != INT64_MAX)
            uv_timer_start(&n->step_timer, on_step_deadline, net_ms_until(n, deadline_ns), 0);
        int more = uv_run(&n->loop, UV_RUN_ONCE);
        if (more == 0 || net_now(n) >= deadline_ns) break;
    }
    uv_timer_stop(&n->step_timer);
    n->woken = false;
}

void net_wake(struct net *n) {
    n->woken = true;
    uv_stop(&n->loop); /* else a poll that begins after a timer's callback would sleep first */
}

struct net_timer {
    struct net_owned owned;
    struct net *net;
    uv_timer_t handle;
    int64_t at_ns;
    void (*fire)(void *arg);
    void *arg;
};

static void on_timer_closed(uv_handle_t *h) {
    mem_free(h->data);
}

void net_timer_stop(struct net_timer *t) {
    if (!t || uv_is_closing((uv_handle_t *)&t->handle)) return;
    net_disown(&t->owned);
    uv_close((uv_handle_t *)&t->handle, on_timer_closed);
}

static void drop_timer(struct net_owned *o) {
    net_timer_stop((struct net_timer *)o);
}

static void on_timer(uv_timer_t *h) {
    struct net_timer *t = h->data;
    /* libuv counts whole milliseconds of a cached clock, and may be early by a fraction of one. */
    if (net_now(t->net) < t->at_ns) {
        uv_timer_start(h, on_timer, net_ms_until(t->net, t->at_ns), 0);
        return;
    }
    net_timer_stop(t);
    t->fire(t->arg);
}

struct net_timer *net_timer_start(struct net *n, int64_t at_ns, void (*fire)(void *arg), void *arg) {
    struct net_timer *t = mem_alloc(sizeof(*t));
    *t = (struct net_timer){.net = n, .at_ns = at_ns, .fire = fire, .arg = arg};
    net_own(n, &t->owned, drop_timer);
    uv_timer_init(&n->loop, &t->handle);
    t->handle.data = t;
    uv_timer_start(&t->handle, on_timer, net_ms_until(n, at_ns), 0);
    return t;
}
