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
/* A renewal keeps the names, and the kind of key: who has two kinds chooses by what a client offers. */
bool address_renews(const struct casefile *c, const struct cert_info *young, const struct cert_info *old);
/* A connection to the first address, for the same name as the one whose certificates count, that showed
 * another leaf; and whoever judges them takes the one and refuses the other. NULL: none did. */
const struct facts *address_other_certificate(struct casefile *c);
/* The handshake goes through there, and its certificate is accepted. False where it was not tried. */
bool address_well(struct casefile *c, size_t i);
/* What happened there, in words. */
const char *address_outcome(struct casefile *c, size_t i);
bool address_is_v6(const struct casefile *c, size_t i);
char *address_text(const struct casefile *c, size_t i);

#endif
