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
    "usage: tlswhy client [OPTIONS] [HOST[:PORT]]\n"
    "\n"
    "Examines this machine's TLS settings, read only: OpenSSL's and GnuTLS's configuration, "
    "crypto-policies,\n"
    "every Java, browsers and their policies, curl, wget, git, npm and pip, variables, proxies, stores of\n"
    "trusted roots. Says what each does in plain words, whom it concerns, and how to undo it.\n"
    "With HOST it also runs the clients that are installed here against it, compares them with its own "
    "diagnosis,\n"
    "and finds the setting that makes the difference: the same command with that one thing changed.\n"
    "  --connect-to ADDR[:PORT]   connect there; HOST still names the server\n"
    "  --cacert FILE              the clients trust exactly these roots (repeatable)\n"
    "  --timeout SECONDS          of one connection (default 10)\n"
    "  --json                     one JSON object (tlswhy-client/1)\n"
    "  -q                         only what breaks\n"
    "  --color WHEN, -h, --version\n"
    "\n"
    "Exit status: 0 nothing that breaks; 1 something breaks; 2 usage; 4 trouble of our own.\n";

struct client {
    struct cli *c;
    bool options_over;
};

/* Those that the diagnosis has too. */
static int set_library(struct client *k, const char *name, const char *value) {
    if (tlswhy_set(k->c->options, name, value) == 0) return 0;
    return say_error(EXIT_USAGE, tlswhy_options_error(k->c->options));
}

static int set_color(struct client *k, const char *name, const char *value) {
    (void)name;
    return args_color(k->c, value);
}

static int set_json(struct client *k, const char *name, const char *value) {
    (void)name;
    (void)value;
    k->c->json = true;
    return 0;
}

static int set_quiet(struct client *k, const char *name, const char *value) {
    (void)name;
    (void)value;
    k->c->quiet = true;
    return 0;
}

static int set_help(struct client *k, const char *name, const char *value) {
    (void)name;
    (void)value;
    k->c->help = true;
    return 0;
}

static int set_version(struct client *k, const char *name, const char *value) {
    (void)name;
    (void)value;
    k->c->version = true;
    return 0;
}

static const struct row {
    struct word_option option; /* first */
    int (*set)(struct client *k, const char *name, const char *value);
} rows[] = {
    {{"cacert", true}, set_library},  {{"color", true}, set_color},      {{"connect-to", true}, set_library},
    {{"help", false, 'h'}, set_help}, {{"json", false}, set_json},       {{"quiet", false, 'q'}, set_quiet},
    {{"timeout", true}, set_library}, {{"version", false}, set_version},
};

static const char *row_name(size_t i) {
    return i < TW_COUNT(rows) ? rows[i].option.name : NULL;
}

static int read_option(struct client *k, int argc, char **argv, int *at) {
    static const struct word_options options = {"client", rows, TW_COUNT(rows), sizeof(rows[0]), row_name};
    const struct word_option *option;
    const char *value;
    int status = word_option_read(k->c, &options, argc, argv, at, &option, &value);
    return status ? status : ((const struct row *)option)->set(k, option->name, value);
}

static int read_word(struct client *k, int argc, char **argv, int *at) {
    const char *typed = argv[*at];
    if (!k->options_over && strcmp(typed, "--") == 0) {
        k->options_over = true;
        ++*at;
        return 0;
    }
    if (!k->options_over && typed[0] == '-' && typed[1]) return read_option(k, argc, argv, at);
    if (k->c->argument)
        return usage_error(k->c, "one host at a time: %s and %s", quote(k->c, k->c->argument),
                           quote(k->c, typed));
    k->c->argument = typed;
    ++*at;
    return 0;
}

/* Programs that are running end, and what they wrote goes, before we do. */
static void on_signal(int number) {
    (void)number;
    processes_stop();
}

static void handle_signals(void (*handler)(int number)) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act = {.sa_handler = handler};
    for (size_t i = 0; i < TW_COUNT(numbers); i++) (void)sigaction(numbers[i], &act, NULL);
}

/* ---- the host ---- */

static const char *const verdicts[] = {[TLSWHY_OK] = "ok",
                                       [TLSWHY_PARTIAL] = "partial",
                                       [TLSWHY_FAIL] = "fail",
                                       [TLSWHY_UNDETERMINED] = "undetermined"};

static bool is_reached(const struct report_diagnosis *d) {
    return strcmp(d->verdict, "ok") == 0 || strcmp(d->verdict, "partial") == 0;
}

