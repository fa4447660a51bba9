/* From a request to a verdict: look up, the first handshakes, the planner, and what the report shows. */
#include "diagnose/smallest_change.h"
#include "diagnose/table.h"

#include "causes/addresses.h"
#include "causes/between.h"
#include "causes/clients.h"
#include "probe/modern.h"
#include "probe/profile.h"

#include <errno.h>

static void progress(const struct session *s, const char *line) {
    if (s->progress) s->progress(s->progress_arg, line);
}

static void on_resolved(void *arg, const struct resolved *r) {
    struct session *s = arg;
    s->resolved = *r;
    s->is_resolved = true;
    net_wake(s->net);
}

/* RFC 6724 5, rule 1, and RFC 8305 4: no program tries an address of a family that its machine has not got,
 * where there is another. */
static void drop_unusable(struct session *s) {
    struct resolved usable = {.status = s->resolved.status, .detail = s->resolved.detail};
    if (s->resolved.n < 2) return;
    for (size_t i = 0; i < s->resolved.n; i++) {
        struct resolved *to = net_addr_has_route(&s->resolved.addr[i]) ? &usable : &s->unusable;
        to->addr[to->n++] = s->resolved.addr[i];
    }
    if (usable.n > 0)
        s->resolved = usable;
    else
        s->unusable.n = 0;
}

/* Through a proxy the name is looked up there (CONTRACT.md, "Proxy"). */
static void resolve(struct session *s) {
    const struct request *r = s->request;
    uint16_t port = r->connect_port ? r->connect_port : r->port;
    if (r->proxy.kind != PROXY_NONE) {
        s->resolved = (struct resolved){.status = RESOLVE_OK, .n = 1};
        if (r->connect_addr) (void)net_addr_parse(r->connect_addr, port, &s->resolved.addr[0]);
        return;
    }
    const char *name = r->connect_addr ? r->connect_addr : r->host;
    net_resolve(s->net, name, port, r->family, r->resolver, net_now(s->net) + r->timeout_ns, on_resolved, s);
    while (!s->is_resolved) net_step(s->net, s->deadline_ns);
    drop_unusable(s);
    if (r->connect_addr && s->resolved.n > 1) s->resolved.n = 1;
}

/* Of the client that the request describes; `bent` false: of modern. */
static const struct profile *client_of(const struct session *s, bool bent) {
    return profile_find(bent && s->request->client ? s->request->client : "modern");
}

/* The handshake of the client that the request describes; `bent` false: of `modern` as it is. */
static struct trial make_trial(const struct session *s, bool bent, const struct net_addr *to) {
    const struct request *r = s->request;
    struct trial t = {.stop = STOP_FINISHED, .ask_http = true, .to = *to};
    const char *sni = bent && r->no_sni ? "" : bent && r->servername ? r->servername : r->host;
    struct net_addr literal;
    if (sni == r->host && net_addr_parse(sni, 0, &literal)) sni = ""; /* RFC 6066 3 */
    profile_hello(client_of(s, bent), sni, &t.hello, &t.policy);
    t.identity = s->identity;
    if (bent) {
        t.policy.sign_as_offered = r->sigalgs_given;
        struct bends b = {.tls_min = r->tls_min,
                          .tls_max = r->tls_max,
                          .suites = r->n_suites ? r->suites : NULL,
                          .n_suites = r->n_suites,
                          .groups = r->groups_given ? &r->groups : NULL,
                          .sigalgs = r->sigalgs_given ? &r->sigalgs : NULL,
                          .alpn = r->alpn};
        modern_bend(&t.hello, &t.policy, &b);
    }
    size_t n = strlen(r->host);
    if (n < sizeof(t.host)) memcpy(t.host, r->host, n);
    t.host_port = r->connect_port ? r->connect_port : r->port;
    t.via.starttls = r->starttls;
    t.via.use_proxy = r->proxy.kind != PROXY_NONE;
    if (!(bent && r->alpn)) trial_fit_port(&t);
    return t;
}

static bool is_bent(const struct request *r) {
    return r->n_bent > 0 || (r->client && strcmp(r->client, "modern") != 0);
}

