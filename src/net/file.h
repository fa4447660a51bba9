/* Small files, whole: read into an arena, written so that no reader ever sees a part. */
#ifndef TW_NET_FILE_H
#define TW_NET_FILE_H

#include "base/text.h"

/* False: *why, in the arena or static ("No such file or directory", "it is larger than …"). */
bool file_read(struct arena *a, const char *path, size_t max, struct bytes *ret, const char **why);
/* The names in a folder that end in `suffix` and do not begin with a dot, sorted; at most `max`. 0: none, or
 * no such folder. */
size_t file_list(struct arena *a, const char *dir, const char *suffix, char **ret, size_t max);
/* Writes dir/name by a temporary file beside it, which takes its place once it is on the disk. The folder and
 * those above it are made where they are missing (0700, XDG Base Directory Specification). False: *why. */
bool file_write(struct arena *a, const char *dir, const char *name, struct bytes body, const char **why);
/* The same for a path as a user types it: no folder is made, and what is no regular file (a pipe, a device)
 * is written into as it is. */
bool file_save(struct arena *a, const char *path, struct bytes body, const char **why);

#endif
