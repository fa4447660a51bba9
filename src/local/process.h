/* Programs of this machine, run side by side: argument vectors and no shell, each with a limit of time and of
 * what is kept of its words. */
#ifndef TW_LOCAL_PROCESS_H
#define TW_LOCAL_PROCESS_H

#include "base/text.h"

enum process_state {
    PROCESS_ENDED,   /* by itself: `status` */
    PROCESS_LIMIT,   /* it was stopped, with all that it had started */
    PROCESS_TROUBLE, /* it could not be started, or died of a signal: `why` */
};
enum { PROCESS_MAX_OUT = 64 * 1024, PROCESS_MAX = 32 };
static const int64_t PROCESS_SHORT = INT64_C(20000000000);
struct process {
    const char *const *argv;    /* [0] is a path */
    const char *const *changes; /* of the environment: "NAME=VALUE", or "NAME" to take it out; NULL: none */
    const char *dir;            /* where it runs; NULL: here */
    int64_t limit_ns;
    enum process_state state;
    int status;
    const char *why;
    const char *out; /* standard output and error as they came, cut to PROCESS_MAX_OUT; bytes of a stranger */
    int64_t took_ns;
};
/* Runs all of them, at most PROCESS_MAX, and returns when the last has ended. */
void processes_run(struct arena *a, const char *const *env, struct process *list, size_t n);
/* Ends what is running, and starts nothing more: for a handler of signals. */
void processes_stop(void);
bool processes_stopped(void);

/* A folder of our own below TMPDIR, for what programs write while they run. NULL: *why. */
const char *scratch_make(struct arena *a, const char *parent, const char **why);
void scratch_remove(const char *dir); /* with all that is in it */

#endif
