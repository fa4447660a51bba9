/* The verdict's rules on constructed findings and handshakes. */
#include "../causes/fake.h"
#include "causes/clients.h"
#include "diagnose/session.h"
#include "probe/modern.h"

static const struct cause of_handshake = {.id = "of-handshake", .phase = PHASE_HANDSHAKE},
                          of_certificate = {.id = "of-certificate", .phase = PHASE_CERTIFICATE},
                          of_addresses = {.id = "of-addresses", .phase = PHASE_ADDRESSES},
                          of_name = {.id = "of-name", .phase = PHASE_NAME};

struct scene {
    struct fake f;
    struct session s;
    struct request r;
    struct plan own, other;
};

static const struct server healthy = {0}, failing = {.no_suites = true};

static void open_scene(struct scene *x, const struct server *s) {
    *x = (struct scene){0};
    fake_begin(&x->f, s, NULL);
    x->s = (struct session){.a = &x->f.a, .request = &x->r, .net = x->f.net, .prober = x->f.prober};
    x->s.resolved.n = 1;
    x->s.resolved.addr[0] = x->f.c.trial.to;
    x->f.c.resolved = &x->s.resolved;
    static struct clients nobody; /* whose judgement these made-up certificates would not stand */
    x->f.c.clients = &nobody;
    x->own.c = x->other.c = &x->f.c;
}

static void add(struct plan *p, const struct cause *c, enum certainty certainty) {
    p->found[p->n++] = (struct found){c, {.id = c->id, .certainty = certainty, .summary = "It may be so."}};
}

static const struct verdict *verdict(struct scene *x) {
    verdict_make(&x->s, &x->f.c, &x->own, NULL, NULL);
    return x->s.verdict;
}

static const struct {
    const char *name;
    const struct server *server;
    const struct cause *cause; /* NULL: nothing was found */
    enum certainty certainty;
    enum verdict_kind kind;
    int exit_status;
} rows[] = {
    {"healthy", &healthy, NULL, CERTAINTY_NONE, VERDICT_OK, 0},
    {"fails, cause proven", &failing, &of_handshake, CERTAINTY_PROVEN, VERDICT_FAIL, 1},
    {"fails, cause likely", &failing, &of_handshake, CERTAINTY_LIKELY, VERDICT_FAIL, 1},
    {"fails, cause possible", &failing, &of_handshake, CERTAINTY_POSSIBLE, VERDICT_UNDETERMINED, 3},
    {"fails, no cause", &failing, NULL, CERTAINTY_NONE, VERDICT_UNDETERMINED, 3},
    {"certificate at fault", &healthy, &of_certificate, CERTAINTY_PROVEN, VERDICT_FAIL, 1},
    {"another address fails", &healthy, &of_addresses, CERTAINTY_PROVEN, VERDICT_PARTIAL, 1},
    {"fails, and at another address too", &failing, &of_addresses, CERTAINTY_PROVEN, VERDICT_FAIL, 1},
};

static void test_the_kinds(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct scene x;
        open_scene(&x, rows[i].server);
        if (rows[i].cause) add(&x.own, rows[i].cause, rows[i].certainty);
        const struct verdict *v = verdict(&x);
        if (v->kind != rows[i].kind) fail_msg("%s: %s", rows[i].name, verdict_name(v->kind));
        assert_int_equal(v->exit_status, rows[i].exit_status);
        /* causes are empty exactly where the verdict is ok or undetermined */
        assert_int_equal(v->n_findings == 0, v->kind == VERDICT_OK || v->kind == VERDICT_UNDETERMINED);
        assert_int_equal(v->seen && v->next_step, v->kind == VERDICT_UNDETERMINED);
        assert_string_equal(v->address, "192.0.2.1");
        assert_string_equal(v->servername, "good.test");
        assert_int_equal(v->n_addresses, 1);
        assert_int_equal(v->n_clients, 1);
        bool well = v->kind == VERDICT_OK || v->kind == VERDICT_PARTIAL;
        assert_int_equal(strcmp(v->addresses[0].outcome, "ok") == 0, well);
        assert_int_equal(v->addresses[0].cause == NULL, well || v->n_findings == 0);
        fake_done(&x.f);
    }
}

