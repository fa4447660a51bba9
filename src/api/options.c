/* Options by name: one row a name. Nothing is changed by one that fails. */
#include "api/options.h"

#include "net/time_source.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { QUOTED_MAX = 100 };

bool options_fail(struct tlswhy_options *o, const char *format, ...) {
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    char *line = arena_alloc(&o->a, (size_t)n + 1);
    vsnprintf(line, (size_t)n + 1, format, again);
    va_end(again);
    va_end(ap);
    o->error = line;
    return false;
}

const char *options_quote(struct tlswhy_options *o, const char *typed) {
    return text_f(&o->a, "'%s'", text_escape(&o->a, bytes_str(typed), QUOTED_MAX));
}

const char *option_typed(struct arena *a, const char *name) {
    return text_f(a, "%s%s", name[1] ? "--" : "-", name);
}

static bool set_connect_to(struct tlswhy_options *o, const char *value) {
    struct place p;
    if (!place_parse(o, "--connect-to: ", value, &p)) return false;
    o->request.connect_addr = p.host;
    o->request.connect_port = p.port;
    return true;
}

static bool set_servername(struct tlswhy_options *o, const char *value) {
    return servername_parse(o, value, &o->request.servername);
}

static bool set_no_sni(struct tlswhy_options *o, const char *value) {
    (void)value;
    o->request.no_sni = true;
    return true;
}

static bool set_starttls(struct tlswhy_options *o, const char *value) {
    if (*value && starttls_by_name(value, &o->request.starttls)) return true;
    struct text known;
    text_init(&known, &o->a);
    for (enum starttls s = STARTTLS_NONE + 1; s < STARTTLS__COUNT; s++)
        text_addf(&known, "%s%s", known.n ? ", " : "", starttls_name(s));
    return options_fail(o, "--starttls: %s is not one of %s", options_quote(o, value), known.s);
}

static bool add_path(struct tlswhy_options *o, const char *option, const char *value, const char **list,
                     size_t *n) {
    if (!*value) return options_fail(o, "%s: the name of a file or folder is missing", option);
    if (*n == REQUEST_MAX_FILES)
        return options_fail(o, "%s: given more than %d times", option, REQUEST_MAX_FILES);
    list[(*n)++] = arena_strdup(&o->a, value);
    return true;
}

static bool set_cacert(struct tlswhy_options *o, const char *value) {
    return add_path(o, "--cacert", value, o->request.cacert, &o->request.n_cacert);
}

static bool set_capath(struct tlswhy_options *o, const char *value) {
    return add_path(o, "--capath", value, o->request.capath, &o->request.n_capath);
}

static bool set_file(struct tlswhy_options *o, const char *option, const char *value, const char **ret) {
    if (!*value) return options_fail(o, "%s: the name of a file is missing", option);
    *ret = arena_strdup(&o->a, value);
    return true;
}

static bool set_cert(struct tlswhy_options *o, const char *value) {
    return set_file(o, "--cert", value, &o->request.cert);
}

static bool set_key(struct tlswhy_options *o, const char *value) {
    return set_file(o, "--key", value, &o->request.key);
}

static bool set_compare(struct tlswhy_options *o, const char *value) {
    if (!*value) return options_fail(o, "--compare: the name of a file is missing");
    o->request.compare = arena_strdup(&o->a, value);
    return true;
}

static bool add_time_source(struct tlswhy_options *o, const char *value) {
    const char *unfit = time_source_unfit(value);
    if (unfit) return options_fail(o, "--time-source: %s %s", options_quote(o, value), unfit);
    return add_path(o, "--time-source", value, o->request.time_source, &o->request.n_time_source);
}

static bool set_client(struct tlswhy_options *o, const char *value) {
    const char *name;
    for (size_t i = 0; (name = tlswhy_profile_name(i)); i++) {
        if (strcmp(name, value) != 0) continue;
        o->request.client = name;
        return true;
    }
    return options_fail(
        o, "--client: there is no client profile %s: 'tlswhy profiles' lists those that there are",
        options_quote(o, value));
}

static bool set_tls_min(struct tlswhy_options *o, const char *value) {
    return value_version(o, "--tls-min", value, &o->request.tls_min);
}

