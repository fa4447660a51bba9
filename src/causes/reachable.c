#include "causes/reachable.h"

#include <errno.h>

enum ruling host_reachable(struct casefile *c) {
    enum { HTTP_PORT = 80 };
    if (c->port == HTTP_PORT) return RULING_NO;
    const struct facts *other = CASE_TRY(c, {.kind = CHANGE_PORT, .arg = HTTP_PORT});
    if (!other) return RULING_OPEN;
    return other->reached >= REACHED_TCP || other->t->sys_errno == ECONNREFUSED ? RULING_YES : RULING_NO;
}
