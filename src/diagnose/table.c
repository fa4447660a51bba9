#include "diagnose/table.h"

/* So many connections for everything: of a healthy host eight more than without the table (bench/cost.py). */
enum { MOST_HEALTHY = 20 };

static struct trial trial_of(const struct profile *p, const struct trial *like, const char *sni) {
    struct trial t = *like;
    t.ask_http = false;
    t.stop = STOP_SERVER_FLIGHT;
    t.resume = NULL;
    profile_hello(p, sni, &t.hello, &t.policy);
    trial_fit_port(&t);
    return t;
}

struct table *table_new(struct arena *a, const struct trial *like, const char *sni, bool all) {
    struct table *t = ARENA_NEW(a, struct table);
    const struct profile *p;
    t->a = a;
    t->all = all;
    t->stop = STOP_SERVER_FLIGHT; /* what follows is no matter of the hello */
    for (size_t i = 1; (p = profile_at(i)) && t->n < TABLE_MAX; i++)
        if (all || p->current)
            t->row[t->n++] = (struct table_row){.profile = p, .trial = trial_of(p, like, sni)};
    return t;
}

bool table_fails(const struct table_row *r) {
    return r->facts && !r->facts->good;
}

/* ---- what follows from what ---- */

/* A handshake that went through, or one under way that is expected to go as `t`. */
struct reference {
    const struct hello *hello;
    const struct transcript *t;
    const struct facts *facts; /* NULL: under way */
};
struct references {
    struct reference list[TABLE_MAX + 4];
    size_t n;
};

static void add_reference(struct references *r, const struct hello *h, const struct transcript *t,
                          const struct facts *f) {
    if (r->n < TW_COUNT(r->list)) r->list[r->n++] = (struct reference){h, t, f};
}

static bool version_fits(const struct table_row *x, const struct reference *r) {
    uint16_t chosen = r->t->version;
    if (!hello_offers_version(&x->trial.hello, chosen) || chosen < x->trial.policy.min_version) return false;
    return hello_max_version(&x->trial.hello) <= hello_max_version(r->hello);
}

static bool is_dhe(uint16_t id) {
    const struct suite *s = suite_by_id(id);
    return s && s->kx == KX_DHE && s->auth == AUTH_RSA;
}

/* A suite with Diffie-Hellman brings a group that this client may refuse, and that nobody has seen yet. */
static bool brings_dhe(const struct hello *x, const struct hello *h) {
    for (size_t i = 0; i < x->n_suites; i++)
        if (is_dhe(x->suites[i]) && !hello_has_suite(h, x->suites[i])) return true;
    return false;
}

static bool suite_fits(const struct table_row *x, const struct reference *r) {
    const struct eng_policy *p = &x->trial.policy;
    const struct suite *s = suite_by_id(r->t->suite);
    if (!hello_has_suite(&x->trial.hello, r->t->suite)) return false;
    if (r->t->version >= TLS_1_3) return true;
    if (s && s->kx == KX_DHE &&
        (r->t->dh_bits < p->dh_min_bits || (p->dh_max_bits && r->t->dh_bits > p->dh_max_bits)))
        return false;
    if (p->need_renegotiation_info && r->facts && !r->facts->hello.has_renegotiation_info) return false;
    return !brings_dhe(&x->trial.hello, r->hello);
}

static bool signature_fits(const struct table_row *x, const struct reference *r) {
    const struct hello *h = &x->trial.hello;
    if (r->t->sigscheme == 0) return true;
    if (r->t->version < TLS_1_2) return !x->trial.policy.refuse_old_signatures;
    return u16_has(h->sigalgs.v, h->sigalgs.n, r->t->sigscheme);
}

static bool protocol_fits(const struct table_row *x, const struct reference *r) {
    const struct hello *h = &x->trial.hello;
    bool same = bytes_eq(bytes_of(h->alpn, h->alpn_n), bytes_of(r->hello->alpn, r->hello->alpn_n));
    if (same) return true;
    if (!r->facts) return false;
    if (r->t->alpn.n) return hello_offers_alpn(h, r->t->alpn);
    return r->hello->alpn_n > 0; /* a server that passes it over */
}

