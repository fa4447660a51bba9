/* What stands around TLS: a DNS responder, proxies, the HTTP server for issuers' certificates, a port whose
 * queue is full. */
#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"
#include "lab_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192 };

/* --- DNS --- */

enum { DNS_MAX = 512, DNS_A = 1, DNS_AAAA = 28, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_MUTE = 0xFF };
static const struct zone_row {
    const char *name;
    uint8_t rcode;
    const char *a[2], *aaaa;
} zone[] = {
    {LAB_HOST, 0, {"127.0.0.1"}},       {"both.lab.example", 0, {"127.0.0.1"}, "::1"},
    {"six.lab.example", 0, {0}, "::1"}, {"two.lab.example", 0, {"127.0.0.1", "127.0.0.2"}},
    {"empty.lab.example", 0},           {"broken.lab.example", DNS_SERVFAIL},
    {"mute.lab.example", DNS_MUTE},
};
static const struct zone_row nowhere = {"", DNS_NXDOMAIN};

static const struct zone_row *find_name(const char *name) {
    for (size_t i = 0; i < TW_COUNT(zone); i++)
        if (text_eq_nocase(zone[i].name, name)) return &zone[i];
    return &nowhere;
}

/* The question's name with dots. */
static bool read_name(struct rd *r, char *room, size_t cap) {
    size_t n = 0;
    for (;;) {
        struct bytes label = rd_vec(r, 1, "label");
        if (!rd_ok(r) || n + label.n + 2 > cap) return false;
        if (label.n == 0) break;
        if (n > 0) room[n++] = '.';
        memcpy(room + n, label.p, label.n);
        n += label.n;
    }
    room[n] = '\0';
    return true;
}

static void write_address(struct wr *w, int family, uint16_t type, const char *text, uint16_t *count) {
    uint8_t raw[16];
    if (!text || inet_pton(family, text, raw) != 1) return;
    wr_u16(w, 0xC00C); /* the question's name again (RFC 1035 4.1.4) */
    wr_u16(w, type);
    wr_u16(w, 1);
    wr_u32(w, 60);
    wr_vec(w, 2, bytes_of(raw, family == AF_INET ? 4 : 16));
    ++*count;
}

/* The answer to one query; empty: none is given. */
static struct bytes answer_query(struct bytes query, struct wr *w) {
    struct rd r;
    char name[256];
    rd_init(&r, query);
    uint16_t id = rd_u16(&r, "id"), flags = rd_u16(&r, "flags");
    rd_take(&r, 8, "counts");
    size_t at = rd_at(&r);
    if (!read_name(&r, name, sizeof(name))) return (struct bytes){0};
    uint16_t type = rd_u16(&r, "type");
    rd_u16(&r, "class");
    const struct zone_row *row = find_name(name);
    if (!rd_ok(&r) || row->rcode == DNS_MUTE) return (struct bytes){0};
    struct bytes question = bytes_cut(query, at, rd_at(&r) - at);
    wr_u16(w, id);
    wr_u16(w, (uint16_t)(0x8480 | (flags & 0x0100) | row->rcode)); /* an authoritative answer */
    wr_u16(w, 1);
    size_t count_at = w->n;
    wr_fill(w, 0, 6);
    wr_put(w, question);
    uint16_t count = 0;
    if (type == DNS_A) {
        write_address(w, AF_INET, DNS_A, row->a[0], &count);
        write_address(w, AF_INET, DNS_A, row->a[1], &count);
    } else if (type == DNS_AAAA) {
        write_address(w, AF_INET6, DNS_AAAA, row->aaaa, &count);
    }
    if (!w->overflow) w->p[count_at + 1] = (uint8_t)count;
    return wr_bytes(w);
}

void lab_serve_dns(const struct lab *lab) {
    uint8_t in[DNS_MAX], out[DNS_MAX];
    struct sockaddr_storage from;
    socklen_t from_n = sizeof(from);
    ssize_t n = recvfrom(lab->dns_fd, in, sizeof(in), MSG_DONTWAIT, (struct sockaddr *)&from, &from_n);
    if (n <= 0) return;
    struct wr w = wr_init(out, sizeof(out));
    struct bytes answer = answer_query(bytes_of(in, (size_t)n), &w);
    if (answer.n) sendto(lab->dns_fd, answer.p, answer.n, 0, (struct sockaddr *)&from, from_n);
}

/* --- HTTP heads --- */

