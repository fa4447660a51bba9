/* The only folder with system calls: one libuv loop, timers, names, TCP connections. Everything is
 * asynchronous; callbacks run inside net_step(). Times are nanoseconds of a monotonic clock. */
#ifndef TW_NET_NET_H
#define TW_NET_NET_H

#include "base/text.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct net;
/* NULL: our environment failed (no descriptors); errno says why. */
struct net *net_new(void);
/* Closes what is still open, without waiting for anybody. */
void net_free(struct net *n);
int64_t net_now(const struct net *n); /* since net_new(); refreshed at each callback */
int64_t net_wall_clock(void);         /* seconds since 1970, of this machine's clock */
/* Runs callbacks until one has called net_wake(), until `deadline_ns`, or until nothing is left to do. */
void net_step(struct net *n, int64_t deadline_ns);
void net_wake(struct net *n);

/* Timers: one-shot. It is gone once it fired (stopping it in `fire` is harmless, later is not); `fire` may
 * start another. */
struct net_timer;
struct net_timer *net_timer_start(struct net *n, int64_t at_ns, void (*fire)(void *arg), void *arg);
void net_timer_stop(struct net_timer *t); /* accepts NULL; frees it */

/* An address with its port, as data: zero it before filling, so that equal ones compare equal. */
struct net_addr {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } sa;
    socklen_t len;
};
bool net_addr_parse(const char *text, uint16_t port,
                    struct net_addr *ret); /* numeric, v6 with or without [] and %zone */
/* "ADDR", "ADDR:PORT" or "[ADDR]:PORT"; `port` where it names none. */
bool net_addr_parse_port(const char *text, uint16_t port, struct net_addr *ret);
char *net_addr_text(struct arena *a, const struct net_addr *addr); /* without the port */
bool net_addr_is_loopback(const struct net_addr *addr);
bool net_addr_is_nowhere(const struct net_addr *addr); /* this machine itself, or the address that is none */
uint16_t net_addr_port(const struct net_addr *addr);
void net_addr_set_port(struct net_addr *addr, uint16_t port);
bool net_addr_same(const struct net_addr *a, const struct net_addr *b); /* the port too */
bool net_addr_is_private(
    const struct net_addr *addr); /* loopback, RFC 1918, ULA, link-local, CGNAT, unspecified … */

enum resolve_status {
    RESOLVE_OK,
    RESOLVE_NO_NAME,    /* the resolver says that there is no such name */
    RESOLVE_NO_ADDRESS, /* the name is there, an address (of that family) is not */
    RESOLVE_NO_ANSWER,  /* no resolver answered: a failure of the look-up, not of the name */
    RESOLVE_BAD_NAME,   /* no name that DNS could hold */
};
enum { RESOLVE_MAX = 32 };
struct resolved {
    enum resolve_status status;
    const char *detail; /* the resolver's own words, static */
    struct net_addr addr[RESOLVE_MAX];
    size_t n; /* in the order of RFC 6724, each once */
};
typedef void resolve_done(void *arg, const struct resolved *r);
/* family: AF_UNSPEC, AF_INET, AF_INET6. resolver: NULL for the system's (getaddrinfo in libuv's pool: hosts
 * files and mDNS count), "ADDR" or "ADDR:PORT" asked by c-ares, or RESOLVER_OF_SYSTEM: the name servers that
 * the system asks, and they alone. Numeric hosts resolve at once. Calls back exactly once, or never after
 * net_free(). */
#define RESOLVER_OF_SYSTEM ""
void net_resolve(struct net *n, const char *host, uint16_t port, int family, const char *resolver,
                 int64_t deadline_ns, resolve_done *done, void *arg);

/* This machine has a source address and a route for it (RFC 6724 5, rule 1): else no program tries it.
 * Nothing is sent. */
bool net_addr_has_route(const struct net_addr *addr);

/* A TCP connection. */
struct conn;
struct conn_events {
    void (*opened)(void *arg);
    void (*data)(void *arg, struct bytes in);
    /* Over: sys_errno 0 is FIN; ECONNRESET and the like otherwise; of a failed connect too. Once at most;
     * nothing is called after it, nor after conn_close(). After a FIN, writing is still possible until
     * conn_close(). */
    void (*ended)(void *arg, int sys_errno);
    /* All that conn_write() took has been handed to the kernel. */
    void (*drained)(void *arg);
};
struct conn_options {
    int mss;                  /* TCP_MAXSEG to ask for; 0 the system's own */
    unsigned first_segment;   /* so many bytes of the first write go out alone … */
    int64_t segment_pause_ns; /* … and the rest after this pause; 0 and 0: as it comes */
};
/* NULL: no descriptor could be had (our environment; errno says why). TCP_NODELAY is set. */
struct conn *conn_open(struct net *n, const struct net_addr *to, const struct conn_options *o,
                       const struct conn_events *events, void *arg);
void conn_write(struct conn *c, struct bytes out); /* copies */
/* The same as first_segment and segment_pause_ns, for the next write (after a dialogue). */
void conn_split(struct conn *c, unsigned first_segment, int64_t pause_ns);
bool conn_local(const struct conn *c, struct net_addr *ret); /* our own address; false if there is none yet */
/* What was sent went out more than once, and the peer's TCP has not acknowledged it yet: it does not arrive,
 * or what says so does not. */
bool conn_unheard(const struct conn *c);
void conn_shutdown(struct conn *c); /* FIN after what is queued */
/* Sends what is queued as far as the kernel takes it at once, then closes. Accepts NULL. */
void conn_close(struct conn *c);

#endif
