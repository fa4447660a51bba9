#include "causes/clock.h"

/* What each voice weighs. Who was named by the user as independent counts more than the two who are parties
 * in this: the local clock and the target. */
enum { WEIGHT_SOURCE = 2, WEIGHT_PARTY = 1 };

static int64_t distance(int64_t a, int64_t b) {
    return a > b ? a - b : b - a;
}

bool clock_source_agrees(const struct clock_source *s, int64_t off) {
    return s->ok && distance(s->off, off) <= s->unsure + CLOCK_TOLERANCE;
}

static bool date_agrees(const struct clock_evidence *e, int64_t off) {
    return e->has_date && distance(e->date_off, off) <= CLOCK_TOLERANCE;
}

static bool too_early(const struct clock_evidence *e, int64_t off) {
    return e->has_earliest && off + CLOCK_TOLERANCE < e->earliest_off;
}

static unsigned agreeing(const struct clock_evidence *e, int64_t off, unsigned unsure) {
    unsigned n = 0;
    for (size_t i = 0; i < e->n; i++) {
        struct clock_source s = e->sources[i];
        s.unsure += unsure;
        n += clock_source_agrees(&s, off);
    }
    return n;
}

static unsigned speaking(const struct clock_evidence *e) {
    unsigned n = 0;
    for (size_t i = 0; i < e->n; i++) n += e->sources[i].ok;
    return n;
}

/* The source that is least unsure of itself among those that agree with it most. NULL: all say the same as
 * this machine's clock, or nothing. */
static const struct clock_source *rival_of(const struct clock_evidence *e, int *ret_score, bool *ret_tied) {
    const struct clock_source *best = NULL;
    for (size_t i = 0; i < e->n; i++) {
        const struct clock_source *s = &e->sources[i];
        if (!s->ok || clock_source_agrees(s, 0)) continue;
        int score = WEIGHT_SOURCE * (int)agreeing(e, s->off, (unsigned)s->unsure) +
                    WEIGHT_PARTY * (date_agrees(e, s->off) - too_early(e, s->off));
        bool same = best && distance(best->off, s->off) <= best->unsure + s->unsure + CLOCK_TOLERANCE;
        if (best && score == *ret_score && !same) *ret_tied = true;
        if (best && (score < *ret_score || (score == *ret_score && !(same && s->unsure < best->unsure))))
            continue;
        if (!best || score > *ret_score) *ret_tied = false;
        best = s;
        *ret_score = score;
    }
    return best;
}

/* This machine's clock has the target's Date and the sources that agree on its side; and the certificates,
 * where they are in order by it and not by the rival: what works is not called broken on one word. */
static int own_score(const struct clock_evidence *e, const struct clock_source *rival) {
    int score =
        WEIGHT_PARTY * (1 + date_agrees(e, 0) - too_early(e, 0)) + WEIGHT_SOURCE * (int)agreeing(e, 0, 0);
    if (rival && e->fits(e->arg, 0) && !e->fits(e->arg, rival->off)) score += WEIGHT_PARTY;
    return score;
}

static void believe_own(const struct clock_evidence *e, struct clock *ret) {
    unsigned n = agreeing(e, 0, 0);
    ret->state = CLOCK_RIGHT;
    for (size_t i = 0; i < e->n && !ret->by; i++)
        if (clock_source_agrees(&e->sources[i], 0)) ret->by = &e->sources[i];
    ret->said = ret->by ? ret->by->off : date_agrees(e, 0) ? e->date_off : 0;
    ret->differing = speaking(e) - n;
    ret->sure = ret->differing < n || (ret->differing == 0 && date_agrees(e, 0) && !too_early(e, 0));
}

static void believe(const struct clock_evidence *e, const struct clock_source *s, struct clock *ret) {
    unsigned n = agreeing(e, s->off, (unsigned)s->unsure);
    ret->state = CLOCK_WRONG;
    ret->by = s;
    ret->off = ret->said = s->off;
    ret->differing = speaking(e) - n;
    ret->sure = n > ret->differing;
}

static void by_sources(const struct clock_evidence *e, struct clock *ret) {
    int score = 0;
    bool tied = false;
    const struct clock_source *rival = rival_of(e, &score, &tied);
    int own = own_score(e, rival);
    if (!rival || own > score || (own == score && !date_agrees(e, rival->off)))
        believe_own(e, ret);
    else if (own == score || tied)
        ret->state = CLOCK_DISPUTED;
    else
        believe(e, rival, ret);
    if (ret->state == CLOCK_DISPUTED) ret->differing = speaking(e);
}

/* Nobody but the two parties speaks: who contradicts what was signed or built is wrong. */
static void by_parties(const struct clock_evidence *e, struct clock *ret) {
    bool own_bad = too_early(e, 0), date_bad = too_early(e, e->date_off);
    if (own_bad == date_bad) {
        own_bad = !e->fits(e->arg, 0);
        date_bad = !e->fits(e->arg, e->date_off);
    }
    if (own_bad == date_bad) return;
    ret->state = own_bad ? CLOCK_WRONG : CLOCK_RIGHT;
    ret->off = ret->said = own_bad ? e->date_off : 0;
}

void clock_decide(const struct clock_evidence *e, struct clock *ret) {
    *ret = (struct clock){.state = CLOCK_UNKNOWN};
    if (speaking(e) > 0) {
        by_sources(e, ret);
    } else if (date_agrees(e, 0)) {
        believe_own(e, ret);
    } else if (e->has_date) {
        by_parties(e, ret);
    } else if (too_early(e, 0)) {
        ret->state = CLOCK_WRONG;
        ret->off = ret->said = e->earliest_off;
        ret->at_least = true;
    }
    bool settled = ret->state == CLOCK_RIGHT || ret->state == CLOCK_WRONG;
    ret->date_agrees = settled && date_agrees(e, ret->said);
    ret->date_wrong = settled && e->has_date && !ret->date_agrees;
}
