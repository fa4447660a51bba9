/* Puts the servers up: tables to sockets, PKI, files, arguments. */
#include "base/text.h"
#include "honest.h"
#include "lab_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Addresses of cases that have one for themselves: those behind 127.64.0.0, and others in each lab, since
 * several may run at a time. */
enum { OWN_ADDRESSES = 0x7F400000, ADDRESSES_OF_A_LAB = 1 << 10, LABS = 1 << 11, HTTP_PORT = 80 };
static uint32_t own_address(size_t place) {
    return OWN_ADDRESSES + (uint32_t)getpid() % LABS * ADDRESSES_OF_A_LAB +
           (uint32_t)place % ADDRESSES_OF_A_LAB;
}

static const struct case_table *const tables[] = {
    &lab_version_cases, &lab_cipher_cases,   &lab_name_cases,        &lab_hello_cases,  &lab_smallest_cases,
    &lab_connect_cases, &lab_starttls_cases, &lab_certificate_cases, &lab_client_cases, &lab_healthy_cases,
    &lab_shape_cases,   &lab_session_cases,  &lab_between_cases,     &lab_path_cases,
};

static bool wanted(const struct lab_case *c, const struct lab_options *o) {
    bool found = o->n_patterns == 0;
    for (int i = 0; i < o->n_patterns && !found; i++) found = fnmatch(o->pattern[i], c->name, 0) == 0;
    return found;
}

bool lab_knows(const char *pattern) {
    for (size_t t = 0; t < TW_COUNT(tables); t++)
        for (size_t i = 0; i < tables[t]->n; i++)
            if (fnmatch(pattern, tables[t]->row[i].name, 0) == 0) return true;
    return false;
}

void lab_list(void) {
    for (size_t t = 0; t < TW_COUNT(tables); t++)
        for (size_t i = 0; i < tables[t]->n; i++) {
            const struct lab_case *c = &tables[t]->row[i];
            printf("%s\t%s\t%s\n", c->name, c->shows, c->summary);
        }
}

/* --- sockets --- */

