/* CRLs by libcrypto: fields against its reading, scope, signers, deltas, indirect ones, size, cuts and flips.
 */
#include "revocation_make.h"

#include <openssl/x509v3.h>
#include <time.h>

#define NUMBERED .number = 7, .extensions = {{"authorityKeyIdentifier", "keyid"}}

struct given {
    struct pki_crl crls[4];
    size_t n;
};
static void give(struct given *g, struct bytes der) {
    assert_true(pki_crl_read(der, &g->crls[g->n++]));
}

static bool trust_all(void *arg, const struct pki_cert *signer) {
    size_t *asked = arg;
    (void)signer;
    ++*asked;
    return true;
}

static struct pki_rev_answer judge_as(struct arena *a, const struct given *g, enum who who, bool strict) {
    const struct pki_cert *others[] = {&party(a, CA)->cert, &party(a, CRL_ISSUER)->cert,
                                       &party(a, FOREIGN_CA)->cert};
    size_t asked = 0;
    struct pki_crl_signers signers = {others, TW_COUNT(others), trust_all, &asked};
    struct pki_rev_query q = {.cert = &party(a, who)->cert,
                              .issuer = &party(a, CA)->cert,
                              .at = NOW,
                              .skew = 300,
                              .strict = strict};
    struct pki_rev_answer answer;
    pki_crl_judge(g->crls, g->n, &q, &signers, &answer);
    return answer;
}

static void fields_are_read(void **state) {
    struct arena *a = *state;
    struct crl_make s = {
        .signer = CA,
        .number = 300,
        .base = 299,
        .lines = {{LEAF, 1, 0}, {SECOND_LEAF, -1, 0}},
        .extensions = {{"authorityKeyIdentifier", "keyid"},
                       {"issuingDistributionPoint",
                        "critical,DER:30:12:a0:09:a0:07:86:05:78:3a:2f:2f:79:83:02:01:06:84:01:ff"}}};
    struct pki_crl c;
    assert_true(pki_crl_read(make_crl(a, &s), &c));
    assert_null(pki_crl_place(a, &c));
    assert_int_equal(c.version, 2);
    assert_int_equal(c.n_entries, 2);
    assert_int_equal(c.this_update, NOW - DAY);
    assert_true(c.has_next && c.next_update == NOW + DAY);
    assert_string_equal(der_serial_text(a, c.number), "012c");
    assert_string_equal(der_serial_text(a, c.base_number), "012b");
    assert_true(c.is_delta && c.has_idp && c.indirect && c.has_reasons);
    assert_false(c.only_user || c.only_ca || c.only_attribute || c.unknown_critical);
    assert_int_equal(c.reasons, 0x60); /* 06 with one unused bit: bits 5 and 6 */
    assert_true(bytes_eq(c.aki_key_id, party(a, CA)->cert.ski));
    assert_int_equal(c.odd, 0);
    struct pki_crl_entry e;
    assert_true(pki_crl_find(&c, party(a, CA)->cert.subject, party(a, SECOND_LEAF)->cert.serial, &e));
    assert_int_equal(e.reason, PKI_REASON_NONE);
    assert_int_equal(e.revoked_at, NOW - 10 * DAY);
    assert_true(pki_crl_find(&c, party(a, CA)->cert.subject, party(a, LEAF)->cert.serial, &e));
    assert_int_equal(e.reason, PKI_REASON_KEY_COMPROMISE);
    assert_false(pki_crl_find(&c, party(a, CA)->cert.subject, party(a, SUB_CA)->cert.serial, &e));
    assert_false(pki_crl_find(&c, party(a, CRL_ISSUER)->cert.subject, party(a, LEAF)->cert.serial, &e));
}

