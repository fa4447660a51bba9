#include "wire_test.h"

#include "base/text.h"
#include "wire/iana.h"

#include <stdio.h>

static void test_suites_are_sorted_and_found(void **state) {
    (void)state;
    size_t n;
    const struct suite *t = suite_table(&n);
    assert_true(n > 360);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) assert_true(t[i - 1].id < t[i].id);
        assert_ptr_equal(suite_by_id(t[i].id), &t[i]);
        assert_ptr_equal(suite_by_name(t[i].iana), &t[i]);
        if (t[i].openssl) assert_ptr_equal(suite_by_name(t[i].openssl), &t[i]);
        assert_string_equal(suite_name(t[i].id), t[i].iana);
        assert_true(t[i].min_version <= t[i].max_version);
    }
    assert_null(suite_by_id(0x1234));
    assert_null(suite_by_name("TLS_NO_SUCH_SUITE"));
}

static void assert_kx_and_hashes(const struct suite *s) {
    const char *name = s->iana;
    static const struct {
        const char *part;
        enum suite_kx kx;
    } kx[] = {{"TLS_ECDHE_ECDSA_", KX_ECDHE}, {"TLS_ECDHE_RSA_", KX_ECDHE}, {"TLS_DHE_RSA_", KX_DHE},
              {"TLS_DHE_DSS_", KX_DHE},       {"TLS_RSA_WITH_", KX_RSA},    {"TLS_ECDH_RSA_", KX_ECDH},
              {"TLS_ECDH_ECDSA_", KX_ECDH},   {"TLS_DH_RSA_", KX_DH},       {"PSK_", KX_PSK}};
    for (size_t i = 0; i < TW_COUNT(kx); i++)
        if (strstr(name, kx[i].part)) assert_int_equal(s->kx, kx[i].kx);
    if (strstr(name, "_anon_")) assert_int_equal(s->auth, AUTH_ANON);
    if (strstr(name, "_ECDSA_WITH_")) assert_int_equal(s->auth, AUTH_ECDSA);
    if (strstr(name, "_CBC_SHA256")) assert_int_equal(s->mac, MAC_SHA256);
    if (strstr(name, "_CBC_SHA384")) assert_int_equal(s->mac, MAC_SHA384);
    if (strstr(name, "_SHA384")) assert_int_equal(s->hash, PRF_SHA384);
    if (strstr(name, "_GCM_") || strstr(name, "_CCM")) {
        assert_int_equal(s->mac, MAC_NONE);
        assert_true(s->min_version >= TLS_1_2);
    }
}

/* The columns of a row say again what the name says. */
static void test_suite_columns_agree_with_the_name(void **state) {
    (void)state;
    static const struct {
        const char *part;
        enum suite_cipher cipher;
    } ciphers[] = {
        {"_WITH_AES_128_GCM_", CIPHER_AES_128_GCM},
        {"_WITH_AES_256_GCM_", CIPHER_AES_256_GCM},
        {"_WITH_AES_128_CBC_", CIPHER_AES_128_CBC},
        {"_WITH_AES_256_CBC_", CIPHER_AES_256_CBC},
        {"_WITH_CHACHA20_POLY1305_SHA256", CIPHER_CHACHA20_POLY1305},
        {"_WITH_CAMELLIA_128_CBC", CIPHER_CAMELLIA_128_CBC},
        {"_WITH_CAMELLIA_256_CBC", CIPHER_CAMELLIA_256_CBC},
        {"_WITH_NULL", CIPHER_NONE},
        {"_WITH_RC4", CIPHER_NONE},
        {"_WITH_DES", CIPHER_NONE},
        {"_WITH_ARIA", CIPHER_NONE},
        {"_WITH_SEED", CIPHER_NONE},
        {"_WITH_IDEA", CIPHER_NONE},
    };
    size_t n;
    const struct suite *t = suite_table(&n);
    for (size_t i = 0; i < n; i++) {
        const char *name = t[i].iana;
        for (size_t k = 0; k < TW_COUNT(ciphers); k++)
            if (strstr(name, ciphers[k].part)) assert_int_equal(t[i].cipher, ciphers[k].cipher);
        assert_kx_and_hashes(&t[i]);
        assert_int_equal(t[i].kx == KX_TLS13, t[i].min_version == TLS_1_3);
    }
}

