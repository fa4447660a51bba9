/* Files of settings, as lists: who says what at which line. One reader for each way of writing them; none
 * does any I/O, and each has a limit for everything. */
#ifndef TW_LOCAL_SETTINGS_H
#define TW_LOCAL_SETTINGS_H

#include "base/text.h"

enum {
    SETTINGS_MAX_FILE = 4 << 20,
    SETTINGS_MAX = 16384,      /* in one list */
    SETTINGS_MAX_VALUE = 8192, /* what is longer is cut */
    SETTINGS_MAX_INCLUDES = 64,
    SETTINGS_MAX_DEPTH = 8,
};
struct setting {
    const char *file;
    size_t line;
    const char *section; /* "" outside of any */
    const char *key, *value;
};
struct settings {
    struct arena *a;
    struct setting *list;
    size_t n, room;
    size_t n_includes;
    bool full;           /* a limit was reached: what came after was left out */
    const char *problem; /* static, of the first line that cannot be read; NULL: none */
    const char *problem_file;
    size_t problem_line;
};
void settings_init(struct settings *s, struct arena *a);

enum settings_style {
    SETTINGS_INI,        /* [section], key = value, # and ; comments; git's, npm's and pip's too */
    SETTINGS_CURL,       /* curl(1), -K: "key = value", "key: value", "--key value", "-k" */
    SETTINGS_PROPERTIES, /* java.util.Properties: key=value, a backslash joins lines */
    SETTINGS_PREFS,      /* Mozilla: user_pref("key", value); */
};
void settings_read(struct settings *s, enum settings_style style, const char *file, struct bytes body);
/* OpenSSL's config(5): sections, .include, $variables, \ at a line's end. `include`: the files that a path
 * stands for, read and given to settings_openssl() one after the other (NULL: includes are passed over);
 * `environment`: of $ENV::NAME (NULL: none). */
struct settings_reader {
    struct settings *s;
    void (*include)(struct settings_reader *r, const char *path);
    const char *(*environment)(void *arg, const char *name);
    void *arg;
    unsigned depth;
    const char *dir; /* .pragma includedir */
};
void settings_openssl(struct settings_reader *r, const char *file, struct bytes body);

/* The last one counts. NULL: none. Sections compare exactly; keys too. */
const struct setting *settings_find(const struct settings *s, const char *section, const char *key);
/* The same without regard to case in the key, and in any section where `section` is NULL. */
const struct setting *settings_find_nocase(const struct settings *s, const char *section, const char *key);

/* For the readers. */
void settings_add(struct settings *s, const char *file, size_t line, const char *section, struct bytes key,
                  struct bytes value);
void settings_problem(struct settings *s, const char *file, size_t line, const char *what);
/* The next line without its end; false at the end. */
bool settings_line(struct bytes *body, struct bytes *ret);
struct bytes settings_trim(struct bytes b);

#endif
