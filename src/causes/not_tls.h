/* The peer speaks another protocol, in plain text: proven, whoever has to change what. */
#ifndef TW_CAUSES_NOT_TLS_H
#define TW_CAUSES_NOT_TLS_H

#include "causes/cause.h"

/* Fills certainty, summary and proof, as of `port-not-tls`; the fixer where the port's number decides. On YES
 * also the protocol that is spoken, in words. */
enum ruling not_tls(struct casefile *c, struct finding *f, const char **ret_protocol);

#endif
