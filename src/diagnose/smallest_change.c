#include "diagnose/smallest_change.h"

#include "probe/modern.h"
#include "probe/profile.h"

/* A server that answers within milliseconds is not waited for ten seconds, again and again, to learn that it
 * does not: so many times what it took for the hello that it accepts, between these two, count as silence. */
#define LEAST_PATIENCE_NS (1 * 1000000000LL)
#define MOST_PATIENCE_NS (5 * 1000000000LL)
enum {
    MIN_TRIALS = 12,   /* fewer find nothing */
    AMPLE_TRIALS = 36, /* so many allow for three trials a step, and then half as many steps */
    QUICK_WIDTH = 3,   /* see struct smallest */
    SILENT_WIDTH = 7,  /* where each wave costs a wait */
    PATIENCE = 4,
    FEW_CANDIDATES = 3, /* where a cause stands that is likely */
    FIRST_REPEAT = 100, /* repetitions that nobody else asks for */
};

/* A hello that may be accepted. */
struct candidate {
    const char *title;
    void (*make)(struct trial *t, const char *sni);
};

static void as_profile(struct trial *t, const char *name, const char *sni) {
    const struct profile *p = profile_find(name);
    if (p) profile_hello(p, sni, &t->hello, &t->policy);
    change_apply(t, &(struct change){.kind = CHANGE_CLASSICAL});
}
static void as_browser(struct trial *t, const char *sni) {
    as_profile(t, "firefox", sni);
}
static void as_openssl(struct trial *t, const char *sni) {
    as_profile(t, "openssl-3.0", sni);
}
static void as_old_openssl(struct trial *t, const char *sni) {
    as_profile(t, "openssl-1.0.2", sni);
}
/* One version, its recommended suites, and only the extensions that it cannot do without. */
static void as_minimal(struct trial *t, const char *sni, uint16_t version) {
    static const uint16_t suites[] = {0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8};
    const struct bends bends = {
        .tls_min = version, .tls_max = version, .suites = suites, .n_suites = TW_COUNT(suites)};
    modern_hello(&t->hello, &t->policy, sni);
    modern_bend(&t->hello, &t->policy, &bends);
    change_apply(t, &(struct change){.kind = CHANGE_CLASSICAL});
    change_apply(t, &(struct change){.kind = CHANGE_MINIMAL});
    t->hello.session_id_n = 0;
}
static void as_plain_12(struct trial *t, const char *sni) {
    as_minimal(t, sni, TLS_1_2);
}
static void as_plain_13(struct trial *t, const char *sni) {
    as_minimal(t, sni, TLS_1_3);
}
/* What a client may have offered at any time. */
static void as_everything(struct trial *t, const char *sni) {
    static const enum change_kind wider[] = {CHANGE_CLASSICAL,  CHANGE_OLDER_VERSIONS, CHANGE_ALL_SUITES,
                                             CHANGE_ALL_GROUPS, CHANGE_ALL_SIGALGS,    CHANGE_LENIENT};
    modern_hello(&t->hello, &t->policy, sni);
    for (size_t i = 0; i < TW_COUNT(wider); i++) change_apply(t, &(struct change){.kind = wider[i]});
}

static const struct candidate candidates[] = {
    {"a minimal hello of TLS 1.2", as_plain_12},
    {"a minimal hello of TLS 1.3", as_plain_13},
    {"the hello of OpenSSL 3", as_openssl}, /* FEW_CANDIDATES up to here */
    {"the hello of Firefox", as_browser},
    {"the hello of OpenSSL 1.0.2", as_old_openssl},
    {"a hello with every version, cipher suite and group", as_everything},
};

/* The search at work. */
struct hunt {
    struct session *s;
    struct casefile *c;
    struct trial from;
    const char *title; /* of the hello that is accepted */
    int64_t patience_ns;
    enum eng_stop stop;
    struct factors *f;     /* between the two; NULL: no hello was accepted */
    struct factors *spare; /* room for the next pair */
    bool elsewhere;        /* it names another server than the one that is sought */
    struct smallest *search;
    bool lost;                   /* a trial could not be made */
    const struct facts *settled; /* with the answer's changes, as far as it goes */
    unsigned before;             /* connections */
};

bool smallest_change_wanted(const struct plan *p, bool asked_for) {
    const struct casefile *c = p->c;
    if (c->main->good || c->main->reached < REACHED_TLS || c->main->reached >= REACHED_AIM) return false;
    if (p->comes_and_goes || c->starved) return false;
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].finding.of_path) return false;
    for (size_t i = 0; i < p->n && !asked_for; i++)
        if (p->found[i].finding.certainty == CERTAINTY_PROVEN && p->found[i].cause->phase < PHASE_CERTIFICATE)
            return false;
    return true;
}

