/* Factors: none of them changed gives the one hello, all of them the other, and each mixture is a legal
 * hello. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "planted.h"

static struct factors f; /* too large for a stack */

static struct bytes written(const struct trial *t, uint8_t *room, size_t n) {
    struct wr w = wr_init(room, n);
    wr_u16(&w, t->hello.record_version);
    hello_write(&w, &t->hello, NULL);
    assert_false(w.overflow);
    return wr_bytes(&w);
}

static void assert_same_hello(const struct trial *x, const struct trial *y) {
    static uint8_t a[HELLO_MAX_BYTES + 1024], b[HELLO_MAX_BYTES + 1024];
    struct bytes one = written(x, a, sizeof(a)), other = written(y, b, sizeof(b));
    assert_int_equal(one.n, other.n);
    assert_memory_equal(one.p, other.p, one.n);
    assert_int_equal(x->policy.min_version, y->policy.min_version);
    assert_int_equal(x->policy.max_version, y->policy.max_version);
    assert_int_equal(x->policy.need_renegotiation_info, y->policy.need_renegotiation_info);
}

static void test_both_ends(void **state) {
    (void)state;
    uint64_t dice = 7;
    for (unsigned i = 0; i < 2000; i++) {
        const struct trial from = random_trial(&dice), to = random_trial(&dice);
        factors_between(&f, &from, &to);
        assert_false(f.too_many);
        struct factor_set set = {0};
        struct trial t;
        factors_apply(&f, &set, &t);
        assert_same_hello(&t, &from);
        for (size_t k = 0; k < f.n; k++) factor_set_put(&set, k, true);
        factors_apply(&f, &set, &t);
        assert_same_hello(&t, &to);
    }
}

static void test_equal_hellos_have_no_factors(void **state) {
    (void)state;
    uint64_t dice = 9;
    for (unsigned i = 0; i < 200; i++) {
        const struct trial t = random_trial(&dice);
        factors_between(&f, &t, &t);
        assert_int_equal(f.n, 0);
    }
}

/* What RFC 8446 4.1.2, 4.2.8, 4.2.11 and 9.2 demand of a ClientHello, on its bytes. */
static void assert_legal(const struct trial *t) {
    struct reading r;
    bool versions, shares, groups, sigalgs, padding;
    read_trial(&r, t);
    struct bytes list = body(&r, EXT_SUPPORTED_VERSIONS, &versions);
    struct bytes offered = body(&r, EXT_SUPPORTED_GROUPS, &groups);
    struct bytes share = body(&r, EXT_KEY_SHARE, &shares);
    (void)body(&r, EXT_SIGNATURE_ALGORITHMS, &sigalgs);
    (void)body(&r, EXT_PADDING, &padding);
    assert_true(r.view.suites.n >= 2 && r.view.compressions.n >= 1);
    bool tls13 = versions && place_in(list, 1, TLS_1_3) >= 0;
    assert_int_equal(tls13, t->policy.max_version == TLS_1_3);
    if (tls13) assert_true(shares && groups && sigalgs && r.view.legacy_version == TLS_1_2);
    if (!tls13) assert_false(shares);
    int before = -1;
    for (size_t i = 2; i + 4 <= share.n; i += 4 + (size_t)(share.p[i + 2] << 8 | share.p[i + 3])) {
        int at = place_in(offered, 2, (uint32_t)(share.p[i] << 8 | share.p[i + 1]));
        assert_true(at > before);
        before = at;
    }
    for (size_t i = 0; i < t->hello.n_ext; i++)
        for (size_t k = 0; k < i; k++) assert_int_not_equal(t->hello.ext[i].type, t->hello.ext[k].type);
    if (padding) assert_int_equal(t->hello.ext[t->hello.n_ext - 1].type, EXT_PADDING);
}

static void test_each_mixture_is_legal(void **state) {
    (void)state;
    uint64_t dice = 11;
    for (unsigned i = 0; i < 300; i++) {
        const struct trial from = random_trial(&dice), to = random_trial(&dice);
        factors_between(&f, &from, &to);
        for (unsigned k = 0; k < 30; k++) {
            struct factor_set set = {0};
            unsigned rarity = 2 + k % 8;
            for (size_t j = 0; j < f.n; j++) factor_set_put(&set, j, one_in(&dice, rarity));
            struct trial t;
            factors_apply(&f, &set, &t);
            assert_legal(&t);
        }
    }
}

/* Which factors there are between `modern` and what a change makes of it. */
static void between(void (*bend)(struct hello *h, struct eng_policy *p)) {
    struct trial from = {.stop = STOP_SERVER_FLIGHT}, to;
    modern_hello(&from.hello, &from.policy, "www.one.example");
    to = from;
    bend(&to.hello, &to.policy);
    factors_between(&f, &from, &to);
}

static void only_12(struct hello *h, struct eng_policy *p) {
    hello_set_versions(h, p, TLS_1_2, TLS_1_2);
}
static void one_more_suite(struct hello *h, struct eng_policy *p) {
    (void)p;
    h->suites[h->n_suites++] = 0x000A;
}
static void no_alpn(struct hello *h, struct eng_policy *p) {
    (void)p;
    hello_drop_ext(h, EXT_ALPN);
}
static void no_grease(struct hello *h, struct eng_policy *p) {
    (void)p;
    hello_drop_grease(h);
}
static void other_name(struct hello *h, struct eng_policy *p) {
    (void)p;
    h->server_name[0] = 'x';
}
static void no_hybrid(struct hello *h, struct eng_policy *p) {
    (void)p;
    hello_set_groups(h, (const uint16_t[]){GROUP_X25519, GROUP_SECP256R1, GROUP_SECP384R1}, 3);
}

