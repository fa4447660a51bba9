/* What the JSON reports share. Every function takes over the reference it is given, as jansson's *_new() do,
 * and ends the process where memory runs out, as every allocation does (base/arena.h): jansson itself would
 * give NULL. */
#ifndef TW_REPORT_JSON_PARTS_H
#define TW_REPORT_JSON_PARTS_H

#include "base/text.h"

#include <jansson.h>

json_t *json_sure(json_t *j);
void json_put(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);
/* null for NULL; what is no UTF-8 comes escaped. */
json_t *json_text(struct arena *a, const char *s);
json_t *json_texts(struct arena *a, const char *const *s, size_t n);
/* The whole report, indented, with a newline at its end; frees it. */
char *json_finish(struct arena *a, json_t *report);
char *json_finish_line(struct arena *a, json_t *report); /* the same, in one line */

#endif
