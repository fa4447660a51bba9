/* `tlswhy chain`: certificate files judged offline, and the chain repaired. */
#include "cli.h"

#include "api/chain.h"
#include "api/fix.h"
#include "api/options.h"
#include "net/dialog.h"
#include "report/chain.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

enum { EXIT_REPAIR = 1, MAX_FILES = 256, MAX_ROOTS = 64 };
static const size_t max_file = (size_t)64 << 20;

struct chain {
    struct cli *c;
    struct chain_request request;
    const char *files[MAX_FILES];
    size_t n_files;
    const char *roots[MAX_ROOTS];
    bool root_is_dir[MAX_ROOTS];
    size_t n_roots;
    const char *host, *password;
    bool has_at, options_over;
    struct pki_host host_read;
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

static int read_root_file(struct chain *h, const char *name) {
    struct bytes body;
    const char *why = read_bytes(h, name, &body);
    if (!why) why = chain_read_roots(&h->request, body);
    return why ? cannot_read(h, name, why) : 0;
}

/* As OpenSSL does it: what is no certificate is passed over. */
static int read_root_dir(struct chain *h, const char *name) {
    DIR *dir = opendir(name);
    size_t n = 0;
    if (!dir) return cannot_read(h, name, strerror(errno));
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct bytes body;
        struct stat st;
        const char *path = text_f(&h->c->a, "%s/%s", name, e->d_name);
        if (e->d_name[0] == '.' || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
        if (!read_bytes(h, path, &body) && !chain_read_roots(&h->request, body)) n++;
    }
    closedir(dir);
    return n ? 0 : cannot_read(h, name, "there is no certificate in it");
}

static int read_files(struct chain *h) {
    for (size_t i = 0; i < h->n_roots; i++) {
        int status = h->root_is_dir[i] ? read_root_dir(h, h->roots[i]) : read_root_file(h, h->roots[i]);
        if (status) return status;
    }
    for (size_t i = 0; i < h->n_files; i++) {
        struct bytes body;
        const char *why = read_bytes(h, h->files[i], &body);
        const char *name = strcmp(h->files[i], "-") == 0 ? "standard input" : h->files[i];
        if (!why) why = chain_read(&h->request, name, body, h->password);
        if (why) return cannot_read(h, h->files[i], why);
    }
    if (h->request.set.n_certs == 0)
        return usage_error(h->c, "there is no certificate in these files, only a key");
    return 0;
}

/* ---- values ---- */

static int set_root(struct chain *h, const char *name, const char *value) {
    if (h->n_roots == MAX_ROOTS) return usage_error(h->c, "--%s: at most %d", name, MAX_ROOTS);
    h->root_is_dir[h->n_roots] = strcmp(name, "capath") == 0;
    h->roots[h->n_roots++] = value;
    return 0;
}

static int set_text(struct chain *h, const char *name, const char *value) {
    struct {
        const char *name;
        const char **text;
    } texts[] = {{"host", &h->host}, {"proxy", &h->request.proxy}};
    const char *why = "";
    struct proxy parsed;
    for (size_t i = 0; i < TW_COUNT(texts); i++)
        if (strcmp(texts[i].name, name) == 0) *texts[i].text = *value ? value : NULL;
    if (strcmp(name, "proxy") == 0 && *value && !proxy_parse(value, &parsed, &why))
        return usage_error(h->c, "--proxy: %s", why);
    return 0;
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
    h->has_at = true;
    if (text_time_read(value, &h->request.query.at)) return 0;
    return usage_error(h->c, "--%s: %s is no time like 2026-01-31T00:00:00Z", name, quote(h->c, value));
}

static int set_judge(struct chain *h, const char *name, const char *value) {
    (void)name;
    h->request.query.judge = judge_named(h->c->options, value);
    return h->request.query.judge ? 0 : usage_error(h->c, "%s", tlswhy_options_error(h->c->options));
}

/* As in openssl: a password on the command line is seen by everybody on the machine. */
static int set_pass(struct chain *h, const char *name, const char *value) {
    struct bytes body;
    h->password = value;
    if (strncmp(value, "pass:", 5) == 0) h->password = value + 5;
    if (strncmp(value, "env:", 4) == 0) {
        h->password = environment_value(value + 4);
        if (!h->password)
            return usage_error(h->c, "--%s: the variable %s is not set", name, quote(h->c, value + 4));
    }
    if (strncmp(value, "file:", 5) != 0) return 0;
    const char *why = read_bytes(h, value + 5, &body);
    if (why) return cannot_read(h, value + 5, why);
    size_t n = 0;
    while (n < body.n && body.p[n] != '\n' && body.p[n] != '\r') n++;
    h->password = arena_str(&h->c->a, bytes_cut(body, 0, n));
    return 0;
}

static int set_color(struct chain *h, const char *name, const char *value) {
    (void)name;
    return args_color(h->c, value);
}

static int set_flag(struct chain *h, const char *name, const char *value) {
    struct {
        const char *name;
        bool *flag;
    } flags[] = {{"fetch", &h->request.fetch},
                 {"json", &h->c->json},
                 {"quiet", &h->c->quiet},
                 {"help", &h->c->help},
                 {"version", &h->c->version}};
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
    {{"client", true}, set_judge},
    {{"color", true}, set_color},
    {{"fetch", false}, set_flag},
    {{"fix", true}, set_fix},
    {{"help", false, 'h'}, set_flag},
    {{"host", true}, set_text},
    {{"json", false}, set_flag},
    {{"pass", true}, set_pass},
    {{"proxy", true}, set_text},
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

static int settle(struct chain *h) {
    struct pki_query *q = &h->request.query;
    const char *name = h->host;
    if (h->n_files == 0) return usage_error(h->c, "no file was given (tlswhy chain --help)");
    if (!h->has_at) q->at = (int64_t)time(NULL);
    if (!q->judge) q->judge = pki_judge_find("modern");
    if (!h->host) return 0;
    /* Names in any script; certificates hold A-labels (RFC 9525 6.3). */
    if (!pki_host_read(name, &h->host_read) && !name_parse(h->c->options, "--host: ", h->host, &name))
        return say_error(EXIT_USAGE, tlswhy_options_error(h->c->options));
    if (!pki_host_read(name, &h->host_read))
        return usage_error(h->c, "--host: %s is no host name", quote(h->c, h->host));
    q->host = &h->host_read;
    return 0;
}

/* ---- the answer ---- */

static int write_fix(struct chain *h, const struct report_chain *r) {
    struct repair_file file;
    const char *message;
    bool any = report_chain_repair(&h->c->a, r, &file);
    if (any && fix_write(&h->c->a, h->c->fix, &file, 1, &message) < 0)
        return say_error(EXIT_TROUBLE, message);
    if (!any) message = file.summary;
    if (!h->c->json) output_text(text_f(&h->c->a, "\n--fix: %s\n", message));
    return 0;
}

static int tell(struct chain *h, const struct chain_verdict *v) {
    struct tlswhy_text_style style = environment_style(h->c);
    struct report_style s = style_of(&style);
    struct report_chain r = {.v = v,
                             .fetches = h->request.fetches,
                             .n_fetches = h->request.n_fetches,
                             .fetch_asked = h->request.fetch,
                             .fix_asked = h->c->fix != NULL};
    r.host = h->host ? text_escape(&h->c->a, bytes_str(h->host), 255) : NULL;
    output_text(h->c->json ? report_chain_json(&h->c->a, &r) : report_chain_text(&h->c->a, &r, &s));
    int trouble = h->c->fix ? write_fix(h, &r) : 0;
    return trouble ? trouble : v->kind == CHAIN_IN_ORDER ? EXIT_OK : EXIT_REPAIR;
}

static int judge(struct chain *h) {
    struct chain_verdict v;
    struct trust *system =
        h->n_roots ? NULL
                   : trust_new_system(environment_store("SSL_CERT_FILE"), environment_store("SSL_CERT_DIR"));
    h->request.system = system;
    bool ok = chain_run(&h->request, &v);
    int status =
        ok ? tell(h, &v)
           : say_error(EXIT_TROUBLE, text_f(&h->c->a, "nothing can be fetched: %s", strerror(errno)));
    trust_free(system);
    return status;
}

int chain_main(struct cli *c, int argc, char **argv) {
    struct chain *h = ARENA_NEW(&c->a, struct chain);
    int status = 0;
    c->word = argv[0];
    h->c = c;
    chain_request_init(&h->request, &c->a);
    for (int at = 1; at < argc && status == 0 && !c->help && !c->version;)
        status = read_word(h, argc, argv, &at);
    if (status == 0 && (c->help || c->version)) {
        output_text(c->help ? help : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    if (status == 0) status = settle(h);
    if (status == 0) status = read_files(h);
    if (status == 0) status = judge(h);
    for (size_t i = 0; i < h->n_heap; i++) mem_free(h->heap[i]);
    mem_free(h->heap);
    return status;
}