static void test_suite_grades(void **state) {
    (void)state;
    static const char *const dead[] = {"EXPORT", "RC4", "_DES_", "3DES", "NULL", "anon", "MD5", "RC2"};
    size_t n;
    const struct suite *t = suite_table(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < TW_COUNT(dead); k++)
            if (strstr(t[i].iana, dead[k])) assert_int_equal(t[i].grade, GRADE_INSECURE);
    assert_int_equal(suite_by_id(0x1301)->grade, GRADE_MODERN);
    assert_int_equal(suite_by_id(0xC02F)->grade, GRADE_MODERN);
    assert_int_equal(suite_by_id(0xC013)->grade, GRADE_LEGACY);
    assert_int_equal(suite_by_id(0x009C)->grade, GRADE_LEGACY);
    assert_int_equal(suite_by_id(0x009E)->grade, GRADE_LEGACY);
}

static void test_suites_that_the_engine_finishes(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool supported;
    } rows[] = {
        {"TLS_AES_128_GCM_SHA256", true},
        {"TLS_AES_128_CCM_8_SHA256", true},
        {"ECDHE-ECDSA-AES256-GCM-SHA384", true},
        {"ECDHE-RSA-CHACHA20-POLY1305", true},
        {"DHE-RSA-AES128-SHA", true},
        {"AES256-SHA256", true},
        {"DES-CBC3-SHA", true},
        {"CAMELLIA128-SHA", true},
        {"ECDHE-ECDSA-AES128-CCM8", true},
        {"DHE-RSA-CHACHA20-POLY1305", true},
        {"DHE-DSS-AES128-SHA", false},
        {"ADH-AES128-SHA", false},
        {"ECDH-RSA-AES128-SHA", false},
        {"RC4-SHA", false},
        {"EXP-RC4-MD5", false},
        {"PSK-AES128-CBC-SHA", false},
        {"NULL-SHA", false},
        {"SEED-SHA", false},
        {"TLS_RSA_WITH_ARIA_128_CBC_SHA256", false},
        {"SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA", false},
        {"TLS_FALLBACK_SCSV", false},
        {"TLS_SHA256_SHA256", false},
        {"KRB5-DES-CBC3-SHA", false},
        {"TLS_AEGIS_256_SHA512", false},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const struct suite *s = suite_by_name(rows[i].name);
        assert_non_null(s);
        assert_int_equal(suite_supported(s), rows[i].supported);
    }
}

static void test_suite_names_in_any_case(void **state) {
    (void)state;
    assert_int_equal(suite_by_name("ecdhe-rsa-aes128-gcm-sha256")->id, 0xC02F);
    assert_int_equal(suite_by_name("tls_ecdhe_rsa_with_aes_128_gcm_sha256")->id, 0xC02F);
    assert_int_equal(suite_by_id(SUITE_FALLBACK_SCSV)->id, 0x5600);
    assert_string_equal(suite_name(SUITE_EMPTY_RENEGOTIATION_INFO_SCSV), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
}

static void test_groups(void **state) {
    (void)state;
    size_t n;
    const struct group *t = group_table(&n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) assert_true(t[i - 1].id < t[i].id);
        assert_ptr_equal(group_by_id(t[i].id), &t[i]);
        assert_ptr_equal(group_by_name(t[i].name), &t[i]);
        if (t[i].alias) assert_ptr_equal(group_by_name(t[i].alias), &t[i]);
        bool engine = (t[i].id >= GROUP_SECP256R1 && t[i].id <= GROUP_SECP521R1) || t[i].kind == GROUP_X ||
                      t[i].kind == GROUP_FFDHE;
        assert_int_equal(t[i].supported, engine);
    }
    static const struct {
        const char *typed;
        uint16_t id;
    } names[] = {{"P-256", GROUP_SECP256R1},
                 {"p256", GROUP_SECP256R1},
                 {"prime256v1", GROUP_SECP256R1},
                 {"SECP384R1", GROUP_SECP384R1},
                 {"X25519", GROUP_X25519},
                 {"x25519mlkem768", GROUP_X25519MLKEM768},
                 {"ffdhe2048", GROUP_FFDHE2048},
                 {"P-521", GROUP_SECP521R1},
                 {"X448", GROUP_X448},
                 {"X25519Kyber768Draft00", GROUP_X25519KYBER768DRAFT00}};
    for (size_t i = 0; i < TW_COUNT(names); i++)
        assert_int_equal(group_by_name(names[i].typed)->id, names[i].id);
    assert_null(group_by_name("P-25"));
    assert_null(group_by_name("P-2566"));
    assert_null(group_by_name(""));
    assert_int_equal(group_by_id(GROUP_X25519MLKEM768)->share_size, 1216);
    assert_int_equal(group_by_id(GROUP_X25519MLKEM768)->server_share_size, 1120);
    assert_int_equal(group_by_id(GROUP_SECP256R1)->share_size, 65);
}

