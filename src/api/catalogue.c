/* What the library knows, for people: causes and client profiles. */
#include "api/options.h"

struct report_style style_of(const struct tlswhy_text_style *style) {
    if (!style) return (struct report_style){0};
    return (struct report_style){
        .color = style->color, .quiet = style->quiet, .verbose = style->verbose, .width = style->width};
}

const char *tlswhy_version(void) {
    return TLSWHY_VERSION;
}

void tlswhy_on_no_memory(void (*handler)(void)) {
    mem_on_failure(handler);
}

const char *tlswhy_catalogue_id(size_t index) {
    return index < n_cause_texts ? cause_texts[index].id : NULL;
}

const char *tlswhy_catalogue_title(const char *id) {
    const struct cause_text *t = cause_text_find(id);
    return t ? t->title : NULL;
}

/* A copy on the heap of its own, which outlives the arena. */
static char *keep(const char *s) {
    size_t n = strlen(s) + 1;
    char *copy = mem_alloc(n);
    memcpy(copy, s, n);
    return copy;
}

char *tlswhy_catalogue_explain(const char *id, const struct tlswhy_text_style *style) {
    const struct cause_text *t = cause_text_find(id);
    if (!t) return NULL;
    struct arena a;
    struct report_style s = style_of(style);
    arena_init(&a);
    char *text = keep(report_explain(&a, t, &s));
    arena_done(&a);
    return text;
}

void tlswhy_string_free(char *s) {
    mem_free(s);
}
