#include "wire_test.h"

#include "wire/messages.h"

/* --- every message: whole, cut at each byte, and with a byte too many --- */

static bool as_server_hello(struct rd *r) {
    struct server_hello x;
    return server_hello_read(r, &x);
}
static bool as_encrypted_extensions(struct rd *r) {
    struct encrypted_extensions x;
    return encrypted_extensions_read(r, &x);
}
static bool as_certificate_12(struct rd *r) {
    struct certificate_msg x;
    return certificate_read(r, false, &x);
}
static bool as_certificate_13(struct rd *r) {
    struct certificate_msg x;
    return certificate_read(r, true, &x);
}
static bool as_certificate_status(struct rd *r) {
    struct bytes x;
    return certificate_status_read(r, &x);
}
static bool as_ske_ecdhe(struct rd *r) {
    struct server_key_exchange x;
    return server_key_exchange_read(r, KX_ECDHE, AUTH_RSA, TLS_1_2, &x);
}
static bool as_ske_ecdhe_10(struct rd *r) {
    struct server_key_exchange x;
    return server_key_exchange_read(r, KX_ECDHE, AUTH_ECDSA, TLS_1_0, &x);
}
static bool as_ske_dhe(struct rd *r) {
    struct server_key_exchange x;
    return server_key_exchange_read(r, KX_DHE, AUTH_RSA, TLS_1_2, &x);
}
static bool as_ske_anon(struct rd *r) {
    struct server_key_exchange x;
    return server_key_exchange_read(r, KX_DHE, AUTH_ANON, TLS_1_2, &x);
}
static bool as_request_11(struct rd *r) {
    struct certificate_request x;
    return certificate_request_read(r, TLS_1_1, &x);
}
static bool as_request_12(struct rd *r) {
    struct certificate_request x;
    return certificate_request_read(r, TLS_1_2, &x);
}
static bool as_request_13(struct rd *r) {
    struct certificate_request x;
    return certificate_request_read(r, TLS_1_3, &x);
}
static bool as_verify_12(struct rd *r) {
    struct certificate_verify x;
    return certificate_verify_read(r, TLS_1_2, &x);
}
static bool as_verify_11(struct rd *r) {
    struct certificate_verify x;
    return certificate_verify_read(r, TLS_1_1, &x);
}
static bool as_ticket_12(struct rd *r) {
    struct new_session_ticket x;
    return new_session_ticket_read(r, false, &x);
}
static bool as_ticket_13(struct rd *r) {
    struct new_session_ticket x;
    return new_session_ticket_read(r, true, &x);
}
static bool as_key_update(struct rd *r) {
    bool x;
    return key_update_read(r, &x);
}
static bool as_alert(struct rd *r) {
    struct alert x;
    return alert_read(r, &x);
}

#define RANDOM "a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928"
#define HRR_RANDOM "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
#define SHARE "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f"
/* RFC 8448 3 */
#define SERVER_HELLO_13 "0303" RANDOM "00 1301 00 002e 0033 0024 001d 0020" SHARE "002b 0002 0304"
#define SERVER_HELLO_12                                                                                      \
    "0303" RANDOM "02 beef c02f 00 0028 ff01 0001 00 0000 0000 000b 0002 0100 0023 0000 0017 0000"           \
    "0016 0000 0005 0000 0010 0005 0003 02 6832"
#define HELLO_RETRY "0303" HRR_RANDOM "00 1301 00 0015 0033 0002 0017 002c 0005 0003 aabbcc 002b 0002 0304"
#define CERTIFICATE_13                                                                                       \
    "01 77 000029 000003 308200 0017 0005 0008 01 000004 30020500 0012 0007 0005 0003 010203"                \
    "000001 30 0004 abcd 0000"

