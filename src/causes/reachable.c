#include "causes/reachable.h"

#include <errno.h>

enum ruling host_reachable(struct casefile *c, const struct facts **ret_other) {
    if (c->port == REACHABLE_PORT) return RULING_NO;
    const struct facts *other = CASE_TRY(c, {.kind = CHANGE_PORT, .arg = REACHABLE_PORT});
    if (!other) return RULING_OPEN;
    *ret_other = other;
    return other->t->connected || other->t->sys_errno == ECONNREFUSED ? RULING_YES : RULING_NO;
}
