/* What constructed transcripts mean, and how it is said. */
#include "../crypto/crypto_test.h"

#include "facts/facts.h"

#include <errno.h>

/* One ending of a handshake, and the facts that it makes. */
struct row {
    const char *name;
    struct transcript t; /* messages apart */
    enum reached reached;
    bool good, no_server_hello, silent, has_alert;
    const char *outcome, *word;
};

static const struct row rows[] = {
    {.name = "refused port",
     .t = {.result = RESULT_CONNECT_FAILED, .stage = STAGE_CONNECT, .sys_errno = ECONNREFUSED},
     .reached = REACHED_NOTHING,
     .outcome = "the connection was refused",
     .word = "connection refused"},
    {.name = "connect timeout",
     .t = {.result = RESULT_CONNECT_FAILED, .stage = STAGE_CONNECT, .sys_errno = ETIMEDOUT},
     .reached = REACHED_NOTHING,
     .outcome = "nobody answered the connection request",
     .word = "connect timeout"},
    {.name = "no route",
     .t = {.result = RESULT_CONNECT_FAILED, .stage = STAGE_CONNECT, .sys_errno = EHOSTUNREACH},
     .reached = REACHED_NOTHING,
     .outcome = "there is no route to the host",
     .word = "unreachable"},
    {.name = "odd errno",
     .t = {.result = RESULT_CONNECT_FAILED, .stage = STAGE_CONNECT, .sys_errno = EPERM},
     .reached = REACHED_NOTHING,
     .outcome = "the connection could not be made",
     .word = "unreachable"},
    {.name = "no STARTTLS",
     .t = {.result = RESULT_STARTTLS_FAILED,
           .stage = STAGE_STARTTLS,
           .connected = true,
           .dialog = DIALOG_NOT_OFFERED},
     .reached = REACHED_TCP,
     .outcome = "the service does not offer STARTTLS",
     .word = "starttls failed"},
    {.name = "STARTTLS refused",
     .t = {.result = RESULT_STARTTLS_FAILED,
           .stage = STAGE_STARTTLS,
           .connected = true,
           .dialog = DIALOG_REFUSED,
           .dialog_line = "454 later"},
     .reached = REACHED_TCP,
     .outcome = "the service refused STARTTLS (\"454 later\")",
     .word = "starttls failed"},
    {.name = "proxy wants a password",
     .t = {.result = RESULT_PROXY_FAILED, .stage = STAGE_CONNECT, .dialog = DIALOG_PROXY_AUTH},
     .reached = REACHED_NOTHING,
     .outcome = "the proxy asks for credentials",
     .word = "proxy failed"},
    {.name = "closed at once",
     .t = {.result = RESULT_PEER_FIN, .stage = STAGE_SERVER_HELLO, .connected = true},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .outcome = "the connection was closed without a word",
     .word = "closed"},
    {.name = "reset at once",
     .t = {.result = RESULT_PEER_RST, .stage = STAGE_SERVER_HELLO, .connected = true},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .outcome = "the connection was reset",
     .word = "reset"},
    {.name = "silence",
     .t = {.result = RESULT_TIMEOUT,
           .stage = STAGE_SERVER_HELLO,
           .connected = true,
           .connect_ns = 20000000,
           .end_ns = 10020000000},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .silent = true,
     .outcome = "silence for 10 seconds",
     .word = "timeout"},
    {.name = "one second",
     .t = {.result = RESULT_TIMEOUT, .stage = STAGE_SERVER_HELLO, .connected = true, .end_ns = 1000000000},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .silent = true,
     .outcome = "silence for 1 second",
     .word = "timeout"},
    {.name = "silence in the middle",
     .t = {.result = RESULT_TIMEOUT,
           .stage = STAGE_KEY_EXCHANGE,
           .connected = true,
           .version = TLS_1_2,
           .first_bytes = {(const uint8_t *)"\x16\x03", 2},
           .end_ns = 100000},
     .reached = REACHED_SERVER_HELLO,
     .outcome = "silence",
     .word = "timeout"},
    {.name = "alert",
     .t = {.result = RESULT_PEER_ALERT,
           .stage = STAGE_SERVER_HELLO,
           .connected = true,
           .peer_alert = ALERT_HANDSHAKE_FAILURE,
           .peer_alert_level = 2},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .has_alert = true,
     .outcome = "the alert handshake_failure (40) from the server",
     .word = "alert handshake_failure"},
    {.name = "alert at the client's certificate",
     .t = {.result = RESULT_PEER_ALERT,
           .stage = STAGE_FINISHED,
           .connected = true,
           .peer_alert = ALERT_BAD_CERTIFICATE,
           .peer_alert_level = 2},
     .reached = REACHED_FLIGHT,
     .has_alert = true,
     .outcome = "the alert bad_certificate (42) from the server",
     .word = "alert bad_certificate"},
    {.name = "late alert",
     .t = {.result = RESULT_PEER_ALERT,
           .stage = STAGE_APPLICATION,
           .connected = true,
           .peer_alert = ALERT_CERTIFICATE_REQUIRED,
           .peer_alert_level = 2},
     .reached = REACHED_FINISHED,
     .has_alert = true,
     .outcome = "the alert certificate_required (116) from the server after the handshake",
     .word = "alert certificate_required"},
    {.name = "plain HTTP",
     .t = {.result = RESULT_NOT_TLS,
           .stage = STAGE_SERVER_HELLO,
           .connected = true,
           .port = 443,
           .first_bytes = {(const uint8_t *)"HTTP/1.1 400 Bad Request\r\n", 26}},
     .reached = REACHED_TLS,
     .outcome = "an answer in plain HTTP instead of TLS",
     .word = "not TLS"},
    {.name = "gibberish",
     .t = {.result = RESULT_NOT_TLS,
           .stage = STAGE_SERVER_HELLO,
           .connected = true,
           .port = 443,
           .first_bytes = {(const uint8_t *)"\x01\x02xyz", 5}},
     .reached = REACHED_TLS,
     .outcome = "an answer that is not TLS: \"\\x01\\x02xyz\"",
     .word = "not TLS"},
    {.name = "too old for the client",
     .t = {.result = RESULT_REFUSED,
           .stage = STAGE_SERVER_HELLO,
           .connected = true,
           .refusal = REFUSAL_VERSION,
           .version = TLS_1_0},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .outcome = "the server chose TLS 1.0, and the client stopped",
     .word = "refused by the client"},
    {.name = "small DH",
     .t = {.result = RESULT_REFUSED,
           .stage = STAGE_KEY_EXCHANGE,
           .connected = true,
           .refusal = REFUSAL_DH_SMALL,
           .version = TLS_1_2},
     .reached = REACHED_SERVER_HELLO,
     .outcome = "the client stopped at a Diffie-Hellman group that is too small",
     .word = "refused by the client"},
    {.name = "malformed",
     .t = {.result = RESULT_VIOLATION,
           .stage = STAGE_SERVER_HELLO,
           .connected = true,
           .violation = VIOLATION_MALFORMED,
           .place = "extensions of ServerHello at byte 43"},
     .reached = REACHED_TLS,
     .no_server_hello = true,
     .outcome = "a malformed message of the server (extensions of ServerHello at byte 43)",
     .word = "protocol violation"},
    {.name = "bad signature",
     .t = {.result = RESULT_VIOLATION,
           .stage = STAGE_KEY_EXCHANGE,
           .connected = true,
           .violation = VIOLATION_BAD_SIGNATURE,
           .version = TLS_1_2},
     .reached = REACHED_SERVER_HELLO,
     .outcome = "a handshake signature that does not verify",
     .word = "protocol violation"},
    {.name = "done",
     .t = {.result = RESULT_DONE,
           .stage = STAGE_APPLICATION,
           .connected = true,
           .version = TLS_1_3,
           .suite = 0x1301},
     .reached = REACHED_AIM,
     .good = true,
     .outcome = "the handshake goes through (TLS 1.3, TLS_AES_128_GCM_SHA256)",
     .word = "ok"},
    {.name = "greeted",
     .t = {.result = RESULT_DONE, .stage = STAGE_CONNECT, .connected = true},
     .reached = REACHED_AIM,
     .good = true,
     .outcome = "an answer",
     .word = "ok"},
    {.name = "SSL 3",
     .t = {.result = RESULT_RECOGNISED,
           .stage = STAGE_CERTIFICATE,
           .connected = true,
           .version = TLS_SSL3,
           .suite = 0x0005},
     .reached = REACHED_SERVER_HELLO,
     .good = true,
     .outcome = "the server goes on and chooses SSL 3.0 with TLS_RSA_WITH_RC4_128_SHA",
     .word = "recognised"},
    {.name = "cancelled",
     .t = {.result = RESULT_CANCELLED, .stage = STAGE_CONNECT},
     .reached = REACHED_NOTHING,
     .outcome = "not tried",
     .word = "not tried"},
};

