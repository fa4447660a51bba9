#include "diagnose/plan.h"

#include "causes/clients.h"

#include <assert.h>
#include <stdlib.h>

/* A silent server is tried in other ways after this long, while the first handshake still waits. */
#define STALL_NS (3 * 1000000000LL)
/* How long experiments may go on once a cause is proven: they only could bring a narrower one. */
#define GRACE_NS (2 * 1000000000LL)
#define NEVER_NS INT64_MAX
/* So many causes one behind the other are looked for. */
enum { MAX_LAYERS = 3, MAX_CAUSES = 128 };

void plan_init(struct plan *p, struct casefile *c) {
    *p = (struct plan){.c = c};
}

/* One look at the run. False: nothing will come of it any more. */
static bool wait_on(struct casefile *c, const struct run *run) {
    return prober_step(c->prober, net_now(c->net) + 250 * 1000000LL) || run->done;
}

const struct facts *plan_wait(struct casefile *c, const struct run *run) {
    while (!run->done && wait_on(c, run)) continue;
    return case_facts(c, run);
}

const struct facts *plan_wait_first(struct casefile *c, const struct run *run, plan_finished *on_finished,
                                    void *arg) {
    bool told = false, hedged = false;
    for (;;) {
        if (!told && run->t && run->t->finished) {
            on_finished(arg, c, run);
            told = true;
        }
        if (run->done || !wait_on(c, run)) break;
        if (hedged || run->done || !prober_stalled(c->prober, run, STALL_NS)) continue;
        hedged = true;
        contrasts_ask(c, true);
    }
    return case_facts(c, run);
}

/* The norm rule (DESIGN.md, "Who fixes"): where both sides could move, `modern` decides which is behind. */
static enum fixer fixer_of(const struct casefile *c, enum fixer_rule rule) {
    switch (rule) {
    case FIX_CLIENT:
        return FIXER_CLIENT;
    case FIX_SERVER:
        return FIXER_SERVER;
    case FIX_NETWORK:
        return FIXER_NETWORK;
    case FIX_BY_NORM:
        return c->bent && c->modern_connects ? FIXER_CLIENT : FIXER_SERVER;
    }
    return FIXER_SERVER;
}

/* One look at each cause that is still open. */
struct round {
    bool (*wanted)(const struct casefile *c, const struct cause *cause);
    enum ruling ruling[MAX_CAUSES];
};

static bool already_found(const struct plan *p, const struct cause *cause) {
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].cause == cause) return true;
    return false;
}

/* The very same handshake once more. What ends bare and is explained is looked at a third time where the
 * first look had no twin: the burst of experiments may have met a limit of connections. NULL while it is
 * under way. */
static const struct facts *look_again(struct casefile *c, const struct cause *cause) {
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    enum result r = c->subject->t->result;
    bool cut = (r == RESULT_PEER_FIN || r == RESULT_PEER_RST) && c->base == c->subject;
    bool bare = cause->phase == PHASE_HANDSHAKE && (cut || r == RESULT_NOT_TLS);
    if (!again || !bare || case_further(c, again)) return again;
    return CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 2});
}

/* A connection that is cut without a word may have met the bad one of several machines, and the changed hello
 * the good one. So what flipped it has to do so twice more, one right behind the other; the failure itself
 * has come three times by then. */
static enum ruling flips_again(struct casefile *c, const struct finding *found) {
    enum result r = c->subject->t->result;
    bool bare = c->subject->reached == REACHED_TLS && (r == RESULT_PEER_FIN || r == RESULT_PEER_RST);
    if (!bare || !found->has_proof || !found->after || found->after == c->subject) return RULING_YES;
    const struct facts *flip[] = {case_repeat(c, &found->after->run->trial, 1),
                                  case_repeat(c, &found->after->run->trial, 2)};
    if (!flip[0] || !flip[1]) return RULING_OPEN;
    for (size_t i = 0; i < TW_COUNT(flip); i++)
        if (!flip[i]->run->not_run && !case_further(c, flip[i])) return RULING_NO;
    return RULING_YES;
}

/* What came once and not again has its cause in no hello: a server that drops every second connection must
 * not be blamed for whatever the other ones happened to try. NO where the very same handshake went further
 * the second time. Silence is not waited out for that: its limit is long, and what answers does so soon. */
