/* This machine's clock, judged before any certificate is: by whom it is confirmed or contradicted
 * (CONTRACT.md, "Clock"). Offsets are seconds that another clock is ahead of this machine's; behind is
 * negative. */
#ifndef TW_CAUSES_CLOCK_H
#define TW_CAUSES_CLOCK_H

#include "base/text.h"

/* One --time-source. */
struct clock_source {
    const char *url; /* as typed */
    bool done, ok;
    const char *problem; /* why it says nothing, once done */
    int64_t off, unsure;
};

enum clock_state {
    CLOCK_UNKNOWN,  /* nobody confirms it */
    CLOCK_RIGHT,    /* it is confirmed */
    CLOCK_WRONG,    /* `off` is what it should be moved by */
    CLOCK_DISPUTED, /* those who speak contradict each other, and nothing decides between them */
};

/* All that speaks for or against it. */
struct clock_evidence {
    const struct clock_source *sources; /* n of them; those that are not ok say nothing */
    size_t n;
    bool has_date; /* the target's own Date */
    int64_t date_off;
    bool has_earliest; /* what was signed or built at that moment is there: it is not earlier now */
    int64_t earliest_off;
    /* Whether certificates and stapled response are within their dates, were it so much later. */
    bool (*fits)(void *arg, int64_t off);
    void *arg;
};

struct clock {
    enum clock_state state;
    bool sure;     /* an independent source, or the target's Date, confirms it, and none of those who could
                      know contradicts */
    int64_t off;   /* of CLOCK_WRONG */
    bool at_least; /* … or more: only the earliest moment is known */
    int64_t said;  /* the offset of whom is believed: close to 0 where the clock is right */
    const struct clock_source *by; /* the source that is believed; NULL: none is */
    bool date_agrees;              /* the target's Date does with what is believed */
    bool date_wrong;               /* it does not, and that is the server's fault */
    unsigned differing;            /* sources that say something else */
};
void clock_decide(const struct clock_evidence *e, struct clock *ret);

/* What clocks may differ by, beyond what a source itself is unsure of. */
enum { CLOCK_TOLERANCE = 300 };
bool clock_source_agrees(const struct clock_source *s, int64_t off);

#endif
