/* `tlswhy verify`: one chain, one verdict, for scripts and test suites. */
#include "cli.h"

#include "api/options.h"
#include "api/verify.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <time.h>

enum { EXIT_REJECTED = 1, MAX_POLICIES = 64 };
static const size_t max_file = (size_t)256 << 20;

/* What is asked, as it is read from the command line. */
struct verify {
    struct cli *c;
    const char *files[VERIFY_CRLS + 1];
    const char *host, *ip;
    const char *judge;
    bool has_at, has_purpose, json;
    struct verify_request request;
    struct pki_host host_read;
    struct bytes policies[MAX_POLICIES];
    uint8_t *heap[VERIFY_CRLS + 1]; /* the files */
    size_t n_heap;
};

static const char help[] =
    "usage: tlswhy verify --leaf FILE [--untrusted FILE] --roots FILE [OPTIONS]\n"
    "\n"
    "Judges one certificate chain; nothing is fetched. FILEs are PEM bundles.\n"
    "  --json                     {\"verdict\", \"reasons\": [{\"code\", \"cert\", \"text\"}], \"path\"}\n"
    "  --at TIME                  2026-01-31T00:00:00Z (default: now)\n"
    "  --host NAME, --ip ADDR     the name that the leaf must be valid for\n"
    "  --purpose server|client|any  (default: server where a name is asked for, else any)\n"
    "  --client JUDGE             as that client judges (default: strict, RFC 5280 and RFC 9525)\n"
    "  --crl FILE                 each certificate must be covered by these\n"
    "  --max-depth N              intermediates at most\n"
    "  --policy OID               acceptable policy (repeatable);  --explicit-policy  one is required\n"
    "  --inhibit-any, --inhibit-mapping\n"
    "\n"
    "Exit status: 0 accepted; 1 rejected; 2 usage, or a file that cannot be read.\n";

/* ---- values ---- */

static int set_file(struct verify *v, const char *name, const char *value) {
    static const char *const names[] = {[VERIFY_LEAF] = "leaf",
                                        [VERIFY_UNTRUSTED] = "untrusted",
                                        [VERIFY_ROOTS] = "roots",
                                        [VERIFY_CRLS] = "crl"};
    for (size_t i = 0; i < TW_COUNT(names); i++)
        if (strcmp(names[i], name) == 0) v->files[i] = value;
    return 0;
}

static int set_host(struct verify *v, const char *name, const char *value) {
    *(strcmp(name, "ip") == 0 ? &v->ip : &v->host) = value;
    return 0;
}

static int set_purpose(struct verify *v, const char *name, const char *value) {
    static const char *const words[] = {
        [PKI_PURPOSE_ANY] = "any", [PKI_PURPOSE_SERVER] = "server", [PKI_PURPOSE_CLIENT] = "client"};
    v->has_purpose = true;
    for (size_t i = 0; i < TW_COUNT(words); i++) {
        if (strcmp(words[i], value) != 0) continue;
        v->request.query.purpose = (enum pki_purpose)i;
        return 0;
    }
    return usage_error(v->c, "--%s: %s is not one of server, client, any", name, quote(v->c, value));
}

static int set_at(struct verify *v, const char *name, const char *value) {
    v->has_at = true;
    if (time_read(value, &v->request.query.at)) return 0;
    return usage_error(v->c, "--%s: %s is no time like 2026-01-31T00:00:00Z", name, quote(v->c, value));
}

static int set_depth(struct verify *v, const char *name, const char *value) {
    uint64_t n;
    if (!text_number(value, UINT32_MAX, &n))
        return usage_error(v->c, "--%s: %s is no number", name, quote(v->c, value));
    v->request.query.has_max_cas = true;
    v->request.query.max_cas = (uint32_t)n;
    return 0;
}

static int set_judge(struct verify *v, const char *name, const char *value) {
    int status;
    (void)name;
    v->request.query.judge = judges_find(v->c, value, &status);
    return status;
}

/* One arc in base 128, the highest bit set on all bytes but the last (X.690 8.19.2). */
static size_t put_arc(uint8_t *out, uint64_t arc) {
    size_t n = 1;
    for (uint64_t rest = arc >> 7; rest; rest >>= 7) n++;
    for (size_t i = n; i-- > 0; arc >>= 7) out[i] = (uint8_t)((arc & 0x7F) | (i + 1 < n ? 0x80 : 0));
    return n;
}

/* "2.5.29.32.0" as the contents of an OBJECT IDENTIFIER. */
static bool read_oid(struct arena *a, const char *s, struct bytes *ret) {
    uint8_t *out = arena_alloc(a, strlen(s) * 2 + 16);
    size_t n = 0, arcs = 0;
    uint64_t first = 0, arc;
    for (;; arcs++) {
        size_t digits = strcspn(s, ".");
        if (!text_number(arena_str(a, bytes_of(s, digits)), UINT64_MAX >> 1, &arc)) return false;
        if (arcs == 0 ? arc > 2 : arcs == 1 && first < 2 && arc > 39) return false;
        if (arcs == 0)
            first = arc;
        else
            n += put_arc(out + n, arcs == 1 ? first * 40 + arc : arc);
        s += digits;
        if (!*s) break;
        s++;
    }
    *ret = bytes_of(out, n);
    return arcs >= 1;
}