static enum ruling came_again(struct plan *p, const struct cause *cause, const struct finding *found) {
    struct casefile *c = p->c;
    const struct facts *s = c->subject;
    if (!p->doubtful || found->comes_and_goes ||
        (cause->phase != PHASE_HANDSHAKE && cause->phase != PHASE_RESIDUAL))
        return RULING_YES;
    if (s->good || s->reached < REACHED_TLS || s->reached >= REACHED_FLIGHT) return RULING_YES;
    const struct facts *again = look_again(c, cause);
    if (!again) return s->silent ? RULING_YES : RULING_OPEN;
    enum ruling flips = case_further(c, again) ? RULING_NO : flips_again(c, found);
    p->comes_and_goes = p->comes_and_goes || flips == RULING_NO;
    return flips;
}

/* Other clients fail for it. */
static void spare_own(struct casefile *c, struct finding *f) {
    f->spares_own = clients_own_spared(c, f->id);
    if (f->spares_own)
        finding_evidence(
            f, text_f(c->a, "This client (%s) takes the certificate all the same.", c->judge->title));
}

static void judge_one(struct plan *p, const struct cause *cause, enum ruling *ruling) {
    struct finding f = {
        .id = cause->id, .row = cause->row, .fixer = fixer_of(p->c, cause->fixer), .order = (int)cause->rank};
    f.of_certificate = cause->phase == PHASE_CERTIFICATE;
    *ruling = cause->judge(p->c, &f);
    if (*ruling == RULING_YES) *ruling = came_again(p, cause, &f);
    if (*ruling != RULING_YES || p->n >= PLAN_MAX_FINDINGS) return;
    assert(f.summary && f.certainty != CERTAINTY_NONE);
    if (f.of_certificate && !f.spares_own) spare_own(p->c, &f);
    if (!f.spares_own) f.affects[f.n_affects++] = p->c->profile;
    p->found[p->n++] = (struct found){cause, f};
}

static size_t judge_all(struct plan *p, struct round *r) {
    size_t open = 0;
    for (size_t i = 0; i < cause_registry_n; i++) {
        if (r->ruling[i] != RULING_OPEN) continue;
        judge_one(p, cause_registry[i], &r->ruling[i]);
        open += r->ruling[i] == RULING_OPEN;
    }
    return open;
}

/* False when nothing is under way that could bring news. */
static bool wait_for_news(const struct casefile *c, int64_t until) {
    if (prober_step(c->prober, until)) return true;
    if (!case_awaits_fetch(c)) return false;
    net_step(c->net, until);
    return true;
}

/* Judges until nothing is open, or until the grace after the first proof is over. */
static void play_round(struct plan *p, bool (*wanted)(const struct casefile *c, const struct cause *cause)) {
    struct round r = {.wanted = wanted};
    assert(cause_registry_n <= MAX_CAUSES);
    for (size_t i = 0; i < cause_registry_n; i++)
        r.ruling[i] =
            wanted(p->c, cause_registry[i]) && !already_found(p, cause_registry[i]) ? RULING_OPEN : RULING_NO;
    size_t before = p->n;
    int64_t until = NEVER_NS;
    while (judge_all(p, &r) > 0) {
        if (p->n > before && until == NEVER_NS) until = net_now(p->c->net) + GRACE_NS;
        if (net_now(p->c->net) >= until) break;
        if (!wait_for_news(p->c, until)) break;
    }
}

/* The alert that ended it, of either side: 0 where there was none. */
static uint8_t ending_alert(const struct casefile *c) {
    const struct transcript *t = c->subject->t;
    if (c->subject->has_alert) return t->peer_alert;
    return t->result == RESULT_REFUSED ? t->sent_alert : 0;
}

static bool of_handshake(const struct casefile *c, const struct cause *cause) {
    (void)c;
    return cause->phase == PHASE_CONNECT || cause->phase == PHASE_HANDSHAKE;
}

static bool is_hinted(const struct casefile *c, const struct cause *cause) {
    uint8_t alert = ending_alert(c);
    if (!of_handshake(c, cause) || !cause->alerts || alert == 0) return false;
    for (const uint8_t *a = cause->alerts; *a; a++)
        if (*a == alert) return true;
    return false;
}

static bool is_residual(const struct casefile *c, const struct cause *cause) {
    (void)c;
    return cause->phase == PHASE_RESIDUAL;
}

static bool of_name(const struct casefile *c, const struct cause *cause) {
    (void)c;
    return cause->phase == PHASE_NAME;
}
static bool of_certificate(const struct casefile *c, const struct cause *cause) {
    (void)c;
    return cause->phase == PHASE_CERTIFICATE;
}
static bool of_second(const struct casefile *c, const struct cause *cause) {
    (void)c;
    return cause->phase == PHASE_SECOND;
}
static bool of_addresses(const struct casefile *c, const struct cause *cause) {
    (void)c;
    return cause->phase == PHASE_ADDRESSES;
}