static void test_possible_causes_are_what_remains(void **state) {
    (void)state;
    struct scene x;
    open_scene(&x, &failing);
    add(&x.own, &of_handshake, CERTAINTY_POSSIBLE);
    add(&x.own, &of_certificate, CERTAINTY_POSSIBLE);
    const struct verdict *v = verdict(&x);
    assert_string_equal(v->next_step, "Possible, but not decided: It may be so. It may be so.");
    assert_string_equal(v->seen, "The handshake of a current client with 192.0.2.1 port 443 got: the alert "
                                 "handshake_failure (40) from the server.");
    fake_done(&x.f);
    open_scene(&x, &failing); /* beside a solid one they are said as causes */
    add(&x.own, &of_handshake, CERTAINTY_PROVEN);
    add(&x.own, &of_certificate, CERTAINTY_POSSIBLE);
    assert_int_equal(verdict(&x)->n_findings, 2);
    fake_done(&x.f);
}

static void test_starving_is_said(void **state) {
    (void)state;
    struct scene x;
    open_scene(&x, &failing);
    x.f.c.starved = true;
    assert_non_null(strstr(verdict(&x)->next_step, "--max-connections"));
    fake_done(&x.f);
}

/* A bent client that connects where `modern` does not: partial, with the cause of modern. */
static void test_the_other_client(void **state) {
    (void)state;
    struct scene x;
    open_scene(&x, &healthy);
    struct fake m;
    fake_begin(&m, &failing, NULL);
    add(&x.other, &of_handshake, CERTAINTY_PROVEN);
    verdict_make(&x.s, &x.f.c, &x.own, &m.c, &x.other);
    const struct verdict *v = x.s.verdict;
    assert_int_equal(v->kind, VERDICT_PARTIAL);
    assert_string_equal(v->findings[0].id, "of-handshake");
    assert_string_equal(v->addresses[0].outcome, "ok");
    assert_string_equal(v->clients[0].outcome, "alert handshake_failure");
    assert_string_equal(v->clients[0].cause, "of-handshake");
    x.other.n = 0; /* and where nobody knows why: this client connects, and the other one is told of */
    verdict_make(&x.s, &x.f.c, &x.own, &m.c, &x.other);
    v = x.s.verdict;
    assert_int_equal(v->kind, VERDICT_OK);
    assert_int_equal(v->exit_status, 0);
    assert_string_equal(v->notes[0].id, "client-fails");
    assert_non_null(strstr(v->notes[0].summary, "modern"));
    fake_done(&m);
    fake_done(&x.f);
}

static void test_other_addresses(void **state) {
    (void)state;
    struct scene x;
    open_scene(&x, &healthy);
    struct fake bad;
    fake_begin(&bad, &(struct server){.down = true}, NULL);
    x.s.resolved.n = 3;
    assert_true(net_addr_parse("2001:db8::1", 443, &x.s.resolved.addr[1]));
    assert_true(net_addr_parse("192.0.2.3", 443, &x.s.resolved.addr[2]));
    x.f.c.others[1] = bad.c.base;
    add(&x.own, &of_addresses, CERTAINTY_PROVEN);
    const struct verdict *v = verdict(&x);
    assert_int_equal(v->n_addresses, 3);
    static const struct address_outcome want[] = {{"192.0.2.1", "ok", NULL},
                                                  {"2001:db8::1", "connection refused", "of-addresses"},
                                                  {"192.0.2.3", "not tried", "of-addresses"}};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(v->addresses[i].address, want[i].address);
        assert_string_equal(v->addresses[i].outcome, want[i].outcome);
        assert_int_equal(v->addresses[i].cause != NULL, want[i].cause != NULL);
        if (want[i].cause) assert_string_equal(v->addresses[i].cause, want[i].cause);
    }
    fake_done(&bad);
    fake_done(&x.f);
}

