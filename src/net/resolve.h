/* Inside of net: one look-up and its two backends. Not for other rooms. */
#ifndef TW_NET_RESOLVE_H
#define TW_NET_RESOLVE_H

#include "net/loop.h"

enum { RESOLVE_MAX_NAME = 253 }; /* RFC 1035 2.3.4, without the dot at the end */

struct lookup {
    struct net_owned owned;
    struct net *net;
    char host[RESOLVE_MAX_NAME + 3];
    uint16_t port;
    int family;
    struct resolved r;
    resolve_done *done;
    void *arg;
    struct net_timer *timer;        /* the deadline, or an answer that is there already */
    void (*stop)(struct lookup *l); /* frees `backend`; its answer is no longer wanted */
    void *backend;
};

/* Both start and return; later, from the loop, they fill l->r and call lookup_answer(). False: l->r says
 * why it could not even begin. */
bool resolve_by_system(struct lookup *l);
bool resolve_by_ares(struct lookup *l, const char *resolver);

/* Adds an address once, with the look-up's port. */
void lookup_add(struct lookup *l, const struct sockaddr *sa);
/* Hands the answer out and frees the look-up: from the loop only. */
void lookup_answer(struct lookup *l);

#endif
