/* Plays one handshake of the engine over a blocking socket and prints what came of it in one line:
 *
 *     engine_client [option=value ...] HOST PORT
 *
 * profile=NAME (a client of profile.h; before the others, and before sni)   versions=1.2,1.3 suites=NAME,...
 * groups=NAME,...   shares=NAME,...   sigalgs=NAME,...   sni=NAME alpn=a,b   ext=NUMBER,... (empty ones to
 * add)   drop=NUMBER,... (extensions to leave out) stop=hello|flight dh_min=BITS   min=VERSION   http=1 (asks
 * GET / over the connection)   timeout=SECONDS   post=1 (reads on for late answers without asking)   resume=1
 * (connects again with the session of the first connection, and tells of the second). Exit status 0 if the
 * handshake came to its stop. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/engine.h"
#include "probe/profile.h"

static const char *const result_names[RESULT__COUNT] = {
    [RESULT_RUNNING] = "running",
    [RESULT_DONE] = "done",
    [RESULT_RECOGNISED] = "recognised",
    [RESULT_PEER_ALERT] = "peer_alert",
    [RESULT_PEER_FIN] = "peer_fin",
    [RESULT_PEER_RST] = "peer_rst",
    [RESULT_TIMEOUT] = "timeout",
    [RESULT_NOT_TLS] = "not_tls",
    [RESULT_REFUSED] = "refused",
    [RESULT_VIOLATION] = "violation",
    [RESULT_CONNECT_FAILED] = "connect_failed",
    [RESULT_PROXY_FAILED] = "proxy_failed",
    [RESULT_STARTTLS_FAILED] = "starttls_failed",
    [RESULT_CANCELLED] = "cancelled",
};

struct options {
    struct hello hello;
    struct eng_policy policy;
    enum eng_stop stop;
    bool http, post, resume;
    int timeout_s;
    const char *host, *port;
};

struct keys {
    struct kx *kx[HELLO_MAX_LIST];
    uint16_t group[HELLO_MAX_LIST];
    size_t n;
};

static const struct kx *key_for(void *arg, uint16_t group) {
    struct keys *k = arg;
    for (size_t i = 0; i < k->n; i++)
        if (k->group[i] == group) return k->kx[i];
    if (k->n == HELLO_MAX_LIST) return NULL;
    k->group[k->n] = group;
    k->kx[k->n] = kx_new(group);
    return k->kx[k->n++];
}

static void random_bytes(void *arg, uint8_t *out, size_t n) {
    (void)arg;
    crypto_random(out, n);
}

static void die(const char *what, const char *which) {
    fprintf(stderr, "engine_client: %s: %s\n", what, which);
    exit(2);
}

/* One name of a list to its number; false if nobody knows it. */
typedef bool resolver(const char *name, uint16_t *ret);

static bool as_version(const char *name, uint16_t *ret) {
    static const struct {
        const char *name;
        uint16_t v;
    } known[] = {{"2.0", TLS_SSL2}, {"3.0", TLS_SSL3}, {"1.0", TLS_1_0},
                 {"1.1", TLS_1_1},  {"1.2", TLS_1_2},  {"1.3", TLS_1_3}};
    for (size_t i = 0; i < TW_COUNT(known); i++)
        if (strcmp(known[i].name, name) == 0) *ret = known[i].v;
    return *ret != 0;
}
static bool as_suite(const char *name, uint16_t *ret) {
    const struct suite *s = suite_by_name(name);
    *ret = s ? s->id : 0;
    return s != NULL;
}
static bool as_group(const char *name, uint16_t *ret) {
    const struct group *g = group_by_name(name);
    *ret = g ? g->id : 0;
    return g != NULL;
}
static bool as_sigscheme(const char *name, uint16_t *ret) {
    const struct sigscheme *s = sigscheme_by_name(name);
    *ret = s ? s->id : 0;
    return s != NULL;
}
static bool as_number(const char *name, uint16_t *ret) {
    uint64_t v = 0;
    bool ok = text_number(name, UINT16_MAX, &v);
    *ret = (uint16_t)v;
    return ok;
}