static const struct facts *facts_from(struct arena *a, const struct transcript *t) {
    struct run *run = ARENA_NEW(a, struct run);
    struct transcript *copy = ARENA_NEW(a, struct transcript);
    *copy = *t;
    copy->a = a;
    *run = (struct run){.t = copy, .done = true};
    return facts_of(a, run);
}

static void test_every_ending(void **state) {
    struct arena *a = *state;
    bool seen[RESULT__COUNT] = {[RESULT_RUNNING] = true};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const struct row *r = &rows[i];
        const struct facts *f = facts_from(a, &r->t);
        seen[r->t.result] = true;
        if (f->reached != r->reached) fail_msg("%s: reached %d", r->name, (int)f->reached);
        if (f->good != r->good || f->no_server_hello != r->no_server_hello || f->silent != r->silent ||
            f->has_alert != r->has_alert)
            fail_msg("%s: good %d, no hello %d, silent %d, alert %d", r->name, f->good, f->no_server_hello,
                     f->silent, f->has_alert);
        assert_int_equal(f->alert, r->has_alert ? r->t.peer_alert : 0);
        if (strcmp(facts_outcome(a, f), r->outcome) != 0) fail_msg("%s: %s", r->name, facts_outcome(a, f));
        if (strcmp(facts_word(a, f), r->word) != 0) fail_msg("%s: %s", r->name, facts_word(a, f));
        assert_int_equal(facts_leaf(f).n, 0);
    }
    for (size_t i = 0; i < RESULT__COUNT; i++) assert_true(seen[i]);
}

