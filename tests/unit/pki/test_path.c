/* Path building: shapes in which a valid path must be found, or its faults be told; and how much work it
 * takes. */
#include "pki_test.h"

#include "pki/path.h"

static const char ca_ext[] = "critical,CA:TRUE", sign[] = "critical,keyCertSign,cRLSign";
#define CA_EXTENSIONS                                                                                        \
    {"basicConstraints", ca_ext}, {"keyUsage", sign}, {                                                      \
        "subjectKeyIdentifier", "hash"                                                                       \
    }
#define CA_WITH_IDS                                                                                          \
    {                                                                                                        \
        CA_EXTENSIONS, {                                                                                     \
            "authorityKeyIdentifier", "keyid:always"                                                         \
        }                                                                                                    \
    }
#define CA_WITHOUT_IDS                                                                                       \
    {                                                                                                        \
        {"basicConstraints", ca_ext}, {                                                                      \
            "keyUsage", sign                                                                                 \
        }                                                                                                    \
    }

enum { KEYS = 8 };
static EVP_PKEY *keys[KEYS];

static EVP_PKEY *key(size_t i) {
    if (!keys[i]) keys[i] = make_key("EC", "P-256", 0);
    return keys[i];
}

static struct bytes make_ca(struct arena *a, const char *cn, size_t k, struct bytes issuer,
                            size_t issuer_key) {
    struct spec s = {.cn = cn, .extensions = CA_WITH_IDS};
    return issue(a, &s, key(k), issuer, issuer.n ? key(issuer_key) : NULL);
}

static struct bytes make_leaf(struct arena *a, struct bytes issuer, size_t issuer_key) {
    struct spec s = {.cn = "leaf", .extensions = {{"subjectAltName", "DNS:www.example"}}};
    struct pki_cert c;
    (void)pki_cert_read(issuer, &c);
    if (c.has_ski) {
        s.extensions[1][0] = "authorityKeyIdentifier";
        s.extensions[1][1] = "keyid";
    }
    return issue(a, &s, key(7), issuer, key(issuer_key));
}

struct setup {
    struct pki_pool *pool;
    struct pki_query q;
    struct pki_search found;
};

static void begin(struct arena *a, struct setup *s, struct bytes leaf) {
    *s = (struct setup){.pool = pki_pool_new(a)};
    s->q = (struct pki_query){
        .leaf = pki_pool_add(s->pool, leaf, PKI_SENT), .judge = pki_judge_find("strict"), .at = NOW};
    assert_non_null(s->q.judge);
}

static const struct pki_path *search(struct arena *a, struct setup *s) {
    pki_search(s->pool, &s->q, a, &s->found);
    assert_true(s->found.n_paths >= 1);
    return &s->found.paths[0];
}

static void expect_found(struct arena *a, struct setup *s, size_t length) {
    const struct pki_path *p = search(a, s);
    if (p->n_problems) fail_msg("%s", p->problems[0].text);
    assert_int_equal(s->found.outcome, PKI_FOUND);
    assert_int_equal(p->n, length);
    assert_true(p->anchored);
}

static void expect_faulty(struct arena *a, struct setup *s, enum pki_problem_kind kind, size_t depth) {
    const struct pki_path *p = search(a, s);
    assert_int_equal(s->found.outcome, PKI_FAULTY);
    assert_true(p->n_problems >= 1);
    for (size_t i = 0; i < p->n_problems; i++)
        if (p->problems[i].kind == kind && p->problems[i].depth == depth) return;
    fail_msg("%s at %zu: %s", pki_problem_code(p->problems[0].kind), p->problems[0].depth,
             p->problems[0].text);
}

/* ---- shapes ---- */

