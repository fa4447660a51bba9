/* This machine: the TLS settings that its programs read, the stores of roots, and the clients that are
 * installed. Read only: nothing here writes a setting, and what is run leaves nothing behind.
 *
 * Whatever stands in a file is a stranger's: files, lines and lists have limits, and what is shown is
 * escaped. User names and passwords of proxies never get into a report. */
#ifndef TW_LOCAL_LOCAL_H
#define TW_LOCAL_LOCAL_H

#include "base/text.h"

/* Where it is looked. */
struct local_machine {
    const char *const *env; /* "NAME=VALUE", NULL at the end */
    const char *root;       /* put before every path; "" for this machine */
    const char *host;       /* without brackets; NULL: no host is asked about */
    int64_t now;            /* seconds since 1970 */
    bool run;               /* programs may be started: for their versions, and `openssl ciphers` */
};
const char *local_env(const struct local_machine *m, const char *name); /* NULL: not set, or to nothing */

enum local_severity {
    LOCAL_NOTE,    /* worth knowing */
    LOCAL_WARNING, /* weakens, or breaks with some server */
    LOCAL_BREAKS,  /* ends in failures */
};
const char *local_severity_name(enum local_severity s); /* "note", "warning", "breaks" */

struct local_proof {
    const char *baseline, *change, *outcome;
};
struct local_finding {
    const char *id; /* of the catalogue, or of a note (docs/client.md) */
    enum local_severity severity;
    const char *file;     /* escaped; NULL: a variable, or a program's own doing */
    size_t line;          /* 0: none */
    const char *variable; /* NULL: none */
    const char *program;  /* whom it concerns, in words */
    const char *summary;
    const char *fix;                 /* steps, a newline between; NULL: none is needed */
    const struct local_proof *proof; /* NULL: read, not tried */
};

struct local_store {
    const char *path; /* escaped */
    const char *format;
    const char *used_by;
    const char *problem; /* why it cannot be used; NULL: it can */
    size_t roots, expired;
    int64_t modified; /* seconds since 1970; 0: not known */
};

/* A client that is installed. */
struct local_program {
    const char *name, *path;
    const char *version; /* NULL: it did not say */
};

/* What a client made of the host. */
enum local_outcome { LOCAL_CONNECTS, LOCAL_FAILS, LOCAL_NO_ANSWER, LOCAL_NOT_RUN };
const char *local_outcome_name(enum local_outcome o); /* "connects", "fails", "no-answer", "not-run" */
struct local_client {
    const char *name, *path;
    enum local_outcome outcome;
    const char *detail; /* what it said, without secrets; why it was not run; NULL: nothing */
    const char *cause;  /* of the finding that makes the difference; NULL: it connects, or none is known */
    int64_t elapsed_ms;
};
struct local_target {
    const char *host; /* A-labels, or an address without brackets */
    uint16_t port;
    const char *connect; /* --connect-to; NULL: the host itself */
    uint16_t connect_port;
    const char *const *cacert; /* --cacert: files that are trusted, and nothing else */
    size_t n_cacert;
    int64_t timeout_ns; /* of one try */
    bool by_proxy;      /* … which it did by the proxy of the environment alone */
    bool reaches;       /* a client that follows none of this machine's settings connects */
};

enum { LOCAL_MAX_CLIENTS = 16 };
enum { LOCAL_MAX_FINDINGS = 256, LOCAL_MAX_STORES = 64, LOCAL_MAX_PROGRAMS = 32 };
struct local_report {
    struct local_finding findings[LOCAL_MAX_FINDINGS];
    size_t n_findings;
    struct local_store stores[LOCAL_MAX_STORES];
    size_t n_stores;
    struct local_program programs[LOCAL_MAX_PROGRAMS];
    size_t n_programs;
    struct local_client clients[LOCAL_MAX_CLIENTS];
    size_t n_clients;
    size_t n_read;   /* files of settings that were read */
    size_t left_out; /* findings beyond the limit */
};
void local_examine(struct arena *a, const struct local_machine *m, struct local_report *ret);
/* Runs the clients that are installed against the host, all of them as they are, and those that fail once
 * more for each thing that could be the reason; adds clients, and proofs to findings. False: *why, no folder
 * could be made. */
bool local_compare(struct arena *a, const struct local_machine *m, const struct local_target *target,
                   struct local_report *r, const char **why);
/* What breaks comes first; otherwise the order in which it was found. */
void local_sort(struct local_report *r);
bool local_breaks(const struct local_report *r);

#endif
