/* The command line: options and the host in any order, "--opt VALUE" and "--opt=VALUE", "-qv". */
#include "cli.h"

#include "api/options.h"

#include <sys/stat.h>

static int set_json(struct cli *c, const char *value) {
    (void)value;
    c->json = true;
    return 0;
}

static int set_trace(struct cli *c, const char *value) {
    (void)value;
    c->trace = true;
    return 0;
}

/* Whoever has an alias with one of them types the other to be heard. */
static int set_quiet(struct cli *c, const char *value) {
    (void)value;
    c->quiet = true;
    c->verbose = false;
    return 0;
}

static int set_verbose(struct cli *c, const char *value) {
    (void)value;
    c->verbose = true;
    c->quiet = false;
    return 0;
}

static int set_help(struct cli *c, const char *value) {
    (void)value;
    c->help = true;
    return 0;
}

static int set_version(struct cli *c, const char *value) {
    (void)value;
    c->version = true;
    return 0;
}

int args_color(struct cli *c, const char *value) {
    static const char *const words[] = {
        [WHEN_AUTO] = "auto", [WHEN_ALWAYS] = "always", [WHEN_NEVER] = "never"};
    for (size_t i = 0; i < TW_COUNT(words); i++) {
        if (strcmp(words[i], value) != 0) continue;
        c->color = (enum when)i;
        return 0;
    }
    return usage_error(c, "--color: %s is not one of auto, always, never", quote(c, value));
}

/* Said before the diagnosis rather than after it. */
static int set_fix(struct cli *c, const char *value) {
    struct stat st;
    if (!*value) return usage_error(c, "--fix: the name of a folder is missing");
    if (stat(value, &st) == 0 && !S_ISDIR(st.st_mode))
        return usage_error(c, "--fix: %s is not a folder", quote(c, value));
    c->fix = value;
    return 0;
}

static int set_save(struct cli *c, const char *value) {
    if (!*value) return usage_error(c, "--save: the name of a file is missing");
    c->save = value;
    return 0;
}

/* Options of the command alone; those of a diagnosis are the library's. */
enum { FLAG = false, VALUE = true, ANYWHERE = true };
static const struct own_row {
    const char *name;
    int (*set)(struct cli *c, const char *value);
    bool takes_value;
    bool anywhere; /* sub-commands have it too */
    char letter;
} rows[] = {
    {"color", args_color, VALUE, ANYWHERE},
    {"fix", set_fix, VALUE},
    {"help", set_help, FLAG, ANYWHERE, 'h'},
    {"json", set_json, FLAG},
    {"quiet", set_quiet, FLAG, false, 'q'},
    {"save", set_save, VALUE},
    {"trace", set_trace, FLAG},
    {"verbose", set_verbose, FLAG, false, 'v'},
    {"version", set_version, FLAG, ANYWHERE},
};

/* One option as it was found: of the command, or of the library. */
struct option {
    const struct own_row *own;
    const struct option_row *library;
};

static bool find(const char *name, struct option *ret) {
    bool letter = name[0] && !name[1];
    *ret = (struct option){.library = option_find(name)};
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (letter ? rows[i].letter == name[0] : strcmp(rows[i].name, name) == 0) ret->own = &rows[i];
    return ret->own || ret->library;
}

static bool takes_value(const struct option *option) {
    return option->own ? option->own->takes_value : option->library->takes_value;
}

static const char *candidate(size_t i) {
    size_t n;
    const struct option_row *library = option_table(&n);
    if (i < n) return library[i].name;
    return i - n < TW_COUNT(rows) ? rows[i - n].name : NULL;
}

/* `typed` with its dashes and without its value. */
static int no_such_option(struct cli *c, const char *typed) {
    const char *near = nearest(typed + strspn(typed, "-"), candidate);
    if (!near) return usage_error(c, "there is no option %s", quote(c, typed));
    return usage_error(c, "there is no option %s; is it %s?", quote(c, typed), option_typed(&c->a, near));
}

static int apply(struct cli *c, const struct option *option, const char *typed, const char *value) {
    if (c->word && !(option->own && option->own->anywhere))
        return usage_error(c, "%s is no option of '%s'", typed, c->word);
    if (option->own) return option->own->set(c, value);
    if (strcmp(option->library->name, "proxy") == 0) c->proxy_given = true;
    return tlswhy_set(c->options, option->library->name, value) == 0
               ? 0
               : say_error(EXIT_USAGE, tlswhy_options_error(c->options));
}

/* Where the reader stands. */
struct walk {
    int argc, at;
    char **argv;
    bool options_over;
};

/* The word after the option, unless it is an option itself: then one was forgotten. */
static int next_value(struct cli *c, struct walk *w, const char *typed, const char **ret) {
    struct option other;
    const char *next = w->at < w->argc ? w->argv[w->at] : NULL;
    if (!next) return usage_error(c, "%s wants a value", typed);
    if (strncmp(next, "--", 2) == 0 && find(next + 2, &other))
        return usage_error(c, "%s wants a value, and %s is an option", typed, next);
    w->at++;
    *ret = next;
    return 0;
}

static int read_long(struct cli *c, struct walk *w, const char *arg) {
    const char *equals = strchr(arg, '=');
    const char *typed = equals ? arena_str(&c->a, bytes_of(arg, (size_t)(equals - arg))) : arg;
    const char *value = equals ? equals + 1 : NULL;
    struct option option;
    /* Letters have one dash. */
    if (!typed[2] || !typed[3] || !find(typed + 2, &option)) return no_such_option(c, typed);
    if (equals && !takes_value(&option)) return usage_error(c, "%s takes no value", typed);
    if (!equals && takes_value(&option)) {
        int status = next_value(c, w, typed, &value);
        if (status) return status;
    }
    return apply(c, &option, typed, value);
}

/* "-q", "-4v": letters take no values. */
static int read_letters(struct cli *c, const char *arg) {
    struct option option;
    for (const char *letter = arg + 1; *letter; letter++)
        if (!find((const char[]){*letter, 0}, &option)) return no_such_option(c, arg);
    for (const char *letter = arg + 1; *letter; letter++) {
        const char name[] = {*letter, 0};
        int status = find(name, &option) ? apply(c, &option, text_f(&c->a, "-%s", name), NULL) : EXIT_USAGE;
        if (status) return status;
    }
    return arg[1] ? 0 : usage_error(c, "'-' is no host");
}

static int read_argument(struct cli *c, const struct walk *w, const char *arg) {
    if (!c->word && !w->options_over && is_word(arg))
        return usage_error(c, "'%s' is a sub-command, and those come first ('-- %s' is a host)", arg, arg);
    if (c->argument && c->word)
        return usage_error(c, "one at a time: %s and %s", quote(c, c->argument), quote(c, arg));
    if (c->argument)
        return usage_error(c, "one host at a time: %s and %s", quote(c, c->argument), quote(c, arg));
    c->argument = arg;
    return 0;
}

int args_read(struct cli *c, int argc, char **argv) {
    struct walk w = {.argc = argc, .argv = argv};
    int status = 0;
    while (status == 0 && w.at < argc && !c->help && !c->version) {
        const char *arg = argv[w.at++];
        if (w.options_over || arg[0] != '-')
            status = read_argument(c, &w, arg);
        else if (strcmp(arg, "--") == 0)
            w.options_over = true;
        else if (arg[1] == '-')
            status = read_long(c, &w, arg);
        else
            status = read_letters(c, arg);
    }
    return status;
}