/* One CRL, one verdict on the leaf. */
static void verdicts(void **state) {
    struct arena *a = *state;
    static const struct {
        const char *name;
        struct crl_make s;
        enum pki_rev want;
        bool strict;
    } rows[] = {
        {"empty", {.signer = CA, NUMBERED}, PKI_REV_GOOD, true},
        {"not on it", {.signer = CA, .lines = {{SECOND_LEAF, 1, 0}}, NUMBERED}, PKI_REV_GOOD, true},
        {"on it",
         {.signer = CA, .lines = {{SECOND_LEAF, 1, 0}, {LEAF, 4, 0}}, NUMBERED},
         PKI_REV_REVOKED,
         true},
        {"removed", {.signer = CA, .lines = {{LEAF, 8, 0}}, NUMBERED}, PKI_REV_GOOD, false},
        {"no number", {.signer = CA}, PKI_REV_GOOD, false},
        {"no number, strict", {.signer = CA}, PKI_REV_UNSUPPORTED, true},
        {"old", {.signer = CA, .from = NOW - 9 * DAY, .to = NOW - DAY, NUMBERED}, PKI_REV_EXPIRED, false},
        {"old, on it",
         {.signer = CA, .from = NOW - 9 * DAY, .to = NOW - DAY, .lines = {{LEAF, 1, 0}}, NUMBERED},
         PKI_REV_REVOKED,
         false},
        {"old, on it, strict",
         {.signer = CA, .from = NOW - 9 * DAY, .to = NOW - DAY, .lines = {{LEAF, 1, 0}}, NUMBERED},
         PKI_REV_EXPIRED,
         true},
        {"old, on hold",
         {.signer = CA, .from = NOW - 9 * DAY, .to = NOW - DAY, .lines = {{LEAF, 6, 0}}, NUMBERED},
         PKI_REV_EXPIRED,
         false},
        {"future",
         {.signer = CA, .from = NOW + DAY, .to = NOW + 2 * DAY, .lines = {{LEAF, 1, 0}}, NUMBERED},
         PKI_REV_NOT_YET,
         false},
        {"no nextUpdate", {.signer = CA, .from = NOW - 99 * DAY, .to = -1, NUMBERED}, PKI_REV_GOOD, false},
        {"other key", {.signer = FOREIGN_CA, .lines = {{LEAF, 1, 0}}, .number = 1}, PKI_REV_REVOKED, false},
        {"other issuer",
         {.signer = CRL_ISSUER, .lines = {{LEAF, 1, 0}}, .number = 1},
         PKI_REV_OTHER_CERT,
         false},
        {"CAs only",
         {.signer = CA,
          .lines = {{LEAF, 1, 0}},
          .extensions = {{"issuingDistributionPoint", "critical,DER:30:03:82:01:ff"}}},
         PKI_REV_OTHER_CERT,
         false},
        {"end entities only",
         {.signer = CA,
          .lines = {{LEAF, 1, 0}},
          .extensions = {{"issuingDistributionPoint", "critical,DER:30:03:81:01:ff"}}},
         PKI_REV_REVOKED,
         false},
        {"attributes only",
         {.signer = CA,
          .lines = {{LEAF, 1, 0}},
          .extensions = {{"issuingDistributionPoint", "critical,DER:30:03:85:01:ff"}}},
         PKI_REV_OTHER_CERT,
         false},
        {"another point",
         {.signer = CA,
          .lines = {{LEAF, 1, 0}},
          .extensions = {{"issuingDistributionPoint",
                          "critical,DER:30:0b:a0:09:a0:07:86:05:78:3a:2f:2f:79"}}},
         PKI_REV_OTHER_CERT,
         false},
        {"its point",
         {.signer = CA,
          .lines = {{LEAF, 1, 0}},
          .extensions = {{"issuingDistributionPoint",
                          "critical,DER:30:1e:a0:1c:a0:1a:86:18:68:74:74:70:3a:2f:2f:63:72:6c:2e:65:78:61:6d:"
                          "70:6c:65:2f:61:2e:63:72:6c"}}},
         PKI_REV_REVOKED,
         false},
        {"some reasons",
         {.signer = CA, .extensions = {{"issuingDistributionPoint", "critical,DER:30:04:83:02:01:06"}}},
         PKI_REV_PARTIAL,
         false},
        {"critical",
         {.signer = CA, .extensions = {{"1.2.3.4", "critical,DER:05:00"}}},
         PKI_REV_UNSUPPORTED,
         false},
        {"MD5", {.signer = FOREIGN_CA, .lines = {{LEAF, 1, 0}}, .digest = "MD5"}, PKI_REV_UNSUPPORTED, false},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct given g = {.n = 0};
        give(&g, make_crl(a, &rows[i].s));
        struct pki_rev_answer got = judge_as(a, &g, LEAF, rows[i].strict);
        if (got.verdict != rows[i].want)
            fail_msg("%s: %s (%s)", rows[i].name, pki_rev_text(got.verdict), got.why ? got.why : "-");
    }
}

/* The scope goes by the certificate: a CA is no end entity. */
static void scope_of_a_ca(void **state) {
    struct arena *a = *state;
    struct crl_make s = {.signer = CA,
                         .lines = {{SUB_CA, 2, 0}},
                         .extensions = {{"issuingDistributionPoint", "critical,DER:30:03:82:01:ff"}}};
    struct given g = {.n = 0};
    give(&g, make_crl(a, &s));
    assert_int_equal(judge_as(a, &g, SUB_CA, false).verdict, PKI_REV_REVOKED);
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_OTHER_CERT);
}

