/* `tlswhy chain`: certificate files judged offline, and the chain repaired. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

enum { EXIT_REPAIR = 1, MAX_FILES = 256, MAX_ROOTS = 64 };
static const size_t max_file = (size_t)64 << 20;

struct chain {
    struct cli *c;
    struct tlswhy_chain *h;
    const char *files[MAX_FILES];
    size_t n_files;
    const char *roots[MAX_ROOTS];
    bool root_is_dir[MAX_ROOTS];
    size_t n_roots;
    const char *at; /* NULL: now */
    bool options_over;
    uint8_t **heap; /* the files: certificates are read in place */
    size_t n_heap;
};

static const char help[] =
    "usage: tlswhy chain [OPTIONS] FILE...\n"
    "\n"
    "Checks certificate files without connecting: which certificate is the server's own, whether the chain "
    "is\n"
    "complete and in order, whether the private key belongs to it, and what is needless. FILEs are PEM, "
    "DER,\n"
    "PKCS #7 or PKCS #12; they may hold certificates and a private key; '-' is standard input.\n"
    "  --host NAME                the name or address that the certificate must be valid for\n"
    "  --cacert FILE, --capath DIR  trust exactly these roots (repeatable; default: the system's)\n"
    "  --client JUDGE             as that client judges (default: modern)\n"
    "  --at TIME                  2026-01-31T00:00:00Z (default: now)\n"
    "  --pass PASSWORD            of PKCS #12 files and keys (or env:NAME, file:PATH)\n"
    "  --fetch                    get missing certificates where the others say that they are (AIA)\n"
    "  --proxy URL                fetch through this proxy\n"
    "  --fix DIR                  write the repaired fullchain.pem into DIR\n"
    "  --json                     one JSON object (tlswhy-chain/1)\n"
    "  -q, --color WHEN, -h, --version\n"
    "\n"
    "Exit status: 0 in order; 1 something to repair, or not accepted; 2 usage, or a file that cannot be "
    "read;\n"
    "4 trouble of our own.\n";

/* ---- files ---- */

static int cannot_read(struct chain *h, const char *name, const char *why) {
    return usage_error(h->c, "%s cannot be read: %s", quote(h->c, name), why);
}

/* NULL, or why not. */
static const char *slurp(FILE *f, uint8_t **ret, size_t *ret_n) {
    size_t room = 1 << 16, n = 0, got;
    uint8_t *p = mem_alloc(room);
    while ((got = fread(p + n, 1, room - n, f)) > 0) {
        n += got;
        if (n == room && room < max_file) p = mem_grow(p, room *= 2);
    }
    const char *why = ferror(f) ? strerror(errno) : n >= max_file ? "it is too large" : NULL;
    *ret = p;
    *ret_n = n;
    return why;
}

static const char *read_bytes(struct chain *h, const char *name, struct bytes *ret) {
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    uint8_t *p;
    size_t n;
    if (!f) return strerror(errno);
    const char *why = slurp(f, &p, &n);
    if (f != stdin) (void)fclose(f);
    h->heap = mem_grow(h->heap, (h->n_heap + 1) * sizeof(*h->heap));
    h->heap[h->n_heap++] = p;
    *ret = bytes_of(p, n);
    return why;
}

static int give(struct chain *h, const char *what, const char *name) {
    struct bytes body;
    const char *why = read_bytes(h, name, &body);
    if (why) return cannot_read(h, name, why);
    const char *called = strcmp(name, "-") == 0 ? "standard input" : name;
    return tlswhy_chain_give(h->h, what, called, body.p, body.n) == 0
               ? 0
               : say_error(EXIT_USAGE, tlswhy_chain_error(h->h));
}

/* As OpenSSL does it: what is no certificate is passed over. */
static int give_root_dir(struct chain *h, const char *name) {
    DIR *dir = opendir(name);
    size_t n = 0;
    if (!dir) return cannot_read(h, name, strerror(errno));
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct bytes body;
        struct stat st;
        const char *path = text_f(&h->c->a, "%s/%s", name, e->d_name);
        if (e->d_name[0] == '.' || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
        if (!read_bytes(h, path, &body) && tlswhy_chain_give(h->h, "roots", path, body.p, body.n) == 0) n++;
    }
    closedir(dir);
    return n ? 0 : cannot_read(h, name, "there is no certificate in it");
}

static int give_files(struct chain *h) {
    int status = 0;
    for (size_t i = 0; i < h->n_roots && status == 0; i++)
        status = h->root_is_dir[i] ? give_root_dir(h, h->roots[i]) : give(h, "roots", h->roots[i]);
    for (size_t i = 0; i < h->n_files && status == 0; i++) status = give(h, "file", h->files[i]);
    return status;
}

/* ---- values ---- */

static int set_root(struct chain *h, const char *name, const char *value) {
    if (h->n_roots == MAX_ROOTS) return usage_error(h->c, "--%s: at most %d", name, MAX_ROOTS);
    h->root_is_dir[h->n_roots] = strcmp(name, "capath") == 0;
    h->roots[h->n_roots++] = value;
    return 0;
}

static int set(struct chain *h, const char *name, const char *value) {
    if (tlswhy_chain_set(h->h, name, value) == 0) return 0;
    return say_error(EXIT_USAGE, tlswhy_chain_error(h->h));
}

static int set_fix(struct chain *h, const char *name, const char *value) {
    struct stat st;
    if (!*value) return usage_error(h->c, "--%s: the name of a folder is missing", name);
    if (stat(value, &st) == 0 && !S_ISDIR(st.st_mode))
        return usage_error(h->c, "--%s: %s is not a folder", name, quote(h->c, value));
    h->c->fix = value;
    return 0;
}

