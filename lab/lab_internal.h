/* What the files of the lab know of each other. */
#ifndef TW_LAB_LAB_INTERNAL_H
#define TW_LAB_LAB_INTERNAL_H

#include "base/arena.h"
#include "link.h"
#include "pki.h"

/* A listening socket and who answers there. */
struct lab_listener {
    int fd;
    struct lab_server *server;
    void (*serve)(struct lab_link *l);
};

enum { LAB_MAX_LINKS = 512, LAB_CROWD = 4 };

struct arrival; /* crowd.c */
struct lab {
    struct arena arena;
    struct lab_pki *pki;
    const char *dir, *ca_file;
    bool own_dir;
    struct lab_server *server;
    size_t n_servers;
    struct lab_listener *listener;
    size_t n_listeners;
    int *idle_fd; /* sockets that are only held: closed ports, full queues */
    size_t n_idle;
    uint16_t aia_port, dns_port;
    int dns_fd;
    int stop_fd; /* readable once the lab stops */

    pthread_mutex_t lock;
    pthread_cond_t left; /* a link is gone */
    struct lab_link *links;
    size_t n_links;
    struct arrival *done; /* their threads wait to be joined */
    size_t n_threads;     /* of the main thread alone */
};

/* crowd.c: connections as threads. */
void lab_crowd_admit(struct lab *lab, const struct lab_listener *at, int fd);
void lab_crowd_stop(struct lab *lab); /* ends all, waits for them */

/* serve.c: a case's own port. */
void lab_serve_case(struct lab_link *l);
void lab_serve_case_v6(struct lab_link *l);
void lab_serve_http80(struct lab_link *l);
/* net_cases.c */
void lab_serve_aia(struct lab_link *l);
void lab_serve_proxy(struct lab_link *l);
void lab_serve_dns(const struct lab *lab); /* one datagram */
/* Segments with data are dropped before TCP sees them, on this listening socket and all that it accepts. */
bool lab_make_deaf(int fd, bool to_tls_alone);
/* A connection to a port of our own; -1 if there is none. */
int lab_connect(uint16_t port);
/* relay.c */
void lab_serve_relay(struct lab_link *l);
/* Fills the queue of connections of a socket that listens at this address with a backlog of 0, so that
 * further SYNs stay unanswered. Gives the number of sockets in `ret`, which must stay open. */
struct sockaddr;
size_t lab_fill_queue(const struct sockaddr *at, unsigned n, int ret[LAB_CROWD]);
/* gate.c: true if the link goes on to the honest server. */
bool lab_gate(struct lab_link *l);
/* answer.c */
struct hello_view;
void lab_answer(struct lab_link *l, const struct answer *a, const struct hello_view *v);
/* plain.c: true if TLS begins now. */
bool lab_plain(struct lab_link *l, const struct script *s);

/* setup.c: servers, ports, files. False: says on stderr why. */
struct lab_options {
    uint16_t base_port;
    const char *dir;
    char **pattern;
    int n_patterns;
};
bool lab_setup(struct lab *lab, const struct lab_options *o);
void lab_teardown(struct lab *lab);
void lab_print_cases(struct lab *lab);
void lab_list(void);
size_t lab_n_cases(void);
bool lab_knows(const char *pattern); /* it fits a case's name */

#endif
