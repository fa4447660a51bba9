/* Two ways to look one name up: the client's own, and another one that may be asked without telling anybody
 * new. With --resolver that is the system's look-up, which other programs here go by; without it, where the
 * hosts file names the host, the system's name servers. Nobody else is ever asked (CONTRACT.md, "Promises").
 */
#include "causes/addresses.h"
#include "diagnose/session.h"
#include "net/hosts.h"

/* An answer that is not there this long after everything else is not waited for. */
#define GRACE_NS (2 * INT64_C(1000000000))
enum { TRIED_MAX = 2 };

/* The hosts file's line on the host. */
struct line {
    struct resolved r;
    unsigned number;
    const char *path;
};

static bool may_ask(const struct session *s) {
    const struct request *r = s->request;
    struct net_addr literal;
    return r->proxy.kind == PROXY_NONE && !r->connect_addr && strchr(r->host, '.') &&
           !net_addr_parse(r->host, 0, &literal);
}

static void on_told(void *arg, const struct resolved *r) {
    struct session *s = arg;
    s->other = *r;
    s->other_told = true;
    net_wake(s->net);
}

static void ask(struct session *s, const char *resolver) {
    const struct request *r = s->request;
    s->other_asked = true;
    net_resolve(s->net, r->host, r->port, r->family, resolver, net_now(s->net) + r->timeout_ns, on_told, s);
}

void session_ask_system(struct session *s) {
    if (s->request->resolver && !s->request->offline && may_ask(s)) ask(s, NULL);
}

static bool is_among(const struct resolved *r, const struct net_addr *addr) {
    for (size_t i = 0; i < r->n; i++)
        if (net_addr_same(&r->addr[i], addr)) return true;
    return false;
}

static bool meet(const struct resolved *a, const struct resolved *b) {
    for (size_t i = 0; i < a->n; i++)
        if (is_among(b, &a->addr[i])) return true;
    return false;
}

static bool look_into_file(struct session *s, struct line *ret) {
    const struct request *r = s->request;
    return hosts_look(s->a, r->host, r->port, r->family, &ret->r, &ret->number, &ret->path);
}

static const char *file_way(struct session *s, const struct line *line) {
    return text_f(s->a, "the hosts file of this machine (%s, line %u)", line->path, line->number);
}

/* Waits for the other answer; false: none came. */
static bool await_answer(struct session *s) {
    int64_t until = net_now(s->net) + GRACE_NS;
    if (until > s->deadline_ns) until = s->deadline_ns;
    while (!s->other_told && net_now(s->net) < until) net_step(s->net, until);
    return s->other_told && s->other.status == RESOLVE_OK;
}

/* The resolver of the request, and this machine's own look-up. */
static bool compare_with_system(struct session *s, struct elsewhere *e) {
    struct line line = {0};
    if (!s->other_asked || !await_answer(s)) return false;
    e->by_file = look_into_file(s, &line) && meet(&line.r, &s->other);
    e->own_way = text_f(s->a, "the resolver %s", s->request->resolver);
    e->way = e->by_file ? file_way(s, &line) : "this machine's own look-up";
    return true;
}

/* The hosts file, where it counts, and the name servers. */
static bool compare_with_dns(struct session *s, struct elsewhere *e) {
    struct line line = {0};
    if (!may_ask(s) || !look_into_file(s, &line) || !meet(&line.r, &s->resolved)) return false;
    if (!s->other_asked) ask(s, RESOLVER_OF_SYSTEM);
    if (!await_answer(s)) return false;
    e->own_way = file_way(s, &line);
    e->own_by_file = true;
    e->way = "the name servers that this machine asks";
    return true;
}

/* The two ways by their names; false: there are not two, or no answer came. */
static bool find_ways(struct session *s, struct casefile *c, struct elsewhere *e) {
    if (s->request->resolver) return compare_with_system(s, e);
    return !address_well(c, 0) && compare_with_dns(s, e);
}

static const struct facts *shake_hands(struct session *s, struct casefile *c, const struct net_addr *at) {
    struct trial t = c->subject_trial;
    t.to = *at;
    net_addr_set_port(&t.to, net_addr_port(&c->trial.to));
    t.ask_http = false;
    return plan_wait(c, prober_ask(s->prober, &t));
}

/* Where two were tried, one that does well counts: the other may only be of a family that does not work here.
 */
static void try_there(struct session *s, struct casefile *c, struct elsewhere *e) {
    size_t tried = 0;
    int last = AF_UNSPEC;
    for (size_t i = 0; i < s->other.n && tried < TRIED_MAX; i++) {
        const struct net_addr *at = &s->other.addr[i];
        if (at->sa.any.sa_family == last) continue;
        last = at->sa.any.sa_family;
        const struct facts *f = shake_hands(s, c, at);
        bool well = f->good && !address_refusal_of(c, f);
        if (tried++ == 0 || well) {
            e->facts = f;
            e->addr = *at;
        }
        if (well) break;
    }
}

void session_look_elsewhere(struct session *s, struct casefile *c) {
    struct elsewhere *e = ARENA_NEW(s->a, struct elsewhere);
    *e = (struct elsewhere){0};
    if (!find_ways(s, c, e) || s->other.n == 0 || meet(&s->other, &s->resolved)) return;
    try_there(s, c, e);
    c->elsewhere = e;
}
