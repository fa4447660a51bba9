#include "fake.h"

#include "probe/modern.h"

#include <errno.h>

/* probe/job.h has another enum phase than causes/cause.h; this much of it is needed here. */
struct prober {
    struct arena *a;
};
struct bytes trial_key(struct arena *a, const struct trial *t);

struct asked {
    struct run run;
    struct bytes key;
    unsigned number; /* the first one is 1 */
    struct asked *next;
};
static struct fake *now;
static struct asked *all;

/* --- the server --- */

static bool takes(const uint16_t *list, size_t n, uint16_t v) {
    return list[0] == 0 || u16_has(list, n, v);
}

static uint16_t pick_version(const struct server *s, const struct hello *h) {
    uint16_t best = 0, min = s->min ? s->min : TLS_1_0, max = s->max ? s->max : TLS_1_3;
    if (hello_has_ext(h, EXT_SUPPORTED_VERSIONS)) {
        for (size_t i = 0; i < h->versions.n; i++) {
            uint16_t v = h->versions.v[i];
            if (!is_grease(v) && v >= min && v <= max && v > best) best = v;
        }
        if (best >= TLS_1_3 || s->max >= TLS_1_3 || s->max == 0) return best;
    }
    uint16_t top = h->legacy_version < max ? h->legacy_version : max; /* RFC 5246 E.1 */
    return top >= min ? top : 0;
}

static uint16_t pick_suite(const struct server *s, const struct hello *h, uint16_t version) {
    for (size_t i = 0; i < h->n_suites; i++) {
        const struct suite *row = suite_by_id(h->suites[i]);
        bool usable =
            row && row->kx != KX_OTHER && row->min_version <= version && row->max_version >= version;
        if (usable && takes(s->suites, TW_COUNT(s->suites), row->id)) return row->id;
    }
    return 0;
}

static uint16_t pick(const uint16_t *server, size_t n, const struct u16_list *client) {
    for (size_t i = 0; i < client->n; i++)
        if (!is_grease(client->v[i]) && takes(server, n, client->v[i])) return client->v[i];
    return 0;
}

static void refuse(const struct server *s, struct transcript *t, uint8_t alert) {
    t->stage = STAGE_SERVER_HELLO;
    t->result = s->refusal ? s->refusal : RESULT_PEER_ALERT;
    if (t->result == RESULT_PEER_ALERT) {
        t->peer_alert = alert ? alert : ALERT_HANDSHAKE_FAILURE;
        t->peer_alert_level = 2;
        t->first_bytes = bytes_of("\x15\x03\x03\x00\x02", 5);
    }
}

/* Post-quantum groups are of TLS 1.3 alone. */
static struct u16_list groups_for(const struct hello *h, uint16_t version) {
    struct u16_list l = {0};
    for (size_t i = 0; i < h->groups.n; i++)
        if (version >= TLS_1_3 || !group_is_hybrid(h->groups.v[i])) l.v[l.n++] = h->groups.v[i];
    return l;
}

/* What the server chooses; false where it finds nothing. */
static bool choose(const struct server *s, const struct hello *h, struct transcript *t) {
    const struct suite *row = suite_by_id(t->suite);
    bool ec = row->kx == KX_TLS13 || row->kx == KX_ECDHE, signs = t->version >= TLS_1_2 && row->kx != KX_RSA;
    struct u16_list groups = groups_for(h, t->version);
    if (ec) t->group = pick(s->groups, TW_COUNT(s->groups), &groups);
    if (signs) t->sigscheme = pick(s->sigalgs, TW_COUNT(s->sigalgs), &h->sigalgs);
    return (!ec || t->group) && (!signs || t->sigscheme);
}

/* How far the client goes along with it. */
static void go_on(const struct trial *trial, struct transcript *t) {
    t->stage = STAGE_FINISHED;
    t->result = RESULT_DONE;
    t->first_bytes = bytes_of("\x16\x03\x03", 3);
    if (group_is_hybrid(t->group)) {
        t->result = RESULT_RECOGNISED;
        t->stage = STAGE_SERVER_HELLO;
    } else if (t->version < trial->policy.min_version) {
        t->result = RESULT_REFUSED;
        t->refusal = REFUSAL_VERSION;
        t->sent_alert = ALERT_PROTOCOL_VERSION;
        t->stage = STAGE_SERVER_HELLO;
    } else if (suite_by_id(t->suite)->cipher == CIPHER_NONE || t->version < TLS_1_0) {
        t->result = RESULT_RECOGNISED;
        t->stage = STAGE_CERTIFICATE;
    }
}

static void answer_hello(const struct server *s, const struct trial *trial, struct transcript *t) {
    const struct hello *h = &trial->hello;
    struct transcript plain = *t;
    t->version = pick_version(s, h);
    bool unknown = s->no_suites || (s->sni && strcmp(s->sni, h->server_name) != 0);
    uint8_t alert = !unknown && !t->version && s->version_alert ? s->version_alert : s->alert;
    if (!unknown && t->version) t->suite = pick_suite(s, h, t->version);
    if (t->suite && choose(s, h, t)) {
        go_on(trial, t);
        return;
    }
    *t = plain;
    refuse(s, t, alert);
}