static const struct {
    const char *name, *body;
    bool (*read)(struct rd *r);
    size_t legal_cut; /* a length at which the message may end as well; 0: none */
} messages[] = {
    {"ServerHello 1.3", SERVER_HELLO_13, as_server_hello, 38},
    {"ServerHello 1.2", SERVER_HELLO_12, as_server_hello, 40},
    {"ServerHello 3.0", "0300" RANDOM "00 0005 00", as_server_hello, 0},
    {"HelloRetryRequest", HELLO_RETRY, as_server_hello, 38},
    {"EncryptedExtensions", "0019 0000 0000 002a 0000 000a 0004 0002 001d 0010 0005 0003 02 6832",
     as_encrypted_extensions, 0},
    {"EncryptedExtensions, empty", "0000", as_encrypted_extensions, 0},
    {"Certificate 1.2", "00000b 000003 308200 000002 3000", as_certificate_12, 0},
    {"Certificate 1.2, none", "000000", as_certificate_12, 0},
    {"Certificate 1.3", CERTIFICATE_13, as_certificate_13, 0},
    {"CertificateStatus", "01 000004 30020500", as_certificate_status, 0},
    {"ServerKeyExchange ECDHE", "03 001d 04 01020304 0804 0003 aabbcc", as_ske_ecdhe, 0},
    {"ServerKeyExchange ECDHE 1.0", "03 0017 02 0102 0003 aabbcc", as_ske_ecdhe_10, 0},
    {"ServerKeyExchange DHE", "0002 ffff 0001 02 0002 1234 0401 0003 aabbcc", as_ske_dhe, 0},
    {"ServerKeyExchange anonymous", "0002 ffff 0001 02 0002 1234", as_ske_anon, 0},
    {"CertificateRequest 1.1", "02 0140 0005 0003 302231", as_request_11, 0},
    {"CertificateRequest 1.2", "02 0140 0004 04030804 0006 0004 30020500", as_request_12, 0},
    {"CertificateRequest 1.3", "02 0102 0017 000d 0006 0004 04030804 002f 0005 0003 0001 30 fafa 0000",
     as_request_13, 0},
    {"CertificateVerify 1.2", "0804 0003 aabbcc", as_verify_12, 0},
    {"CertificateVerify 1.1", "0003 aabbcc", as_verify_11, 0},
    {"NewSessionTicket 1.2", "00001c20 0003 aabbcc", as_ticket_12, 0},
    {"NewSessionTicket 1.3", "00001c20 01020304 02 0000 0003 aabbcc 0008 002a 0004 00000400", as_ticket_13,
     0},
    {"KeyUpdate", "01", as_key_update, 0},
    {"Alert", "0228", as_alert, 0},
};

static void test_whole_messages(void **state) {
    for (size_t i = 0; i < TW_COUNT(messages); i++) {
        struct bytes b = tight(hex(*state, messages[i].body));
        struct rd r;
        rd_init(&r, b);
        if (!messages[i].read(&r)) fail_msg("%s: %s at %zu", messages[i].name, r.field, r.off);
        tight_free(b);
    }
}

static void test_every_cut(void **state) {
    for (size_t i = 0; i < TW_COUNT(messages); i++) {
        struct bytes whole = hex(*state, messages[i].body);
        for (size_t n = 0; n < whole.n; n++) {
            struct bytes b = tight(bytes_cut(whole, 0, n));
            struct rd r;
            rd_init(&r, b);
            bool ok = messages[i].read(&r);
            if (ok != (n > 0 && n == messages[i].legal_cut)) fail_msg("%s cut at %zu", messages[i].name, n);
            if (!ok) assert_failed_with_place(&r, n);
            tight_free(b);
        }
    }
}

static void test_a_byte_too_many(void **state) {
    for (size_t i = 0; i < TW_COUNT(messages); i++) {
        struct bytes whole = hex(*state, messages[i].body);
        uint8_t *more = arena_alloc(*state, whole.n + 1);
        memcpy(more, whole.p, whole.n);
        struct bytes b = tight(bytes_of(more, whole.n + 1));
        struct rd r;
        rd_init(&r, b);
        if (messages[i].read(&r)) fail_msg("%s took a byte too many", messages[i].name);
        assert_failed_with_place(&r, whole.n + 1);
        tight_free(b);
    }
}

/* --- what they say --- */

static bool server_hello(struct arena *a, const char *text, struct server_hello *ret) {
    struct rd r;
    rd_init(&r, hex(a, text));
    return server_hello_read(&r, ret);
}

static void test_server_hello_13(void **state) {
    struct server_hello sh;
    assert_true(server_hello(*state, SERVER_HELLO_13, &sh));
    assert_int_equal(sh.legacy_version, TLS_1_2);
    assert_int_equal(sh.version, TLS_1_3);
    assert_int_equal(sh.suite, 0x1301);
    assert_true(sh.has_key_share && !sh.is_hrr && !sh.has_psk);
    assert_int_equal(sh.group, GROUP_X25519);
    assert_true(bytes_eq(sh.key_exchange, hex(*state, SHARE)));
    assert_int_equal(sh.downgrade, DOWNGRADE_NONE);
    assert_int_equal(sh.extensions.n, 0x2e);
}

