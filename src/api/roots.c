/* Root programs through the public header. */
#include "api/options.h"

#include "diagnose/roots.h"
#include "net/fetch.h"
#include "net/file.h"
#include "net/net.h"
#include "pki/name.h"

#include <errno.h>

struct tlswhy_roots {
    struct arena a;
    const char *data_dir; /* NULL: none */
    struct roots known;
};

void tlswhy_set_data_dir(struct tlswhy_options *o, const char *dir) {
    o->request.data_dir = dir ? arena_strdup(&o->a, dir) : NULL;
}

void tlswhy_set_system_store(struct tlswhy_options *o, const char *file, const char *dirs) {
    o->request.store_file = file ? arena_strdup(&o->a, file) : NULL;
    o->request.store_dirs = dirs ? arena_strdup(&o->a, dirs) : NULL;
}

bool tlswhy_add_other_store(struct tlswhy_options *o, const char *name, const char *file) {
    struct request *r = &o->request;
    if (r->n_places == TW_COUNT(r->places)) return false;
    r->places[r->n_places++] = (struct store_place){arena_strdup(&o->a, name), arena_strdup(&o->a, file)};
    return true;
}

struct tlswhy_roots *tlswhy_roots_open(const char *data_dir) {
    struct tlswhy_roots *r = mem_alloc(sizeof *r);
    arena_init(&r->a);
    r->data_dir = data_dir ? arena_strdup(&r->a, data_dir) : NULL;
    roots_load(&r->a, r->data_dir, &r->known);
    return r;
}

void tlswhy_roots_free(struct tlswhy_roots *r) {
    if (!r) return;
    arena_done(&r->a);
    mem_free(r);
}

const char *tlswhy_roots_trouble(const struct tlswhy_roots *r, size_t index) {
    return index < r->known.n_troubles ? r->known.troubles[index] : NULL;
}

bool tlswhy_roots_program(const struct tlswhy_roots *r, size_t index, struct tlswhy_program *ret) {
    if (index >= r->known.set.n) return false;
    const struct program *p = &r->known.set.list[index];
    const struct program_count n = program_count(p);
    *ret = (struct tlswhy_program){.name = p->name,
                                   .from = p->from,
                                   .imported = p->imported,
                                   .roots = n.roots,
                                   .certificates = n.certificates,
                                   .removed = n.removed,
                                   .is_public = program_is_public(p->name)};
    return true;
}

bool tlswhy_roots_root(struct tlswhy_roots *r, size_t program, size_t index, struct tlswhy_root *ret) {
    if (program >= r->known.set.n || index >= r->known.set.list[program].n) return false;
    const struct program_root *root = &r->known.set.list[program].roots[index];
    struct pki_cert c;
    *ret = (struct tlswhy_root){.subject = program_root_name(&r->a, root),
                                .sha256 = text_hex(&r->a, bytes_of(root->sha256, sizeof(root->sha256))),
                                .removed = root->removed,
                                .for_tls = program_root_for_tls(root)};
    if (root->has_distrust) ret->distrust_tls_after = text_time(&r->a, root->distrust_tls_after);
    if (root->der.n == 0) return true;
    (void)pki_cert_read(root->der, &c);
    ret->not_after = text_time(&r->a, c.not_after);
    return true;
}

size_t tlswhy_roots_trusting(const struct tlswhy_roots *r, const void *der, size_t n, const char **names,
                             size_t max) {
    return program_set_trusting(&r->known.set, bytes_of(der, n), names, max);
}

enum tlswhy_publicity tlswhy_roots_publicity(const struct tlswhy_roots *r, const void *der, size_t n) {
    static const enum tlswhy_publicity answers[] = {[PROGRAM_PUBLIC_UNKNOWN] = TLSWHY_PUBLIC_UNKNOWN,
                                                    [PROGRAM_PUBLIC_NO] = TLSWHY_PUBLIC_NO,
                                                    [PROGRAM_PUBLIC_YES] = TLSWHY_PUBLIC_YES};
    return answers[program_set_publicity(&r->known.set, bytes_of(der, n))];
}

