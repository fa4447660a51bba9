/* Two trials that differ in anything are two, and what the prober fills in makes none. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "probe/change.h"
#include "probe/job.h"
#include "probe/modern.h"

static struct trial base_trial(void) {
    struct trial t = {.host_port = 443};
    modern_hello(&t.hello, &t.policy, "a.test");
    memcpy(t.host, "a.test", 7);
    assert_true(net_addr_parse("192.0.2.1", 443, &t.to));
    return t;
}

static void other_address(struct trial *t) {
    assert_true(net_addr_parse("192.0.2.2", 443, &t->to));
}
static void other_port(struct trial *t) {
    net_addr_set_port(&t->to, 444);
}
static void other_host(struct trial *t) {
    t->host[0] = 'b';
}
static void other_host_port(struct trial *t) {
    t->host_port = 444;
}
static void min_version(struct trial *t) {
    t->policy.min_version = TLS_1_0;
}
static void max_version(struct trial *t) {
    t->policy.max_version = TLS_1_2;
}
static void renegotiation(struct trial *t) {
    t->policy.need_renegotiation_info = !t->policy.need_renegotiation_info;
}
static void ems(struct trial *t) {
    t->policy.need_ems = true;
}
static void message(struct trial *t) {
    t->policy.max_message = 1;
}
static void warnings(struct trial *t) {
    t->policy.refuse_warnings = true;
}
static void dh_bits(struct trial *t) {
    t->policy.dh_min_bits = 1;
}
static void dh_most(struct trial *t) {
    t->policy.dh_max_bits = 1;
}
static void old_signatures(struct trial *t) {
    t->policy.refuse_old_signatures = true;
}
static void check_sigalg(struct trial *t) {
    t->policy.check_sigalg = !t->policy.check_sigalg;
}
static void stop(struct trial *t) {
    t->stop = STOP_FINISHED;
}
static void http(struct trial *t) {
    t->ask_http = true;
}
static void starttls(struct trial *t) {
    t->via.starttls = STARTTLS_IMAP;
}
static void use_proxy(struct trial *t) {
    t->via.use_proxy = true;
}
static void proxy_header(struct trial *t) {
    t->via.proxy_header = true;
}
static void greet_only(struct trial *t) {
    t->via.greet_only = true;
}
static void plain_http(struct trial *t) {
    t->via.plain_http = true;
}
static void listen_longer(struct trial *t) {
    t->via.listen_ns = 1;
}
static void first_segment(struct trial *t) {
    t->via.first_segment = 1;
}
static void pause_longer(struct trial *t) {
    t->via.segment_pause_ns = 1;
}
static void mss(struct trial *t) {
    t->via.mss = 536;
}
static void repeat(struct trial *t) {
    t->repeat = 1;
}
static void record_version(struct trial *t) {
    t->hello.record_version = TLS_1_2;
}
static void suite(struct trial *t) {
    t->hello.n_suites--;
}
static void sni(struct trial *t) {
    t->hello.server_name[0] = 'b';
}

static const struct identity own = {.n = 1};

static void identity(struct trial *t) {
    t->identity = &own;
}
static void sign_as_offered(struct trial *t) {
    t->policy.sign_as_offered = true;
}

static struct job earlier = {.hash = 7};

static void resume(struct trial *t) {
    t->resume = &earlier.run;
}

static void early_data(struct trial *t) {
    t->early_data = true;
}

static void (*const differences[])(struct trial *) = {other_address,
                                                      other_port,
                                                      other_host,
                                                      other_host_port,
                                                      min_version,
                                                      max_version,
                                                      renegotiation,
                                                      ems,
                                                      message,
                                                      warnings,
                                                      dh_bits,
                                                      dh_most,
                                                      old_signatures,
                                                      check_sigalg,
                                                      stop,
                                                      http,
                                                      starttls,
                                                      use_proxy,
                                                      proxy_header,
                                                      greet_only,
                                                      plain_http,
                                                      listen_longer,
                                                      first_segment,
                                                      pause_longer,
                                                      mss,
                                                      repeat,
                                                      resume,
                                                      early_data,
                                                      record_version,
                                                      suite,
                                                      sni,
                                                      identity,
                                                      sign_as_offered};

static void test_each_difference_counts(void **state) {
    struct arena *a = *state;
    enum { N = sizeof(differences) / sizeof(differences[0]) };
    struct bytes key[N + 1];
    struct trial t = base_trial();
    key[N] = trial_key(a, &t);
    for (size_t i = 0; i < N; i++) {
        t = base_trial();
        differences[i](&t);
        key[i] = trial_key(a, &t);
    }
    for (size_t i = 0; i <= N; i++)
        for (size_t k = 0; k < i; k++)
            if (bytes_eq(key[i], key[k])) fail_msg("difference %zu is as %zu", i, k);
}

static void test_what_the_prober_fills_in_does_not(void **state) {
    struct arena *a = *state;
    struct trial t = base_trial(), u = base_trial();
    memset(u.hello.random, 0x55, sizeof(u.hello.random));
    memset(u.hello.session_id, 0x66, sizeof(u.hello.session_id));
    assert_true(bytes_eq(trial_key(a, &t), trial_key(a, &u)));
    assert_int_equal(trial_hash(trial_key(a, &t)), trial_hash(trial_key(a, &u)));
}

static uint32_t arg_for(enum change_kind k, const struct trial *t) {
    if (k == CHANGE_PAD) return 4000;
    if (k == CHANGE_STARTTLS) return STARTTLS_SMTP;
    if (k == CHANGE_SMALL_MSS || k == CHANGE_PORT) return 536;
    return k == CHANGE_DROP_SUITE ? t->hello.suites[1] : EXT_ALPN;
}

/* Every change makes another trial of the default client's, but for those that have nothing to change in it.
 */
static void test_each_change_is_an_experiment(void **state) {
    struct arena *a = *state;
    struct trial t = base_trial();
    t.stop = STOP_SERVER_FLIGHT;
    struct bytes plain = trial_key(a, &t);
    for (int k = CHANGE_NONE; k < CHANGE__COUNT; k++) {
        const struct change c = {.kind = (enum change_kind)k,
                                 .arg = arg_for((enum change_kind)k, &t),
                                 .name = "other.test",
                                 .run = &earlier.run,
                                 .identity = &own};
        bool nothing_there = k == CHANGE_NONE || k == CHANGE_NEWER_VERSIONS || k == CHANGE_NO_DHE ||
                             k == CHANGE_NO_SCSV || k == CHANGE_ADD_EMS;
        struct trial changed = t;
        change_apply(&changed, &c);
        if (bytes_eq(trial_key(a, &changed), plain) != nothing_there) fail_msg("%s", change_word(c.kind));
        assert_non_null(change_text(a, &c));
        for (int j = 0; j < k; j++)
            assert_string_not_equal(change_word(c.kind), change_word((enum change_kind)j));
    }
}

static int setup(void **state) {
    static struct arena a;
    *state = &a;
    return 0;
}
static int teardown(void **state) {
    arena_done(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_difference_counts),
        cmocka_unit_test(test_what_the_prober_fills_in_does_not),
        cmocka_unit_test(test_each_change_is_an_experiment),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
