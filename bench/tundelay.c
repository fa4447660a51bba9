/* tundelay NETNS-A NETNS-B MICROSECONDS: a TUN device "twtun0" in each of two network namespaces, and between
 * them a wire that delays every IP packet by so much each way. For kernels without netem; unlike a relay it
 * delays TCP's own handshake too. Needs root and /dev/net/tun; runs until it is ended. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { PACKET_MAX = 1600, QUEUE = 4096 };
#define SECOND_NS 1000000000

struct packet {
    int64_t due_ns;
    size_t n;
    unsigned char bytes[PACKET_MAX];
};

/* One direction: read from `from`, written to `to` when due. A ring; full means that the device's own queue
 * waits. */
struct wire {
    int from, to;
    unsigned head, tail; /* next to write out, next free */
    struct packet packets[QUEUE];
};

static struct wire wires[2];

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "tundelay: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static int open_device(const char *netns) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", netns);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) < 0) fail(path);
    close(ns);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) fail("/dev/net/tun");
    struct ifreq request = {.ifr_name = "twtun0", .ifr_flags = IFF_TUN | IFF_NO_PI};
    if (ioctl(fd, TUNSETIFF, &request) < 0) fail("twtun0");
    return fd;
}

static void take_in(struct wire *w, int64_t delay_ns) {
    while (w->tail - w->head < QUEUE) {
        struct packet *p = &w->packets[w->tail % QUEUE];
        ssize_t n = read(w->from, p->bytes, sizeof p->bytes);
        if (n <= 0) return;
        p->n = (size_t)n;
        p->due_ns = now_ns() + delay_ns;
        w->tail++;
    }
}

static void give_out(struct wire *w) {
    while (w->head != w->tail && w->packets[w->head % QUEUE].due_ns <= now_ns()) {
        const struct packet *p = &w->packets[w->head % QUEUE];
        /* A packet that the other side cannot take is lost, as on any wire. */
        if (write(w->to, p->bytes, p->n) < 0 && errno != EAGAIN && errno != EIO) fail("write");
        w->head++;
    }
}

static struct timespec until_next(void) {
    int64_t next = now_ns() + SECOND_NS;
    for (int i = 0; i < 2; i++) {
        const struct wire *w = &wires[i];
        if (w->head != w->tail && w->packets[w->head % QUEUE].due_ns < next)
            next = w->packets[w->head % QUEUE].due_ns;
    }
    int64_t wait = next - now_ns();
    if (wait < 0) wait = 0;
    return (struct timespec){.tv_sec = wait / SECOND_NS, .tv_nsec = wait % SECOND_NS};
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: tundelay NETNS-A NETNS-B MICROSECONDS\n");
        return 2;
    }
    int64_t delay_ns = strtol(argv[3], NULL, 10) * 1000;
    int a = open_device(argv[1]), b = open_device(argv[2]);
    wires[0].from = wires[1].to = a;
    wires[1].from = wires[0].to = b;
    /* Being late by a time slice would count as path: ask for a real-time share, do without if refused. */
    (void)sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10});
    for (;;) {
        struct pollfd fds[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
        struct timespec wait = until_next();
        (void)ppoll(fds, 2, &wait, NULL);
        for (int i = 0; i < 2; i++) {
            take_in(&wires[i], delay_ns);
            give_out(&wires[i]);
        }
    }
}