/* Reads up to the empty line; what follows is read again. NULL: the peer left. */
static const char *read_head(struct lab_link *l, struct arena *a) {
    uint8_t room[HEAD_MAX];
    size_t n = 0;
    while (n < sizeof(room)) {
        size_t got = lab_read(l, room + n, sizeof(room) - n);
        if (got == 0) return NULL;
        n += got;
        const uint8_t *end = memmem(room, n, "\r\n\r\n", 4);
        if (!end) continue;
        size_t head = (size_t)(end - room) + 4;
        lab_unread(l, bytes_of(room + head, n - head));
        return arena_str(a, bytes_of(room, head));
    }
    return NULL;
}

/* What a POST brings; empty of any other. */
static struct bytes read_posted(struct lab_link *l, struct arena *a, const char *head) {
    static const char length[] = "\r\nContent-Length: ";
    uint64_t n = 0, got = 0;
    const char *at = strstr(head, length);
    if (strncmp(head, "POST ", 5) != 0 || !at) return (struct bytes){0};
    at += sizeof(length) - 1;
    if (!text_number(arena_str(a, bytes_of(at, strcspn(at, "\r"))), HEAD_MAX, &n)) return (struct bytes){0};
    uint8_t *room = arena_alloc(a, n + 1);
    while (got < n) {
        size_t more = lab_read(l, room + got, n - got);
        if (more == 0) break;
        got += more;
    }
    return bytes_of(room, got);
}

