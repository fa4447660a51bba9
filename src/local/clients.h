/* The clients that are run against a host: how each is told where to go, and what its words mean. Not for
 * other rooms. */
#ifndef TW_LOCAL_CLIENTS_H
#define TW_LOCAL_CLIENTS_H

#include "local/internal.h"
#include "local/process.h"

/* What a client reads, so that it can be taken away. */
enum client_reads {
    READS_OPENSSL = 1u << 0, /* OpenSSL's configuration */
    READS_GNUTLS = 1u << 1,
    READS_PROXY = 1u << 2, /* the variables */
    READS_RC = 1u << 3,    /* a file of its own */
    READS_JAVA = 1u << 4,
    READS_NODE = 1u << 5,
    READS_PROFILE = 1u << 6,   /* a browser's */
    READS_CERT_FILE = 1u << 7, /* SSL_CERT_FILE, SSL_CERT_DIR */
    READS_CURL_BUNDLE = 1u << 8,
};
/* How a command line changes. */
enum client_bend {
    BEND_NO_RC = 1u << 0,         /* without its own file of settings */
    BEND_SYSTEM_STORE = 1u << 1,  /* the system's store by name */
    BEND_JAVA_DEFAULTS = 1u << 2, /* security properties as the JDK comes with them */
    BEND_FRESH = 1u << 3,         /* a profile that was never used */
};

struct client_run;
struct comparison {
    struct examination x;
    const struct local_target *target;
    const char *scratch;
    const char *roots;        /* of --cacert, one file; NULL */
    const char *system_store; /* a bundle; NULL: there is none */
    const char *java_store;   /* Debian's, of all Javas; NULL */
    unsigned runs;            /* so far: names of folders */
    const char **roots_each;  /* the same, a file each: certutil takes no more; NULL at the end */
};

/* browsers_run.c: a profile below the run's folder, with the roots in it. NULL, or why not. */
const char *profile_make(struct comparison *k, struct client_run *r, const char *database, const char *from);

/* One run of one client. */
struct client_kind;
struct client_run {
    const struct client_kind *kind;
    const char *path;
    unsigned bends;
    const char *changes[PROCESS_MAX]; /* of the environment, NULL at the end */
    size_t n_changes;
    const char *dir;     /* of its own, for those that keep a profile; NULL: none */
    const char *said;    /* in the place of its output; NULL: its output */
    const char *skipped; /* why it is not run; NULL: it is */
    struct process process;
};
enum { CLIENT_MAX_ARGV = 40 };
struct client_argv {
    const char *list[CLIENT_MAX_ARGV];
    size_t n;
};
struct client_kind {
    const char *name;
    const char *files[4]; /* the first that is in PATH */
    unsigned reads;
    int extra_s; /* that it takes beside the network */
    /* NULL, or why it cannot be run. */
    const char *(*prepare)(struct comparison *k, struct client_run *r, struct client_argv *argv);
    /* What it has to say stands in a file, for some; `dir` is the run's own folder. */
    bool (*connected)(struct comparison *k, const struct client_run *r);
    const char *tells[4]; /* a line that holds one of these says why; else the last line does */
};
size_t client_kinds(const struct client_kind **ret);
/* Fills process; or skipped. */
void client_prepare(struct comparison *k, struct client_run *r);
/* The line that says why, without secrets, escaped. */
const char *client_detail(struct comparison *k, const struct client_run *r);

void argv_add(struct client_argv *argv, const char *word);
void argv_add_all(struct client_argv *argv, const char *const *words);
const char *prepare_chromium(struct comparison *k, struct client_run *r, struct client_argv *argv);
bool connected_chromium(struct comparison *k, const struct client_run *r);
const char *prepare_firefox(struct comparison *k, struct client_run *r, struct client_argv *argv);

extern const char script_python[], script_node[], script_java[], script_firefox[];

#endif
