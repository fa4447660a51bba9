#include "probe/smallest.h"

#include <assert.h>
#include <string.h>

enum { PROOFS = 2 }; /* repetitions of what is claimed */

bool factor_set_has(const struct factor_set *s, size_t i) {
    return s->w[i / 64] >> (i % 64) & 1;
}

void factor_set_put(struct factor_set *s, size_t i, bool in) {
    uint64_t bit = (uint64_t)1 << (i % 64);
    s->w[i / 64] = in ? s->w[i / 64] | bit : s->w[i / 64] & ~bit;
}

size_t factor_set_count(const struct factor_set *s) {
    size_t n = 0;
    for (size_t i = 0; i < SMALLEST_FACTORS; i++) n += factor_set_has(s, i);
    return n;
}

static bool same(const struct factor_set *x, const struct factor_set *y) {
    return memcmp(x, y, sizeof(*x)) == 0;
}

/* What was found, and the first `length` factors. */
static struct factor_set with_prefix(const struct smallest *s, long length) {
    struct factor_set set = s->found;
    for (long i = 0; i < length; i++) factor_set_put(&set, (size_t)i, true);
    return set;
}

static const struct smallest_trial *seen(const struct smallest *s, const struct factor_set *set,
                                         unsigned repeat) {
    for (size_t i = 0; i < s->n_seen; i++)
        if (s->seen[i].repeat == repeat && same(&s->seen[i].set, set)) return &s->seen[i];
    return NULL;
}

static bool worked(const struct smallest *s, const struct factor_set *set, unsigned repeat) {
    const struct smallest_trial *t = seen(s, set, repeat);
    return t && t->success;
}

static void want(struct smallest *s, struct factor_set set, unsigned repeat) {
    if (seen(s, &set, repeat)) return;
    for (size_t i = 0; i < s->n_wave; i++)
        if (s->wave[i].repeat == repeat && same(&s->wave[i].set, &set)) return;
    if (s->n_wave < SMALLEST_WAVE) s->wave[s->n_wave++] = (struct smallest_trial){set, repeat, false};
}

static void finish(struct smallest *s, enum smallest_end end) {
    s->end = end;
    s->n_wave = 0;
}

void smallest_begin(struct smallest *s, size_t n, unsigned width, unsigned limit) {
    *s = (struct smallest){.n = n, .width = width ? width : 1, .limit = limit, .high = (long)n};
    if (s->width > SMALLEST_WAVE - 2) s->width = SMALLEST_WAVE - 2;
    if (s->limit > SMALLEST_TRIALS) s->limit = SMALLEST_TRIALS;
    if (n == 0 || n > SMALLEST_FACTORS) finish(s, SMALLEST_TOO_MANY);
}

/* --- the ends, and the search between them --- */

/* Prefixes that cut what is left into equal pieces. */
static void want_cuts(struct smallest *s, unsigned cuts) {
    long gap = s->high - s->low;
    for (unsigned i = 1; i <= cuts; i++) {
        long length = s->low + gap * (long)i / (long)(cuts + 1);
        if (length > s->low && length < s->high) want(s, with_prefix(s, length), 0);
    }
}

/* Whether what was found is enough is asked alone: it is, most often, after the first factor. */
static void want_step(struct smallest *s) {
    if (s->low < 0)
        want(s, with_prefix(s, 0), 0);
    else
        want_cuts(s, s->width);
}

static void want_ends(struct smallest *s) {
    want(s, (struct factor_set){0}, 0);
    want(s, with_prefix(s, s->high), 0);
    want_cuts(s, s->width);
}

/* Uses all that is known of prefixes: the first success that follows on a failure bounds the factor. */
static void narrow_known(struct smallest *s) {
    long low = s->low, high = s->high;
    bool met = false;
    for (long length = s->low < 0 ? 0 : s->low + 1; length < s->high; length++) {
        struct factor_set set = with_prefix(s, length);
        const struct smallest_trial *t = seen(s, &set, 0);
        if (!t) continue;
        if (t->success && !met) {
            met = true;
            high = length;
        } else if (!t->success && !met) {
            low = length;
        } else if (!t->success) {
            s->irregular = true;
        }
    }
    s->low = low;
    s->high = high;
}

static void take(struct smallest *s) {
    s->high--;
    factor_set_put(&s->found, (size_t)s->high, true);
    s->n_found++;
    s->low = -1;
    if (s->n_found > SMALLEST_ANSWER) finish(s, SMALLEST_TOO_MANY);
}