/* The certificate is refused, and no cause says why: neither ok nor a failure of the handshake. */
static void test_a_certificate_that_is_not_accepted(void **state) {
    (void)state;
    static const struct {
        bool judged, fits;
        enum verdict_kind kind;
    } certs[] = {
        {true, true, VERDICT_OK}, {true, false, VERDICT_UNDETERMINED}, {false, true, VERDICT_UNDETERMINED}};
    for (size_t i = 0; i < TW_COUNT(certs); i++) {
        struct scene x;
        open_scene(&x, &healthy);
        struct cert_info info = {0};
        x.f.c.cert_facts = x.f.c.main;
        x.f.c.info = &info;
        x.f.c.n_sent = x.f.c.n_info = 1;
        x.f.c.judged.ok = certs[i].judged;
        x.f.c.fits_host = certs[i].fits;
        if (!certs[i].judged) x.f.c.judged.problems[x.f.c.judged.n_problems++].kind = PKI_PROBLEM_POLICY;
        const struct verdict *v = verdict(&x);
        assert_int_equal(v->kind, certs[i].kind);
        assert_string_equal(v->clients[0].outcome, v->kind == VERDICT_OK ? "ok" : "certificate refused");
        assert_int_equal(v->n_paths, 1);
        assert_int_equal(v->paths[0].valid, v->kind == VERDICT_OK);
        assert_int_equal(v->paths[0].n_problems, v->kind == VERDICT_OK ? 0 : 1);
        fake_done(&x.f);
    }
}

static void test_notes(void **state) {
    (void)state;
    static const struct {
        int64_t left;
        bool noted;
    } expiry[] = {{86400, true}, {14 * 86400 - 1, true}, {14 * 86400, false}, {-1, false}};
    for (size_t i = 0; i < TW_COUNT(expiry); i++) {
        struct scene x;
        open_scene(&x, &healthy);
        struct cert_info info[2] = {
            {.parsed = true, .not_after = x.f.c.now + expiry[i].left},
            {.parsed = true, .self_signed = true, .subject = (char *)(uintptr_t) "CN=Root"}};
        x.f.c.cert_facts = x.f.c.main;
        x.f.c.info = info;
        x.f.c.n_sent = x.f.c.n_info = 2;
        x.f.c.judged.ok = x.f.c.fits_host = true;
        const struct verdict *v = verdict(&x);
        assert_int_equal(v->kind, VERDICT_OK); /* notes break nobody */
        assert_int_equal(v->n_notes, expiry[i].noted ? 2 : 1);
        assert_string_equal(v->notes[0].id, expiry[i].noted ? "cert-expires-soon" : "chain-needless-root");
        fake_done(&x.f);
    }
}

static void test_no_address(void **state) {
    (void)state;
    struct scene x;
    open_scene(&x, &healthy);
    x.s.resolved.n = 0;
    verdict_of_name(&x.s, &x.own);
    assert_int_equal(x.s.verdict->kind, VERDICT_UNDETERMINED);
    assert_int_equal(x.s.verdict->exit_status, 3);
    add(&x.own, &of_name, CERTAINTY_PROVEN);
    verdict_of_name(&x.s, &x.own);
    assert_int_equal(x.s.verdict->kind, VERDICT_FAIL);
    assert_string_equal(x.s.verdict->clients[0].cause, "of-name");
    assert_null(x.s.verdict->main);
    assert_int_equal(x.s.verdict->n_addresses, 0);
    fake_done(&x.f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_kinds),
        cmocka_unit_test(test_possible_causes_are_what_remains),
        cmocka_unit_test(test_starving_is_said),
        cmocka_unit_test(test_the_other_client),
        cmocka_unit_test(test_other_addresses),
        cmocka_unit_test(test_a_certificate_that_is_not_accepted),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