static void test_server_hello_12(void **state) {
    struct server_hello sh;
    assert_true(server_hello(*state, SERVER_HELLO_12, &sh));
    assert_int_equal(sh.version, TLS_1_2);
    assert_int_equal(sh.suite, 0xC02F);
    assert_int_equal(sh.session_id.n, 2);
    assert_true(sh.has_renegotiation_info && sh.has_ems && sh.has_etm && sh.has_ticket);
    assert_true(sh.has_status_request && sh.has_server_name && !sh.has_key_share);
    assert_true(bytes_eq(sh.alpn, bytes_str("h2")));
}

static void test_server_hello_without_extensions(void **state) {
    struct server_hello sh;
    assert_true(server_hello(*state, "0301" RANDOM "00 002f 00", &sh));
    assert_int_equal(sh.version, TLS_1_0);
    assert_false(sh.has_extensions);
    assert_true(server_hello(*state, "0301" RANDOM "00 002f 00 0000", &sh));
    assert_true(sh.has_extensions);
    assert_int_equal(sh.extensions.n, 0);
}

static void test_hello_retry_request(void **state) {
    struct server_hello sh;
    assert_true(server_hello(*state, HELLO_RETRY, &sh));
    assert_true(sh.is_hrr && sh.has_key_share);
    assert_int_equal(sh.group, GROUP_SECP256R1);
    assert_int_equal(sh.key_exchange.n, 0);
    assert_true(bytes_eq(sh.cookie, hex(*state, "aabbcc")));
    assert_int_equal(sh.version, TLS_1_3);
}

#define RANDOM_24 "000102030405060708090a0b0c0d0e0f1011121314151617"

static void test_downgrade_marks(void **state) {
    struct server_hello sh;
    assert_true(server_hello(*state, "0303" RANDOM_24 "444f574e475244 01 00 c02f 00", &sh));
    assert_int_equal(sh.downgrade, DOWNGRADE_TLS12);
    assert_true(server_hello(*state, "0302" RANDOM_24 "444f574e475244 00 00 002f 00", &sh));
    assert_int_equal(sh.downgrade, DOWNGRADE_TLS11);
    assert_true(server_hello(*state, "0302" RANDOM_24 "444f574e475244 02 00 002f 00", &sh));
    assert_int_equal(sh.downgrade, DOWNGRADE_NONE);
}

/* What is illegal but well-framed is handed on. */
static void test_server_hello_of_no_sense(void **state) {
    struct server_hello sh;
    assert_true(server_hello(*state, "0999" RANDOM "00 fefe 07", &sh));
    assert_int_equal(sh.version, 0x0999);
    assert_int_equal(sh.compression, 7);
    /* the same extension twice, an unknown one, a version that does not exist */
    assert_true(server_hello(*state,
                             "0303" RANDOM "00 1301 00 0014 0017 0000 0017 0000 fafa 0002 0102"
                             "002b 0002 7f1c",
                             &sh));
    assert_true(sh.has_ems);
    assert_int_equal(sh.version, 0x7F1C);
    assert_true(server_hello(*state, "0303" RANDOM "00 1301 00 000d 002d 0009 0102030405060708ff", &sh));
}

static void assert_place(struct arena *a, const char *text, enum rd_err err, const char *field, size_t off) {
    struct rd r;
    struct server_hello sh;
    rd_init(&r, hex(a, text));
    assert_false(server_hello_read(&r, &sh));
    assert_int_equal(r.err, err);
    assert_string_equal(r.field, field);
    assert_int_equal(r.off, off);
}

/* Offset 38 is where the length of the extension block stands, 40 the first extension. */
static void test_places_of_malformed_extensions(void **state) {
    struct arena *a = *state;
    assert_place(a, "0303" RANDOM "00 1301 00 0007 002b 0003 030405", RD_TRAILING, "supported_versions", 46);
    assert_place(a, "0303" RANDOM "00 1301 00 0005 002b 0001 03", RD_SHORT, "selected_version", 44);
    assert_place(a, "0303" RANDOM "00 1301 00 0005 0017 0001 00", RD_TRAILING, "extended_master_secret", 44);
    assert_place(a, "0303" RANDOM "00 1301 00 0008 0033 0004 001d 0020", RD_SHORT, "key_exchange", 46);
    assert_place(a, "0303" RANDOM "00 1301 00 0004 0017 0001", RD_SHORT, "extension_data", 42);
    assert_place(a, "0303" RANDOM "00 1301 00 0009 0017", RD_SHORT, "extensions", 38);
    assert_place(a, "0303" RANDOM "00 1301 00 0000 00", RD_TRAILING, "server_hello", 40);
    assert_place(a, "0303" RANDOM "ff 1301 00", RD_SHORT, "session_id", 34);
}