/* A cause stands that is no bare end; what helped, if anything did, was taken into account. */
static bool is_explained(const struct plan *p) {
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].cause->phase == PHASE_HANDSHAKE && p->found[i].finding.certainty >= CERTAINTY_LIKELY)
            return true;
    return false;
}

static bool has_verdict(const struct plan *p) {
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].finding.certainty >= CERTAINTY_LIKELY) return true;
    return false;
}

static bool is_refuted(const struct found *x, bool is_news) {
    if (x->finding.certainty == CERTAINTY_PROVEN) return false;
    return x->cause->phase == PHASE_RESIDUAL || (x->cause->phase == PHASE_HANDSHAKE && is_news);
}

void smallest_change_refute(const struct smallest_change *x, struct plan *p) {
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (!is_refuted(&p->found[i], x->is_news)) p->found[n++] = p->found[i];
    p->n = n;
}

/* --- the hello that is accepted --- */

static bool same_way(const struct trial *x, const struct trial *y) {
    bool there = x->to.len == y->to.len && memcmp(&x->to.sa, &y->to.sa, x->to.len) == 0;
    return there && x->via.starttls == y->via.starttls && x->via.use_proxy == y->via.use_proxy &&
           !x->via.proxy_header && !x->via.greet_only && !x->via.plain_http && !x->resume &&
           x->via.mss == y->via.mss;
}

/* It names a server that nobody asked for: how to reach another site is no advice, if there is any else. */
static bool is_elsewhere(const struct hunt *h, const struct trial *t) {
    const char *name = t->hello.server_name;
    return *name && strcmp(name, h->from.hello.server_name) != 0 && strcmp(name, h->c->host) != 0;
}

/* A hello that was accepted: the one with the fewest differences is kept. */
static void consider(struct hunt *h, const struct run *run, const char *title) {
    struct factors *f = h->spare ? h->spare : ARENA_NEW(h->s->a, struct factors);
    factors_between(f, &h->from, &run->trial);
    bool elsewhere = is_elsewhere(h, &run->trial);
    bool best = !h->f || (elsewhere != h->elsewhere ? !elsewhere : f->n < h->f->n);
    bool better = f->n > 0 && !f->too_many && best;
    h->spare = better ? h->f : f;
    if (!better) return;
    h->f = f;
    h->elsewhere = elsewhere;
    h->title = title;
    h->patience_ns = PATIENCE * (run->ended_ns - run->begun_ns);
}

static void look_among(struct hunt *h, const struct casefile *c, const char *title) {
    for (const struct facts_entry *e = c ? c->entries : NULL; e; e = e->next) {
        const struct trial *t = &e->run->trial;
        if (e->facts->good && t->stop >= h->stop && same_way(t, &h->from)) consider(h, e->run, title);
    }
}

static unsigned connections_left(const struct hunt *h) {
    unsigned used = prober_cost(h->s->prober).connections, all = h->s->request->max_connections;
    return used < all ? all - used : 0;
}

static bool is_over(const struct hunt *h, const struct run *run) {
    int64_t ns = h->patience_ns;
    if (ns < LEAST_PATIENCE_NS) ns = LEAST_PATIENCE_NS;
    if (ns > MOST_PATIENCE_NS) ns = MOST_PATIENCE_NS;
    return run->done || prober_stalled(h->s->prober, run, ns);
}

/* Whoever is silent is given up at once: only so many connections may be open. */
static void wait_for(struct hunt *h, const struct run **runs, size_t n) {
    struct prober *p = h->s->prober;
    size_t over;
    do {
        over = 0;
        for (size_t i = 0; i < n; i++) over += is_over(h, runs[i]);
    } while (over < n && prober_step(p, net_now(h->s->net) + LEAST_PATIENCE_NS / 8));
    for (size_t i = 0; i < n; i++)
        if (!runs[i]->done) prober_cancel(p);
}

static void try_candidates(struct hunt *h, size_t n) {
    const struct run *runs[TW_COUNT(candidates)];
    const char *sni = case_host_is_name(h->c) ? h->c->host : h->from.hello.server_name;
    if (connections_left(h) < n + MIN_TRIALS) return;
    for (size_t i = 0; i < n; i++) {
        struct trial t = h->from;
        candidates[i].make(&t, sni);
        t.stop = h->stop;
        runs[i] = prober_ask(h->s->prober, &t);
    }
    h->patience_ns = MOST_PATIENCE_NS;
    wait_for(h, runs, n);
    for (size_t i = 0; i < n; i++)
        if (runs[i]->done && case_facts(h->c, runs[i])->good) consider(h, runs[i], candidates[i].title);
}

/* --- the search --- */

