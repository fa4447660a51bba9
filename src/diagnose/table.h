/* Which clients get through the handshake: each known client's hello, run at the first address, or derived
 * from those that were. Equal hellos are run once. A hello need not be run where the server, having taken
 * others, has no reason left to refuse it:
 *
 *   - what the server chose (version, suite, group, signature, protocol) is offered by this client too, and
 *     allowed by it, and it offers nothing newer that the server might choose instead and then fail;
 *   - every extension of it stands in some hello that was taken, and so do its size, the version in its
 * record and its way with session ids: on these servers and boxes stumble. Unknown suites, groups and
 * versions are tried by the GREASE of `modern`. */
#ifndef TW_DIAGNOSE_TABLE_H
#define TW_DIAGNOSE_TABLE_H

#include "causes/clients.h"
#include "diagnose/table_reason.h"
#include "probe/profile.h"

/* TABLE_MOST_FAILING: connections for all of a diagnosis that found something, before rows stay untried. */
enum { TABLE_MAX = 64, TABLE_MOST_FAILING = 24 };
struct table_row {
    const struct profile *profile;
    struct trial trial;
    const struct run *run;     /* NULL: not run */
    const struct facts *facts; /* of its run, or of the one that it follows from; NULL: nothing is known */
    bool derived, twice;       /* twice: run again, since it failed */
    enum client_lack lacks;    /* where it fails, and modern does not */
};
struct table {
    struct arena *a;
    struct table_row row[TABLE_MAX];
    size_t n;
    bool all;                     /* clients of the past too: whoever asks for them pays for them */
    bool asked;                   /* or not to be asked meanwhile */
    enum eng_stop stop;           /* how far each hello is followed */
    unsigned most;                /* connections, the diagnosis itself included */
    const struct facts *queued;   /* silent, and perhaps only behind others of this run; NULL: none was */
    struct reasons reasons;       /* why modern fails */
    const struct facts *unsteady; /* how a hello ended that got through another time; NULL: none did */
};
/* A row for each current client but `modern`; with `all`, for every client. `like` is a trial of modern:
 * where to, and by which way. */
struct table *table_new(struct arena *a, const struct trial *like, const char *sni, bool all);
/* Once the first handshake is through: asks, at once, for the hellos that could go otherwise. */
void table_ask(struct table *t, struct casefile *modern, const struct run *first);
/* Waits for them: what comes after is not to be disturbed, by a server that takes few connections at once. */
void table_wait(struct table *t, struct casefile *modern);
/* Derives the others, from what was found too, and runs what does not follow, while there are connections
 * left. */
void table_settle(struct table *t, struct casefile *modern, const struct plan *p);
/* A client fails where modern does not. */
bool table_fails(const struct table_row *r);

#endif
