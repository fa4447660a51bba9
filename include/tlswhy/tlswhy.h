/* libtlswhy: why a TLS handshake failed, who has to fix it, and how, with the proof.
 *
 *     struct tlswhy_options *o = tlswhy_options_new();
 *     if (tlswhy_set(o, "tls-max", "1.2") || tlswhy_set_target(o, "www.example.org:8443"))
 *         fprintf(stderr, "%s\n", tlswhy_options_error(o));
 *     struct tlswhy_report *r = tlswhy_diagnose(o, NULL, NULL);
 *     puts(tlswhy_report_json(r));
 *     tlswhy_report_free(r);
 *     tlswhy_options_free(o);
 *
 * Options and the report are those of the command: every option has the command's name without its dashes,
 * and the JSON report is `tlswhy-report/1`. The library prints nothing, reads no environment variable, and
 * ends no process, but where memory runs out (tlswhy_on_no_memory()). Different objects may be used by
 * different threads at the same time; one object by one thread at a time. Strings that are returned are
 * UTF-8, are never to be freed, and live as long as the object that gave them. */
#ifndef TLSWHY_TLSWHY_H
#define TLSWHY_TLSWHY_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, "0.1.0". */
const char *tlswhy_version(void);

/* What happens when memory runs out: by default one line on standard error and exit status 4. The handler
 * must not return. NULL restores the default. For the whole process. */
void tlswhy_on_no_memory(void (*handler)(void));

/* --- what to diagnose --- */

/* The options of one diagnosis, all at their defaults. Free with tlswhy_options_free(), which accepts NULL.
 */
struct tlswhy_options;
struct tlswhy_options *tlswhy_options_new(void);
void tlswhy_options_free(struct tlswhy_options *o);

/* Sets an option by the command's name for it without the dashes: "connect-to", "servername", "no-sni",
 * "starttls", "cacert", "capath", "cert", "key", "client", "tls-min", "tls-max", "ciphers", "groups",
 * "sigalgs", "alpn", "time-source", "proxy", "4", "6", "timeout", "max-time", "max-connections", "offline",
 * "resolver", "all-clients". `value` is copied; NULL for an option that takes none. Those that the command
 * lets repeat
 * ("cacert", "capath", "time-source") add up. 0, or -1: the name is not one of these, or the value is not one
 * that it takes; tlswhy_options_error() says which and why. */
int tlswhy_set(struct tlswhy_options *o, const char *name, const char *value);
/* True if the option is known; *ret_takes_value says whether it wants a value. */
bool tlswhy_option_known(const char *name, bool *ret_takes_value);
/* The endpoint: "HOST", "HOST:PORT", "ADDRESS", "[V6]:PORT". Names in any script (IDNA 2008, RFC 5891). 0, or
 * -1 as above. */
int tlswhy_set_target(struct tlswhy_options *o, const char *target);
/* The data folder, where the root programs are that were imported (see below). Copied; NULL: none, the
 * default. */
void tlswhy_set_data_dir(struct tlswhy_options *o, const char *dir);
/* Where the client's roots are without "cacert" and "capath": in the place of the system's file and of its
 * folder, as SSL_CERT_FILE and SSL_CERT_DIR are for OpenSSL (several folders with colons between). NULL: the
 * system's. What cannot be read there is a cause, not an error. */
void tlswhy_set_system_store(struct tlswhy_options *o, const char *file, const char *dirs);
/* A PEM file of roots that another program on this machine reads ("curl"): a report then says that a root is
 * installed there. False: there are too many. */
bool tlswhy_add_other_store(struct tlswhy_options *o, const char *name, const char *file);
/* A proxy that this machine's configuration names and that the client does not use, and what names it
 * ("http_proxy"): where the host is not reached without one, it is tried. False: it is no address of a proxy
 * that can be tried. */
bool tlswhy_set_known_proxy(struct tlswhy_options *o, const char *name, const char *url);
/* One line on the last thing that failed on these options; "" if nothing did. */
const char *tlswhy_options_error(const struct tlswhy_options *o);

/* --- the diagnosis --- */

enum tlswhy_verdict {
    TLSWHY_OK,      /* this client and every current one connects, at every address */
    TLSWHY_PARTIAL, /* this client connects at the first address; some current client or some address does not
                     */
    TLSWHY_FAIL,    /* this client does not connect */
    TLSWHY_UNDETERMINED, /* it does not, and no cause is proven or likely */
    TLSWHY_TROUBLE,      /* no diagnosis came about: tlswhy_report_error() says why */
};