/* Repetitions of the answer go on to Finished: it must not be a hello that merely gets further. */
static const struct run *ask(const struct hunt *h, const struct smallest_trial *x) {
    struct trial t;
    factors_apply(h->f, &x->set, &t);
    t.stop = x->repeat > 0 && factor_set_count(&x->set) > 0 ? STOP_FINISHED : h->stop;
    if (x->repeat > 0) t.repeat = FIRST_REPEAT + x->repeat;
    return prober_ask(h->s->prober, &t);
}

static bool succeeded(struct hunt *h, const struct run *run) {
    if (!run->done) return false;
    const struct facts *f = case_facts(h->c, run);
    /* no connection at all says nothing about a hello */
    if (run->not_run || f->reached < REACHED_TLS) h->lost = true;
    bool success = f->good || (h->stop < STOP_FINISHED && f->reached >= REACHED_FLIGHT);
    if (success && run->trial.stop == STOP_FINISHED && run->trial.repeat > FIRST_REPEAT) h->settled = f;
    return success;
}

static void search(struct hunt *h) {
    unsigned left = connections_left(h);
    struct smallest *s = h->search;
    if (left < MIN_TRIALS) return;
    unsigned width = h->c->main->silent ? SILENT_WIDTH : QUICK_WIDTH;
    smallest_begin(s, h->f->n, left < AMPLE_TRIALS ? 1 : width, left);
    for (size_t n; !h->lost && (n = smallest_ask(s)) > 0;) {
        const struct run *runs[SMALLEST_WAVE];
        for (size_t i = 0; i < n; i++) runs[i] = ask(h, &s->wave[i]);
        wait_for(h, runs, n);
        for (size_t i = 0; i < n; i++) s->wave[i].success = succeeded(h, runs[i]);
        smallest_told(s);
    }
}

/* --- what is said about it --- */

static const char *client_title(const struct casefile *c) {
    const struct profile *p = strcmp(c->profile, "modern") != 0 ? profile_find(c->profile) : NULL;
    return p ? p->title : c->bent ? "This client" : "A current client";
}

static void list(struct text *t, const char *item, size_t i, size_t n) {
    text_addf(t, "%s%s", i == 0 ? "" : i + 1 == n ? ", and " : ", ", item);
}

const char *smallest_say(struct arena *a, const struct factors *f, const struct factor_set *set) {
    struct text t;
    text_init(&t, a);
    size_t told = 0, n = factor_set_count(set);
    for (size_t i = 0; i < f->n; i++)
        if (factor_set_has(set, i)) list(&t, factor_say(a, f, &f->list[i]).change, told++, n);
    return t.s;
}

static const char *number_of_reasons(size_t n) {
    static const char *const words[] = {"no reason",    "one reason",   "two reasons", "three reasons",
                                        "four reasons", "five reasons", "six reasons"};
    return words[n < TW_COUNT(words) ? n : 0];
}

static const char *ending(const struct hunt *h) {
    struct arena *a = h->s->a;
    const struct facts *f = h->settled;
    if (!f) return "the server accepts it";
    if (!f->good) return text_f(a, "the server accepts it, and then: %s", facts_outcome(a, f));
    if (f->t->version == 0) return "the handshake completes";
    return text_f(a, "the handshake completes (%s, %s)", version_name(f->t->version),
                  suite_name(f->t->suite));
}

/* "Java 7 fails here for one reason: it offers nothing newer than TLS 1.0; with TLS 1.2 added, all else
 * equal, the handshake completes." */
static const char *sentence(const struct hunt *h, const struct smallest_change *x) {
    struct arena *a = h->s->a;
    struct text reasons;
    text_init(&reasons, a);
    for (size_t i = 0; i < x->n_factors; i++)
        list(&reasons, text_f(a, "it %s", x->factors[i].reason), i, x->n_factors);
    const char *together = x->n_factors == 1 ? "" : " together";
    const char *others = h->search->irregular ? " Other changes may do as well." : "";
    return text_f(a, "%s fails here for %s%s: %s; with %s, all else equal, %s.%s", client_title(h->c),
                  number_of_reasons(x->n_factors), together, reasons.s, x->change, ending(h), others);
}

static bool drops_padding(const struct hunt *h) {
    for (size_t i = 0; i < h->f->n; i++)
        if (h->f->list[i].kind == FACTOR_PADDING && factor_set_has(&h->search->found, i)) return true;
    return false;
}

/* Where the answer makes the hello shorter, its length may be what counts: filled up again it fails then; or,
 * where the filling was left out, a short hello may have some. The length that failed, or 0. */
