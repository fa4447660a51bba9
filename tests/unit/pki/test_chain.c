/* Chains with one fault each, and what the verifier says of them. */
#include "../crypto/issue.h"
#include "pki/chain.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <unistd.h>

enum { ROOT, INTER, LEAF, OTHER, N_KEYS };
#define CA_EXT                                                                                               \
    {"basicConstraints", "critical,CA:TRUE"}, {                                                              \
        "keyUsage", "critical,keyCertSign,cRLSign"                                                           \
    }

struct pki {
    struct arena a;
    EVP_PKEY *key[N_KEYS], *rsa1024;
    struct bytes root, inter, leaf, other_root;
    struct trust *trust; /* the root alone */
};

static const struct spec root_spec = {.cn = "Verify Root", .o = "Verify", .extensions = {CA_EXT}};
static const struct spec inter_spec = {.cn = "Verify Intermediate", .o = "Verify", .extensions = {CA_EXT}};
static const struct spec leaf_spec = {
    .cn = "leaf.test",
    .extensions = {{"subjectAltName", "DNS:leaf.test"}, {"extendedKeyUsage", "serverAuth"}}};

static void write_pem(const char *path, const struct bytes *der, size_t n) {
    BIO *bio = BIO_new_file(path, "w");
    assert_non_null(bio);
    for (size_t i = 0; i < n; i++)
        assert_true(PEM_write_bio(bio, "CERTIFICATE", "", der[i].p, (long)der[i].n) > 0);
    BIO_free(bio);
}

static struct trust *trust_in(const struct bytes *der, size_t n) {
    char path[] = "/tmp/tlswhy-verify-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_pem(path, der, n);
    struct trust *t = trust_new();
    assert_true(trust_load_file(t, path));
    unlink(path);
    return t;
}

static int setup(void **state) {
    static struct pki p;
    for (size_t i = 0; i < N_KEYS; i++) p.key[i] = make_key("EC", "P-256", 0);
    p.rsa1024 = make_key("RSA", NULL, 1024);
    p.root = issue(&p.a, &root_spec, p.key[ROOT], (struct bytes){0}, NULL);
    p.inter = issue(&p.a, &inter_spec, p.key[INTER], p.root, p.key[ROOT]);
    p.leaf = issue(&p.a, &leaf_spec, p.key[LEAF], p.inter, p.key[INTER]);
    const struct spec other = {.cn = "Other Root", .extensions = {CA_EXT}};
    p.other_root = issue(&p.a, &other, p.key[OTHER], (struct bytes){0}, NULL);
    p.trust = trust_in(&p.root, 1);
    *state = &p;
    return 0;
}

static int teardown(void **state) {
    struct pki *p = *state;
    for (size_t i = 0; i < N_KEYS; i++) EVP_PKEY_free(p->key[i]);
    EVP_PKEY_free(p->rsa1024);
    trust_free(p->trust);
    arena_done(&p->a);
    return 0;
}

static struct chain_result judge_at(struct pki *p, const struct bytes *sent, size_t n, int64_t at) {
    const struct chain_query q = {.sent = sent, .n_sent = n, .trust = p->trust, .at = at};
    struct chain_result r;
    chain_judge(&p->a, &q, &r);
    assert_int_equal(r.ok, r.n_problems == 0);
    return r;
}
static struct chain_result judge(struct pki *p, const struct bytes *sent, size_t n) {
    return judge_at(p, sent, n, NOW);
}

static void show(const struct chain_result *r) {
    for (size_t i = 0; i < r->n_problems; i++)
        print_message("problem %d at depth %zu: %s\n", (int)r->problems[i].kind, r->problems[i].depth,
                      r->problems[i].text);
}

static void assert_only(const struct chain_result *r, enum pki_problem_kind problem, size_t depth) {
    if (r->n_problems != 1 || r->problems[0].kind != problem || r->problems[0].depth != depth) {
        show(r);
        fail_msg("expected problem %d at depth %zu alone", (int)problem, depth);
    }
    assert_non_null(r->problems[0].text);
}

static void test_a_good_chain(void **state) {
    struct pki *p = *state;
    const struct bytes sent[] = {p->leaf, p->inter}, rooted[] = {p->leaf, p->inter, p->root},
                       mixed[] = {p->leaf, p->root, p->other_root, p->inter};
    struct chain_result r = judge(p, sent, 2);
    assert_true(r.ok && r.n_path == 3);
    assert_true(bytes_eq(r.path[0], p->leaf) && bytes_eq(r.path[1], p->inter) &&
                bytes_eq(r.path[2], p->root));
    assert_true(judge(p, rooted, 3).ok);
    assert_true(judge(p, mixed, 4).ok); /* whatever the order, and with junk between */
}