static size_t read_list(const char *value, resolver *resolve, uint16_t *out, size_t max) {
    size_t n = 0;
    char name[128];
    while (*value) {
        size_t len = strcspn(value, ",");
        if (len >= sizeof(name) || n == max) die("list", value);
        memcpy(name, value, len);
        name[len] = '\0';
        out[n] = 0;
        if (!resolve(name, &out[n])) die("unknown name", name);
        n++;
        value += len + (value[len] == ',');
    }
    return n;
}

static void set_versions(struct options *o, const char *value) {
    struct u16_list *v = &o->hello.versions;
    v->n = read_list(value, as_version, v->v, HELLO_MAX_LIST);
    uint16_t best = 0;
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i] > best) best = v->v[i];
    o->hello.legacy_version = best > TLS_1_2 ? TLS_1_2 : best;
    o->policy.min_version = best;
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i] < o->policy.min_version) o->policy.min_version = v->v[i];
    if (best >= TLS_1_3) return;
    v->n = 0;
    hello_drop_ext(&o->hello, EXT_SUPPORTED_VERSIONS);
    hello_drop_ext(&o->hello, EXT_KEY_SHARE);
    hello_drop_ext(&o->hello, EXT_PSK_KEY_EXCHANGE_MODES);
    o->hello.session_id_n = 0;
}

static size_t set_list(struct u16_list *list, const char *value, resolver *resolve) {
    return list->n = read_list(value, resolve, list->v, HELLO_MAX_LIST);
}

static void change_extensions(struct options *o, const char *value, bool add) {
    uint16_t v[HELLO_MAX_EXT];
    size_t n = read_list(value, as_number, v, HELLO_MAX_EXT);
    for (size_t i = 0; i < n; i++) {
        if (add)
            hello_add_ext(&o->hello, v[i]);
        else
            hello_drop_ext(&o->hello, v[i]);
    }
}

static void set_profile(struct options *o, const char *name) {
    const struct profile *p = profile_find(name);
    if (!p) die("unknown profile", name);
    profile_hello(p, "", &o->hello, &o->policy);
    crypto_random(o->hello.random, sizeof(o->hello.random));
    crypto_random(o->hello.session_id, o->hello.session_id_n);
}

static bool set_text(struct options *o, const char *key, const char *value) {
    if (strcmp(key, "sni") == 0)
        snprintf(o->hello.server_name, sizeof(o->hello.server_name), "%s", value);
    else if (strcmp(key, "alpn") == 0)
        return hello_set_alpn(&o->hello, value);
    else if (strcmp(key, "stop") == 0)
        o->stop = strcmp(value, "hello") == 0 ? STOP_SERVER_HELLO : STOP_SERVER_FLIGHT;
    else if (strcmp(key, "min") == 0)
        return as_version(value, &o->policy.min_version);
    else
        return false;
    return true;
}

static bool set_number(struct options *o, const char *key, const char *value) {
    uint64_t n = 0;
    if (!text_number(value, 1 << 20, &n)) return false;
    if (strcmp(key, "dh_min") == 0)
        o->policy.dh_min_bits = (unsigned)n;
    else if (strcmp(key, "http") == 0)
        o->http = n;
    else if (strcmp(key, "post") == 0)
        o->post = n;
    else if (strcmp(key, "resume") == 0)
        o->resume = n;
    else if (strcmp(key, "timeout") == 0)
        o->timeout_s = (int)n;
    else
        return false;
    return true;
}

static void set_option(struct options *o, const char *key, const char *value) {
    if (strcmp(key, "profile") == 0)
        set_profile(o, value);
    else if (strcmp(key, "versions") == 0)
        set_versions(o, value);
    else if (strcmp(key, "suites") == 0)
        o->hello.n_suites = read_list(value, as_suite, o->hello.suites, HELLO_MAX_SUITES);
    else if (strcmp(key, "groups") == 0)
        set_list(&o->hello.groups, value, as_group);
    else if (strcmp(key, "shares") == 0)
        o->hello.key_share_empty = set_list(&o->hello.key_shares, value, as_group) == 0;
    else if (strcmp(key, "sigalgs") == 0)
        set_list(&o->hello.sigalgs, value, as_sigscheme);
    else if (strcmp(key, "ext") == 0)
        change_extensions(o, value, true);
    else if (strcmp(key, "drop") == 0)
        change_extensions(o, value, false);
    else if (!set_text(o, key, value) && !set_number(o, key, value))
        die("option", key);
}

