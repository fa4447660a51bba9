/* Validity periods, judged against a clock that something confirms (CONTRACT.md, "Clock"). */
#ifndef TW_CAUSES_CERT_DATES_H
#define TW_CAUSES_CERT_DATES_H

#include "causes/certificates.h"

/* The first certificate of the path with that problem, `leaf` or above it; false if there is none. */
bool dates_find(struct casefile *c, enum pki_problem_kind problem, bool leaf, struct cert_info *ret);
/* Some certificate of the path is outside its dates. */
bool dates_wrong(const struct chain_result *r);
/* Proof by the same chain at a time when it was valid; certainty by what confirms the clock. */
void dates_prove(struct casefile *c, struct finding *f, enum pki_problem_kind problem,
                 const struct cert_info *at);

#endif
