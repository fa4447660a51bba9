/* `tlswhy client`: this machine's TLS settings, and what its clients make of a host. */
#include "cli.h"

#include "api/options.h"
#include "local/local.h"
#include "local/process.h"
#include "report/client.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_BREAKS = 1 };

static const char help[] =
    "usage: tlswhy client [OPTIONS]\n"
    "\n"
    "Examines this machine's TLS settings, read only: OpenSSL's and GnuTLS's configuration, "
    "crypto-policies,\n"
    "every Java, browsers and their policies, curl, wget, git, npm and pip, variables, proxies, stores of\n"
    "trusted roots. Says what each does in plain words, whom it concerns, and how to undo it.\n"
    "  --json                     one JSON object (tlswhy-client/1)\n"
    "  -q                         only what breaks\n"
    "  --color WHEN, -h, --version\n"
    "\n"
    "Exit status: 0 nothing that breaks; 1 something breaks; 2 usage; 4 trouble of our own.\n";

struct client {
    struct cli *c;
    const char *host;
    bool options_over;
};

static int set_color(struct client *k, const char *value) {
    return args_color(k->c, value);
}

static int set_json(struct client *k, const char *value) {
    (void)value;
    k->c->json = true;
    return 0;
}

static int set_quiet(struct client *k, const char *value) {
    (void)value;
    k->c->quiet = true;
    return 0;
}

static int set_help(struct client *k, const char *value) {
    (void)value;
    k->c->help = true;
    return 0;
}

static int set_version(struct client *k, const char *value) {
    (void)value;
    k->c->version = true;
    return 0;
}

static const struct row {
    const char *name;
    int (*set)(struct client *k, const char *value);
    bool takes_value;
    char letter;
} rows[] = {
    {"color", set_color, true},       {"help", set_help, false, 'h'},  {"json", set_json, false},
    {"quiet", set_quiet, false, 'q'}, {"version", set_version, false},
};

static const char *row_name(size_t i) {
    return i < TW_COUNT(rows) ? rows[i].name : NULL;
}

static const struct row *find_row(const char *typed) {
    bool is_long = typed[1] == '-';
    size_t n = is_long ? strcspn(typed + 2, "=") : 0;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        if (is_long && strlen(rows[i].name) == n && memcmp(rows[i].name, typed + 2, n) == 0) return &rows[i];
        if (!is_long && rows[i].letter && rows[i].letter == typed[1] && !typed[2]) return &rows[i];
    }
    return NULL;
}

static int read_option(struct client *k, int argc, char **argv, int *at) {
    const char *typed = argv[(*at)++], *equals = strchr(typed, '=');
    const struct row *row = find_row(typed);
    if (!row) {
        const char *near = nearest(typed + strspn(typed, "-"), row_name);
        return usage_error(k->c, "there is no option %s of 'client'%s%s%s", quote(k->c, typed),
                           near ? "; is it --" : "", near ? near : "", near ? "?" : "");
    }
    const char *value = equals ? equals + 1 : NULL;
    if (value && !row->takes_value) return usage_error(k->c, "--%s takes no value", row->name);
    if (!value && row->takes_value) {
        if (*at == argc) return usage_error(k->c, "--%s wants a value", row->name);
        value = argv[(*at)++];
    }
    return row->set(k, value);
}

static int read_word(struct client *k, int argc, char **argv, int *at) {
    const char *typed = argv[*at];
    if (!k->options_over && strcmp(typed, "--") == 0) {
        k->options_over = true;
        ++*at;
        return 0;
    }
    if (!k->options_over && typed[0] == '-' && typed[1]) return read_option(k, argc, argv, at);
    return usage_error(k->c, "'client HOST' is not there yet in this version");
}

/* Programs that are running end, and what they wrote goes, before we do. */
static void on_signal(int number) {
    (void)number;
    processes_stop();
}

static void catch_signals(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act = {.sa_handler = on_signal};
    for (size_t i = 0; i < TW_COUNT(numbers); i++) (void)sigaction(numbers[i], &act, NULL);
}

static int examine(struct client *k) {
    struct arena *a = &k->c->a;
    struct tlswhy_text_style style = environment_style(k->c);
    struct report_style s = style_of(&style);
    struct local_report *local = ARENA_NEW(a, struct local_report);
    const struct local_machine machine = {
        .env = environment_all(), .root = "", .host = k->host, .now = (int64_t)time(NULL), .run = true};
    catch_signals();
    local_examine(a, &machine, local);
    if (processes_stopped()) return say_error(EXIT_TROUBLE, "it was interrupted");
    const struct report_client r = {.local = local, .at = machine.now, .host = k->host};
    output_text(k->c->json ? report_client_json(a, &r) : report_client_text(a, &r, &s));
    return local_breaks(local) ? EXIT_BREAKS : EXIT_OK;
}

int client_main(struct cli *c, int argc, char **argv) {
    struct client k = {.c = c};
    int status = 0;
    c->word = argv[0];
    for (int at = 1; at < argc && status == 0 && !c->help && !c->version;)
        status = read_word(&k, argc, argv, &at);
    if (status) return status;
    if (c->help || c->version) {
        output_text(c->help ? help : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    return examine(&k);
}
