/* The published traces of RFC 8448: the engine plays their client with the published private keys and must
 * say the very bytes that stand there. */
#include "play.h"
#include "rfc8448.h"

static void begin(struct play *p, const struct rfc8448 *trace) {
    play_init(p);
    struct bytes hello = from_hex(&p->a, trace->hello);
    struct rd r;
    struct hello_view v;
    rd_init(&r, hello);
    assert_true(hello_view(&r, &v));
    assert_true(hello_from_bytes(hello, &p->hello));
    memcpy(p->hello.random, v.random.p, v.random.n);
    if (v.session_id.n) memcpy(p->hello.session_id, v.session_id.p, v.session_id.n);
    p->hello.session_id_n = (uint8_t)v.session_id.n;
    p->hello.record_version = TLS_1_0;
    play_set_key(p, GROUP_X25519, kx_from_private(GROUP_X25519, from_hex(&p->a, trace->private_x25519)));
    if (trace->private_p256)
        play_set_key(p, GROUP_SECP256R1,
                     kx_from_private(GROUP_SECP256R1, from_hex(&p->a, trace->private_p256)));
}

/* The second hello of the trace has the cookie before psk_key_exchange_modes, and padding. */
static void shape_retry(struct play *p) {
    struct hello *h = &p->hello;
    for (size_t i = 0; i < h->n_ext; i++) {
        if (h->ext[i].type != EXT_PSK_KEY_EXCHANGE_MODES) continue;
        memmove(&h->ext[i + 1], &h->ext[i], (h->n_ext - i) * sizeof(h->ext[0]));
        h->ext[i] = (struct hello_ext){.type = EXT_COOKIE};
        h->n_ext++;
        break;
    }
    hello_add_ext(h, EXT_PADDING);
}

static void begin_all(struct play *p, const struct rfc8448 *trace) {
    begin(p, trace);
    if (trace->server_retry) shape_retry(p);
    play_start(p);
}

static struct bytes join(struct arena *a, struct bytes x, struct bytes y, struct bytes z) {
    struct text t;
    text_init(&t, a);
    text_add_n(&t, (const char *)x.p, x.n);
    text_add_n(&t, (const char *)y.p, y.n);
    text_add_n(&t, (const char *)z.p, z.n);
    return bytes_of(t.s, t.n);
}

static struct bytes server_bytes(struct play *p, const struct rfc8448 *trace) {
    return join(&p->a, from_hex(&p->a, trace->server_retry), from_hex(&p->a, trace->server),
                (struct bytes){0});
}

static struct bytes client_bytes(struct play *p, const struct rfc8448 *trace) {
    struct bytes hello = from_hex(&p->a, trace->hello);
    uint8_t room[HELLO_MAX_BYTES];
    struct wr w = wr_init(room, sizeof(room));
    record_write(&w, CT_HANDSHAKE, TLS_1_0, hello);
    return join(&p->a, wr_bytes(&w), from_hex(&p->a, trace->hello_again), from_hex(&p->a, trace->client));
}

static void assert_same(struct arena *a, struct bytes got, struct bytes want) {
    assert_string_equal(text_hex(a, got), text_hex(a, want));
}

static void test_client_says_what_the_rfc_says(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rfc8448_traces); i++) {
        const struct rfc8448 *trace = &rfc8448_traces[i];
        struct play p;
        begin_all(&p, trace);
        play_feed(&p, server_bytes(&p, trace), 0);
        if (p.t->result != RESULT_DONE) fail_msg("%s: %s", trace->name, p.t->place ? p.t->place : "not done");
        assert_true(p.t->finished);
        assert_int_equal(p.t->version, TLS_1_3);
        assert_int_equal(p.t->suite, 0x1301);
        assert_int_equal(p.t->hrr, trace->server_retry != NULL);
        assert_int_equal(p.t->certificate_requested, strcmp(trace->name, "client_auth") == 0);
        if (trace->client) assert_same(&p.a, play_sent(&p), client_bytes(&p, trace));
        play_done(&p);
    }
}

