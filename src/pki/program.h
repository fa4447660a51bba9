/* Root programs: which roots Mozilla, Google, Apple, Microsoft, the system or somebody's own file trust. Read
 * from bytes: PEM bundles, the public CSV reports of the CCADB (https://www.ccadb.org/resources), and what
 * program_write() made. No I/O, no clock. */
#ifndef TW_PKI_PROGRAM_H
#define TW_PKI_PROGRAM_H

#include "pki/cert.h"

enum program_trust { PROGRAM_TLS = 1u << 0, PROGRAM_EMAIL = 1u << 1, PROGRAM_OTHER = 1u << 2 };
struct program_root {
    uint8_t sha256[32];
    struct bytes der; /* empty: known by its fingerprint alone */
    const char *name; /* what the report calls it, escaped; NULL: nothing. See program_root_name() */
    size_t place;     /* order of arrival */
    bool removed;     /* the program had it once, and took it out */
    bool has_trust;   /* the report says what it is trusted for */
    unsigned trust;   /* enum program_trust */
    bool has_distrust;
    int64_t distrust_tls_after; /* end of that day: leaves that begin later are not trusted */
};
struct program {
    const char *name;     /* "mozilla" */
    const char *from;     /* file or URL, escaped; NULL: not said */
    const char *imported; /* RFC 3339; NULL: it was not imported */
    bool has_trust;       /* its report has trust bits, and dates */
    bool has_distrust;
    struct program_root *roots; /* each once, in order of arrival */
    size_t n, room;
    struct program_root **by_sha256; /* n of them */
};
struct program_set {
    struct program *list;
    size_t n, room;
};

extern const char *const program_system; /* "system" */
/* One of the programs that are everybody's: mozilla, google, apple, microsoft. */
bool program_is_public(const char *name);
const char *program_public_name(size_t i);   /* NULL past the end */
const char *program_title(const char *name); /* "Mozilla"; of others the name itself */
bool program_set_has_public(const struct program_set *set);
/* Lower-case letters, digits, "-", "_" and "." inside, at most 64: fit for a file. */
bool program_name_ok(const char *name);

/* Copies nothing but the struct; `name` may be NULL: the subject. After the last one call program_settle().
 */
void program_add(struct arena *a, struct program *p, const struct program_root *root);
void program_settle(struct arena *a, struct program *p); /* removes doubles, makes the index */
/* The root with this certificate (DER). */
struct program_root program_root_of(const struct pki_cert *c);
/* The subject of its certificate, else what the report calls it; escaped. Read when somebody asks: a
 * diagnosis looks up one root of hundreds. */
const char *program_root_name(struct arena *a, const struct program_root *root);
struct program *program_set_add(struct program_set *set, struct arena *a, const char *name);
const struct program *program_set_find(const struct program_set *set, const char *name);
/* The set knows certificates that a program has by fingerprint alone: filled in. */
void program_set_share(struct program_set *set);
/* What `old` knows and `p` does not: certificates, dates where its report has none, and roots that were taken
 * out before. */
void program_inherit(struct arena *a, struct program *p, const struct program *old);
/* *p has nothing but roots that were taken out: it becomes the whole program, with what `old` has besides. */
void program_remove(struct arena *a, struct program *p, const struct program *old);

struct program_count {
    size_t roots, certificates; /* how many it has, and of how many of them the certificate is known */
    size_t removed;             /* … and how many it took out */
};
struct program_count program_count(const struct program *p);

const struct program_root *program_find(const struct program *p, const uint8_t sha256[32]);
/* The root that makes a program trust this certificate as an anchor: itself, or one of the same name and
 * key; one that was taken out only where no other is there. NULL: none. */
const struct program_root *program_anchor(const struct program *p, struct bytes der);
/* Trusted for TLS servers, as far as the program says; its date of distrust is not looked at. */
bool program_root_for_tls(const struct program_root *root);
/* The same, for a certificate that is valid from `begins` on. */
bool program_root_for(const struct program_root *root, int64_t begins);
/* The programs that trust this certificate as a root for TLS: their names, at most `max`. */
size_t program_set_trusting(const struct program_set *set, struct bytes der, const char **names, size_t max);
/* Whether a root is public: in a program that is everybody's. The system's store and own files make none. */
enum program_publicity {
    PROGRAM_PUBLIC_UNKNOWN, /* no such program is known here */
    PROGRAM_PUBLIC_NO,
    PROGRAM_PUBLIC_YES,
};
enum program_publicity program_set_publicity(const struct program_set *set, struct bytes der);

/* ---- reading ---- */

enum { PROGRAM_MAX_REFUSALS = 20, PROGRAM_MAX_READ = 4 };
struct program_refusal {
    const char *what; /* "line 12", "certificate 3" */
    const char *why;
};
struct program_reading {
    const char *kind; /* static: "a PEM bundle" */
    struct program programs[PROGRAM_MAX_READ];
    size_t n;
    bool removals; /* programs[0] holds what was taken out, and nothing else */
    struct program_refusal refusals[PROGRAM_MAX_REFUSALS]; /* the first of them */
    size_t n_refused;
};
/* `name`: of the program, where the file is about one; NULL: what its kind has by default. False: *why says
 * in a line why there is nothing to take; refusals may be there. Everything borrows from the file and the
 * arena.
 */
bool program_read(struct arena *a, struct bytes file, const char *name, struct program_reading *ret,
                  const char **why);
/* CSV that program_read() gives back. */
struct bytes program_write(struct arena *a, const struct program *p);

#endif
