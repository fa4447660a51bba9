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
    struct resolved unusable; /* further addresses, to which this machine has no route */
    struct table *table;      /* the other clients' handshakes, beside those of modern's case */
    bool is_resolved;
    struct resolved other; /* by another way than the client's (elsewhere.c) */
    bool other_asked, other_told;
    int64_t deadline_ns;
    int64_t local, local_ns;      /* this machine's clock when net_now() was local_ns */
    struct clock_source *sources; /* --time-source */
    size_t n_sources;
    void (*progress)(void *arg, const char *line);
    void *progress_arg;
    const struct smallest_change *smallest; /* NULL: not looked for, or not found */
    struct verdict *verdict;
    const char *refusal; /* what was asked for cannot be done; NULL */
};

/* session_roots.c: the client's own roots; NULL, or one line on the file that cannot be read. */
const char *session_load_trust(struct session *s);
/* The root programs, which causes and judges compare them with. Once there is a certificate. */
void session_load_programs(struct session *s, struct casefile *c);
/* The stores of other programs on this machine: only for a chain that is not trusted. */
void session_load_installed(struct session *s, struct casefile *c);
/* time_sources.c: asks them, and waits until each has answered or its time is over. */
void session_ask_time(struct session *s);
void session_await_time(struct session *s);
/* elsewhere.c: where --resolver is given, the system is asked too, beside everything else. */
void session_ask_system(struct session *s);
/* What another way to look the name up leads to, once this client's own is known: fills c->elsewhere. */
void session_look_elsewhere(struct session *s, struct casefile *c);
/* The verdict where the name gave no address. */
void verdict_of_name(struct session *s, struct plan *p);
/* The verdict on the client `own`; `modern` (NULL where own is modern) and `other`, its plan (NULL where it
 * was not needed). */
void verdict_make(struct session *s, struct casefile *own, struct plan *p, struct casefile *modern,
                  struct plan *other);
/* verdict_clients.c: how the other clients judge what the server shows them. That is another certificate
 * where this client sends another name than they do. */
const struct clients *verdict_views(struct casefile *own, struct casefile *modern);
/* verdict_clients.c: fills paths, clients and affects. `own_refused`: its certificate, by this client. */
void verdict_clients(struct session *s, struct verdict *v, struct casefile *own, struct casefile *modern,
                     bool own_refused);

/* notes_client.c: on the client's own certificate; how many. */
size_t notes_client(struct casefile *c, struct note ret[2]);

#endif
