/* What the files of the chain check share. */
#ifndef TW_DIAGNOSE_CHAIN_INTERNAL_H
#define TW_DIAGNOSE_CHAIN_INTERNAL_H

#include "base/text.h"
#include "diagnose/chain_check.h"

/* chain_set.c: leaf_like and same_as of all, and which of them is the server's own certificate. */
uint32_t chain_choose_leaf(struct chain_set *s, const struct pki_query *q);
/* chain_order.c: who is needless and why; problems of order; what the repaired file holds. Needs the path. */
void chain_order(struct chain_verdict *v);

void chain_problem_add(struct chain_verdict *v, const char *code, uint32_t cert, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void chain_note_add(struct chain_verdict *v, const char *text);
void chain_change_add(struct chain_verdict *v, const char *text);
/* An array in the arena with room for one more. */
void *chain_grow(struct arena *a, void *array, size_t n, size_t *room, size_t size);

#endif
