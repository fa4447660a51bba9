/* `tlswhy-client/1` (docs/client.md). Strings of files come escaped from where they were read. */
#include "report/client.h"

#include <jansson.h>

static json_t *sure(json_t *j) {
    if (!j) mem_failed();
    return j;
}

static void put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, sure(value)) != 0) mem_failed();
}

static void append(json_t *array, json_t *value) {
    if (json_array_append_new(array, sure(value)) != 0) mem_failed();
}

static json_t *string_of(struct arena *a, const char *s) {
    if (!s) return json_null();
    json_t *j = json_string(s);
    return j ? j : sure(json_string(text_escape(a, bytes_str(s), SIZE_MAX)));
}

static json_t *number_of(size_t n) {
    return json_integer((json_int_t)n);
}

/* Steps are lines. */
static json_t *steps_of(struct arena *a, const char *fix) {
    json_t *array = sure(json_array());
    while (fix && *fix) {
        size_t n = strcspn(fix, "\n");
        append(array, string_of(a, arena_str(a, bytes_of(fix, n))));
        fix += n + (fix[n] == '\n');
    }
    return array;
}

static json_t *proof_of(struct arena *a, const struct local_proof *p) {
    if (!p) return json_null();
    json_t *o = sure(json_object());
    put(o, "baseline", string_of(a, p->baseline));
    put(o, "change", string_of(a, p->change));
    put(o, "outcome", string_of(a, p->outcome));
    return o;
}

static json_t *findings_of(struct arena *a, const struct local_report *r) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct local_finding *f = &r->findings[i];
        json_t *o = sure(json_object());
        put(o, "id", string_of(a, f->id));
        put(o, "fixer", string_of(a, "client"));
        put(o, "severity", string_of(a, local_severity_name(f->severity)));
        put(o, "file", string_of(a, f->file));
        put(o, "line", f->line ? number_of(f->line) : json_null());
        put(o, "variable", string_of(a, f->variable));
        put(o, "program", string_of(a, f->program));
        put(o, "summary", string_of(a, f->summary));
        put(o, "fix", steps_of(a, f->fix));
        put(o, "proof", proof_of(a, f->proof));
        append(array, o);
    }
    return array;
}

static json_t *stores_of(struct arena *a, const struct local_report *r) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < r->n_stores; i++) {
        const struct local_store *s = &r->stores[i];
        json_t *o = sure(json_object());
        put(o, "path", string_of(a, s->path));
        put(o, "format", string_of(a, s->format));
        put(o, "used_by", string_of(a, s->used_by));
        put(o, "readable", json_boolean(!s->problem));
        put(o, "problem", string_of(a, s->problem));
        put(o, "roots", number_of(s->roots));
        put(o, "expired", number_of(s->expired));
        put(o, "modified", s->modified ? string_of(a, text_time(a, s->modified)) : json_null());
        append(array, o);
    }
    return array;
}

static json_t *programs_of(struct arena *a, const struct local_report *r) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < r->n_programs; i++) {
        json_t *o = sure(json_object());
        put(o, "name", string_of(a, r->programs[i].name));
        put(o, "path", string_of(a, r->programs[i].path));
        put(o, "version", string_of(a, r->programs[i].version));
        append(array, o);
    }
    return array;
}

static json_t *clients_of(struct arena *a, const struct local_report *r) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < r->n_clients; i++) {
        const struct local_client *c = &r->clients[i];
        json_t *o = sure(json_object());
        put(o, "name", string_of(a, c->name));
        put(o, "path", string_of(a, c->path));
        put(o, "outcome", string_of(a, local_outcome_name(c->outcome)));
        put(o, "detail", string_of(a, c->detail));
        put(o, "cause", string_of(a, c->cause));
        put(o, "elapsed_ms", json_integer((json_int_t)c->elapsed_ms));
        append(array, o);
    }
    return array;
}

static json_t *diagnosis_of(struct arena *a, const struct report_diagnosis *d) {
    if (!d) return json_null();
    json_t *o = sure(json_object()), *causes = sure(json_array());
    for (size_t i = 0; i < d->n_causes; i++) {
        json_t *c = sure(json_object());
        put(c, "id", string_of(a, d->causes[i].id));
        put(c, "fixer", string_of(a, d->causes[i].fixer));
        put(c, "certainty", string_of(a, d->causes[i].certainty));
        put(c, "summary", string_of(a, d->causes[i].summary));
        append(causes, c);
    }
    put(o, "verdict", string_of(a, d->verdict));
    put(o, "causes", causes);
    return o;
}

static const char *verdict_of(const struct report_client *r) {
    return local_breaks(r->local) ? "breaks" : report_client_ok(r) ? "ok" : "host-fails";
}

static int collect(const char *chunk, size_t n, void *out) {
    text_add_n(out, chunk, n);
    return 0;
}

char *report_client_json(struct arena *a, const struct report_client *r) {
    json_t *o = sure(json_object());
    put(o, "schema", string_of(a, "tlswhy-client/1"));
    put(o, "verdict", string_of(a, verdict_of(r)));
    put(o, "host", string_of(a, r->host));
    put(o, "at", string_of(a, text_time(a, r->at)));
    put(o, "findings", findings_of(a, r->local));
    put(o, "diagnosis", diagnosis_of(a, r->diagnosis));
    put(o, "clients", clients_of(a, r->local));
    put(o, "programs", programs_of(a, r->local));
    put(o, "stores", stores_of(a, r->local));
    put(o, "files_read", number_of(r->local->n_read));
    put(o, "findings_left_out", number_of(r->local->left_out));
    struct text out;
    text_init(&out, a);
    if (json_dump_callback(o, collect, &out, JSON_INDENT(2)) != 0) mem_failed();
    text_add(&out, "\n");
    json_decref(o);
    return out.s;
}