/* ---- import ---- */

/* One file that is taken in, from wherever its bytes came. */
struct import {
    struct tlswhy_roots *r;
    struct bytes file;
    const char *name;     /* of the program; NULL: what its kind has */
    const char *from;     /* escaped */
    const char *imported; /* RFC 3339 */
    struct text said;
};

static const char *roots_word(size_t n) {
    return n == 1 ? "root" : "roots";
}

static void tell_refusals(struct import *i, const struct program_reading *reading) {
    size_t shown = reading->n_refused < PROGRAM_MAX_REFUSALS ? reading->n_refused : PROGRAM_MAX_REFUSALS;
    for (size_t k = 0; k < shown; k++)
        text_addf(&i->said, "refused: %s: %s\n", reading->refusals[k].what, reading->refusals[k].why);
    if (shown < reading->n_refused) text_addf(&i->said, "refused: %zu more\n", reading->n_refused - shown);
}

/* A report on removals only adds to where a program came from; the same report again adds nothing. */
static const char *source_beside(struct arena *a, const char *old, const char *from) {
    if (!old) return from;
    return strstr(old, from) ? old : text_f(a, "%s, %s", old, from);
}

/* NULL, or why it could not be kept. */
static const char *keep(struct import *i, struct program *p, bool removals) {
    struct tlswhy_roots *r = i->r;
    const struct program *old = program_set_find(&r->known.set, p->name);
    const char *why = NULL;
    if (removals) program_remove(&r->a, p, old);
    if (old) program_inherit(&r->a, p, old);
    p->from = removals && old ? source_beside(&r->a, old->from, i->from) : i->from;
    p->imported = i->imported;
    if (!roots_save(&r->a, r->data_dir, p, &why)) return why;
    const struct program_count n = program_count(p);
    text_addf(&i->said, "%s: %zu %s, %zu with certificates", p->name, n.roots, roots_word(n.roots),
              n.certificates);
    if (n.removed) text_addf(&i->said, "; %zu taken out", n.removed);
    text_add(&i->said, "\n");
    return NULL;
}

/* NULL, or why nothing more was taken. */
static const char *take(struct import *i) {
    struct tlswhy_roots *r = i->r;
    struct program_reading *reading = ARENA_NEW(&r->a, struct program_reading);
    const char *why = NULL;
    if (!program_read(&r->a, i->file, i->name, reading, &why)) {
        const bool said = reading->n_refused > 0;
        return text_f(&r->a, "%s is not taken: %s%s%s%s%s", i->from, why, said ? " (" : "",
                      said ? reading->refusals[0].what : "", said ? ": " : "",
                      said ? text_f(&r->a, "%s)", reading->refusals[0].why) : "");
    }
    text_addf(&i->said, "%s is %s\n", i->from, reading->kind);
    for (size_t k = 0; k < reading->n; k++) {
        if (reading->programs[k].n == 0) continue;
        const char *trouble = keep(i, &reading->programs[k], reading->removals);
        if (trouble) return trouble;
    }
    tell_refusals(i, reading);
    return NULL;
}

static const char *name_trouble(struct arena *a, const char *name) {
    const char *shown = name ? text_escape(a, bytes_str(name), 100) : "";
    if (name && !program_name_ok(name))
        return text_f(a, "'%s' is no name for a root program: a to z, 0 to 9, and '-', '_', '.' inside",
                      shown);
    if (name && strcmp(name, program_system) == 0)
        return "'system' is what the system has: it is not imported";
    return NULL;
}

static const char *import_file(struct tlswhy_roots *r, const char *file, const char *name, long long at,
                               struct text *said) {
    struct import i = {.r = r, .name = name, .imported = text_time(&r->a, at)};
    const char *why = name_trouble(&r->a, name);
    const char *shown = text_escape(&r->a, bytes_str(file), 300);
    if (why) return why;
    if (!r->data_dir) return "there is no folder to keep root programs in";
    if (!file_read(&r->a, file, ROOTS_MAX_FILE, &i.file, &why))
        return text_f(&r->a, "'%s' cannot be read: %s", shown, why);
    i.from = text_f(&r->a, "'%s'", shown);
    text_init(&i.said, &r->a);
    why = take(&i);
    *said = i.said;
    return why;
}

