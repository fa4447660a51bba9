/* OCSP responses by libcrypto: every status, who may sign, times, cuts and flips; requests read by libcrypto.
 */
#include "revocation_make.h"

#include <openssl/ocsp.h>

static struct pki_rev_query query(struct arena *a) {
    return (struct pki_rev_query){
        .cert = &party(a, LEAF)->cert, .issuer = &party(a, CA)->cert, .at = NOW, .skew = 300};
}

static struct pki_rev_answer judge(struct arena *a, struct bytes der) {
    struct pki_ocsp o;
    struct pki_rev_answer answer;
    struct pki_rev_query q = query(a);
    (void)pki_ocsp_read(der, &o);
    pki_ocsp_judge(&o, &q, &answer);
    return answer;
}

static void fields_are_read(void **state) {
    struct arena *a = *state;
    struct answer s = {
        .signer = RESPONDER, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1, .revoked_at = NOW - 5 * DAY};
    struct pki_ocsp o;
    struct bytes der = make_ocsp(a, &s);
    assert_true(pki_ocsp_read(der, &o));
    assert_true(o.readable && o.basic);
    assert_null(pki_ocsp_place(a, &o));
    assert_int_equal(o.version, 1);
    assert_int_equal(o.n_singles, 1);
    assert_int_equal(o.n_certs, 1);
    assert_true(pki_name_eq(o.responder_name, party(a, RESPONDER)->cert.subject));
    assert_null(o.responder_key.p);
    assert_string_equal(o.algorithm.name, "ecdsa-with-SHA256");
    struct der r = der_of(o.singles, o.der.p, NULL);
    struct pki_ocsp_single one;
    assert_true(pki_ocsp_single_next(&r, &one));
    assert_int_equal(one.id.hash, PKI_HASH_SHA1);
    assert_true(bytes_eq(one.id.serial, party(a, LEAF)->cert.serial));
    assert_int_equal(one.state, PKI_OCSP_REVOKED);
    assert_int_equal(one.reason, PKI_REASON_KEY_COMPROMISE);
    assert_int_equal(one.revoked_at, NOW - 5 * DAY);
    assert_int_equal(one.this_update, NOW - DAY);
    assert_true(one.has_next);
    assert_int_equal(one.next_update, NOW + DAY);
    assert_false(pki_ocsp_single_next(&r, &one));
}