static void answer(struct fake *f, struct run *run) {
    struct transcript *t = transcript_new(&f->a);
    t->address = net_addr_text(&f->a, &run->trial.to);
    t->port = net_addr_port(&run->trial.to);
    run->t = t;
    run->done = true;
    if (f->server.max_runs && f->asked > f->server.max_runs) {
        t->result = RESULT_CANCELLED;
        run->not_run = true;
        return;
    }
    run->started = true;
    if (f->server.down) {
        t->result = RESULT_CONNECT_FAILED;
        t->stage = STAGE_CONNECT;
        t->sys_errno = ECONNREFUSED;
        return;
    }
    t->connected = true;
    if (run->trial.via.greet_only) {
        t->result = RESULT_TIMEOUT;
        t->stage = STAGE_SERVER_HELLO;
    } else if (run->trial.via.plain_http || run->trial.via.starttls || run->trial.via.proxy_header) {
        t->result = run->trial.via.starttls ? RESULT_STARTTLS_FAILED : RESULT_PEER_FIN;
        t->stage = run->trial.via.starttls ? STAGE_STARTTLS : STAGE_SERVER_HELLO;
        t->dialog = run->trial.via.starttls ? DIALOG_SILENT : DIALOG_NONE;
    } else {
        answer_hello(&f->server, &run->trial, t);
    }
}

/* --- src/probe/prober.c's promises --- */

const struct run *prober_find(const struct prober *p, const struct trial *t) {
    struct bytes key = trial_key(p->a, t);
    for (struct asked *x = all; x; x = x->next)
        if (bytes_eq(x->key, key)) return &x->run;
    return NULL;
}

const struct run *prober_ask(struct prober *p, const struct trial *t) {
    const struct run *known = prober_find(p, t);
    if (known) return known;
    struct asked *x = ARENA_NEW(p->a, struct asked);
    x->run.trial = *t;
    x->key = trial_key(p->a, t);
    x->next = all;
    all = x;
    x->number = ++now->asked;
    return &x->run;
}

/* The newest answer comes first: nothing may rest on their order. */
bool prober_step(struct prober *p, int64_t until_ns) {
    (void)p;
    (void)until_ns;
    for (struct asked *x = all; x; x = x->next) {
        if (x->run.done) continue;
        struct server usual = now->server;
        if (x->number <= usual.fails_first || (usual.fails_odd && x->number % 2 == 1))
            now->server.no_suites = true;
        answer(now, &x->run);
        now->server = usual;
        return true;
    }
    return false;
}

bool prober_busy(const struct prober *p) {
    (void)p;
    for (struct asked *x = all; x; x = x->next)
        if (!x->run.done) return true;
    return false;
}

void prober_cancel(struct prober *p) {
    (void)p;
}

bool prober_stalled(const struct prober *p, const struct run *r, int64_t ns) {
    (void)p;
    (void)r;
    (void)ns;
    return false;
}

struct probe_cost prober_cost(const struct prober *p) {
    (void)p;
    return (struct probe_cost){.connections = now->asked};
}

int prober_trouble(const struct prober *p) {
    (void)p;
    return 0;
}

/* --- */

static const struct facts *finish(struct fake *f, const struct trial *t) {
    const struct run *run = prober_ask(f->prober, t);
    while (!run->done) assert_true(prober_step(f->prober, 0));
    return case_facts(&f->c, run);
}

void fake_begin(struct fake *f, const struct server *s, void (*bend)(struct trial *t)) {
    *f = (struct fake){.server = *s};
    now = f;
    all = NULL;
    f->net = net_new();
    assert_non_null(f->net);
    f->prober = ARENA_NEW(&f->a, struct prober);
    f->prober->a = &f->a;
    f->c = (struct casefile){.a = &f->a,
                             .host = "good.test",
                             .port = 443,
                             .net = f->net,
                             .prober = f->prober,
                             .profile = "modern",
                             .bent = bend != NULL,
                             .now = 1769817600};
    struct trial t = {.stop = STOP_FINISHED, .host_port = 443, .host = "good.test"};
    assert_true(net_addr_parse("192.0.2.1", 443, &t.to));
    modern_hello(&t.hello, &t.policy, "good.test");
    if (bend) bend(&t);
    f->c.trial = f->c.subject_trial = t;
    change_apply(&f->c.subject_trial, &(struct change){.kind = CHANGE_CLASSICAL});
    f->c.base = finish(f, &f->c.trial);
    f->c.subject = f->c.base->good && !f->c.base->hybrid ? f->c.base : finish(f, &f->c.subject_trial);
    f->c.main = f->c.base->hybrid ? f->c.subject : f->c.base;
}

void fake_done(struct fake *f) {
    net_free(f->net);
    arena_done(&f->a);
}
