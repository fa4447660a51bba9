#include "report/json_parts.h"

json_t *json_sure(json_t *j) {
    if (!j) mem_failed();
    return j;
}

void json_put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, json_sure(value)) != 0) mem_failed();
}

void json_append(json_t *array, json_t *value) {
    if (json_array_append_new(array, json_sure(value)) != 0) mem_failed();
}

json_t *json_text(struct arena *a, const char *s) {
    if (!s) return json_null();
    json_t *j = json_string(s);
    return j ? j : json_sure(json_string(text_escape(a, bytes_str(s), SIZE_MAX)));
}

json_t *json_texts(struct arena *a, const char *const *s, size_t n) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < n; i++) json_append(array, json_text(a, s[i]));
    return array;
}

static int collect(const char *chunk, size_t n, void *out) {
    text_add_n(out, chunk, n);
    return 0;
}

static char *finish(struct arena *a, json_t *report, size_t how) {
    enum { DIGITS = 12 };
    struct text out;
    text_init(&out, a);
    if (json_dump_callback(report, collect, &out, how | JSON_REAL_PRECISION(DIGITS)) != 0) mem_failed();
    text_add(&out, "\n");
    json_decref(report);
    return out.s;
}

char *json_finish(struct arena *a, json_t *report) {
    return finish(a, report, JSON_INDENT(2));
}

char *json_finish_line(struct arena *a, json_t *report) {
    return finish(a, report, JSON_COMPACT);
}
