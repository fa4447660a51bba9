/* `tlswhy verify` through the public header: bytes and options by name, an answer. */
#include "api/options.h"
#include "api/verify.h"
#include "report/verify.h"

enum { MAX_POLICIES = 64 };

struct tlswhy_verify {
    struct tlswhy_options *o; /* holds the arena, and the line on what failed */
    const char *called[VERIFY_FILES__COUNT][VERIFY_MAX_FILES]; /* what messages call each of the files */
    const char *host, *ip;                                     /* as typed */
    bool has_at, has_purpose;
    struct verify_request request;
    struct pki_host host_read;
    struct bytes policies[MAX_POLICIES];
    struct verify_outcome outcome;
    struct report_reason *reasons;
    size_t n_reasons;
};

struct tlswhy_verify *tlswhy_verify_new(void) {
    struct tlswhy_options *o = tlswhy_options_new();
    struct tlswhy_verify *v = ARENA_NEW(&o->a, struct tlswhy_verify);
    v->o = o;
    return v;
}

void tlswhy_verify_free(struct tlswhy_verify *v) {
    if (v) tlswhy_options_free(v->o);
}

const char *tlswhy_verify_error(const struct tlswhy_verify *v) {
    return tlswhy_options_error(v->o);
}

/* ---- options ---- */

static bool set_at(struct tlswhy_verify *v, const char *value) {
    v->has_at = text_time_read(value, &v->request.query.at);
    if (v->has_at) return true;
    return options_fail(v->o, "--at: %s is no time like 2026-01-31T00:00:00Z", options_quote(v->o, value));
}

static bool set_client(struct tlswhy_verify *v, const char *value) {
    v->request.query.judge = judge_named(v->o, value);
    return v->request.query.judge != NULL;
}

static bool set_host(struct tlswhy_verify *v, const char *value) {
    v->host = arena_strdup(&v->o->a, value);
    return true;
}

static bool set_ip(struct tlswhy_verify *v, const char *value) {
    v->ip = arena_strdup(&v->o->a, value);
    return true;
}

static bool set_depth(struct tlswhy_verify *v, const char *value) {
    uint64_t n;
    if (!text_number(value, UINT32_MAX, &n))
        return options_fail(v->o, "--max-depth: %s is no number", options_quote(v->o, value));
    v->request.query.has_max_cas = true;
    v->request.query.max_cas = (uint32_t)n;
    return true;
}

static bool set_purpose(struct tlswhy_verify *v, const char *value) {
    static const char *const words[] = {
        [PKI_PURPOSE_ANY] = "any", [PKI_PURPOSE_SERVER] = "server", [PKI_PURPOSE_CLIENT] = "client"};
    v->has_purpose = true;
    for (size_t i = 0; i < TW_COUNT(words); i++) {
        if (strcmp(words[i], value) != 0) continue;
        v->request.query.purpose = (enum pki_purpose)i;
        return true;
    }
    return options_fail(v->o, "--purpose: %s is not one of server, client, any", options_quote(v->o, value));
}

static bool add_policy(struct tlswhy_verify *v, const char *value) {
    struct pki_query *q = &v->request.query;
    if (q->n_policies == MAX_POLICIES) return options_fail(v->o, "--policy: at most %d", MAX_POLICIES);
    if (!oid_parse(&v->o->a, value, &v->policies[q->n_policies]))
        return options_fail(v->o, "--policy: %s is no object identifier like 2.23.140.1.2.1",
                            options_quote(v->o, value));
    q->n_policies++;
    return true;
}

static bool set_explicit(struct tlswhy_verify *v, const char *value) {
    (void)value;
    return v->request.query.explicit_policy = true;
}

static bool set_inhibit_any(struct tlswhy_verify *v, const char *value) {
    (void)value;
    return v->request.query.inhibit_any = true;
}

static bool set_inhibit_mapping(struct tlswhy_verify *v, const char *value) {
    (void)value;
    return v->request.query.inhibit_mapping = true;
}

static const struct {
    const char *name;
    bool takes_value;
    bool (*set)(struct tlswhy_verify *v, const char *value);
} rows[] = {
    {"at", true, set_at},
    {"client", true, set_client},
    {"explicit-policy", false, set_explicit},
    {"host", true, set_host},
    {"inhibit-any", false, set_inhibit_any},
    {"inhibit-mapping", false, set_inhibit_mapping},
    {"ip", true, set_ip},
    {"max-depth", true, set_depth},
    {"policy", true, add_policy},
    {"purpose", true, set_purpose},
};

