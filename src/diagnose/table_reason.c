#include "diagnose/table_reason.h"

#include "probe/factor.h"

unsigned hello_size_class(struct arena *a, const struct hello *h) {
    enum { HANGS_FROM = 256, HANGS_BELOW = 512, SEGMENT = 1200 };
    uint8_t *room = arena_alloc(a, HELLO_MAX_BYTES);
    struct wr w = wr_init(room, HELLO_MAX_BYTES);
    hello_write(&w, h, NULL);
    if (w.n > SEGMENT) return 2;
    return w.n >= HANGS_FROM && w.n < HANGS_BELOW ? 1 : 0;
}

/* A server takes more of these the more there are. */
static bool is_offer(const struct factor *x) {
    return x->how == FACTOR_ADDED &&
           (x->kind == FACTOR_VERSION || x->kind == FACTOR_SUITE || x->kind == FACTOR_GROUP ||
            x->kind == FACTOR_KEY_SHARE || x->kind == FACTOR_SIGALG || x->kind == FACTOR_SIGALG_CERT ||
            x->kind == FACTOR_ALPN);
}

static bool offers(const struct hello *h, const struct factor *x) {
    const uint16_t id = (uint16_t)x->arg;
    return (x->kind == FACTOR_VERSION && hello_offers_version(h, id)) ||
           (x->kind == FACTOR_SUITE && hello_has_suite(h, id)) ||
           (x->kind == FACTOR_GROUP && u16_has(h->groups.v, h->groups.n, id)) ||
           (x->kind == FACTOR_SIGALG && u16_has(h->sigalgs.v, h->sigalgs.n, id));
}

static bool was_refused(const struct reasons *all, const struct factor *x) {
    for (size_t i = 0; i < all->n_refused; i++)
        if (offers(all->refused[i], x)) return true;
    return false;
}

/* Something more than what was refused already. */
static bool has_offer(const struct reasons *all, const struct factors *f) {
    for (size_t i = 0; i < f->n; i++)
        if (is_offer(&f->list[i]) && !was_refused(all, &f->list[i])) return true;
    return false;
}

/* What comes and goes by itself was no matter of the change, nor is a certificate one of the hello. */
static bool says_something(const struct finding *f) {
    return f->has_proof && f->before && f->after && !f->before->good && !f->of_certificate &&
           !f->comes_and_goes;
}

static bool sent_otherwise(const struct transport *x, const struct transport *y) {
    return x->first_segment != y->first_segment || x->mss != y->mss || x->proxy_header != y->proxy_header ||
           x->use_proxy != y->use_proxy || x->proxy_scheme != y->proxy_scheme;
}

void reasons_of(struct arena *a, const struct plan *p, struct reasons *ret) {
    *ret = (struct reasons){.a = a};
    for (size_t i = 0; i < p->n && !p->comes_and_goes; i++) {
        const struct finding *f = &p->found[i].finding;
        if (!says_something(f)) continue;
        const struct trial *from = &f->before->run->trial, *to = &f->after->run->trial;
        struct reason r = {.failed = f->before, .change = ARENA_NEW(a, struct factors)};
        factors_between(r.change, from, to);
        /* Another machine, or another time, says nothing of hellos. */
        if (r.change->n == 0 && !sent_otherwise(&from->via, &to->via)) continue;
        r.adds = has_offer(ret, r.change);
        r.sized = hello_size_class(a, &from->hello) != hello_size_class(a, &to->hello) ||
                  from->via.first_segment != to->via.first_segment || from->via.mss != to->via.mss;
        ret->list[ret->n++] = r;
    }
}

static bool differs_in(const struct factors *f, const struct factor *x) {
    for (size_t i = 0; i < f->n; i++)
        if (f->list[i].kind == x->kind && f->list[i].arg == x->arg) return true;
    return false;
}

static enum fate fate_by(const struct reasons *all, const struct reason *r, const struct trial *t) {
    const struct trial *failed = &r->failed->run->trial;
    struct factors *own = ARENA_NEW(all->a, struct factors);
    struct trial like = *failed; /* the same way, but for this client's hello */
    size_t shared = 0;
    like.hello = t->hello;
    like.policy = t->policy;
    factors_between(own, failed, &like);
    if (own->too_many || r->change->too_many) return FATE_OPEN;
    for (size_t i = 0; i < r->change->n; i++) shared += !differs_in(own, &r->change->list[i]);
    if (shared == 0 && r->change->n > 0) return FATE_SPARED;
    if (shared < r->change->n || (r->adds && has_offer(all, own))) return FATE_OPEN;
    bool as_large = hello_size_class(all->a, &t->hello) == hello_size_class(all->a, &failed->hello);
    return !r->sized || as_large ? FATE_FAILS : FATE_OPEN;
}

enum fate reasons_fate(const struct reasons *r, const struct trial *t, const struct facts **ret) {
    bool open = false;
    for (size_t i = 0; i < r->n; i++) {
        enum fate fate = fate_by(r, &r->list[i], t);
        open = open || fate == FATE_OPEN;
        *ret = r->list[i].failed;
        if (fate == FATE_FAILS) return fate;
    }
    return open ? FATE_OPEN : FATE_SPARED;
}
