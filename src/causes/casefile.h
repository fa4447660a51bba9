/* All that is known of the endpoint under diagnosis, and the experiments on it. A cause asks with
 * case_try(): the same handshake with some changes; the answer is there at once if an equal trial was run
 * already, and NULL while it is under way. */
#ifndef TW_CAUSES_CASEFILE_H
#define TW_CAUSES_CASEFILE_H

#include "causes/clock.h"
#include "causes/finding.h"
#include "facts/facts.h"
#include "net/fetch.h"
#include "pki/chain.h"
#include "probe/change.h"
#include "probe/factor.h"

enum { CASE_MAX_CHANGES = 8, CASE_MAX_FETCHES = 6, CASE_MAX_EXTRA = 16, CASE_MAX_INFO = 64 };

/* A certificate fetch by AIA (RFC 5280 4.2.2.1). */
struct aia_fetch {
    struct casefile *c;
    const char *url;
    bool done, ok;
    const char *problem;
};

/* The name looked up in another way than the client's, and the same handshake there. */
struct elsewhere {
    const char *own_way, *way; /* who was asked, for sentences: "the resolver 192.0.2.53" */
    bool own_by_file, by_file; /* what said so is the hosts file of this machine */
    struct net_addr addr;      /* the one that counts of the other addresses: none is the client's too */
    const struct facts *facts; /* there; NULL: not tried */
};

struct casefile {
    struct arena *a;
    const char *host; /* what the user wants to reach: a name as A-labels, or an address */
    uint16_t port;    /* where: the real one, of --connect-to too */
    bool offline;     /* contact nothing but the endpoint */
    bool proxied;
    enum proxy_kind proxy_kind;
    const char *known_proxy; /* one that the client does not use, in words: "the proxy that http_proxy names
                                (192.0.2.7 port 3128)"; NULL: none */
    struct net *net;
    struct prober *prober;
    const struct trust *trust;
    const struct identity *identity; /* the client's own certificate and key; NULL: none */
    const char *trust_name; /* whose these roots are, for sentences: "the system's store", "the file 'x'" */
    const char *trust_lost; /* what was to be read for it and is empty or cannot be read; NULL: nothing */
    bool trust_given;       /* by --cacert or --capath: they replace the roots of every client */
    const struct program_set *programs;  /* root programs that are known here; NULL: none */
    const struct program_set *installed; /* stores of other programs on this machine; NULL: none */
    int64_t local;    /* this machine's clock when the case began, seconds since 1970 … */
    int64_t local_ns; /* … and net_now() was this */
    int64_t now; /* at which certificates are judged: the same, or what is believed instead (clock_case.h) */
    const struct clock_source *sources; /* --time-source */
    size_t n_sources;

    /* The client that has the problem, at the address diagnosed in full. */
    const char *profile;
    const struct pki_judge *judge; /* its judge of certificates; NULL: modern */
    bool blind;                    /* it judges none */
    bool edge;                     /* it is a proxy, and the server its origin */
    bool bent;                     /* by options: `modern` as it is may do better */
    struct trial trial;            /* its handshake */
    struct trial subject_trial;    /* the same without the post-quantum share: experiments start from it */
    const struct facts *base;      /* of `trial` */
    const struct facts *subject;   /* of `subject_trial`; the same as base where nothing differs */
    const struct facts
        *main;            /* what the report shows: base, or subject where a hybrid group hides the rest */
    bool modern_connects; /* `modern` as it is gets through the handshake at this address */
    bool own_connects;    /* this is modern, and the client that was asked about gets through with the same
                             name: the server has what a handshake needs */

    /* Every facts made so far, by run. */
    struct facts_entry {
        const struct run *run;
        const struct facts *facts;
        struct facts_entry *next;
    } * entries;
    /* The one factor of the client's hello that decides, where a search found that there is one (the smallest
     * change), and the handshake with it changed; NULL: none is known. */
    const struct factor *lone_factor;
    const struct facts *lone_after;
    const struct facts *after; /* where the last proof ended: what fails there is the next cause */
    bool starved;              /* an experiment could not be run (--max-connections, --max-time) */

    const char *looked_up; /* the name whose addresses they are: the host's, or that of --connect-to */
    const struct resolved *resolved;
    const struct facts
        *others[RESOLVE_MAX];          /* the same handshake at the further addresses; NULL: not tried */
    const struct elsewhere *elsewhere; /* NULL: nobody else was asked, or all say the same */