/* One row a verdict. */
static void verdicts(void **state) {
    struct arena *a = *state;
    enum {
        GOOD = V_OCSP_CERTSTATUS_GOOD,
        REVOKED = V_OCSP_CERTSTATUS_REVOKED,
        UNKNOWN = V_OCSP_CERTSTATUS_UNKNOWN
    };
    static const struct {
        const char *name;
        struct answer s;
        enum pki_rev want;
    } rows[] = {
        {"good by the CA", {.signer = CA, .status = GOOD}, PKI_REV_GOOD},
        {"good by its key", {.signer = CA, .status = GOOD, .by_key = true, .no_certs = true}, PKI_REV_GOOD},
        {"sha256", {.signer = CA, .status = GOOD, .sha256 = true}, PKI_REV_GOOD},
        {"delegated", {.signer = RESPONDER, .status = GOOD}, PKI_REV_GOOD},
        {"delegated by key", {.signer = RESPONDER, .status = GOOD, .by_key = true}, PKI_REV_GOOD},
        {"revoked",
         {.signer = RESPONDER, .status = REVOKED, .reason = 4, .revoked_at = NOW - 3 * DAY},
         PKI_REV_REVOKED},
        {"revoked, no reason",
         {.signer = CA, .status = REVOKED, .reason = -1, .revoked_at = NOW - 3 * DAY},
         PKI_REV_REVOKED},
        {"unknown", {.signer = CA, .status = UNKNOWN}, PKI_REV_UNKNOWN},
        {"old", {.signer = CA, .status = GOOD, .from = NOW - 9 * DAY, .to = NOW - 2 * DAY}, PKI_REV_EXPIRED},
        {"old and revoked",
         {.signer = CA, .status = REVOKED, .reason = 1, .from = NOW - 9 * DAY, .to = NOW - 2 * DAY},
         PKI_REV_REVOKED},
        {"old and on hold",
         {.signer = CA, .status = REVOKED, .reason = 6, .from = NOW - 9 * DAY, .to = NOW - 2 * DAY},
         PKI_REV_EXPIRED},
        {"within the skew",
         {.signer = CA, .status = GOOD, .from = NOW - 9 * DAY, .to = NOW - 200},
         PKI_REV_GOOD},
        {"future", {.signer = CA, .status = GOOD, .from = NOW + DAY, .to = NOW + 2 * DAY}, PKI_REV_NOT_YET},
        {"future and revoked",
         {.signer = CA, .status = REVOKED, .from = NOW + DAY, .to = NOW + 2 * DAY},
         PKI_REV_NOT_YET},
        {"no nextUpdate", {.signer = CA, .status = GOOD, .from = NOW - 3600}, PKI_REV_GOOD},
        {"no nextUpdate, old", {.signer = CA, .status = GOOD, .from = NOW - 2 * DAY}, PKI_REV_EXPIRED},
        {"backwards",
         {.signer = CA, .status = GOOD, .from = NOW - DAY, .to = NOW - 2 * DAY},
         PKI_REV_MALFORMED},
        {"no purpose", {.signer = NO_EKU, .status = REVOKED}, PKI_REV_WRONG_SIGNER},
        {"late responder", {.signer = LATE, .status = GOOD}, PKI_REV_WRONG_SIGNER},
        {"foreign responder", {.signer = FOREIGN, .status = REVOKED}, PKI_REV_WRONG_SIGNER},
        {"foreign CA", {.signer = FOREIGN_CA, .status = REVOKED, .no_certs = true}, PKI_REV_BAD_SIGNATURE},
        {"foreign CA by key",
         {.signer = FOREIGN_CA, .status = REVOKED, .by_key = true},
         PKI_REV_WRONG_SIGNER},
        {"not in there", {.signer = RESPONDER, .status = REVOKED, .no_certs = true}, PKI_REV_WRONG_SIGNER},
        {"other certificate", {.signer = CA, .status = REVOKED, .about = SECOND_LEAF}, PKI_REV_OTHER_CERT},
        {"other issuer", {.signer = CA, .status = REVOKED, .other_issuer = true}, PKI_REV_OTHER_CERT},
        {"critical", {.signer = CA, .status = GOOD, .extension = "1.2.3.4"}, PKI_REV_UNSUPPORTED},
        {"nonce", {.signer = CA, .status = GOOD, .extension = "1.3.6.1.5.5.7.48.1.2"}, PKI_REV_GOOD},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_rev_answer got = judge(a, make_ocsp(a, &rows[i].s));
        if (got.verdict != rows[i].want)
            fail_msg("%s: %s (%s)", rows[i].name, pki_rev_text(got.verdict), got.why ? got.why : "-");
    }
}

static void answers_say_more(void **state) {
    struct arena *a = *state;
    struct answer s = {
        .signer = RESPONDER, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 4, .revoked_at = NOW - 3 * DAY};
    struct pki_rev_answer got = judge(a, make_ocsp(a, &s));
    assert_int_equal(got.revoked_at, NOW - 3 * DAY);
    assert_string_equal(pki_reason_text(got.reason), "superseded");
    assert_true(bytes_eq(got.signer, party(a, RESPONDER)->der));
    assert_true(got.signer_nocheck);
    assert_false(got.stale || got.never_issued);
    s = (struct answer){.signer = CA, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 6, .revoked_at = 0};
    got = judge(a, make_ocsp(a, &s));
    assert_true(got.verdict == PKI_REV_REVOKED && got.never_issued);
    assert_int_equal(got.signer.n, 0);
    s = (struct answer){.signer = CA,
                        .status = V_OCSP_CERTSTATUS_REVOKED,
                        .reason = -1,
                        .from = NOW - 9 * DAY,
                        .to = NOW - DAY};
    got = judge(a, make_ocsp(a, &s));
    assert_true(got.stale);
    assert_null(pki_reason_text(got.reason));
    s = (struct answer){.signer = NO_EKU, .status = V_OCSP_CERTSTATUS_GOOD};
    got = judge(a, make_ocsp(a, &s));
    assert_non_null(strstr(got.why, "id-kp-OCSPSigning"));
}

