#include "net/fetch.h"
#include "net/dialog.h"
#include "net/loop.h"
#include "wire/http_date.h"

#include <curl/curl.h>
#include <pthread.h>

enum { MAX_REDIRECTS = 2, MAX_HEADER = 64 * 1024, MAX_URL = 4096 };

/* libcurl costs milliseconds and megabytes to set up: only who fetches pays. */
struct fetcher {
    struct net_owned owned;
    struct net *net;
    CURLM *multi;
    uv_timer_t timer; /* libcurl's own */
};

struct watched {
    struct fetcher *fetcher;
    uv_poll_t poll;
    curl_socket_t fd;
    int events;
};

struct fetch {
    struct net_owned owned;
    struct net *net;
    struct arena a;
    struct fetch_request r;
    struct proxy proxy; /* kind PROXY_NONE: none */
    fetch_done *done;
    void *arg;
    struct net_timer *timer; /* the deadline */
    bool resolving;          /* the look-up will still call back */
    unsigned redirects;
    const char *url;  /* of this hop */
    const char *host; /* whom to connect to: the URL's host, or the proxy */
    uint16_t port;
    struct resolved addr; /* judged: the only addresses to which this hop may connect */
    CURL *easy;
    struct curl_slist *resolve, *headers;
    uint8_t *body;
    size_t n, cap, header_n;
    int64_t date, age; /* of the headers */
    const char *problem;
};

/* ---- libcurl on the loop ---- */

static void look_for_ends(struct fetcher *fr);
static void on_watched(uv_poll_t *h, int status, int events) {
    struct watched *w = h->data;
    struct fetcher *fr = w->fetcher;
    int what = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
    if (status < 0) { /* POLLERR: libuv has stopped the poll */
        what = CURL_CSELECT_ERR;
        uv_poll_start(&w->poll, w->events, on_watched);
    }
    int running = 0;
    curl_multi_socket_action(fr->multi, w->fd, what, &running);
    look_for_ends(fr);
}

static void on_watched_closed(uv_handle_t *h) {
    mem_free(h->data);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg) {
    (void)easy;
    struct fetcher *fr = arg;
    struct watched *w = socket_arg;
    if (what == CURL_POLL_REMOVE) {
        if (!w) return 0;
        curl_multi_assign(fr->multi, fd, NULL);
        uv_close((uv_handle_t *)&w->poll, on_watched_closed);
        return 0;
    }
    if (!w) {
        w = mem_alloc(sizeof(*w));
        w->fetcher = fr;
        w->fd = fd;
        uv_poll_init(&fr->net->loop, &w->poll, fd);
        w->poll.data = w;
        curl_multi_assign(fr->multi, fd, w);
    }
    w->events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&w->poll, w->events, on_watched);
    return 0;
}

