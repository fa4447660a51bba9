/* Which offers must be widened, on servers that are tables. */
#include "causes/widen.h"
#include "fake.h"
#include "probe/modern.h"

enum { OLDER = 1, NEWER = 2, SUITES = 4, GROUPS = 8, SIGALGS = 16 };
static const enum change_kind kinds[] = {CHANGE_OLDER_VERSIONS, CHANGE_NEWER_VERSIONS, CHANGE_ALL_SUITES,
                                         CHANGE_ALL_GROUPS, CHANGE_ALL_SIGALGS};

static enum ruling settle(struct fake *f, enum change_kind k, struct finding *ret,
                          const struct facts **after) {
    for (unsigned i = 0; i < 100; i++) {
        *ret = (struct finding){0};
        enum ruling r = widen_needed(&f->c, k, ret, after);
        if (r != RULING_OPEN) return r;
        assert_true(prober_step(f->prober, 0)); /* what is open waits for something */
    }
    fail_msg("never settled");
    return RULING_OPEN;
}

static void only_tls12(struct trial *t) {
    hello_set_versions(&t->hello, &t->policy, TLS_1_2, TLS_1_2);
}
static void only_p256(struct trial *t) {
    const uint16_t p256 = GROUP_SECP256R1;
    hello_set_groups(&t->hello, &p256, 1);
}

static const struct {
    const char *name;
    struct server server;
    void (*bend)(struct trial *t);
    unsigned needed;
    bool together;
} rows[] = {
    {"TLS 1.0 only", {.max = TLS_1_0}, NULL, OLDER, false},
    {"DHE only", {.max = TLS_1_2, .suites = {0x009E}}, NULL, SUITES, false},
    {"P-521 only", {.min = TLS_1_3, .groups = {GROUP_SECP521R1}}, NULL, GROUPS, false},
    {"Ed25519 only", {.min = TLS_1_3, .sigalgs = {SIG_ED25519}}, NULL, SIGALGS, false},
    {"TLS 1.3 only, client of 1.2", {.min = TLS_1_3}, only_tls12, NEWER, false},
    {"TLS 1.0 with DHE", {.max = TLS_1_0, .suites = {0x0033}}, NULL, OLDER | SUITES, true},
    {"P-521 and Ed25519",
     {.min = TLS_1_3, .groups = {GROUP_SECP521R1}, .sigalgs = {SIG_ED25519}},
     NULL,
     GROUPS | SIGALGS,
     true},
    {"client of P-256, server of P-384",
     {.min = TLS_1_3, .groups = {GROUP_SECP384R1}},
     only_p256,
     GROUPS,
     false},
    {"takes nothing", {.no_suites = true}, NULL, 0, false},
    {"closes", {.no_suites = true, .refusal = RESULT_PEER_FIN}, NULL, 0, false},
};

static void test_what_must_be_widened(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct fake f;
        fake_begin(&f, &rows[i].server, rows[i].bend);
        if (!case_hello_refused(&f.c)) fail_msg("%s: %s", rows[i].name, facts_outcome(&f.a, f.c.subject));
        for (size_t k = 0; k < TW_COUNT(kinds); k++) {
            struct finding found;
            const struct facts *after = NULL;
            enum ruling want = rows[i].needed & 1U << k ? RULING_YES : RULING_NO,
                        got = settle(&f, kinds[k], &found, &after);
            if (got != want) fail_msg("%s: %s: %d", rows[i].name, change_word(kinds[k]), (int)got);
            if (want == RULING_NO) continue;
            assert_true(after->good && case_further(&f.c, after));
            assert_ptr_equal(f.c.after, after);
            assert_true(found.has_proof && found.certainty == CERTAINTY_PROVEN);
            assert_string_equal(found.proof.change, change_text(&f.a, &(struct change){.kind = kinds[k]}));
            assert_int_equal(
                bytes_start_with(bytes_str(found.proof.baseline), "with every other offer widened already"),
                rows[i].together);
        }
        enum ruling any = widen_any_alone(&f.c);
        assert_int_equal(any, rows[i].needed && !rows[i].together ? RULING_YES : RULING_NO);
        assert_in_range(f.asked, 1, 2 + 5 + 1 + 5); /* base and twin, each alone, all, all but each */
        fake_done(&f);
    }
}