static void test_dates(void **state) {
    struct pki *p = *state;
    const struct bytes sent[] = {p->leaf, p->inter};
    assert_true(judge_at(p, sent, 2, NOW + 180 * DAY - 1).ok);
    struct spec s = leaf_spec;
    s.to = NOW - 1;
    const struct bytes old[] = {issue(&p->a, &s, p->key[LEAF], p->inter, p->key[INTER]), p->inter};
    struct chain_result r = judge(p, old, 2);
    assert_only(&r, PKI_PROBLEM_LEAF_EXPIRED, 0);
    r = judge_at(p, old, 2, NOW - 2);
    assert_true(r.ok);
    s = leaf_spec;
    s.from = NOW + 60;
    const struct bytes early[] = {issue(&p->a, &s, p->key[LEAF], p->inter, p->key[INTER]), p->inter};
    r = judge(p, early, 2);
    assert_only(&r, PKI_PROBLEM_NOT_YET_VALID, 0);
    s = inter_spec;
    s.to = NOW - DAY;
    const struct bytes above[] = {p->leaf, issue(&p->a, &s, p->key[INTER], p->root, p->key[ROOT])};
    r = judge(p, above, 2);
    assert_only(&r, PKI_PROBLEM_CA_EXPIRED, 1);
}

static void test_paths_that_end_too_early(void **state) {
    struct pki *p = *state;
    struct chain_result r = judge(p, &p->leaf, 1);
    assert_only(&r, PKI_PROBLEM_NO_ISSUER, 0);
    const struct bytes wrong[] = {p->leaf, p->other_root};
    r = judge(p, wrong, 2);
    assert_only(&r, PKI_PROBLEM_NO_ISSUER, 0);
    struct bytes foreign_leaf = issue(&p->a, &leaf_spec, p->key[LEAF], p->other_root, p->key[OTHER]);
    const struct bytes untrusted[] = {foreign_leaf, p->other_root};
    r = judge(p, untrusted, 2);
    assert_only(&r, PKI_PROBLEM_UNTRUSTED_ROOT, 1);
    r = judge(p, &foreign_leaf, 1);
    assert_only(&r, PKI_PROBLEM_NO_ISSUER, 0);
    struct bytes own = issue(&p->a, &leaf_spec, p->key[LEAF], (struct bytes){0}, NULL);
    r = judge(p, &own, 1);
    assert_only(&r, PKI_PROBLEM_SELF_SIGNED, 0);
}

static void test_what_helps(void **state) {
    struct pki *p = *state;
    struct chain_result r;
    struct chain_query q = {
        .sent = &p->leaf, .n_sent = 1, .extra = &p->inter, .n_extra = 1, .trust = p->trust, .at = NOW};
    chain_judge(&p->a, &q, &r);
    assert_true(r.ok && r.n_path == 3);
    q = (struct chain_query){.sent = &p->leaf, .n_sent = 1, .trust = p->trust, .anchor = p->inter, .at = NOW};
    chain_judge(&p->a, &q, &r); /* an anchor that is no root */
    assert_true(r.ok && r.n_path == 2);
    struct bytes own = issue(&p->a, &leaf_spec, p->key[LEAF], (struct bytes){0}, NULL);
    q = (struct chain_query){.sent = &own, .n_sent = 1, .trust = NULL, .anchor = own, .at = NOW};
    chain_judge(&p->a, &q, &r);
    assert_true(r.ok);
}

