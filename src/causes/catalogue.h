/* The catalogue's texts, generated from texts/ID.md (tools/gen-texts.py): what a person reads of a cause. */
#ifndef TW_CAUSES_CATALOGUE_H
#define TW_CAUSES_CATALOGUE_H

#include <stddef.h>

struct text_snippet {
    const char *software; /* nginx, apache, haproxy, postfix, curl, java … */
    const char *code;
};
struct text_fix {
    const char *who; /* client, server, network, visitor */
    const char *title;
    const char *const *steps;
    size_t n_steps;
    const struct text_snippet *snippets;
    size_t n_snippets;
};
struct cause_text {
    const char *id;
    const char *title;       /* "The server speaks no TLS version that clients of today accept" */
    const char *explanation; /* some sentences for somebody who never heard of it; may hold {slots} */
    const struct text_fix *fixes;
    size_t n_fixes;
    const char *const *avoid;
    size_t n_avoid;
};
extern const struct cause_text cause_texts[];
extern const size_t n_cause_texts;
const struct cause_text *cause_text_find(const char *id); /* NULL if there is none */

#endif