/* Diagnoses the target: blocks until there is a verdict, for "max-time" at most (and name look-ups that the
 * system does not end). `progress` may be NULL; else it is called in this thread with a short line now and
 * then. Never NULL; free with tlswhy_report_free(), which accepts NULL. The options may be used again and
 * freed before the report. */
struct tlswhy_report;
struct tlswhy_report *tlswhy_diagnose(const struct tlswhy_options *o,
                                      void (*progress)(void *arg, const char *line), void *arg);
void tlswhy_report_free(struct tlswhy_report *r);

enum tlswhy_verdict tlswhy_report_verdict(const struct tlswhy_report *r);
/* The command's exit status: 0 nothing to fix, 1 a cause is reported, 2 a file cannot be read, 3
 * undetermined, 4 trouble of our own. */
int tlswhy_report_exit_status(const struct tlswhy_report *r);
/* TLSWHY_TROUBLE: one line that says what; else "". */
const char *tlswhy_report_error(const struct tlswhy_report *r);

/* The causes, the one to fix first at index 0. */
struct tlswhy_cause {
    const char *id;        /* of the catalogue: "cert-expired" */
    const char *fixer;     /* "client", "server" or "network" */
    const char *certainty; /* "proven", "likely" or "possible" */
    const char *summary;   /* one sentence with the actual values */
};
size_t tlswhy_report_causes(const struct tlswhy_report *r);
/* False if there is no such index; *ret is untouched then. */
bool tlswhy_report_cause(const struct tlswhy_report *r, size_t index, struct tlswhy_cause *ret);

/* --- the report; NULL where the verdict is TLSWHY_TROUBLE --- */

/* `tlswhy-report/1`: one JSON object, with a newline at its end. */
const char *tlswhy_report_json(struct tlswhy_report *r);
struct tlswhy_text_style {
    bool color;     /* ANSI colours */
    bool quiet;     /* the verdict and one sentence a cause */
    bool verbose;   /* every observation, certificate and cost */
    unsigned width; /* columns to wrap at; 0: 80 */
};
/* For people: the verdict first. `style` may be NULL. */
const char *tlswhy_report_text(struct tlswhy_report *r, const struct tlswhy_text_style *style);
/* The handshake message by message, with the place where it broke (RFC 8446 2, RFC 5246 7.3). */
const char *tlswhy_report_trace(struct tlswhy_report *r, const struct tlswhy_text_style *style);
/* Writes the files that repair it ("fullchain.pem") into a directory, which is made where it is missing.
 * Gives the number of files written (0: nothing to repair by a file), or -1 with one line in *ret_message
 * (which also says what was written). */
int tlswhy_report_write_fix(struct tlswhy_report *r, const char *dir, const char **ret_message);
/* Keeps the report as JSON in a file, whole or not at all, for the option "compare" of another run. 0, or -1
 * with one line in *ret_message. */
int tlswhy_report_save(struct tlswhy_report *r, const char *path, const char **ret_message);

/* --- one certificate chain, without a connection: `tlswhy verify` --- */

/* Judges one chain: by RFC 5280 and RFC 9525 strictly, or as a client does. Nothing is fetched, no file is
 * read. Free with tlswhy_verify_free(), which accepts NULL; what else is returned lives as long. */
struct tlswhy_verify;
struct tlswhy_verify *tlswhy_verify_new(void);
void tlswhy_verify_free(struct tlswhy_verify *v);
/* `what`: "leaf" (the certificate that is judged; others may follow it), "untrusted", "roots", "crl" (then
 * every certificate must be covered, RFC 5280 6.3); up to 64 of each but the leaf, which is the last given. A
 * PEM bundle (RFC 7468), or one certificate or CRL in DER; not copied: it must stay until
 * tlswhy_verify_free(). `called`: the name that messages use for it, of a file say; NULL: `what`. "leaf" and
 * "roots" are needed. 0, or -1: there is no such `what`. */
int tlswhy_verify_give(struct tlswhy_verify *v, const char *what, const char *called, const void *bytes,
                       size_t n);
