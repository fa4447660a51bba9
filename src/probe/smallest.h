/* The smallest change (delta debugging): of `n` factors by which a hello that fails differs from one that
 * succeeds, the smallest set whose change makes it succeed. The search is a machine that asks for waves of
 * trials, each a set of factors to be changed, and takes their outcomes; who runs them is not its business.
 *
 * One factor is found by a search for the shortest prefix of the list that succeeds: its last factor is
 * needed. With that one taken, the next is searched before it, until what was taken is enough. That costs
 * about log2(n) trials a factor, finds factors that help only together, and prefers those that stand first in
 * the list where several would do. Each step rests on a failure and a success that were seen, so that a set
 * that is found always succeeds, even where the outcomes follow no rule; in the end each of its factors is
 * left out once, and both ends are tried again. */
#ifndef TW_PROBE_SMALLEST_H
#define TW_PROBE_SMALLEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SMALLEST_FACTORS = 640, /* at most; a longer list is refused by smallest_begin() */
    SMALLEST_WAVE = 16,
    SMALLEST_ANSWER = 6, /* a larger set explains nothing to anybody */
    SMALLEST_TRIALS = 256,
};

struct factor_set {
    uint64_t w[SMALLEST_FACTORS / 64];
};
bool factor_set_has(const struct factor_set *s, size_t i);
void factor_set_put(struct factor_set *s, size_t i, bool in);
size_t factor_set_count(const struct factor_set *s);

/* `repeat`: 0, or the how-manieth repetition of a trial that was asked before. */
struct smallest_trial {
    struct factor_set set;
    unsigned repeat;
    bool success;
};

enum smallest_end {
    SMALLEST_RUNNING,
    SMALLEST_FOUND,
    SMALLEST_NEEDLESS,  /* with nothing changed it succeeds as well, this time */
    SMALLEST_UNHELPFUL, /* with everything changed it fails as well */
    SMALLEST_TOO_MANY,  /* more than SMALLEST_ANSWER factors are needed together */
    SMALLEST_UNSTABLE,  /* the same trial ended once so and once so */
    SMALLEST_SPENT,     /* no trials were left */
};

struct smallest {
    size_t n;
    unsigned width; /* trials of one step of the search, at once: more are quicker and cost more */
    unsigned limit; /* trials in all */
    enum smallest_end end;
    struct factor_set found; /* SMALLEST_FOUND: the answer */
    size_t n_found;
    bool irregular; /* a smaller change succeeded where a larger one failed: other sets may do as well */
    unsigned asked; /* trials */
    unsigned waves;

    /* Inside. With `found` changed, the prefix of `low` factors fails (-1: nothing is known yet), that of
     * `high` succeeds. */
    enum { SMALLEST_ENDS, SMALLEST_NARROW, SMALLEST_VERIFY, SMALLEST_AGAIN } phase;
    long low, high;
    unsigned round; /* of the verification */
    struct smallest_trial wave[SMALLEST_WAVE];
    size_t n_wave;
    struct smallest_trial seen[SMALLEST_TRIALS];
    size_t n_seen;
};

void smallest_begin(struct smallest *s, size_t n, unsigned width, unsigned limit);
/* The trials to be run now, all at once: their number; 0 when it is over (s->end). They stand in s->wave. */
size_t smallest_ask(struct smallest *s);
/* Their outcomes have been written into s->wave[…].success. */
void smallest_told(struct smallest *s);

#endif
