/* The planner: judges causes against the case, runs the experiments that they ask for, and stops when nothing
 * is open. It knows the table of causes, none by name. */
#ifndef TW_DIAGNOSE_PLAN_H
#define TW_DIAGNOSE_PLAN_H

#include "causes/cause.h"

enum { PLAN_MAX_FINDINGS = 16 };
struct plan {
    struct casefile *c;
    struct found {
        const struct cause *cause;
        struct finding finding;
    } found[PLAN_MAX_FINDINGS];
    size_t n;
    bool comes_and_goes; /* tried again, the very same handshake went further */
    bool doubtful;       /* the failure at hand has been seen once: it must come again to be believed */
};
void plan_init(struct plan *p, struct casefile *c);
/* The handshake: connection, STARTTLS, negotiation; then, if nothing was found, the bare ends. Where a cause
 * was found and the handshake fails further on, the next cause is looked for from there. */
void plan_handshake(struct plan *p);
/* Judges every cause of one phase until none is open. */
void plan_phase(struct plan *p, enum phase phase);
/* Drops what a narrower cause stands for, and sorts: CONTRACT.md, "Order of causes". */
void plan_settle(struct plan *p);
/* The server turned out to fail the very same hello now and then: what second connections met says nothing.
 */
void plan_drop_second(struct plan *p);
/* Drops what says that nobody answers a hello, where one of that case's was answered: one of several machines
 * that are not alike did so. */
void plan_drop_answered(struct plan *p, const struct casefile *c);
/* Waits until the run is done. */
const struct facts *plan_wait(struct casefile *c, const struct run *run);
/* The same for the first handshake: `on_finished` is called when both Finished are checked and the
 * application's part is still under way; where the server stays silent for long, the contrasts are asked for
 * meanwhile. */
typedef void plan_finished(void *arg, struct casefile *c, const struct run *run);
const struct facts *plan_wait_first(struct casefile *c, const struct run *run, plan_finished *on_finished,
                                    void *arg);

/* The experiments that most causes will want for a hello that was refused, asked at once so that they run
 * side by side. */
void contrasts_ask(struct casefile *c, bool mute);

#endif
