#include "causes/length.h"

enum { LEAST_PADDING = 5 }; /* RFC 7685: a header, and one byte */

enum ruling length_counts(struct casefile *c, const struct change *shorter) {
    static const struct change minimal = {.kind = CHANGE_MINIMAL};
    bool is_padding = shorter->kind == CHANGE_DROP_EXTENSION && shorter->arg == EXT_PADDING;
    if (is_padding) shorter = &minimal;
    struct trial t = c->subject_trial;
    change_apply(&t, shorter);
    size_t full = hello_length(&c->subject_trial.hello), rest = hello_length(&t.hello);
    if (full <= rest + LEAST_PADDING) return RULING_NO;
    const struct change filled = {.kind = CHANGE_PAD,
                                  .arg = (uint32_t)(is_padding ? rest + LEAST_PADDING : full)};
    const struct facts *f = case_try(c, (const struct change[]){*shorter, filled}, 2);
    if (!f) return RULING_OPEN;
    return case_further(c, f) == is_padding ? RULING_YES : RULING_NO;
}
