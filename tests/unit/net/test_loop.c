#include "loopback.h"

static char order[16];
static size_t n_order;

struct mark {
    struct net *net;
    char letter;
    struct net_timer *timer, *victim;
    bool again, wake;
};

static void fire(void *arg) {
    struct mark *m = arg;
    assert_true(n_order + 1 < sizeof(order));
    order[n_order++] = m->letter;
    net_timer_stop(m->victim);
    m->victim = NULL;
    if (m->again) {
        m->again = false;
        m->timer = net_timer_start(m->net, net_now(m->net) + 5 * MS, fire, m);
    }
    if (m->wake) net_wake(m->net);
}

static int begin(void **state) {
    (void)state;
    n_order = 0;
    memset(order, 0, sizeof(order));
    return 0;
}

static void timers_fire_in_order_and_never_early(void **state) {
    (void)state;
    struct net *n = net_new();
    struct mark a = {.net = n, .letter = 'a', .again = true}, b = {.net = n, .letter = 'b'};
    int64_t begun = net_now(n);
    net_timer_start(n, begun + 412500000, fire, &b);
    net_timer_start(n, begun + 3 * MS, fire, &a);
    net_step(n, INT64_MAX); /* ends by itself: nothing is left to do */
    assert_string_equal(order, "aab");
    assert_true(net_now(n) - begun >= 412500000);
    net_free(n);
}

static void a_stopped_timer_stays_silent(void **state) {
    (void)state;
    struct net *n = net_new();
    struct mark a = {.net = n, .letter = 'a'}, b = {.net = n, .letter = 'b'};
    a.victim = net_timer_start(n, net_now(n) + 5 * MS, fire, &b);
    net_timer_start(n, net_now(n), fire, &a);
    net_timer_stop(NULL);
    net_step(n, INT64_MAX);
    assert_string_equal(order, "a");
    net_timer_start(n, net_now(n) + 5000LL * MS, fire, &b); /* net_free() takes it along */
    net_free(n);
}

static void a_step_ends_at_its_deadline_or_when_woken(void **state) {
    (void)state;
    struct net *n = net_new();
    struct mark a = {.net = n, .letter = 'a', .wake = true}, b = {.net = n, .letter = 'b'};
    net_timer_start(n, net_now(n), fire, &a);
    net_timer_start(n, net_now(n) + 5000LL * MS, fire, &b);
    int64_t begun = net_now(n);
    net_step(n, INT64_MAX);
    assert_string_equal(order, "a");
    net_step(n, begun + 20 * MS);
    int64_t now = net_now(n);
    assert_true(now - begun >= 20 * MS && now - begun < 1000 * MS);
    net_wake(n); /* woken from outside: the next step returns at once */
    net_step(n, INT64_MAX);
    net_step(n, 0);
    assert_string_equal(order, "a");
    net_free(n);
}

static void a_step_past_its_deadline_still_does_what_is_due(void **state) {
    (void)state;
    struct net *n = net_new();
    struct mark a = {.net = n, .letter = 'a'};
    net_timer_start(n, net_now(n), fire, &a);
    usleep(2000);
    net_step(n, 0);
    assert_string_equal(order, "a");
    net_free(n);
}

static void addresses_are_read_and_written(void **state) {
    (void)state;
    static const struct {
        const char *text, *back;
    } rows[] = {
        {"127.0.0.1", "127.0.0.1"},
        {"[2001:DB8::1]", "2001:db8::1"},
        {"::1", "::1"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"fe80::1%1", "fe80::1%lo"},
        {"fe80::1%lo", "fe80::1%lo"},
        {"", NULL},
        {"[]", NULL},
        {"1.2.3", NULL},
        {"1.2.3.4.", NULL},
        {"::1%", NULL},
        {"host", NULL},
        {"0x7f.1", NULL},
        {"::1%nosuchzone", NULL},
        {"127.0.0.1:80", NULL},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct net_addr addr;
        assert_int_equal(net_addr_parse(rows[i].text, 443, &addr), rows[i].back != NULL);
        if (!rows[i].back) continue;
        assert_string_equal(net_addr_text(&a, &addr), rows[i].back);
        assert_int_equal(net_addr_port(&addr), 443);
    }
    arena_done(&a);
}

static void addresses_with_a_port(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int port; /* -1: refused */
    } rows[] = {
        {"192.0.2.1", 53}, {"192.0.2.1:5353", 5353}, {"::1", 53},        {"[::1]", 53},
        {"[::1]:99", 99},  {"192.0.2.1:0", -1},      {"192.0.2.1:", -1}, {"192.0.2.1:65536", -1},
        {"[::1]:x", -1},   {"name:53", -1},          {":53", -1},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct net_addr addr;
        bool ok = net_addr_parse_port(rows[i].text, 53, &addr);
        assert_int_equal(ok ? net_addr_port(&addr) : -1, rows[i].port);
    }
}

static void private_addresses_are_known(void **state) {
    (void)state;
    static const char *const private[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.53",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:c0a8:1::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "ff02::1",
        "2001:db8::1",
        "198.19.0.1",
        "192.0.0.8",
    };
    static const char *const public[] = {
        "1.1.1.1",    "100.63.255.255", "100.128.0.1",  "172.15.0.1",     "172.32.0.1",       "192.167.1.1",
        "198.20.0.1", "223.255.255.1",  "2606:4700::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:1::1",
    };
    struct net_addr addr;
    for (size_t i = 0; i < TW_COUNT(private); i++) {
        assert_true(net_addr_parse(private[i], 0, &addr));
        assert_true(net_addr_is_private(&addr));
    }
    for (size_t i = 0; i < TW_COUNT(public); i++) {
        assert_true(net_addr_parse(public[i], 0, &addr));
        assert_false(net_addr_is_private(&addr));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(timers_fire_in_order_and_never_early, begin),
        cmocka_unit_test_setup(a_stopped_timer_stays_silent, begin),
        cmocka_unit_test_setup(a_step_ends_at_its_deadline_or_when_woken, begin),
        cmocka_unit_test_setup(a_step_past_its_deadline_still_does_what_is_due, begin),
        cmocka_unit_test(addresses_are_read_and_written),
        cmocka_unit_test(addresses_with_a_port),
        cmocka_unit_test(private_addresses_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