static void test_data_and_tickets_after_finished(void **state) {
    (void)state;
    const struct rfc8448 *trace = &rfc8448_traces[0];
    struct play p;
    begin_all(&p, trace);
    play_feed(&p, server_bytes(&p, trace), 0);
    assert_true(engine_over(p.e) && engine_open(p.e));
    uint8_t data[50];
    for (uint8_t i = 0; i < sizeof(data); i++) data[i] = i;
    engine_write_app(p.e, bytes_of(data, sizeof(data)), 1);
    engine_close(p.e, 2);
    play_feed(&p, from_hex(&p.a, trace->server_after), 0);
    assert_same(&p.a, play_sent(&p),
                join(&p.a, client_bytes(&p, trace), from_hex(&p.a, trace->client_after), (struct bytes){0}));
    assert_int_equal(p.t->result, RESULT_DONE);
    assert_int_equal(p.t->stage, STAGE_APPLICATION);
    assert_false(engine_open(p.e)); /* close_notify came */
    assert_non_null(transcript_find(p.t, SIDE_SERVER, HS_NEW_SESSION_TICKET));
    const struct msg *m = p.t->first;
    while (m && !(m->from == SIDE_SERVER && m->kind == MSG_APP)) m = m->next;
    assert_non_null(m);
    assert_same(&p.a, m->body, bytes_of(data, sizeof(data)));
    play_done(&p);
}

static void test_pieces_give_the_same_transcript(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(rfc8448_traces); i++) {
        struct play whole, pieces;
        begin_all(&whole, &rfc8448_traces[i]);
        begin_all(&pieces, &rfc8448_traces[i]);
        play_feed(&whole, server_bytes(&whole, &rfc8448_traces[i]), 0);
        play_feed(&pieces, server_bytes(&pieces, &rfc8448_traces[i]), 1);
        assert_string_equal(play_summary(&whole), play_summary(&pieces));
        play_done(&whole);
        play_done(&pieces);
    }
}

static enum stage stage_before(enum stage s) {
    return s < STAGE_SERVER_HELLO ? STAGE_SERVER_HELLO : s;
}

static void test_each_truncation_is_a_close_with_its_stage(void **state) {
    (void)state;
    const struct rfc8448 *trace = &rfc8448_traces[0];
    struct play p;
    begin(&p, trace);
    size_t n = server_bytes(&p, trace).n;
    arena_done(&p.a);
    kx_free(p.kx[0]);
    enum stage last = STAGE_SERVER_HELLO;
    for (size_t cut = 0; cut < n; cut++) {
        begin_all(&p, trace);
        play_feed(&p, bytes_cut(server_bytes(&p, trace), 0, cut), 0);
        engine_eof(p.e, 9);
        assert_int_equal(p.t->result, RESULT_PEER_FIN);
        assert_true(p.t->stage >= stage_before(last));
        assert_int_equal(p.t->violation, VIOLATION_NONE);
        bool amid = cut != 0 && cut != 95; /* between records there is no broken one to tell of */
        assert_int_equal(p.t->place != NULL, amid);
        last = p.t->stage;
        play_done(&p);
    }
    assert_int_equal(last, STAGE_CERTIFICATE); /* one record holds the whole flight */
}

static void test_each_flipped_byte_is_found(void **state) {
    (void)state;
    const struct rfc8448 *trace = &rfc8448_traces[0];
    struct play p;
    begin(&p, trace);
    size_t n = server_bytes(&p, trace).n;
    arena_done(&p.a);
    kx_free(p.kx[0]);
    for (size_t at = 95; at < n; at += 7) { /* after the ServerHello: its bytes are another test's */
        begin_all(&p, trace);
        struct bytes in = server_bytes(&p, trace);
        uint8_t *copy = arena_alloc(&p.a, in.n);
        memcpy(copy, in.p, in.n);
        copy[at] ^= 0x01;
        play_feed(&p, bytes_of(copy, in.n), 0);
        engine_eof(p.e, 9);
        assert_int_not_equal(p.t->result, RESULT_DONE);
        assert_false(p.t->finished);
        play_done(&p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_says_what_the_rfc_says),
        cmocka_unit_test(test_data_and_tickets_after_finished),
        cmocka_unit_test(test_pieces_give_the_same_transcript),
        cmocka_unit_test(test_each_truncation_is_a_close_with_its_stage),
        cmocka_unit_test(test_each_flipped_byte_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
