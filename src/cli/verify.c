/* `tlswhy verify`: one chain, one verdict, for scripts and test suites. The files are read here. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

enum { EXIT_REJECTED = 1, MAX_FILES = 256 };
static const size_t max_file = (size_t)256 << 20;

/* A file to be read once the command line is understood. */
struct file {
    const char *what, *name;
    uint8_t *p; /* certificates are read in place */
};
struct verify {
    struct cli *c;
    struct tlswhy_verify *v;
    struct file files[MAX_FILES];
    size_t n_files;
    const char *at; /* NULL: now */
    bool json;
};

static const char help[] =
    "usage: tlswhy verify --leaf FILE [--untrusted FILE]... --roots FILE... [OPTIONS]\n"
    "\n"
    "Judges one certificate chain; nothing is fetched. FILEs are PEM bundles.\n"
    "  --json                     {\"verdict\", \"reasons\": [{\"code\", \"cert\", \"text\"}], \"path\"}\n"
    "  --at TIME                  2026-01-31T00:00:00Z (default: now)\n"
    "  --host NAME, --ip ADDR     the name that the leaf must be valid for\n"
    "  --purpose server|client|any  (default: server where a name is asked for, else any)\n"
    "  --client JUDGE             as that client judges (default: strict, RFC 5280 and RFC 9525)\n"
    "  --crl FILE                 each certificate must be covered by these\n"
    "  --max-depth N              intermediates at most\n"
    "  --policy OID               acceptable policy (repeatable);  --explicit-policy  one is required\n"
    "  --inhibit-any, --inhibit-mapping\n"
    "\n"
    "Exit status: 0 accepted; 1 rejected; 2 usage, or a file that cannot be read.\n";

/* ---- the command line ---- */

static int set(struct verify *v, const char *name, const char *value) {
    if (tlswhy_verify_set(v->v, name, value) == 0) return 0;
    return say_error(EXIT_USAGE, tlswhy_verify_error(v->v));
}

static int set_at(struct verify *v, const char *name, const char *value) {
    v->at = value;
    return set(v, name, value);
}

/* As openssl verify has it, where each may be given several times. */
static int set_file(struct verify *v, const char *name, const char *value) {
    if (v->n_files == MAX_FILES) return usage_error(v->c, "at most %d files", MAX_FILES);
    v->files[v->n_files++] = (struct file){.what = name, .name = value};
    return 0;
}

static bool was_given(const struct verify *v, const char *what) {
    for (size_t i = 0; i < v->n_files; i++)
        if (strcmp(v->files[i].what, what) == 0) return true;
    return false;
}

static int set_flag(struct verify *v, const char *name, const char *value) {
    struct {
        const char *name;
        bool *flag;
    } flags[] = {{"json", &v->json}, {"help", &v->c->help}, {"version", &v->c->version}};
    (void)value;
    for (size_t i = 0; i < TW_COUNT(flags); i++)
        if (strcmp(flags[i].name, name) == 0) *flags[i].flag = true;
    return 0;
}

static const struct row {
    struct word_option option; /* first */
    int (*set)(struct verify *v, const char *name, const char *value);
} rows[] = {
    {{"at", true}, set_at},
    {{"client", true}, set},
    {{"crl", true}, set_file},
    {{"explicit-policy", false}, set},
    {{"help", false}, set_flag},
    {{"host", true}, set},
    {{"inhibit-any", false}, set},
    {{"inhibit-mapping", false}, set},
    {{"ip", true}, set},
    {{"json", false}, set_flag},
    {{"leaf", true}, set_file},
    {{"max-depth", true}, set},
    {{"policy", true}, set},
    {{"purpose", true}, set},
    {{"roots", true}, set_file},
    {{"untrusted", true}, set_file},
    {{"version", false}, set_flag},
};

static const char *row_name(size_t i) {
    return i < TW_COUNT(rows) ? rows[i].option.name : NULL;
}

static int read_option(struct verify *v, int argc, char **argv, int *at) {
    static const struct word_options options = {"verify", rows, TW_COUNT(rows), sizeof(rows[0]), row_name};
    const struct word_option *option;
    const char *value;
    if (argv[*at][0] != '-')
        return usage_error(v->c, "verify takes options alone, no %s", quote(v->c, argv[*at]));
    int status = word_option_read(v->c, &options, argc, argv, at, &option, &value);
    return status ? status : ((const struct row *)option)->set(v, option->name, value);
}

/* ---- files ---- */

static int cannot_read(struct verify *v, const char *name, const char *why) {
    return usage_error(v->c, "%s cannot be read: %s", quote(v->c, name), why);
}

static int read_file(struct verify *v, struct file *file) {
    FILE *f = fopen(file->name, "rb");
    size_t room = 1 << 16, n = 0, got;
    if (!f) return cannot_read(v, file->name, strerror(errno));
    file->p = mem_alloc(room);
    while ((got = fread(file->p + n, 1, room - n, f)) > 0) {
        n += got;
        if (n == room && room < max_file) file->p = mem_grow(file->p, room *= 2);
    }
    bool failed = ferror(f) || n >= max_file;
    const char *why = n >= max_file ? "it is too large" : strerror(errno);
    (void)fclose(f);
    if (failed) return cannot_read(v, file->name, why);
    if (tlswhy_verify_give(v->v, file->what, file->name, file->p, n) == 0) return 0;
    return say_error(EXIT_USAGE, tlswhy_verify_error(v->v));
}

/* Nothing is read for a command line that cannot be answered. */
static int read_files(struct verify *v) {
    static const char *const needed[] = {"leaf", "roots"};
    for (size_t i = 0; i < TW_COUNT(needed); i++)
        if (!was_given(v, needed[i])) return usage_error(v->c, "--%s FILE is missing", needed[i]);
    int status = 0;
    for (size_t i = 0; i < v->n_files && status == 0; i++) status = read_file(v, &v->files[i]);
    return status;
}

/* ---- the answer ---- */

static int judge(struct verify *v) {
    int accepted = tlswhy_verify_run(v->v);
    if (accepted < 0) return say_error(EXIT_USAGE, tlswhy_verify_error(v->v));
    output_text(v->json ? tlswhy_verify_json(v->v) : tlswhy_verify_text(v->v));
    return accepted ? EXIT_OK : EXIT_REJECTED;
}

static int run(struct verify *v, int argc, char **argv) {
    struct cli *c = v->c;
    int status = 0;
    for (int at = 1; at < argc && status == 0 && !c->help && !c->version;)
        status = read_option(v, argc, argv, &at);
    if (status == 0 && (c->help || c->version)) {
        output_text(c->help ? help : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    if (status == 0) status = set(v, "at", v->at ? v->at : text_time(&c->a, (int64_t)time(NULL)));
    if (status == 0) status = read_files(v);
    return status ? status : judge(v);
}

int verify_main(struct cli *c, int argc, char **argv) {
    struct verify v = {.c = c, .v = tlswhy_verify_new()};
    c->word = argv[0];
    int status = run(&v, argc, argv);
    tlswhy_verify_free(v.v);
    for (size_t i = 0; i < v.n_files; i++) mem_free(v.files[i].p);
    return status;
}
