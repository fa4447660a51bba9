/* Comparison, hash, text and attributes of names. */
#include "pki_test.h"

#include <openssl/x509.h>

static void test_equal(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *x, *y;
        bool eq;
    } rows[] = {
        {"CN=a", "CN=a", true},
        {"CN=a", "CN=A", true},
        {"CN=a", "CN=b", false},
        {"CN=a", "O=a", false},
        {"CN:PRINTABLE=Acme  Corp", "CN:UTF8= acme corp ", true},
        {"CN:BMP=Acme", "CN:T61=ACME", true},
        {"CN:UNIVERSAL=Acme", "CN:IA5=acme", true},
        {"CN=acme corp", "CN=acmecorp", false},
        {"CN=a/O=b", "O=b/CN=a", false},
        {"CN=a+O=b", "O=B+CN=A", true},
        {"CN=a+O=b", "CN=a/O=b", false},
        {"CN=a+CN=a", "CN=a+CN=b", false},
        {"CN=a", "CN=a/O=b", false},
        {"CN=Söhne", "CN=SÖHNE", true},
        {"CN=Söhne", "CN=Sohne", false},
        {"CN=Ελλάδα", "CN=ελλάδα", true},
        {"CN=Россия", "CN=РОССИЯ", true},
        {"CN=ŽLUŤOUČKÝ", "CN=žluťoučký", true},
        {"CN=a\xC2\xADz", "CN=az", true}, /* a soft hyphen is nothing */
        {"CN:T61=a\xE4z", "CN=a\xC3\x84z", true},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes x = make_name(a, rows[i].x), y = make_name(a, rows[i].y);
        if (pki_name_eq(x, y) != rows[i].eq || pki_name_eq(y, x) != rows[i].eq)
            fail_msg("%s and %s", rows[i].x, rows[i].y);
        if ((pki_name_hash(x) == pki_name_hash(y)) != rows[i].eq)
            fail_msg("hash of %s and %s", rows[i].x, rows[i].y);
    }
}

/* A value that is no string equals only its own bytes; UTF-8 that is none equals no other. */
static void test_odd_values(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *x, *y;
        bool eq;
    } rows[] = {{"0401 61", "0401 61", true},  {"0401 61", "0401 41", false}, {"0401 61", "0C01 61", false},
                {"0C01 FF", "0C01 FE", false}, {"0C01 FF", "0C01 FF", true},  {"0C01 61", "1301 41", true}};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes x = hex(a, text_f(a, "300C310A30080603550403%s", rows[i].x));
        struct bytes y = hex(a, text_f(a, "300C310A30080603550403%s", rows[i].y));
        assert_true(pki_name_well_formed(x) && pki_name_well_formed(y));
        if (pki_name_eq(x, y) != rows[i].eq) fail_msg("%s and %s", rows[i].x, rows[i].y);
        assert_int_equal(pki_name_hash(x) == pki_name_hash(y), rows[i].eq);
    }
}

static void test_within(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *name, *base;
        bool in;
    } rows[] = {
        {"C=de/O=x/CN=y", "C=DE", true},     {"C=de/O=x/CN=y", "C=DE/O=X", true},
        {"C=de/O=x", "C=de/O=x", true},      {"C=de", "C=de/O=x", false},
        {"C=de/O=x", "O=x", false},          {"C=de+O=x/CN=y", "C=de", false},
        {"C=de+O=x/CN=y", "O=x+C=de", true}, {"C=de", "", true},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (pki_name_within(make_name(a, rows[i].name), make_name(a, rows[i].base)) != rows[i].in)
            fail_msg("%s in %s", rows[i].name, rows[i].base);
}

