/* A diagnosis beside an earlier one, or one from elsewhere (--save, --compare): what differs, and what
 * follows from it. */
#ifndef TW_REPORT_COMPARE_H
#define TW_REPORT_COMPARE_H

#include "diagnose/verdict.h"

enum { SAVED_MAX_BYTES = 8 << 20, SAVED_MAX_TEXT = 400, COMPARISON_MAX = 16 };

/* What another report said: that of `--json` or `--save`. */
struct saved {
    const char *name;                   /* of its file, for sentences */
    const char *values[COMPARISON_MAX]; /* in the order of compare.c's table; NULL where it has none */
    const char *at;                     /* when; NULL: it does not say */
    bool connects;                      /* its verdict was ok or partial */
};
/* False: *why says in one line why this is no report on the same endpoint. */
bool saved_read(struct arena *a, const char *name, struct bytes file, const struct request *r,
                struct saved *ret, const char **why);

struct difference {
    const char *what;       /* "the certificate" */
    const char *then, *now; /* NULL: there was none */
};
struct comparison {
    const struct saved *with;
    struct difference list[COMPARISON_MAX];
    size_t n;
    const char *conclusion; /* one sentence or two */
};
/* `report`: this run's, as report_json() gives it. */
struct comparison compare_reports(struct arena *a, const struct saved *then, const char *report);

#endif