static void test_any_order(void **state) {
    struct arena *a = *state;
    struct bytes root = make_ca(a, "root", 0, (struct bytes){0}, 0), one = make_ca(a, "one", 1, root, 0),
                 two = make_ca(a, "two", 2, one, 1), leaf = make_leaf(a, two, 2),
                 junk = make_ca(a, "junk", 3, (struct bytes){0}, 0);
    const struct bytes orders[][5] = {
        {two, one, root, junk, leaf}, {root, junk, one, leaf, two}, {one, two, junk, junk, root}};
    for (size_t i = 0; i < TW_COUNT(orders); i++) {
        struct setup s;
        begin(a, &s, leaf);
        for (size_t k = 0; k < TW_COUNT(orders[i]); k++) (void)pki_pool_add(s.pool, orders[i][k], PKI_SENT);
        expect_faulty(a, &s, PKI_PROBLEM_UNTRUSTED_ROOT, 3);
        (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
        expect_found(a, &s, 4);
        /* Searching again costs no signature. */
        pki_search(s.pool, &s.q, a, &s.found);
        assert_int_equal(s.found.signatures, 0);
    }
}

static void test_what_is_missing(void **state) {
    struct arena *a = *state;
    struct bytes root = make_ca(a, "root", 0, (struct bytes){0}, 0), one = make_ca(a, "one", 1, root, 0),
                 two = make_ca(a, "two", 2, one, 1), leaf = make_leaf(a, two, 2), none = {0};
    struct setup s;
    begin(a, &s, leaf);
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    expect_faulty(a, &s, PKI_PROBLEM_NO_ISSUER, 0);
    (void)pki_pool_add(s.pool, two, PKI_SENT);
    expect_faulty(a, &s, PKI_PROBLEM_NO_ISSUER, 1);
    assert_int_equal(s.found.paths[0].n, 2); /* as far as it goes */
    (void)pki_pool_add(s.pool, one, PKI_FETCHED);
    expect_found(a, &s, 4);
    begin(a, &s, make_ca(a, "alone", 4, none, 0));
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    expect_faulty(a, &s, PKI_PROBLEM_SELF_SIGNED, 0);
    (void)pki_pool_add(s.pool, pki_pool_item(s.pool, s.q.leaf)->cert.der, PKI_ANCHOR);
    expect_found(a, &s, 1);
}

/* DST Root CA X3, AddTrust: an expired cross-certificate beside a good one, whatever comes first. */
static void test_expired_cross(void **state) {
    struct arena *a = *state;
    struct bytes none = {0}, old_root = make_ca(a, "old", 0, none, 0),
                 new_root = make_ca(a, "new", 1, none, 0);
    struct spec crossed = {.cn = "new", .to = NOW - DAY, .extensions = CA_WITH_IDS};
    struct bytes cross = issue(a, &crossed, key(1), old_root, key(0)),
                 inter = make_ca(a, "inter", 2, new_root, 1), leaf = make_leaf(a, inter, 2);
    for (int turn = 0; turn < 2; turn++) {
        struct setup s;
        begin(a, &s, leaf);
        (void)pki_pool_add(s.pool, inter, PKI_SENT);
        (void)pki_pool_add(s.pool, cross, PKI_SENT);
        if (turn) (void)pki_pool_add(s.pool, new_root, PKI_ANCHOR);
        (void)pki_pool_add(s.pool, old_root, PKI_ANCHOR);
        if (turn)
            expect_found(a, &s, 3);
        else
            expect_faulty(a, &s, PKI_PROBLEM_CA_EXPIRED, 2);
    }
}

/* GnuTLS asks the anchors for the issuer of the last certificate that it sorted: one that leads elsewhere
 * hides the root whose cross-certificate was sent. */
static void test_sorted_before(void **state) {
    struct arena *a = *state;
    struct bytes none = {0}, root = make_ca(a, "root", 0, none, 0), old_root = make_ca(a, "old", 1, none, 0),
                 cross = make_ca(a, "root", 0, old_root, 1), inter = make_ca(a, "inter", 2, root, 0),
                 stray = make_ca(a, "stray", 3, old_root, 1), leaf = make_leaf(a, inter, 2);
    for (int with_stray = 0; with_stray < 2; with_stray++) {
        struct setup s;
        begin(a, &s, leaf);
        (void)pki_pool_add(s.pool, cross, PKI_SENT);
        if (with_stray) (void)pki_pool_add(s.pool, stray, PKI_SENT);
        (void)pki_pool_add(s.pool, inter, PKI_SENT);
        (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
        expect_found(a, &s, 3);
        s.q.judge = pki_judge_find("gnutls-3.7");
        assert_int_equal(search(a, &s)->anchored, !with_stray);
    }
}

/* An intermediate that is refused for one reason each, beside a good one of the same name and key. */
static void test_bad_beside_good(void **state) {
    struct arena *a = *state;
    struct bytes root = make_ca(a, "root", 0, (struct bytes){0}, 0), good = make_ca(a, "inter", 1, root, 0),
                 leaf = make_leaf(a, good, 1);
    const struct {
        struct spec spec;
        enum pki_problem_kind kind;
        size_t depth;
    } rows[] = {
        {{.cn = "inter", .from = NOW + DAY, .extensions = CA_WITH_IDS}, PKI_PROBLEM_NOT_YET_VALID, 1},
        {{.cn = "inter", .to = NOW - DAY, .extensions = CA_WITH_IDS}, PKI_PROBLEM_CA_EXPIRED, 1},
        {{.cn = "inter", .extensions = {{"keyUsage", sign}}}, PKI_PROBLEM_NOT_CA, 1},
        {{.cn = "inter", .extensions = {{"basicConstraints", "critical,CA:FALSE"}}}, PKI_PROBLEM_NOT_CA, 1},
        {{.cn = "inter", .extensions = {{"basicConstraints", ca_ext}, {"keyUsage", "critical,cRLSign"}}},
         PKI_PROBLEM_CA_KEY_USAGE,
         1},
        {{.cn = "inter",
          .extensions = {CA_EXTENSIONS, {"nameConstraints", "critical,permitted;DNS:other.example"}}},
         PKI_PROBLEM_NAME_CONSTRAINTS,
         0},
        {{.cn = "inter",
          .extensions = {CA_EXTENSIONS, {"policyConstraints", "critical,requireExplicitPolicy:0"}}},
         PKI_PROBLEM_POLICY,
         0},
        {{.cn = "inter", .extensions = {CA_EXTENSIONS, {"1.2.3.4", "critical,DER:0500"}}},
         PKI_PROBLEM_CRITICAL_EXTENSION,
         1},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct setup s;
        begin(a, &s, leaf);
        (void)pki_pool_add(s.pool, issue(a, &rows[i].spec, key(1), root, key(0)), PKI_SENT);
        (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
        expect_faulty(a, &s, rows[i].kind, rows[i].depth);
        (void)pki_pool_add(s.pool, good, PKI_SENT);
        expect_found(a, &s, 3);
    }
}

static void test_path_length(void **state) {
    struct arena *a = *state;
    struct bytes root = make_ca(a, "root", 0, (struct bytes){0}, 0);
    struct spec zero = {.cn = "zero",
                        .extensions = {{"basicConstraints", "critical,CA:TRUE,pathlen:0"},
                                       {"keyUsage", sign},
                                       {"subjectKeyIdentifier", "hash"}}};
    struct bytes top = issue(a, &zero, key(1), root, key(0));
    struct bytes self = issue(a, &zero, key(2), top, key(1)); /* self-issued: does not count */
    struct bytes below = make_ca(a, "below", 3, self, 2);
    struct setup s;
    begin(a, &s, make_leaf(a, self, 2));
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    (void)pki_pool_add(s.pool, top, PKI_SENT);
    (void)pki_pool_add(s.pool, self, PKI_SENT);
    expect_found(a, &s, 4);
    s.q.has_max_cas = true;
    expect_faulty(a, &s, PKI_PROBLEM_PATH_LENGTH, 2); /* zero intermediates were asked for */
    begin(a, &s, make_leaf(a, below, 3));
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    (void)pki_pool_add(s.pool, top, PKI_SENT);
    (void)pki_pool_add(s.pool, self, PKI_SENT);
    (void)pki_pool_add(s.pool, below, PKI_SENT);
    expect_faulty(a, &s, PKI_PROBLEM_PATH_LENGTH, 1);
}

/* All faults of one leaf at once, each named. */
static void test_all_problems(void **state) {
    struct arena *a = *state;
    struct bytes root = make_ca(a, "root", 0, (struct bytes){0}, 0);
    struct spec bad = {.cn = "leaf",
                       .to = NOW - DAY,
                       .digest = "SHA1",
                       .extensions = {{"subjectAltName", "DNS:other.example"},
                                      {"extendedKeyUsage", "codeSigning"},
                                      {"authorityKeyIdentifier", "keyid"}}};
    struct setup s;
    struct pki_host host;
    begin(a, &s, issue(a, &bad, key(7), root, key(0)));
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    s.q.purpose = PKI_PURPOSE_SERVER;
    assert_true(pki_host_read("www.example", &host));
    s.q.host = &host;
    const struct pki_path *p = search(a, &s);
    static const enum pki_problem_kind all[] = {PKI_PROBLEM_EKU, PKI_PROBLEM_NAME_MISMATCH,
                                                PKI_PROBLEM_LEAF_EXPIRED, PKI_PROBLEM_WEAK_SIGNATURE};
    assert_int_equal(p->n_problems, TW_COUNT(all));
    for (size_t i = 0; i < TW_COUNT(all); i++) assert_true(pki_path_has(p, all[i]));
}

/* ---- work ---- */

/* N roots of one name with keys of their own. Made by putting other bytes into the key of one. */
static struct bytes twin(struct arena *a, struct bytes der, size_t seed) {
    struct pki_cert c;
    struct bytes copy = arena_copy(a, der);
    uint8_t *p = arena_alloc(a, der.n);
    memcpy(p, copy.p, der.n);
    (void)pki_cert_read(bytes_of(p, der.n), &c);
    uint8_t *point = p + pki_offset(&c, c.key.bits) + 1;
    memcpy(point, &seed, sizeof(seed)); /* no point of the curve any more: a signature check says no */
    if (c.has_ski) memcpy(p + pki_offset(&c, c.ski), &seed, sizeof(seed));
    return bytes_of(p, der.n);
}

static void check_twins(struct arena *a, bool ids, unsigned origin, uint64_t at_most) {
    enum { N = 5000 };
    struct spec with = {.cn = "same", .extensions = CA_WITH_IDS},
                without = {.cn = "same", .extensions = CA_WITHOUT_IDS};
    struct bytes root = make_ca(a, "root", 0, (struct bytes){0}, 0);
    struct bytes ca = origin == PKI_ANCHOR ? issue(a, ids ? &with : &without, key(1), (struct bytes){0}, NULL)
                                           : issue(a, ids ? &with : &without, key(1), root, key(0));
    struct setup s;
    begin(a, &s, make_leaf(a, ca, 1));
    for (size_t i = 0; i < N - 1; i++) {
        if (i == N * 2 / 3) (void)pki_pool_add(s.pool, ca, origin);
        (void)pki_pool_add(s.pool, twin(a, ca, i * 7919 + 1), origin);
    }
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    expect_found(a, &s, origin == PKI_ANCHOR ? 2 : 3);
    assert_true(s.found.signatures <= at_most);
    assert_true(s.found.nodes <= 2 * N);
}

/* Nothing is trusted: it is found out with no more work. */
static void check_no_anchor(struct arena *a, bool ids, uint64_t at_most) {
    enum { N = 3000 };
    struct spec with = {.cn = "same", .extensions = CA_WITH_IDS},
                without = {.cn = "same", .extensions = CA_WITHOUT_IDS};
    struct bytes ca = issue(a, ids ? &with : &without, key(1), (struct bytes){0}, NULL);
    struct setup s;
    begin(a, &s, make_leaf(a, ca, 1));
    for (size_t i = 0; i < N - 1; i++) (void)pki_pool_add(s.pool, twin(a, ca, i * 7919 + 1), PKI_SENT);
    (void)pki_pool_add(s.pool, ca, PKI_SENT);
    expect_faulty(a, &s, PKI_PROBLEM_UNTRUSTED_ROOT, 1);
    assert_true(s.found.signatures <= at_most);
    assert_true(s.found.nodes <= 2 * N);
}

static void test_same_names(void **state) {
    check_no_anchor(*state, true, 2);
    check_no_anchor(*state, false, 3001);
    check_twins(*state, true, PKI_ANCHOR, 1);
    check_twins(*state, false, PKI_ANCHOR, 5000);
    check_twins(*state, true, PKI_SENT, 2);
    check_twins(*state, false, PKI_SENT, 5001);
}

/* A pile of strangers' certificates of the issuer's name beside the right anchor: none of them is tried. */
static void test_pile(void **state) {
    struct arena *a = *state;
    struct spec without = {.cn = "same", .extensions = CA_WITHOUT_IDS};
    struct bytes root = issue(a, &without, key(1), (struct bytes){0}, NULL);
    struct setup s;
    begin(a, &s, make_leaf(a, root, 1));
    for (size_t i = 0; i < 2000; i++) (void)pki_pool_add(s.pool, twin(a, root, i * 31 + 1), PKI_SENT);
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    expect_found(a, &s, 2);
    assert_int_equal(s.found.signatures, 1);
}

/* Every CA signed by every other, and no anchor: the ways are exponential, the work is not. */
static void test_mesh(void **state) {
    struct arena *a = *state;
    static const char *const names[] = {"m0", "m1", "m2", "m3", "m4", "m5", "m6"};
    struct bytes self[KEYS - 1], stranger = make_ca(a, "stranger", 7, (struct bytes){0}, 0);
    struct setup s;
    for (size_t i = 0; i < TW_COUNT(self); i++) self[i] = make_ca(a, names[i], i, (struct bytes){0}, 0);
    begin(a, &s, make_leaf(a, self[0], 0));
    for (size_t i = 0; i < TW_COUNT(self); i++)
        for (size_t k = 0; k < TW_COUNT(self); k++)
            if (i != k) (void)pki_pool_add(s.pool, make_ca(a, names[i], i, self[k], k), PKI_SENT);
    (void)pki_pool_add(s.pool, stranger, PKI_ANCHOR);
    s.q.max_nodes = 500;
    (void)search(a, &s);
    assert_int_equal(s.found.outcome, PKI_BUDGET);
    assert_true(s.found.nodes <= 500);
    s.q.max_nodes = 0;
    expect_faulty(a, &s, PKI_PROBLEM_NO_ISSUER, TW_COUNT(self));
    assert_true(s.found.signatures <= TW_COUNT(self) * TW_COUNT(self));
    (void)pki_pool_add(s.pool, self[6], PKI_ANCHOR);
    expect_found(a, &s, 3);
}

/* Signatures that may be checked are a budget too, and one that is used up is said. */
static void test_signature_budget(void **state) {
    struct arena *a = *state;
    struct spec without = {.cn = "same", .extensions = CA_WITHOUT_IDS};
    struct bytes root = issue(a, &without, key(1), (struct bytes){0}, NULL);
    struct setup s;
    begin(a, &s, make_leaf(a, root, 1));
    for (size_t i = 0; i < 50; i++) (void)pki_pool_add(s.pool, twin(a, root, i * 31 + 1), PKI_ANCHOR);
    (void)pki_pool_add(s.pool, root, PKI_ANCHOR);
    s.q.max_signatures = 20;
    (void)search(a, &s);
    assert_int_equal(s.found.outcome, PKI_BUDGET);
    assert_true(s.found.signatures <= 20);
    s.q.max_signatures = 0;
    expect_found(a, &s, 2);
}

/* The key that signed is not the one of the name: told as such, at the certificate that was signed. */
static void test_wrong_key(void **state) {
    struct arena *a = *state;
    struct spec without = {.cn = "same", .extensions = CA_WITHOUT_IDS};
    struct bytes old = issue(a, &without, key(1), (struct bytes){0}, NULL),
                 new = issue(a, &without, key(2), (struct bytes){0}, NULL);
    struct setup s;
    begin(a, &s, make_leaf(a, new, 2));
    (void)pki_pool_add(s.pool, old, PKI_ANCHOR);
    expect_faulty(a, &s, PKI_PROBLEM_BAD_SIGNATURE, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_expired_cross),
        cmocka_unit_test(test_sorted_before),
        cmocka_unit_test(test_bad_beside_good),
        cmocka_unit_test(test_path_length),
        cmocka_unit_test(test_all_problems),
        cmocka_unit_test(test_same_names),
        cmocka_unit_test(test_pile),
        cmocka_unit_test(test_mesh),
        cmocka_unit_test(test_signature_budget),
        cmocka_unit_test(test_wrong_key),
    };
    int failed = cmocka_run_group_tests(tests, arena_setup, arena_teardown);
    for (size_t i = 0; i < KEYS; i++) EVP_PKEY_free(keys[i]);
    return failed;
}
