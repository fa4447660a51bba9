/* What `tlswhy client` found, for people: what breaks first, each with its place and how to undo it. */
#include "report/client.h"
#include "report/report_internal.h"

static const char *place_of(struct arena *a, const struct local_finding *f) {
    if (f->file && f->line) return text_f(a, "%s, line %zu", f->file, f->line);
    return f->file ? f->file : f->variable ? text_f(a, "the variable %s", f->variable) : NULL;
}

static void tell_proof(struct page *p, const struct local_proof *proof) {
    page_para(p, "   failed:   ", proof->baseline, INK_PLAIN);
    page_para(p, "   changed:  ", proof->change, INK_PLAIN);
    page_para(p, "   then:     ", proof->outcome, INK_PLAIN);
}

static void tell_fix(struct page *p, const char *fix) {
    while (fix && *fix) {
        size_t n = strcspn(fix, "\n");
        page_para(p, "   fix:      ", arena_str(p->out.a, bytes_of(fix, n)), INK_PLAIN);
        fix += n + (fix[n] == '\n');
    }
}

static void tell_finding(struct page *p, const struct local_finding *f) {
    static const struct {
        const char *word;
        enum ink ink;
    } marks[] = {[LOCAL_NOTE] = {"note", INK_PLAIN},
                 [LOCAL_WARNING] = {"warning", INK_BOLD},
                 [LOCAL_BREAKS] = {"breaks", INK_BAD}};
    const char *place = place_of(p->out.a, f);
    if (f->severity == LOCAL_NOTE) {
        page_para(
            p, " - ",
            text_f(p->out.a, "%s%s%s%s", f->summary, place ? " (" : "", place ? place : "", place ? ")" : ""),
            INK_PLAIN);
        return;
    }
    page_gap(p);
    page_para(p, "", text_f(p->out.a, "%s: %s", marks[f->severity].word, f->id), marks[f->severity].ink);
    page_para(p, "   ", f->summary, INK_PLAIN);
    if (place) page_para(p, "   where:    ", place, INK_PLAIN);
    if (f->program) page_para(p, "   concerns: ", f->program, INK_PLAIN);
    if (f->proof) tell_proof(p, f->proof);
    tell_fix(p, f->fix);
}

/* The system's store, by another name: one line for all that name it. */
static bool is_usual(const struct local_finding *f) {
    return strcmp(f->id, "store-usual") == 0;
}

static void tell_usual(struct page *p, const struct local_report *r) {
    struct text places;
    text_init(&places, p->out.a);
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct local_finding *f = &r->findings[i];
        const char *place = f->variable && !f->file ? f->variable : place_of(p->out.a, f);
        if (is_usual(f)) text_addf(&places, "%s%s", places.n ? "; " : "", place);
    }
    if (places.n)
        page_para(p, " - ",
                  text_f(p->out.a, "These name the system's store, so that nothing changes: %s.", places.s),
                  INK_PLAIN);
}

static size_t count(const struct local_report *r, enum local_severity severity) {
    size_t n = 0;
    for (size_t i = 0; i < r->n_findings; i++) n += r->findings[i].severity == severity;
    return n;
}

/* A host that does not let in a client without any of these settings is not broken by them. */
bool report_client_ok(const struct report_client *r) {
    const char *verdict = r->diagnosis ? r->diagnosis->verdict : "ok";
    return !local_breaks(r->local) && strcmp(verdict, "fail") != 0 && strcmp(verdict, "undetermined") != 0;
}

static void tell_verdict(struct page *p, const struct report_client *r) {
    size_t breaks = count(r->local, LOCAL_BREAKS), warnings = count(r->local, LOCAL_WARNING);
    bool ok = report_client_ok(r);
    const char *what = breaks ? "BREAK connections" : ok ? "OK" : "OK, but the host FAILS";
    page_para(p, "", text_f(p->out.a, "This machine's TLS settings %s", what), ok ? INK_GOOD : INK_BAD);
    if (breaks)
        page_para(p, "   ",
                  breaks == 1 ? "One setting ends in failures."
                              : text_f(p->out.a, "%zu settings end in failures.", breaks),
                  INK_PLAIN);
    else
        page_para(p, "   ",
                  warnings ? "Nothing was found here that breaks connections; see the warnings."
                           : "Nothing was found here that breaks or weakens connections.",
                  INK_PLAIN);
}

