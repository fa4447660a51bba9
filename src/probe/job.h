/* Inside of probe: one run under way. Not for other rooms. */
#ifndef TW_PROBE_JOB_H
#define TW_PROBE_JOB_H

#include "probe/probe.h"

/* Where a run stands; run.c has the table of what each phase does with bytes, ends and silence. */
enum phase {
    PHASE_QUEUED,
    PHASE_PROXY_NAME, /* the proxy's name is being looked up */
    PHASE_CONNECTING,
    PHASE_PROXY_TLS, /* a hello to the proxy itself */
    PHASE_PROXY,
    PHASE_STARTTLS,
    PHASE_GREETING, /* greet_only */
    PHASE_WAITING,  /* connected; the session that it is to take up is not there yet */
    PHASE_TLS,
    PHASE_QUIET,     /* both Finished are done: does the server speak first? */
    PHASE_ASKING,    /* HEAD is out */
    PHASE_LISTENING, /* nothing is asked: late alerts */
    PHASE_DONE,
    PHASE__COUNT,
};

struct job {
    struct run run; /* first: a run is its job */
    struct prober *p;
    struct job *next;
    struct bytes key; /* the trial's canonical bytes */
    uint64_t hash;

    enum phase phase;
    struct conn *conn;
    struct dialog *dialog;
    struct engine *engine;
    struct app *app;
    struct bytes early; /* the request as early data, in an arena; empty: none was sent */
    struct net_timer *timer;
    int64_t timer_ns; /* when it fires */
    int64_t heard_ns; /* since when there has been silence */
    int64_t until_ns; /* the end of a phase that has its own */
    size_t proxy_try; /* index of the proxy's address */
    unsigned depth_before;
    bool awaited;             /* a flight is out and nothing has come back: this wait is counted */
    const struct msg *looked; /* the last message of the transcript that the application phase has seen */
    struct bytes first;       /* the first bytes of the dialogue or greeting, in an arena */
};

struct key_pool;
struct prober {
    struct arena *a;
    struct net *n;
    struct probe_limits limits;
    struct proxy proxy; /* kind PROXY_NONE: none */
    enum { PROXY_UNASKED, PROXY_ASKED, PROXY_KNOWN } proxy_state;
    struct resolved *proxy_addr;
    size_t proxy_good; /* index of the address that worked last */

    struct job *first, *last; /* in the order asked */
    struct job *queue;        /* none before it is queued any more */
    unsigned active;          /* runs */
    unsigned news, told;      /* ends of runs, and handshakes that got to both Finished */
    bool scheduling, held;    /* held: no descriptor was left, until a run ends */
    unsigned depth;           /* of the runs that are done */
    struct probe_cost cost;
    int trouble;
    struct key_pool *keys;
};

/* prober.c */
/* Takes a run that has ended out of the schedule: called once, when everything of it is closed. */
void prober_ended(struct job *j);
/* No descriptor for it now: back into the queue. False where no other run could give one back. */
bool prober_hold(struct job *j);
void prober_news(struct prober *p);
/* A session has come, or will not come any more: lets go on who waits for it. */
void prober_session(struct prober *p);
void prober_find_proxy(struct prober *p);

/* run.c */
void job_start(struct job *j);
void job_proxy_known(struct job *j);
/* Ends it as `result`; for those that the engine has not judged. */
void job_end(struct job *j, enum result result);
/* Closes and frees all that it holds, without calling anybody. */
void job_close(struct job *j);
int64_t job_clock(const struct job *j); /* since it was begun */
void job_say(struct job *j, struct bytes out);
/* Keeps the first bytes of a dialogue, in j->first. */
void job_keep_first(struct job *j, struct bytes in);
/* Enters a phase that lasts until `until_ns` at most (INT64_MAX: until silence ends it). */
void job_enter(struct job *j, enum phase phase, int64_t until_ns);

/* talk.c: TLS and what follows it */
void tls_begin(struct job *j, struct bytes rest);
/* For struct eng_config; `arg` is the job. */
void tls_random(void *arg, uint8_t *out, size_t n);
const struct kx *tls_key(void *arg, uint16_t group);
void proxy_tls_begin(struct job *j);
void proxy_tls_data(struct job *j, struct bytes in);
void proxy_tls_ended(struct job *j, int sys_errno);
void proxy_tls_silent(struct job *j);
/* Begins, or ends, a run that waits for a session, when it is known whether there is one. */
void tls_wake(struct job *j);
void waiting_data(struct job *j, struct bytes in);
void waiting_ended(struct job *j, int sys_errno);
void waiting_silent(struct job *j);
void tls_data(struct job *j, struct bytes in);
void tls_ended(struct job *j, int sys_errno);
void tls_silent(struct job *j);
void app_data(struct job *j, struct bytes in);
void quiet_over(struct job *j);
void talk_over(struct job *j); /* the answer came, or the time for it is over */

/* trial.c */
struct bytes trial_key(struct arena *a, const struct trial *t);
uint64_t trial_hash(struct bytes key);
/* Whether a server there may be sent an HTTP request. */
bool trial_may_ask(const struct trial *t);
uint16_t trial_port(const struct trial *t);

/* keys.c */
struct key_pool *key_pool_new(struct arena *a);
void key_pool_free(struct key_pool *pool);
/* For struct eng_config. */
const struct kx *key_pool_get(void *pool, uint16_t group);
const struct pubkey *key_pool_public(struct key_pool *pool, struct bytes cert);

#endif