void plan_phase(struct plan *p, enum phase phase) {
    static bool (*const wanted[PHASE__COUNT])(const struct casefile *, const struct cause *) = {
        [PHASE_NAME] = of_name,
        [PHASE_CONNECT] = of_handshake,
        [PHASE_HANDSHAKE] = of_handshake,
        [PHASE_RESIDUAL] = is_residual,
        [PHASE_CERTIFICATE] = of_certificate,
        [PHASE_SECOND] = of_second,
        [PHASE_ADDRESSES] = of_addresses,
    };
    play_round(p, wanted[phase]);
}

/* One layer of failure: hinted causes first, then all, then the bare ends. */
static void find_layer(struct plan *p) {
    size_t before = p->n;
    p->doubtful = false; /* an alert that says what is wrong does not come by chance */
    play_round(p, is_hinted);
    if (p->n > before && !p->found[p->n - 1].finding.together) return;
    const struct facts *s = p->c->subject;
    /* Whatever it turns out to be, it must be seen twice before it is believed. */
    p->doubtful = true;
    if (!s->good && s->reached >= REACHED_TLS) (void)CASE_TRY(p->c, {.kind = CHANGE_AGAIN, .arg = 1});
    if (case_hello_refused(p->c))
        contrasts_ask(p->c, s->silent || s->t->result == RESULT_PEER_FIN || s->t->result == RESULT_PEER_RST);
    plan_phase(p, PHASE_HANDSHAKE);
    if (p->n == before) plan_phase(p, PHASE_RESIDUAL);
}

void plan_handshake(struct plan *p) {
    struct casefile *c = p->c;
    const struct facts *base = c->base, *subject = c->subject;
    const struct trial trial = c->trial, subject_trial = c->subject_trial;
    for (unsigned layer = 0; layer < MAX_LAYERS; layer++) {
        size_t before = p->n;
        c->after = NULL;
        find_layer(p);
        /* What was flipped may fail further on: from there the next cause shows itself. */
        if (p->n == before || !c->after || c->after->good || c->after->run->not_run) break;
        if (c->after->reached <= c->subject->reached) break;
        /* That the first hello, with its post-quantum share, got less far says nothing there. */
        c->base = c->subject = c->after;
        c->trial = c->subject_trial = c->after->run->trial;
    }
    c->base = base, c->trial = trial;
    c->subject = subject, c->subject_trial = subject_trial;
}

static bool stands_for(const struct cause *narrow, const char *id) {
    for (const char *const *r = narrow->replaces; r && *r; r++)
        if (strcmp(*r, id) == 0) return true;
    return false;
}

/* What is merely possible makes no verdict, so it must not take away one that stands. */
static bool is_replaced(const struct plan *p, size_t i) {
    bool solid = p->found[i].finding.certainty > CERTAINTY_POSSIBLE;
    for (size_t k = 0; k < p->n; k++) {
        if (solid && p->found[k].finding.certainty <= CERTAINTY_POSSIBLE) continue;
        if (k != i && stands_for(p->found[k].cause, p->found[i].cause->id)) return true;
    }
    return false;
}

static int by_order(const void *x, const void *y) {
    const struct finding *a = &((const struct found *)x)->finding, *b = &((const struct found *)y)->finding;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    return a->certainty > b->certainty ? -1 : a->certainty < b->certainty;
}

void plan_drop_second(struct plan *p) {
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        bool by_chance = p->found[i].cause->phase == PHASE_SECOND && !p->found[i].finding.comes_and_goes;
        if (!by_chance) p->found[n++] = p->found[i];
    }
    p->n = n;
}

void plan_drop_answered(struct plan *p, const struct casefile *c) {
    size_t n = 0;
    bool answered = case_any_answered(c, &p->c->subject_trial);
    for (size_t i = 0; i < p->n; i++) {
        bool refuted = answered && p->found[i].finding.answers_no_hello;
        p->comes_and_goes = p->comes_and_goes || refuted;
        if (!refuted) p->found[n++] = p->found[i];
    }
    p->n = n;
}

void plan_settle(struct plan *p) {
    struct found kept[PLAN_MAX_FINDINGS];
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (!is_replaced(p, i)) kept[n++] = p->found[i];
    qsort(kept, n, sizeof(kept[0]), by_order);
    memcpy(p->found, kept, n * sizeof(kept[0]));
    p->n = n;
}