/* Goes on as far as what is known carries. */
static void narrow(struct smallest *s) {
    while (s->end == SMALLEST_RUNNING) {
        narrow_known(s);
        if (s->high == 0) {
            s->phase = SMALLEST_VERIFY;
            return;
        }
        if (s->high - s->low > 1 || s->low < 0) return;
        take(s);
    }
}

static void judge_ends(struct smallest *s) {
    const struct factor_set none = {0}, all = with_prefix(s, s->high);
    if (worked(s, &none, 0))
        finish(s, SMALLEST_NEEDLESS);
    else if (!worked(s, &all, 0))
        finish(s, SMALLEST_UNHELPFUL);
    s->phase = SMALLEST_NARROW;
    narrow(s);
}

/* --- the verification --- */

static struct factor_set without(const struct smallest *s, size_t i) {
    struct factor_set set = s->found;
    factor_set_put(&set, i, false);
    return set;
}

/* Both ends twice more; and what was found, without each of its factors: twice as well, for one failure may
 * be bad luck. */
static void want_proofs(struct smallest *s) {
    for (unsigned i = 1; i <= PROOFS; i++) {
        want(s, s->found, s->round + i);
        want(s, (struct factor_set){0}, i);
    }
    for (size_t i = 0; i < s->n && s->n_found > 1; i++) {
        if (!factor_set_has(&s->found, i)) continue;
        for (unsigned k = 0; k < PROOFS; k++) want(s, without(s, i), k);
    }
}

static bool succeeded(const struct smallest *s, const struct factor_set *set) {
    for (size_t i = 0; i < s->n_seen; i++)
        if (s->seen[i].success && same(&s->seen[i].set, set)) return true;
    return false;
}

/* One factor that turned out to be needless is dropped at a time: without two of them it might fail. */
static bool drop_needless(struct smallest *s) {
    for (size_t i = 0; i < s->n && s->n_found > 1; i++) {
        if (!factor_set_has(&s->found, i)) continue;
        struct factor_set set = without(s, i);
        if (!succeeded(s, &set)) continue;
        s->found = set;
        s->n_found--;
        s->irregular = true;
        return true;
    }
    return false;
}

static bool succeeds_again(const struct smallest *s, unsigned repeat) {
    unsigned n = 0;
    for (unsigned i = 0; i < PROOFS; i++) n += worked(s, &s->found, repeat + i);
    return n == PROOFS;
}

/* A repetition that failed may have been bad luck: two more must succeed then. */
static void judge_proofs(struct smallest *s) {
    const struct factor_set none = {0};
    if (succeeded(s, &none)) {
        finish(s, SMALLEST_UNSTABLE);
        return;
    }
    bool holds = succeeds_again(s, s->round + 1);
    if (drop_needless(s))
        s->round += PROOFS;
    else if (holds)
        finish(s, SMALLEST_FOUND);
    else
        s->phase = SMALLEST_AGAIN;
}

static void want_again(struct smallest *s) {
    for (unsigned i = 1; i <= PROOFS; i++) want(s, s->found, s->round + PROOFS + i);
}

static void judge_again(struct smallest *s) {
    finish(s, succeeds_again(s, s->round + PROOFS + 1) ? SMALLEST_FOUND : SMALLEST_UNSTABLE);
}

static const struct {
    void (*want)(struct smallest *s);
    void (*judge)(struct smallest *s);
} phases[] = {
    [SMALLEST_ENDS] = {want_ends, judge_ends},
    [SMALLEST_NARROW] = {want_step, narrow},
    [SMALLEST_VERIFY] = {want_proofs, judge_proofs},
    [SMALLEST_AGAIN] = {want_again, judge_again},
};

size_t smallest_ask(struct smallest *s) {
    s->n_wave = 0;
    while (s->end == SMALLEST_RUNNING) {
        phases[s->phase].want(s);
        if (s->n_wave > 0) break;
        phases[s->phase].judge(s); /* all of it is known already */
    }
    if (s->end == SMALLEST_RUNNING && s->asked + s->n_wave > s->limit) finish(s, SMALLEST_SPENT);
    if (s->n_wave > 0) s->waves++;
    s->asked += (unsigned)s->n_wave;
    return s->n_wave;
}

void smallest_told(struct smallest *s) {
    assert(s->n_seen + s->n_wave <= SMALLEST_TRIALS);
    memcpy(&s->seen[s->n_seen], s->wave, s->n_wave * sizeof(s->wave[0]));
    s->n_seen += s->n_wave;
    s->n_wave = 0;
    if (s->end == SMALLEST_RUNNING) phases[s->phase].judge(s);
}