/* Frames that are none: equal only to their own bytes. */
static void test_malformed(void **state) {
    struct arena *a = *state;
    static const char *const rows[] = {
        "",
        "30",
        "3005",
        "3002 3100",
        "3003 310130",
        "3004 3102 3000",
        "3009 3107 3005 0603 550403",
        "310B",
        "3000 00",
        "300B 3109 3007 0603 550403 0C05",
        "300C 310A 3008 0603 550403 0C01 61 00",
    };
    struct bytes good = make_name(a, "CN=a");
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes bad = hex(a, rows[i]);
        if (pki_name_well_formed(bad)) fail_msg("%s", rows[i]);
        assert_true(pki_name_eq(bad, bad));
        assert_false(pki_name_eq(bad, good));
        assert_false(pki_name_eq(good, bad));
        assert_false(pki_name_within(bad, make_name(a, "")));
        assert_non_null(pki_name_text(a, bad));
        assert_null(pki_name_attr(a, bytes_cut(bad, 0, 4), PKI_ATTR_O));
        (void)pki_name_hash(bad);
    }
    assert_true(pki_name_well_formed(make_name(a, "")));
    assert_true(pki_name_empty(make_name(a, "")));
    assert_false(pki_name_empty(good));
}

static char *openssl_text(struct arena *a, struct bytes der) {
    const unsigned char *p = der.p;
    X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)der.n);
    assert_non_null(name);
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    long n = BIO_get_mem_data(bio, &data);
    char *line = text_escape(a, bytes_of(data, n > 0 ? (size_t)n : 0), PKI_NAME_TEXT_MAX);
    BIO_free(bio);
    X509_NAME_free(name);
    return line;
}

static void test_text(void **state) {
    struct arena *a = *state;
    static const char *const rows[] = {
        "C=DE/O=Acme, Inc./CN=a \"b\" <c>;d\\e",
        "CN= leading and trailing ",
        "CN=#hash",
        "CN=a+O=b+OU=c/L=d",
        "CN:BMP=wide",
        "CN:UNIVERSAL=wider",
        "CN:T61=latin",
        "emailAddress:IA5=x@y/DC:IA5=com/UID=u",
        "CN=tab\there",
        ("serialNumber:PRINTABLE=12/street=s/ST=t/postalCode=1/title=x/SN=n/GN=g/initials=i/"
         "dnQualifier:PRINTABLE=q"),
        "1.2.3.4=unknown",
        "CN=ü \xE2\x80\xAE bidi",
        "CN=",
        "",
        "organizationIdentifier=VAT/businessCategory=b/jurisdictionC:PRINTABLE=DE",
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes name = make_name(a, rows[i]);
        assert_string_equal(pki_name_text(a, name), openssl_text(a, name));
    }
}

static void test_attr(void **state) {
    struct arena *a = *state;
    struct bytes name = make_name(a, "CN=first/O=org/CN:BMP=second");
    assert_string_equal(pki_name_attr(a, name, PKI_ATTR_CN), "second");
    assert_string_equal(pki_name_attr(a, name, PKI_ATTR_O), "org");
    assert_null(pki_name_attr(a, name, PKI_ATTR_EMAIL));
    assert_string_equal(pki_name_attr(a, make_name(a, "CN=a\x01"), PKI_ATTR_CN), "a\\x01");
}

/* Names of 60 kB: one long value, and many attributes. The text stays short. */
static void test_huge(void **state) {
    struct arena *a = *state;
    enum { ATTRS = 4000, ONE = 13 };
    uint8_t *many = mem_alloc(4 + ATTRS * ONE);
    static const uint8_t attr[ONE] = {0x31, 11, 0x30, 9, 0x06, 3, 0x55, 4, 3, 0x0C, 2, 'a', 'b'};
    memcpy(many, "\x30\x82", 2);
    many[2] = (uint8_t)(ATTRS * ONE >> 8);
    many[3] = (uint8_t)(ATTRS * ONE);
    for (size_t i = 0; i < ATTRS; i++) memcpy(many + 4 + i * ONE, attr, ONE);
    struct bytes name = {many, 4 + ATTRS * ONE};
    assert_true(pki_name_well_formed(name));
    char *text = pki_name_text(a, name);
    assert_true(strlen(text) < PKI_NAME_TEXT_MAX + 8);
    assert_true(strncmp(text, "CN=ab,CN=ab,", 12) == 0);
    mem_free(many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),     cmocka_unit_test(test_odd_values), cmocka_unit_test(test_within),
        cmocka_unit_test(test_malformed), cmocka_unit_test(test_text),       cmocka_unit_test(test_attr),
        cmocka_unit_test(test_huge),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
