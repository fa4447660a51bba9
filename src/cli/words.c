/* Sub-commands: the first argument, where it is exactly one of these words. */
#include "cli.h"

#include "lab/lab.h"

#include <stdio.h>

static int run_lab(struct cli *c, int argc, char **argv) {
    (void)c;
    return lab_main(argc, argv);
}

static void put(char *text) {
    output_text(text);
    tlswhy_string_free(text);
}

/* What `causes` and `profiles` share: a list, or one in full. */
struct catalogue {
    const char *(*name)(size_t index);
    const char *(*title)(const char *name);
    char *(*show)(struct cli *c, const char *name);
};

static int run_catalogue(struct cli *c, int argc, char **argv, const struct catalogue *catalogue) {
    const char *name;
    c->word = argv[0];
    int status = args_read(c, argc - 1, argv + 1);
    if (status) return status;
    if (c->help || c->version) {
        output_text(c->help ? help_text : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    if (c->argument) {
        char *text = catalogue->show(c, c->argument);
        if (text) {
            put(text);
            return EXIT_OK;
        }
        const char *near = nearest(c->argument, catalogue->name);
        return usage_error(c, "%s knows no %s%s%s%s", c->word, quote(c, c->argument), near ? "; is it '" : "",
                           near ? near : "", near ? "'?" : "");
    }
    for (size_t i = 0; (name = catalogue->name(i)); i++) printf("%-28s  %s\n", name, catalogue->title(name));
    return EXIT_OK;
}

static char *show_cause(struct cli *c, const char *id) {
    struct tlswhy_text_style style = environment_style(c);
    return tlswhy_catalogue_explain(id, &style);
}

static int run_causes(struct cli *c, int argc, char **argv) {
    static const struct catalogue causes = {tlswhy_catalogue_id, tlswhy_catalogue_title, show_cause};
    return run_catalogue(c, argc, argv, &causes);
}

/* The profiles, then the judges that no profile has. */
static const char *profile_name(size_t index) {
    size_t n = 0;
    while (tlswhy_profile_name(n)) n++;
    return index < n ? tlswhy_profile_name(index) : judges_name(index - n);
}

static const char *profile_title(const char *name) {
    const char *title = tlswhy_profile_title(name);
    return title ? title : judges_title(name);
}

static char *show_profile(struct cli *c, const char *name) {
    char *text = tlswhy_profile_show(name);
    return text ? text : judges_show(c, name);
}

static int run_profiles(struct cli *c, int argc, char **argv) {
    static const struct catalogue profiles = {profile_name, profile_title, show_profile};
    return run_catalogue(c, argc, argv, &profiles);
}

static const struct {
    const char *word;
    int (*run)(struct cli *c, int argc, char **argv); /* NULL: reserved */
} words[] = {
    {"lab", run_lab},      {"causes", run_causes},  {"profiles", run_profiles},
    {"chain", chain_main}, {"verify", verify_main}, {"client", client_main},
    {"roots", roots_main}, {"run", NULL},           {"relay", NULL},
    {"pcap", NULL},        {"listen", NULL},        {"explain", NULL},
    {"scan", NULL},        {"serve", NULL},         {"watch", NULL},
};

bool is_word(const char *s) {
    for (size_t i = 0; i < TW_COUNT(words); i++)
        if (strcmp(words[i].word, s) == 0) return true;
    return false;
}

bool words_run(struct cli *c, int argc, char **argv, int *ret_status) {
    for (size_t i = 0; argc > 1 && i < TW_COUNT(words); i++) {
        if (strcmp(words[i].word, argv[1]) != 0) continue;
        *ret_status = words[i].run ? words[i].run(c, argc - 1, argv + 1)
                                   : usage_error(c, "'%s' is not there yet in this version", argv[1]);
        return true;
    }
    return false;
}