/* One specification of a leaf or an intermediate, and the one problem that it makes. */
static void test_faults_of_a_certificate(void **state) {
    struct pki *p = *state;
    static const struct {
        const char *extension, *value;
        enum pki_problem_kind problem;
        bool in_leaf; /* else in the intermediate */
        size_t depth;
    } rows[] = {
        {"extendedKeyUsage", "clientAuth", PKI_PROBLEM_EKU, true, 0},
        {"1.2.3.4.5", "critical,DER:0500", PKI_PROBLEM_CRITICAL_EXTENSION, true, 0},
        {"1.2.3.4.5", "DER:0500", PKI_PROBLEM__COUNT, true, 0},
        {"basicConstraints", "critical,CA:FALSE", PKI_PROBLEM_NOT_CA, false, 1},
        {"keyUsage", "critical,digitalSignature", PKI_PROBLEM_CA_KEY_USAGE, false, 1},
        {"nameConstraints", "critical,permitted;DNS:elsewhere.test", PKI_PROBLEM_NAME_CONSTRAINTS, false, 0},
        {"nameConstraints", "critical,excluded;DNS:leaf.test", PKI_PROBLEM_NAME_CONSTRAINTS, false, 0},
        {"nameConstraints", "critical,permitted;DNS:test", PKI_PROBLEM__COUNT, false, 0},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct spec leaf = {.cn = "leaf.test", .extensions = {{"subjectAltName", "DNS:leaf.test"}}},
                    inter = {.cn = "Faulty"};
        struct spec *s = rows[i].in_leaf ? &leaf : &inter;
        size_t n = rows[i].in_leaf ? 1 : 0;
        if (strcmp(rows[i].extension, "basicConstraints") != 0) {
            inter.extensions[n][0] = "basicConstraints";
            inter.extensions[n][1] = "critical,CA:TRUE";
            n += !rows[i].in_leaf;
        }
        s->extensions[n][0] = rows[i].extension;
        s->extensions[n][1] = rows[i].value;
        struct bytes ca = issue(&p->a, &inter, p->key[INTER], p->root, p->key[ROOT]);
        if (rows[i].in_leaf) ca = p->inter;
        const struct bytes sent[] = {issue(&p->a, &leaf, p->key[LEAF], ca, p->key[INTER]), ca};
        struct chain_result r = judge(p, sent, 2);
        if (rows[i].problem == PKI_PROBLEM__COUNT)
            assert_true(r.ok);
        else if (!chain_has(&r, rows[i].problem))
            assert_only(&r, rows[i].problem, rows[i].depth);
        for (size_t k = 0; k < r.n_problems; k++) assert_int_equal(r.problems[k].kind, rows[i].problem);
    }
}

static void test_path_length(void **state) {
    struct pki *p = *state;
    const struct spec short_spec = {.cn = "Short",
                                    .extensions = {{"basicConstraints", "critical,CA:TRUE,pathlen:0"}}};
    struct bytes top = issue(&p->a, &short_spec, p->key[OTHER], p->root, p->key[ROOT]);
    struct bytes below = issue(&p->a, &inter_spec, p->key[INTER], top, p->key[OTHER]);
    const struct bytes sent[] = {issue(&p->a, &leaf_spec, p->key[LEAF], below, p->key[INTER]), below, top};
    struct chain_result r = judge(p, sent, 3);
    assert_only(&r, PKI_PROBLEM_PATH_LENGTH, 1);
}

static void test_weak_ones(void **state) {
    struct pki *p = *state;
    struct spec s = leaf_spec;
    const struct bytes small[] = {issue(&p->a, &s, p->rsa1024, p->inter, p->key[INTER]), p->inter};
    struct chain_result r = judge(p, small, 2);
    assert_only(&r, PKI_PROBLEM_WEAK_KEY, 0);
    s.digest = "SHA1";
    const struct bytes sha1[] = {issue(&p->a, &s, p->key[LEAF], p->inter, p->key[INTER]), p->inter};
    r = judge(p, sha1, 2);
    assert_only(&r, PKI_PROBLEM_WEAK_SIGNATURE, 0);
    struct spec root = root_spec; /* the signature of an anchor proves nothing, and counts for nothing */
    root.digest = "SHA1";
    struct bytes old_root = issue(&p->a, &root, p->key[ROOT], (struct bytes){0}, NULL);
    struct trust *t = trust_in(&old_root, 1);
    const struct bytes sent[] = {p->leaf, p->inter};
    const struct chain_query q = {.sent = sent, .n_sent = 2, .trust = t, .at = NOW};
    chain_judge(&p->a, &q, &r);
    assert_true(r.ok);
    trust_free(t);
}

static void test_a_signature_that_does_not_verify(void **state) {
    struct pki *p = *state;
    struct bytes forged = issue(&p->a, &leaf_spec, p->key[LEAF], p->inter, p->key[OTHER]);
    const struct bytes sent[] = {forged, p->inter};
    struct chain_result r = judge(p, sent, 2);
    assert_only(&r, PKI_PROBLEM_BAD_SIGNATURE, 0);
}

/* All that is wrong, not only the first of it. */
static void test_several_at_once(void **state) {
    struct pki *p = *state;
    const struct spec s = {.cn = "leaf.test",
                           .to = NOW - DAY,
                           .digest = "SHA1",
                           .extensions = {{"extendedKeyUsage", "clientAuth"}}};
    struct bytes leaf = issue(&p->a, &s, p->rsa1024, p->other_root, p->key[OTHER]);
    const struct bytes sent[] = {leaf, p->other_root};
    struct chain_result r = judge(p, sent, 2);
    static const enum pki_problem_kind want[] = {PKI_PROBLEM_LEAF_EXPIRED,   PKI_PROBLEM_EKU,
                                                 PKI_PROBLEM_WEAK_KEY,       PKI_PROBLEM_WEAK_SIGNATURE,
                                                 PKI_PROBLEM_UNTRUSTED_ROOT, PKI_PROBLEM_NO_SAN};
    if (r.n_problems != TW_COUNT(want)) show(&r);
    for (size_t i = 0; i < TW_COUNT(want); i++)
        if (!chain_has(&r, want[i])) fail_msg("problem %d is missing", (int)want[i]);
    assert_int_equal(r.n_problems, TW_COUNT(want));
    assert_false(chain_has(&r, PKI_PROBLEM_NAME_CONSTRAINTS));
}

