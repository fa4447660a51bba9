/* A program of somebody else: knows libtlswhy by its public header alone, and says what it got, a line a
 * fact.
 *
 *     client [OPTION [VALUE]]... TARGET     options as the command has them */
#include <tlswhy/tlswhy.h>

#include <stdio.h>
#include <string.h>

static unsigned progress_lines;

static void count_progress(void *arg, const char *line) {
    (void)line;
    ++*(unsigned *)arg;
}

static int set_all(struct tlswhy_options *o, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        bool takes_value = false;
        const char *name = argv[i] + strspn(argv[i], "-");
        if (name == argv[i]) {
            if (tlswhy_set_target(o, argv[i]) != 0) return -1;
        } else {
            (void)tlswhy_option_known(name, &takes_value);
            if (tlswhy_set(o, name, takes_value && i + 1 < argc ? argv[++i] : NULL) != 0) return -1;
        }
    }
    return 0;
}

static void print_causes(const struct tlswhy_report *r) {
    struct tlswhy_cause cause;
    for (size_t i = 0; i < tlswhy_report_causes(r); i++) {
        if (!tlswhy_report_cause(r, i, &cause)) continue;
        printf("cause %s %s %s %d\n", cause.id, cause.fixer, cause.certainty, *cause.summary != 0);
        char *explained = tlswhy_catalogue_explain(cause.id, NULL);
        printf("explained %d\n",
               explained && strstr(explained, cause.id) && tlswhy_catalogue_title(cause.id));
        tlswhy_string_free(explained);
    }
    printf("past the end %d\n", tlswhy_report_cause(r, tlswhy_report_causes(r), &cause));
}

static void print_report(struct tlswhy_report *r) {
    struct tlswhy_text_style quiet = {.quiet = true};
    printf("verdict %d\n", (int)tlswhy_report_verdict(r));
    printf("exit %d\n", tlswhy_report_exit_status(r));
    printf("error %s\n", tlswhy_report_error(r));
    print_causes(r);
    if (tlswhy_report_verdict(r) == TLSWHY_TROUBLE) {
        printf("nothing %d\n",
               !tlswhy_report_json(r) && !tlswhy_report_text(r, NULL) && !tlswhy_report_trace(r, NULL));
        return;
    }
    const char *text = tlswhy_report_text(r, NULL);
    printf("text %d\n", *text && strlen(text) >= strlen(tlswhy_report_text(r, &quiet)));
    printf("trace %d\n", strlen(tlswhy_report_trace(r, NULL)) > 0);
    printf("json\n%s", tlswhy_report_json(r)); /* all that follows */
}

/* The same options again, and freed before the report is read: that is promised. */
int main(int argc, char **argv) {
    struct tlswhy_options *o = tlswhy_options_new();
    if (set_all(o, argc, argv) != 0) {
        printf("refused %s\n", tlswhy_options_error(o));
        tlswhy_options_free(o);
        return 2;
    }
    struct tlswhy_report *first = tlswhy_diagnose(o, count_progress, &progress_lines);
    struct tlswhy_report *second = tlswhy_diagnose(o, NULL, NULL);
    tlswhy_options_free(o);
    printf("version %s\n", tlswhy_version());
    printf("same %d\n", tlswhy_report_verdict(first) == tlswhy_report_verdict(second));
    printf("progress %d\n", progress_lines > 0);
    tlswhy_report_free(first);
    print_report(second);
    tlswhy_report_free(second);
    tlswhy_report_free(NULL);
    tlswhy_options_free(NULL);
    return 0;
}
