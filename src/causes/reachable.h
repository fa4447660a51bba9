/* Whether the host is there at all, where the port at hand cannot be reached. */
#ifndef TW_CAUSES_REACHABLE_H
#define TW_CAUSES_REACHABLE_H

#include "causes/cause.h"

enum { REACHABLE_PORT = 80 };

/* Another port of the address (80) is answered, by a connection or a reset: packets find their way there and
 * back. *ret_other: what happened there. */
enum ruling host_reachable(struct casefile *c, const struct facts **ret_other);

#endif