static void default_hello(struct hello *h) {
    static const uint16_t exts[] = {EXT_SERVER_NAME,
                                    EXT_EXTENDED_MASTER_SECRET,
                                    EXT_RENEGOTIATION_INFO,
                                    EXT_SUPPORTED_GROUPS,
                                    EXT_EC_POINT_FORMATS,
                                    EXT_SESSION_TICKET,
                                    EXT_ALPN,
                                    EXT_STATUS_REQUEST,
                                    EXT_SIGNATURE_ALGORITHMS,
                                    EXT_ENCRYPT_THEN_MAC,
                                    EXT_KEY_SHARE,
                                    EXT_SUPPORTED_VERSIONS,
                                    EXT_PSK_KEY_EXCHANGE_MODES};
    h->record_version = TLS_1_0;
    h->legacy_version = TLS_1_2;
    h->session_id_n = sizeof(h->session_id);
    crypto_random(h->random, sizeof(h->random));
    crypto_random(h->session_id, sizeof(h->session_id));
    h->n_compressions = 1;
    for (size_t i = 0; i < TW_COUNT(exts); i++) h->ext[h->n_ext++].type = exts[i];
    size_t n;
    const struct suite *s = suite_table(&n);
    for (size_t i = 0; i < n && h->n_suites < HELLO_MAX_SUITES; i++)
        if (suite_supported(&s[i]) && s[i].grade != GRADE_INSECURE) h->suites[h->n_suites++] = s[i].id;
    const struct group *g = group_table(&n);
    for (size_t i = 0; i < n && h->groups.n < HELLO_MAX_LIST; i++)
        if (g[i].supported) h->groups.v[h->groups.n++] = g[i].id;
    h->key_shares = (struct u16_list){{GROUP_X25519, GROUP_SECP256R1}, 2};
    const struct sigscheme *a = sigscheme_table(&n);
    for (size_t i = 0; i < n && h->sigalgs.n < HELLO_MAX_LIST; i++)
        if (a[i].kind != SIG_OTHER && a[i].id < 0xFE00) h->sigalgs.v[h->sigalgs.n++] = a[i].id;
}

static void read_options(struct options *o, int argc, char **argv) {
    default_hello(&o->hello);
    set_versions(o, "1.3,1.2");
    o->policy.check_sigalg = true;
    o->timeout_s = 5;
    o->stop = STOP_FINISHED;
    int i = 1;
    for (char *eq; i < argc && (eq = strchr(argv[i], '=')); i++) {
        *eq = '\0';
        set_option(o, argv[i], eq + 1);
    }
    if (argc - i != 2) die("usage", "engine_client [option=value ...] HOST PORT");
    o->host = argv[i];
    o->port = argv[i + 1];
}

static int dial(const struct options *o) {
    struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(o->host, o->port, &want, &found) != 0) return -1;
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    struct timeval limit = {.tv_sec = o->timeout_s};
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    }
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void send_out(struct engine *e, int fd) {
    for (struct bytes out = engine_out(e); out.n > 0; out = engine_out(e)) {
        ssize_t n = send(fd, out.p, out.n, MSG_NOSIGNAL);
        if (n <= 0) return;
        engine_sent(e, (size_t)n);
    }
}

/* One read into the engine; false at the end of the stream. */
static bool receive(struct engine *e, int fd) {
    uint8_t in[16384];
    ssize_t n = recv(fd, in, sizeof(in), 0);
    if (n > 0) {
        engine_feed(e, bytes_of(in, (size_t)n), now());
        return true;
    }
    if (n == 0)
        engine_eof(e, now());
    else if (errno == EAGAIN)
        engine_timeout(e, now());
    else
        engine_reset(e, now());
    return false;
}

enum { ENOUGH = 15 }; /* bytes of an answer */