/* Whatever is combined, there are words, and a step never lies behind a former one. */
static void test_all_combinations_have_words(void **state) {
    (void)state;
    for (int result = 0; result < RESULT__COUNT; result++)
        for (int stage = 0; stage < STAGE__COUNT; stage++) {
            struct arena a = {0};
            struct transcript t = {.result = (enum result)result,
                                   .stage = (enum stage)stage,
                                   .connected = stage > STAGE_CONNECT};
            int kinds = result == RESULT_REFUSED     ? REFUSAL__COUNT
                        : result == RESULT_VIOLATION ? VIOLATION__COUNT
                                                     : DIALOG__COUNT;
            for (int k = 0; k < kinds; k++) {
                t.refusal = result == RESULT_REFUSED ? (enum refusal)k : REFUSAL_NONE;
                t.violation = result == RESULT_VIOLATION ? (enum violation)k : VIOLATION_NONE;
                t.dialog = result == RESULT_STARTTLS_FAILED || result == RESULT_PROXY_FAILED
                               ? (enum dialog_end)k
                               : DIALOG_NONE;
                const struct facts *f = facts_from(&a, &t);
                assert_true(*facts_outcome(&a, f) && *facts_word(&a, f));
                assert_null(strstr(facts_outcome(&a, f), "(null)"));
                if (stage > STAGE_STARTTLS && result != RESULT_RECOGNISED)
                    assert_true(f->reached >= REACHED_TLS);
            }
            arena_done(&a);
        }
}

