/* Inside of diagnose: what one diagnosis works on. Not for other rooms. */
#ifndef TW_DIAGNOSE_SESSION_H
#define TW_DIAGNOSE_SESSION_H

#include "diagnose/identity.h"
#include "diagnose/plan.h"
#include "diagnose/roots.h"
#include "diagnose/verdict.h"

struct session {
    struct arena *a;
    const struct request *request;
    struct net *net;
    struct prober *prober;
    struct trust *trust;
    struct identity *identity;           /* NULL: the client has none */
    const char *trust_name, *trust_lost; /* as in struct casefile */
    struct roots *roots;                 /* NULL: not read */
    struct program_set *installed;       /* likewise */
    struct resolved resolved;
    bool is_resolved;
    int64_t deadline_ns;
    void (*progress)(void *arg, const char *line);
    void *progress_arg;
    struct verdict *verdict;
};

/* session_roots.c: the client's own roots; NULL, or one line on the file that cannot be read. */
const char *session_load_trust(struct session *s);
/* What causes compare them with, and what a report says of a root. After certificates_gather(). */
void session_load_roots(struct session *s, struct casefile *c);
/* The verdict where the name gave no address. */
void verdict_of_name(struct session *s, struct plan *p);
/* The verdict on the client `own`; `modern` (NULL where own is modern) and `other`, its plan (NULL where it
 * was not needed). */
void verdict_make(struct session *s, struct casefile *own, struct plan *p, struct casefile *modern,
                  struct plan *other);

#endif