    /* For PHASE_CERTIFICATE: filled by certificates_gather(). */
    const struct facts *cert_facts; /* whose certificates are judged; NULL: none came */
    const struct bytes *sent;
    size_t n_sent;
    struct cert_info *info; /* of the first of them */
    size_t n_info;
    struct chain_result judged;   /* as sent, at `now` */
    struct chain_result by_local; /* as sent, at `local` */
    struct clock clock;
    bool own_clock_told, server_clock_told; /* by a cause: no note has to */
    bool has_date;                          /* the target's own Date header */
    int64_t date;                           /* what it says of the moment that is `local` */
    struct {                                /* no moment before it is now; at 0: nothing says so */
        int64_t at;
        const char *what;
    } earliest;
    struct { /* of the stapled response, where its signature counts */
        bool there, has_next;
        int64_t this_update, next_update;
    } staple;
    bool fits_host;
    struct aia_fetch fetch[CASE_MAX_FETCHES];
    size_t n_fetches;
    struct bytes extra[CASE_MAX_EXTRA]; /* certificates brought by AIA */
    size_t n_extra;
    struct chain_result completed;   /* with them */
    struct clients *clients;         /* NULL: nobody has looked (clients.h) */
    struct stores *stores;           /* NULL: nobody has looked (stores.h) */
    struct client_auth *client_auth; /* NULL: nobody has looked (client_auth.h) */
    struct revocation *revocation;   /* NULL: nobody has looked (revocation.h) */
    struct minting *minting;         /* NULL: nobody has looked (between.h) */
};

/* The subject's handshake with these changes: NULL while it is under way, else its facts. Where no
 * connection was left for it, the facts say so by run->not_run, and c->starved is set. */
const struct facts *case_try(struct casefile *c, const struct change *changes, size_t n);
#define CASE_TRY(c, ...)                                                                                     \
    case_try((c), (const struct change[]){__VA_ARGS__}, TW_COUNT(((const struct change[]){__VA_ARGS__})))
/* … and that of another handshake. */
const struct facts *case_try_on(struct casefile *c, const struct trial *t, const struct change *changes,
                                size_t n);
/* … carried as far as that one was. */
const struct facts *case_try_whole(struct casefile *c, const struct trial *t, const struct change *changes,
                                   size_t n);
/* The very same handshake once more, to the same end, for the n-th time (from 1): NULL while it is under way.
 */
const struct facts *case_repeat(struct casefile *c, const struct trial *t, unsigned n);
/* The same, with nothing else of this run beside it: what a server that serves one connection after the other
 * makes of it is its word, and no wait behind others of ours. NULL while it is under way, or others are. */
const struct facts *case_repeat_alone(struct casefile *c, const struct trial *t, unsigned n);
/* A hello of this run to the same address, by the same way and with nothing before it, got a ServerHello. */
bool case_any_answered(const struct casefile *c, const struct trial *like);
/* It was silent, and others were answered only after a time that is much of that silence: it may merely have
 * waited its turn. */
bool case_may_have_queued(const struct casefile *c, const struct facts *f);
/* The facts of a run that is done, made once. */
const struct facts *case_facts(struct casefile *c, const struct run *run);

/* A certificate, or what says whether one was revoked, is being fetched. */
bool case_awaits_fetch(const struct casefile *c);

/* The experiment got further than the subject did: into success, or into the failure of the next cause. */
bool case_further(const struct casefile *c, const struct facts *f);
/* The hello was answered by no acceptable ServerHello, though a TLS server may be there. */
bool case_hello_refused(const struct casefile *c);

/* The server chose from the offer, and ended the connection (by an alert or without) before its own flight
 * was over. */
bool case_broken_off_behind_hello(const struct casefile *c);

/* proven, with both outcomes: `before` failed, the changes were made, `after` happened. */
void case_prove(struct casefile *c, struct finding *f, const struct facts *before,
                const struct change *changes, size_t n, const struct facts *after);
#define CASE_PROVE(c, f, before, after, ...)                                                                 \
    case_prove((c), (f), (before), (const struct change[]){__VA_ARGS__},                                     \
               TW_COUNT(((const struct change[]){__VA_ARGS__})), (after))
/* Evidence: what the subject's handshake did. */
void case_evidence_subject(struct casefile *c, struct finding *f);
/* "a current client", or "this client" where options bend it: for sentences. */
const char *case_client(const struct casefile *c);
/* "the server at 127.0.0.1 port 443": for sentences. */
char *case_where(const struct casefile *c);
/* HOST is a name that may be sent in SNI (no address, RFC 6066 3). */
bool case_host_is_name(const struct casefile *c);
/* A server name that nobody has configured (RFC 6761 6.4). */
const char *case_unknown_name(void);

#endif