static void test_ssl2_is_no_success(void **state) {
    struct arena *a = *state;
    const struct transcript t = {
        .result = RESULT_RECOGNISED, .stage = STAGE_SERVER_HELLO, .connected = true, .version = TLS_SSL2};
    const struct facts *f = facts_from(a, &t);
    assert_false(f->good);
    assert_true(f->reached < REACHED_FLIGHT);
}

static void test_a_post_quantum_choice(void **state) {
    struct arena *a = *state;
    const struct transcript t = {.result = RESULT_RECOGNISED,
                                 .stage = STAGE_CERTIFICATE,
                                 .connected = true,
                                 .version = TLS_1_3,
                                 .suite = 0x1301,
                                 .group = GROUP_X25519MLKEM768};
    const struct facts *f = facts_from(a, &t);
    assert_true(f->good && f->hybrid);
    assert_int_equal(f->reached, REACHED_SERVER_HELLO);
    struct transcript classical = t;
    classical.group = GROUP_X25519;
    assert_false(facts_from(a, &classical)->hybrid);
}

/* ServerHello, EncryptedExtensions and Certificate of TLS 1.3, and a warning that the name is not known. */
static void test_messages_are_read(void **state) {
    struct arena *a = *state;
    struct transcript *t = transcript_new(a);
    t->result = RESULT_DONE;
    t->stage = STAGE_APPLICATION;
    t->version = TLS_1_3;
    transcript_add(t, SIDE_CLIENT, MSG_HANDSHAKE, HS_CERTIFICATE, hex(a, "00 000000"));
    transcript_add(t, SIDE_SERVER, MSG_ALERT, ALERT_UNRECOGNIZED_NAME, (struct bytes){0})->level = 1;
    uint8_t room[256];
    struct wr w = wr_init(room, sizeof(room));
    wr_u16(&w, TLS_1_2);
    wr_fill(&w, 7, 32);
    wr_put(&w, hex(a, "00 1301 00 0006 002b 0002 0304"));
    transcript_add(t, SIDE_SERVER, MSG_HANDSHAKE, HS_SERVER_HELLO, wr_bytes(&w));
    transcript_add(t, SIDE_SERVER, MSG_HANDSHAKE, HS_ENCRYPTED_EXTENSIONS, hex(a, "0004 0000 0000"));
    transcript_add(t, SIDE_SERVER, MSG_HANDSHAKE, HS_CERTIFICATE,
                   hex(a, "00 000010 000003 aabbcc 0000 000003 ddeeff 0000"));
    struct run run = {.t = t, .done = true};
    const struct facts *f = facts_of(a, &run);
    assert_true(f->server_hello && f->sni_acknowledged && f->warned_of_name);
    assert_int_equal(f->hello.suite, 0x1301);
    assert_int_equal(f->certificates.n, 2);
    assert_hex(a, facts_leaf(f), "aabbcc");
}

/* The client's own messages and fatal alerts say nothing of the sort. */
static void test_what_is_not_the_servers(void **state) {
    struct arena *a = *state;
    struct transcript *t = transcript_new(a);
    t->result = RESULT_PEER_ALERT;
    t->stage = STAGE_SERVER_HELLO;
    t->peer_alert = ALERT_UNRECOGNIZED_NAME;
    transcript_add(t, SIDE_SERVER, MSG_ALERT, ALERT_UNRECOGNIZED_NAME, (struct bytes){0})->level = 2;
    transcript_add(t, SIDE_CLIENT, MSG_ALERT, ALERT_UNRECOGNIZED_NAME, (struct bytes){0})->level = 1;
    transcript_add(t, SIDE_CLIENT, MSG_HANDSHAKE, HS_CERTIFICATE, hex(a, "000006 000003 aabbcc"));
    struct run run = {.t = t, .done = true};
    const struct facts *f = facts_of(a, &run);
    assert_false(f->warned_of_name || f->sni_acknowledged || f->server_hello);
    assert_int_equal(f->certificates.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_ending),       cmocka_unit_test(test_all_combinations_have_words),
        cmocka_unit_test(test_ssl2_is_no_success), cmocka_unit_test(test_a_post_quantum_choice),
        cmocka_unit_test(test_messages_are_read),  cmocka_unit_test(test_what_is_not_the_servers),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
