/* A diagnosis through the public header. */
#include "api/fix.h"
#include "api/options.h"
#include "net/file.h"

struct tlswhy_report {
    struct arena a;
    const struct verdict *verdict; /* NULL: trouble */
    struct saved saved;            /* --compare */
    struct comparison comparison;
    bool compared;
    const char *error;
    int exit_status;
};

enum { EXIT_USAGE = 2 };

/* Before any connection: a file that cannot be read ends it. */
static bool read_saved(struct tlswhy_report *r, const struct request *request) {
    const char *why, *shown = text_escape(&r->a, bytes_str(request->compare), 300);
    struct bytes file;
    if (file_read(&r->a, request->compare, SAVED_MAX_BYTES, &file, &why) &&
        saved_read(&r->a, shown, file, request, &r->saved, &why))
        return true;
    r->error = text_f(&r->a, "--compare: '%s' cannot be used: %s", shown, why);
    r->exit_status = EXIT_USAGE;
    return false;
}

struct tlswhy_report *tlswhy_diagnose(const struct tlswhy_options *o,
                                      void (*progress)(void *arg, const char *line), void *arg) {
    struct tlswhy_report *r = mem_alloc(sizeof *r);
    arena_init(&r->a);
    r->error = "";
    if (!o->request.host) {
        r->error = "no host was given";
        r->exit_status = EXIT_USAGE;
        return r;
    }
    const struct request *request = request_settle(&r->a, &o->request);
    if (request->compare && !read_saved(r, request)) return r;
    r->verdict = diagnose(&r->a, request, progress, arg, &r->error, &r->exit_status);
    r->compared = r->verdict && request->compare;
    if (r->compared) r->comparison = compare_reports(&r->a, &r->saved, report_json(&r->a, r->verdict, NULL));
    return r;
}

void tlswhy_report_free(struct tlswhy_report *r) {
    if (!r) return;
    arena_done(&r->a);
    mem_free(r);
}

enum tlswhy_verdict tlswhy_report_verdict(const struct tlswhy_report *r) {
    static const enum tlswhy_verdict verdicts[] = {[VERDICT_OK] = TLSWHY_OK,
                                                   [VERDICT_PARTIAL] = TLSWHY_PARTIAL,
                                                   [VERDICT_FAIL] = TLSWHY_FAIL,
                                                   [VERDICT_UNDETERMINED] = TLSWHY_UNDETERMINED};
    return r->verdict ? verdicts[r->verdict->kind] : TLSWHY_TROUBLE;
}

int tlswhy_report_exit_status(const struct tlswhy_report *r) {
    return r->exit_status;
}

const char *tlswhy_report_error(const struct tlswhy_report *r) {
    return r->verdict ? "" : r->error;
}

size_t tlswhy_report_causes(const struct tlswhy_report *r) {
    return r->verdict ? r->verdict->n_findings : 0;
}

bool tlswhy_report_cause(const struct tlswhy_report *r, size_t index, struct tlswhy_cause *ret) {
    if (index >= tlswhy_report_causes(r)) return false;
    const struct finding *f = &r->verdict->findings[index];
    *ret = (struct tlswhy_cause){.id = f->id,
                                 .fixer = fixer_name(f->fixer),
                                 .certainty = certainty_name(f->certainty),
                                 .summary = f->summary};
    return true;
}

static const struct comparison *compared(const struct tlswhy_report *r) {
    return r->compared ? &r->comparison : NULL;
}

const char *tlswhy_report_json(struct tlswhy_report *r) {
    return r->verdict ? report_json(&r->a, r->verdict, compared(r)) : NULL;
}

const char *tlswhy_report_text(struct tlswhy_report *r, const struct tlswhy_text_style *style) {
    struct report_style s = style_of(style);
    return r->verdict ? report_text(&r->a, r->verdict, compared(r), &s) : NULL;
}

const char *tlswhy_report_trace(struct tlswhy_report *r, const struct tlswhy_text_style *style) {
    struct report_style s = style_of(style);
    return r->verdict ? report_trace(&r->a, r->verdict, &s) : NULL;
}

int tlswhy_report_save(struct tlswhy_report *r, const char *path, const char **ret_message) {
    const char *why = "there is no report to save";
    if (r->verdict && file_save(&r->a, path, bytes_str(tlswhy_report_json(r)), &why)) return 0;
    *ret_message = text_f(&r->a, "cannot write %s: %s", text_escape(&r->a, bytes_str(path), 300), why);
    return -1;
}

int tlswhy_report_write_fix(struct tlswhy_report *r, const char *dir, const char **ret_message) {
    struct repair_file files[REPAIR_MAX_FILES];
    size_t n = r->verdict ? report_repairs(&r->a, r->verdict, files) : 0;
    *ret_message = "there is nothing that a file could repair";
    return n ? fix_write(&r->a, dir, files, n, ret_message) : 0;
}