/* What stood before the malformed extension stays readable. */
static void test_malformed_extension_keeps_the_rest(void **state) {
    struct server_hello sh;
    assert_false(server_hello(*state, "0303" RANDOM "00 1301 00 000b 002b 0002 0304 0017 0001 00", &sh));
    assert_int_equal(sh.version, TLS_1_3);
    assert_int_equal(sh.suite, 0x1301);
    assert_int_equal(sh.extensions.n, 11);
}

static void test_encrypted_extensions(void **state) {
    struct rd r;
    struct encrypted_extensions ee;
    rd_init(&r, hex(*state, "0019 0000 0000 002a 0000 000a 0004 0002 001d 0010 0005 0003 02 6832"));
    assert_true(encrypted_extensions_read(&r, &ee));
    assert_true(ee.has_server_name && ee.has_early_data);
    assert_true(bytes_eq(ee.alpn, bytes_str("h2")));
    assert_true(bytes_eq(ee.groups, hex(*state, "001d")));
    assert_int_equal(ee.extensions.n, 0x19);
}

static void test_certificate_13(void **state) {
    struct rd r;
    struct certificate_msg m;
    rd_init(&r, hex(*state, CERTIFICATE_13));
    assert_true(certificate_read(&r, true, &m));
    assert_int_equal(m.n, 2);
    assert_true(bytes_eq(m.context, hex(*state, "77")));
    assert_true(bytes_eq(m.entry[0].der, hex(*state, "308200")));
    assert_true(bytes_eq(m.entry[0].ocsp, hex(*state, "30020500")));
    assert_true(bytes_eq(m.entry[0].scts, hex(*state, "0005 0003 010203")));
    assert_true(bytes_eq(m.entry[1].der, hex(*state, "30")));
    assert_int_equal(m.entry[1].ocsp.n, 0);
    assert_int_equal(m.entry[1].extensions.n, 4);
}

static bool many_certificates(struct arena *a, size_t n, struct rd *r, struct certificate_msg *m) {
    uint8_t *room = arena_alloc(a, 16 + 4 * n);
    struct wr w = wr_init(room, 16 + 4 * n);
    struct wr_mark list = wr_open(&w, 3);
    for (size_t i = 0; i < n; i++) {
        wr_u24(&w, 1);
        wr_u8(&w, (uint8_t)i);
    }
    wr_close(&w, list);
    rd_init(r, wr_bytes(&w));
    return certificate_read(r, false, m);
}

static void test_more_certificates_than_are_at_hand(void **state) {
    enum { MANY = 200 };
    struct rd r, list;
    struct certificate_msg m;
    struct certificate_entry e;
    size_t n = 0;
    assert_true(many_certificates(*state, MANY, &r, &m));
    assert_int_equal(m.n, MANY);
    assert_int_equal(m.entry[CERTIFICATES_AT_HAND - 1].der.p[0], CERTIFICATES_AT_HAND - 1);
    rd_init(&list, m.list);
    for (; certificate_next(&m, &list, &e); n++) assert_int_equal(e.der.p[0], n);
    assert_int_equal(n, MANY);
}

/* What stands before the fault stays readable. */
static void test_certificates_before_a_fault(void **state) {
    struct rd r, list;
    struct certificate_msg m;
    struct certificate_entry e;
    rd_init(&r, hex(*state, "00000a"
                            "000001aa"
                            "000001bb"
                            "0000"));
    assert_false(certificate_read(&r, false, &m));
    assert_int_equal(m.n, 2);
    rd_init(&list, m.list);
    assert_true(certificate_next(&m, &list, &e) && e.der.p[0] == 0xAA);
    assert_true(certificate_next(&m, &list, &e) && e.der.p[0] == 0xBB);
    assert_false(certificate_next(&m, &list, &e));
}

