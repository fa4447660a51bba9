/* What a proven reason says of other clients' hellos: whoever has in his what was changed in the proof fails
 * likewise, at the price of no connection. */
#ifndef TW_DIAGNOSE_TABLE_REASON_H
#define TW_DIAGNOSE_TABLE_REASON_H

#include "diagnose/plan.h"

enum { REASONS_MAX_REFUSED = 64 };
struct reasons {
    struct arena *a;
    struct reason {
        const struct facts *failed; /* the handshake before the change */
        struct factors *change;     /* the difference between the two hellos */
        bool sized;                 /* the hello's size changed with it, or how it was sent */
        bool adds;                  /* the change offers something more */
    } list[PLAN_MAX_FINDINGS];
    size_t n;
    const struct hello
        *refused[REASONS_MAX_REFUSED]; /* further hellos that failed: what they offer saves nobody */
    size_t n_refused;
};
void reasons_of(struct arena *a, const struct plan *p, struct reasons *ret);
/* FATE_FAILS: this hello has all of it, and offers nothing more that
 * could save it; *ret: the handshake that
 * failed for it. FATE_SPARED: it has none of it. FATE_OPEN: neither can be told. */
enum fate { FATE_OPEN, FATE_FAILS, FATE_SPARED };
enum fate reasons_fate(const struct reasons *r, const struct trial *t, const struct facts **ret);

/* Sizes on which servers and boxes stumble: 256 to 511 bytes (RFC 7685 1), and more than one segment. */
unsigned hello_size_class(struct arena *a, const struct hello *h);

#endif