/* What else the client may stumble over in an answer that others took. */
static bool answer_fits(const struct table_row *x, const struct reference *r) {
    const struct eng_policy *p = &x->trial.policy;
    const struct msg *certificates = transcript_find(r->t, SIDE_SERVER, HS_CERTIFICATE);
    if (p->max_message && certificates && certificates->body.n > p->max_message) return false;
    return !(p->refuse_warnings && r->facts && r->facts->warned_of_name);
}

static bool choice_fits(const struct table_row *x, const struct reference *r) {
    const struct hello *h = &x->trial.hello;
    bool named = h->server_name[0] != 0, reference_named = r->hello->server_name[0] != 0;
    bool group = r->t->group == 0 || u16_has(h->groups.v, h->groups.n, r->t->group);
    return named == reference_named && group && version_fits(x, r) && suite_fits(x, r) &&
           signature_fits(x, r) && protocol_fits(x, r) && answer_fits(x, r);
}

static bool shape_seen(struct arena *a, const struct hello *x, const struct references *r) {
    unsigned size = hello_size_class(a, x);
    bool size_seen = size == 0, record_seen = false, id_seen = false;
    for (size_t i = 0; i < r->n; i++) {
        const struct hello *h = r->list[i].hello;
        size_seen = size_seen || hello_size_class(a, h) == size;
        record_seen = record_seen || h->record_version == x->record_version;
        id_seen = id_seen || (h->session_id_n == 0) == (x->session_id_n == 0);
    }
    return size_seen && record_seen && id_seen;
}

static bool extensions_seen(const struct hello *x, const struct references *r) {
    for (size_t i = 0; i < x->n_ext; i++) {
        bool seen = is_grease(x->ext[i].type);
        for (size_t k = 0; k < r->n && !seen; k++) seen = hello_has_ext(r->list[k].hello, x->ext[i].type);
        if (!seen) return false;
    }
    return true;
}

/* The reference that it follows from; NULL: none. */
static const struct reference *follows(struct table *t, const struct table_row *x,
                                       const struct references *r) {
    if (!extensions_seen(&x->trial.hello, r) || !shape_seen(t->a, &x->trial.hello, r)) return NULL;
    for (size_t i = 0; i < r->n; i++)
        if (choice_fits(x, &r->list[i])) return &r->list[i];
    return NULL;
}

/* ---- asking ---- */

/* The rows, those with most extensions first: the others follow from them. */
static size_t by_richness(struct table *t, struct table_row **ret) {
    for (size_t i = 0; i < t->n; i++) {
        size_t at = i;
        for (; at > 0 && ret[at - 1]->trial.hello.n_ext < t->row[i].trial.hello.n_ext; at--)
            ret[at] = ret[at - 1];
        ret[at] = &t->row[i];
    }
    return t->n;
}

static void ask(struct table_row *x, struct casefile *modern) {
    x->run = prober_ask(modern->prober, &x->trial);
}

void table_ask(struct table *t, struct casefile *modern, const struct run *first) {
    struct table_row *rows[TABLE_MAX];
    struct references *r = ARENA_NEW(t->a, struct references);
    if (t->asked || first->trial.via.starttls != STARTTLS_NONE) return;
    t->asked = true;
    add_reference(r, &first->trial.hello, first->t, NULL);
    for (size_t i = 0, n = by_richness(t, rows); i < n; i++) {
        if (!rows[i]->profile->current || follows(t, rows[i], r)) continue;
        ask(rows[i], modern);
        add_reference(r, &rows[i]->trial.hello, first->t, NULL);
    }
}

/* ---- the outcome ---- */

static void wait_for(struct table_row *x, struct casefile *modern) {
    if (x->run && !x->facts) x->facts = plan_wait(modern, x->run);
    if (x->facts && x->facts->run->not_run) x->facts = NULL;
}

