#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* A descriptor that the caller has closed would be given to the first socket, and the report would go to the
 * peer. What takes its place cannot be written, so that the end of the program notices. */
void output_guard(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)!open("/dev/null", O_RDONLY);
    signal(SIGPIPE, SIG_IGN);
}

void output_text(const char *s) {
    fputs(s, stdout);
}

int say_error(int status, const char *line) {
    fprintf(stderr, "tlswhy: %s\n", line);
    return status;
}

int usage_error(const struct cli *c, const char *format, ...) {
    va_list ap;
    fputs("tlswhy: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputs("\n", stderr);
    (void)c;
    return EXIT_USAGE;
}

const char *quote(struct cli *c, const char *typed) {
    return text_f(&c->a, "'%s'", text_escape(&c->a, bytes_str(typed), 100));
}

int output_finish(int status) {
    errno = 0;
    bool failed = ferror(stdout);
    if (fflush(stdout) != 0) failed = true;
    if (!failed) return status;
    fprintf(stderr, "tlswhy: standard output cannot be written%s%s\n", errno ? ": " : "",
            errno ? strerror(errno) : "");
    return EXIT_TROUBLE;
}

bool progress_wanted(const struct cli *c) {
    return !c->quiet && isatty(STDERR_FILENO);
}

void progress_show(void *arg, const char *line) {
    (void)arg;
    fprintf(stderr, "\r\033[K%s ...", line);
    fflush(stderr);
}

void progress_clear(void) {
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
