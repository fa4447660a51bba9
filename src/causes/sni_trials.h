/* The same hello without a server name, and with a name that nobody has: what the name has to do with it. */
#ifndef TW_CAUSES_SNI_TRIALS_H
#define TW_CAUSES_SNI_TRIALS_H

#include "causes/cause.h"

struct sni_trials {
    const struct facts *none, *unknown;
};
/* False while one of them is under way. Only for a subject that sends a name. */
bool sni_trials(struct casefile *c, struct sni_trials *ret);
/* The name's twin: www.NAME of an apex, or NAME without www. */
const char *sni_sibling(const struct casefile *c, const char *name);

#endif
