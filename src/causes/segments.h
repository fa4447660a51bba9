/* Whether the size of TCP segments decides: what a server does never depends on it, a path may. */
#ifndef TW_CAUSES_SEGMENTS_H
#define TW_CAUSES_SEGMENTS_H

#include "causes/cause.h"

struct segments {
    unsigned mss;              /* the largest that helps */
    const struct facts *after; /* what then happens */
};
/* `f` ended in silence after the hello was sent, or in the middle of the server's flight. */
bool segments_suspected(const struct facts *f);
/* Asks early, since whatever is silent takes its time. */
void segments_ask(struct casefile *c);
/* Smaller segments help the handshake `t`, which ended as `before`: twice, and without them it fails again.
 * `after` is NULL where they do not. */
enum ruling segments_try(struct casefile *c, const struct trial *t, const struct facts *before,
                         struct segments *ret);

/* A ClientHello cut there arrives as two packets, the second with all its extensions. Servers put it
 * together; what looks at single packets on the way finds nothing. RULING_YES: twice, the hello passes like
 * that. */
enum { SPLIT_BEFORE_EXTENSIONS = 40 };
enum ruling split_helps(struct casefile *c);

#endif
