#include "api/fix.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, struct bytes b) {
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) b = bytes_cut(b, (size_t)n, b.n);
    }
    return true;
}

/* Whole or not at all: a web server may read the folder at any time. */
static bool write_file(int dir, const char *name, const char *draft, struct bytes body) {
    int fd = openat(dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return false;
    bool written = write_all(fd, body);
    if (close(fd) < 0) written = false;
    if (written && renameat(dir, draft, dir, name) == 0) return true;
    int e = errno;
    unlinkat(dir, draft, 0);
    errno = e;
    return false;
}

int fix_write(struct arena *a, const char *dir, const struct repair_file *files, size_t n,
              const char **ret_message) {
    const char *shown = text_escape(a, bytes_str(dir), SIZE_MAX), *failed = "";
    size_t done = 0;
    struct text wrote;
    text_init(&wrote, a);
    int fd = mkdir(dir, 0755) < 0 && errno != EEXIST ? -1 : open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    for (; fd >= 0 && done < n; done++) {
        const struct repair_file *f = &files[done];
        failed = text_f(a, "/%s", f->name);
        if (!write_file(fd, f->name, text_f(a, ".%s.part", f->name), f->body)) break;
        text_addf(&wrote, "%s%s/%s: %s", done ? "; " : "wrote ", shown, f->name, f->summary);
    }
    *ret_message = done == n ? wrote.s : text_f(a, "cannot write %s%s: %s", shown, failed, strerror(errno));
    if (fd >= 0) close(fd);
    return done == n ? (int)n : -1;
}