/* 0, or the exit status. */
static int ask_library(struct client *k, struct report_diagnosis *ret) {
    struct cli *c = k->c;
    bool progress = progress_wanted(c);
    struct tlswhy_report *r = tlswhy_diagnose(c->options, progress ? progress_show : NULL, NULL);
    struct tlswhy_cause cause;
    int status = 0;
    if (progress) progress_clear();
    *ret = (struct report_diagnosis){.verdict = "undetermined"};
    if (tlswhy_report_verdict(r) == TLSWHY_TROUBLE)
        status = say_error(tlswhy_report_exit_status(r), tlswhy_report_error(r));
    else
        ret->verdict = verdicts[tlswhy_report_verdict(r)];
    while (ret->n_causes < TW_COUNT(ret->causes) && tlswhy_report_cause(r, ret->n_causes, &cause)) {
        ret->causes[ret->n_causes].id = arena_strdup(&c->a, cause.id);
        ret->causes[ret->n_causes].fixer = arena_strdup(&c->a, cause.fixer);
        ret->causes[ret->n_causes].certainty = arena_strdup(&c->a, cause.certainty);
        ret->causes[ret->n_causes++].summary = arena_strdup(&c->a, cause.summary);
    }
    tlswhy_report_free(r);
    return status;
}

/* Directly, as nobody's settings have it; and where that does not get through, by the proxy that the
 * environment names: there are networks that have no other way out. */
static int diagnose_host(struct client *k, struct report_diagnosis *ret) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    int status = ask_library(k, ret);
    const char *proxy = NULL;
    struct report_diagnosis other;
    for (size_t i = 0; i < TW_COUNT(names) && !proxy; i++) proxy = environment_store(names[i]);
    if (status || is_reached(ret) || !proxy || tlswhy_set(k->c->options, "proxy", proxy) != 0) return status;
    status = ask_library(k, &other);
    if (status == 0 && is_reached(&other)) *ret = other;
    ret->by_proxy = is_reached(ret);
    return status;
}

static int compare(struct client *k, const struct local_machine *m, const struct report_diagnosis *d,
                   struct local_report *local) {
    const struct request *r = &k->c->options->request;
    const char *why;
    handle_signals(on_signal);
    const struct local_target target = {.host = r->host,
                                        .port = r->port ? r->port : 443,
                                        .connect = r->connect_addr,
                                        .connect_port = r->connect_port,
                                        .cacert = r->cacert,
                                        .n_cacert = r->n_cacert,
                                        .timeout_ns = r->timeout_ns ? r->timeout_ns : INT64_C(10000000000),
                                        .by_proxy = d->by_proxy,
                                        .reaches = is_reached(d)};
    if (local_compare(&k->c->a, m, &target, local, &why)) return 0;
    return say_error(EXIT_TROUBLE,
                     text_f(&k->c->a, "no folder for what the clients write can be made: %s", why));
}

static int examine(struct client *k) {
    struct arena *a = &k->c->a;
    struct tlswhy_text_style style = environment_style(k->c);
    struct report_style s = style_of(&style);
    struct local_report *local = ARENA_NEW(a, struct local_report);
    struct report_diagnosis diagnosis;
    const char *host = k->c->argument ? k->c->options->request.host : NULL;
    const struct local_machine machine = {
        .env = environment_all(), .root = "", .host = host, .now = (int64_t)time(NULL), .run = true};
    int status = 0;
    handle_signals(on_signal);
    local_examine(a, &machine, local);
    handle_signals(SIG_DFL); /* a diagnosis leaves nothing behind */
    if (processes_stopped()) return say_error(EXIT_TROUBLE, "it was interrupted");
    if (host) status = diagnose_host(k, &diagnosis);
    if (host && status == 0) status = compare(k, &machine, &diagnosis, local);
    if (status) return status;
    if (processes_stopped()) return say_error(EXIT_TROUBLE, "it was interrupted");
    const struct report_client r = {.local = local,
                                    .at = machine.now,
                                    .host = host ? text_escape(a, bytes_str(host), 255) : NULL,
                                    .diagnosis = host ? &diagnosis : NULL};
    output_text(k->c->json ? report_client_json(a, &r) : report_client_text(a, &r, &s));
    return report_client_ok(&r) ? EXIT_OK : EXIT_BREAKS;
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
    if (c->argument && tlswhy_set_target(c->options, c->argument) != 0)
        return say_error(EXIT_USAGE, tlswhy_options_error(c->options));
    if (!c->argument && (c->options->request.connect_addr || c->options->request.n_cacert))
        return usage_error(c, "--connect-to and --cacert want a HOST");
    return examine(&k);
}
