#include "net/hosts.h"

#include "net/file.h"

enum { HOSTS_MAX = 16 << 20, ADDRESS_MAX = 64 };
static const char hosts_path[] = "/etc/hosts";

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The next word of a line; empty at its end. What follows a # is a comment. */
static struct bytes next_word(struct bytes *line) {
    size_t from = 0, to;
    while (from < line->n && is_space(line->p[from])) from++;
    for (to = from; to < line->n && !is_space(line->p[to]) && line->p[to] != '#';) to++;
    struct bytes word = bytes_cut(*line, from, to - from);
    *line = bytes_cut(*line, to, line->n);
    return word;
}

static bool names_host(struct bytes line, struct bytes host) {
    for (struct bytes word = next_word(&line); word.n > 0; word = next_word(&line))
        if (bytes_eq_nocase(word, host)) return true;
    return false;
}

static bool read_address(struct bytes word, uint16_t port, struct net_addr *ret) {
    char room[ADDRESS_MAX];
    if (word.n == 0 || word.n >= sizeof(room)) return false;
    memcpy(room, word.p, word.n);
    room[word.n] = '\0';
    return net_addr_parse(room, port, ret);
}

static void add(struct resolved *r, const struct net_addr *addr) {
    for (size_t i = 0; i < r->n; i++)
        if (net_addr_same(&r->addr[i], addr)) return;
    if (r->n < RESOLVE_MAX) r->addr[r->n++] = *addr;
}

static struct bytes cut_line(struct bytes *file) {
    size_t n = 0;
    while (n < file->n && file->p[n] != '\n') n++;
    struct bytes line = bytes_cut(*file, 0, n);
    *file = bytes_cut(*file, n + 1, file->n);
    return line;
}

bool hosts_find(struct bytes file, const char *host, uint16_t port, int family, struct resolved *ret,
                unsigned *ret_line) {
    struct bytes name = bytes_str(host);
    if (name.n > 0 && name.p[name.n - 1] == '.') name.n--;
    *ret = (struct resolved){.status = RESOLVE_NO_NAME};
    for (unsigned number = 1; file.n > 0; number++) {
        struct bytes line = cut_line(&file), word = next_word(&line);
        struct net_addr addr;
        if (!names_host(line, name) || !read_address(word, port, &addr)) continue;
        if (family != AF_UNSPEC && family != addr.sa.any.sa_family) continue;
        if (ret->n == 0) *ret_line = number;
        add(ret, &addr);
    }
    if (ret->n > 0) ret->status = RESOLVE_OK;
    return ret->n > 0;
}

bool hosts_look(struct arena *a, const char *host, uint16_t port, int family, struct resolved *ret,
                unsigned *ret_line, const char **ret_path) {
    struct bytes file;
    const char *why;
    *ret_path = hosts_path;
    return file_read(a, hosts_path, HOSTS_MAX, &file, &why) &&
           hosts_find(file, host, port, family, ret, ret_line);
}