int tlswhy_verify_set(struct tlswhy_verify *v, const char *name, const char *value) {
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        if (rows[i].takes_value == (value != NULL)) return rows[i].set(v, value) ? 0 : -1;
        options_fail(v->o, value ? "--%s takes no value" : "--%s wants a value", name);
        return -1;
    }
    options_fail(v->o, "there is no option %s of 'verify'", options_quote(v->o, name));
    return -1;
}

/* ---- files ---- */

int tlswhy_verify_give(struct tlswhy_verify *v, const char *what, const char *called, const void *bytes,
                       size_t n) {
    static const char *const names[] = {[VERIFY_LEAF] = "leaf",
                                        [VERIFY_UNTRUSTED] = "untrusted",
                                        [VERIFY_ROOTS] = "roots",
                                        [VERIFY_CRLS] = "crl"};
    for (size_t i = 0; i < TW_COUNT(names); i++) {
        struct verify_files *files = &v->request.files[i];
        if (strcmp(names[i], what) != 0) continue;
        if (i == VERIFY_LEAF) files->n = 0; /* the last one counts */
        if (files->n == VERIFY_MAX_FILES) {
            options_fail(v->o, "--%s: at most %d files", what, VERIFY_MAX_FILES);
            return -1;
        }
        v->called[i][files->n] = options_quote(v->o, called ? called : what);
        files->list[files->n++] = bytes_of(bytes, n);
        return 0;
    }
    options_fail(v->o, "%s is not one of leaf, untrusted, roots, crl", options_quote(v->o, what));
    return -1;
}

/* ---- the answer ---- */

static bool read_host(struct tlswhy_verify *v) {
    const char *typed = v->host ? v->host : v->ip, *name = typed;
    if (v->host && v->ip) return options_fail(v->o, "either --host or --ip");
    if (!typed) return true;
    /* Names in any script are given as people write them; certificates hold A-labels (RFC 9525 6.3). */
    if (!pki_host_read(name, &v->host_read) && v->host && !name_parse(v->o, "--host: ", typed, &name))
        return false;
    if (!pki_host_read(name, &v->host_read) || (v->ip && v->host_read.ip_n == 0))
        return options_fail(v->o, "%s: %s is no %s", v->ip ? "--ip" : "--host", options_quote(v->o, typed),
                            v->ip ? "IP address" : "host name");
    v->request.query.host = &v->host_read;
    return true;
}

static bool settle(struct tlswhy_verify *v) {
    struct pki_query *q = &v->request.query;
    if (v->request.files[VERIFY_LEAF].n == 0) return options_fail(v->o, "--leaf FILE is missing");
    if (v->request.files[VERIFY_ROOTS].n == 0) return options_fail(v->o, "--roots FILE is missing");
    if (!v->has_at) return options_fail(v->o, "--at TIME is missing");
    if (!read_host(v)) return false;
    if (!q->judge) q->judge = pki_judge_find("strict");
    if (!v->has_purpose) q->purpose = q->host ? PKI_PURPOSE_SERVER : PKI_PURPOSE_ANY;
    q->policies = v->policies;
    return true;
}

int tlswhy_verify_run(struct tlswhy_verify *v) {
    struct verify_trouble bad;
    if (!settle(v)) return -1;
    if (!verify_run(&v->o->a, &v->request, &v->outcome, &bad)) {
        options_fail(v->o, "%s cannot be read: %s", v->called[bad.file][bad.index], bad.why);
        return -1;
    }
    v->n_reasons = report_verify_reasons(&v->o->a, &v->outcome.found, &v->reasons);
    return v->outcome.accepted;
}

size_t tlswhy_verify_reasons(const struct tlswhy_verify *v) {
    return v->n_reasons;
}

bool tlswhy_verify_reason(const struct tlswhy_verify *v, size_t index, struct tlswhy_reason *ret) {
    if (index >= v->n_reasons) return false;
    *ret = (struct tlswhy_reason){v->reasons[index].code, v->reasons[index].cert, v->reasons[index].text};
    return true;
}

const char *tlswhy_verify_json(struct tlswhy_verify *v) {
    if (!v->outcome.pool) return NULL;
    return report_verify_json(&v->o->a, v->request.query.judge, v->outcome.pool, &v->outcome.found);
}

const char *tlswhy_verify_text(struct tlswhy_verify *v) {
    return v->outcome.pool ? report_verify_text(&v->o->a, &v->outcome.found) : NULL;
}
