/* Who is believed, as a table: what everybody says, and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "causes/clock.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define NONE INT64_MAX /* in the place of an offset: nobody says anything */

struct row {
    const char *name;
    int64_t source[3]; /* NONE ends the list */
    int64_t unsure;
    int64_t date, earliest;
    int64_t from, until; /* the certificates' dates, seen from this machine's clock */
    enum clock_state state;
    bool sure;
    int64_t off;
    unsigned differing;
    bool date_wrong;
};
#define SOURCES(...) .source = {__VA_ARGS__}
#define NOBODY SOURCES(NONE)
#define GOOD .from = -10 * DAY, .until = 80 * DAY
#define QUIET .date = NONE, .earliest = NONE

static const struct row rows[] = {
    /* nobody */
    {"nothing is known", NOBODY, QUIET, GOOD, .state = CLOCK_UNKNOWN},
    {"expired, and nothing is known", NOBODY, QUIET, .from = -90 * DAY, .until = -1, .state = CLOCK_UNKNOWN},
    {"before the build", NOBODY, .date = NONE, .earliest = 40 * DAY, .from = 30 * DAY, .until = 90 * DAY,
     .state = CLOCK_WRONG, .off = 40 * DAY},
    {"a little before the build", NOBODY, .date = NONE, .earliest = 200, GOOD, .state = CLOCK_UNKNOWN},

    /* the target's Date alone */
    {"Date agrees", NOBODY, .date = 2, .earliest = NONE, GOOD, .state = CLOCK_RIGHT, .sure = true},
    {"Date agrees, expired", NOBODY, .date = -299, .earliest = -DAY, .from = -90 * DAY, .until = -HOUR,
     .state = CLOCK_RIGHT, .sure = true},
    {"Date agrees, both before the build", NOBODY, .date = 1, .earliest = 40 * DAY, GOOD,
     .state = CLOCK_RIGHT},
    {"Date is two hours off, all fits both", NOBODY, .date = 2 * HOUR, .earliest = NONE, GOOD,
     .state = CLOCK_UNKNOWN},
    {"not yet valid here, valid there", NOBODY, .date = 2 * HOUR, .earliest = NONE, .from = HOUR,
     .until = DAY, .state = CLOCK_WRONG, .off = 2 * HOUR},
    {"expired here, valid there", NOBODY, .date = -40 * DAY, .earliest = -41 * DAY, .from = -60 * DAY,
     .until = -10 * DAY, .state = CLOCK_WRONG, .off = -40 * DAY},
    {"valid here, expired there", NOBODY, .date = 40 * DAY, .earliest = NONE, .from = -DAY, .until = 10 * DAY,
     .state = CLOCK_RIGHT, .date_wrong = true},
    {"expired here and there", NOBODY, .date = 2 * DAY, .earliest = NONE, .from = -90 * DAY, .until = -DAY,
     .state = CLOCK_UNKNOWN},
    {"expired here, and Date is before the build", NOBODY, .date = -40 * DAY, .earliest = -DAY,
     .from = -60 * DAY, .until = -10 * DAY, .state = CLOCK_RIGHT, .date_wrong = true},
    {"this clock is before the build, expired there", NOBODY, .date = 20 * YEAR, .earliest = 19 * YEAR,
     .from = 18 * YEAR, .until = 20 * YEAR - DAY, .state = CLOCK_WRONG, .off = 20 * YEAR},

    /* one source */
    {"a source agrees", SOURCES(3, NONE), QUIET, GOOD, .state = CLOCK_RIGHT, .sure = true},
    {"a source agrees within what it is unsure of", SOURCES(-900, NONE), .unsure = 700, QUIET, GOOD,
     .state = CLOCK_RIGHT, .sure = true},
    {"a source agrees, expired an hour ago", SOURCES(-1, NONE), QUIET, .from = -90 * DAY, .until = -HOUR,
     .state = CLOCK_RIGHT, .sure = true},
    {"two hours behind, all fits", SOURCES(2 * HOUR, NONE), QUIET, GOOD, .state = CLOCK_WRONG, .sure = true,
     .off = 2 * HOUR},
    {"two hours behind, fresh certificate", SOURCES(2 * HOUR, NONE), QUIET, .from = HOUR, .until = 90 * DAY,
     .state = CLOCK_WRONG, .sure = true, .off = 2 * HOUR},
    {"three years ahead", SOURCES(-3 * YEAR, NONE), QUIET, .from = -3 * YEAR - DAY, .until = -3 * YEAR + DAY,
     .state = CLOCK_WRONG, .sure = true, .off = -3 * YEAR},
    {"source and Date against this clock", SOURCES(40 * DAY, NONE), .date = 40 * DAY + 1, .earliest = NONE,
     GOOD, .state = CLOCK_WRONG, .sure = true, .off = 40 * DAY},
    {"… which would hide that it has expired", SOURCES(40 * DAY, NONE), .date = 40 * DAY, .earliest = NONE,
     .from = -DAY, .until = 10 * DAY, .state = CLOCK_WRONG, .sure = true, .off = 40 * DAY},
    {"source and this clock against Date", SOURCES(0, NONE), .date = -2 * DAY, .earliest = NONE, GOOD,
     .state = CLOCK_RIGHT, .sure = true, .date_wrong = true},
    {"… where Date fits better", SOURCES(0, NONE), .date = -2 * DAY, .earliest = NONE, .from = -90 * DAY,
     .until = -DAY, .state = CLOCK_RIGHT, .sure = true, .date_wrong = true},
    {"three clocks, three times", SOURCES(40 * DAY, NONE), .date = 3 * DAY, .earliest = NONE,
     .from = 30 * DAY, .until = 90 * DAY, .state = CLOCK_WRONG, .sure = true, .off = 40 * DAY,
     .date_wrong = true},
    {"a lie against this clock and Date", SOURCES(-3 * YEAR, NONE), .date = 0, .earliest = NONE, GOOD,
     .state = CLOCK_RIGHT, .differing = 1},
    {"… where it has expired", SOURCES(-2 * DAY, NONE), .date = 0, .earliest = NONE, .from = -90 * DAY,
     .until = -DAY, .state = CLOCK_RIGHT, .differing = 1},
    {"a lie that would break what works", SOURCES(3 * YEAR, NONE), QUIET, GOOD, .state = CLOCK_RIGHT,
     .differing = 1},
    {"a lie from before the build", SOURCES(-3 * YEAR, NONE), .date = NONE, .earliest = -30 * DAY,
     .from = -90 * DAY, .until = -DAY, .state = CLOCK_RIGHT, .differing = 1},

    /* several */
    {"two agree with this clock", SOURCES(1, -2, NONE), QUIET, GOOD, .state = CLOCK_RIGHT, .sure = true},
    {"two agree against it", SOURCES(40 * DAY, 40 * DAY + 5, NONE), QUIET, GOOD, .state = CLOCK_WRONG,
     .sure = true, .off = 40 * DAY},
    {"… though it would break what works", SOURCES(40 * DAY, 40 * DAY + 5, NONE), QUIET, .from = -DAY,
     .until = 10 * DAY, .state = CLOCK_WRONG, .sure = true, .off = 40 * DAY},
    {"one with this clock, one not", SOURCES(0, 3 * YEAR, NONE), QUIET, GOOD, .state = CLOCK_RIGHT,
     .differing = 1},
    {"… with Date for this clock", SOURCES(0, 3 * YEAR, NONE), .date = 1, .earliest = NONE, GOOD,
     .state = CLOCK_RIGHT, .differing = 1},
    {"… with Date for the other", SOURCES(0, 40 * DAY, NONE), .date = 40 * DAY, .earliest = NONE,
     .from = 30 * DAY, .until = 90 * DAY, .state = CLOCK_DISPUTED, .differing = 2},
    {"two against each other and this clock", SOURCES(40 * DAY, -40 * DAY, NONE), QUIET, .from = 30 * DAY,
     .until = 90 * DAY, .state = CLOCK_DISPUTED, .differing = 2},
    {"… with Date for one of them", SOURCES(40 * DAY, -40 * DAY, NONE), .date = 40 * DAY, .earliest = NONE,
     .from = 30 * DAY, .until = 90 * DAY, .state = CLOCK_WRONG, .off = 40 * DAY, .differing = 1},
    {"two of three against it", SOURCES(40 * DAY, 1, 40 * DAY), QUIET, .from = 30 * DAY, .until = 90 * DAY,
     .state = CLOCK_WRONG, .sure = true, .off = 40 * DAY, .differing = 1},
    {"two of three with it", SOURCES(0, 40 * DAY, 1), QUIET, .from = 30 * DAY, .until = 90 * DAY,
     .state = CLOCK_RIGHT, .sure = true, .differing = 1},
};

