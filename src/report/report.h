/* A verdict as text, JSON, or a ladder of messages. Takes no decisions: what is said here was decided in
 * diagnose. */
#ifndef TW_REPORT_REPORT_H
#define TW_REPORT_REPORT_H

#include "causes/catalogue.h"
#include "diagnose/verdict.h"
#include "report/compare.h"

struct report_style {
    bool color, quiet, verbose;
    unsigned width; /* columns; 0: 80 */
};
/* `tlswhy-report/1` (CONTRACT.md), with a newline at its end. `c`: beside which other report; NULL: none. */
char *report_json(struct arena *a, const struct verdict *v, const struct comparison *c);
char *report_text(struct arena *a, const struct verdict *v, const struct comparison *c,
                  const struct report_style *s);
char *report_trace(struct arena *a, const struct verdict *v, const struct report_style *s);

/* Files that repair it. */
struct repair_file {
    const char *name;    /* "fullchain.pem" */
    struct bytes body;   /* PEM */
    const char *summary; /* what it is, in one sentence */
};
enum { REPAIR_MAX_FILES = 2 };
size_t report_repairs(struct arena *a, const struct verdict *v, struct repair_file ret[REPAIR_MAX_FILES]);

/* A cause's whole text, without a case at hand: {slots} stay general. */
char *report_explain(struct arena *a, const struct cause_text *t, const struct report_style *s);

#endif
