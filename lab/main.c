#include "base/text.h"
#include "lab.h"
#include "lab_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] =
    "usage: tlswhy lab [--port BASE] [--dir DIR] [--until-eof] [CASE...]\n"
    "       tlswhy lab --list\n"
    "\n"
    "Runs faulty TLS servers on loopback, one port a case, until it is interrupted. For each case it prints\n"
    "the arguments with which tlswhy diagnoses it, after the variables to set, if any. CASE may hold * and "
    "?;\n"
    "none means all.\n"
    "\n"
    "  --list       name each case, what it shows, and a summary; start nothing\n"
    "  --port BASE  case number N of the list listens on port BASE + N - 1 (else: ports that are free)\n"
    "  --dir DIR    where the file of roots is written (else: a temporary folder, removed at the end)\n"
    "  --until-eof  stop when standard input ends\n";

struct command {
    struct lab_options lab;
    bool list, help, until_eof;
};

static int usage_error(const char *what, const char *arg) {
    fprintf(stderr, "tlswhy lab: %s '%s' (tlswhy lab --help)\n", what, arg);
    return 2;
}

static bool read_flag(const char *arg, struct command *c) {
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"--list", &c->list}, {"--help", &c->help}, {"-h", &c->help}, {"--until-eof", &c->until_eof}};
    for (size_t i = 0; i < TW_COUNT(flags); i++) {
        if (strcmp(arg, flags[i].name) != 0) continue;
        *flags[i].flag = true;
        return true;
    }
    return false;
}

/* An option with a value: 0, or the exit status. */
static int read_value(const char *option, const char *value, struct command *c) {
    bool is_port = strcmp(option, "--port") == 0;
    if (!is_port && strcmp(option, "--dir") != 0) return usage_error("no such option:", option);
    if (!value) return usage_error("a value is missing after", option);
    if (!is_port) {
        c->lab.dir = value;
        return 0;
    }
    uint64_t port = 0;
    if (!text_number(value, 65535 - lab_n_cases(), &port) || port == 0)
        return usage_error("not a port with room for all cases above it:", value);
    c->lab.base_port = (uint16_t)port;
    return 0;
}

/* 0, or the exit status. */
static int read_options(int argc, char **argv, struct command *c) {
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (read_flag(argv[i], c)) continue;
        int status = read_value(argv[i], i + 1 < argc ? argv[i + 1] : NULL, c);
        if (status) return status;
        i++;
    }
    c->lab.pattern = argv + i;
    c->lab.n_patterns = argc - i;
    for (; i < argc; i++)
        if (!lab_knows(argv[i])) return usage_error("no such case:", argv[i]);
    return 0;
}

static void accept_one(struct lab *lab, const struct lab_listener *at) {
    int fd = accept4(at->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) lab_crowd_admit(lab, at, fd);
}

static bool input_ended(void) {
    uint8_t room[256];
    return read(STDIN_FILENO, room, sizeof(room)) <= 0;
}

/* Accepts until a signal comes, or the end of standard input. */
static void run(struct lab *lab, int signal_fd, bool until_eof) {
    enum { SIGNALS, INPUT, DNS, FIRST };
    size_t n = FIRST + lab->n_listeners;
    struct pollfd *p = ARENA_ARRAY(&lab->arena, struct pollfd, n);
    p[SIGNALS] = (struct pollfd){.fd = signal_fd, .events = POLLIN};
    p[INPUT] = (struct pollfd){.fd = until_eof ? STDIN_FILENO : -1, .events = POLLIN};
    p[DNS] = (struct pollfd){.fd = lab->dns_fd, .events = POLLIN};
    for (size_t i = 0; i < lab->n_listeners; i++)
        p[FIRST + i] = (struct pollfd){.fd = lab->listener[i].fd, .events = POLLIN};
    for (;;) {
        if (poll(p, n, -1) < 0 && errno != EINTR) return;
        if (p[SIGNALS].revents || (p[INPUT].revents && input_ended())) return;
        if (p[DNS].revents) lab_serve_dns(lab);
        for (size_t i = 0; i < lab->n_listeners; i++)
            if (p[FIRST + i].revents) accept_one(lab, &lab->listener[i]);
    }
}

/* Threads inherit the mask: signals come to the main loop alone. */
static int take_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int lab_main(int argc, char **argv) {
    struct command c = {0};
    struct lab lab;
    int status = read_options(argc, argv, &c);
    if (status) return status;
    if (c.help || c.list) {
        if (c.help)
            fputs(usage, stdout);
        else
            lab_list();
        return 0;
    }
    int signal_fd = take_signals();
    bool up = signal_fd >= 0 && lab_setup(&lab, &c.lab);
    if (up) {
        lab_print_cases(&lab);
        run(&lab, signal_fd, c.until_eof);
        lab_crowd_stop(&lab);
    }
    if (signal_fd >= 0) {
        lab_teardown(&lab);
        close(signal_fd);
    }
    return up ? 0 : 4;
}
