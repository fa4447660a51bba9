/* The client names no server, and the server needs the name: proven, whoever has to set it. */
#ifndef TW_CAUSES_SNI_MISSING_H
#define TW_CAUSES_SNI_MISSING_H

#include "causes/cause.h"

/* The host's name in SNI helps, against a refusal or another site's certificate: fills certainty and proof.
 */
enum ruling sni_helps(struct casefile *c, struct finding *f);
/* Fills certainty, summary and proof, as of `sni-missing-client`. */
enum ruling sni_missing(struct casefile *c, struct finding *f);

#endif