static void on_curl_timer(uv_timer_t *h) {
    struct fetcher *fr = h->data;
    int running = 0;
    curl_multi_socket_action(fr->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    look_for_ends(fr);
}

static int on_timeout(CURLM *multi, long ms, void *arg) {
    (void)multi;
    struct fetcher *fr = arg;
    if (ms < 0)
        uv_timer_stop(&fr->timer);
    else
        uv_timer_start(&fr->timer, on_curl_timer, (uint64_t)ms, 0);
    return 0;
}

static void on_fetcher_closed(uv_handle_t *h) {
    mem_free(h->data);
}

static void drop_fetcher(struct net_owned *o) {
    struct fetcher *fr = (struct fetcher *)o;
    net_disown(o);
    curl_multi_cleanup(fr->multi);
    fr->net->fetcher = NULL;
    uv_close((uv_handle_t *)&fr->timer, on_fetcher_closed);
}

static void init_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* It stands in the ring before its fetches, and so is dropped after them. */
static struct fetcher *fetcher_of(struct net *n) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (n->fetcher) return n->fetcher;
    pthread_once(&once, init_curl);
    struct fetcher *fr = mem_alloc(sizeof(*fr));
    fr->net = n;
    fr->multi = curl_multi_init();
    curl_multi_setopt(fr->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(fr->multi, CURLMOPT_SOCKETDATA, fr);
    curl_multi_setopt(fr->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(fr->multi, CURLMOPT_TIMERDATA, fr);
    uv_timer_init(&n->loop, &fr->timer);
    fr->timer.data = fr;
    net_own(n, &fr->owned, drop_fetcher);
    n->fetcher = fr;
    return fr;
}

/* ---- one fetch ---- */

static void end_hop(struct fetch *f) {
    if (f->easy) {
        curl_multi_remove_handle(f->net->fetcher->multi, f->easy);
        curl_easy_cleanup(f->easy);
    }
    curl_slist_free_all(f->resolve);
    curl_slist_free_all(f->headers);
    f->easy = NULL;
    f->resolve = f->headers = NULL;
}

static void free_fetch(struct fetch *f) {
    mem_free(f->body);
    arena_done(&f->a);
    mem_free(f);
}

static void drop_fetch(struct net_owned *o) {
    struct fetch *f = (struct fetch *)o;
    net_disown(o);
    net_timer_stop(f->timer);
    end_hop(f);
    free_fetch(f);
}

/* A look-up that is under way still points here: then the memory waits for its callback, which net_free()
 * finds in the ring too. */
static void answer(struct fetch *f, const struct fetch_answer *a) {
    net_timer_stop(f->timer);
    f->timer = NULL;
    end_hop(f);
    fetch_done *done = f->done;
    f->done = NULL;
    done(f->arg, a);
    if (!f->resolving) drop_fetch(&f->owned);
}

static int64_t date_of(const struct fetch *f) {
    return f->date > 0 ? f->date + f->age : 0;
}

static void fail(struct fetch *f, int status, const char *problem) {
    answer(f, &(struct fetch_answer){.status = status, .problem = problem, .date = date_of(f)});
}

static void on_deadline(void *arg) {
    struct fetch *f = arg;
    f->timer = NULL;
    fail(f, 0, "no whole answer within the time limit");
}

static size_t on_body(char *data, size_t size, size_t n, void *arg) {
    (void)size; /* always 1 */
    struct fetch *f = arg;
    if (n > f->r.max_bytes - f->n) {
        f->problem = text_f(&f->a, "the answer is larger than %zu bytes", f->r.max_bytes);
        return 0;
    }
    if (n > f->cap - f->n) {
        f->cap = (f->n + n) * 2;
        f->body = mem_grow(f->body, f->cap);
    }
    memcpy(f->body + f->n, data, n);
    f->n += n;
    return n;
}

static struct bytes trimmed(struct bytes b) {
    while (b.n > 0 && memchr(" \t\r\n", b.p[b.n - 1], 4)) b.n--;
    while (b.n > 0 && memchr(" \t", b.p[0], 2)) b = bytes_cut(b, 1, b.n);
    return b;
}

/* What an interim answer or the proxy's said before is not the server's word. */
static void take_header(struct fetch *f, struct bytes line) {
    const uint8_t *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (bytes_start_with(line, "HTTP/")) f->date = f->age = 0;
    if (!colon) return;
    size_t n = (size_t)(colon - line.p);
    struct bytes name = bytes_cut(line, 0, n), value = trimmed(bytes_cut(line, n + 1, line.n));
    if (bytes_eq_nocase(name, bytes_str("date")) && f->date == 0) f->date = http_date(value);
    if (bytes_eq_nocase(name, bytes_str("age")) && f->age == 0) f->age = http_age(value);
}

static size_t on_header(char *data, size_t size, size_t n, void *arg) {
    (void)size;
    struct fetch *f = arg;
    take_header(f, bytes_of(data, n));
    f->header_n += n;
    if (f->header_n <= MAX_HEADER) return n;
    f->problem = "the header of the answer has no end";
    return 0;
}

/* The last gate, at the socket itself: whatever a name resolves to meanwhile and wherever a redirect points,
 * nothing is connected that was not judged. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to) {
    (void)purpose;
    const struct fetch *f = arg;
    struct net_addr addr = {0};
    if (to->addrlen > sizeof(addr.sa)) return CURL_SOCKET_BAD;
    memcpy(&addr.sa, &to->addr, to->addrlen);
    addr.len = to->addrlen;
    for (size_t i = 0; i < f->addr.n; i++)
        if (memcmp(&addr, &f->addr.addr[i], sizeof(addr)) == 0)
            return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    return CURL_SOCKET_BAD;
}

/* "host:port:address,address": libcurl asks no resolver of its own. */
static struct curl_slist *resolve_list(struct fetch *f) {
    struct text t;
    struct net_addr numeric;
    if (net_addr_parse(f->host, f->port, &numeric)) return NULL;
    text_init(&t, &f->a);
    text_addf(&t, "%s:%u:", f->host, f->port);
    for (size_t i = 0; i < f->addr.n; i++) {
        const char *text = net_addr_text(&f->a, &f->addr.addr[i]);
        bool v6 = f->addr.addr[i].sa.any.sa_family == AF_INET6;
        text_addf(&t, v6 ? "%s[%s]" : "%s%s", i > 0 ? "," : "", text);
    }
    return curl_slist_append(NULL, t.s);
}

static void set_proxy(const struct fetch *f) {
    static const long types[] = {[PROXY_HTTP] = CURLPROXY_HTTP,
                                 [PROXY_HTTPS] = CURLPROXY_HTTPS,
                                 [PROXY_SOCKS5] = CURLPROXY_SOCKS5_HOSTNAME};
    const struct proxy *p = &f->proxy;
    if (p->kind == PROXY_NONE) {
        curl_easy_setopt(f->easy, CURLOPT_PROXY, ""); /* or it would read the environment */
        return;
    }
    curl_easy_setopt(f->easy, CURLOPT_PROXY, p->host);
    curl_easy_setopt(f->easy, CURLOPT_PROXYPORT, (long)p->port);
    curl_easy_setopt(f->easy, CURLOPT_PROXYTYPE, types[p->kind]);
    if (!p->user[0]) return;
    curl_easy_setopt(f->easy, CURLOPT_PROXYUSERNAME, p->user);
    curl_easy_setopt(f->easy, CURLOPT_PROXYPASSWORD, p->password);
}

static void set_post(struct fetch *f) {
    if (f->r.post.n == 0) return;
    f->headers = curl_slist_append(NULL, text_f(&f->a, "Content-Type: %s", f->r.post_type));
    f->headers = curl_slist_append(f->headers, "Expect:"); /* no waiting for a 100 */
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE, (long)f->r.post.n);
    curl_easy_setopt(f->easy, CURLOPT_POSTFIELDS, f->r.post.p);
}

static CURLcode on_ssl_ctx(CURL *easy, void *ssl_ctx, void *arg) {
    (void)easy;
    const struct fetch *f = arg;
    f->r.tls(f->r.tls_arg, ssl_ctx);
    return CURLE_OK;
}

/* What libcurl hands to the callback is of the library that it was built with. */
static const char *set_tls(const struct fetch *f) {
    if (!f->r.tls || !bytes_start_with(bytes_str(f->url), "https:")) return NULL;
    const char *built = curl_version_info(CURLVERSION_NOW)->ssl_version;
    if (!built || !bytes_start_with(bytes_str(built), "OpenSSL/"))
        return "libcurl does not stand on OpenSSL here";
    curl_easy_setopt(f->easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
    curl_easy_setopt(f->easy, CURLOPT_SSL_CTX_DATA, f);
    return NULL;
}

/* NULL, or why nothing can be fetched. */
static const char *start_hop(struct fetch *f) {
    struct fetcher *fr = fetcher_of(f->net);
    f->easy = curl_easy_init();
    f->resolve = resolve_list(f);
    f->n = f->header_n = 0;
    f->date = f->age = 0;
    curl_easy_setopt(f->easy, CURLOPT_URL, f->url);
    curl_easy_setopt(f->easy, CURLOPT_PROTOCOLS_STR, f->r.allow_https ? "http,https" : "http");
    curl_easy_setopt(f->easy, CURLOPT_FOLLOWLOCATION, 0L); /* each hop is judged by start_url() */
    curl_easy_setopt(f->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(f->easy, CURLOPT_USERAGENT, "tlswhy");
    curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(f->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(f->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(f->easy, CURLOPT_RESOLVE, f->resolve);
    curl_easy_setopt(f->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(f->easy, CURLOPT_OPENSOCKETDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(f->easy, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
    curl_easy_setopt(f->easy, CURLOPT_NOBODY, f->r.head ? 1L : 0L);
    set_proxy(f);
    set_post(f);
    const char *problem = set_tls(f);
    if (!problem) curl_multi_add_handle(fr->multi, f->easy);
    return problem;
}

/* Keeps the addresses that may be connected to; NULL, or why there is none. A proxy was named by the user,
 * and may well stand in a private network. */
static const char *judge(struct fetch *f, const struct resolved *r) {
    if (r->status != RESOLVE_OK)
        return text_f(&f->a, "%s does not resolve: %s", f->host, r->detail ? r->detail : "no address");
    f->addr.n = 0;
    for (size_t i = 0; i < r->n; i++) {
        bool private = net_addr_is_private(&r->addr[i]);
        if (f->r.allow_private || !private || f->proxy.kind != PROXY_NONE)
            f->addr.addr[f->addr.n++] = r->addr[i];
    }
    if (f->addr.n > 0) return NULL;
    return text_f(&f->a, "%s has the private address %s, to which nothing is sent", f->host,
                  net_addr_text(&f->a, &r->addr[0]));
}

static void on_resolved(void *arg, const struct resolved *r) {
    struct fetch *f = arg;
    f->resolving = false;
    if (!f->done) { /* the deadline was first */
        drop_fetch(&f->owned);
        return;
    }
    const char *problem = judge(f, r);
    if (!problem) problem = start_hop(f);
    if (problem) fail(f, 0, problem);
}

/* A URL's part as a copy in the arena; NULL if it has none. */
static const char *url_part(struct fetch *f, CURLU *u, CURLUPart what, unsigned flags) {
    char *s = NULL;
    if (curl_url_get(u, what, &s, flags) != CURLUE_OK) return NULL;
    const char *copy = arena_strdup(&f->a, s);
    curl_free(s);
    return copy;
}

/* Reads the URL; NULL, or why nothing is fetched from there. */
static const char *take_url(struct fetch *f, CURLU *u, const char *url) {
    uint64_t port = 0;
    if (strlen(url) > MAX_URL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK)
        return "the URL cannot be read";
    const char *scheme = url_part(f, u, CURLUPART_SCHEME, 0);
    if (!scheme || !(strcmp(scheme, "http") == 0 || (f->r.allow_https && strcmp(scheme, "https") == 0)))
        return "only http:// is fetched";
    curl_url_set(u, CURLUPART_USER, NULL, 0); /* no credentials of a stranger's choice */
    curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
    f->host = url_part(f, u, CURLUPART_HOST, 0);
    const char *digits = url_part(f, u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    f->url = url_part(f, u, CURLUPART_URL, 0);
    if (!f->host || !f->url || !digits || !text_number(digits, 65535, &port)) return "the URL cannot be read";
    f->port = (uint16_t)port;
    return NULL;
}

/* Behind a proxy names are the proxy's, but what says itself that it is private needs no look-up. */
static bool plainly_private(const struct fetch *f) {
    struct net_addr addr;
    if (net_addr_parse(f->host, f->port, &addr)) return net_addr_is_private(&addr);
    size_t n = strlen(f->host);
    return text_eq_nocase(f->host, "localhost") || (n > 10 && text_eq_nocase(f->host + n - 10, ".localhost"));
}

static const char *start_url(struct fetch *f, const char *url) {
    CURLU *u = curl_url();
    const char *problem = take_url(f, u, url);
    curl_url_cleanup(u);
    if (problem) return problem;
    if (!f->r.allow_private && plainly_private(f)) return "the address is private: nothing is sent there";
    if (f->proxy.kind != PROXY_NONE) {
        f->host = f->proxy.host;
        f->port = f->proxy.port;
    }
    f->resolving = true;
    net_resolve(f->net, f->host, f->port, AF_UNSPEC, NULL, f->r.deadline_ns, on_resolved, f);
    return NULL;
}

static bool is_redirect(long status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void hop_over(struct fetch *f, CURLcode code) {
    long status = 0;
    char *next = NULL;
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &next);
    if (code != CURLE_OK) {
        fail(f, (int)status, f->problem ? f->problem : curl_easy_strerror(code));
        return;
    }
    if (is_redirect(status) && next && !f->r.head && f->redirects < MAX_REDIRECTS) {
        f->redirects++;
        if (status == 303) f->r.post.n = 0; /* RFC 9110 15.4.4 */
        const char *url = arena_strdup(&f->a, next);
        end_hop(f);
        const char *problem = start_url(f, url);
        if (problem) fail(f, (int)status, problem);
        return;
    }
    struct fetch_answer a = {.ok = status == 200 || f->r.head, .status = (int)status, .date = date_of(f)};
    if (a.ok)
        a.body = bytes_of(f->body, f->n);
    else
        a.problem = is_redirect(status) ? "too many redirects"
                                        : text_f(&f->a, "the server answers with status %ld", status);
    answer(f, &a);
}

static void look_for_ends(struct fetcher *fr) {
    int left = 0;
    for (CURLMsg *m = curl_multi_info_read(fr->multi, &left); m; m = curl_multi_info_read(fr->multi, &left)) {
        struct fetch *f = NULL;
        if (m->msg != CURLMSG_DONE) continue;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
        hop_over(f, code);
    }
}

static void on_refused(void *arg) {
    struct fetch *f = arg;
    f->timer = NULL;
    fail(f, 0, f->problem);
}

void net_fetch(struct net *n, const struct fetch_request *r, fetch_done *done, void *arg) {
    fetcher_of(n);
    struct fetch *f = mem_alloc(sizeof(*f));
    arena_init(&f->a);
    f->net = n;
    f->r = *r;
    f->r.post = arena_copy(&f->a, r->post);
    f->r.post_type = r->post_type ? arena_strdup(&f->a, r->post_type) : NULL;
    f->done = done;
    f->arg = arg;
    net_own(n, &f->owned, drop_fetch);
    if (r->proxy && !proxy_parse(r->proxy, &f->proxy, &f->problem))
        f->timer = net_timer_start(n, net_now(n), on_refused, f);
    else if ((f->problem = start_url(f, r->url)))
        f->timer = net_timer_start(n, net_now(n), on_refused, f);
    else
        f->timer = net_timer_start(n, r->deadline_ns, on_deadline, f);
}