static bool fits(void *arg, int64_t off) {
    const struct row *r = arg;
    return off >= r->from && off <= r->until;
}

static void decide(const struct row *r, bool dumb, struct clock *ret) {
    struct clock_source sources[4];
    struct clock_evidence e = {.sources = sources, .fits = fits, .arg = (void *)(uintptr_t)r};
    if (dumb) sources[e.n++] = (struct clock_source){.done = true, .problem = "silent"};
    for (size_t i = 0; i < 3 && r->source[i] != NONE; i++)
        sources[e.n++] =
            (struct clock_source){.done = true, .ok = true, .off = r->source[i], .unsure = r->unsure};
    e.has_date = r->date != NONE;
    e.date_off = e.has_date ? r->date : 0;
    e.has_earliest = r->earliest != NONE;
    e.earliest_off = e.has_earliest ? r->earliest : 0;
    clock_decide(&e, ret);
    ret->by = NULL; /* its memory ends here */
}

static void check(const struct row *r, bool dumb) {
    struct clock k;
    decide(r, dumb, &k);
    if (k.state != r->state || k.sure != r->sure || k.off != r->off || k.differing != r->differing ||
        k.date_wrong != r->date_wrong)
        fail_msg("%s: state %d, sure %d, off %lld, differing %u, date_wrong %d", r->name, (int)k.state,
                 (int)k.sure, (long long)k.off, k.differing, (int)k.date_wrong);
}

/* A source that says nothing changes nothing. */
static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        check(&rows[i], false);
        check(&rows[i], true);
    }
}

/* Nobody's word makes it matter in which order they were named. */
static void test_order(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct row r = rows[i];
        struct clock a, b;
        if (r.source[0] == NONE || r.source[1] == NONE) continue;
        decide(&r, false, &a);
        size_t last = r.source[2] == NONE ? 1 : 2;
        int64_t first = r.source[0];
        r.source[0] = r.source[last];
        r.source[last] = first;
        decide(&r, false, &b);
        if (a.state != b.state || a.sure != b.sure || a.differing != b.differing) fail_msg("%s", r.name);
    }
}

static void test_least_unsure(void **state) {
    (void)state;
    const struct row good = {GOOD};
    const struct clock_source sources[] = {{.done = true, .ok = true, .off = 40 * DAY + 90, .unsure = 100},
                                           {.done = true, .ok = true, .off = 40 * DAY, .unsure = 1}};
    const struct clock_evidence e = {
        .sources = sources, .n = 2, .fits = fits, .arg = (void *)(uintptr_t)&good};
    struct clock k;
    clock_decide(&e, &k);
    assert_ptr_equal(k.by, &sources[1]);
    assert_int_equal(k.off, 40 * DAY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_least_unsure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
