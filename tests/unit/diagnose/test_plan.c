/* The planner over servers that are tables: what it finds, in which order, and when it stops. */
#include "../causes/fake.h"
#include "diagnose/plan.h"
#include "probe/modern.h"

static void tls12_at_most(struct trial *t) {
    hello_set_versions(&t->hello, &t->policy, TLS_1_0, TLS_1_2);
}
static void tls11_at_most(struct trial *t) {
    hello_set_versions(&t->hello, &t->policy, TLS_1_0, TLS_1_1);
}

static const struct {
    const char *name;
    struct server server;
    void (*bend)(struct trial *t);
    const char *causes; /* in order, with commas */
    enum fixer fixer;   /* of the first */
    enum certainty certainty;
} rows[] = {
    {"healthy", {0}, NULL, "", FIXER_NONE, CERTAINTY_NONE},
    {"healthy with 1.2", {.max = TLS_1_2}, NULL, "", FIXER_NONE, CERTAINTY_NONE},
    {"healthy, post-quantum",
     {.min = TLS_1_3, .groups = {GROUP_X25519MLKEM768, GROUP_X25519}},
     NULL,
     "",
     FIXER_NONE,
     CERTAINTY_NONE},
    {"TLS 1.0 only", {.max = TLS_1_0}, NULL, "version-server-too-old", FIXER_SERVER, CERTAINTY_PROVEN},
    {"TLS 1.1 only, said with protocol_version",
     {.max = TLS_1_1, .alert = ALERT_PROTOCOL_VERSION},
     NULL,
     "version-server-too-old",
     FIXER_SERVER,
     CERTAINTY_PROVEN},
    {"TLS 1.3 only, client of 1.2",
     {.min = TLS_1_3, .version_alert = ALERT_PROTOCOL_VERSION},
     tls12_at_most,
     "version-client-too-old",
     FIXER_CLIENT,
     CERTAINTY_PROVEN},
    {"TLS 1.2 only, client of 1.1",
     {.min = TLS_1_2, .version_alert = ALERT_PROTOCOL_VERSION},
     tls11_at_most,
     "version-client-too-old",
     FIXER_CLIENT,
     CERTAINTY_PROVEN},
    {"DHE only",
     {.max = TLS_1_2, .suites = {0x009E}},
     NULL,
     "cipher-no-overlap",
     FIXER_SERVER,
     CERTAINTY_PROVEN},
    {"P-521 only",
     {.min = TLS_1_3, .groups = {GROUP_SECP521R1}},
     NULL,
     "group-no-overlap",
     FIXER_SERVER,
     CERTAINTY_PROVEN},
    {"Ed25519 only",
     {.min = TLS_1_3, .sigalgs = {SIG_ED25519}},
     NULL,
     "sigalg-no-overlap",
     FIXER_SERVER,
     CERTAINTY_PROVEN},
    {"two at once",
     {.max = TLS_1_0, .suites = {0x0033}},
     NULL,
     "version-server-too-old,cipher-no-overlap",
     FIXER_SERVER,
     CERTAINTY_PROVEN},
    {"two at once, of which the alert names one",
     {.max = TLS_1_0, .suites = {0x0033}, .alert = ALERT_PROTOCOL_VERSION},
     NULL,
     "version-server-too-old,cipher-no-overlap",
     FIXER_SERVER,
     CERTAINTY_PROVEN},
    {"closes",
     {.no_suites = true, .refusal = RESULT_PEER_FIN},
     NULL,
     "closed-after-hello",
     FIXER_SERVER,
     CERTAINTY_LIKELY},
    {"resets",
     {.no_suites = true, .refusal = RESULT_PEER_RST},
     NULL,
     "reset-after-hello",
     FIXER_SERVER,
     CERTAINTY_LIKELY},
    {"says nothing",
     {.no_suites = true, .refusal = RESULT_TIMEOUT},
     NULL,
     "handshake-timeout",
     FIXER_SERVER,
     CERTAINTY_LIKELY},
    /* Once is not always: what the same hello does the second time has no cause in the hello. */
    {"resets the first two connections",
     {.fails_first = 2, .refusal = RESULT_PEER_RST},
     NULL,
     "",
     FIXER_NONE,
     CERTAINTY_NONE},
    {"closes every second connection",
     {.fails_odd = true, .refusal = RESULT_PEER_FIN},
     NULL,
     "",
     FIXER_NONE,
     CERTAINTY_NONE},
    {"refuses the first two connections", {.fails_first = 2}, NULL, "", FIXER_NONE, CERTAINTY_NONE},
    {"no port", {.down = true}, NULL, "port-closed", FIXER_SERVER, CERTAINTY_PROVEN},
};

static char *list(struct arena *a, const struct plan *p) {
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < p->n; i++) text_addf(&t, "%s%s", i ? "," : "", p->found[i].finding.id);
    return t.s;
}