static void add_if_good(struct table *t, struct references *r, const struct facts *f) {
    if (f && f->good && f->run->trial.stop >= t->stop) add_reference(r, &f->run->trial.hello, f->t, f);
}

/* By the same way, and with the same name: an experiment with the hello alone. */
static bool is_comparable(const struct trial *x, const struct trial *like) {
    const struct transport *v = &x->via, *w = &like->via;
    return memcmp(&x->to, &like->to, sizeof(x->to)) == 0 && !x->resume && !x->early_data &&
           x->identity == like->identity && v->use_proxy == w->use_proxy &&
           v->proxy_scheme == w->proxy_scheme && !v->proxy_header && v->first_segment == w->first_segment &&
           v->mss == w->mss && strcmp(x->hello.server_name, like->hello.server_name) == 0;
}

/* The handshakes of experiments that went through. */
static void add_experiments(struct table *t, const struct casefile *c, const struct trial *like,
                            struct references *r) {
    for (const struct facts_entry *e = c->entries; e; e = e->next)
        if (is_comparable(&e->run->trial, like)) add_if_good(t, r, e->facts);
}

static void gather(struct table *t, struct casefile *modern, const struct casefile *own,
                   struct references *r) {
    add_if_good(t, r, modern->subject);
    if (modern->base != modern->subject) add_if_good(t, r, modern->base);
    for (size_t i = 0; i < t->n; i++)
        if (!t->row[i].derived) add_if_good(t, r, t->row[i].facts);
    if (t->most != TABLE_MOST_FAILING) return;
    add_experiments(t, modern, &modern->trial, r);
    if (own != modern) add_experiments(t, own, &modern->trial, r);
}

static bool take(struct table_row *x, const struct facts *f) {
    x->facts = f;
    x->derived = f != NULL;
    return x->derived;
}

/* It fails for the reason that was proven, or goes through as another one did. */
static bool derive(struct table *t, struct table_row *x, const struct references *r) {
    const struct facts *failed = NULL;
    enum fate fate = reasons_fate(&t->reasons, &x->trial, &failed);
    if (fate != FATE_SPARED) return fate == FATE_FAILS && take(x, failed);
    const struct reference *from = follows(t, x, r);
    return from && take(x, from->facts);
}

/* It ends before a hello, or when both Finished are there: no matter of the hello. STARTTLS is spoken by
 * programs of its own kind, and no browser. */
static bool goes_for_all(const struct casefile *modern) {
    const struct facts *f = modern->main;
    bool late = !f->good && f->reached >= REACHED_FINISHED;
    return f->reached < REACHED_TLS || late || modern->trial.via.starttls != STARTTLS_NONE;
}

/* A server may still refuse what it finds in the client's last flight: that it has no certificate, or that
 * their Finished differ. How far the others come shows only there; who failed before does so all the same. */
static void go_as_far(struct table *t, const struct facts *f) {
    if (f->good || f->reached != REACHED_FLIGHT) return;
    t->stop = STOP_FINISHED;
    for (size_t i = 0; i < t->n; i++) {
        struct table_row *x = &t->row[i];
        x->trial.stop = t->stop;
        if (!table_fails(x)) x->run = NULL, x->facts = NULL;
    }
}

/* What was chosen for `modern` is not this client's to choose. */
static enum client_lack lack_of(const struct table_row *x, const struct facts *f) {
    const struct transcript *t = f->t;
    const struct reference r = {&f->run->trial.hello, t, f};
    const struct hello *h = &x->trial.hello;
    if (!hello_offers_version(h, t->version) || t->version < x->trial.policy.min_version)
        return CLIENT_LACKS_VERSION;
    if (!hello_has_suite(h, t->suite)) return CLIENT_LACKS_SUITE;
    if (t->group && h->groups.n && !u16_has(h->groups.v, h->groups.n, t->group)) return CLIENT_LACKS_GROUP;
    if (!signature_fits(x, &r)) return CLIENT_LACKS_SIGNATURE;
    if (t->alpn.n && h->alpn_n && !hello_offers_alpn(h, t->alpn)) return CLIENT_LACKS_PROTOCOL;
    return CLIENT_LACKS_NOTHING;
}