/* RFC 9110 5.6.7: this service has the right time, whatever the clock of a case says. */
static const char *date_line(struct arena *a) {
    char room[64];
    struct tm tm;
    time_t now = time(NULL);
    gmtime_r(&now, &tm);
    strftime(room, sizeof(room), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return text_f(a, "Date: %s\r\nConnection: close\r\n\r\n", room);
}

void lab_serve_aia(struct lab_link *l) {
    struct arena a = {0};
    unsigned char *der = NULL;
    const char *head = read_head(l, &a);
    const char *path = head ? strchr(head, ' ') : NULL;
    if (path) {
        path++;
        size_t n = strcspn(path, " \r\n");
        const char *asked = arena_str(&a, bytes_of(path, n));
        int der_n = lab_pki_issuer_der(l->lab->pki, asked, &der);
        if (der_n <= 0) der_n = lab_revocation_der(l->lab->pki, asked, read_posted(l, &a, head), &der);
        if (der_n > 0) {
            lab_write_str(l, text_f(&a,
                                    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                                    "Content-Length: %d\r\n%s",
                                    der_n, date_line(&a)));
            lab_write(l, bytes_of(der, (size_t)der_n));
        } else {
            lab_write_str(l, text_f(&a, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n%s", date_line(&a)));
        }
    }
    OPENSSL_free(der);
    arena_done(&a);
    lab_finish(l);
}

/* --- proxies --- */

int lab_connect(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* Carries what is there from one side to the other; false when that side is at its end. */
static bool carry(int from, int to) {
    uint8_t room[16384];
    ssize_t n = recv(from, room, sizeof(room), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    for (ssize_t at = 0; at < n;) {
        ssize_t sent = send(to, room + at, (size_t)(n - at), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        at += sent;
    }
    return n > 0;
}

static void relay(struct lab_link *l, int upstream) {
    enum { PEER, UPSTREAM, STOP };
    struct pollfd p[] = {{.fd = l->fd, .events = POLLIN},
                         {.fd = upstream, .events = POLLIN},
                         {.fd = l->lab->stop_fd, .events = POLLIN}};
    while (p[PEER].fd >= 0 || p[UPSTREAM].fd >= 0) {
        if (poll(p, 3, 60000) <= 0 || p[STOP].revents) return;
        if (p[PEER].revents && !carry(l->fd, upstream)) {
            shutdown(upstream, SHUT_WR);
            p[PEER].fd = -1;
        }
        if (p[UPSTREAM].revents && !carry(upstream, l->fd)) {
            shutdown(l->fd, SHUT_WR);
            p[UPSTREAM].fd = -1;
        }
    }
}

/* To the case's own server and nowhere else, whatever name was asked for. */
static void relay_to_case(struct lab_link *l, const char *yes, size_t yes_n) {
    const struct lab_server *s = l->server;
    int upstream = lab_connect(s->c->behind ? s->behind_port : s->port);
    if (upstream < 0) return;
    uint8_t early[HEAD_MAX];
    size_t n = l->pending_n - l->pending_off;
    if (lab_write(l, bytes_of(yes, yes_n))) {
        if (n > 0 && n <= sizeof(early)) {
            n = lab_read(l, early, n);
            send(upstream, early, n, MSG_NOSIGNAL);
        }
        relay(l, upstream);
    }
    close(upstream);
}

/* What does not begin with a method is answered at once, as squid does. */
static bool begins_request(struct lab_link *l) {
    uint8_t first;
    if (lab_read(l, &first, 1) == 0) return false;
    lab_unread(l, bytes_of(&first, 1));
    return first >= 'A' && first <= 'Z';
}

/* What it says in the place of yes; NULL: it connects. */
static const char *refusal_of(enum lab_proxy kind, const char *head) {
    switch (kind) {
    case LAB_PROXY_HTTP_REFUSES:
        return "403 Forbidden";
    case LAB_PROXY_HTTP_443:
        return strstr(head, ":443 HTTP/") ? NULL : "403 Forbidden";
    case LAB_PROXY_HTTP_NO_CONNECT:
        return "405 Method Not Allowed";
    case LAB_PROXY_HTTP_LOST:
        return "502 Bad Gateway";
    case LAB_PROXY_NONE:
    case LAB_PROXY_HTTP:
    case LAB_PROXY_HTTP_AUTH:
    case LAB_PROXY_SOCKS5:
    case LAB_PROXY_SOCKS5_AUTH:
        break;
    }
    return NULL;
}

static void serve_http_proxy(struct lab_link *l, enum lab_proxy kind) {
    static const char yes[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    struct arena a = {0};
    const char *head = begins_request(l) ? read_head(l, &a) : NULL;
    bool knows = head && strcasestr(head, "\r\nProxy-Authorization:");
    if (!head || !bytes_start_with(bytes_str(head), "CONNECT "))
        lab_write_str(l, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    else if (kind == LAB_PROXY_HTTP_AUTH && !knows)
        lab_write_str(
            l, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"lab\"\r\n"
               "Content-Length: 0\r\n\r\n");
    else if (refusal_of(kind, head))
        lab_write_str(l, text_f(&a, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", refusal_of(kind, head)));
    else
        relay_to_case(l, yes, sizeof(yes) - 1);
    arena_done(&a);
}

static bool read_exactly(struct lab_link *l, uint8_t *room, size_t n) {
    for (size_t at = 0, got; at < n; at += got)
        if ((got = lab_read(l, room + at, n - at)) == 0) return false;
    return true;
}

/* The address of a SOCKS5 request (RFC 1928 4): read and forgotten. */
static bool skip_socks_address(struct lab_link *l, uint8_t type) {
    uint8_t room[256 + 2];
    size_t n = type == 1 ? 4 : 16;
    if (type == 3) {
        if (!read_exactly(l, room, 1)) return false;
        n = room[0];
    }
    return read_exactly(l, room, n + 2);
}

static void serve_socks5(struct lab_link *l, enum lab_proxy kind) {
    static const char yes[] = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    uint8_t head[4], methods[256];
    if (!read_exactly(l, head, 2) || head[0] != 5 || !read_exactly(l, methods, head[1])) return;
    bool open = memchr(methods, 0, head[1]) != NULL;
    if (kind == LAB_PROXY_SOCKS5_AUTH || !open) {
        static const uint8_t none_acceptable[] = {5, 0xFF};
        lab_write(l, bytes_of(none_acceptable, 2));
        return;
    }
    static const uint8_t no_auth[] = {5, 0};
    if (!lab_write(l, bytes_of(no_auth, 2)) || !read_exactly(l, head, 4)) return;
    if (head[1] == 1 && skip_socks_address(l, head[3])) relay_to_case(l, yes, sizeof(yes));
}

void lab_serve_proxy(struct lab_link *l) {
    enum lab_proxy kind = l->server->c->proxy;
    if (kind == LAB_PROXY_SOCKS5 || kind == LAB_PROXY_SOCKS5_AUTH)
        serve_socks5(l, kind);
    else
        serve_http_proxy(l, kind);
    if (!l->over) lab_finish(l);
}

/* --- a full queue --- */

size_t lab_fill_queue(const struct sockaddr *at, unsigned n, int ret[LAB_CROWD]) {
    size_t count = 0;
    for (size_t i = 0; i < LAB_CROWD; i++) {
        int fd = socket(at->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) break;
        ret[count++] = fd;
        if (connect(fd, at, n) < 0 && errno != EINPROGRESS) break;
    }
    return count;
}

/* --- a port that hears nothing --- */

/* A filter of the socket sees the segment from TCP's header on (socket(7), SO_ATTACH_FILTER); byte 12 holds
 * the header's length in words (RFC 9293 3.1). */
bool lab_make_deaf(int fd, bool to_tls_alone) {
    enum { DATA_OFFSET = 12, RECORD_TYPE = 0, ALL = 0x40000 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, DATA_OFFSET),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xF0),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 0, 3), /* no data: taken */
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, RECORD_TYPE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CT_HANDSHAKE, 0, to_tls_alone ? 1 : 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, ALL),
    };
    const struct sock_fprog program = {TW_COUNT(code), code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}
