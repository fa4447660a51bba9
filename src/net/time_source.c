#include "net/fetch.h"
#include "net/loop.h"
#include "net/time_source_internal.h"

#include <curl/curl.h>

#define MS_NS INT64_C(1000000)
/* Date has whole seconds, cut off. */
enum { HALF_SECOND_MS = 500, MAX_BYTES = 4096 };

struct place {
    bool ntp;
    char *host;
    uint16_t port;
};

static char *part(struct arena *a, CURLU *u, CURLUPart what) {
    char *s = NULL;
    if (curl_url_get(u, what, &s, 0) != CURLUE_OK) return NULL;
    char *copy = arena_strdup(a, s);
    curl_free(s);
    return copy;
}

static bool is_text(const char *s, const char *want) {
    return s && strcmp(s, want) == 0;
}

static const char *read_host(struct arena *a, CURLU *u, struct place *ret) {
    uint64_t port = NTP_PORT;
    const char *digits = part(a, u, CURLUPART_PORT);
    ret->host = part(a, u, CURLUPART_HOST);
    if (!ret->host || !*ret->host) return "names no host";
    if (digits && (!text_number(digits, UINT16_MAX, &port) || port == 0))
        return "has no port from 1 to 65535";
    ret->port = (uint16_t)port;
    return part(a, u, CURLUPART_USER) ? "holds a user name, which no time source is told" : NULL;
}

static const char *read_parts(struct arena *a, CURLU *u, const char *url, struct place *ret) {
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return "is no URL such as ntp://HOST or https://HOST/";
    const char *scheme = part(a, u, CURLUPART_SCHEME), *path = part(a, u, CURLUPART_PATH);
    ret->ntp = is_text(scheme, "ntp");
    if (!ret->ntp && !is_text(scheme, "http") && !is_text(scheme, "https"))
        return "begins with none of ntp://, http:// and https://";
    if (ret->ntp && path && *path && !is_text(path, "/")) return "has a path, of which NTP knows nothing";
    return read_host(a, u, ret);
}

static const char *read_url(struct arena *a, const char *url, struct place *ret) {
    CURLU *u = curl_url();
    const char *unfit = read_parts(a, u, url, ret);
    curl_url_cleanup(u);
    return unfit;
}

const char *time_source_unfit(const char *url) {
    struct arena a;
    struct place place = {0};
    arena_init(&a);
    const char *unfit = read_url(&a, url, &place);
    arena_done(&a);
    return unfit;
}

/* ---- HTTP ---- */

struct asking {
    struct net_owned owned; /* its fetch, which is younger, is dropped before */
    struct net *net;
    int64_t asked_ns;
    time_source_done *done;
    void *arg;
};

static void drop(struct net_owned *o) {
    net_disown(o);
    mem_free(o);
}

static void on_fetched(void *arg, const struct fetch_answer *answer) {
    struct asking *q = arg;
    int64_t now = net_now(q->net), took = now - q->asked_ns;
    struct time_told told = {.ok = answer->ok && answer->date > 0,
                             .problem = answer->ok ? "its answer has no Date" : answer->problem,
                             .unix_ms = answer->date * 1000 + HALF_SECOND_MS,
                             .at_ns = now - took / 2,
                             .unsure_ms = took / 2 / MS_NS + HALF_SECOND_MS};
    time_source_done *done = q->done;
    void *whose = q->arg;
    drop(&q->owned);
    done(whose, &told);
}

static void ask_http(struct net *n, const struct time_question *q, time_source_done *done, void *arg) {
    struct asking *asking = mem_alloc(sizeof(*asking));
    *asking = (struct asking){.net = n, .asked_ns = net_now(n), .done = done, .arg = arg};
    net_own(n, &asking->owned, drop);
    /* The user named it: it may well stand in a private network. */
    const struct fetch_request r = {.url = q->url,
                                    .allow_https = true,
                                    .allow_private = true,
                                    .head = true,
                                    .tls = q->tls,
                                    .tls_arg = q->tls_arg,
                                    .max_bytes = MAX_BYTES,
                                    .deadline_ns = q->deadline_ns};
    net_fetch(n, &r, on_fetched, asking);
}

void time_source_ask(struct net *n, const struct time_question *q, time_source_done *done, void *arg) {
    struct arena a;
    struct place place = {0};
    arena_init(&a);
    (void)read_url(&a, q->url, &place);
    if (place.ntp)
        time_ntp_ask(n, q, place.host, place.port, done, arg);
    else
        ask_http(n, q, done, arg);
    arena_done(&a);
}
