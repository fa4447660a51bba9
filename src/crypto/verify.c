/* One chain against the anchors, with all its problems: OpenSSL's verifier, told to go on after each. */
#include "crypto/x509_lib.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

static const struct {
    int code;
    enum verify_problem problem;
} meanings[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, VERIFY_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, VERIFY_NOT_YET},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, VERIFY_NO_ISSUER},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, VERIFY_NO_ISSUER},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, VERIFY_NO_ISSUER},
    {X509_V_ERR_CERT_UNTRUSTED, VERIFY_NO_ISSUER},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, VERIFY_SELF_SIGNED_LEAF},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, VERIFY_SELF_SIGNED_IN_CHAIN},
    {X509_V_ERR_CA_MD_TOO_WEAK, VERIFY_WEAK_SIGNATURE},
    {X509_V_ERR_EE_KEY_TOO_SMALL, VERIFY_WEAK_KEY},
    {X509_V_ERR_CA_KEY_TOO_SMALL, VERIFY_WEAK_KEY},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, VERIFY_BAD_SIGNATURE},
    {X509_V_ERR_INVALID_PURPOSE, VERIFY_PURPOSE},
    {X509_V_ERR_INVALID_CA, VERIFY_CA_FLAG},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, VERIFY_CA_FLAG},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, VERIFY_CA_FLAG},
    {X509_V_ERR_PERMITTED_VIOLATION, VERIFY_NAME_CONSTRAINT},
    {X509_V_ERR_EXCLUDED_VIOLATION, VERIFY_NAME_CONSTRAINT},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, VERIFY_CRITICAL_EXTENSION},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, VERIFY_MALFORMED},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, VERIFY_MALFORMED},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, VERIFY_MALFORMED},
};

static enum verify_problem meaning_of(int code) {
    for (size_t i = 0; i < TW_COUNT(meanings); i++)
        if (meanings[i].code == code) return meanings[i].problem;
    return VERIFY_OTHER;
}

bool verify_has(const struct verify_result *r, enum verify_problem p) {
    for (size_t i = 0; i < r->n_problems; i++)
        if (r->problems[i].problem == p) return true;
    return false;
}

static bool has_at(const struct verify_result *r, enum verify_problem p, size_t depth) {
    for (size_t i = 0; i < r->n_problems; i++)
        if (r->problems[i].problem == p && r->problems[i].depth == depth) return true;
    return false;
}

/* What follows from a problem that is known already, and is none of its own. */
static bool is_known(const struct verify_result *r, enum verify_problem p, size_t depth) {
    if (has_at(r, p, depth)) return true;
    /* Who is no CA has not the purpose of a CA either, says libcrypto in a second error. */
    if (p == VERIFY_PURPOSE && has_at(r, VERIFY_CA_FLAG, depth)) return true;
    /* A path that ends too early is one problem, whatever follows from it further down. */
    return p == VERIFY_NO_ISSUER &&
           (verify_has(r, VERIFY_NO_ISSUER) || verify_has(r, VERIFY_SELF_SIGNED_IN_CHAIN) ||
            verify_has(r, VERIFY_SELF_SIGNED_LEAF));
}

static int collect(int ok, X509_STORE_CTX *ctx) {
    struct verify_result *r = X509_STORE_CTX_get_app_data(ctx);
    int code = X509_STORE_CTX_get_error(ctx), depth = X509_STORE_CTX_get_error_depth(ctx);
    /* An error that is left behind would be reported again, in the place of a path that ends too early. */
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    if (ok || r->n_problems >= VERIFY_MAX_PROBLEMS) return 1;
    enum verify_problem p = meaning_of(code);
    if (is_known(r, p, depth > 0 ? (size_t)depth : 0)) return 1;
    r->problems[r->n_problems].problem = p;
    r->problems[r->n_problems].depth = depth > 0 ? (size_t)depth : 0;
    r->problems[r->n_problems++].text = X509_verify_cert_error_string(code);
    return 1;
}

/* The anchors that some certificate at hand names as its issuer, or is itself: all that a path can end at. */
static STACK_OF(X509) * find_anchors(const struct verify_query *q, STACK_OF(X509) * certs) {
    STACK_OF(X509) *anchors = sk_X509_new_null();
    for (int i = 0; q->trust && i < sk_X509_num(certs); i++) {
        X509 *cert = sk_X509_value(certs, i);
        trust_collect(q->trust, X509_get_issuer_name(cert), anchors);
        trust_collect(q->trust, X509_get_subject_name(cert), anchors);
    }
    X509 *own = q->anchor.n ? x509_from_der(q->anchor) : NULL;
    if (own) sk_X509_push(anchors, own);
    return anchors;
}

static STACK_OF(X509) * read_all(const struct verify_query *q) {
    STACK_OF(X509) *certs = sk_X509_new_null();
    for (size_t i = 0; i < q->n_sent + q->n_extra; i++) {
        X509 *cert = x509_from_der(i < q->n_sent ? q->sent[i] : q->extra[i - q->n_sent]);
        if (cert) sk_X509_push(certs, cert);
    }
    return certs;
}

static void keep_path(struct arena *a, X509_STORE_CTX *ctx, struct verify_result *ret) {
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    for (int i = 0; i < sk_X509_num(chain) && ret->n_path < VERIFY_MAX_PATH; i++)
        ret->path[ret->n_path++] = x509_to_der(a, sk_X509_value(chain, i));
}

/* The common ground of current clients: RSA from 2048 bits and no SHA-1 (OpenSSL's level 2), for servers. */
static void set_rules(X509_STORE_CTX *ctx, const struct verify_query *q) {
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)q->at);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(param, 2);
    X509_VERIFY_PARAM_set_flags(param,
                                X509_V_FLAG_TRUSTED_FIRST | (q->anchor.n ? X509_V_FLAG_PARTIAL_CHAIN : 0));
}

void verify_chain(struct arena *a, const struct verify_query *q, struct verify_result *ret) {
    *ret = (struct verify_result){0};
    X509 *leaf = q->n_sent ? x509_from_der(q->sent[0]) : NULL;
    if (!leaf) {
        ret->problems[ret->n_problems++].problem = VERIFY_MALFORMED;
        ret->problems[0].text = "the certificate cannot be read";
        return;
    }
    STACK_OF(X509) *certs = read_all(q), *anchors = find_anchors(q, certs);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new_ex(lib_ctx(), NULL);
    for (int i = 0; i < sk_X509_num(anchors); i++) X509_STORE_add_cert(store, sk_X509_value(anchors, i));
    int ok = ctx && X509_STORE_CTX_init(ctx, store, leaf, certs);
    assert(ok);
    (void)ok;
    set_rules(ctx, q);
    X509_STORE_CTX_set_app_data(ctx, ret);
    X509_STORE_CTX_set_verify_cb(ctx, collect);
    int verified = X509_verify_cert(ctx);
    ret->ok = verified == 1 && ret->n_problems == 0;
    if (!ret->ok && ret->n_problems == 0) ret->problems[ret->n_problems++].problem = VERIFY_OTHER;
    keep_path(a, ctx, ret);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_pop_free(anchors, X509_free);
    sk_X509_pop_free(certs, X509_free);
    X509_free(leaf);
    ERR_clear_error();
}
