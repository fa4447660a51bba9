/* The options behind the public handle: a struct request and the texts that it borrows. Not for programs. */
#ifndef TW_API_OPTIONS_H
#define TW_API_OPTIONS_H

#include "tlswhy/tlswhy.h"

#include "report/report.h"

struct tlswhy_options {
    struct arena a; /* everything that `request` borrows, and `error` */
    struct request request;
    const char *error;
};

/* An option as data: its name, and how its value gets into the request. */
struct option_row {
    const char *name;
    /* False: options_fail() has said why. `value` is NULL for an option that takes none. */
    bool (*set)(struct tlswhy_options *o, const char *value);
    bool takes_value;
    bool bends; /* makes another client of the one that is played: named in the report */
};
const struct option_row *option_find(const char *name); /* NULL if there is none */
const struct option_row *option_table(size_t *ret_n);
/* As it is typed: "--tls-max", "-4". */
const char *option_typed(struct arena *a, const char *name);

/* Keeps the line for tlswhy_options_error(), and gives false. */
bool options_fail(struct tlswhy_options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What was typed, in quotation marks, escaped and cut: a line stays one line. */
const char *options_quote(struct tlswhy_options *o, const char *typed);
/* False where two options contradict each other. */
bool options_agree(struct tlswhy_options *o);

/* values.c: for the rows of the table */
bool value_version(struct tlswhy_options *o, const char *option, const char *value, uint16_t *ret);
bool value_suites(struct tlswhy_options *o, const char *value);
bool value_groups(struct tlswhy_options *o, const char *value);
bool value_sigalgs(struct tlswhy_options *o, const char *value);
bool value_alpn(struct tlswhy_options *o, const char *value);
/* "10", "2.5": more than zero; what is beyond all patience is cut. */
bool value_seconds(struct tlswhy_options *o, const char *option, const char *value, int64_t *ret_ns);

/* target.c */
struct place {
    const char *host;  /* A-labels without the root's dot, or an address without brackets */
    const char *shown; /* the same as it was typed */
    bool is_address;
    uint16_t port; /* 0: none was given */
};
/* HOST, HOST:PORT, ADDRESS, [V6], [V6]:PORT. `before` begins the error: "--connect-to: ", or "". */
bool place_parse(struct tlswhy_options *o, const char *before, const char *typed, struct place *ret);
/* The same, and what a person may paste: "https://HOST:PORT/path". */
bool target_parse(struct tlswhy_options *o, const char *typed, struct place *ret);
/* A name alone, no address. */
bool name_parse(struct tlswhy_options *o, const char *before, const char *typed, const char **ret);
/* What --servername takes: a name, or an address as clients that do not know better send it (RFC 6066 3). */
bool servername_parse(struct tlswhy_options *o, const char *typed, const char **ret);

/* oid.c: the contents of an OBJECT IDENTIFIER (X.690 8.19). False: it is none. */
bool oid_parse(struct arena *a, const char *s, struct bytes *ret);

/* judges.c: "--client" of what judges certificates alone. The judge of that name, or of the profile of that
 * name (CONTRACT.md, "Names of clients"); NULL: options_fail() has said why. */
struct pki_judge;
const struct pki_judge *judge_named(struct tlswhy_options *o, const char *name);

/* A request of its own, with all defaults filled in, for as long as the arena lives. */
const struct request *request_settle(struct arena *a, const struct request *r);

struct report_style style_of(const struct tlswhy_text_style *style); /* NULL: the defaults */

#endif
