/* The order in which a machine is looked at, and how findings are kept. */
#include "local/internal.h"

const char *local_env(const struct local_machine *m, const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; m->env[i]; i++)
        if (strncmp(m->env[i], name, n) == 0 && m->env[i][n] == '=')
            return m->env[i][n + 1] ? m->env[i] + n + 1 : NULL;
    return NULL;
}

const char *local_severity_name(enum local_severity s) {
    static const char *const names[] = {
        [LOCAL_NOTE] = "note", [LOCAL_WARNING] = "warning", [LOCAL_BREAKS] = "breaks"};
    return names[s];
}

const char *local_outcome_name(enum local_outcome o) {
    static const char *const names[] = {[LOCAL_CONNECTS] = "connects",
                                        [LOCAL_FAILS] = "fails",
                                        [LOCAL_NO_ANSWER] = "no-answer",
                                        [LOCAL_NOT_RUN] = "not-run"};
    return names[o];
}

const char *shown(struct examination *x, const char *foreign) {
    return text_f(x->a, "'%s'", text_escape(x->a, bytes_str(foreign), 120));
}

static bool is_same(const struct local_finding *f, const struct local_finding *g) {
    return strcmp(f->id, g->id) == 0 && strcmp(f->summary, g->summary) == 0 && f->line == g->line &&
           strcmp(f->file ? f->file : "", g->file ? g->file : "") == 0;
}

void tell(struct examination *x, const struct origin *at, enum local_severity severity, const char *id,
          const char *summary, const char *fix) {
    struct local_report *r = x->r;
    const struct local_finding f = {
        .id = id,
        .severity = severity,
        .file = at->file ? text_escape(x->a, bytes_str(at->file), 1024) : NULL,
        .line = at->line,
        .variable = at->variable,
        .program = at->program,
        .summary = summary,
        .fix = fix,
    };
    for (size_t i = 0; i < r->n_findings; i++)
        if (is_same(&r->findings[i], &f)) return;
    if (r->n_findings < LOCAL_MAX_FINDINGS)
        r->findings[r->n_findings++] = f;
    else
        r->left_out++;
}

bool words_next(struct examination *x, struct words *w, const char **ret) {
    w->rest += strspn(w->rest, w->between);
    size_t n = strcspn(w->rest, w->between);
    if (n == 0) return false;
    *ret = arena_str(x->a, bytes_of(w->rest, n));
    w->rest += n;
    return true;
}

void local_sort(struct local_report *r) {
    struct local_finding sorted[LOCAL_MAX_FINDINGS];
    size_t n = 0;
    for (int severity = LOCAL_BREAKS; severity >= LOCAL_NOTE; severity--)
        for (size_t i = 0; i < r->n_findings; i++)
            if ((int)r->findings[i].severity == severity) sorted[n++] = r->findings[i];
    for (size_t i = 0; i < n; i++) r->findings[i] = sorted[i];
}

bool local_breaks(const struct local_report *r) {
    for (size_t i = 0; i < r->n_findings; i++)
        if (r->findings[i].severity == LOCAL_BREAKS) return true;
    return false;
}

void local_examine(struct arena *a, const struct local_machine *m, struct local_report *ret) {
    static void (*const parts[])(struct examination * x) = {
        examine_environment, examine_openssl,  examine_policies, examine_gnutls, examine_java,
        examine_tools,       examine_browsers, examine_hosts,    examine_stores, examine_programs};
    struct examination x = {.a = a, .m = m, .r = ret};
    *ret = (struct local_report){0};
    for (size_t i = 0; i < TW_COUNT(parts); i++) parts[i](&x);
    local_sort(ret);
}
