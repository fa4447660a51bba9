#include "local/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 20, GRACE_NS = 500 * 1000 * 1000, MAX_ENV = 4096 };

static volatile sig_atomic_t stopped;

void processes_stop(void) {
    stopped = 1;
}

bool processes_stopped(void) {
    return stopped != 0;
}

/* A program under way. */
struct child {
    struct process *p;
    struct text out;
    int fd; /* of the pipe; -1: closed */
    pid_t pid;
    int64_t began;
    bool running, asked; /* to end */
};

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the environment ---- */

static bool names(const char *entry, const char *change) {
    size_t n = strcspn(change, "=");
    return strncmp(entry, change, n) == 0 && entry[n] == '=';
}

static char **environment_of(struct arena *a, const char *const *env, const char *const *changes) {
    char **ret = ARENA_ARRAY(a, char *, MAX_ENV + PROCESS_MAX + 1);
    size_t n = 0;
    for (size_t i = 0; env[i] && n < MAX_ENV; i++) {
        bool changed = false;
        for (size_t k = 0; changes && changes[k]; k++) changed = changed || names(env[i], changes[k]);
        if (!changed) ret[n++] = arena_strdup(a, env[i]);
    }
    for (size_t k = 0; changes && changes[k] && k < PROCESS_MAX; k++)
        if (strchr(changes[k], '=')) ret[n++] = arena_strdup(a, changes[k]);
    return ret;
}

static char **arguments_of(struct arena *a, const char *const *argv) {
    size_t n = 0;
    while (argv[n]) n++;
    char **ret = ARENA_ARRAY(a, char *, n + 1);
    for (size_t i = 0; i < n; i++) ret[i] = arena_strdup(a, argv[i]);
    return ret;
}

/* ---- one program ---- */

/* In a group of its own, so that what it starts ends with it; with signals as everybody has them. */
static int spawn(struct arena *a, const char *const *env, const struct process *p, int out, pid_t *ret) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    if (p->dir) posix_spawn_file_actions_addchdir_np(&files, p->dir);
    int e = posix_spawn(ret, p->argv[0], &files, &attributes, arguments_of(a, p->argv),
                        environment_of(a, env, p->changes));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return e;
}

static void start(struct arena *a, const char *const *env, struct child *c) {
    int fds[2], e;
    text_init(&c->out, a);
    c->fd = -1;
    c->p->out = "";
    c->p->state = PROCESS_TROUBLE;
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        c->p->why = arena_strdup(a, strerror(errno));
        return;
    }
    (void)fcntl(fds[1], F_SETFL, 0); /* whoever writes blocks, as usual */
    e = spawn(a, env, c->p, fds[1], &c->pid);
    close(fds[1]);
    if (e) {
        c->p->why = arena_strdup(a, strerror(e));
        close(fds[0]);
        return;
    }
    c->fd = fds[0];
    c->began = now();
    c->running = true;
}

/* What is beyond the limit is read and dropped: a pipe that is full would stop the program. */
static void drain(struct child *c) {
    char piece[8192];
    ssize_t n = 0;
    while (c->fd >= 0 && (n = read(c->fd, piece, sizeof(piece))) > 0) {
        size_t room = PROCESS_MAX_OUT - c->out.n;
        text_add_n(&c->out, piece, (size_t)n < room ? (size_t)n : room);
    }
    if (c->fd >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) {
        close(c->fd);
        c->fd = -1;
    }
}

static void finish(struct arena *a, struct child *c, int status) {
    struct process *p = c->p;
    kill(-c->pid, SIGKILL); /* whatever it has left behind */
    drain(c);
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    c->running = false;
    p->took_ns = now() - c->began;
    p->out = c->out.s;
    if (c->asked) {
        p->state = PROCESS_LIMIT;
    } else if (WIFEXITED(status)) {
        p->state = PROCESS_ENDED;
        p->status = WEXITSTATUS(status);
    } else {
        p->state = PROCESS_TROUBLE;
        p->why = text_f(a, "it ended by signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
}

/* Its time is over: asked first, so that a browser ends its own children. */
static void enforce(struct child *c) {
    int64_t age = now() - c->began;
    bool over = age > c->p->limit_ns || stopped;
    if (over && !c->asked) {
        c->asked = true;
        kill(-c->pid, SIGTERM);
    }
    if (age > c->p->limit_ns + GRACE_NS || stopped) kill(-c->pid, SIGKILL);
}

static void look_after(struct arena *a, struct child *c) {
    int status;
    drain(c);
    pid_t got = waitpid(c->pid, &status, WNOHANG);
    if (got == c->pid)
        finish(a, c, status);
    else if (got < 0 && errno == ECHILD)
        finish(a, c, 0); /* somebody ignores SIGCHLD: the kernel has thrown its status away */
    else
        enforce(c);
}

static void wait_a_little(const struct child *children, size_t n) {
    struct pollfd fds[PROCESS_MAX];
    nfds_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (children[i].running && children[i].fd >= 0)
            fds[count++] = (struct pollfd){.fd = children[i].fd, .events = POLLIN};
    (void)poll(fds, count, TICK_MS);
}

static bool any_running(const struct child *children, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (children[i].running) return true;
    return false;
}

void processes_run(struct arena *a, const char *const *env, struct process *list, size_t n) {
    struct child *children = ARENA_ARRAY(a, struct child, PROCESS_MAX);
    if (n > PROCESS_MAX) n = PROCESS_MAX;
    for (size_t i = 0; i < n; i++) {
        children[i].p = &list[i];
        if (stopped) {
            list[i].state = PROCESS_LIMIT;
            list[i].out = "";
        } else {
            start(a, env, &children[i]);
        }
    }
    while (any_running(children, n)) {
        wait_a_little(children, n);
        for (size_t i = 0; i < n; i++)
            if (children[i].running) look_after(a, &children[i]);
    }
}
