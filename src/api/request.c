#include "api/options.h"

static const char *own(struct arena *a, const char *s) {
    return s ? arena_strdup(a, s) : NULL;
}

static void own_list(struct arena *a, const char **list, size_t n) {
    for (size_t i = 0; i < n; i++) list[i] = own(a, list[i]);
}

enum { DEFAULT_PORT = 443, DEFAULT_CONNECTIONS = 64 };
static const int64_t default_timeout_ns = INT64_C(10000000000);

const struct request *request_settle(struct arena *a, const struct request *from) {
    struct request *r = ARENA_NEW(a, struct request);
    *r = *from;
    const char **const single[] = {
        &r->host,     &r->host_shown, &r->connect_addr, &r->servername,      &r->cert,
        &r->key,      &r->client,     &r->alpn,         &r->resolver,        &r->compare,
        &r->data_dir, &r->store_file, &r->store_dirs,   &r->known_proxy_name};
    for (size_t i = 0; i < TW_COUNT(single); i++) *single[i] = own(a, *single[i]);
    for (size_t i = 0; i < r->n_places; i++)
        r->places[i] = (struct store_place){own(a, r->places[i].name), own(a, r->places[i].path)};
    own_list(a, r->cacert, r->n_cacert);
    own_list(a, r->capath, r->n_capath);
    own_list(a, r->time_source, r->n_time_source);
    own_list(a, r->bent, r->n_bent);
    if (!r->port) r->port = r->starttls != STARTTLS_NONE ? starttls_port(r->starttls) : DEFAULT_PORT;
    if (!r->timeout_ns) r->timeout_ns = default_timeout_ns;
    if (!r->max_time_ns) r->max_time_ns = 3 * r->timeout_ns;
    if (!r->max_connections) r->max_connections = DEFAULT_CONNECTIONS;
    return r;
}
