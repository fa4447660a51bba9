/* The main job: diagnose one endpoint. */
#include "cli.h"

static void print_report(const struct cli *c, struct tlswhy_report *r) {
    struct tlswhy_text_style style = environment_style(c);
    if (c->json) {
        output_text(tlswhy_report_json(r)); /* the ladder is in it: handshake.messages */
        return;
    }
    output_text(tlswhy_report_text(r, &style));
    if (!c->trace) return;
    output_text("\n");
    output_text(tlswhy_report_trace(r, &style));
}

/* 0, or the exit status. With --json standard output holds the report alone. */
static int write_fix(const struct cli *c, struct tlswhy_report *r) {
    const char *message;
    int n = tlswhy_report_write_fix(r, c->fix, &message);
    if (n < 0) return say_error(EXIT_TROUBLE, message);
    if (c->json) return 0;
    output_text("\n--fix: ");
    output_text(message);
    output_text("\n");
    return 0;
}

static int diagnose(struct cli *c) {
    bool progress = progress_wanted(c);
    struct tlswhy_report *r = tlswhy_diagnose(c->options, progress ? progress_show : NULL, NULL);
    int status = tlswhy_report_exit_status(r), trouble = 0;
    if (progress) progress_clear();
    if (tlswhy_report_verdict(r) == TLSWHY_TROUBLE) {
        say_error(status, tlswhy_report_error(r));
    } else {
        print_report(c, r);
        if (c->fix) trouble = write_fix(c, r);
        const char *why;
        if (c->save && tlswhy_report_save(r, c->save, &why) != 0) trouble = say_error(EXIT_TROUBLE, why);
    }
    tlswhy_report_free(r);
    return trouble ? trouble : status;
}

int diagnose_run(struct cli *c, int argc, char **argv) {
    int status = args_read(c, argc, argv);
    if (status) return status;
    if (c->help || c->version) {
        output_text(c->help ? help_text : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    if (!c->argument) return usage_error(c, "no host was given (tlswhy --help)");
    if (tlswhy_set_target(c->options, c->argument) != 0)
        return say_error(EXIT_USAGE, tlswhy_options_error(c->options));
    tlswhy_set_data_dir(c->options, environment_data_dir(c));
    environment_stores(c);
    status = environment_proxy(c);
    return status ? status : diagnose(c);
}
