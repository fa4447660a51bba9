/* Runs trials over net, many at once, each inside its limits; gives transcripts. Equal trials are
 * one trial: the second asker gets the first one's run.
 *
 * What the carrier writes into a transcript: the results CONNECT_FAILED, PROXY_FAILED, STARTTLS_FAILED,
 * CANCELLED, and those of greet_only; the stages up to STARTTLS. Dialogues stand in it as MSG_PLAIN.
 * PROXY_FAILED with sys_errno is a proxy that cannot be reached; at STAGE_RESOLVE its name has no address
 * (`place` says why); else `dialog` tells. */
#ifndef TW_PROBE_PROBE_H
#define TW_PROBE_PROBE_H

#include "engine/engine.h"
#include "net/dialog.h"
#include "net/net.h"
#include "probe/app.h"

/* How the bytes travel. */
struct transport {
    enum starttls starttls;
    bool use_proxy; /* the prober's proxy … */
    enum proxy_scheme {
        PROXY_AS_TOLD,
        PROXY_PLAINLY, /* http:// where its address says https:// … */
        PROXY_BY_TLS,  /* … and the reverse: a hello to the proxy, and its answer */
    } proxy_scheme;
    bool proxy_header; /* a PROXY protocol v1 line goes before everything (after the proxy's CONNECT) */
    bool greet_only;   /* connect and send nothing: does the peer speak or close by itself? Ends on the first
                        * bytes (RESULT_DONE, first_bytes), on close, or after `listen_ns` (RESULT_TIMEOUT) */
    bool plain_http; /* GET / in plain text instead of TLS; ends like greet_only, and where the answer is HTTP
                      * with its header, which stands in the run's `app` */
    int64_t listen_ns;        /* … or, after both Finished and without a request, at least so long */
    unsigned first_segment;   /* bytes of the hello that go out alone … */
    int64_t segment_pause_ns; /* … and how long the rest waits */
    int mss;
};

struct run;
/* One handshake as data. Zero it, fill it; the canonical bytes of all of it decide whether two are equal. */
struct trial {
    struct net_addr to; /* the target's address (or the name, for the proxy, in host) */
    char host[256];     /* for the dialogue, Host and the proxy */
    uint16_t host_port;
    struct hello hello; /* random and session_id are filled in by the prober (session_id_n bytes of it) */
    struct eng_policy policy;
    enum eng_stop stop;
    const struct identity
        *identity; /* shown to a server that asks; NULL: none. Equal if it is the same object */
    bool ask_http; /* HEAD / after Finished where CONTRACT.md, "Application", allows it */
    struct transport via;
    const struct run *resume; /* an earlier run whose session is taken up; NULL: a first connection. Where it
                               * is still under way, the connection is opened and waits for the session; if
                               * none comes, or the server does not wait, it is RESULT_CANCELLED */
    bool early_data; /* with it a request, where the session allows early data and a request may be sent */
    unsigned repeat; /* 0, 1, 2 …: the same trial again is another run only where this differs */
};

struct run {
    struct trial trial;
    struct transcript *t;
    struct app_answer app;
    bool started, done;
    bool not_run;               /* no connection was left for it (--max-connections, --max-time): t->result is
                                   RESULT_CANCELLED */
    unsigned depth;             /* round trips from the beginning of the diagnosis to the end of this run */
    int64_t begun_ns, ended_ns; /* of the prober's clock */
};

struct probe_limits {
    int64_t timeout_ns;  /* of one connection: connect, and then each silence; twice that for all of it */
    int64_t deadline_ns; /* of the whole diagnosis, on net_now()'s clock. A run that it cuts off has timed out
                            if it saw a second of silence by then, and is RESULT_CANCELLED if not */
    unsigned max_connections;
    unsigned max_at_once; /* 16 */
};

struct prober;
/* `proxy` may be NULL. Random numbers and key pairs are the prober's. All memory that is seen outside is the
 * arena's, which outlives the prober and every later net_step(). */
struct prober *prober_new(struct arena *a, struct net *n, const struct probe_limits *limits,
                          const struct proxy *proxy);
void prober_free(struct prober *p);
/* Schedules a trial and returns its run, at once or already known. Started in the order asked, as the limits
 * allow. */
const struct run *prober_ask(struct prober *p, const struct trial *t);
/* Looks without asking: NULL if no equal trial was asked. */
const struct run *prober_find(const struct prober *p, const struct trial *t);
/* Runs the loop until some run has news (it ends, or both Finished are checked), or until `until_ns`, or all
 * are done; at once if there was news since the last step. False when nothing is under way and there was none
 * since. */
bool prober_step(struct prober *p, int64_t until_ns);
/* Drops every run that is not done (RESULT_CANCELLED; not_run where it had not begun). */
void prober_cancel(struct prober *p);
bool prober_busy(const struct prober *p);
/* A run under way that has waited for its peer for `ns` without an answer (time to try other things
 * meanwhile). After both Finished nothing is owed. */
bool prober_stalled(const struct prober *p, const struct run *r, int64_t ns);

struct probe_cost {
    unsigned connections; /* TCP attempts, refused ones included */
    uint64_t bytes_sent, bytes_received;
    unsigned round_trips;
};
struct probe_cost prober_cost(const struct prober *p);
/* Our environment failed (no descriptors): errno, 0 if not. */
int prober_trouble(const struct prober *p);

/* Takes ALPN out of a hello that does not go to the web: by STARTTLS, or to a port that is assigned to
 * something else. No client offers the protocols of the web there, and servers may refuse who does (RFC
 * 7301 3.2). */
void trial_fit_port(struct trial *t);

#endif
