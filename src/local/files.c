/* Files and folders of this machine, read only. */
#include "local/internal.h"

#include "net/file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *rooted(struct examination *x, const char *path) {
    return x->m->root[0] ? text_f(x->a, "%s%s", x->m->root, path) : path;
}

/* A pipe or a device would hold up whoever opens it. */
bool local_read(struct examination *x, const char *path, size_t max, struct bytes *ret, const char **why,
                bool *ret_missing) {
    struct stat st;
    const char *real = rooted(x, path);
    bool missing = stat(real, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
    if (ret_missing) *ret_missing = missing;
    if (missing) {
        *why = "there is no such file";
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        *why = S_ISDIR(st.st_mode) ? "it is a folder" : "it is no ordinary file, or cannot be reached";
        return false;
    }
    return file_read(x->a, real, max, ret, why);
}

bool local_settings(struct examination *x, enum settings_style style, const char *path, const char *program,
                    struct settings *ret) {
    struct bytes body;
    const char *why;
    bool missing;
    const struct origin at = {.file = path, .program = program};
    settings_init(ret, x->a);
    if (!path) return false;
    if (!local_read(x, path, SETTINGS_MAX_FILE, &body, &why, &missing)) {
        if (!missing)
            tell(x, &at, LOCAL_WARNING, "settings-unreadable",
                 text_f(x->a, "This file of settings was not examined: %s.", why), NULL);
        return false;
    }
    settings_read(ret, style, path, body);
    x->r->n_read++;
    return true;
}

size_t local_list(struct examination *x, const char *dir, const char *suffix, char **ret, size_t max) {
    return file_list(x->a, rooted(x, dir), suffix, ret, max);
}

bool local_is_dir(struct examination *x, const char *path) {
    struct stat st;
    return stat(rooted(x, path), &st) == 0 && S_ISDIR(st.st_mode);
}

int64_t local_modified(struct examination *x, const char *path) {
    struct stat st;
    return stat(rooted(x, path), &st) == 0 ? (int64_t)st.st_mtime : 0;
}

const char *local_real(struct examination *x, const char *path) {
    char found[PATH_MAX];
    return x->m->root[0] || !realpath(path, found) ? path : arena_strdup(x->a, found);
}

const char *local_home(struct examination *x, const char *rest) {
    const char *home = local_env(x->m, "HOME");
    return home && home[0] == '/' ? text_f(x->a, "%s/%s", home, rest) : NULL;
}

const char *local_which(struct examination *x, const char *name) {
    const char *path = local_env(x->m, "PATH"), *dir;
    struct words w = {path ? path : "/usr/local/bin:/usr/bin:/bin", ":"};
    while (words_next(x, &w, &dir)) {
        struct stat st;
        const char *file = text_f(x->a, "%s/%s", dir, name);
        if (dir[0] == '/' && stat(rooted(x, file), &st) == 0 && S_ISREG(st.st_mode) &&
            access(rooted(x, file), X_OK) == 0)
            return file;
    }
    return NULL;
}
