/* Inside of api: what `profiles` shows of a client. */
#ifndef TW_API_PROFILES_H
#define TW_API_PROFILES_H

#include "base/text.h"
#include "pki/judge.h"

/* A line for each thing in which clients differ. */
void judge_describe(struct text *t, const struct pki_judge *judge);

#endif