/* Without its user name and password. */
static const char *known_proxy(const struct session *s) {
    const struct request *r = s->request;
    if (r->proxy.kind != PROXY_NONE || r->known_proxy.kind == PROXY_NONE || r->connect_addr) return NULL;
    return text_f(s->a, "the proxy that %s names (%s port %u)", r->known_proxy_name, r->known_proxy.host,
                  r->known_proxy.port);
}

static struct casefile *new_case(struct session *s, bool bent) {
    struct casefile *c = ARENA_NEW(s->a, struct casefile);
    const struct profile *client = client_of(s, bent);
    const struct request *r = s->request;
    *c =
        (struct casefile){.a = s->a,
                          .host = r->host,
                          .port = r->connect_port ? r->connect_port : r->port,
                          .offline = r->offline,
                          .proxied = r->proxy.kind != PROXY_NONE,
                          .proxy_kind = r->proxy.kind,
                          .known_proxy = known_proxy(s),
                          .net = s->net,
                          .prober = s->prober,
                          .trust = s->trust,
                          .trust_name = s->trust_name,
                          .trust_given = r->n_cacert + r->n_capath > 0,
                          .identity = s->identity,
                          .local = s->local,
                          .local_ns = s->local_ns,
                          .now = s->local,
                          .sources = s->sources,
                          .n_sources = s->n_sources,
                          .profile = client->name,
                          .judge = client->judge ? pki_judge_find(client->judge) : NULL,
                          .edge = client->edge,
                          .blind = !client->judge,
                          .bent = bent,
                          .looked_up = s->request->connect_addr ? s->request->connect_addr : s->request->host,
                          .resolved = &s->resolved};
    if (s->resolved.n == 0 && !c->known_proxy) return c;
    c->trial = make_trial(s, bent, &s->resolved.addr[0]); /* all zero where there is none */
    c->subject_trial = c->trial;
    change_apply(&c->subject_trial, &(struct change){.kind = CHANGE_CLASSICAL});
    return c;
}

/* The first wave: the handshake itself, its classical twin (which a server that picks the post-quantum group
 * will need, and which proves an intolerance), and the same at every other address. */
static void first_wave(struct session *s, struct casefile *c) {
    (void)prober_ask(s->prober, &c->trial);
    (void)prober_ask(s->prober, &c->subject_trial);
}

/* The classical twin's handshake at a further address: its certificate can be read whatever the server
 * prefers. */
static const struct run *ask_other(struct session *s, const struct casefile *c, size_t i) {
    struct trial t = c->subject_trial;
    t.to = s->resolved.addr[i];
    t.ask_http = false;
    return prober_ask(s->prober, &t);
}

static void ask_others(struct session *s, const struct casefile *c) {
    for (size_t i = 1; i < s->resolved.n; i++) (void)ask_other(s, c, i);
}

/* Whether the handshake of this client works at the first address. */
static bool handshake_works(const struct casefile *c) {
    return c->main->good;
}

/* Whether a session can be taken up is asked of every server that works. The connection for it is opened once
 * this one's Finished is there, when the server has it well in hand (one that serves a client after the other
 * would wait for a hello on the wrong one if it came sooner), and is ready when the ticket comes. */
static void come_back(void *arg, struct casefile *c, const struct run *run) {
    struct session *s = arg;
    (void)CASE_TRY(c, {.kind = CHANGE_RESUME, .run = run}, {.kind = CHANGE_EARLY_DATA});
    if (!c->bent) table_ask(s->table, c, run);
}

/* Beside that: is somebody in between? Among the system's roots the certificate says whether this is worth a
 * connection. */
static void come_back_and_look(void *arg, struct casefile *c, const struct run *run) {
    if (!trust_is_system(c->trust)) between_ask(c);
    come_back(arg, c, run);
}

/* The server asked for a certificate, said nothing to what it got, and ended the connection once it had our
 * request: for what it thinks of the certificate, or of HTTP (a service of another kind, on a port of its
 * own)? In TLS 1.2 that counts as a success until it is known (engine.c, cut_behind_finished). */
