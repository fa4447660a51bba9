/* One connection of the lab: bytes in (those already read come again), bytes out in the case's shape,
 * and the ways to leave. Everything blocks, in a thread of its own, and ends when the lab stops. */
#ifndef TW_LAB_LINK_H
#define TW_LAB_LINK_H

#include "case.h"

#include <pthread.h>

struct lab_honest;
struct lab_chain;
struct lab_pki;

/* A case that runs. */
struct lab_server {
    const struct lab_case *c;
    uint32_t ip; /* IPv4, host byte order */
    uint16_t port, proxy_port;
    uint16_t behind_port;             /* of the server itself, where a box stands before it */
    unsigned n_relayed;               /* connections through the box so far; under the lab's lock */
    struct lab_honest *honest;        /* NULL where the case has none */
    struct lab_honest *honest_v6;     /* another one on ::1; NULL: the same */
    struct lab_honest *honest_second; /* of every second connection; NULL: the same */
    const struct lab_chain *chain;    /* cert[0], for answers of our own */
    char *client_cert, *client_key;   /* names of the client's files; NULL: none */
    pthread_mutex_t serial;
    unsigned n_served; /* connections so far; of the main thread alone */
    unsigned active;   /* connections now; under the lab's lock */
};

struct lab_link {
    int fd;
    struct lab *lab;
    struct lab_server *server; /* NULL for the lab's own services */
    unsigned number;           /* of the server's connections, in the order of their arrival, from 0 */
    const struct shape *shape;
    struct lab_link *prev, *next;

    uint8_t *pending; /* read already: comes again */
    size_t pending_n, pending_off, pending_cap;
    bool began, over; /* the delay is behind us; nothing more goes out */
    size_t sent;
    uint8_t *out; /* plain records on their way to be cut smaller */
    size_t out_n, out_cap;
    bool sealed; /* a ChangeCipherSpec went out: records are no longer ours to cut */
};

/* The next bytes, at least one; 0: the peer is gone, silent for too long, or the lab stops. */
size_t lab_read(struct lab_link *l, uint8_t *room, size_t cap);
/* Gives bytes back, to be read again before anything else. */
void lab_unread(struct lab_link *l, struct bytes b);
/* False once nothing more can go out. */
bool lab_write(struct lab_link *l, struct bytes b);
bool lab_write_str(struct lab_link *l, const char *s);
/* False if the lab stops. */
bool lab_pause(const struct lab_link *l, unsigned ms);
/* Reads and forgets until the peer leaves. */
void lab_hold(struct lab_link *l);
/* FIN, then waits for the peer's, so that no reset overtakes what was sent. */
void lab_finish(struct lab_link *l);
void lab_reset(struct lab_link *l);
void lab_link_done(struct lab_link *l);

#endif