static bool complain(const char *what) {
    fprintf(stderr, "tlswhy lab: %s: %s\n", what, strerror(errno));
    return false;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t loopback(union address *at, int family, uint32_t ip, uint16_t port) {
    *at = (union address){0};
    if (family == AF_INET6) {
        at->v6 = (struct sockaddr_in6){
            .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
        return sizeof(at->v6);
    }
    at->v4 =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(ip)};
    return sizeof(at->v4);
}

/* A socket bound to loopback; *port 0 is replaced by the system's choice. -1: errno says why. */
static int bind_at(int family, uint32_t ip, int type, uint16_t *port) {
    union address at;
    socklen_t n = loopback(&at, family, ip, *port);
    int on = 1, fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, &at.any, n) == 0 && getsockname(fd, &at.any, &n) == 0) {
        *port = ntohs(family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
        return fd;
    }
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int bind_loopback(int family, int type, uint16_t *port) {
    return bind_at(family, INADDR_LOOPBACK, type, port);
}

static bool add_listener(struct lab *lab, int fd, struct lab_server *s, void (*serve)(struct lab_link *l)) {
    lab->listener[lab->n_listeners++] = (struct lab_listener){fd, s, serve};
    return listen(fd, 128) == 0;
}

static bool add_full(struct lab *lab, int fd, int family, uint16_t port) {
    union address at;
    socklen_t n = loopback(&at, family, INADDR_LOOPBACK, port);
    lab->idle_fd[lab->n_idle++] = fd;
    if (listen(fd, 0) != 0) return false;
    lab->n_idle += lab_fill_queue(&at.any, n, lab->idle_fd + lab->n_idle);
    return true;
}

/* The server itself, where a box stands before it. */
static bool open_behind(struct lab *lab, struct lab_server *s) {
    int fd = bind_loopback(AF_INET, SOCK_STREAM, &s->behind_port);
    return fd >= 0 && add_listener(lab, fd, s, lab_serve_case);
}

/* One address of a case's port, put into the state that the case wants. */
static bool open_side(struct lab *lab, struct lab_server *s, int family, enum listen_kind kind) {
    int fd = bind_at(family, s->ip, SOCK_STREAM, &s->port);
    if (fd < 0) return false;
    switch (kind) {
    case LISTEN_OPEN:
        if (s->c->relay.there) return add_listener(lab, fd, s, lab_serve_relay) && open_behind(lab, s);
        return add_listener(lab, fd, s, family == AF_INET6 ? lab_serve_case_v6 : lab_serve_case);
    case LISTEN_DEAF:
    case LISTEN_DEAF_TO_TLS:
        return lab_make_deaf(fd, kind == LISTEN_DEAF_TO_TLS) && add_listener(lab, fd, s, lab_serve_case);
    case LISTEN_FULL:
        return add_full(lab, fd, family, s->port);
    case LISTEN_CLOSED:
    case LISTEN_NONE:
        break;
    }
    lab->idle_fd[lab->n_idle++] = fd;
    return true;
}

static bool open_http80(struct lab *lab, struct lab_server *s) {
    uint16_t port = HTTP_PORT;
    int fd = bind_at(AF_INET, s->ip, SOCK_STREAM, &port);
    return fd >= 0 && add_listener(lab, fd, s, lab_serve_http80);
}

static bool open_ports(struct lab *lab, struct lab_server *s) {
    static const enum listen_kind of_v6[] = {
        [V6_OPEN] = LISTEN_OPEN, [V6_CLOSED] = LISTEN_CLOSED, [V6_FULL] = LISTEN_FULL};
    const struct lab_case *c = s->c;
    if (c->behind && !c->relay.there && !open_behind(lab, s)) return false;
    if (c->listen != LISTEN_NONE && !open_side(lab, s, AF_INET, c->listen)) return false;
    if (c->v6 != V6_NONE && !open_side(lab, s, AF_INET6, of_v6[c->v6])) return false;
    if (c->http80 && !open_http80(lab, s)) return false;
    if (c->proxy == LAB_PROXY_NONE) return true;
    int fd = bind_loopback(AF_INET, SOCK_STREAM, &s->proxy_port);
    return fd >= 0 && add_listener(lab, fd, s, lab_serve_proxy);
}

static bool has_v6(void) {
    uint16_t port = 0;
    int fd = bind_loopback(AF_INET6, SOCK_STREAM, &port);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

static bool has_port_80(void) {
    uint16_t port = HTTP_PORT;
    int fd = bind_at(AF_INET, own_address(0), SOCK_STREAM, &port);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

/* --- cases --- */

static bool write_client(struct lab *lab, struct lab_server *s) {
    const struct client_spec *spec = &s->c->client;
    s->client_cert = text_f(&lab->arena, "%s/%s.%s", lab->dir, s->c->name,
                            spec->files == CLIENT_FILES_PKCS12 ? "p12" : "pem");
    if (spec->files == CLIENT_FILES_TWO || spec->files == CLIENT_FILES_DER)
        s->client_key = text_f(&lab->arena, "%s/%s.key", lab->dir, s->c->name);
    return lab_pki_write_client(lab->pki, spec, s->client_cert, s->client_key) || complain(s->client_cert);
}

static bool start_case(struct lab *lab, const struct lab_case *c, uint16_t port) {
    struct lab_server *s = &lab->server[lab->n_servers++];
    *s = (struct lab_server){.c = c, .ip = INADDR_LOOPBACK, .port = port};
    if (c->http80) s->ip = own_address(lab->n_servers);
    pthread_mutex_init(&s->serial, NULL);
    if (!open_ports(lab, s)) return complain(c->name);
    if (c->tls) s->honest = lab_honest_new(lab->pki, &c->honest);
    if (c->honest_v6) s->honest_v6 = lab_honest_new(lab->pki, c->honest_v6);
    if (c->honest_second) s->honest_second = lab_honest_new(lab->pki, c->honest_second);
    if ((c->tls && !s->honest) || (c->honest_v6 && !s->honest_v6) ||
        (c->honest_second && !s->honest_second)) {
        fprintf(stderr, "tlswhy lab: %s: OpenSSL refuses this server's configuration\n", c->name);
        return false;
    }
    if (!c->honest.no_cert) s->chain = lab_pki_issue(lab->pki, &c->honest.cert[0]);
    return c->client.files == CLIENT_FILES_NONE || write_client(lab, s);
}

static bool start_cases(struct lab *lab, const struct lab_options *o) {
    bool v6 = has_v6(), port_80 = has_port_80();
    unsigned place = 0;
    for (size_t t = 0; t < TW_COUNT(tables); t++)
        for (size_t i = 0; i < tables[t]->n; i++, place++) {
            const struct lab_case *c = &tables[t]->row[i];
            if (!wanted(c, o)) continue;
            if (c->v6 != V6_NONE && !v6) {
                fprintf(stderr, "tlswhy lab: %s left out: this machine has no ::1\n", c->name);
                continue;
            }
            if (c->http80 && !port_80) {
                fprintf(stderr, "tlswhy lab: %s left out: port 80 cannot be opened here\n", c->name);
                continue;
            }
            unsigned port = o->base_port ? o->base_port + place : 0;
            if (!start_case(lab, c, (uint16_t)port)) return false;
        }
    return true;
}

size_t lab_n_cases(void) {
    size_t n = 0;
    for (size_t t = 0; t < TW_COUNT(tables); t++) n += tables[t]->n;
    return n;
}

static bool make_dir(struct lab *lab, const char *given) {
    static const char pattern[] = P_tmpdir "/tlswhy-lab-XXXXXX";
    lab->own_dir = !given;
    lab->dir = given;
    if (!given && !(lab->dir = mkdtemp(arena_strdup(&lab->arena, pattern)))) return complain(P_tmpdir);
    lab->ca_file = text_f(&lab->arena, "%s/ca.pem", lab->dir);
    return true;
}

static bool open_own_services(struct lab *lab) {
    int aia = bind_loopback(AF_INET, SOCK_STREAM, &lab->aia_port);
    if (aia < 0 || !add_listener(lab, aia, NULL, lab_serve_aia)) return complain("no port");
    lab->dns_fd = bind_loopback(AF_INET, SOCK_DGRAM, &lab->dns_port);
    lab->stop_fd = eventfd(0, EFD_CLOEXEC);
    return (lab->dns_fd >= 0 && lab->stop_fd >= 0) || complain("no port");
}

/* A descriptor a case, and one a connection. */
static void raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static bool write_mozilla(struct lab_pki *p, const char *file) {
    return lab_pki_write_program(p, file, true);
}

static bool write_apple(struct lab_pki *p, const char *file) {
    return lab_pki_write_program(p, file, false);
}

/* What lies in the lab's folder beside the file of roots; the folders first. */
static const struct lab_file {
    const char *name;
    bool (*write)(struct lab_pki *p, const char *file);
} lab_files[] = {
    {"data", NULL},
    {"data/tlswhy", NULL},
    {"data/tlswhy/roots", NULL},
    {"data/tlswhy/roots/mozilla.csv", write_mozilla},
    {"data/tlswhy/roots/apple.csv", write_apple},
    {"all.pem", lab_pki_write_public},
    {"other.pem", lab_pki_write_other},
};

static bool write_stores(struct lab *lab) {
    for (size_t i = 0; i < TW_COUNT(lab_files); i++) {
        const char *path = text_f(&lab->arena, "%s/%s", lab->dir, lab_files[i].name);
        bool there = lab_files[i].write ? lab_files[i].write(lab->pki, path)
                                        : mkdir(path, 0700) == 0 || errno == EEXIST;
        if (!there) return false;
    }
    return true;
}

static void remove_stores(struct lab *lab) {
    for (size_t i = TW_COUNT(lab_files); i-- > 0;)
        (void)remove(text_f(&lab->arena, "%s/%s", lab->dir, lab_files[i].name));
}

bool lab_setup(struct lab *lab, const struct lab_options *o) {
    size_t n = lab_n_cases();
    *lab = (struct lab){.dns_fd = -1, .stop_fd = -1};
    pthread_mutex_init(&lab->lock, NULL);
    pthread_cond_init(&lab->left, NULL);
    lab->server = ARENA_ARRAY(&lab->arena, struct lab_server, n);
    lab->listener = ARENA_ARRAY(&lab->arena, struct lab_listener, 4 * n + 1);
    lab->idle_fd = ARENA_ARRAY(&lab->arena, int, (2 + LAB_CROWD) * n);
    raise_descriptors();
    if (!make_dir(lab, o->dir) || !open_own_services(lab)) return false;
    lab->pki = lab_pki_new(time(NULL), lab->aia_port);
    if (!start_cases(lab, o)) return false;
    if (!lab_pki_write_roots(lab->pki, lab->ca_file)) return complain(lab->ca_file);
    return write_stores(lab) || complain(lab->dir);
}

void lab_teardown(struct lab *lab) {
    for (size_t i = 0; i < lab->n_servers; i++) {
        if (lab->server[i].client_cert) unlink(lab->server[i].client_cert);
        if (lab->server[i].client_key) unlink(lab->server[i].client_key);
        lab_honest_free(lab->server[i].honest);
        lab_honest_free(lab->server[i].honest_v6);
        lab_honest_free(lab->server[i].honest_second);
        pthread_mutex_destroy(&lab->server[i].serial);
    }
    for (size_t i = 0; i < lab->n_listeners; i++) close(lab->listener[i].fd);
    for (size_t i = 0; i < lab->n_idle; i++) close(lab->idle_fd[i]);
    if (lab->dns_fd >= 0) close(lab->dns_fd);
    if (lab->stop_fd >= 0) close(lab->stop_fd);
    if (lab->pki) remove_stores(lab);
    lab_pki_free(lab->pki);
    lab_bio_global_done();
    if (lab->ca_file) unlink(lab->ca_file);
    if (lab->own_dir && lab->dir) rmdir(lab->dir);
    pthread_mutex_destroy(&lab->lock);
    pthread_cond_destroy(&lab->left);
    arena_done(&lab->arena);
}

/* --- arguments --- */

/* As one word for a shell. */
static void add_quoted(struct text *t, const char *s) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";
    if (*s && strspn(s, plain) == strlen(s)) {
        text_add(t, s);
        return;
    }
    text_add(t, "'");
    for (; *s; s++)
        if (*s == '\'')
            text_add(t, "'\\''");
        else
            text_add_n(t, s, 1);
    text_add(t, "'");
}

static const char *slot_value(struct lab *lab, const struct lab_server *s, const char *slot, size_t n) {
    const struct {
        const char *name, *value;
    } slots[] = {
        {"ca", lab->ca_file},
        {"dir", lab->dir},
        {"addr", text_f(&lab->arena, "%s:%u", inet_ntoa((struct in_addr){htonl(s->ip)}), s->port)},
        {"port", text_f(&lab->arena, "%u", s->port)},
        {"dns", text_f(&lab->arena, "127.0.0.1:%u", lab->dns_port)},
        {"time", text_f(&lab->arena, "http://127.0.0.1:%u/", lab->aia_port)},
        {"proxy", text_f(&lab->arena, "127.0.0.1:%u", s->proxy_port)},
        {"cert", s->client_cert},
        {"key", s->client_key},
    };
    for (size_t i = 0; i < TW_COUNT(slots); i++)
        if (strlen(slots[i].name) == n && strncmp(slots[i].name, slot, n) == 0) return slots[i].value;
    return "";
}

static const char *fill_slots(struct lab *lab, const struct lab_server *s, const char *pattern) {
    struct text t;
    text_init(&t, &lab->arena);
    while (*pattern) {
        size_t plain = strcspn(pattern, "{");
        text_add_n(&t, pattern, plain);
        pattern += plain;
        if (!*pattern) break;
        size_t n = strcspn(++pattern, "}");
        const char *value = slot_value(lab, s, pattern, n);
        if (*value == '/') /* a file */
            add_quoted(&t, value);
        else
            text_add(&t, value);
        pattern += n + (pattern[n] == '}');
    }
    return t.s;
}

void lab_print_cases(struct lab *lab) {
    for (size_t i = 0; i < lab->n_servers; i++) {
        const struct lab_server *s = &lab->server[i];
        const struct lab_case *c = s->c;
        const char *pattern = c->args;
        if (!pattern)
            pattern = text_f(&lab->arena, "--cacert {ca}%s%s --connect-to {addr}%s%s %s",
                             s->client_cert ? " --cert {cert}" : "", s->client_key ? " --key {key}" : "",
                             c->extra ? " " : "", c->extra ? c->extra : "", c->host ? c->host : LAB_HOST);
        printf("%s\t%s%s%s\n", c->name, c->env ? fill_slots(lab, s, c->env) : "", c->env ? " " : "",
               fill_slots(lab, s, pattern));
    }
    printf("ready\n");
    fflush(stdout);
}