static int add_policy(struct verify *v, const char *name, const char *value) {
    struct pki_query *q = &v->request.query;
    if (q->n_policies == MAX_POLICIES) return usage_error(v->c, "--%s: at most %d", name, MAX_POLICIES);
    if (!read_oid(&v->c->a, value, &v->policies[q->n_policies]))
        return usage_error(v->c, "--%s: %s is no object identifier like 2.23.140.1.2.1", name,
                           quote(v->c, value));
    q->n_policies++;
    return 0;
}

static int set_flag(struct verify *v, const char *name, const char *value) {
    struct {
        const char *name;
        bool *flag;
    } flags[] = {{"json", &v->json},
                 {"explicit-policy", &v->request.query.explicit_policy},
                 {"inhibit-any", &v->request.query.inhibit_any},
                 {"inhibit-mapping", &v->request.query.inhibit_mapping},
                 {"help", &v->c->help},
                 {"version", &v->c->version}};
    (void)value;
    for (size_t i = 0; i < TW_COUNT(flags); i++)
        if (strcmp(flags[i].name, name) == 0) *flags[i].flag = true;
    return 0;
}

/* ---- the command line ---- */

static const struct row {
    struct word_option option; /* first */
    int (*set)(struct verify *v, const char *name, const char *value);
} rows[] = {
    {{"at", true}, set_at},
    {{"client", true}, set_judge},
    {{"crl", true}, set_file},
    {{"explicit-policy", false}, set_flag},
    {{"help", false}, set_flag},
    {{"host", true}, set_host},
    {{"inhibit-any", false}, set_flag},
    {{"inhibit-mapping", false}, set_flag},
    {{"ip", true}, set_host},
    {{"json", false}, set_flag},
    {{"leaf", true}, set_file},
    {{"max-depth", true}, set_depth},
    {{"policy", true}, add_policy},
    {{"purpose", true}, set_purpose},
    {{"roots", true}, set_file},
    {{"untrusted", true}, set_file},
    {{"version", false}, set_flag},
};

static const char *row_name(size_t i) {
    return i < TW_COUNT(rows) ? rows[i].option.name : NULL;
}

static int read_option(struct verify *v, int argc, char **argv, int *at) {
    static const struct word_options options = {"verify", rows, TW_COUNT(rows), sizeof(rows[0]), row_name};
    const struct word_option *option;
    const char *value;
    if (argv[*at][0] != '-')
        return usage_error(v->c, "verify takes options alone, no %s", quote(v->c, argv[*at]));
    int status = word_option_read(v->c, &options, argc, argv, at, &option, &value);
    return status ? status : ((const struct row *)option)->set(v, option->name, value);
}

static int read_host(struct verify *v) {
    const char *typed = v->host ? v->host : v->ip, *name = typed;
    if (v->host && v->ip) return usage_error(v->c, "either --host or --ip");
    if (!typed) return 0;
    /* Names in any script are given as people write them; certificates hold A-labels (RFC 9525 6.3). */
    if (!pki_host_read(name, &v->host_read) && v->host &&
        !name_parse(v->c->options, "--host: ", typed, &name))
        return say_error(EXIT_USAGE, tlswhy_options_error(v->c->options));
    if (!pki_host_read(name, &v->host_read) || (v->ip && v->host_read.ip_n == 0))
        return usage_error(v->c, "%s: %s is no %s", v->ip ? "--ip" : "--host", quote(v->c, typed),
                           v->ip ? "IP address" : "host name");
    v->request.query.host = &v->host_read;
    return 0;
}

static int settle(struct verify *v) {
    struct pki_query *q = &v->request.query;
    if (!v->files[VERIFY_LEAF]) return usage_error(v->c, "--leaf FILE is missing");
    if (!v->files[VERIFY_ROOTS]) return usage_error(v->c, "--roots FILE is missing");
    v->request.has_crls = v->files[VERIFY_CRLS] != NULL;
    int status = read_host(v);
    if (!v->has_at) q->at = (int64_t)time(NULL);
    if (!q->judge) q->judge = pki_judge_find("strict");
    if (!v->has_purpose) q->purpose = q->host ? PKI_PURPOSE_SERVER : PKI_PURPOSE_ANY;
    q->policies = v->policies;
    return status;
}

/* ---- files ---- */

static int cannot_read(struct verify *v, const char *name, const char *why) {
    return usage_error(v->c, "%s cannot be read: %s", quote(v->c, name), why);
}

