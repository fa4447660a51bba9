/* usage FILE [--netns NAME] COMMAND [ARGUMENT...]: runs the command and writes what it cost into FILE, one
 * line of numbers: wall clock in ns, CPU of user and system in us, peak memory in KiB. Its exit status is the
 * command's.
 *
 * A program of its own, since Linux counts the memory of whoever forked towards the peak of the child: it
 * must be small. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "usage: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t to_us(struct timeval t) {
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static void enter(const char *netns) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", netns);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) fail(path);
}

int main(int argc, char **argv) {
    if (argc < 3) return 125;
    const char *file = argv[1];
    char **command = argv + 2;
    if (argc > 4 && strcmp(command[0], "--netns") == 0) {
        enter(command[1]);
        command += 2;
    }
    int64_t began = now_ns();
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        execvp(command[0], command);
        fail(command[0]);
    }
    int status;
    struct rusage used;
    if (wait4(pid, &status, 0, &used) < 0) fail("wait4");
    int64_t took = now_ns() - began;
    FILE *out = fopen(file, "w");
    if (!out) fail(file);
    fprintf(out, "%lld %lld %lld %ld\n", (long long)took, (long long)to_us(used.ru_utime),
            (long long)to_us(used.ru_stime), used.ru_maxrss);
    if (fclose(out) != 0) fail(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