static bool ended_at_request(const struct facts *f) {
    const struct transcript *t = f->t;
    bool unanswered = f->run->app.asked && !f->run->app.answered && t->finished && t->certificate_requested;
    if (f->good) return unanswered && t->version < TLS_1_3 && (t->peer_closed || t->peer_reset);
    bool closed = t->result == RESULT_PEER_FIN || t->result == RESULT_PEER_RST ||
                  (t->result == RESULT_PEER_ALERT && t->peer_alert == ALERT_CLOSE_NOTIFY);
    return unanswered && closed && t->stage == STAGE_CLIENT_AUTH;
}

/* The same without a request, and listened to for as long as all of that took: where it stays, it was the
 * request, and no other handshake of this run holds one either. */
static void ask_nothing(struct session *s, struct casefile *c) {
    const struct facts *asked = c->main;
    if (!ended_at_request(asked)) return;
    struct trial t = asked->run->trial;
    t.ask_http = false;
    t.via.listen_ns = asked->run->ended_ns - asked->run->begun_ns;
    const struct facts *quiet = plan_wait(c, prober_ask(s->prober, &t));
    if (quiet->run->not_run || quiet->good == asked->good) return;
    c->trial.ask_http = c->subject_trial.ask_http = false;
    if (c->base == asked) c->base = quiet;
    c->main = c->subject = quiet;
}

static void watch_first(struct session *s, struct casefile *c) {
    const struct run *base = prober_ask(s->prober, &c->trial),
                     *twin = prober_ask(s->prober, &c->subject_trial);
    bool diagnosed = c->bent == is_bent(s->request); /* and not merely compared with */
    c->subject = NULL;
    c->base = diagnosed ? plan_wait_first(c, base, come_back_and_look, s) : plan_wait(c, base);
    c->main = c->base;
    if (c->base->good && !c->base->hybrid) {
        c->subject = c->base;
        return;
    }
    c->subject = diagnosed ? plan_wait_first(c, twin, come_back, s) : plan_wait(c, twin);
    if (!c->base->hybrid) return;
    /* The server took the post-quantum share: what follows is read on the classical handshake. Where that one
     * fails, the server wants post-quantum groups only, and current clients have them. */
    if (c->subject->good || c->subject->reached >= REACHED_SERVER_HELLO)
        c->main = c->subject;
    else
        c->subject = c->base;
}

static void look_at_others(struct session *s, struct casefile *c) {
    for (size_t i = 1; i < s->resolved.n; i++) c->others[i] = plan_wait(c, ask_other(s, c, i));
}

static bool all_others_well(const struct session *s, struct casefile *c) {
    for (size_t i = 1; i < s->resolved.n; i++)
        if (c->others[i] && !address_well(c, i)) return false;
    return true;
}

/* Everything that is wrong for this client, in the order of the contract. */
static void diagnose_case(struct session *s, struct casefile *c, struct plan *p) {
    plan_init(p, c);
    if (s->resolved.status != RESOLVE_OK) {
        plan_phase(p, PHASE_NAME);
        if (c->known_proxy) plan_phase(p, PHASE_ADDRESSES);
        plan_settle(p);
        return;
    }
    plan_handshake(p);
    certificates_choose(c);
    /* Where there is no certificate, the clock breaks nothing. */
    if (c->cert_facts) session_await_time(s);
    session_load_programs(s, c);
    certificates_gather(c);
    session_load_installed(s, c);
    plan_phase(p, PHASE_CERTIFICATE);
    if (s->resolved.n > 1) look_at_others(s, c);
    plan_phase(p, PHASE_SECOND);
    session_look_elsewhere(s, c);
    bool differ = s->resolved.n > 1 && (!address_well(c, 0) || !all_others_well(s, c));
    differ = differ || address_other_certificate(c);
    if (differ || c->elsewhere || c->known_proxy) plan_phase(p, PHASE_ADDRESSES);
    plan_settle(p);
}