static void test_sigschemes(void **state) {
    (void)state;
    size_t n;
    const struct sigscheme *t = sigscheme_table(&n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) assert_true(t[i - 1].id < t[i].id);
        assert_ptr_equal(sigscheme_by_id(t[i].id), &t[i]);
        assert_ptr_equal(sigscheme_by_name(t[i].name), &t[i]);
        if (t[i].alias) assert_ptr_equal(sigscheme_by_name(t[i].alias), &t[i]);
        if (t[i].curve) assert_non_null(group_by_id(t[i].curve));
        /* RFC 8446 4.2.3: PKCS#1 and SHA-1 sign no TLS 1.3 handshake */
        if (t[i].kind == SIG_RSA_PKCS1 || t[i].kind == SIG_DSA) assert_false(t[i].tls13);
        if (t[i].hash && strcmp(t[i].hash, "SHA1") == 0) assert_false(t[i].tls13);
    }
    assert_int_equal(sigscheme_by_name("ecdsa+sha256")->id, SIG_ECDSA_SECP256R1_SHA256);
    assert_int_equal(sigscheme_by_name("RSA-PSS+SHA256")->id, SIG_RSA_PSS_RSAE_SHA256);
    assert_int_equal(sigscheme_by_name("Ed25519")->id, SIG_ED25519);
    assert_int_equal(sigscheme_by_id(SIG_ECDSA_SECP384R1_SHA384)->curve, GROUP_SECP384R1);
    assert_null(sigscheme_by_name("RSA"));
}

static void test_names_of_known_numbers(void **state) {
    (void)state;
    assert_string_equal(version_name(TLS_1_2), "TLS 1.2");
    assert_string_equal(version_name(TLS_SSL3), "SSL 3.0");
    assert_string_equal(version_name(TLS_SSL2), "SSL 2.0");
    assert_string_equal(alert_name(ALERT_HANDSHAKE_FAILURE), "handshake_failure");
    assert_string_equal(alert_name(ALERT_ECH_REQUIRED), "ech_required");
    assert_string_equal(handshake_name(HS_SERVER_HELLO), "ServerHello");
    assert_string_equal(handshake_name(HS_MESSAGE_HASH), "MessageHash");
    assert_string_equal(extension_name(EXT_SERVER_NAME), "server_name");
    assert_string_equal(extension_name(EXT_ECH), "encrypted_client_hello");
    assert_string_equal(extension_name(EXT_RENEGOTIATION_INFO), "renegotiation_info");
    assert_string_equal(group_name(GROUP_X25519), "x25519");
    assert_string_equal(sigscheme_name(SIG_RSA_MD5_SHA1), "rsa_md5_sha1");
}

static void test_names_of_unknown_numbers_stay_valid(void **state) {
    (void)state;
    assert_string_equal(suite_name(0x1234), "0x1234");
    assert_string_equal(suite_name(0x1A1A), "GREASE 0x1A1A");
    assert_string_equal(extension_name(0xFAFA), "GREASE 0xFAFA");
    assert_string_equal(alert_name(99), "99");
    assert_string_equal(handshake_name(200), "200");
    const char *held[8];
    for (unsigned i = 0; i < 8; i++) held[i] = group_name((uint16_t)(0x7000 + i));
    for (unsigned i = 0; i < 8; i++) {
        char want[16];
        snprintf(want, sizeof(want), "0x%04X", 0x7000 + i);
        assert_string_equal(held[i], want);
    }
}

static void test_grease(void **state) {
    (void)state;
    unsigned n = 0;
    for (unsigned v = 0; v <= 0xFFFF; v++) n += is_grease((uint16_t)v);
    assert_int_equal(n, 16);
    assert_true(is_grease(0x0A0A));
    assert_true(is_grease(0xFAFA));
    assert_false(is_grease(0x0A1A));
    size_t suites;
    const struct suite *t = suite_table(&suites);
    for (size_t i = 0; i < suites; i++) assert_false(is_grease(t[i].id));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suites_are_sorted_and_found),
        cmocka_unit_test(test_suite_columns_agree_with_the_name),
        cmocka_unit_test(test_suite_grades),
        cmocka_unit_test(test_suites_that_the_engine_finishes),
        cmocka_unit_test(test_suite_names_in_any_case),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_sigschemes),
        cmocka_unit_test(test_names_of_known_numbers),
        cmocka_unit_test(test_names_of_unknown_numbers_stay_valid),
        cmocka_unit_test(test_grease),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
