/* The order tables against the RFCs: the legal message sequences are derived a second time, from the figures
 * as the RFCs draw them, and compared with every path through the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/order.h"

enum { MAX_PATHS = 4096, MAX_STEPS = 16 };

/* All sequences, each a string of message names. */
struct paths {
    char *path[MAX_PATHS];
    size_t n;
};

static void add_path(struct arena *a, struct paths *p, const char *text) {
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->path[i], text) == 0) return;
    assert_true(p->n < MAX_PATHS);
    p->path[p->n++] = arena_strdup(a, text);
}

/* One place of a figure: a message that must stand there, may, or may not. */
enum rule { ABSENT, MAY, MUST };
struct place {
    unsigned type;
    enum rule rule;
    unsigned or_type; /* another message for the same place; 0 none */
};

static void walk_figure(struct arena *a, struct paths *p, const struct place *f, size_t n,
                        const char *so_far) {
    if (n == 0) {
        add_path(a, p, so_far);
        return;
    }
    if (f->rule != MUST) walk_figure(a, p, f + 1, n - 1, so_far);
    if (f->rule == ABSENT) return;
    walk_figure(a, p, f + 1, n - 1, text_f(a, "%s %s", so_far, order_name(f->type)));
    if (f->or_type) walk_figure(a, p, f + 1, n - 1, text_f(a, "%s %s", so_far, order_name(f->or_type)));
}

/* RFC 8446 appendix A.1: START, WAIT_SH, WAIT_EE, WAIT_CERT_CR or (PSK) WAIT_FINISHED, WAIT_CV, CONNECTED. */
static void figure_13(struct arena *a, struct paths *p, unsigned flags) {
    enum rule cert = flags & ORDER_RESUMED ? ABSENT : MUST;
    enum rule request = flags & ORDER_RESUMED ? ABSENT : MAY;
    struct place f[] = {
        {ORDER_HELLO_RETRY, flags & ORDER_OFFERED_13 ? MAY : ABSENT, 0},
        {ORDER_SERVER_HELLO_13, MUST, 0},
        {HS_ENCRYPTED_EXTENSIONS, MUST, 0},
        {HS_CERTIFICATE_REQUEST, request, 0},
        {HS_CERTIFICATE, cert, flags & ORDER_COMPRESSED ? HS_COMPRESSED_CERTIFICATE : 0},
        {HS_CERTIFICATE_VERIFY, cert, 0},
        {HS_FINISHED, MUST, 0},
    };
    walk_figure(a, p, f, TW_COUNT(f), "");
}

/* RFC 5246 7.3 figures 1 and 2; 7.4.3: ServerKeyExchange for ephemeral and anonymous suites; 7.4.4: no
 * CertificateRequest by an anonymous server; RFC 6066 8: CertificateStatus right after Certificate; RFC 5077
 * 3.3: NewSessionTicket right before ChangeCipherSpec. */
static void figure_12(struct arena *a, struct paths *p, unsigned flags) {
    bool full = !(flags & ORDER_RESUMED), cert = full && (flags & ORDER_CERT);
    enum rule kx = !full ? ABSENT : flags & ORDER_KX ? MUST : flags & ORDER_KX_OPTIONAL ? MAY : ABSENT;
    struct place f[] = {
        {ORDER_SERVER_HELLO_12, MUST, 0},
        {HS_CERTIFICATE, cert ? MUST : ABSENT, 0},
        {HS_CERTIFICATE_STATUS, cert && (flags & ORDER_STATUS) ? MAY : ABSENT, 0},
        {HS_SERVER_KEY_EXCHANGE, kx, 0},
        {HS_CERTIFICATE_REQUEST, cert ? MAY : ABSENT, 0},
        {HS_SERVER_HELLO_DONE, full ? MUST : ABSENT, 0},
        {HS_NEW_SESSION_TICKET, flags & ORDER_TICKET ? MAY : ABSENT, 0},
        {ORDER_CCS, MUST, 0},
        {HS_FINISHED, MUST, 0},
    };
    walk_figure(a, p, f, TW_COUNT(f), "");
}

/* Every path through the tables that ends in `end`. */
static void walk_table(struct arena *a, struct paths *p, enum eng_state s, unsigned flags, enum eng_state end,
                       const char *so_far, unsigned steps) {
    if (s == end) {
        add_path(a, p, so_far);
        return;
    }
    if (s == ST13_OPEN || s == ST12_OPEN) return; /* the other version's end */
    assert_true(steps < MAX_STEPS);
    size_t n;
    const struct order_row *rows = order_table(&n);
    for (size_t i = 0; i < n; i++)
        if (rows[i].state == s && order_find(s, rows[i].type, flags) == &rows[i])
            walk_table(a, p, rows[i].next, flags, end, text_f(a, "%s %s", so_far, order_name(rows[i].type)),
                       steps + 1);
}