static int read_file(struct verify *v, const char *name, struct bytes *ret) {
    FILE *f = fopen(name, "rb");
    size_t room = 1 << 16, n = 0, got;
    uint8_t *p;
    if (!f) return cannot_read(v, name, strerror(errno));
    p = mem_alloc(room);
    while ((got = fread(p + n, 1, room - n, f)) > 0) {
        n += got;
        if (n == room && room < max_file) p = mem_grow(p, room *= 2);
    }
    bool failed = ferror(f) || n >= max_file;
    const char *why = n >= max_file ? "it is too large" : strerror(errno);
    (void)fclose(f);
    v->heap[v->n_heap++] = p; /* certificates are read in place */
    *ret = bytes_of(p, n);
    return failed ? cannot_read(v, name, why) : 0;
}

static int read_files(struct verify *v) {
    struct bytes *into[] = {[VERIFY_LEAF] = &v->request.leaf,
                            [VERIFY_UNTRUSTED] = &v->request.untrusted,
                            [VERIFY_ROOTS] = &v->request.roots,
                            [VERIFY_CRLS] = &v->request.crls};
    for (size_t i = 0; i < TW_COUNT(into); i++) {
        int status = v->files[i] ? read_file(v, v->files[i], into[i]) : 0;
        if (status) return status;
    }
    return 0;
}

/* ---- the answer ---- */

static json_t *sure(json_t *j) {
    if (!j) mem_failed();
    return j;
}

static void put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, sure(value)) != 0) mem_failed();
}

static json_t *reason(const char *code, size_t cert, const char *text) {
    json_t *o = sure(json_object());
    put(o, "code", json_string(code));
    put(o, "cert", json_integer((json_int_t)cert));
    put(o, "text", json_string(text));
    return o;
}

static const char budget_text[] = "the work that may be done was used up before a valid path was found";

static json_t *reasons_of(const struct verify_outcome *out) {
    const struct pki_path *path = &out->found.paths[0];
    json_t *array = sure(json_array());
    for (size_t i = 0; i < path->n_problems; i++) {
        const struct pki_problem *p = &path->problems[i];
        if (json_array_append_new(array, reason(pki_problem_code(p->kind), p->depth, p->text)) != 0)
            mem_failed();
    }
    if (out->found.outcome == PKI_BUDGET &&
        json_array_append_new(array, reason("work-limit", 0, budget_text)) != 0)
        mem_failed();
    return array;
}

static json_t *path_of(struct verify *v, const struct verify_outcome *out) {
    const struct pki_path *path = &out->found.paths[0];
    json_t *array = sure(json_array());
    for (size_t i = 0; i < path->n; i++) {
        uint8_t digest[HASH_MAX];
        size_t n = hash_once(HASH_SHA256, pki_pool_item(out->pool, path->items[i])->cert.der, digest);
        json_t *hex = json_string(text_hex(&v->c->a, bytes_of(digest, n)));
        if (json_array_append_new(array, sure(hex)) != 0) mem_failed();
    }
    return array;
}

static void print_json(struct verify *v, const struct verify_outcome *out) {
    json_t *o = sure(json_object()), *work = sure(json_object());
    put(o, "verdict", json_string(out->accepted ? "accepted" : "rejected"));
    put(o, "reasons", reasons_of(out));
    put(o, "path", path_of(v, out));
    put(o, "judge", json_string(v->request.query.judge->name));
    put(work, "signatures", json_integer((json_int_t)out->found.signatures));
    put(work, "nodes", json_integer((json_int_t)out->found.nodes));
    put(o, "work", work);
    if (json_dumpf(o, stdout, JSON_COMPACT) != 0 && !ferror(stdout)) mem_failed();
    output_text("\n");
    json_decref(o);
}

static void print_text(struct verify *v, const struct verify_outcome *out) {
    const struct pki_path *path = &out->found.paths[0];
    output_text(out->accepted ? "accepted\n" : "rejected\n");
    for (size_t i = 0; i < path->n_problems; i++)
        output_text(
            text_f(&v->c->a, "  %s: %s\n", pki_problem_code(path->problems[i].kind), path->problems[i].text));
    if (out->found.outcome == PKI_BUDGET) output_text(text_f(&v->c->a, "  work-limit: %s\n", budget_text));
}

static int judge(struct verify *v) {
    struct verify_outcome out;
    enum verify_file bad;
    const char *why;
    if (!verify_run(&v->c->a, &v->request, &out, &bad, &why)) return cannot_read(v, v->files[bad], why);
    if (v->json)
        print_json(v, &out);
    else
        print_text(v, &out);
    return out.accepted ? EXIT_OK : EXIT_REJECTED;
}

int verify_main(struct cli *c, int argc, char **argv) {
    struct verify v = {.c = c};
    int status = 0;
    c->word = argv[0];
    for (int at = 1; at < argc && status == 0 && !c->help && !c->version;)
        status = read_option(&v, argc, argv, &at);
    if (status == 0 && (c->help || c->version)) {
        output_text(c->help ? help : text_f(&c->a, "tlswhy %s\n", tlswhy_version()));
        return EXIT_OK;
    }
    if (status == 0) status = settle(&v);
    if (status == 0) status = read_files(&v);
    if (status == 0) status = judge(&v);
    for (size_t i = 0; i < v.n_heap; i++) mem_free(v.heap[i]);
    return status;
}