static void find_lacks(struct table *t, const struct casefile *modern) {
    const struct facts *f = modern->subject->good ? modern->subject : modern->main;
    for (size_t i = 0; i < t->n; i++)
        if (table_fails(&t->row[i])) t->row[i].lacks = lack_of(&t->row[i], f);
}

static const struct run *ask_again(struct table_row *x, struct casefile *modern) {
    struct trial trial = x->trial;
    bool silent = x->facts && x->facts->silent; /* long, and no matter of chance */
    if (!table_fails(x) || x->derived || x->twice || silent) return NULL;
    x->twice = true;
    trial.repeat = 1;
    return prober_ask(modern->prober, &trial);
}

/* What comes once and not again is no matter of the hello. Two at a time: a server may take only so many
 * connections at once. */
static void try_again(struct table *t, struct casefile *modern) {
    const struct run *under_way = NULL;
    struct table_row *whose = NULL;
    for (size_t i = 0; i <= t->n; i++) {
        const struct run *next = i < t->n ? ask_again(&t->row[i], modern) : NULL;
        if (!next && i < t->n) continue;
        const struct facts *f = under_way ? plan_wait(modern, under_way) : NULL;
        if (f && f->good) whose->facts = f;
        under_way = next;
        whose = i < t->n ? &t->row[i] : NULL;
    }
}

/* Closed or reset without the server's word for it: for a hello that it dislikes, or by chance. */
static bool ended_bare(const struct facts *f) {
    enum result r = f->t->result;
    bool cut = r == RESULT_PEER_FIN || r == RESULT_PEER_RST || r == RESULT_NOT_TLS;
    return !f->good && f->reached <= REACHED_TLS && cut;
}

static struct table_row *first_ended_bare(struct table *t) {
    for (size_t i = 0; i < t->n; i++)
        if (table_fails(&t->row[i]) && !t->row[i].derived && ended_bare(t->row[i].facts)) return &t->row[i];
    return NULL;
}

static const struct run *ask_late(struct casefile *modern, struct trial trial, unsigned n) {
    enum { FIRST = 16 }; /* beyond the repetitions of experiments */
    trial.repeat = FIRST + n;
    return prober_ask(modern->prober, &trial);
}

/* False: it did not fare as it had before. What could not be tried says nothing. */
static bool fares_so(struct table *t, struct casefile *modern, const struct run *run, bool well) {
    const struct facts *f = plan_wait(modern, run);
    if (f->run->not_run || f->t->result == RESULT_CANCELLED || f->good == well) return true;
    t->unsteady = f;
    return false;
}

/* Whether it is the hello at all: the one that is refused and one that had got through are tried again, in an
 * order that lets no server pass which drops every second, third … connection. Where they do not fare as
 * before, the server takes so many connections and no more, or is one of several that are not alike; and
 * nothing is known of rows that ended so. */
static void try_by_turns(struct table *t, struct casefile *modern) {
    static const bool is_control[] = {true, false, true, true};
    struct table_row *row = first_ended_bare(t);
    struct trial control = modern->main->run->trial;
    bool steady = true;
    if (!row) return;
    control.stop = t->stop;
    control.ask_http = false;
    control.resume = NULL;
    for (unsigned i = 0; steady && i < TW_COUNT(is_control); i += 2) { /* two at a time, as above */
        const struct run *pair[2];
        for (unsigned k = 0; k < 2; k++)
            pair[k] = ask_late(modern, is_control[i + k] ? control : row->trial, i + k);
        for (unsigned k = 0; k < 2; k++) steady = fares_so(t, modern, pair[k], is_control[i + k]) && steady;
    }
    if (t->unsteady && t->unsteady->good) t->unsteady = row->facts;
}

/* Not even connected, where others are: no matter of what they would have said. */
static const struct facts *first_unconnected(const struct table *t) {
    for (size_t i = 0; i < t->n; i++)
        if (table_fails(&t->row[i]) && t->row[i].facts->reached < REACHED_TLS) return t->row[i].facts;
    return NULL;
}