/* What the client would have to change: where nothing says so yet, or somebody asks for that very client. */
static void find_smallest(struct session *s, struct plan *p, const struct casefile *other) {
    const char *client = s->request->client;
    bool asked_for = p->c->bent && client && strcmp(client, "modern") != 0;
    if (!smallest_change_wanted(p, asked_for)) return;
    progress(s, "looking for the smallest change that works");
    s->smallest = smallest_change_find(s, p, other, asked_for);
    if (!s->smallest) return;
    if (p->c->lone_factor) plan_phase(p, PHASE_HANDSHAKE);
    smallest_change_refute(s->smallest, p); /* after that: what is dropped is not to be judged again */
    plan_settle(p);
    if (asked_for) smallest_change_prove(s->smallest, p);
}

static bool connects(const struct casefile *c) {
    return c->main->reached >= REACHED_FLIGHT || c->main->hybrid;
}

static void with_table(struct session *s, struct casefile *modern) {
    const char *sni = modern->trial.hello.server_name;
    s->table = table_new(s->a, &modern->trial, sni, s->request->all_clients);
    s->table->asked = is_bent(s->request); /* then another client comes first */
}

/* `modern` gets as far as this client does: through the handshake, and with its judgement of the certificate.
 */
static bool modern_does(struct casefile *own, struct casefile *modern) {
    if (!handshake_works(modern)) return false;
    const struct clients *all = verdict_views(own, modern);
    for (size_t i = 0; all && i < all->n; i++)
        if (strcmp(all->view[i].name, "modern") == 0) return all->view[i].judged.ok;
    return true;
}

/* What modern is spared and another current client is not: as if that one were asked for. */
static void diagnose_row(struct session *s, const struct casefile *modern, const struct table_row *row,
                         struct plan *ret) {
    struct casefile *c = new_case(s, false);
    c->profile = row->profile->name;
    c->trial = c->subject_trial = row->trial;
    change_apply(&c->subject_trial, &(struct change){.kind = CHANGE_CLASSICAL});
    c->modern_connects = connects(modern);
    first_wave(s, c);
    watch_first(s, c);
    plan_init(ret, c);
    if (!c->main->good) plan_handshake(ret);
}

static void take_from_row(struct session *s, struct plan *p, const struct found *found, const char *word) {
    struct finding f = found->finding;
    struct text who;
    text_init(&who, s->a);
    f.n_affects = 0;
    f.spares_own = true;
    for (size_t i = 0; i < s->table->n && f.n_affects < FINDING_MAX_AFFECTS; i++) {
        const struct table_row *row = &s->table->row[i];
        if (!table_fails(row) || row->lacks || strcmp(facts_word(s->a, row->facts), word) != 0) continue;
        f.affects[f.n_affects++] = row->profile->name;
        if (row->profile->current) text_addf(&who, "%s%s", who.n ? ", " : "", row->profile->name);
    }
    finding_evidence(&f, text_f(s->a, "So it is with the hello of %s; others get through.", who.s));
    if (p->n < PLAN_MAX_FINDINGS) p->found[p->n++] = (struct found){found->cause, f};
}

static bool is_found(const struct plan *p, const struct cause *cause) {
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].cause == cause) return true;
    return false;
}

/* Where several changes help, each may do so by what it changes besides (a length, say): then none is blamed.
 */
static void take_reason(struct session *s, struct plan *p, const struct plan *q,
                        const struct table_row *row) {
    if (q->n != 1) return;
    const struct found *f = &q->found[0];
    bool solid = f->finding.certainty > CERTAINTY_POSSIBLE && f->cause->phase == PHASE_HANDSHAKE;
    if (solid && !is_found(p, f->cause)) take_from_row(s, p, f, facts_word(s->a, row->facts));
}

/* How the other clients fare; and why, where modern gets through and a current one does not. One reason at a
 * time: what others have besides shows once this one is gone. */
static void look_at_table(struct session *s, struct casefile *modern, struct plan *p) {
    struct smallest_proof *proofs = s->smallest ? NULL : smallest_proof_ask(s, p);
    table_settle(s->table, modern, p);
    smallest_proof_take(s, p, proofs);
    if (s->table->unsteady) plan_drop_second(p);
    for (size_t i = 0; modern->main->good && i < s->table->n; i++) {
        const struct table_row *row = &s->table->row[i];
        if (!row->profile->current || !table_fails(row) || row->lacks || row->facts->silent) continue;
        struct plan *q = ARENA_NEW(s->a, struct plan);
        diagnose_row(s, modern, row, q);
        take_reason(s, p, q, row);
        break;
    }
    plan_drop_answered(p, modern);
    plan_drop_answered(p, p->c);
    plan_settle(p);
}

