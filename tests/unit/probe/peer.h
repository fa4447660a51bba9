/* A peer on 127.0.0.1 that plays one script with everybody who connects. */
#ifndef TW_TEST_PEER_H
#define TW_TEST_PEER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/net.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { PEER_MAX = 64, MS = 1000000 };
struct peer {
    void (*talk)(int fd); /* closes nothing: that is done after it */
    int fd;
    struct net_addr at;
    atomic_bool over;
    atomic_uint accepted, open, most_open;
    pthread_t thread, talks[PEER_MAX];
    struct peer_talk {
        struct peer *peer;
        int fd;
    } fds[PEER_MAX];
};

static inline void *peer_talk(void *arg) {
    struct peer_talk *t = arg;
    unsigned open = atomic_fetch_add(&t->peer->open, 1) + 1;
    if (open > atomic_load(&t->peer->most_open)) atomic_store(&t->peer->most_open, open);
    t->peer->talk(t->fd);
    atomic_fetch_sub(&t->peer->open, 1);
    close(t->fd);
    return NULL;
}

static inline void *peer_serve(void *arg) {
    struct peer *p = arg;
    while (!atomic_load(&p->over)) {
        struct pollfd poll_fd = {.fd = p->fd, .events = POLLIN};
        if (poll(&poll_fd, 1, 10) != 1) continue;
        unsigned i = atomic_load(&p->accepted);
        assert(i < PEER_MAX);
        p->fds[i] = (struct peer_talk){p, accept(p->fd, NULL, NULL)};
        pthread_create(&p->talks[i], NULL, peer_talk, &p->fds[i]);
        atomic_fetch_add(&p->accepted, 1);
    }
    return NULL;
}

static inline void peer_start(struct peer *p, void (*talk)(int fd)) {
    *p = (struct peer){.talk = talk};
    assert_true(net_addr_parse("127.0.0.1", 0, &p->at));
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->fd, &p->at.sa.any, p->at.len), 0);
    assert_int_equal(listen(p->fd, PEER_MAX), 0);
    assert_int_equal(getsockname(p->fd, &p->at.sa.any, &p->at.len), 0);
    assert_int_equal(pthread_create(&p->thread, NULL, peer_serve, p), 0);
}

static inline void peer_stop(struct peer *p) {
    atomic_store(&p->over, true);
    pthread_join(p->thread, NULL);
    for (unsigned i = 0; i < atomic_load(&p->accepted); i++) pthread_join(p->talks[i], NULL);
    close(p->fd);
}

/* Reads until `what` came or the other side is gone; false if it did not come. */
static inline bool peer_wait_for(int fd, const char *what) {
    char in[8192] = "";
    size_t n = 0;
    while (n < sizeof(in) - 1 && !memmem(in, n, what, strlen(what))) {
        ssize_t k = read(fd, in + n, sizeof(in) - 1 - n);
        if (k <= 0) return false;
        n += (size_t)k;
    }
    return true;
}

static inline void peer_say(int fd, const char *line) {
    (void)!send(fd, line, strlen(line), MSG_NOSIGNAL);
}

/* Until the other side is gone. */
static inline void peer_sink(int fd) {
    char in[8192];
    while (read(fd, in, sizeof(in)) > 0) continue;
}

#endif
