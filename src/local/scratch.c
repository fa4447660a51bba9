/* The folder that programs write into while they run, and its end. */
#include "local/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 64 };

const char *scratch_make(struct arena *a, const char *parent, const char **why) {
    char *dir = text_f(a, "%s/tlswhy-client-XXXXXX", parent);
    if (mkdtemp(dir)) return dir;
    *why = arena_strdup(a, strerror(errno));
    return NULL;
}

/* Links are taken away and never followed. */
static void empty(int dir, unsigned depth) {
    DIR *d = fdopendir(dir);
    if (!d) {
        close(dir);
        return;
    }
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (unlinkat(dir, e->d_name, 0) == 0) continue;
        int sub =
            depth < MAX_DEPTH ? openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (sub < 0) continue;
        (void)fchmod(sub, 0700);
        empty(sub, depth + 1);
        (void)unlinkat(dir, e->d_name, AT_REMOVEDIR);
    }
    closedir(d);
}

/* A browser that is ending may still write: once more, then. */
void scratch_remove(const char *dir) {
    for (int i = 0; i < 3; i++) {
        int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) return;
        empty(fd, 0);
        if (rmdir(dir) == 0) return;
        usleep(100 * 1000);
    }
}