static bool set_tls_max(struct tlswhy_options *o, const char *value) {
    return value_version(o, "--tls-max", value, &o->request.tls_max);
}

/* "" is none, as with curl: it outdoes what the environment says. */
static bool set_proxy(struct tlswhy_options *o, const char *value) {
    const char *why = "";
    if (!*value) {
        o->request.proxy = (struct proxy){0};
        return true;
    }
    return proxy_parse(value, &o->request.proxy, &why) || options_fail(o, "--proxy: %s", why);
}

/* TLS with the proxy itself is not spoken (probe/proxy_tls.c). */
bool tlswhy_set_known_proxy(struct tlswhy_options *o, const char *name, const char *url) {
    struct proxy *p = &o->request.known_proxy;
    const char *why;
    if (!proxy_parse(url, p, &why) || p->kind == PROXY_HTTPS) {
        *p = (struct proxy){0};
        return false;
    }
    o->request.known_proxy_name = arena_strdup(&o->a, name);
    return true;
}

static bool set_family(struct tlswhy_options *o, int family) {
    if (o->request.family != AF_UNSPEC && o->request.family != family)
        return options_fail(o, "-4 and -6 leave no address between them");
    o->request.family = family;
    return true;
}

static bool set_4(struct tlswhy_options *o, const char *value) {
    (void)value;
    return set_family(o, AF_INET);
}

static bool set_6(struct tlswhy_options *o, const char *value) {
    (void)value;
    return set_family(o, AF_INET6);
}

static bool set_timeout(struct tlswhy_options *o, const char *value) {
    return value_seconds(o, "--timeout", value, &o->request.timeout_ns);
}

static bool set_max_time(struct tlswhy_options *o, const char *value) {
    return value_seconds(o, "--max-time", value, &o->request.max_time_ns);
}

static bool set_max_connections(struct tlswhy_options *o, const char *value) {
    size_t n = strlen(value);
    uint64_t number = 0;
    if (n == 0 || strspn(value, "0123456789") != n || strspn(value, "0") == n)
        return options_fail(o, "--max-connections: %s is not a number above 0", options_quote(o, value));
    o->request.max_connections = text_number(value, UINT32_MAX, &number) ? (unsigned)number : UINT32_MAX;
    return true;
}

static bool set_all_clients(struct tlswhy_options *o, const char *value) {
    (void)value;
    o->request.all_clients = true;
    return true;
}

static bool set_offline(struct tlswhy_options *o, const char *value) {
    (void)value;
    o->request.offline = true;
    return true;
}

static bool set_resolver(struct tlswhy_options *o, const char *value) {
    struct net_addr addr;
    if (!net_addr_parse_port(value, 53, &addr))
        return options_fail(o, "--resolver: %s is not an address with or without a port",
                            options_quote(o, value));
    o->request.resolver = arena_strdup(&o->a, value);
    return true;
}

enum { FLAG = false, VALUE = true, BENDS = true };
static const struct option_row rows[] = {
    {"connect-to", set_connect_to, VALUE},
    {"servername", set_servername, VALUE, BENDS},
    {"no-sni", set_no_sni, FLAG, BENDS},
    {"starttls", set_starttls, VALUE},
    {"cacert", set_cacert, VALUE},
    {"capath", set_capath, VALUE},
    {"cert", set_cert, VALUE},
    {"key", set_key, VALUE},
    {"client", set_client, VALUE},
    {"compare", set_compare, VALUE},
    {"tls-min", set_tls_min, VALUE, BENDS},
    {"tls-max", set_tls_max, VALUE, BENDS},
    {"ciphers", value_suites, VALUE, BENDS},
    {"groups", value_groups, VALUE, BENDS},
    {"sigalgs", value_sigalgs, VALUE, BENDS},
    {"alpn", value_alpn, VALUE, BENDS},
    {"time-source", add_time_source, VALUE},
    {"proxy", set_proxy, VALUE},
    {"4", set_4, FLAG},
    {"6", set_6, FLAG},
    {"timeout", set_timeout, VALUE},
    {"max-time", set_max_time, VALUE},
    {"max-connections", set_max_connections, VALUE},
    {"all-clients", set_all_clients, FLAG},
    {"offline", set_offline, FLAG},
    {"resolver", set_resolver, VALUE},
};

