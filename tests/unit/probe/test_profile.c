/* The profiles: each is a hello that can be read, bent and written, and says what it is. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "pki/judge.h"
#include "probe/modern.h"
#include "probe/profile.h"

static struct bytes written(struct arena *a, const struct hello *h) {
    uint8_t *room = arena_alloc(a, HELLO_MAX_BYTES);
    struct wr w = wr_init(room, HELLO_MAX_BYTES);
    hello_write(&w, h, NULL);
    assert_false(w.overflow);
    return wr_bytes(&w);
}

/* The bytes of the file come out again, but for the name. */
static void each_is_written_as_it_was_read(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < profile_table_n; i++) {
        struct hello h, raw;
        struct eng_policy policy;
        const struct profile *p = &profile_table[i];
        assert_true(hello_from_bytes(p->hello, &raw));
        profile_hello(p, raw.server_name, &h, &policy);
        assert_true(bytes_eq(written(&a, &h), p->hello));
        assert_true(h.record_version == p->record_version);
    }
    arena_done(&a);
}

static void each_has_a_place_for_the_name_or_none(void **state) {
    (void)state;
    const struct profile *p;
    for (size_t i = 0; (p = profile_at(i)); i++) {
        struct hello h;
        struct eng_policy policy;
        profile_hello(p, "a.example", &h, &policy);
        assert_string_equal(h.server_name, hello_has_ext(&h, EXT_SERVER_NAME) ? "a.example" : "");
        profile_hello(p, "", &h, &policy);
        assert_string_equal(h.server_name, "");
    }
}

static void each_takes_what_it_offers(void **state) {
    (void)state;
    const struct profile *p;
    for (size_t i = 0; (p = profile_at(i)); i++) {
        struct hello h;
        struct eng_policy policy;
        profile_hello(p, "a.example", &h, &policy);
        assert_int_equal(hello_max_version(&h), policy.max_version);
        assert_true(policy.min_version <= policy.max_version && policy.min_version >= TLS_SSL3);
        assert_true(hello_offers_version(&h, policy.max_version));
        for (size_t k = 0; k < h.key_shares.n; k++) {
            const struct group *g = group_by_id(h.key_shares.v[k]);
            assert_true(is_grease(h.key_shares.v[k]) || (g && g->share_size > 0));
            assert_true(u16_has(h.groups.v, h.groups.n, h.key_shares.v[k]));
        }
        assert_true(p->title[0] && p->source[0]);
        assert_true(!p->judge || pki_judge_find(p->judge));
        bool grease = h.n_suites > 0 && is_grease(h.suites[0]);
        assert_true(p->hello.n == 0 || grease == ((p->varies & PROFILE_VARIES_GREASE) != 0));
    }
}

static void current_ones_come_first(void **state) {
    (void)state;
    static const char *const current[] = {"modern",  "android-14", "chrome",      "curl",
                                          "dotnet",  "edge",       "firefox",     "go-1.19",
                                          "java-17", "node-20",    "python-3.13", "safari"};
    for (size_t i = 0; i < TW_COUNT(current); i++) {
        assert_string_equal(profile_at(i)->name, current[i]);
        assert_true(profile_at(i)->current);
    }
    const struct profile *p;
    for (size_t i = TW_COUNT(current); (p = profile_at(i)); i++) assert_false(p->current);
    assert_null(profile_at(SIZE_MAX));
}

static void they_are_found_by_name(void **state) {
    (void)state;
    assert_ptr_equal(profile_find("modern"), profile_at(0));
    assert_string_equal(profile_find("java-7")->name, "java-7");
    assert_null(profile_find("netscape"));
    struct hello edge, chrome;
    struct eng_policy policy;
    profile_hello(profile_find("edge"), "a.example", &edge, &policy);
    profile_hello(profile_find("chrome"), "a.example", &chrome, &policy);
    assert_memory_equal(&edge, &chrome, sizeof(edge));
}

/* What is known of them beyond doubt. */
static void old_ones_are_old(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint16_t max;
        bool sni;
        unsigned dh_max;
    } known[] = {
        {"java-6", TLS_1_0, false, 1024},
        {"java-7", TLS_1_0, true, 1024},
        {"java-8", TLS_1_2, true, 2048},
        {"ie-8", TLS_1_0, false, 0},
        {"ie-11", TLS_1_2, true, 0},
        {"openssl-0.9.8", TLS_1_0, true, 0},
        {"dotnet-4.5", TLS_1_0, true, 0},
        {"nginx-upstream", TLS_1_2, false, 0},
        {"haproxy-backend", TLS_1_3, false, 0},
    };
    for (size_t i = 0; i < TW_COUNT(known); i++) {
        struct hello h;
        struct eng_policy policy;
        const struct profile *p = profile_find(known[i].name);
        assert_non_null(p);
        profile_hello(p, "a.example", &h, &policy);
        assert_int_equal(policy.max_version, known[i].max);
        assert_int_equal(h.server_name[0] != 0, known[i].sni);
        assert_int_equal(policy.dh_max_bits, known[i].dh_max);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_written_as_it_was_read),
        cmocka_unit_test(each_has_a_place_for_the_name_or_none),
        cmocka_unit_test(each_takes_what_it_offers),
        cmocka_unit_test(current_ones_come_first),
        cmocka_unit_test(they_are_found_by_name),
        cmocka_unit_test(old_ones_are_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