/* A server that serves one connection after the other, and is slow: nothing is known of those that waited in
 * vain behind the others. */
static void drop_queued(struct table *t, const struct casefile *modern) {
    for (size_t i = 0; i < t->n; i++) {
        struct table_row *x = &t->row[i];
        if (!table_fails(x) || !case_may_have_queued(modern, x->facts)) continue;
        t->queued = x->facts;
        x->facts = NULL;
    }
}

static void check_steady(struct table *t, struct casefile *modern) {
    t->unsteady = first_unconnected(t);
    if (!t->unsteady) try_by_turns(t, modern);
    for (size_t i = 0; t->unsteady && i < t->n; i++) {
        struct table_row *x = &t->row[i];
        if (table_fails(x) && (ended_bare(x->facts) || x->facts->reached < REACHED_TLS)) x->facts = NULL;
    }
}

static void take_for_all(struct table *t, const struct facts *f) {
    for (size_t i = 0; i < t->n; i++) {
        t->row[i].facts = f;
        t->row[i].derived = true;
    }
}

static bool may_ask(const struct table *t, const struct casefile *modern) {
    return t->all || prober_cost(modern->prober).connections < t->most;
}

/* Hellos that failed as modern's did. */
static void gather_refused(struct table *t, const struct casefile *modern) {
    t->reasons.n_refused = 0;
    for (size_t i = 0; i < t->n && t->reasons.n_refused < REASONS_MAX_REFUSED; i++) {
        const struct table_row *x = &t->row[i];
        bool alike = table_fails(x) && !x->derived && x->facts->t->result == modern->main->t->result &&
                     x->facts->alert == modern->main->alert;
        if (alike) t->reasons.refused[t->reasons.n_refused++] = &x->trial.hello;
    }
}

static bool derive_now(struct table *t, struct casefile *modern, const struct casefile *own,
                       struct table_row *x) {
    struct references *r = ARENA_NEW(t->a, struct references);
    gather(t, modern, own, r);
    gather_refused(t, modern);
    return derive(t, x, r);
}

/* Runs what does not follow. What those say may decide on the ones for which no connection was left. */
static void run_rest(struct table *t, struct casefile *modern, const struct casefile *own) {
    struct table_row *rows[TABLE_MAX];
    size_t n = by_richness(t, rows);
    for (size_t i = 0; i < n; i++)
        if (!rows[i]->run && !derive_now(t, modern, own, rows[i]) && may_ask(t, modern)) ask(rows[i], modern);
    for (size_t i = 0; i < n; i++) wait_for(rows[i], modern);
    for (size_t i = 0; i < n; i++)
        if (!rows[i]->facts) (void)derive_now(t, modern, own, rows[i]);
}

void table_wait(struct table *t, struct casefile *modern) {
    for (size_t i = 0; i < t->n; i++) wait_for(&t->row[i], modern);
}

/* To ask for silence takes long: what is known already must do. */
static void derive_rest(struct table *t) {
    const struct references none = {.n = 0};
    for (size_t i = 0; i < t->n; i++)
        if (!t->row[i].run) (void)derive(t, &t->row[i], &none);
}

void table_settle(struct table *t, struct casefile *modern, const struct plan *p) {
    bool fails = p->n > 0 || !modern->main->good;
    t->most = fails ? TABLE_MOST_FAILING : MOST_HEALTHY;
    if (!modern->main->good) reasons_of(t->a, p, &t->reasons);
    if (goes_for_all(modern)) {
        take_for_all(t, modern->main);
        return;
    }
    if (modern->main->silent && modern->subject->silent) {
        derive_rest(t);
        return;
    }
    table_wait(t, modern);
    go_as_far(t, modern->main);
    if (modern->main->good) try_again(t, modern);
    run_rest(t, modern, p->c);
    if (!modern->main->good) return;
    try_again(t, modern);
    drop_queued(t, modern);
    check_steady(t, modern);
    find_lacks(t, modern);
}