/* An option of the command by its name without the dashes: "at" (which is needed: no clock is read), "host",
 * "ip", "purpose", "client", "max-depth", "policy" (repeatable), "explicit-policy", "inhibit-any",
 * "inhibit-mapping". `value` is copied; NULL for an option that takes none. 0, or -1: tlswhy_verify_error()
 * says why. */
int tlswhy_verify_set(struct tlswhy_verify *v, const char *name, const char *value);
/* 1: accepted; 0: rejected; -1: something is missing or cannot be read, and tlswhy_verify_error() says what.
 * Where memory and time would not bound a hostile pile of certificates, the work does: then "work-limit" is
 * among the reasons. */
int tlswhy_verify_run(struct tlswhy_verify *v);
const char *tlswhy_verify_error(const struct tlswhy_verify *v);

/* Why it was rejected, by the best path that was found: none where it was accepted. */
struct tlswhy_reason {
    const char *code; /* an id of the catalogue, or a finer word */
    size_t cert;      /* its place in the path, the leaf 0 */
    const char *text; /* one sentence */
};
size_t tlswhy_verify_reasons(const struct tlswhy_verify *v);
/* False if there is no such index; *ret is untouched then. */
bool tlswhy_verify_reason(const struct tlswhy_verify *v, size_t index, struct tlswhy_reason *ret);
/* The command's answer, as one line of JSON and for people; NULL before tlswhy_verify_run() gave 0 or 1. */
const char *tlswhy_verify_json(struct tlswhy_verify *v);
const char *tlswhy_verify_text(struct tlswhy_verify *v);

/* --- certificate files, and what repairs them: `tlswhy chain` --- */

/* Judges what an administrator has at hand: which certificate is the server's own, whether the chain is whole
 * and in order, whether the private key belongs to it. No file is read. Free with tlswhy_chain_free(), which
 * accepts NULL; what else is returned lives as long. */
struct tlswhy_chain;
struct tlswhy_chain *tlswhy_chain_new(void);
void tlswhy_chain_free(struct tlswhy_chain *c);
/* An option of the command by its name without the dashes: "at" (which is needed: no clock is read),
 * "client", "host", "pass" (before the files that it opens, and the password itself), "fetch" (certificates
 * that are missing are asked for over AIA, RFC 5280 4.2.2.1: up to 16 connections, 20 seconds), "proxy" (of
 * those). `value` is copied; NULL for an option that takes none. 0, or -1: tlswhy_chain_error() says why. */
int tlswhy_chain_set(struct tlswhy_chain *c, const char *name, const char *value);
/* `what`: "file" (certificates and a key, in the order of the server's configuration) or "roots" (then
 * exactly these are trusted, and not the system's). PEM (RFC 7468), DER, PKCS #7 or PKCS #12 (RFC 7292); not
 * copied: it must stay until tlswhy_chain_free(). `called`: the name that messages use for it; NULL: `what`.
 * 0, or -1: nothing in it can be used, and tlswhy_chain_error() says why. */
int tlswhy_chain_give(struct tlswhy_chain *c, const char *what, const char *called, const void *bytes,
                      size_t n);
/* In the place of the system's roots, as tlswhy_set_system_store() has it. */
void tlswhy_chain_set_system_store(struct tlswhy_chain *c, const char *file, const char *dirs);
/* 1: in order; 0: there is something to repair, or the chain is not accepted; -1: a certificate or the time
 * is missing; -2: this machine failed us. Below 0 tlswhy_chain_error() says more. */
int tlswhy_chain_run(struct tlswhy_chain *c);
const char *tlswhy_chain_error(const struct tlswhy_chain *c);
/* Writes the repaired fullchain.pem into a folder, whole or not at all. The number of files written, 0 where
 * no file would repair anything, or -1; *ret_message says it in a line. The text tells then what was changed.
 */
int tlswhy_chain_write_fix(struct tlswhy_chain *c, const char *dir, const char **ret_message);
/* The command's answer, as JSON (`tlswhy-chain/1`) and for people (`style` NULL: the defaults); NULL before
 * tlswhy_chain_run() gave 0 or 1. */
const char *tlswhy_chain_json(struct tlswhy_chain *c);
const char *tlswhy_chain_text(struct tlswhy_chain *c, const struct tlswhy_text_style *style);

/* --- root programs --- */