/* What one alone proves costs no experiments with several. */
static void test_no_more_is_asked_than_needed(void **state) {
    (void)state;
    struct fake f;
    fake_begin(&f, &rows[0].server, NULL);
    struct finding found;
    const struct facts *after = NULL;
    assert_int_equal(widen_needed(&f.c, CHANGE_OLDER_VERSIONS, &found, &after), RULING_OPEN);
    assert_int_equal(f.asked, 2 + 4 + 1); /* newer versions would change nothing */
    assert_int_equal(widen_needed(&f.c, CHANGE_NEWER_VERSIONS, &found, &after), RULING_NO);
    assert_int_equal(settle(&f, CHANGE_OLDER_VERSIONS, &found, &after), RULING_YES);
    assert_int_equal(f.asked, 2 + 4 + 1);
    fake_done(&f);
}

/* Where no connection is left, nothing is proven, and the case knows that it starved. */
static void test_without_connections(void **state) {
    (void)state;
    struct fake f;
    struct server s = rows[0].server;
    s.max_runs = 1;
    fake_begin(&f, &(struct server){.max = TLS_1_0}, NULL);
    f.server = s;
    struct finding found;
    const struct facts *after = NULL;
    for (size_t k = 0; k < TW_COUNT(kinds); k++)
        assert_int_equal(settle(&f, kinds[k], &found, &after), RULING_NO);
    assert_true(f.c.starved);
    fake_done(&f);
}

/* One trial by two ways is one run; the facts of a run are made once. */
static void test_equal_experiments_are_one(void **state) {
    (void)state;
    struct fake f;
    fake_begin(&f, &rows[0].server, NULL);
    assert_null(CASE_TRY(&f.c, {.kind = CHANGE_ALL_SUITES}));
    unsigned asked = f.asked;
    assert_null(CASE_TRY(&f.c, {.kind = CHANGE_NONE}, {.kind = CHANGE_ALL_SUITES}));
    assert_null(CASE_TRY(&f.c, {.kind = CHANGE_ALL_SUITES}, {.kind = CHANGE_ALL_SUITES}));
    assert_int_equal(f.asked, asked);
    while (prober_step(f.prober, 0)) continue;
    const struct facts *x = CASE_TRY(&f.c, {.kind = CHANGE_ALL_SUITES});
    assert_non_null(x);
    assert_ptr_equal(x, CASE_TRY(&f.c, {.kind = CHANGE_ALL_SUITES}));
    assert_null(CASE_TRY(&f.c, {.kind = CHANGE_ALL_GROUPS}));
    assert_int_equal(f.asked, asked + 1);
    fake_done(&f);
}

static void test_names_and_places(void **state) {
    (void)state;
    struct fake f;
    fake_begin(&f, &(struct server){0}, NULL);
    assert_string_equal(case_where(&f.c), "192.0.2.1 port 443");
    static const struct {
        const char *host;
        bool name;
    } hosts[] = {{"good.test", true},
                 {"localhost", false},
                 {"192.0.2.1", false},
                 {"2001:db8::1", false},
                 {"fe80::1%1", false}};
    for (size_t i = 0; i < TW_COUNT(hosts); i++) {
        f.c.host = hosts[i].host;
        assert_int_equal(case_host_is_name(&f.c), hosts[i].name);
    }
    memset(&f.c.trial.to, 0, sizeof(f.c.trial.to));
    f.c.host = "good.test";
    assert_string_equal(case_where(&f.c), "good.test port 443 through the proxy");
    fake_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_must_be_widened), cmocka_unit_test(test_no_more_is_asked_than_needed),
        cmocka_unit_test(test_without_connections),  cmocka_unit_test(test_equal_experiments_are_one),
        cmocka_unit_test(test_names_and_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
