/* Validity periods, judged against a clock that something confirms (CONTRACT.md, "Clock"). */
#ifndef TW_CAUSES_CERT_DATES_H
#define TW_CAUSES_CERT_DATES_H

#include "causes/certificates.h"

/* The first certificate of the path with that problem, `leaf` or above it; false if there is none. */
bool dates_find(struct casefile *c, enum verify_problem problem, bool leaf, struct cert_info *ret);
/* Proof by the same chain at a time when it was valid; certainty by what confirms the clock. */
void dates_prove(struct casefile *c, struct finding *f, enum verify_problem problem,
                 const struct cert_info *at);

#endif
