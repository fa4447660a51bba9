#include "loopback.h"

#include "net/hosts.h"

static const char file[] = "# a comment with www.lab.example in it\n"
                           "127.0.0.1\tlocalhost\n"
                           "\n"
                           "  192.0.2.7  Other.lab.example\tWWW.Lab.Example # www.none.example\n"
                           "192.0.2.7 www.lab.example\r\n"
                           "not.an.address www.lab.example\n"
                           "192.0.2.8 www.lab.example.org\n"
                           "2001:db8::7 www.lab.example#x\n"
                           "192.0.2.9 last.lab.example";

static struct resolved find(const char *host, int family, unsigned line) {
    struct resolved r;
    unsigned found = 0;
    assert_int_equal(hosts_find(bytes_str(file), host, 443, family, &r, &found), line > 0);
    assert_int_equal(found, line);
    assert_int_equal(r.status, line > 0 ? RESOLVE_OK : RESOLVE_NO_NAME);
    return r;
}

static void assert_addr(const struct resolved *r, size_t i, const char *text) {
    struct arena a;
    arena_init(&a);
    assert_true(i < r->n);
    assert_string_equal(net_addr_text(&a, &r->addr[i]), text);
    assert_int_equal(net_addr_port(&r->addr[i]), 443);
    arena_done(&a);
}

static void names_are_found_with_their_line(void **state) {
    (void)state;
    struct resolved r = find("www.lab.example", AF_UNSPEC, 4);
    assert_int_equal(r.n, 2); /* each once */
    assert_addr(&r, 0, "192.0.2.7");
    assert_addr(&r, 1, "2001:db8::7");
    r = find("www.lab.example.", AF_INET6, 8);
    assert_int_equal(r.n, 1);
    r = find("last.lab.example", AF_INET, 9); /* the last line has no end */
    assert_addr(&r, 0, "192.0.2.9");
}

static void nothing_else_is(void **state) {
    (void)state;
    (void)find("lab.example", AF_UNSPEC, 0);
    (void)find("www.none.example", AF_UNSPEC, 0); /* a comment */
    (void)find("last.lab.example", AF_INET6, 0);  /* the other family */
    (void)find("192.0.2.8", AF_UNSPEC, 0);        /* an address is no name */
    (void)find("", AF_UNSPEC, 0);
    struct resolved r;
    unsigned line;
    assert_false(hosts_find((struct bytes){0}, "www.lab.example", 443, AF_UNSPEC, &r, &line));
}

static void addresses_are_compared_with_their_port(void **state) {
    (void)state;
    struct net_addr a = {0}, b = {0};
    assert_true(net_addr_parse("192.0.2.7", 443, &a) && net_addr_parse("192.0.2.7", 443, &b));
    assert_true(net_addr_same(&a, &b));
    net_addr_set_port(&b, 444);
    assert_false(net_addr_same(&a, &b));
    assert_true(net_addr_parse("::ffff:192.0.2.7", 443, &b));
    assert_false(net_addr_same(&a, &b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_with_their_line),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(addresses_are_compared_with_their_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
