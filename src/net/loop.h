/* Inside of net: the loop that all of its files hang their handles on. Not for other rooms. */
#ifndef TW_NET_LOOP_H
#define TW_NET_LOOP_H

#include "net/net.h"

#include <uv.h>

/* What is open stands in one ring, so that net_free() finds it whatever it is. First member of its owner. */
struct net_owned {
    struct net_owned *prev, *next;
    void (*drop)(struct net_owned *o); /* closes and frees without calling anybody back */
};

struct fetcher;
enum { NET_IN_SIZE = 64 * 1024 };
struct net {
    uv_loop_t loop;
    uv_timer_t step_timer; /* the deadline of net_step() */
    uint64_t born;         /* uv_hrtime() of net_new() */
    bool woken;
    struct net_owned ring;
    struct fetcher *fetcher; /* made by the first net_fetch() */
    uint8_t in[NET_IN_SIZE]; /* where every connection reads: its callback is over before the next read */
};

void net_own(struct net *n, struct net_owned *o, void (*drop)(struct net_owned *o));
void net_disown(struct net_owned *o);
/* Milliseconds, rounded up, that a libuv timer has to wait for `at_ns`; its clock is refreshed. */
uint64_t net_ms_until(struct net *n, int64_t at_ns);

#endif
