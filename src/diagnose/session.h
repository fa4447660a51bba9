/* Inside of diagnose: what one diagnosis works on. Not for other rooms. */
#ifndef TW_DIAGNOSE_SESSION_H
#define TW_DIAGNOSE_SESSION_H

#include "diagnose/plan.h"
#include "diagnose/verdict.h"

struct session {
    struct arena *a;
    const struct request *request;
    struct net *net;
    struct prober *prober;
    struct trust *trust;
    struct resolved resolved;
    bool is_resolved;
    int64_t deadline_ns;
    void (*progress)(void *arg, const char *line);
    void *progress_arg;
    struct verdict *verdict;
};

/* The verdict where the name gave no address. */
void verdict_of_name(struct session *s, struct plan *p);
/* The verdict on the client `own`; `modern` (NULL where own is modern) and `other`, its plan (NULL where it
 * was not needed). */
void verdict_make(struct session *s, struct casefile *own, struct plan *p, struct casefile *modern,
                  struct plan *other);

#endif