static int set_at(struct chain *h, const char *name, const char *value) {
    h->at = value;
    return set(h, name, value);
}

/* As in openssl: a password on the command line is seen by everybody on the machine. */
static int set_pass(struct chain *h, const char *name, const char *value) {
    struct bytes body;
    if (strncmp(value, "pass:", 5) == 0) return set(h, name, value + 5);
    if (strncmp(value, "env:", 4) == 0) {
        const char *password = environment_value(value + 4);
        if (password) return set(h, name, password);
        return usage_error(h->c, "--%s: the variable %s is not set", name, quote(h->c, value + 4));
    }
    if (strncmp(value, "file:", 5) != 0) return set(h, name, value);
    const char *why = read_bytes(h, value + 5, &body);
    if (why) return cannot_read(h, value + 5, why);
    size_t n = 0;
    while (n < body.n && body.p[n] != '\n' && body.p[n] != '\r') n++;
    return set(h, name, arena_str(&h->c->a, bytes_cut(body, 0, n)));
}

static int set_color(struct chain *h, const char *name, const char *value) {
    (void)name;
    return args_color(h->c, value);
}

static int set_flag(struct chain *h, const char *name, const char *value) {
    struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"json", &h->c->json}, {"quiet", &h->c->quiet}, {"help", &h->c->help}, {"version", &h->c->version}};
    (void)value;
    for (size_t i = 0; i < TW_COUNT(flags); i++)
        if (strcmp(flags[i].name, name) == 0) *flags[i].flag = true;
    return 0;
}

/* ---- the command line ---- */

static const struct row {
    struct word_option option; /* first */
    int (*set)(struct chain *h, const char *name, const char *value);
} rows[] = {
    {{"at", true}, set_at},
    {{"cacert", true}, set_root},
    {{"capath", true}, set_root},
    {{"client", true}, set},
    {{"color", true}, set_color},
    {{"fetch", false}, set},
    {{"fix", true}, set_fix},
    {{"help", false, 'h'}, set_flag},
    {{"host", true}, set},
    {{"json", false}, set_flag},
    {{"pass", true}, set_pass},
    {{"proxy", true}, set},
    {{"quiet", false, 'q'}, set_flag},
    {{"version", false}, set_flag},
};

static const char *row_name(size_t i) {
    return i < TW_COUNT(rows) ? rows[i].option.name : NULL;
}

static int read_option(struct chain *h, int argc, char **argv, int *at) {
    static const struct word_options options = {"chain", rows, TW_COUNT(rows), sizeof(rows[0]), row_name};
    const struct word_option *option;
    const char *value;
    int status = word_option_read(h->c, &options, argc, argv, at, &option, &value);
    return status ? status : ((const struct row *)option)->set(h, option->name, value);
}

static int read_word(struct chain *h, int argc, char **argv, int *at) {
    const char *typed = argv[*at];
    if (!h->options_over && strcmp(typed, "--") == 0) {
        h->options_over = true;
        ++*at;
        return 0;
    }
    if (!h->options_over && typed[0] == '-' && typed[1]) return read_option(h, argc, argv, at);
    if (h->n_files == MAX_FILES) return usage_error(h->c, "at most %d files", MAX_FILES);
    h->files[h->n_files++] = typed;
    ++*at;
    return 0;
}

/* ---- the answer ---- */

static int tell(struct chain *h, bool in_order) {
    struct tlswhy_text_style style = environment_style(h->c);
    const char *message = NULL;
    int written = h->c->fix ? tlswhy_chain_write_fix(h->h, h->c->fix, &message) : 0;
    output_text(h->c->json ? tlswhy_chain_json(h->h) : tlswhy_chain_text(h->h, &style));
    if (written < 0) return say_error(EXIT_TROUBLE, message);
    if (message && !h->c->json) output_text(text_f(&h->c->a, "\n--fix: %s\n", message));
    return in_order ? EXIT_OK : EXIT_REPAIR;
}

static int judge(struct chain *h) {
    if (h->n_files == 0) return usage_error(h->c, "no file was given (tlswhy chain --help)");
    tlswhy_chain_set_system_store(h->h, environment_store("SSL_CERT_FILE"),
                                  environment_store("SSL_CERT_DIR"));
    int status = set(h, "at", h->at ? h->at : text_time(&h->c->a, (int64_t)time(NULL)));
    if (status == 0) status = give_files(h);
    if (status) return status;
    int answer = tlswhy_chain_run(h->h);
    if (answer >= 0) return tell(h, answer);
    return say_error(answer == -1 ? EXIT_USAGE : EXIT_TROUBLE, tlswhy_chain_error(h->h));
}

static int run(struct chain *h, int argc, char **argv) {
    struct cli *c = h->c;
    int status = 0;
    for (int at = 1; at < argc && status == 0 && !c->help && !c->version;)
        status = read_word(h, argc, argv, &at);
    if (status || (!c->help && !c->version)) return status ? status : judge(h);
    output_text(c->help ? help : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
    return EXIT_OK;
}

int chain_main(struct cli *c, int argc, char **argv) {
    struct chain *h = ARENA_NEW(&c->a, struct chain);
    c->word = argv[0];
    h->c = c;
    h->h = tlswhy_chain_new();
    int status = run(h, argc, argv);
    tlswhy_chain_free(h->h);
    for (size_t i = 0; i < h->n_heap; i++) mem_free(h->heap[i]);
    mem_free(h->heap);
    return status;
}
