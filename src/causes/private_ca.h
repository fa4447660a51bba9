/* A chain that is whole, under a CA that neither this client nor a public root program knows. */
#ifndef TW_CAUSES_PRIVATE_CA_H
#define TW_CAUSES_PRIVATE_CA_H

#include "causes/cause.h"

/* A judge's body: summary, evidence, proof and slot. *ret_ca: the CA's name. */
enum ruling private_ca_judge(struct casefile *c, struct finding *f, const char **ret_ca);

#endif