/* Two halves make a whole, and one revokes. */
static void reasons_add_up(void **state) {
    struct arena *a = *state;
    struct crl_make half = {.signer = CA,
                            .extensions = {{"issuingDistributionPoint", "critical,DER:30:04:83:02:01:06"}}};
    struct crl_make rest = {
        .signer = CA, .extensions = {{"issuingDistributionPoint", "critical,DER:30:05:83:03:07:79:80"}}};
    struct given g = {.n = 0};
    give(&g, make_crl(a, &half));
    give(&g, make_crl(a, &rest));
    assert_int_equal(g.crls[0].reasons | g.crls[1].reasons, PKI_REASONS_ALL);
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_GOOD);
    rest.lines[0] = (struct crl_line){LEAF, 1, 0};
    give(&g, make_crl(a, &rest));
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_REVOKED);
}

static void deltas(void **state) {
    struct arena *a = *state;
    struct crl_make base = {.signer = CA, .number = 5, .lines = {{SECOND_LEAF, 6, 0}}};
    struct crl_make delta = {
        .signer = CA, .number = 7, .base = 4, .lines = {{LEAF, 1, 0}, {SECOND_LEAF, 8, 0}}};
    struct given g = {.n = 0};
    give(&g, make_crl(a, &delta));
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_NONE); /* a delta alone says nothing */
    give(&g, make_crl(a, &base));
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_REVOKED);
    assert_int_equal(judge_as(a, &g, SECOND_LEAF, false).verdict, PKI_REV_GOOD);
    delta.base = 6; /* made from a base that is newer than the one at hand */
    g.n = 1;
    assert_true(pki_crl_read(make_crl(a, &delta), &g.crls[0]));
    give(&g, make_crl(a, &base));
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_GOOD);
    assert_int_equal(judge_as(a, &g, SECOND_LEAF, false).verdict, PKI_REV_REVOKED);
}

/* RFC 5280 5.3.3: whose certificate an entry means goes on until the next one says otherwise. */
static void indirect(void **state) {
    struct arena *a = *state;
    struct crl_make s = {
        .signer = CA,
        .lines = {{SUB_CA, 1, 0}, {SECOND_LEAF, 1, CRL_ISSUER}, {LEAF, 1, 0}, {RESPONDER, 1, CA}},
        .extensions = {{"issuingDistributionPoint", "critical,DER:30:03:84:01:ff"}}};
    struct given g = {.n = 0};
    give(&g, make_crl(a, &s));
    assert_true(g.crls[0].has_entry_issuers && g.crls[0].indirect);
    assert_int_equal(judge_as(a, &g, SUB_CA, false).verdict, PKI_REV_REVOKED);
    assert_int_equal(judge_as(a, &g, SECOND_LEAF, false).verdict, PKI_REV_GOOD);
    assert_int_equal(judge_as(a, &g, LEAF, false).verdict, PKI_REV_GOOD);
    assert_int_equal(judge_as(a, &g, RESPONDER, false).verdict, PKI_REV_REVOKED);
}

static void signers(void **state) {
    struct arena *a = *state;
    struct crl_make s = {.signer = CA,
                         .number = 1,
                         .lines = {{LEAF, 1, 0}},
                         .extensions = {{"authorityKeyIdentifier", "keyid"}}};
    struct given g = {.n = 0};
    give(&g, make_crl(a, &s));
    struct pki_rev_query q = {
        .cert = &party(a, LEAF)->cert, .issuer = &party(a, NO_CRL_SIGN)->cert, .at = NOW};
    struct pki_rev_answer answer;
    pki_crl_judge(g.crls, 1, &q, NULL, &answer);
    assert_int_equal(answer.verdict, PKI_REV_WRONG_SIGNER);
    assert_non_null(strstr(answer.why, "cRLSign"));
    q.issuer = &party(a, FOREIGN_CA)->cert; /* the CRL names another key */
    pki_crl_judge(g.crls, 1, &q, NULL, &answer);
    assert_int_equal(answer.verdict, PKI_REV_WRONG_SIGNER);
    const struct pki_cert *ca = &party(a, CA)->cert;
    size_t asked = 0;
    struct pki_crl_signers others = {&ca, 1, NULL, NULL};
    pki_crl_judge(g.crls, 1, &q, &others, &answer);
    assert_int_equal(answer.verdict, PKI_REV_WRONG_SIGNER);
    others = (struct pki_crl_signers){&ca, 1, trust_all, &asked};
    pki_crl_judge(g.crls, 1, &q, &others, &answer);
    assert_int_equal(answer.verdict, PKI_REV_REVOKED);
    assert_int_equal(asked, 1);
    assert_true(bytes_eq(answer.signer, party(a, CA)->der));
    s.extensions[0][0] = NULL; /* without the identifier the key itself says no */
    assert_true(pki_crl_read(make_crl(a, &s), &g.crls[0]));
    pki_crl_judge(g.crls, 1, &q, NULL, &answer);
    assert_int_equal(answer.verdict, PKI_REV_BAD_SIGNATURE);
}

