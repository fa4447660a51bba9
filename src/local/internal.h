/* What the files of the room share. Not for other rooms. */
#ifndef TW_LOCAL_INTERNAL_H
#define TW_LOCAL_INTERNAL_H

#include "local/local.h"
#include "local/settings.h"
#include "local/store.h"

struct examination {
    struct arena *a;
    const struct local_machine *m;
    struct local_report *r;
};
/* Where a setting stands, and whom it concerns. */
struct origin {
    const char *file; /* as it is; NULL: a variable */
    size_t line;
    const char *variable; /* NULL: a file */
    const char *program;
};
static inline struct origin origin_of(const struct setting *s, const char *program) {
    return (struct origin){.file = s->file, .line = s->line, .program = program};
}
static inline struct origin origin_variable(const char *name, const char *program) {
    return (struct origin){.variable = name, .program = program};
}
/* `fix`: steps with newlines between; NULL for none. Everything in the arena or static. */
void tell(struct examination *x, const struct origin *at, enum local_severity severity, const char *id,
          const char *summary, const char *fix);
const char *shown(struct examination *x, const char *foreign); /* escaped, cut, in quotation marks */

/* ---- files (files.c): below machine->root, regular ones only ---- */

/* False: *why, and *ret_missing where there is no such file. */
bool local_read(struct examination *x, const char *path, size_t max, struct bytes *ret, const char **why,
                bool *ret_missing);
/* Settings out of a file, if it is there; a file that cannot be read is told. False: nothing was read. */
bool local_settings(struct examination *x, enum settings_style style, const char *path, const char *program,
                    struct settings *ret);
size_t local_list(struct examination *x, const char *dir, const char *suffix, char **ret, size_t max);
bool local_is_dir(struct examination *x, const char *path);
int64_t local_modified(struct examination *x, const char *path); /* 0: none */
/* The file behind links, without machine->root; `path` itself where there is none. */
const char *local_real(struct examination *x, const char *path);
/* A file that the system's crypto-policies write: programs' own configuration includes it. */
bool local_is_policy(struct examination *x, const char *path);
/* HOME/`rest`; NULL where HOME is not known. */
const char *local_home(struct examination *x, const char *rest);
/* A program in PATH (absolute folders alone); NULL: not installed. */
const char *local_which(struct examination *x, const char *name);

/* ---- judgements that several formats share (judge.c) ---- */

enum { TLS_NONE = 0 };
/* "TLSv1.2", "tls1.2", "VERS-TLS1.2", "1.2", "tlsv1_2": its number; 0: not known. */
uint16_t local_version(const char *word);
/* The versions that are left of 1.2 and 1.3; says so if not both, or if older ones are let in. */
struct version_policy {
    uint16_t min, max;       /* 0: not bounded */
    bool no_12, no_13, weak; /* switched off one by one; older ones are allowed on purpose */
    const char *says;        /* what is written there: "MinProtocol = TLSv1.3" */
    const char *undo;
    const char *id; /* NULL: client-version-policy */
};
void judge_versions(struct examination *x, const struct origin *at, const struct version_policy *p);
/* A store that a setting names. `replaces`: it takes the place of the system's; else it is added. */
struct store_use {
    const char *path; /* as it is; several with colons where `folders` */
    const char *what; /* "SSL_CERT_FILE" */
    bool replaces, folder;
    const char *undo;
};
void judge_store(struct examination *x, const struct origin *at, const struct store_use *use);
void judge_proxy(struct examination *x, const struct origin *at, const char *url);
/* "http://user:pw@h:1" without what stands before the "@". */
const char *local_redact(struct arena *a, const char *text);
/* Adds a store to the report, once; NULL: nothing is known of it. */
const struct local_store *store_note(struct examination *x, const char *path, const char *used_by,
                                     struct store_content *content);

/* Says so where it holds many certificates of one subject; `remove`: how one is taken out. */
void judge_same_names(struct examination *x, const struct origin *at, const struct store_content *s,
                      const char *remove);

/* ---- who reads what ---- */

void examine_environment(struct examination *x);
void examine_openssl(struct examination *x);
void examine_policies(struct examination *x); /* crypto-policies */
void examine_gnutls(struct examination *x);
void examine_java(struct examination *x);
void examine_browsers(struct examination *x);
void examine_tools(struct examination *x); /* curl, wget, git, npm, pip */
void examine_hosts(struct examination *x);
void examine_stores(struct examination *x);
void examine_programs(struct examination *x);

/* Words of a list, at any of `between`. */
struct words {
    const char *rest;
    const char *between;
};
bool words_next(struct examination *x, struct words *w, const char **ret);

#endif