static void test_server_key_exchange(void **state) {
    struct rd r;
    struct server_key_exchange x;
    rd_init(&r, hex(*state, "03 001d 04 01020304 0804 0003 aabbcc"));
    assert_true(server_key_exchange_read(&r, KX_ECDHE, AUTH_RSA, TLS_1_2, &x));
    assert_int_equal(x.group, GROUP_X25519);
    assert_true(bytes_eq(x.point, hex(*state, "01020304")));
    assert_true(bytes_eq(x.params, hex(*state, "03001d0401020304")));
    assert_int_equal(x.sigscheme, SIG_RSA_PSS_RSAE_SHA256);
    assert_true(x.has_signature && bytes_eq(x.signature, hex(*state, "aabbcc")));

    rd_init(&r, hex(*state, "0002 ffff 0001 02 0002 1234 0003 aabbcc"));
    assert_true(server_key_exchange_read(&r, KX_DHE, AUTH_RSA, TLS_1_0, &x));
    assert_int_equal(x.sigscheme, 0);
    assert_true(bytes_eq(x.dh_p, hex(*state, "ffff")) && bytes_eq(x.dh_g, hex(*state, "02")));
    assert_true(bytes_eq(x.dh_y, hex(*state, "1234")));
    assert_int_equal(x.params.n, 11);

    rd_init(&r, hex(*state, "01 0000"));
    assert_false(server_key_exchange_read(&r, KX_ECDHE, AUTH_RSA, TLS_1_2, &x));
    assert_int_equal(r.err, RD_VALUE);
    assert_string_equal(r.field, "curve_type");

    rd_init(&r, hex(*state, "0040 0000"));
    assert_true(server_key_exchange_read(&r, KX_RSA, AUTH_RSA, TLS_1_0, &x));
    assert_false(x.has_signature);
    assert_int_equal(x.params.n, 4);
}

static void test_certificate_request(void **state) {
    struct rd r;
    struct certificate_request x;
    rd_init(&r, hex(*state, "02 0102 0017 000d 0006 0004 04030804 002f 0005 0003 0001 30 fafa 0000"));
    assert_true(certificate_request_read(&r, TLS_1_3, &x));
    assert_true(bytes_eq(x.context, hex(*state, "0102")));
    assert_true(bytes_eq(x.sigalgs, hex(*state, "04030804")));
    assert_true(bytes_eq(x.ca_names, hex(*state, "000130")));
    rd_init(&r, hex(*state, "02 0140 0004 04030804 0006 0004 30020500"));
    assert_true(certificate_request_read(&r, TLS_1_2, &x));
    assert_true(bytes_eq(x.types, hex(*state, "0140")));
    assert_true(bytes_eq(x.ca_names, hex(*state, "000430020500")));
    rd_init(&r, hex(*state, "01 01 0003 040308 0000"));
    assert_false(certificate_request_read(&r, TLS_1_2, &x));
    assert_int_equal(r.err, RD_VALUE);
}

static void test_small_messages(void **state) {
    struct rd r;
    bool requested;
    struct alert alert;
    struct bytes ocsp;
    struct new_session_ticket t;
    rd_init(&r, hex(*state, "00"));
    assert_true(key_update_read(&r, &requested));
    assert_false(requested);
    rd_init(&r, hex(*state, "02"));
    assert_false(key_update_read(&r, &requested));
    assert_int_equal(r.err, RD_VALUE);
    rd_init(&r, hex(*state, "0146"));
    assert_true(alert_read(&r, &alert));
    assert_int_equal(alert.level, ALERT_WARNING);
    assert_int_equal(alert.description, ALERT_PROTOCOL_VERSION);
    rd_init(&r, hex(*state, "02 000000"));
    assert_false(certificate_status_read(&r, &ocsp));
    assert_int_equal(r.err, RD_VALUE);
    rd_init(&r, hex(*state, "00001c20 01020304 02 0000 0003 aabbcc 0008 002a 0004 00000400"));
    assert_true(new_session_ticket_read(&r, true, &t));
    assert_int_equal(t.lifetime_s, 7200);
    assert_int_equal(t.age_add, 0x01020304);
    assert_int_equal(t.extensions.n, 8);
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
        cmocka_unit_test(test_whole_messages),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_a_byte_too_many),
        cmocka_unit_test(test_server_hello_13),
        cmocka_unit_test(test_server_hello_12),
        cmocka_unit_test(test_server_hello_without_extensions),
        cmocka_unit_test(test_hello_retry_request),
        cmocka_unit_test(test_downgrade_marks),
        cmocka_unit_test(test_server_hello_of_no_sense),
        cmocka_unit_test(test_places_of_malformed_extensions),
        cmocka_unit_test(test_malformed_extension_keeps_the_rest),
        cmocka_unit_test(test_encrypted_extensions),
        cmocka_unit_test(test_certificate_13),
        cmocka_unit_test(test_more_certificates_than_are_at_hand),
        cmocka_unit_test(test_certificates_before_a_fault),
        cmocka_unit_test(test_server_key_exchange),
        cmocka_unit_test(test_certificate_request),
        cmocka_unit_test(test_small_messages),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