/* Which roots the system, Mozilla, Google, Apple, Microsoft and files of your own trust. They are kept below
 * the data folder, which the command has at $XDG_DATA_HOME/tlswhy; NULL: nothing was imported, and only what
 * the system has by itself is known. Nothing but tlswhy_roots_import() and tlswhy_roots_update() writes
 * there.
 */
struct tlswhy_roots;
/* Never NULL; free with tlswhy_roots_free(), which accepts NULL. */
struct tlswhy_roots *tlswhy_roots_open(const char *data_dir);
void tlswhy_roots_free(struct tlswhy_roots *r);
/* One line on each file of the data folder that cannot be read; NULL past the end. */
const char *tlswhy_roots_trouble(const struct tlswhy_roots *r, size_t index);

struct tlswhy_program {
    const char *name;           /* "system", "mozilla", "google", "apple", "microsoft", or what was chosen */
    const char *from;           /* file, folder or URL; NULL: not known */
    const char *imported;       /* RFC 3339; NULL: it was not imported */
    size_t roots, certificates; /* how many, and of how many the certificate is known */
    size_t removed;             /* that it had once, and took out: listed among the others */
    bool is_public;             /* everybody's: a root in it is a public one */
};
/* In the order above. False if there is no such index; *ret is untouched then. */
bool tlswhy_roots_program(const struct tlswhy_roots *r, size_t index, struct tlswhy_program *ret);

struct tlswhy_root {
    const char *subject;            /* or what the report calls it */
    const char *sha256;             /* of the certificate, hexadecimal */
    const char *not_after;          /* RFC 3339; NULL: the certificate is not known */
    const char *distrust_tls_after; /* RFC 3339: leaves that begin later are not trusted; NULL: none */
    bool for_tls;                   /* false: the program has it for other purposes alone, or not any more */
    bool removed;                   /* it took it out */
};
bool tlswhy_roots_root(struct tlswhy_roots *r, size_t program, size_t index, struct tlswhy_root *ret);

/* The programs that trust this certificate (DER) as a root for TLS servers: their names, at most `max`; gives
 * how many. A root that was issued anew with its name and key is the same. */
size_t tlswhy_roots_trusting(const struct tlswhy_roots *r, const void *der, size_t n, const char **names,
                             size_t max);
enum tlswhy_publicity {
    TLSWHY_PUBLIC_UNKNOWN, /* no public program is known here */
    TLSWHY_PUBLIC_NO,      /* a private root */
    TLSWHY_PUBLIC_YES,     /* in a program that is everybody's, whatever for */
};
enum tlswhy_publicity tlswhy_roots_publicity(const struct tlswhy_roots *r, const void *der, size_t n);

/* Takes a PEM bundle, or a public CSV report of the CCADB: one with certificates (Mozilla's), one on all
 * programs, or one on what was taken out. `name`: of the program of a file that is about one; NULL: "yours"
 * of a bundle, "mozilla" of a report. `at`: now, in seconds since 1970. 0 with lines on what was taken and
 * what was refused, and why, or -1 with one line in *ret_message. */
int tlswhy_roots_import(struct tlswhy_roots *r, const char *file, const char *name, long long at,
                        const char **ret_message);
/* The same for the CCADB's own reports, fetched by HTTPS; `url`: this one in their place (NULL: none),
 * `proxy`: through this one (NULL: directly). -1 where one could not be had: *ret_failures says which and
 * why, one line each; the others are taken. */
int tlswhy_roots_update(struct tlswhy_roots *r, const char *url, const char *proxy, long long at,
                        const char **ret_message, const char **ret_failures);

/* --- the catalogue --- */

/* Ids in alphabetical order; NULL past the end. */
const char *tlswhy_catalogue_id(size_t index);
/* Its title: a short sentence; NULL for an unknown id. */
const char *tlswhy_catalogue_title(const char *id);
/* Its whole text for people: allocated, to be freed with tlswhy_string_free(); NULL for an unknown id.
 * `style` may be NULL. */
char *tlswhy_catalogue_explain(const char *id, const struct tlswhy_text_style *style);

/* Client profiles: names in order, NULL past the end; one in a sentence; and one in full, as above. */
const char *tlswhy_profile_name(size_t index);
const char *tlswhy_profile_title(const char *name);
char *tlswhy_profile_show(const char *name);

void tlswhy_string_free(char *s);

#ifdef __cplusplus
}
#endif

#endif
