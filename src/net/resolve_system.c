#include "net/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* getaddrinfo() cannot be broken off, and takes half a minute where no resolver answers. libuv's pool waits
 * for it in uv_loop_close() and once more when the process ends, far past every time limit of ours. So each
 * question has a detached thread of its own, and shares with it a box that the last of both frees. */
struct question {
    pthread_mutex_t lock;
    unsigned holders;
    int fd; /* eventfd: the answer is there */
    int family;
    char host[RESOLVE_MAX_NAME + 3];
    int rc, err;
    struct addrinfo *list;
};

struct asked {
    struct question *q;
    struct lookup *l;
    uv_poll_t poll;
};

static void let_go(struct question *q) {
    pthread_mutex_lock(&q->lock);
    unsigned left = --q->holders;
    pthread_mutex_unlock(&q->lock);
    if (left > 0) return;
    if (q->list) freeaddrinfo(q->list);
    close(q->fd);
    pthread_mutex_destroy(&q->lock);
    mem_free(q);
}

static void *ask(void *arg) {
    struct question *q = arg;
    const struct addrinfo hints = {.ai_family = q->family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(q->host, NULL, &hints, &list);
    int err = errno;
    pthread_mutex_lock(&q->lock);
    q->rc = rc;
    q->err = err;
    q->list = rc == 0 ? list : NULL;
    pthread_mutex_unlock(&q->lock);
    const uint64_t one = 1;
    ssize_t ignored = write(q->fd, &one, sizeof(one));
    (void)ignored;
    let_go(q);
    return NULL;
}

static const struct {
    int rc;
    enum resolve_status status;
} meanings[] = {
    {0, RESOLVE_OK},
    {EAI_NONAME, RESOLVE_NO_NAME},
    {EAI_NODATA, RESOLVE_NO_ADDRESS},
    {EAI_ADDRFAMILY, RESOLVE_NO_ADDRESS},
};

static enum resolve_status meaning(int rc) {
    for (size_t i = 0; i < TW_COUNT(meanings); i++)
        if (meanings[i].rc == rc) return meanings[i].status;
    return RESOLVE_NO_ANSWER;
}

static void on_asked_closed(uv_handle_t *h) {
    mem_free(h->data);
}

static void stop(struct lookup *l) {
    struct asked *a = l->backend;
    uv_close((uv_handle_t *)&a->poll, on_asked_closed);
    let_go(a->q);
    l->stop = NULL;
}

static void on_answer(uv_poll_t *h, int status, int events) {
    (void)status, (void)events;
    struct asked *a = h->data;
    struct lookup *l = a->l;
    pthread_mutex_lock(&a->q->lock);
    l->r.status = meaning(a->q->rc);
    if (a->q->rc == EAI_SYSTEM)
        l->r.detail = strerrordesc_np(a->q->err);
    else if (a->q->rc != 0)
        l->r.detail = gai_strerror(a->q->rc);
    for (const struct addrinfo *i = a->q->list; i; i = i->ai_next) lookup_add(l, i->ai_addr);
    pthread_mutex_unlock(&a->q->lock);
    lookup_answer(l);
}

/* The program's signals are for its own threads. */
static int start_detached(void *(*run)(void *), void *arg) {
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&thread, &attr, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return err;
}

static bool refuse(struct lookup *l, int err) {
    l->r.status = RESOLVE_NO_ANSWER;
    l->r.detail = strerrordesc_np(err);
    return false;
}

bool resolve_by_system(struct lookup *l) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return refuse(l, errno);
    struct question *q = mem_alloc(sizeof(*q));
    pthread_mutex_init(&q->lock, NULL);
    q->holders = 2;
    q->fd = fd;
    q->family = l->family;
    memcpy(q->host, l->host, sizeof(q->host));
    int err = start_detached(ask, q);
    if (err) {
        q->holders = 1;
        let_go(q);
        return refuse(l, err);
    }
    struct asked *a = mem_alloc(sizeof(*a));
    a->q = q;
    a->l = l;
    a->poll.data = a;
    uv_poll_init(&l->net->loop, &a->poll, fd);
    uv_poll_start(&a->poll, UV_READABLE, on_answer);
    l->backend = a;
    l->stop = stop;
    return true;
}
