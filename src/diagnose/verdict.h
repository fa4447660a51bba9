/* The outcome of a diagnosis: all that a report shows, and nothing that a report would have to decide. All
 * memory is the arena's. */
#ifndef TW_DIAGNOSE_VERDICT_H
#define TW_DIAGNOSE_VERDICT_H

#include "causes/finding.h"
#include "crypto/x509.h"
#include "diagnose/request.h"
#include "probe/factor.h"

enum verdict_kind { VERDICT_OK, VERDICT_PARTIAL, VERDICT_FAIL, VERDICT_UNDETERMINED };
const char *verdict_name(enum verdict_kind k);

enum { VERDICT_MAX_FINDINGS = 16, VERDICT_MAX_CLIENTS = 64, PATH_MAX_PROGRAMS = 16 };
struct note {
    const char *id, *summary;
};
struct address_outcome {
    const char *address;
    const char *outcome; /* "ok", or what happened: "refused", "alert handshake_failure" … */
    const char *cause;   /* id; NULL */
};
struct client_outcome {
    const char *profile;
    bool current;
    const char *outcome; /* "ok" or what happened */
    const char *cause;   /* id; NULL */
    bool derived;        /* its hello was not run: it follows from others */
    bool untried;        /* no connection was left for it, and nothing follows */
};
struct path_outcome {
    const char *profile;
    bool valid;
    const char *root; /* subject; NULL */
    struct bytes root_der;
    size_t length;
    const char **problems;
    size_t n_problems;
    /* Root programs, and the system's store, that have the root for TLS; NULL in words: no root was reached.
     */
    const char *programs[PATH_MAX_PROGRAMS];
    size_t n_programs;
    bool programs_differ;   /* some of those that everybody knows have the root, and some do not */
    const char *trusted_by; /* "a public root, trusted by Mozilla and Microsoft, not by Apple" */
};

/* The smallest change of this client's hello with which the server accepts it. */
struct smallest_change {
    const char *from; /* the client */
    const char *to;   /* the hello that is accepted, of which the change is a part: a noun */
    struct factor_words factors[SMALLEST_ANSWER];
    size_t n_factors;
    const char *sentence; /* with the actual values */
    const char *change;   /* the factors joined: "TLS 1.2 added, and …" */
    const char *outcome;  /* with them */
    const char
        *server_side;     /* what the server could do instead, a step forwards; NULL: nothing of the kind */
    bool is_news;         /* nothing that was tried before had helped */
    unsigned connections; /* that it took to find */
};

struct verdict {
    const struct request *request;
    int64_t at; /* by this machine's clock, seconds since 1970 */
    enum verdict_kind kind;
    const char *address;    /* the one diagnosed in full; NULL if none was found */
    const char *servername; /* sent in SNI; NULL none */
    struct finding findings[VERDICT_MAX_FINDINGS];
    size_t n_findings;
    struct note notes[16];
    size_t n_notes;
    struct address_outcome addresses[RESOLVE_MAX];
    size_t n_addresses;
    /* The handshake goes through, and the answer to the first request is a refusal, whoever asks: "HTTP
     * status 400", and the cause's id. NULL: none. */
    const char *late_word, *late_cause;
    bool blind;              /* this client verifies no certificate */
    const struct run *main;  /* this client's handshake with the first address; NULL if there was none */
    struct cert_info *certs; /* as the server sent them */
    size_t n_certs;
    struct path_outcome paths[VERDICT_MAX_CLIENTS];
    size_t n_paths;
    struct client_outcome clients[VERDICT_MAX_CLIENTS];
    size_t n_clients;
    const struct bytes *repaired_chain; /* what the server should send, the leaf first; NULL: as it does */
    size_t n_repaired_chain;
    const struct smallest_change *smallest; /* NULL: not looked for, or not found */
    /* For `undetermined`: what was seen, and what could decide. */
    const char *seen;
    const char *next_step;
    struct probe_cost cost;
    unsigned fetches;
    int64_t elapsed_ns;
    int exit_status; /* 0, 1, 3 as CONTRACT.md says */
};

/* Diagnoses; NULL only where our environment failed or a file cannot be read, with *reterr (one line) and
 * *ret_exit (2 or 4). `progress` may be NULL: it is called with a short line now and then. Defined in
 * diagnose/diagnose.c. */
const struct verdict *diagnose(struct arena *a, const struct request *r,
                               void (*progress)(void *arg, const char *line), void *arg, const char **reterr,
                               int *ret_exit);

#endif
