/* Stores that hold many certificates of one subject: whoever builds a path tries them one after the other. */
#include "local/internal.h"

#include "crypto/crypto.h"
#include "pki/name.h"

#include <stdlib.h>

enum { MANY = 10, NAMED = 12 };

static int by_subject(const void *p, const void *q) {
    const struct store_cert *a = *(const struct store_cert *const *)p,
                            *b = *(const struct store_cert *const *)q;
    size_t n = a->subject.n < b->subject.n ? a->subject.n : b->subject.n;
    int order = n ? memcmp(a->subject.p, b->subject.p, n) : 0;
    if (order) return order;
    return (a->subject.n > b->subject.n) - (a->subject.n < b->subject.n);
}

/* Its name in the store, or the beginning of its fingerprint. */
static const char *called(struct examination *x, const struct store_cert *c) {
    uint8_t digest[HASH_MAX];
    if (c->label) return c->label;
    (void)hash_once(HASH_SHA256, c->der, digest);
    return text_f(x->a, "SHA-256 %s", text_hex(x->a, bytes_of(digest, 8)));
}

static void tell_many(struct examination *x, const struct origin *at, const struct store_cert *const *same,
                      size_t n, const char *remove) {
    struct text list;
    text_init(&list, x->a);
    for (size_t i = 0; i < n && i < NAMED; i++) text_addf(&list, "%s%s", i ? ", " : "", called(x, same[i]));
    if (n > NAMED) text_addf(&list, " and %zu more", n - NAMED);
    tell(x, at, LOCAL_WARNING, "store-many-of-one-name",
         text_f(x->a,
                "%zu certificates in it have the name %s. A browser tries them one after the other, which "
                "takes tens of "
                "seconds where there are hundreds.",
                n, pki_name_text(x->a, same[0]->subject)),
         text_f(x->a, "Keep the newest, and remove the others: %s.\nEach of them by: %s.", list.s, remove));
}

/* Pointers are sorted, the list stays. */
void judge_same_names(struct examination *x, const struct origin *at, const struct store_content *s,
                      const char *remove) {
    const struct store_cert **sorted = ARENA_ARRAY(x->a, const struct store_cert *, s->n + 1);
    for (size_t i = 0; i < s->n; i++) sorted[i] = &s->certs[i];
    if (s->n) qsort(sorted, s->n, sizeof(*sorted), by_subject);
    for (size_t i = 0, end; i < s->n; i = end) {
        for (end = i + 1; end < s->n && by_subject(&sorted[i], &sorted[end]) == 0;) end++;
        if (end - i >= MANY) tell_many(x, at, sorted + i, end - i, remove);
    }
}
