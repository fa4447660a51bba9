#include "net/resolve.h"

static void free_lookup(struct lookup *l) {
    net_disown(&l->owned);
    net_timer_stop(l->timer);
    if (l->stop) l->stop(l);
    mem_free(l);
}

static void drop_lookup(struct net_owned *o) {
    free_lookup((struct lookup *)o);
}

void lookup_answer(struct lookup *l) {
    resolve_done *done = l->done;
    void *arg = l->arg;
    struct resolved r = l->r;
    free_lookup(l);
    done(arg, &r);
}

void lookup_add(struct lookup *l, const struct sockaddr *sa) {
    struct net_addr addr = {0};
    if (sa->sa_family == AF_INET)
        addr.len = sizeof(addr.sa.v4);
    else if (sa->sa_family == AF_INET6)
        addr.len = sizeof(addr.sa.v6);
    else
        return;
    memcpy(&addr.sa, sa, addr.len);
    if (sa->sa_family == AF_INET6) addr.sa.v6.sin6_flowinfo = 0;
    net_addr_set_port(&addr, l->port);
    for (size_t i = 0; i < l->r.n; i++)
        if (memcmp(&l->r.addr[i], &addr, sizeof(addr)) == 0) return;
    if (l->r.n < RESOLVE_MAX) l->r.addr[l->r.n++] = addr;
}

static void on_ready(void *arg) {
    struct lookup *l = arg;
    l->timer = NULL;
    lookup_answer(l);
}

static void on_deadline(void *arg) {
    struct lookup *l = arg;
    l->timer = NULL;
    l->r = (struct resolved){.status = RESOLVE_NO_ANSWER, .detail = "no answer within the time limit"};
    lookup_answer(l);
}

/* Framing of RFC 1035 2.3.4 only: which characters a zone holds is its own affair, but what is not printable
 * ASCII cannot have been meant (international names come in their ASCII form, RFC 5891). */
static const char *bad_name(struct bytes name) {
    if (name.n > 0 && name.p[name.n - 1] == '.') name.n--;
    if (name.n == 0) return "the name is empty";
    if (name.n > RESOLVE_MAX_NAME) return "the name is longer than 253 characters";
    size_t label = 0;
    for (size_t i = 0; i <= name.n; i++) {
        if (i == name.n || name.p[i] == '.') {
            if (label == 0) return "the name has an empty label";
            if (label > 63) return "a label of the name is longer than 63 characters";
            label = 0;
            continue;
        }
        if (name.p[i] <= 0x20 || name.p[i] >= 0x7F) return "the name has characters that no host name has";
        label++;
    }
    return NULL;
}

static bool is_numeric(struct lookup *l, const char *host) {
    struct net_addr addr;
    if (!net_addr_parse(host, l->port, &addr)) return false;
    if (l->family != AF_UNSPEC && l->family != addr.sa.any.sa_family) {
        l->r.status = RESOLVE_NO_ADDRESS;
        l->r.detail = "the address is of the other family";
        return true;
    }
    lookup_add(l, &addr.sa.any);
    return true;
}

/* True where the answer is there without asking anybody. */
static bool known_already(struct lookup *l, const char *host) {
    if (is_numeric(l, host)) return true;
    l->r.detail = bad_name(bytes_str(host));
    if (l->r.detail) {
        l->r.status = RESOLVE_BAD_NAME;
        return true;
    }
    memcpy(l->host, host, strlen(host) + 1);
    return false;
}

void net_resolve(struct net *n, const char *host, uint16_t port, int family, const char *resolver,
                 int64_t deadline_ns, resolve_done *done, void *arg) {
    struct lookup *l = mem_alloc(sizeof(*l));
    l->net = n;
    l->port = port;
    l->family = family;
    l->done = done;
    l->arg = arg;
    net_own(n, &l->owned, drop_lookup);
    if (!known_already(l, host) && (resolver ? resolve_by_ares(l, resolver) : resolve_by_system(l))) {
        l->timer = net_timer_start(n, deadline_ns, on_deadline, l);
        return;
    }
    l->timer = net_timer_start(n, net_now(n), on_ready, l);
}