/* Every cut is refused with its place, and no changed bit takes the entry away or moves the certificate. */
static void cuts_and_flips(void **state) {
    struct arena *a = *state;
    struct crl_make s = {.signer = CA,
                         .lines = {{LEAF, 1, 0}},
                         .number = 5,
                         .extensions = {{"authorityKeyIdentifier", "keyid"}}};
    struct bytes der = make_crl(a, &s);
    uint8_t *copy = mem_alloc(der.n);
    struct pki_rev_query q = {.cert = &party(a, LEAF)->cert, .issuer = &party(a, CA)->cert, .at = NOW};
    struct pki_rev_answer answer;
    struct pki_crl c;
    for (size_t n = 0; n < der.n; n++) {
        memcpy(copy, der.p, n);
        assert_false(pki_crl_read(bytes_of(copy, n), &c));
        assert_non_null(pki_crl_place(a, &c));
        pki_crl_judge(&c, 1, &q, NULL, &answer);
        assert_int_equal(answer.verdict, PKI_REV_MALFORMED);
    }
    memcpy(copy, der.p, der.n);
    for (size_t bit = 0; bit < der.n * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        (void)pki_crl_read(bytes_of(copy, der.n), &c);
        pki_crl_judge(&c, 1, &q, NULL, &answer);
        if (answer.verdict == PKI_REV_GOOD) fail_msg("bit %zu: %s", bit, pki_rev_text(answer.verdict));
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    mem_free(copy);
}

/* A list of `n` entries, put together by hand: 23 bytes each. */
static struct bytes large(struct arena *a, size_t n, struct bytes serial) {
    static const char date[] = "260101000000Z";
    enum { SERIAL = 4, BODY = 2 + SERIAL + 2 + 13, ENTRY = 2 + BODY };
    uint8_t *p = arena_alloc(a, n * ENTRY + 64);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t head[] = {DER_SEQUENCE,
                                BODY,
                                DER_INTEGER,
                                SERIAL,
                                0x40 | (uint8_t)(i >> 24),
                                (uint8_t)(i >> 16),
                                (uint8_t)(i >> 8),
                                (uint8_t)i,
                                DER_UTC_TIME,
                                13};
        memcpy(p + at, head, sizeof head);
        memcpy(p + at + sizeof head, date, 13);
        at += ENTRY;
    }
    const uint8_t head[] = {DER_SEQUENCE, (uint8_t)(serial.n + 17), DER_INTEGER, (uint8_t)serial.n};
    memcpy(p + at, head, 4);
    memcpy(p + at + 4, serial.p, serial.n);
    at += 4 + serial.n;
    p[at++] = DER_UTC_TIME;
    p[at++] = 13;
    memcpy(p + at, date, 13);
    return bytes_of(p, at + 13);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 300,000 entries (7 MB), the one looked for at the end: found, without memory of its own, in linear time. */
static void large_lists(void **state) {
    struct arena *a = *state;
    enum { ENTRIES = 300000, LOOKUPS = 8 };
    const struct pki_cert *leaf = &party(a, LEAF)->cert;
    struct pki_crl c = {.entries = large(a, ENTRIES, leaf->serial), .issuer = leaf->issuer};
    c.der = c.entries;
    struct pki_crl_entry e;
    size_t used = a->used;
    double from = now();
    for (int i = 0; i < LOOKUPS; i++) assert_true(pki_crl_find(&c, leaf->issuer, leaf->serial, &e));
    double each = (now() - from) / LOOKUPS;
    assert_int_equal(a->used, used);
    assert_int_equal(e.revoked_at, 1767225600);
    assert_true(each < 0.5); /* some 3 ms without sanitizers: a bound for the order, not the speed */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_are_read, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(verdicts, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(scope_of_a_ca, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(reasons_add_up, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(deltas, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(indirect, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(signers, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(cuts_and_flips, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(large_lists, arena_setup, arena_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