static size_t fatal_length(struct hunt *h) {
    enum { LEAST_PADDING = 5 }; /* RFC 7685: a header, and one byte */
    struct trial t;
    factors_apply(h->f, &h->search->found, &t);
    bool padding = drops_padding(h);
    if (padding) change_apply(&t, &(struct change){.kind = CHANGE_MINIMAL});
    size_t before = hello_length(&h->from.hello), rest = hello_length(&t.hello);
    if (rest + LEAST_PADDING + 1 > before || hello_has_ext(&t.hello, EXT_PADDING)) return 0;
    size_t filled = padding ? rest + LEAST_PADDING : before;
    change_apply(&t, &(struct change){.kind = CHANGE_PAD, .arg = (uint32_t)filled});
    t.stop = h->stop;
    for (unsigned i = 0; i < 2; i++) {
        t.repeat = FIRST_REPEAT + i;
        const struct run *run = prober_ask(h->s->prober, &t);
        wait_for(h, &run, 1);
        if (succeeded(h, run) != padding || h->lost) return 0;
    }
    return before;
}

/* Where one factor decides, a cause may know what that means. */
static void note_lone(const struct hunt *h, const struct smallest_change *x) {
    if (x->n_factors != 1 || !h->settled) return;
    size_t i = 0;
    while (!factor_set_has(&h->search->found, i)) i++;
    h->c->lone_factor = &h->f->list[i];
    h->c->lone_after = h->settled;
}

static struct smallest_change *describe(struct hunt *h) {
    struct arena *a = h->s->a;
    struct smallest_change *x = ARENA_NEW(a, struct smallest_change);
    x->from = h->c->profile;
    x->to = h->title;
    for (size_t i = 0; i < h->f->n; i++)
        if (factor_set_has(&h->search->found, i))
            x->factors[x->n_factors++] = factor_say(a, h->f, &h->f->list[i]);
    x->change = smallest_say(a, h->f, &h->search->found);
    x->sentence = sentence(h, x);
    size_t length = fatal_length(h);
    if (length) {
        x->sentence =
            text_f(a, "%s It is the length that counts: the ClientHello had %zu bytes.", x->sentence, length);
    } else {
        x->server_side = smallest_server_side(a, h->f, &h->search->found, h->settled ? h->settled->t : NULL);
        note_lone(h, x);
    }
    x->connections = prober_cost(h->s->prober).connections - h->before;
    x->outcome = h->settled ? facts_outcome(a, h->settled) : "the server accepts it";
    return x;
}

/* False where there is no answer; the limits may be the reason. */
static bool search_to_end(struct hunt *h) {
    search(h);
    enum smallest_end end = h->search->end;
    if (h->lost || end == SMALLEST_RUNNING || end == SMALLEST_SPENT) h->c->starved = true;
    return !h->lost && end == SMALLEST_FOUND;
}

/* What both sides saw of the changed handshake differs too: then nothing of the hello is the reason. */
static bool is_spoilt(const struct hunt *h) {
    const struct facts *f = h->settled;
    if (!f || f->good || !f->has_alert) return false;
    return f->alert == ALERT_BAD_RECORD_MAC || f->alert == ALERT_DECRYPT_ERROR;
}

const struct smallest_change *smallest_change_find(struct session *s, const struct plan *p,
                                                   const struct casefile *other, bool asked_for) {
    struct casefile *c = p->c;
    struct hunt h = {.s = s, .c = c, .before = prober_cost(s->prober).connections};
    h.from = c->main == c->base ? c->trial : c->subject_trial;
    h.from.ask_http = false;
    h.stop = c->main->reached >= REACHED_FLIGHT ? STOP_FINISHED : STOP_SERVER_FLIGHT;
    h.search = ARENA_NEW(s->a, struct smallest);
    look_among(&h, c, "another hello of this run, which the server accepts");
    if (!h.f) look_among(&h, other, "the hello of another client");
    if (h.f && !asked_for && is_explained(p)) return NULL;
    bool is_news = !h.f;
    if (is_news) try_candidates(&h, has_verdict(p) ? FEW_CANDIDATES : TW_COUNT(candidates));
    if (!h.f || !search_to_end(&h) || is_spoilt(&h)) return NULL;
    struct smallest_change *x = describe(&h);
    x->is_news = is_news;
    return x;
}

void smallest_change_prove(const struct smallest_change *x, struct plan *p) {
    struct finding *only = NULL;
    for (size_t i = 0; i < p->n; i++) {
        if (p->found[i].cause->phase != PHASE_HANDSHAKE) continue;
        if (only) return; /* one change for two causes proves neither alone */
        only = &p->found[i].finding;
    }
    if (!only || only->certainty != CERTAINTY_PROVEN || !only->has_proof) return;
    only->proof.change =
        text_f(p->c->a, "%s (found as the smallest change that works, all else equal)", x->change);
    only->proof.baseline = facts_outcome(p->c->a, p->c->main);
    only->proof.outcome = x->outcome;
}