static bool has_path(const struct paths *p, const char *text) {
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->path[i], text) == 0) return true;
    return false;
}

static void compare(const struct paths *figure, const struct paths *table, unsigned flags) {
    for (size_t i = 0; i < figure->n; i++)
        if (!has_path(table, figure->path[i]))
            fail_msg("flags %x: not in the table:%s", flags, figure->path[i]);
    for (size_t i = 0; i < table->n; i++)
        if (!has_path(figure, table->path[i])) fail_msg("flags %x: not in the RFC:%s", flags, table->path[i]);
    assert_true(figure->n > 0);
}

typedef void figure(struct arena *a, struct paths *p, unsigned flags);

static void check(figure *draw, enum eng_state end, unsigned flags) {
    struct arena a;
    arena_init(&a);
    struct paths *drawn = ARENA_NEW(&a, struct paths), *walked = ARENA_NEW(&a, struct paths);
    draw(&a, drawn, flags);
    walk_table(&a, walked, ST_HELLO, flags, end, "", 0);
    compare(drawn, walked, flags);
    arena_done(&a);
}

static void test_orders_of_13(void **state) {
    (void)state;
    static const unsigned flags[] = {ORDER_OFFERED_13, ORDER_COMPRESSED, ORDER_POST_AUTH};
    for (unsigned bits = 0; bits < 1u << TW_COUNT(flags); bits++) {
        unsigned f = 0;
        for (size_t i = 0; i < TW_COUNT(flags); i++)
            if (bits & 1u << i) f |= flags[i];
        check(figure_13, ST13_OPEN, f);
    }
}

static void test_orders_of_12(void **state) {
    (void)state;
    static const unsigned flags[] = {ORDER_CERT, ORDER_KX, ORDER_STATUS, ORDER_TICKET};
    for (unsigned bits = 0; bits < 1u << TW_COUNT(flags); bits++) {
        unsigned f = 0;
        for (size_t i = 0; i < TW_COUNT(flags); i++)
            if (bits & 1u << i) f |= flags[i];
        /* A suite without certificate always has a ServerKeyExchange. */
        if (!(f & ORDER_CERT) && !(f & ORDER_KX)) continue;
        check(figure_12, ST12_OPEN, f);
    }
    check(figure_12, ST12_OPEN, ORDER_CERT | ORDER_KX_OPTIONAL | ORDER_TICKET);
}

static void test_resumed_orders_have_their_place(void **state) {
    (void)state;
    check(figure_13, ST13_OPEN, ORDER_OFFERED_13 | ORDER_RESUMED);
    check(figure_12, ST12_OPEN, ORDER_RESUMED | ORDER_CERT | ORDER_KX);
    check(figure_12, ST12_OPEN, ORDER_RESUMED | ORDER_CERT | ORDER_TICKET);
}

static void test_no_state_has_two_rows_for_one_message(void **state) {
    (void)state;
    size_t n;
    const struct order_row *rows = order_table(&n);
    for (unsigned flags = 0; flags < ORDER_KX_OPTIONAL * 2; flags++) {
        if ((flags & ORDER_KX) && (flags & ORDER_KX_OPTIONAL)) continue; /* never both */
        for (size_t i = 0; i < n; i++) {
            bool holds = (flags & rows[i].when) == rows[i].when && !(flags & rows[i].unless);
            if (holds) assert_ptr_equal(order_find(rows[i].state, rows[i].type, flags), &rows[i]);
        }
    }
}

static void test_what_was_expected_is_told_from_the_table(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_string_equal(order_expected(&a, ST13_CERT_OR_REQUEST, 0), "Certificate or CertificateRequest");
    assert_string_equal(order_expected(&a, ST_HELLO, ORDER_OFFERED_13), "HelloRetryRequest or ServerHello");
    assert_string_equal(order_expected(&a, ST_HELLO, 0), "ServerHello");
    assert_string_equal(order_expected(&a, ST_HELLO_RETRIED, ORDER_OFFERED_13), "ServerHello");
    assert_string_equal(order_expected(&a, ST12_AFTER_KX, ORDER_KX), "ServerHelloDone");
    assert_string_equal(order_expected(&a, ST12_TICKET_OR_CCS, 0), "ChangeCipherSpec");
    arena_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders_of_13),
        cmocka_unit_test(test_orders_of_12),
        cmocka_unit_test(test_resumed_orders_have_their_place),
        cmocka_unit_test(test_no_state_has_two_rows_for_one_message),
        cmocka_unit_test(test_what_was_expected_is_told_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