static void test_what_cannot_be_read(void **state) {
    struct pki *p = *state;
    struct chain_result r = judge(p, NULL, 0);
    assert_only(&r, PKI_PROBLEM_MALFORMED, 0);
    const struct bytes cut = bytes_cut(p->leaf, 0, p->leaf.n - 1);
    r = judge(p, &cut, 1);
    assert_only(&r, PKI_PROBLEM_MALFORMED, 0);
    const struct bytes sent[] = {p->leaf, cut, p->inter}; /* junk beside the path breaks nothing */
    assert_true(judge(p, sent, 3).ok);
}

/* A date that is none (month 13): the certificate is malformed, and neither expired nor early. */
static void test_dates_that_are_none(void **state) {
    struct pki *p = *state;
    const unsigned char *at = p->leaf.p;
    X509 *c = d2i_X509(NULL, &at, (long)p->leaf.n);
    assert_true(ASN1_STRING_set(X509_getm_notAfter(c), "301301000000Z", 13) > 0);
    assert_true(X509_sign(c, p->key[INTER], EVP_sha256()) > 0);
    unsigned char *der = NULL;
    int n = i2d_X509(c, &der);
    const struct bytes sent[] = {bytes_of(der, (size_t)n), p->inter};
    struct chain_result r = judge(p, sent, 2);
    assert_only(&r, PKI_PROBLEM_MALFORMED, 0);
    OPENSSL_free(der);
    X509_free(c);
}

/* The anchor is "Verify Root" of "Verify": whose CA issued it, by the names alone? */
static void test_expects_issuer(void **state) {
    struct pki *p = *state;
    static const struct {
        const char *cn, *o;
        bool expected;
    } rows[] = {
        {"Verify TLS CA", "Verify", true},     {"Verify TLS CA", NULL, true},
        {"Verify TLS CA", "Elsewhere", false}, /* two organisations that differ say more than a word */
        {"Some Issuing CA", NULL, true},       {"Some Intermediate", "Verify", true},
        {"Some Server CA G2", NULL, false},    {"TLS CA 2024", NULL, false},
        {"Verify Root G2", "Verify", false}, /* another root stands below no root */
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const struct spec ca = {.cn = rows[i].cn, .o = rows[i].o, .extensions = {CA_EXT}};
        struct bytes issuer = issue(&p->a, &ca, p->key[OTHER], (struct bytes){0}, NULL);
        struct bytes der = issue(&p->a, &leaf_spec, p->key[LEAF], issuer, p->key[OTHER]);
        struct cert_info leaf;
        assert_true(cert_info_read(&p->a, der, &leaf));
        if (trust_expects_issuer(p->trust, &leaf) != rows[i].expected)
            fail_msg("%s, %s", rows[i].cn, rows[i].o);
    }
}

static void test_trust(void **state) {
    struct pki *p = *state;
    struct cert_info inter, other;
    assert_true(cert_info_read(&p->a, p->inter, &inter) && cert_info_read(&p->a, p->other_root, &other));
    assert_true(trust_has_subject(p->trust, inter.issuer_der));
    assert_false(trust_has_subject(p->trust, inter.subject_der));
    assert_false(trust_has_subject(p->trust, (struct bytes){0}));
    assert_true(trust_has_cert(p->trust, p->root));
    assert_false(trust_has_cert(p->trust, p->inter));
    struct bytes twin = issue(&p->a, &root_spec, p->key[OTHER], (struct bytes){0}, NULL);
    assert_false(trust_has_cert(p->trust, twin)); /* the same name, another key */
    assert_false(trust_has_cert(p->trust, (struct bytes){0}));
    assert_false(trust_is_system(p->trust));
    struct trust *t = trust_new();
    assert_false(trust_load_file(t, "/nonexistent/roots.pem"));
    assert_false(trust_load_file(t, "/dev/null"));
    assert_false(trust_load_dir(t, "/nonexistent"));
    trust_free(t);
    trust_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_chain),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_paths_that_end_too_early),
        cmocka_unit_test(test_what_helps),
        cmocka_unit_test(test_faults_of_a_certificate),
        cmocka_unit_test(test_path_length),
        cmocka_unit_test(test_weak_ones),
        cmocka_unit_test(test_a_signature_that_does_not_verify),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_dates_that_are_none),
        cmocka_unit_test(test_expects_issuer),
        cmocka_unit_test(test_trust),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
