/* Whether the host is there at all, where the port at hand cannot be reached. */
#ifndef TW_CAUSES_REACHABLE_H
#define TW_CAUSES_REACHABLE_H

#include "causes/cause.h"

/* Another port of the address (80) is answered, by a connection or a reset: packets find their way there and
 * back. */
enum ruling host_reachable(struct casefile *c);

#endif
