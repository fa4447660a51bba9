/* A diagnosis through the public header. */
#include "api/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct tlswhy_report {
    struct arena a;
    const struct verdict *verdict; /* NULL: trouble */
    const char *error;
    int exit_status;
};

enum { EXIT_USAGE = 2 };

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
    r->verdict = diagnose(&r->a, request, progress, arg, &r->error, &r->exit_status);
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

const char *tlswhy_report_json(struct tlswhy_report *r) {
    return r->verdict ? report_json(&r->a, r->verdict) : NULL;
}

const char *tlswhy_report_text(struct tlswhy_report *r, const struct tlswhy_text_style *style) {
    struct report_style s = style_of(style);
    return r->verdict ? report_text(&r->a, r->verdict, &s) : NULL;
}

const char *tlswhy_report_trace(struct tlswhy_report *r, const struct tlswhy_text_style *style) {
    struct report_style s = style_of(style);
    return r->verdict ? report_trace(&r->a, r->verdict, &s) : NULL;
}

static bool write_all(int fd, struct bytes b) {
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) b = bytes_cut(b, (size_t)n, b.n);
    }
    return true;
}

/* Whole or not at all: a web server may read the folder at any time. */
static bool write_file(int dir, const char *name, const char *draft, struct bytes body) {
    int fd = openat(dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return false;
    bool written = write_all(fd, body);
    if (close(fd) < 0) written = false;
    if (written && renameat(dir, draft, dir, name) == 0) return true;
    int e = errno;
    unlinkat(dir, draft, 0);
    errno = e;
    return false;
}

int tlswhy_report_write_fix(struct tlswhy_report *r, const char *dir, const char **ret_message) {
    struct repair_file files[REPAIR_MAX_FILES];
    const char *shown = text_escape(&r->a, bytes_str(dir), SIZE_MAX), *failed = "";
    size_t n = r->verdict ? report_repairs(&r->a, r->verdict, files) : 0, done = 0;
    *ret_message = "there is nothing that a file could repair";
    if (n == 0) return 0;
    struct text wrote;
    text_init(&wrote, &r->a);
    int fd = mkdir(dir, 0755) < 0 && errno != EEXIST ? -1 : open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    for (; fd >= 0 && done < n; done++) {
        const struct repair_file *f = &files[done];
        failed = text_f(&r->a, "/%s", f->name);
        if (!write_file(fd, f->name, text_f(&r->a, ".%s.part", f->name), f->body)) break;
        text_addf(&wrote, "%s%s/%s: %s", done ? "; " : "wrote ", shown, f->name, f->summary);
    }
    *ret_message =
        done == n ? wrote.s : text_f(&r->a, "cannot write %s%s: %s", shown, failed, strerror(errno));
    if (fd >= 0) close(fd);
    return done == n ? (int)n : -1;
}
