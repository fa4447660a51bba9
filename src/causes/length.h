/* A change that helped may have helped because it made the hello shorter. */
#ifndef TW_CAUSES_LENGTH_H
#define TW_CAUSES_LENGTH_H

#include "causes/cause.h"

/* Whether the length counts, and not what `shorter` left out: filled up to the former length (RFC 7685), the
 * hello fails again. Where the filling itself was left out, a short hello may have some. NO where the change
 * made it no shorter. */
enum ruling length_counts(struct casefile *c, const struct change *shorter);

#endif
