/* The clients that are installed, with what they say of their version. */
#include "local/internal.h"
#include "local/process.h"

static const struct {
    const char *name;
    const char *files[4]; /* the first that is in PATH */
    const char *ask;
} programs[] = {
    {"curl", {"curl"}, "--version"},
    {"wget", {"wget"}, "--version"},
    {"openssl", {"openssl"}, "version"},
    {"gnutls-cli", {"gnutls-cli"}, "--version"},
    {"python", {"python3", "python"}, "--version"},
    {"node", {"node", "nodejs"}, "--version"},
    {"java", {"java"}, "-version"},
    {"go", {"go"}, "version"},
    {"git", {"git"}, "--version"},
    {"chromium", {"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}, "--version"},
    {"firefox", {"firefox", "firefox-esr"}, "--version"},
};

/* The first line that names a version; warnings of wrappers may stand before it. */
static const char *version_of(struct examination *x, const struct process *p) {
    struct bytes out = bytes_str(p->out), line;
    const char *first = NULL;
    if (p->state != PROCESS_ENDED || p->status != 0) return NULL;
    while (settings_line(&out, &line)) {
        line = settings_trim(line);
        if (line.n == 0 || line.p[0] == '/' || bytes_start_with(line, "Picked up ")) continue;
        if (!first) first = text_escape(x->a, line, 120);
        for (size_t i = 1; i + 1 < line.n; i++)
            if (line.p[i] == '.' && line.p[i - 1] >= '0' && line.p[i - 1] <= '9')
                return text_escape(x->a, line, 120);
    }
    return first;
}

void examine_programs(struct examination *x) {
    struct local_report *r = x->r;
    struct process *list = ARENA_ARRAY(x->a, struct process, TW_COUNT(programs));
    for (size_t i = 0; i < TW_COUNT(programs); i++) {
        const char *path = NULL;
        for (size_t k = 0; k < TW_COUNT(programs[i].files) && programs[i].files[k] && !path; k++)
            path = local_which(x, programs[i].files[k]);
        if (!path) continue;
        const char **argv = ARENA_ARRAY(x->a, const char *, 3);
        argv[0] = path;
        argv[1] = programs[i].ask;
        list[r->n_programs] = (struct process){.argv = argv, .limit_ns = PROCESS_SHORT};
        r->programs[r->n_programs++] =
            (struct local_program){.name = programs[i].name, .path = text_escape(x->a, bytes_str(path), 300)};
    }
    if (!x->m->run) return;
    processes_run(x->a, x->m->env, list, r->n_programs);
    for (size_t i = 0; i < r->n_programs; i++) r->programs[i].version = version_of(x, &list[i]);
}
