/* The clock in a case: what speaks for and against it is gathered, and from then on certificates and answers
 * on revocation are judged at c->now: by this machine's clock, or at the time that is believed instead. */
#ifndef TW_CAUSES_CLOCK_CASE_H
#define TW_CAUSES_CLOCK_CASE_H

#include "causes/casefile.h"

/* After c->judged was made at c->local; sets c->clock and c->now. */
void clock_judge(struct casefile *c);
/* Whose word is believed: "the time source ntp://…", "the server's own Date header", "what was built or
 * signed later". Only of clocks that are right or wrong. */
const char *clock_witness(struct casefile *c);
/* One sentence of evidence each on: who is believed and why, and every voice that says something else. */
void clock_testify(struct casefile *c, struct finding *f);
/* What is worth a note: id and sentence, for as long as true is returned with i from 0 on. */
bool clock_note(struct casefile *c, size_t i, const char **ret_id, const char **ret_summary);
/* "The clock of this machine is 2 hours behind: it says …, and the time source ntp://… says …" */
const char *clock_verdict(struct casefile *c);
/* "2 hours", rounded to the nearest. */
const char *clock_distance(struct casefile *c, int64_t off);
/* The stapled response's dates hold at that moment; true where there is none whose signature counts. */
bool clock_staple_fits(const struct casefile *c, int64_t at);

#endif