const struct option_row *option_table(size_t *ret_n) {
    *ret_n = TW_COUNT(rows);
    return rows;
}

const struct option_row *option_find(const char *name) {
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

/* The family of a literal; AF_UNSPEC of a name, and of nothing. */
static int family_of(const char *host) {
    struct net_addr addr;
    return host && net_addr_parse(host, 0, &addr) ? addr.sa.any.sa_family : AF_UNSPEC;
}

static bool family_agrees(struct tlswhy_options *o) {
    const struct request *r = &o->request;
    const char *where = r->connect_addr ? r->connect_addr : r->host;
    int family = family_of(where);
    if (r->family == AF_UNSPEC || family == AF_UNSPEC || r->family == family) return true;
    return options_fail(o, "-%c: %s is an address of the other family", r->family == AF_INET ? '4' : '6',
                        options_quote(o, where));
}

bool options_agree(struct tlswhy_options *o) {
    const struct request *r = &o->request;
    if (r->no_sni && r->servername) return options_fail(o, "--no-sni and --servername exclude each other");
    if (r->tls_min && r->tls_max && r->tls_min > r->tls_max)
        return options_fail(o, "--tls-min is above --tls-max: no version is left");
    /* The proxy is told an address or HOST, never a third name. */
    if (r->proxy.kind != PROXY_NONE && r->connect_addr && family_of(r->connect_addr) == AF_UNSPEC)
        return options_fail(o, "--connect-to: through a proxy it takes an address, not the name %s",
                            options_quote(o, r->connect_addr));
    return family_agrees(o);
}

/* The bends stand in the report as they were typed; the last of a name counts. */
static void note_bend(struct tlswhy_options *o, const struct option_row *row, const char *value) {
    struct request *r = &o->request;
    const char *typed = option_typed(&o->a, row->name);
    size_t n = strlen(typed), at = 0;
    while (at < r->n_bent &&
           (strncmp(r->bent[at], typed, n) != 0 || (r->bent[at][n] && r->bent[at][n] != ' ')))
        at++;
    if (at == r->n_bent) r->n_bent++;
    static_assert(TW_COUNT(r->bent) >= 8, "one place for each option that bends");
    if (value) value = *value ? text_escape(&o->a, bytes_str(value), SIZE_MAX) : "''";
    r->bent[at] = value ? text_f(&o->a, "%s %s", typed, value) : typed;
}

struct tlswhy_options *tlswhy_options_new(void) {
    struct tlswhy_options *o = mem_alloc(sizeof *o);
    arena_init(&o->a);
    o->error = "";
    return o;
}

void tlswhy_options_free(struct tlswhy_options *o) {
    if (!o) return;
    arena_done(&o->a);
    mem_free(o);
}

bool tlswhy_option_known(const char *name, bool *ret_takes_value) {
    const struct option_row *row = option_find(name);
    if (row && ret_takes_value) *ret_takes_value = row->takes_value;
    return row != NULL;
}

static bool set_one(struct tlswhy_options *o, const char *name, const char *value) {
    const struct option_row *row = option_find(name);
    if (!row) return options_fail(o, "there is no option %s", options_quote(o, name));
    const char *typed = option_typed(&o->a, name);
    if (row->takes_value && !value) return options_fail(o, "%s wants a value", typed);
    if (!row->takes_value && value) return options_fail(o, "%s takes no value", typed);
    if (!row->set(o, value)) return false;
    if (row->bends) note_bend(o, row, value);
    return options_agree(o);
}

int tlswhy_set(struct tlswhy_options *o, const char *name, const char *value) {
    struct request before = o->request;
    if (set_one(o, name, value)) return 0;
    o->request = before;
    return -1;
}

static bool set_target(struct tlswhy_options *o, const char *target) {
    struct place p;
    if (!target_parse(o, target, &p)) return false;
    o->request.host = p.host;
    o->request.host_shown = p.shown;
    o->request.port = p.port;
    return options_agree(o);
}

int tlswhy_set_target(struct tlswhy_options *o, const char *target) {
    struct request before = o->request;
    if (set_target(o, target)) return 0;
    o->request = before;
    return -1;
}

const char *tlswhy_options_error(const struct tlswhy_options *o) {
    return o->error;
}