static void test_one_factor_each(void **state) {
    (void)state;
    static const struct {
        void (*bend)(struct hello *h, struct eng_policy *p);
        struct factor factor;
        const char *reason, *change;
    } rows[] = {
        {only_12, {FACTOR_VERSION, FACTOR_REMOVED, TLS_1_3}, "offers TLS 1.3", "TLS 1.3 left out"},
        {one_more_suite,
         {FACTOR_SUITE, FACTOR_ADDED, 0x000A},
         "does not offer the cipher suite TLS_RSA_WITH_3DES_EDE_CBC_SHA",
         "the cipher suite TLS_RSA_WITH_3DES_EDE_CBC_SHA added"},
        {no_alpn,
         {FACTOR_EXTENSION, FACTOR_REMOVED, EXT_ALPN},
         "sends the extension application_layer_protocol_negotiation (h2, http/1.1)",
         "the extension application_layer_protocol_negotiation (h2, http/1.1) left out"},
        {no_grease,
         {FACTOR_GREASE, FACTOR_REMOVED, 0},
         "sends reserved test values (GREASE, RFC 8701)",
         "those test values left out"},
        {other_name,
         {FACTOR_SNI, FACTOR_OTHER, 0},
         "sends the server name \"www.one.example\" (SNI)",
         "another server name sent in SNI"},
        {no_hybrid,
         {FACTOR_GROUP, FACTOR_REMOVED, GROUP_X25519MLKEM768},
         "offers the group X25519MLKEM768",
         "the group X25519MLKEM768 left out"},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        between(rows[i].bend);
        assert_int_equal(f.n, 1);
        assert_int_equal(f.list[0].kind, rows[i].factor.kind);
        assert_int_equal(f.list[0].how, rows[i].factor.how);
        assert_int_equal(f.list[0].arg, rows[i].factor.arg);
        const struct factor_words w = factor_say(&a, &f, &f.list[0]);
        assert_string_equal(w.reason, rows[i].reason);
        assert_string_equal(w.change, rows[i].change);
    }
    arena_done(&a);
}

/* An old client gets TLS 1.2 with what belongs to it; and TLS 1.3 with its suites, for it has none. */
static void test_versions_bring_what_they_need(void **state) {
    (void)state;
    struct trial from = {.stop = STOP_SERVER_FLIGHT}, to = from, t;
    modern_hello(&to.hello, &to.policy, "www.one.example");
    modern_hello(&from.hello, &from.policy, "www.one.example");
    const struct bends old = {.tls_max = TLS_1_0};
    modern_bend(&from.hello, &from.policy, &old);
    factors_between(&f, &from, &to);
    static const uint16_t expected[] = {TLS_1_3, TLS_1_2};
    for (size_t i = 0; i < TW_COUNT(expected); i++) {
        struct factor_set set = {0};
        for (size_t k = 0; k < f.n; k++)
            if (f.list[k].kind == FACTOR_VERSION && f.list[k].arg == expected[i])
                factor_set_put(&set, k, true);
        assert_int_equal(factor_set_count(&set), 1);
        factors_apply(&f, &set, &t);
        assert_legal(&t);
        assert_true(hello_offers_version(&t.hello, expected[i]));
        assert_true(hello_has_ext(&t.hello, EXT_SIGNATURE_ALGORITHMS));
        assert_int_equal(hello_has_suite(&t.hello, 0x1301), expected[i] == TLS_1_3);
    }
    struct arena a;
    arena_init(&a);
    const struct factor_words w = factor_say(&a, &f, &f.list[0]);
    assert_string_equal(w.reason, "offers nothing newer than TLS 1.0");
    arena_done(&a);
}

/* Every kind has words for each way in which it occurs. */
static void test_words(void **state) {
    (void)state;
    uint64_t dice = 13;
    bool met[FACTOR__COUNT] = {false};
    for (unsigned i = 0; i < 500; i++) {
        struct arena a;
        arena_init(&a);
        const struct trial from = random_trial(&dice), to = random_trial(&dice);
        factors_between(&f, &from, &to);
        for (size_t k = 0; k < f.n; k++) {
            const struct factor_words w = factor_say(&a, &f, &f.list[k]);
            assert_true(w.kind && w.how && w.reason && w.change && *w.reason && *w.change);
            assert_null(strstr(w.reason, "%s"));
            assert_null(strstr(w.change, "%s"));
            met[f.list[k].kind] = true;
        }
        arena_done(&a);
    }
    for (int k = FACTOR_SNI; k <= FACTOR_EXTENSION_ORDER; k++)
        if (k != FACTOR_LEGACY_VERSION && k != FACTOR_SIGALG_CERT) assert_true(met[k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ends),
        cmocka_unit_test(test_equal_hellos_have_no_factors),
        cmocka_unit_test(test_each_mixture_is_legal),
        cmocka_unit_test(test_one_factor_each),
        cmocka_unit_test(test_versions_bring_what_they_need),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