/* What was read before stays as long as the handle: strings that were given out live on. */
static int over(struct tlswhy_roots *r, const char *why, const struct text *said, const char **ret_message) {
    *ret_message = why ? why : said->s;
    roots_load(&r->a, r->data_dir, &r->known);
    return why ? -1 : 0;
}

int tlswhy_roots_import(struct tlswhy_roots *r, const char *file, const char *name, long long at,
                        const char **ret_message) {
    struct text said;
    text_init(&said, &r->a);
    const char *why = import_file(r, file, name, at, &said);
    return over(r, why, &said, ret_message);
}

/* ---- update ---- */

/* The public reports (https://www.ccadb.org/resources): the one with all programs first, so that the one with
 * Mozilla's certificates and dates has the last word on Mozilla's. */
static const char *const reports[] = {
    "https://ccadb.my.salesforce-sites.com/ccadb/AllIncludedRootCertsCSV",
    "https://ccadb.my.salesforce-sites.com/mozilla/IncludedCACertificateReportPEMCSV",
};
enum { UPDATE_SECONDS = 120 };

struct fetched {
    struct tlswhy_roots *r;
    struct net *net;
    bool over;
    struct bytes body;
    const char *problem; /* NULL: it came */
};

static void on_fetched(void *arg, const struct fetch_answer *answer) {
    struct fetched *f = arg;
    f->over = true;
    if (answer->ok)
        f->body = arena_copy(&f->r->a, answer->body);
    else
        f->problem = arena_strdup(&f->r->a, answer->problem);
    net_wake(f->net);
}

static void fetch(struct fetched *f, const char *url, const char *proxy, bool own_choice) {
    int64_t deadline = net_now(f->net) + INT64_C(1000000000) * UPDATE_SECONDS;
    struct fetch_request q = {.url = url,
                              .allow_https = true,
                              .allow_private = own_choice,
                              .proxy = proxy,
                              .max_bytes = ROOTS_MAX_FILE,
                              .deadline_ns = deadline};
    net_fetch(f->net, &q, on_fetched, f);
    while (!f->over && net_now(f->net) < deadline + INT64_C(1000000000)) net_step(f->net, deadline);
    if (!f->over) f->problem = "no whole answer within the time limit";
}

static const char *update_one(struct tlswhy_roots *r, struct net *net, const char *url, const char *proxy,
                              bool own_choice, struct import *i) {
    struct fetched f = {.r = r, .net = net};
    const char *shown = text_escape(&r->a, bytes_str(url), 300);
    fetch(&f, url, proxy, own_choice);
    if (f.problem) return text_f(&r->a, "%s could not be fetched: %s", shown, f.problem);
    i->from = shown;
    i->file = f.body;
    const char *why = take(i);
    if (!why && strncmp(url, "https:", 6) != 0)
        text_add(&i->said, "note: it came without TLS: anybody on the way could have changed it\n");
    return why;
}

int tlswhy_roots_update(struct tlswhy_roots *r, const char *url, const char *proxy, long long at,
                        const char **ret_message, const char **ret_failures) {
    struct import i = {.r = r, .imported = text_time(&r->a, at)};
    struct net *net = r->data_dir ? net_new() : NULL;
    struct text failures;
    text_init(&i.said, &r->a);
    text_init(&failures, &r->a);
    if (!r->data_dir) text_add(&failures, "there is no folder to keep root programs in\n");
    if (r->data_dir && !net) text_addf(&failures, "%s\n", strerror(errno));
    for (size_t k = 0; net && k < (url ? 1 : TW_COUNT(reports)); k++) {
        const char *why = update_one(r, net, url ? url : reports[k], proxy, url != NULL, &i);
        if (why) text_addf(&failures, "%s\n", why);
        roots_load(&r->a, r->data_dir, &r->known);
    }
    if (net) net_free(net);
    *ret_message = i.said.s;
    *ret_failures = failures.s;
    return failures.n ? -1 : 0;
}