static void error_statuses(void **state) {
    struct arena *a = *state;
    static const struct {
        int status;
        const char *text;
    } rows[] = {{1, "malformedRequest"}, {2, "internalError"}, {3, "tryLater"},
                {4, "unknown status"},   {5, "sigRequired"},   {6, "unauthorized"}};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct pki_rev_answer got = judge(a, make_ocsp_error(a, rows[i].status));
        assert_int_equal(got.verdict, PKI_REV_ERROR_STATUS);
        assert_int_equal(got.status, rows[i].status);
        assert_string_equal(got.why, rows[i].text);
    }
    struct pki_ocsp o; /* successful, and nothing follows */
    assert_false(pki_ocsp_read(hex(a, "30030a0100"), &o));
    assert_string_equal(pki_ocsp_place(a, &o), "responseBytes at byte 5 is missing");
}

/* Every cut is refused with its place, and no changed bit makes another answer of a signed one. */
static void cuts_and_flips(void **state) {
    struct arena *a = *state;
    struct answer s = {.signer = RESPONDER, .status = V_OCSP_CERTSTATUS_GOOD};
    struct bytes der = make_ocsp(a, &s);
    uint8_t *copy = mem_alloc(der.n);
    for (size_t n = 0; n < der.n; n++) {
        struct pki_ocsp o;
        memcpy(copy, der.p, n);
        assert_false(pki_ocsp_read(bytes_of(copy, n), &o));
        assert_non_null(pki_ocsp_place(a, &o));
        assert_int_equal(judge(a, bytes_of(copy, n)).verdict, PKI_REV_MALFORMED);
    }
    memcpy(copy, der.p, der.n);
    for (size_t bit = 0; bit < der.n * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct pki_rev_answer got = judge(a, bytes_of(copy, der.n));
        if (got.verdict == PKI_REV_REVOKED || got.verdict == PKI_REV_UNKNOWN)
            fail_msg("bit %zu: %s", bit, pki_rev_text(got.verdict));
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    mem_free(copy);
}

static void requests(void **state) {
    struct arena *a = *state;
    struct bytes der = pki_ocsp_request(a, &party(a, LEAF)->cert, &party(a, CA)->cert);
    const unsigned char *p = der.p;
    OCSP_REQUEST *r = d2i_OCSP_REQUEST(NULL, &p, (long)der.n);
    assert_non_null(r);
    assert_ptr_equal(p, der.p + der.n);
    assert_int_equal(OCSP_request_onereq_count(r), 1);
    const unsigned char *leaf = party(a, LEAF)->der.p, *ca = party(a, CA)->der.p;
    X509 *cert = d2i_X509(NULL, &leaf, (long)party(a, LEAF)->der.n);
    X509 *issuer = d2i_X509(NULL, &ca, (long)party(a, CA)->der.n);
    OCSP_CERTID *want = OCSP_cert_to_id(EVP_sha1(), cert, issuer);
    assert_int_equal(OCSP_id_cmp(want, OCSP_onereq_get0_id(OCSP_request_onereq_get0(r, 0))), 0);
    OCSP_CERTID_free(want);
    X509_free(cert);
    X509_free(issuer);
    OCSP_REQUEST_free(r);
}

static void urls(void **state) {
    struct arena *a = *state;
    const struct pki_cert *leaf = &party(a, LEAF)->cert;
    assert_string_equal(pki_ocsp_url(a, leaf, 0), "http://ocsp.example/a");
    assert_string_equal(pki_ocsp_url(a, leaf, 1), "http://second.example");
    assert_null(pki_ocsp_url(a, leaf, 2)); /* https would need the same judgement */
    assert_string_equal(pki_crl_url(a, leaf, 0), "http://crl.example/a.crl");
    assert_null(pki_crl_url(a, leaf, 1));
    assert_null(pki_ocsp_url(a, &party(a, CA)->cert, 0));
    static const uint8_t request[] = {0xFB, 0xFF, 0xFE, 0x00};
    assert_string_equal(pki_ocsp_get_url(a, "http://o.example", bytes_of(request, 4)),
                        "http://o.example/%2B%2F%2F%2BAA%3D%3D");
    assert_string_equal(pki_ocsp_get_url(a, "http://o.example/x/", bytes_of(request, 3)),
                        "http://o.example/x/%2B%2F%2F%2B");
    assert_null(pki_ocsp_get_url(a, "http://o.example", filled(a, 'x', 200)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_are_read, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(verdicts, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(answers_say_more, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(error_statuses, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(cuts_and_flips, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(requests, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(urls, arena_setup, arena_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