/* What the server said over the connection; some cut it after the first byte (RFC 4346 F.3). */
static struct bytes data_of(const struct transcript *t) {
    struct text all;
    text_init(&all, t->a);
    for (const struct msg *m = t->first; m; m = m->next)
        if (m->from == SIDE_SERVER && m->kind == MSG_APP)
            text_add_n(&all, (const char *)m->body.p, m->body.n);
    return bytes_of(all.s, all.n);
}

static void converse(struct engine *e, const struct transcript *t, const struct options *o, int fd) {
    for (;;) {
        send_out(e, fd);
        if (engine_over(e) || !receive(e, fd)) break;
    }
    if (engine_open(e) && o->http)
        engine_write_app(e, bytes_str("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"), now());
    while (engine_open(e) && (o->http || o->post) && data_of(t).n < ENOUGH) {
        send_out(e, fd);
        if (!receive(e, fd)) break;
    }
    engine_close(e, now());
    send_out(e, fd);
}

static void print(const struct transcript *t) {
    printf("result=%s stage=%s version=%s suite=%s group=%s sig=%s hrr=%d dh_bits=%u alpn=%s cert_req=%d "
           "resumed=%d refusal=%d violation=%d sent_alert=%d peer_alert=%d data=\"%s\" place=\"%s\"\n",
           result_names[t->result], stage_name(t->stage), t->version ? version_name(t->version) : "-",
           t->suite ? suite_name(t->suite) : "-", t->group ? group_name(t->group) : "-",
           t->sigscheme ? sigscheme_name(t->sigscheme) : "-", t->hrr, t->dh_bits,
           text_escape(t->a, t->alpn, 64), t->certificate_requested, t->resumed, (int)t->refusal,
           (int)t->violation, t->sent_alert, t->peer_alert, text_escape(t->a, data_of(t), ENOUGH),
           t->place ? t->place : "");
    for (const struct msg *m = t->first; m; m = m->next)
        fprintf(stderr, "%s %d type=%d enc=%d off=%zu wire=%zu n=%zu\n", m->from == SIDE_CLIENT ? ">" : "<",
                (int)m->kind, m->type, m->encrypted, m->stream_off, m->wire_n, m->body.n);
}

static int list(void) {
    size_t n;
    const struct suite *s = suite_table(&n);
    for (size_t i = 0; i < n; i++)
        if (suite_supported(&s[i]))
            printf("suite %04X %s %s %04X %04X %d %d\n", s[i].id, s[i].iana,
                   s[i].openssl ? s[i].openssl : "-", s[i].min_version, s[i].max_version, (int)s[i].kx,
                   (int)s[i].auth);
    const struct group *g = group_table(&n);
    for (size_t i = 0; i < n; i++)
        if (g[i].supported) printf("group %04X %s %d\n", g[i].id, g[i].name, (int)g[i].kind);
    return 0;
}

/* One connection, with the session of an earlier one if there is any. */
static const struct transcript *play(struct arena *a, const struct options *o, struct keys *keys,
                                     const struct transcript *first) {
    int fd = dial(o);
    if (fd < 0) die("no connection to", o->port);
    struct transcript *t = transcript_new(a);
    if (first && !first->session) die("no session from", o->port);
    struct eng_config config = {.hello = &o->hello,
                                .policy = o->policy,
                                .stop = o->stop,
                                .resume = first ? first->session : NULL,
                                .key_for = key_for,
                                .random = random_bytes,
                                .arg = keys};
    struct engine *e = engine_new(&config, t);
    converse(e, t, o, fd);
    engine_free(e);
    close(fd);
    return t;
}

int main(int argc, char **argv) {
    static struct options o;
    static struct keys keys;
    if (argc == 2 && strcmp(argv[1], "list=1") == 0) return list();
    read_options(&o, argc, argv);
    struct arena a;
    arena_init(&a);
    const struct transcript *t = play(&a, &o, &keys, NULL);
    if (o.resume) t = play(&a, &o, &keys, t);
    print(t);
    int status = t->result == RESULT_DONE || t->result == RESULT_RECOGNISED ? 0 : 1;
    for (size_t i = 0; i < keys.n; i++) kx_free(keys.kx[i]);
    arena_done(&a);
    return status;
}
