/* Root programs out of PEM bundles and CSV reports. What is taken must come back from what is written. */
#include "pki/program.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

static void check_program(struct arena *a, const struct program *p) {
    struct program_reading *back = ARENA_NEW(a, struct program_reading);
    const char *why;
    if (p->n == 0) return;
    check(program_read(a, program_write(a, p), p->name, back, &why));
    check(back->n == 1 && back->programs[0].n == p->n && back->n_refused == 0);
    for (size_t i = 0; i < p->n; i++) {
        const struct program_root *root = &p->roots[i], *same = &back->programs[0].roots[i];
        check(program_find(p, root->sha256) == root);
        check(memcmp(root->sha256, same->sha256, sizeof(root->sha256)) == 0);
        check(bytes_eq(root->der, same->der));
        check(root->has_distrust == same->has_distrust &&
              root->distrust_tls_after == same->distrust_tls_after);
        check(root->has_trust == same->has_trust && root->trust == same->trust);
        if (i < 4 && root->der.n) check(program_anchor(p, root->der) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a;
    arena_init(&a);
    struct program_reading *r = ARENA_NEW(&a, struct program_reading);
    const char *why = NULL;
    bool read = program_read(&a, bytes_of(data, size), NULL, r, &why);
    check(read == !why);
    for (size_t i = 0; i < r->n_refused && i < PROGRAM_MAX_REFUSALS; i++)
        check(r->refusals[i].what && r->refusals[i].why);
    for (size_t i = 0; read && i < r->n; i++) check_program(&a, &r->programs[i]);
    arena_done(&a);
    return 0;
}
