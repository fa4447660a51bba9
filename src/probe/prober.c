#include "probe/job.h"

#include <assert.h>

enum { AT_ONCE = 16 };

struct prober *prober_new(struct arena *a, struct net *n, const struct probe_limits *limits,
                          const struct proxy *proxy) {
    struct prober *p = ARENA_NEW(a, struct prober);
    p->a = a;
    p->n = n;
    p->limits = *limits;
    if (p->limits.max_at_once == 0 || p->limits.max_at_once > AT_ONCE) p->limits.max_at_once = AT_ONCE;
    if (proxy) p->proxy = *proxy;
    p->keys = key_pool_new(a);
    return p;
}

void prober_free(struct prober *p) {
    if (!p) return;
    for (struct job *j = p->first; j; j = j->next) job_close(j);
    key_pool_free(p->keys);
}

static struct job *find(const struct prober *p, struct bytes key, uint64_t hash) {
    for (struct job *j = p->first; j; j = j->next)
        if (j->hash == hash && bytes_eq(j->key, key)) return j;
    return NULL;
}

const struct run *prober_find(const struct prober *p, const struct trial *t) {
    struct arena scratch;
    arena_init(&scratch);
    struct bytes key = trial_key(&scratch, t);
    const struct job *j = find(p, key, trial_hash(key));
    arena_done(&scratch);
    return j ? &j->run : NULL;
}

static void refuse(struct job *j) {
    j->run.not_run = true;
    j->run.t = transcript_new(j->p->a);
    j->p->active++;
    job_end(j, RESULT_CANCELLED);
}

static void start(struct job *j) {
    struct prober *p = j->p;
    if (p->cost.connections >= p->limits.max_connections || net_now(p->n) >= p->limits.deadline_ns) {
        refuse(j);
        return;
    }
    j->depth_before = p->depth;
    p->active++;
    job_start(j);
}

/* A run that ends at once comes back to here through prober_ended(): one loop does it all. */
static void schedule(struct prober *p) {
    if (p->scheduling) return;
    p->scheduling = true;
    while (p->queue && p->active < p->limits.max_at_once && !p->held) {
        struct job *j = p->queue;
        p->queue = j->next;
        if (j->phase == PHASE_QUEUED) start(j);
    }
    p->scheduling = false;
}

const struct run *prober_ask(struct prober *p, const struct trial *t) {
    struct bytes key = trial_key(p->a, t);
    uint64_t hash = trial_hash(key);
    struct job *j = find(p, key, hash);
    if (j) return &j->run;
    j = ARENA_NEW(p->a, struct job);
    j->p = p;
    j->run.trial = *t;
    j->key = key;
    j->hash = hash;
    if (p->last)
        p->last->next = j;
    else
        p->first = j;
    p->last = j;
    if (!p->queue) p->queue = j;
    schedule(p);
    return &j->run;
}

void prober_ended(struct job *j) {
    struct prober *p = j->p;
    assert(p->active > 0);
    p->active--;
    p->news++;
    p->held = false;
    if (j->run.depth > p->depth) p->depth = j->run.depth;
    p->cost.round_trips = p->depth;
    p->cost.bytes_sent += j->run.t->bytes_sent;
    p->cost.bytes_received += j->run.t->bytes_received;
    net_wake(p->n);
    prober_session(p);
    schedule(p);
}

void prober_news(struct prober *p) {
    p->news++;
    net_wake(p->n);
}

void prober_session(struct prober *p) {
    for (struct job *j = p->first; j; j = j->next)
        if (j->phase == PHASE_WAITING) tls_wake(j);
}

bool prober_hold(struct job *j) {
    struct prober *p = j->p;
    if (p->active <= 1) return false;
    p->active--;
    p->held = true;
    p->queue = p->first; /* those that are under way or done are passed over */
    return true;
}

bool prober_busy(const struct prober *p) {
    return p->active > 0 || p->queue;
}

bool prober_step(struct prober *p, int64_t until_ns) {
    if (p->news == p->told && !prober_busy(p)) return false;
    while (p->news == p->told && prober_busy(p) && net_now(p->n) < until_ns) net_step(p->n, until_ns);
    p->told = p->news;
    return true;
}

void prober_cancel(struct prober *p) {
    p->scheduling = true; /* what is closed here makes no room for others */
    for (struct job *j = p->first; j; j = j->next) {
        if (j->phase == PHASE_DONE) continue;
        if (j->phase == PHASE_QUEUED)
            refuse(j);
        else
            job_end(j, RESULT_CANCELLED);
    }
    p->queue = NULL;
    p->scheduling = false;
}

bool prober_stalled(const struct prober *p, const struct run *r, int64_t ns) {
    const struct job *j = (const struct job *)r;
    bool owed = j->phase > PHASE_QUEUED && j->phase <= PHASE_TLS;
    return owed && net_now(p->n) - j->heard_ns >= ns;
}

struct probe_cost prober_cost(const struct prober *p) {
    struct probe_cost cost = p->cost;
    for (const struct job *j = p->first; j; j = j->next) {
        if (j->phase == PHASE_DONE || !j->run.t) continue;
        cost.bytes_sent += j->run.t->bytes_sent;
        cost.bytes_received += j->run.t->bytes_received;
    }
    return cost;
}

int prober_trouble(const struct prober *p) {
    return p->trouble;
}

static void on_proxy_resolved(void *arg, const struct resolved *r) {
    struct prober *p = arg;
    p->proxy_addr = ARENA_NEW(p->a, struct resolved);
    *p->proxy_addr = *r;
    p->proxy_state = PROXY_KNOWN;
    for (struct job *j = p->first; j; j = j->next)
        if (j->phase == PHASE_PROXY_NAME) job_proxy_known(j);
}

void prober_find_proxy(struct prober *p) {
    if (p->proxy_state != PROXY_UNASKED) return;
    p->proxy_state = PROXY_ASKED;
    int64_t until = net_now(p->n) + p->limits.timeout_ns;
    if (until > p->limits.deadline_ns) until = p->limits.deadline_ns;
    net_resolve(p->n, p->proxy.host, p->proxy.port, AF_UNSPEC, NULL, until, on_proxy_resolved, p);
}
