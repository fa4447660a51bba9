/* Connections as threads: each is admitted, served, forgotten. */
#include "lab_internal.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct arrival {
    struct lab_link link;
    void (*serve)(struct lab_link *l);
    pthread_t thread;
    struct arrival *next_done;
};

static bool enter(struct lab *lab, struct lab_link *l) {
    pthread_mutex_lock(&lab->lock);
    bool room = lab->n_links < LAB_MAX_LINKS;
    if (room) {
        l->next = lab->links;
        if (l->next) l->next->prev = l;
        lab->links = l;
        lab->n_links++;
        if (l->server) l->server->active++;
    }
    pthread_mutex_unlock(&lab->lock);
    return room;
}

static void leave(struct lab *lab, struct lab_link *l) {
    pthread_mutex_lock(&lab->lock);
    if (l->prev) l->prev->next = l->next;
    if (l->next) l->next->prev = l->prev;
    if (lab->links == l) lab->links = l->next;
    if (l->server) l->server->active--;
    close(l->fd);
    lab->n_links--;
    pthread_mutex_unlock(&lab->lock);
}

static void *serve_one(void *arg) {
    struct arrival *a = arg;
    struct lab *lab = a->link.lab;
    a->serve(&a->link);
    lab_link_done(&a->link);
    leave(lab, &a->link);
    pthread_mutex_lock(&lab->lock);
    a->next_done = lab->done;
    lab->done = a;
    pthread_cond_signal(&lab->left);
    pthread_mutex_unlock(&lab->lock);
    return NULL;
}

/* Joins the threads that have come to their end. */
static void reap(struct lab *lab) {
    pthread_mutex_lock(&lab->lock);
    struct arrival *a = lab->done;
    lab->done = NULL;
    pthread_mutex_unlock(&lab->lock);
    while (a) {
        struct arrival *next = a->next_done;
        pthread_join(a->thread, NULL);
        lab->n_threads--;
        mem_free(a);
        a = next;
    }
}

void lab_crowd_admit(struct lab *lab, const struct lab_listener *at, int fd) {
    static const struct shape plain;
    struct timeval limit = {.tv_sec = 30};
    int on = 1;
    reap(lab);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct arrival *a = mem_alloc(sizeof(*a));
    a->serve = at->serve;
    a->link = (struct lab_link){.fd = fd, .lab = lab, .server = at->server, .shape = &plain};
    if (at->server) a->link.number = at->server->n_served++;
    if (!enter(lab, &a->link)) {
        close(fd);
        mem_free(a);
    } else if (pthread_create(&a->thread, NULL, serve_one, a) != 0) {
        leave(lab, &a->link);
        mem_free(a);
    } else {
        lab->n_threads++;
    }
}

void lab_crowd_stop(struct lab *lab) {
    eventfd_write(lab->stop_fd, 1);
    pthread_mutex_lock(&lab->lock);
    for (struct lab_link *l = lab->links; l; l = l->next) shutdown(l->fd, SHUT_RDWR);
    pthread_mutex_unlock(&lab->lock);
    for (reap(lab); lab->n_threads > 0; reap(lab)) {
        pthread_mutex_lock(&lab->lock);
        while (!lab->done) pthread_cond_wait(&lab->left, &lab->lock);
        pthread_mutex_unlock(&lab->lock);
    }
}