static void run_diagnosis(struct session *s) {
    const struct request *r = s->request;
    session_ask_time(s);
    progress(s, "looking up the name");
    resolve(s);
    session_ask_system(s);
    struct casefile *own = new_case(s, is_bent(r)), *modern = NULL;
    struct plan *p = ARENA_NEW(s->a, struct plan);
    if (s->resolved.status != RESOLVE_OK || s->resolved.n == 0) {
        diagnose_case(s, own, p);
        verdict_of_name(s, p);
        return;
    }
    progress(s, "shaking hands");
    first_wave(s, own);
    if (is_bent(r)) {
        modern = new_case(s, false);
        first_wave(s, modern);
    }
    ask_others(s, own);
    with_table(s, modern ? modern : own);
    watch_first(s, own);
    ask_nothing(s, own);
    if (own->base->t->dialog == DIALOG_PROXY_TLS) {
        s->refusal =
            text_f(s->a, "the proxy %s itself speaks TLS (https://), which is not supported", r->proxy.host);
        return;
    }
    if (modern) {
        watch_first(s, modern);
        ask_nothing(s, modern);
        own->modern_connects = connects(modern);
    }
    table_wait(s->table, modern ? modern : own);
    progress(s, "looking for the cause");
    diagnose_case(s, own, p);
    find_smallest(s, p, modern);
    struct plan *other = NULL;
    if (modern && p->n == 0 && handshake_works(own) && !modern_does(own, modern)) {
        modern->own_connects = strcmp(own->trial.hello.server_name, modern->trial.hello.server_name) == 0;
        other = ARENA_NEW(s->a, struct plan);
        diagnose_case(s, modern, other);
        find_smallest(s, other, own);
    }
    look_at_table(s, modern ? modern : own, other ? other : p);
    prober_cancel(s->prober);
    verdict_make(s, own, p, modern, other);
}

/* The files that the request names. */
static const char *load_files(struct session *s) {
    const char *trouble = session_load_trust(s);
    return trouble ? trouble : identity_load(s->a, s->request, &s->identity);
}

static void free_files(struct session *s) {
    trust_free(s->trust);
    if (s->identity) identity_free(s->identity);
}

static void close_session(struct session *s) {
    prober_free(s->prober);
    net_free(s->net);
    free_files(s);
}

const struct verdict *diagnose(struct arena *a, const struct request *r,
                               void (*report)(void *arg, const char *line), void *arg, const char **reterr,
                               int *ret_exit) {
    struct session s = {.a = a, .request = r, .progress = report, .progress_arg = arg};
    const char *trouble = load_files(&s);
    if (trouble) {
        free_files(&s);
        *reterr = trouble;
        *ret_exit = 2;
        return NULL;
    }
    *ret_exit = 4;
    s.net = net_new();
    if (!s.net) {
        *reterr = text_f(a, "the network cannot be used: %s", strerror(errno));
        free_files(&s);
        return NULL;
    }
    s.deadline_ns = net_now(s.net) + r->max_time_ns;
    struct probe_limits limits = {.timeout_ns = r->timeout_ns,
                                  .deadline_ns = s.deadline_ns,
                                  .max_connections = r->max_connections,
                                  /* 16 are promised, and a server sees a close later than the next SYN */
                                  .max_at_once = 15};
    s.prober = prober_new(a, s.net, &limits, r->proxy.kind != PROXY_NONE ? &r->proxy : &r->known_proxy);
    run_diagnosis(&s);
    int e = prober_trouble(s.prober);
    close_session(&s);
    if (e) {
        *reterr = text_f(a, "no connection could be made from here: %s", strerror(e));
        return NULL;
    }
    if (s.refusal) {
        *reterr = s.refusal;
        *ret_exit = 2;
        return NULL;
    }
    *ret_exit = s.verdict->exit_status;
    return s.verdict;
}
