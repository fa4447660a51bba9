/* `tlswhy chain` through the public header: files as bytes, options by name, an answer. */
#include "api/chain.h"
#include "api/fix.h"
#include "api/options.h"
#include "net/dialog.h"

#include <errno.h>

struct tlswhy_chain {
    struct tlswhy_options *o; /* holds the arena, and the line on what failed */
    struct chain_request request;
    const char *host, *password; /* as given */
    const char *system_file, *system_dirs;
    bool has_at, has_roots, fix_asked, answered;
    struct pki_host host_read;
    struct trust *system;
    struct chain_verdict verdict;
};

struct tlswhy_chain *tlswhy_chain_new(void) {
    struct tlswhy_options *o = tlswhy_options_new();
    struct tlswhy_chain *c = ARENA_NEW(&o->a, struct tlswhy_chain);
    c->o = o;
    chain_request_init(&c->request, &o->a);
    return c;
}

void tlswhy_chain_free(struct tlswhy_chain *c) {
    if (!c) return;
    trust_free(c->system);
    tlswhy_options_free(c->o);
}

const char *tlswhy_chain_error(const struct tlswhy_chain *c) {
    return tlswhy_options_error(c->o);
}

void tlswhy_chain_set_system_store(struct tlswhy_chain *c, const char *file, const char *dirs) {
    c->system_file = file ? arena_strdup(&c->o->a, file) : NULL;
    c->system_dirs = dirs ? arena_strdup(&c->o->a, dirs) : NULL;
}

/* ---- options ---- */

static bool set_at(struct tlswhy_chain *c, const char *value) {
    c->has_at = text_time_read(value, &c->request.query.at);
    if (c->has_at) return true;
    return options_fail(c->o, "--at: %s is no time like 2026-01-31T00:00:00Z", options_quote(c->o, value));
}

static bool set_client(struct tlswhy_chain *c, const char *value) {
    c->request.query.judge = judge_named(c->o, value);
    return c->request.query.judge != NULL;
}

static bool set_fetch(struct tlswhy_chain *c, const char *value) {
    (void)value;
    return c->request.fetch = true;
}

/* Names in any script are given as people write them; certificates hold A-labels (RFC 9525 6.3). */
static bool set_host(struct tlswhy_chain *c, const char *value) {
    const char *name = value;
    c->host = NULL;
    c->request.query.host = NULL;
    if (!*value) return true;
    if (!pki_host_read(value, &c->host_read) && !name_parse(c->o, "--host: ", value, &name)) return false;
    if (!pki_host_read(arena_strdup(&c->o->a, name), &c->host_read))
        return options_fail(c->o, "--host: %s is no host name", options_quote(c->o, value));
    c->host = text_escape(&c->o->a, bytes_str(value), 255);
    c->request.query.host = &c->host_read;
    return true;
}

static bool set_pass(struct tlswhy_chain *c, const char *value) {
    c->password = arena_strdup(&c->o->a, value);
    return true;
}

static bool set_proxy(struct tlswhy_chain *c, const char *value) {
    const char *why;
    struct proxy parsed;
    if (*value && !proxy_parse(value, &parsed, &why)) return options_fail(c->o, "--proxy: %s", why);
    c->request.proxy = *value ? arena_strdup(&c->o->a, value) : NULL;
    return true;
}

static const struct {
    const char *name;
    bool takes_value;
    bool (*set)(struct tlswhy_chain *c, const char *value);
} rows[] = {
    {"at", true, set_at},     {"client", true, set_client}, {"fetch", false, set_fetch},
    {"host", true, set_host}, {"pass", true, set_pass},     {"proxy", true, set_proxy},
};

int tlswhy_chain_set(struct tlswhy_chain *c, const char *name, const char *value) {
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        if (rows[i].takes_value == (value != NULL)) return rows[i].set(c, value) ? 0 : -1;
        options_fail(c->o, value ? "--%s takes no value" : "--%s wants a value", name);
        return -1;
    }
    options_fail(c->o, "there is no option %s of 'chain'", options_quote(c->o, name));
    return -1;
}

/* ---- files ---- */

static const char *read_file(struct tlswhy_chain *c, const char *called, struct bytes body) {
    return chain_read(&c->request, called, body, c->password);
}

static const char *read_roots(struct tlswhy_chain *c, const char *called, struct bytes body) {
    (void)called;
    const char *why = chain_read_roots(&c->request, body);
    c->has_roots = c->has_roots || !why;
    return why;
}

int tlswhy_chain_give(struct tlswhy_chain *c, const char *what, const char *called, const void *bytes,
                      size_t n) {
    static const struct {
        const char *name;
        const char *(*read)(struct tlswhy_chain *c, const char *called, struct bytes body);
    } kinds[] = {{"file", read_file}, {"roots", read_roots}};
    called = called ? called : what;
    for (size_t i = 0; i < TW_COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, what) != 0) continue;
        const char *why = kinds[i].read(c, called, bytes_of(bytes, n));
        if (why) options_fail(c->o, "%s cannot be read: %s", options_quote(c->o, called), why);
        return why ? -1 : 0;
    }
    options_fail(c->o, "%s is not one of file, roots", options_quote(c->o, what));
    return -1;
}

/* ---- the answer ---- */

static bool settle(struct tlswhy_chain *c) {
    struct pki_query *q = &c->request.query;
    if (c->request.set.n_certs == 0)
        return options_fail(c->o, "there is no certificate in these files, only a key");
    if (!c->has_at) return options_fail(c->o, "--at TIME is missing");
    if (!q->judge) q->judge = pki_judge_find("modern");
    if (!c->has_roots && !c->system) c->system = trust_new_system(c->system_file, c->system_dirs);
    c->request.system = c->system;
    return true;
}

int tlswhy_chain_run(struct tlswhy_chain *c) {
    if (!settle(c)) return -1;
    c->answered = chain_run(&c->request, &c->verdict);
    if (c->answered) return c->verdict.kind == CHAIN_IN_ORDER;
    options_fail(c->o, "nothing can be fetched: %s", strerror(errno));
    return -2;
}

static struct report_chain report_of(const struct tlswhy_chain *c) {
    return (struct report_chain){.v = &c->verdict,
                                 .host = c->host,
                                 .fetches = c->request.fetches,
                                 .n_fetches = c->request.n_fetches,
                                 .fetch_asked = c->request.fetch,
                                 .fix_asked = c->fix_asked};
}

const char *tlswhy_chain_json(struct tlswhy_chain *c) {
    struct report_chain r = report_of(c);
    return c->answered ? report_chain_json(&c->o->a, &r) : NULL;
}

const char *tlswhy_chain_text(struct tlswhy_chain *c, const struct tlswhy_text_style *style) {
    struct report_chain r = report_of(c);
    struct report_style s = style_of(style);
    return c->answered ? report_chain_text(&c->o->a, &r, &s) : NULL;
}

int tlswhy_chain_write_fix(struct tlswhy_chain *c, const char *dir, const char **ret_message) {
    struct repair_file file;
    struct report_chain r = report_of(c);
    *ret_message = "there is no answer yet that a file could come of";
    if (!c->answered) return -1;
    c->fix_asked = true;
    if (report_chain_repair(&c->o->a, &r, &file)) return fix_write(&c->o->a, dir, &file, 1, ret_message);
    *ret_message = file.summary;
    return 0;
}
