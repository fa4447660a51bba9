/* Many causes widen an offer at once (every suite, every group) to learn what the server would take. The
 * proof is made again with only what it chose of that, all else equal: then it is that, and nothing else of
 * the many. Not over STARTTLS, where each connection has a long dialogue before it. */
#include "diagnose/smallest_change.h"
#include "diagnose/table.h"

struct smallest_proof {
    struct finding *of;
    struct factors f;
    struct factor_set chosen;
    const struct run *run;
    struct smallest_proof *next;
};

static bool is_chosen(const struct factors *f, const struct factor *x, const struct transcript *t) {
    if (x->how != FACTOR_ADDED) return false;
    switch ((int)x->kind) {
    case FACTOR_VERSION:
        return x->arg == t->version;
    case FACTOR_SUITE:
        return x->arg == t->suite;
    case FACTOR_GROUP:
        return x->arg == t->group;
    case FACTOR_SIGALG:
        return x->arg == t->sigscheme;
    case FACTOR_ALPN:
        return bytes_eq(f->protocol[x->arg], t->alpn);
    default:
        return false;
    }
}

/* What the server chose of the widened offer; false where that is nothing, or all of it. */
static bool choose(struct smallest_proof *x) {
    const struct facts *before = x->of->before, *after = x->of->after;
    factors_between(&x->f, &before->run->trial, &after->run->trial);
    if (x->f.too_many) return false;
    for (size_t i = 0; i < x->f.n; i++)
        if (is_chosen(&x->f, &x->f.list[i], after->t)) factor_set_put(&x->chosen, i, true);
    size_t n = factor_set_count(&x->chosen);
    return n > 0 && n < x->f.n;
}

static bool may_be_smaller(const struct found *x) {
    const struct finding *f = &x->finding;
    if (f->before && f->before->run->trial.via.starttls != STARTTLS_NONE) return false;
    bool proven = f->certainty == CERTAINTY_PROVEN && f->has_proof && f->before && f->after;
    return proven && x->cause->phase == PHASE_HANDSHAKE && f->after->reached > f->before->reached;
}

/* A nicer proof is worth no more connections than a diagnosis of a failure has. */
static bool may_ask(const struct session *s) {
    unsigned used = prober_cost(s->prober).connections;
    return used < TABLE_MOST_FAILING && used < s->request->max_connections;
}

struct smallest_proof *smallest_proof_ask(struct session *s, struct plan *p) {
    struct smallest_proof *all = NULL;
    for (size_t i = 0; i < p->n && may_ask(s); i++) {
        if (!may_be_smaller(&p->found[i])) continue;
        struct smallest_proof *x = ARENA_NEW(s->a, struct smallest_proof);
        x->of = &p->found[i].finding;
        if (!choose(x)) continue;
        struct trial t;
        factors_apply(&x->f, &x->chosen, &t);
        t.stop = x->of->after->run->trial.stop;
        t.ask_http = false;
        x->run = prober_ask(s->prober, &t);
        x->next = all;
        all = x;
    }
    return all;
}

void smallest_proof_take(struct session *s, struct plan *p, const struct smallest_proof *all) {
    for (const struct smallest_proof *x = all; x; x = x->next) {
        const struct facts *f = plan_wait(p->c, x->run);
        if (f->reached < x->of->after->reached) continue;
        x->of->proof.change = text_f(s->a, "%s, all else equal", smallest_say(s->a, &x->f, &x->chosen));
        x->of->proof.outcome = facts_outcome(s->a, f);
    }
}
