/* `tlswhy-client/1` (docs/client.md). Strings of files come escaped from where they were read. */
#include "report/client.h"
#include "report/json_parts.h"

static json_t *number_of(size_t n) {
    return json_integer((json_int_t)n);
}

/* Steps are lines. */
static json_t *steps_of(struct arena *a, const char *fix) {
    json_t *array = json_sure(json_array());
    while (fix && *fix) {
        size_t n = strcspn(fix, "\n");
        json_append(array, json_text(a, arena_str(a, bytes_of(fix, n))));
        fix += n + (fix[n] == '\n');
    }
    return array;
}

static json_t *proof_of(struct arena *a, const struct local_proof *p) {
    if (!p) return json_null();
    json_t *o = json_sure(json_object());
    json_put(o, "baseline", json_text(a, p->baseline));
    json_put(o, "change", json_text(a, p->change));
    json_put(o, "outcome", json_text(a, p->outcome));
    return o;
}

static json_t *findings_of(struct arena *a, const struct local_report *r) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct local_finding *f = &r->findings[i];
        json_t *o = json_sure(json_object());
        json_put(o, "id", json_text(a, f->id));
        json_put(o, "fixer", json_text(a, "client"));
        json_put(o, "severity", json_text(a, local_severity_name(f->severity)));
        json_put(o, "file", json_text(a, f->file));
        json_put(o, "line", f->line ? number_of(f->line) : json_null());
        json_put(o, "variable", json_text(a, f->variable));
        json_put(o, "program", json_text(a, f->program));
        json_put(o, "summary", json_text(a, f->summary));
        json_put(o, "fix", steps_of(a, f->fix));
        json_put(o, "proof", proof_of(a, f->proof));
        json_append(array, o);
    }
    return array;
}

static json_t *stores_of(struct arena *a, const struct local_report *r) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < r->n_stores; i++) {
        const struct local_store *s = &r->stores[i];
        json_t *o = json_sure(json_object());
        json_put(o, "path", json_text(a, s->path));
        json_put(o, "format", json_text(a, s->format));
        json_put(o, "used_by", json_text(a, s->used_by));
        json_put(o, "readable", json_boolean(!s->problem));
        json_put(o, "problem", json_text(a, s->problem));
        json_put(o, "roots", number_of(s->roots));
        json_put(o, "expired", number_of(s->expired));
        json_put(o, "modified", s->modified ? json_text(a, text_time(a, s->modified)) : json_null());
        json_append(array, o);
    }
    return array;
}

static json_t *programs_of(struct arena *a, const struct local_report *r) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < r->n_programs; i++) {
        json_t *o = json_sure(json_object());
        json_put(o, "name", json_text(a, r->programs[i].name));
        json_put(o, "path", json_text(a, r->programs[i].path));
        json_put(o, "version", json_text(a, r->programs[i].version));
        json_append(array, o);
    }
    return array;
}

static json_t *clients_of(struct arena *a, const struct local_report *r) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < r->n_clients; i++) {
        const struct local_client *c = &r->clients[i];
        json_t *o = json_sure(json_object());
        json_put(o, "name", json_text(a, c->name));
        json_put(o, "path", json_text(a, c->path));
        json_put(o, "outcome", json_text(a, local_outcome_name(c->outcome)));
        json_put(o, "detail", json_text(a, c->detail));
        json_put(o, "cause", json_text(a, c->cause));
        json_put(o, "elapsed_ms", json_integer((json_int_t)c->elapsed_ms));
        json_append(array, o);
    }
    return array;
}

static json_t *diagnosis_of(struct arena *a, const struct report_diagnosis *d) {
    if (!d) return json_null();
    json_t *o = json_sure(json_object()), *causes = json_sure(json_array());
    for (size_t i = 0; i < d->n_causes; i++) {
        json_t *c = json_sure(json_object());
        json_put(c, "id", json_text(a, d->causes[i].id));
        json_put(c, "fixer", json_text(a, d->causes[i].fixer));
        json_put(c, "certainty", json_text(a, d->causes[i].certainty));
        json_put(c, "summary", json_text(a, d->causes[i].summary));
        json_append(causes, c);
    }
    json_put(o, "verdict", json_text(a, d->verdict));
    json_put(o, "causes", causes);
    return o;
}

static const char *verdict_of(const struct report_client *r) {
    return local_breaks(r->local) ? "breaks" : report_client_ok(r) ? "ok" : "host-fails";
}

char *report_client_json(struct arena *a, const struct report_client *r) {
    json_t *o = json_sure(json_object());
    json_put(o, "schema", json_text(a, "tlswhy-client/1"));
    json_put(o, "verdict", json_text(a, verdict_of(r)));
    json_put(o, "host", json_text(a, r->host));
    json_put(o, "at", json_text(a, text_time(a, r->at)));
    json_put(o, "findings", findings_of(a, r->local));
    json_put(o, "diagnosis", diagnosis_of(a, r->diagnosis));
    json_put(o, "clients", clients_of(a, r->local));
    json_put(o, "programs", programs_of(a, r->local));
    json_put(o, "stores", stores_of(a, r->local));
    json_put(o, "files_read", number_of(r->local->n_read));
    json_put(o, "findings_left_out", number_of(r->local->left_out));
    return json_finish(a, o);
}