/* ---- with a host ---- */

static void tell_diagnosis(struct page *p, const struct report_client *r) {
    const struct report_diagnosis *d = r->diagnosis;
    struct arena *a = p->out.a;
    page_gap(p);
    page_para(p, "",
              text_f(a, "%s, for a client that follows none of these settings%s: %s", r->host,
                     d->by_proxy ? " but the proxy" : "", d->verdict),
              INK_BOLD);
    for (size_t i = 0; i < d->n_causes; i++)
        page_para(
            p, "   ",
            text_f(a, "%s (%s has to fix it): %s", d->causes[i].id, d->causes[i].fixer, d->causes[i].summary),
            INK_PLAIN);
}

static void tell_clients(struct page *p, const struct report_client *r) {
    page_gap(p);
    page_para(p, "", text_f(p->out.a, "The clients that are installed, as they are, and %s:", r->host),
              INK_BOLD);
    for (size_t i = 0; i < r->local->n_clients; i++) {
        const struct local_client *c = &r->local->clients[i];
        const char *name = text_f(p->out.a, "   %-11s ", c->name), *outcome = local_outcome_name(c->outcome);
        page_para(p, name,
                  text_f(p->out.a, "%s%s%s%s%s", outcome, c->cause ? " because of " : "",
                         c->cause ? c->cause : "", c->detail ? ": " : "", c->detail ? c->detail : ""),
                  c->outcome == LOCAL_CONNECTS ? INK_GOOD : INK_PLAIN);
    }
}

static void tell_programs(struct page *p, const struct local_report *r) {
    page_gap(p);
    page_para(p, "", "Clients that are installed:", INK_BOLD);
    for (size_t i = 0; i < r->n_programs; i++)
        page_para(p, text_f(p->out.a, "   %-11s ", r->programs[i].name),
                  r->programs[i].version ? r->programs[i].version : "(does not say its version)", INK_PLAIN);
    if (!r->n_programs) page_para(p, "   ", "none that is known here", INK_PLAIN);
}

static void tell_stores(struct page *p, const struct local_report *r) {
    struct arena *a = p->out.a;
    page_gap(p);
    page_para(p, "", "Stores of trusted roots:", INK_BOLD);
    for (size_t i = 0; i < r->n_stores; i++) {
        const struct local_store *s = &r->stores[i];
        const char *when =
            s->modified ? arena_str(a, bytes_cut(bytes_str(text_time(a, s->modified)), 0, 10)) : "?";
        page_para(p, "   ", s->path, INK_PLAIN);
        page_para(p, "      ",
                  s->problem ? text_f(a, "cannot be used: %s", s->problem)
                             : text_f(a, "%s, %zu %s, %zu expired, last changed %s", s->format, s->roots,
                                      s->roots == 1 ? "certificate" : "certificates", s->expired, when),
                  s->problem ? INK_BAD : INK_PLAIN);
    }
}

char *report_client_text(struct arena *a, const struct report_client *r, const struct report_style *s) {
    struct page p;
    page_init(&p, a, s);
    tell_verdict(&p, r);
    if (r->diagnosis) tell_diagnosis(&p, r);
    if (r->diagnosis) tell_clients(&p, r);
    size_t notes = count(r->local, LOCAL_NOTE), n = r->local->n_findings;
    for (size_t i = 0; i < n; i++) {
        const struct local_finding *f = &r->local->findings[i];
        if (s->quiet && f->severity != LOCAL_BREAKS) continue;
        if (i == n - notes) {
            page_gap(&p);
            page_para(&p, "", "Worth knowing:", INK_BOLD);
        }
        if (!is_usual(f)) tell_finding(&p, f);
    }
    if (!s->quiet) tell_usual(&p, r->local);
    if (r->local->left_out)
        page_para(&p, "", text_f(a, "%zu more were left out.", r->local->left_out), INK_DIM);
    if (!s->quiet) {
        tell_programs(&p, r->local);
        tell_stores(&p, r->local);
    }
    return p.out.s;
}
