/* Every dialect against scripted servers, each talk fed whole and in pieces of every small size. */
#include "dialog_talks.h"

static void play(const struct talk *t, size_t piece) {
    struct arena a;
    arena_init(&a);
    struct dialog *d = dialog_starttls(&a, t->s, "h.test");
    uint8_t room[4096];
    struct wr said = wr_init(room, sizeof room);
    assert_int_equal(dialog_begin(d, &said), DIALOG_GOES_ON);
    assert_said(wr_bytes(&said), t->begin, t->name);
    assert_int_equal(starttls_client_first(t->s), said.n > 0);

    enum dialog_status status = DIALOG_GOES_ON;
    size_t left = 0;
    for (size_t i = 0; i < MAX_TURNS && t->turn[i].server.n > 0 && status == DIALOG_GOES_ON; i++) {
        said.n = 0;
        status = feed(d, t->turn[i].server, piece, &said, &left);
        assert_said(wr_bytes(&said), t->turn[i].client, t->name);
    }
    if (status == DIALOG_GOES_ON) fail_msg("%s %s: no end", starttls_name(t->s), t->name);
    if (dialog_why(d) != t->end)
        fail_msg("%s %s: end %d (%s)", starttls_name(t->s), t->name, (int)dialog_why(d), dialog_line(d));
    assert_int_equal(status, t->end == DIALOG_NONE ? DIALOG_READY : DIALOG_FAILED);
    if (t->end == DIALOG_NONE) assert_int_equal(left, t->left);
    bool with_line = t->end != DIALOG_NONE && (piece > 1 || t->end != DIALOG_NOT_SPOKEN);
    if (with_line && !strstr(dialog_line(d), t->line))
        fail_msg("%s %s: line \"%s\"", starttls_name(t->s), t->name, dialog_line(d));
    if (t->waits) assert_int_equal(dialog_waits(d), t->waits);
    arena_done(&a);
}

static void test_talks(void **state) {
    (void)state;
    static const size_t pieces[] = {65536, 1, 2, 3, 5, 8, 13, 40};
    for (size_t i = 0; i < TW_COUNT(talks); i++)
        for (size_t k = 0; k < TW_COUNT(pieces); k++)
            if (k < 2 || talks[i].end != DIALOG_NOT_SPOKEN) play(&talks[i], pieces[k]);
}

/* What a flood leads to: an end, whatever the protocol. */
static void test_floods(void **state) {
    (void)state;
    static const char *const floods[] = {"220-x\r\n",
                                         "220-",
                                         "* OK\r\n",
                                         "+OK x\r\n",
                                         "\"A\"\r\n",
                                         "200 x",
                                         "<a b='c'>",
                                         "E\x7f\x7f\x7f\x7f",
                                         "\x30\x83\x01\x00\x00\x02\x01",
                                         " ",
                                         "\r\n",
                                         "\x0a\x0f"};
    for (unsigned s = STARTTLS_NONE + 1; s < STARTTLS__COUNT; s++)
        for (size_t i = 0; i < TW_COUNT(floods); i++) {
            struct arena a;
            arena_init(&a);
            struct dialog *d = dialog_starttls(&a, (enum starttls)s, "h");
            uint8_t room[DIALOG_MAX_OUT];
            struct wr out = wr_init(room, sizeof room);
            dialog_begin(d, &out);
            enum dialog_status status = DIALOG_GOES_ON;
            size_t fed = 0;
            while (status == DIALOG_GOES_ON) {
                out.n = 0;
                size_t used = 0;
                status = dialog_feed(d, bytes_str(floods[i]), &used, &out);
                fed += used;
                assert_true(fed <= DIALOG_MAX_BYTES + 1);
            }
            assert_true(a.used < 1 << 20);
            arena_done(&a);
        }
}

static void test_closed_and_silent(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    uint8_t room[DIALOG_MAX_OUT];
    struct wr out = wr_init(room, sizeof room);
    size_t used;

    struct dialog *d = dialog_starttls(&a, STARTTLS_SMTP, "h");
    dialog_begin(d, &out);
    dialog_silent(d);
    assert_int_equal(dialog_why(d), DIALOG_SILENT);
    assert_null(dialog_line(d));
    assert_int_equal(dialog_waits(d), 1);
    dialog_closed(d); /* the first end stays */
    assert_int_equal(dialog_why(d), DIALOG_SILENT);

    d = dialog_starttls(&a, STARTTLS_SMTP, "h");
    dialog_begin(d, &out);
    dialog_feed(d, bytes_str("220 mx\r\n250-half a rep"), &used, &out);
    dialog_closed(d);
    assert_int_equal(dialog_why(d), DIALOG_CLOSED);
    assert_string_equal(dialog_line(d), "250-half a rep");
    assert_int_equal(dialog_waits(d), 2);

    /* An error whose text never ends is still that error. */
    d = dialog_starttls(&a, STARTTLS_XMPP, "h");
    dialog_begin(d, &out);
    dialog_feed(d, bytes_str(XMPP_HELLO "<stream:error><system-shutdown/><text>bye"), &used, &out);
    dialog_closed(d);
    assert_int_equal(dialog_why(d), DIALOG_SERVICE_DOWN);
    assert_non_null(strstr(dialog_line(d), "bye"));
    arena_done(&a);
}

static void test_names_and_ports(void **state) {
    (void)state;
    for (unsigned s = STARTTLS_NONE + 1; s < STARTTLS__COUNT; s++) {
        enum starttls back = STARTTLS_NONE;
        assert_true(starttls_by_name(starttls_name((enum starttls)s), &back));
        assert_int_equal(back, s);
        assert_int_equal(starttls_of_port(starttls_port((enum starttls)s)), s);
        assert_null(implicit_tls_port(starttls_port((enum starttls)s)));
    }
    enum starttls none;
    assert_false(starttls_by_name("", &none));
    assert_false(starttls_by_name("http", &none));
    assert_string_equal(starttls_name(STARTTLS_NONE), "");
    assert_int_equal(starttls_of_port(587), STARTTLS_SMTP);
    assert_int_equal(starttls_of_port(443), STARTTLS_NONE);
    assert_int_equal(starttls_of_port(0), STARTTLS_NONE);
    assert_int_equal(starttls_port(STARTTLS_NONE), 0);
    assert_false(starttls_client_first(STARTTLS_NONE));
    assert_string_equal(implicit_tls_port(443), "HTTPS");
    assert_string_equal(implicit_tls_port(993), "IMAPS");
    assert_null(implicit_tls_port(80));
}

static void test_xmpp_escapes_the_host(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a);
    uint8_t room[DIALOG_MAX_OUT];
    struct wr out = wr_init(room, sizeof room - 1);
    dialog_begin(dialog_starttls(&a, STARTTLS_XMPP, "a'<&\">"), &out);
    room[out.n] = 0;
    assert_non_null(strstr((char *)room, "to='a&apos;&lt;&amp;&quot;&gt;'"));
    arena_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talks),
        cmocka_unit_test(test_floods),
        cmocka_unit_test(test_closed_and_silent),
        cmocka_unit_test(test_names_and_ports),
        cmocka_unit_test(test_xmpp_escapes_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
