/* The same handshake at the further addresses of the name. */
#ifndef TW_CAUSES_ADDRESSES_H
#define TW_CAUSES_ADDRESSES_H

#include "causes/cause.h"

/* The outcome at address i of c->resolved: the first one's too. NULL: not tried. */
const struct facts *address_facts(const struct casefile *c, size_t i);
/* Why the certificate there is refused, a sentence's part; NULL where it is accepted, or none came. */
const char *address_refusal(struct casefile *c, size_t i);
/* The same of facts from wherever. */
const char *address_refusal_of(struct casefile *c, const struct facts *f);
/* The handshake goes through there, and its certificate is accepted. False where it was not tried. */
bool address_well(struct casefile *c, size_t i);
/* What happened there, in words. */
const char *address_outcome(struct casefile *c, size_t i);
bool address_is_v6(const struct casefile *c, size_t i);
char *address_text(const struct casefile *c, size_t i);

#endif
