/* The bare ends: closed, reset, silent. Judged only when every narrower cause was tried and refuted. */
#ifndef TW_CAUSES_BARE_H
#define TW_CAUSES_BARE_H

#include "causes/cause.h"

/* The server ended a handshake that it should have gone on with: at the hello, or in the middle. */
bool bare_cut(const struct casefile *c);
/* "after every ClientHello", or "in the middle of the handshake". */
const char *bare_when(const struct casefile *c);
/* Likely where the same end came twice and nothing was left untried; possible where an experiment could not
 * be run. RULING_NO where the repetition ended otherwise: such a failure comes and goes. */
enum ruling bare_judge(struct casefile *c, struct finding *f, const char *summary);

#endif
