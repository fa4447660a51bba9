/* The same hello without a server name, and with a name that nobody has: what the name has to do with it. */
#ifndef TW_CAUSES_SNI_TRIALS_H
#define TW_CAUSES_SNI_TRIALS_H

#include "causes/cause.h"

struct sni_trials {
    const struct facts *none, *unknown;
};
/* False while one of them is under way. Only for a subject that sends a name. */
bool sni_trials(struct casefile *c, struct sni_trials *ret);
/* A name that the server may know better than the one that was sent: its twin, the host itself where another
 * name was sent, the domain above it. YES: with it the handshake got further; OPEN while one is under way. */
enum ruling sni_better_name(struct casefile *c, const char **ret_name, const struct facts **ret);
/* The name's twin: www.NAME of an apex, or NAME without www. */
const char *sni_sibling(const struct casefile *c, const char *name);

#endif