static void test_what_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct fake f;
        struct plan p;
        fake_begin(&f, &rows[i].server, rows[i].bend);
        unsigned before = f.asked;
        const struct facts *subject = f.c.subject;
        f.c.modern_connects = rows[i].bend != NULL;
        plan_init(&p, &f.c);
        plan_handshake(&p);
        plan_settle(&p);
        if (strcmp(list(&f.a, &p), rows[i].causes) != 0) fail_msg("%s: %s", rows[i].name, list(&f.a, &p));
        assert_ptr_equal(f.c.subject, subject);                /* as it was before */
        if (f.c.base->good) assert_int_equal(f.asked, before); /* who is healthy is asked nothing more */
        if (p.n > 0) {
            assert_int_equal(p.found[0].finding.fixer, rows[i].fixer);
            assert_int_equal(p.found[0].finding.certainty, rows[i].certainty);
            assert_string_equal(p.found[0].finding.affects[0], "modern");
        }
        assert_in_range(f.asked, 1, 64);
        fake_done(&f);
    }
}

/* The norm decides: the same server, a client bent away from `modern`, and `modern` that connects. */
static void test_who_fixes_by_norm(void **state) {
    (void)state;
    static const struct server server = {.max = TLS_1_2, .suites = {0x009E}};
    static const struct {
        bool bent, modern_connects;
        enum fixer fixer;
    } norm[] = {{false, false, FIXER_SERVER}, {true, false, FIXER_SERVER}, {true, true, FIXER_CLIENT}};
    for (size_t i = 0; i < TW_COUNT(norm); i++) {
        struct fake f;
        struct plan p;
        fake_begin(&f, &server, NULL);
        f.c.bent = norm[i].bent;
        f.c.modern_connects = norm[i].modern_connects;
        plan_init(&p, &f.c);
        plan_handshake(&p);
        assert_int_equal(p.n, 1);
        assert_int_equal(p.found[0].finding.fixer, norm[i].fixer);
        fake_done(&f);
    }
}

/* Without connections nothing is made up: whatever is found is not called proven or likely. */
static void test_a_starved_plan_proves_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct fake f;
        struct plan p;
        if (rows[i].certainty == CERTAINTY_NONE || rows[i].server.down) continue;
        fake_begin(&f, &rows[i].server, rows[i].bend);
        f.server.max_runs = f.asked;
        plan_init(&p, &f.c);
        plan_handshake(&p);
        plan_settle(&p);
        assert_true(f.c.starved);
        for (size_t k = 0; k < p.n; k++)
            if (p.found[k].finding.certainty > CERTAINTY_POSSIBLE)
                fail_msg("%s: %s", rows[i].name, list(&f.a, &p));
        fake_done(&f);
    }
}

/* --- settling --- */

static const char *const replaces_broad[] = {"broad", "broader", NULL};
static const struct cause narrow = {.id = "narrow", .replaces = replaces_broad}, broad = {.id = "broad"},
                          broader = {.id = "broader"}, other = {.id = "other"};

static void add(struct plan *p, const struct cause *c, int order, enum certainty certainty) {
    p->found[p->n++] =
        (struct found){c, {.id = c->id, .order = order, .certainty = certainty, .summary = c->id}};
}

static void test_the_order_of_causes(void **state) {
    (void)state;
    struct arena a = {0};
    struct plan p = {0};
    add(&p, &other, RANK_CERT_NAMES, CERTAINTY_PROVEN);
    add(&p, &broad, RANK_VERSION, CERTAINTY_LIKELY);
    add(&p, &broader, RANK_VERSION, CERTAINTY_PROVEN);
    plan_settle(&p);
    assert_string_equal(list(&a, &p), "broader,broad,other"); /* between equals the more certain */
    plan_settle(&p);
    assert_string_equal(list(&a, &p), "broader,broad,other");
    arena_done(&a);
}

static void test_the_narrower_replaces(void **state) {
    (void)state;
    static const struct {
        enum certainty narrow, broad;
        const char *left;
    } settle[] = {
        {CERTAINTY_PROVEN, CERTAINTY_PROVEN, "narrow,other"},
        {CERTAINTY_PROVEN, CERTAINTY_LIKELY, "narrow,other"},
        {CERTAINTY_LIKELY, CERTAINTY_PROVEN, "narrow,other"},
        {CERTAINTY_POSSIBLE, CERTAINTY_POSSIBLE, "narrow,other"},
        /* What is merely possible makes no verdict, so it must not take one away. */
        {CERTAINTY_POSSIBLE, CERTAINTY_LIKELY, "broad,narrow,other"},
        {CERTAINTY_POSSIBLE, CERTAINTY_PROVEN, "broad,narrow,other"},
    };
    for (size_t i = 0; i < TW_COUNT(settle); i++) {
        struct arena a = {0};
        struct plan p = {0};
        add(&p, &other, RANK_APPLICATION, CERTAINTY_PROVEN);
        add(&p, &broad, RANK_SNI, settle[i].broad);
        add(&p, &narrow, RANK_SNI, settle[i].narrow);
        plan_settle(&p);
        if (strcmp(list(&a, &p), settle[i].left) != 0) fail_msg("%zu: %s", i, list(&a, &p));
        arena_done(&a);
    }
    struct plan empty = {0};
    plan_settle(&empty);
    assert_int_equal(empty.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_found),
        cmocka_unit_test(test_who_fixes_by_norm),
        cmocka_unit_test(test_a_starved_plan_proves_nothing),
        cmocka_unit_test(test_the_order_of_causes),
        cmocka_unit_test(test_the_narrower_replaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
