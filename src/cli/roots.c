/* `tlswhy roots`: the root programs that are known here, and how more of them get known. */
#include "cli.h"

#include <stdio.h>
#include <time.h>

static const char help[] =
    "usage: tlswhy roots list [PROGRAM]              the root programs; with PROGRAM its roots\n"
    "       tlswhy roots import FILE [--name NAME]   take a PEM bundle, or a CSV report of the CCADB\n"
    "       tlswhy roots update [URL]                fetch the CCADB's reports, or the one at URL\n"
    "\n"
    "Programs: system, mozilla, google, apple, microsoft, and your own files by their names (--name;\n"
    "default: yours). They are kept in $XDG_DATA_HOME/tlswhy/roots (~/.local/share/tlswhy/roots); nothing\n"
    "else is written, and what clients on this machine trust does not change.\n"
    "\n"
    "Exit status: 0; 2 usage, or a file that cannot be read or taken; 4 a report that cannot be fetched.\n";

/* What was typed behind the word. */
struct roots_args {
    struct cli *c;
    const char *verb, *argument, *name;
    int (*run)(struct roots_args *args, struct tlswhy_roots *r);
};

static long long now(void) {
    return (long long)time(NULL);
}

/* ---- list ---- */

static int tell_troubles(const struct tlswhy_roots *r) {
    const char *line;
    int status = EXIT_OK;
    for (size_t i = 0; (line = tlswhy_roots_trouble(r, i)); i++) status = say_error(EXIT_USAGE, line);
    return status;
}

static int list_roots(struct roots_args *args, struct tlswhy_roots *r, size_t program) {
    struct tlswhy_root root;
    for (size_t i = 0; tlswhy_roots_root(r, program, i, &root); i++) {
        const char *distrust = root.distrust_tls_after
                                   ? text_f(&args->c->a, "  not for TLS after %s", root.distrust_tls_after)
                                   : "";
        printf("%s  %-20s  %s%s%s\n", root.sha256, root.not_after ? root.not_after : "-", root.subject,
               root.removed   ? "  removed"
               : root.for_tls ? ""
                              : "  not for TLS",
               distrust);
    }
    return tell_troubles(r);
}

static int list_programs(struct roots_args *args, struct tlswhy_roots *r) {
    struct tlswhy_program p;
    for (size_t i = 0; tlswhy_roots_program(r, i, &p); i++)
        printf("%-12s  %5zu %s  %5zu with certificates%s  from %s%s%s\n", p.name, p.roots,
               p.roots == 1 ? "root " : "roots", p.certificates,
               p.removed ? text_f(&args->c->a, "  %zu removed", p.removed) : "", p.from ? p.from : "-",
               p.imported ? ", imported " : "", p.imported ? p.imported : "");
    return tell_troubles(r);
}

static int run_list(struct roots_args *args, struct tlswhy_roots *r) {
    struct tlswhy_program p;
    if (!args->argument) return list_programs(args, r);
    struct text known;
    text_init(&known, &args->c->a);
    for (size_t i = 0; tlswhy_roots_program(r, i, &p); i++) {
        if (strcmp(p.name, args->argument) == 0) return list_roots(args, r, i);
        text_addf(&known, "%s%s", i ? ", " : "", p.name);
    }
    return usage_error(args->c, "no root program %s is known here%s%s", quote(args->c, args->argument),
                       known.n ? "; there are: " : "", known.s);
}

/* ---- import, update ---- */

static int run_import(struct roots_args *args, struct tlswhy_roots *r) {
    const char *message;
    if (!args->argument) return usage_error(args->c, "roots import: FILE is missing");
    if (tlswhy_roots_import(r, args->argument, args->name, now(), &message) != 0)
        return say_error(EXIT_USAGE, message);
    output_text(message);
    return EXIT_OK;
}

static int run_update(struct roots_args *args, struct tlswhy_roots *r) {
    const char *message, *failures, *proxy = NULL;
    struct cli *c = args->c;
    int status = environment_fetch_proxy(c, args->argument, &proxy);
    if (status) return status;
    bool failed = tlswhy_roots_update(r, args->argument, proxy, now(), &message, &failures) != 0;
    output_text(message);
    while (*failures) {
        size_t n = strcspn(failures, "\n");
        (void)say_error(EXIT_TROUBLE, arena_str(&c->a, bytes_of(failures, n)));
        failures += n + (failures[n] != 0);
    }
    return failed ? EXIT_TROUBLE : EXIT_OK;
}

/* ---- the command line ---- */

static const struct verb {
    const char *word;
    int (*run)(struct roots_args *args, struct tlswhy_roots *r);
} verbs[] = {{"list", run_list}, {"import", run_import}, {"update", run_update}};

static const char *verb_at(size_t i) {
    return i < TW_COUNT(verbs) ? verbs[i].word : NULL;
}

static int read_verb(struct roots_args *args, const char *typed) {
    for (size_t i = 0; i < TW_COUNT(verbs); i++) {
        if (strcmp(verbs[i].word, typed) != 0) continue;
        args->verb = typed;
        args->run = verbs[i].run;
        return 0;
    }
    const char *near = nearest(typed, verb_at);
    return usage_error(args->c, "roots takes list, import or update, not %s%s%s%s", quote(args->c, typed),
                       near ? "; is it '" : "", near ? near : "", near ? "'?" : "");
}

static int read_word(struct roots_args *args, const char *typed) {
    if (!args->verb) return read_verb(args, typed);
    if (args->argument)
        return usage_error(args->c, "one at a time: %s and %s", quote(args->c, args->argument),
                           quote(args->c, typed));
    args->argument = typed;
    return 0;
}

static int read_option(struct roots_args *args, int argc, char **argv, int *at) {
    const char *typed = argv[*at - 1];
    struct cli *c = args->c;
    if (strcmp(typed, "-h") == 0 || strcmp(typed, "--help") == 0) {
        c->help = true;
        return 0;
    }
    if (strcmp(typed, "--version") == 0) {
        c->version = true;
        return 0;
    }
    if (strncmp(typed, "--name=", 7) == 0) {
        args->name = typed + 7;
        return 0;
    }
    if (strcmp(typed, "--name") != 0)
        return usage_error(c, "there is no option %s of 'roots'", quote(c, typed));
    if (*at == argc) return usage_error(c, "--name wants a value");
    args->name = argv[(*at)++];
    return 0;
}

static int read_args(struct roots_args *args, int argc, char **argv) {
    bool words_only = false;
    int status = 0;
    struct cli *c = args->c;
    for (int at = 0; at < argc && status == 0 && !c->help && !c->version;) {
        const char *typed = argv[at++];
        if (words_only || typed[0] != '-')
            status = read_word(args, typed);
        else if (strcmp(typed, "--") == 0)
            words_only = true;
        else
            status = read_option(args, argc, argv, &at);
    }
    return status;
}

int roots_main(struct cli *c, int argc, char **argv) {
    struct roots_args args = {.c = c};
    int status = read_args(&args, argc - 1, argv + 1);
    if (status) return status;
    if (c->help || c->version) {
        output_text(c->help ? help : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    if (!args.verb) return usage_error(c, "roots takes list, import or update (tlswhy roots --help)");
    if (args.name && args.run != run_import)
        return usage_error(c, "--name is no option of 'roots %s'", args.verb);
    struct tlswhy_roots *r = tlswhy_roots_open(environment_data_dir(c));
    status = args.run(&args, r);
    tlswhy_roots_free(r);
    return status;
}
