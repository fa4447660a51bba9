/* How a certificate misses the name asked for. */
#ifndef TW_CAUSES_NAMES_H
#define TW_CAUSES_NAMES_H

#include "causes/certificates.h"

/* True if a certificate came and is not for the host. */
bool names_mismatch(const struct casefile *c);
/* Summary, evidence, slots and the proof by re-judging with `fitting`, a name for which it would do (NULL:
 * the first of its own). */
void names_describe(struct casefile *c, struct finding *f, const char *fitting);

#endif
