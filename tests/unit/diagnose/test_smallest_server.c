/* What the server could do instead: only what is no step backwards, and only what it is known to choose. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "diagnose/smallest_change.h"
#include "probe/modern.h"

static struct factors f;

typedef void (*bend_fn)(struct trial *t);

/* The factors between two bent versions of `modern`, and what is said where all of them are the answer. */
static const char *server_side(struct arena *a, bend_fn from_bend, bend_fn to_bend,
                               const struct transcript *accepted) {
    struct trial from = {.stop = STOP_SERVER_FLIGHT}, to;
    modern_hello(&from.hello, &from.policy, "www.one.example");
    to = from;
    if (from_bend) from_bend(&from);
    if (to_bend) to_bend(&to);
    factors_between(&f, &from, &to);
    assert_true(f.n > 0);
    struct factor_set all = {0};
    for (size_t i = 0; i < f.n; i++) factor_set_put(&all, i, true);
    return smallest_server_side(a, &f, &all, accepted);
}

static void until(struct trial *t, uint16_t version) {
    hello_set_versions(&t->hello, &t->policy, version < TLS_1_2 ? version : TLS_1_2, version);
}
static void until_12(struct trial *t) {
    until(t, TLS_1_2);
}
static void only_p521(struct trial *t) {
    hello_set_groups(&t->hello, (const uint16_t[]){GROUP_SECP521R1}, 1);
}
static void only_p256(struct trial *t) {
    hello_set_groups(&t->hello, (const uint16_t[]){GROUP_SECP256R1}, 1);
}
static void both_groups(struct trial *t) {
    hello_set_groups(&t->hello, (const uint16_t[]){GROUP_SECP256R1, GROUP_X448}, 2);
}
static void p521_and_x448(struct trial *t) {
    hello_set_groups(&t->hello, (const uint16_t[]){GROUP_SECP521R1, GROUP_X448}, 2);
}
static void one_suite_more(struct trial *t) {
    t->hello.suites[t->hello.n_suites++] = 0x000A; /* TLS_RSA_WITH_3DES_EDE_CBC_SHA */
}
static void old_suites(struct trial *t) {
    t->hello.suites[0] = 0x002F; /* TLS_RSA_WITH_AES_128_CBC_SHA */
    t->hello.n_suites = 1;
}
static void old_suites_and_more(struct trial *t) {
    old_suites(t);
    one_suite_more(t);
}
static void no_name(struct trial *t) {
    hello_drop_ext(&t->hello, EXT_SERVER_NAME);
}
static void no_ticket(struct trial *t) {
    hello_drop_ext(&t->hello, EXT_SESSION_TICKET);
}
static void no_ticket_no_name(struct trial *t) {
    no_ticket(t);
    no_name(t);
}

static void test_forwards(void **state) {
    (void)state;
    static const struct {
        const char *what;
        bend_fn from, to;
        uint16_t version, suite, group;
        const char *expected; /* what it must hold; NULL: nothing is said */
    } rows[] = {
        {"TLS 1.3 was added and chosen; the client has 1.2", until_12, NULL, TLS_1_3, 0x1301, GROUP_X25519,
         "enable TLS 1.2"},
        {"an old suite was added and chosen; the client has better ones", NULL, one_suite_more, TLS_1_2,
         0x000A, 0, "enable TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        {"an old suite was added, and another one chosen", NULL, one_suite_more, TLS_1_2, 0xC02F, 0, NULL},
        {"the client has old suites alone", old_suites, old_suites_and_more, TLS_1_2, 0x000A, 0, NULL},
        {"X448 was added and chosen; the client has P-256", only_p256, both_groups, TLS_1_3, 0x1301,
         GROUP_X448, "enable the group secp256r1"},
        {"X448 was added and chosen; the client has P-521 alone", only_p521, p521_and_x448, TLS_1_3, 0x1301,
         GROUP_X448, NULL},
        {"the name was added", no_name, NULL, TLS_1_3, 0x1301, GROUP_X25519, "clients that send no name"},
        {"an extension was left out", NULL, no_ticket, TLS_1_3, 0x1301, GROUP_X25519,
         "tolerate a client that sends the extension session_ticket"},
        {"an extension was added, for whatever reason", no_ticket, NULL, TLS_1_3, 0x1301, GROUP_X25519, NULL},
        {"half of it would let nobody in", no_ticket_no_name, NULL, TLS_1_3, 0x1301, GROUP_X25519, NULL},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const struct transcript accepted = {
            .version = rows[i].version, .suite = rows[i].suite, .group = rows[i].group};
        const char *said = server_side(&a, rows[i].from, rows[i].to, &accepted);
        if (!rows[i].expected && said) fail_msg("%s: %s", rows[i].what, said);
        if (rows[i].expected && !(said && strstr(said, rows[i].expected)))
            fail_msg("%s: %s", rows[i].what, said ? said : "nothing");
    }
    arena_done(&a);
}

static void until_10(struct trial *t) {
    until(t, TLS_1_0);
}

/* RFC 8996: nobody is to enable TLS 1.0 for such a client. */
static void test_no_step_backwards(void **state) {
    (void)state;
    struct trial from = {.stop = STOP_SERVER_FLIGHT}, to;
    modern_hello(&from.hello, &from.policy, "www.one.example");
    to = from;
    until_10(&from);
    factors_between(&f, &from, &to);
    struct factor_set one = {0};
    for (size_t i = 0; i < f.n; i++)
        if (f.list[i].kind == FACTOR_VERSION && f.list[i].arg == TLS_1_2) factor_set_put(&one, i, true);
    assert_int_equal(factor_set_count(&one), 1);
    struct arena a;
    arena_init(&a);
    const struct transcript accepted = {.version = TLS_1_2, .suite = 0xC02F};
    assert_null(smallest_server_side(&a, &f, &one, &accepted));
    assert_null(smallest_server_side(&a, &f, &one, NULL));
    arena_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forwards),
                                       cmocka_unit_test(test_no_step_backwards)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
