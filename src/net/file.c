#include "net/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *say_errno(struct arena *a) {
    return arena_strdup(a, strerror(errno));
}

enum { PIECE = 8 * 1024 }; /* what most files fit into */

/* Read to its end rather than by its size: a pipe has none. */
static const char *read_all(struct arena *a, int fd, size_t max, struct bytes *ret) {
    size_t room = PIECE, n = 0;
    uint8_t *p = mem_alloc(room);
    const char *why = NULL;
    for (ssize_t got = 1; got != 0 && !why;) {
        if (n == room) p = mem_grow(p, room *= 2);
        got = read(fd, p + n, room - n);
        if (got > 0) n += (size_t)got;
        if (got < 0 && errno != EINTR) why = say_errno(a);
        if (n > max) why = text_f(a, "it is larger than %zu bytes", max);
    }
    if (!why) *ret = arena_copy(a, bytes_of(p, n));
    explicit_bzero(p, n); /* it may have been somebody's key */
    mem_free(p);
    return why;
}

bool file_read(struct arena *a, const char *path, size_t max, struct bytes *ret, const char **why) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        *why = say_errno(a);
        return false;
    }
    *why = read_all(a, fd, max, ret);
    close(fd);
    return !*why;
}

static int by_name(const void *x, const void *y) {
    return strcmp(*(char *const *)x, *(char *const *)y);
}

size_t file_list(struct arena *a, const char *dir, const char *suffix, char **ret, size_t max) {
    DIR *d = opendir(dir);
    size_t n = 0, tail = strlen(suffix);
    if (!d) return 0;
    for (const struct dirent *e; n < max && (e = readdir(d)) != NULL;) {
        size_t length = strlen(e->d_name);
        if (e->d_name[0] == '.' || length <= tail || strcmp(e->d_name + length - tail, suffix) != 0) continue;
        ret[n++] = arena_strdup(a, e->d_name);
    }
    closedir(d);
    if (n) qsort(ret, n, sizeof(ret[0]), by_name);
    return n;
}

/* One missing folder after the other, from the top. */
static bool make_folders(struct arena *a, const char *dir) {
    char *path = arena_strdup(a, dir);
    for (char *at = path + 1; *path && *at; at++) {
        if (*at != '/') continue;
        *at = 0;
        if (mkdir(path, 0700) < 0 && errno != EEXIST) return false;
        *at = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool write_all(int fd, struct bytes b) {
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) b = bytes_cut(b, (size_t)n, b.n);
    }
    return true;
}

/* A draft that a run which was killed has left is in nobody's way; one of a run under way has its process id
 * in its name. */
static bool write_draft(int dir, const char *draft, struct bytes body) {
    static const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = openat(dir, draft, flags, 0644);
    if (fd < 0 && errno == EEXIST && unlinkat(dir, draft, 0) == 0) fd = openat(dir, draft, flags, 0644);
    if (fd < 0) return false;
    bool written = write_all(fd, body) && fsync(fd) == 0;
    int e = errno;
    if (close(fd) < 0 && written) return false;
    errno = e;
    return written;
}

static bool replace(struct arena *a, int dir, const char *name, struct bytes body, const char **why) {
    const char *draft = text_f(a, ".%s.%ld.part", name, (long)getpid());
    if (write_draft(dir, draft, body) && renameat(dir, draft, dir, name) == 0) return true;
    *why = say_errno(a);
    unlinkat(dir, draft, 0);
    return false;
}

bool file_write(struct arena *a, const char *dir, const char *name, struct bytes body, const char **why) {
    int fd = make_folders(a, dir) ? open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        *why = say_errno(a);
        return false;
    }
    bool done = replace(a, fd, name, body, why);
    close(fd);
    return done;
}

bool file_save(struct arena *a, const char *path, struct bytes body, const char **why) {
    const char *slash = strrchr(path, '/');
    const char *dir = slash == path ? "/" : slash ? text_f(a, "%.*s", (int)(slash - path), path) : ".";
    struct stat st;
    bool regular = stat(path, &st) < 0 || S_ISREG(st.st_mode);
    int fd = regular ? open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC) : open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        *why = say_errno(a);
        return false;
    }
    bool done = regular ? replace(a, fd, slash ? slash + 1 : path, body, why) : write_all(fd, body);
    if (!done && !regular) *why = say_errno(a);
    close(fd);
    return done;
}
