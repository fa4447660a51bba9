/* A listener on 127.0.0.1, and what a test sees of one connection. */
#ifndef TW_TEST_LOOPBACK_H
#define TW_TEST_LOOPBACK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { MS = 1000000 };

static inline struct net_addr loopback(uint16_t port) {
    struct net_addr a;
    assert_true(net_addr_parse("127.0.0.1", port, &a));
    return a;
}

/* Gives a socket that is bound to a port of the system's choice. */
static inline int bound(int type, struct net_addr *ret) {
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    *ret = loopback(0);
    assert_int_equal(bind(fd, &ret->sa.any, ret->len), 0);
    assert_int_equal(getsockname(fd, &ret->sa.any, &ret->len), 0);
    return fd;
}

static inline int listener(struct net_addr *ret) {
    int fd = bound(SOCK_STREAM, ret);
    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static inline int accept_one(int listener_fd) {
    struct pollfd p = {.fd = listener_fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 5000), 1);
    int fd = accept(listener_fd, NULL, NULL);
    assert_true(fd >= 0);
    return fd;
}

/* A close that the peer sees as RST. */
static inline void close_with_reset(int fd) {
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    close(fd);
}

#endif
