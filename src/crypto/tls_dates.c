#include "crypto/tls_dates.h"

#include "crypto/x509_lib.h"

#include <openssl/ssl.h>

static void add_anchors(X509_STORE *store, const struct trust *more) {
    struct arena a;
    struct bytes *list;
    arena_init(&a);
    size_t n = trust_list(more, &a, &list);
    for (size_t i = 0; i < n; i++) {
        X509 *anchor = x509_from_der(list[i]);
        if (anchor) (void)X509_STORE_add_cert(store, anchor);
        X509_free(anchor);
    }
    arena_done(&a);
}

static int64_t seconds_of(const ASN1_TIME *t) {
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool ok = epoch && ASN1_TIME_diff(&days, &seconds, epoch, t) == 1;
    ASN1_TIME_free(epoch);
    return ok ? (int64_t)days * 86400 + seconds : 0;
}

static void take_dates(struct tls_dates *d, const STACK_OF(X509) * chain) {
    d->verified = true;
    d->from = INT64_MIN;
    d->until = INT64_MAX;
    for (int i = 0; i < sk_X509_num(chain); i++) {
        const X509 *cert = sk_X509_value(chain, i);
        int64_t from = seconds_of(X509_get0_notBefore(cert)), until = seconds_of(X509_get0_notAfter(cert));
        if (from > d->from) d->from = from;
        if (until < d->until) d->until = until;
    }
}

static int verify(X509_STORE_CTX *store, void *arg) {
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(store), X509_V_FLAG_NO_CHECK_TIME);
    int ok = X509_verify_cert(store);
    if (ok == 1) take_dates(arg, X509_STORE_CTX_get0_chain(store));
    return ok;
}

void tls_ignore_dates(void *dates, void *ssl_ctx) {
    struct tls_dates *d = dates;
    if (d->more) add_anchors(SSL_CTX_get_cert_store(ssl_ctx), d->more);
    SSL_CTX_set_cert_verify_callback(ssl_ctx, verify, d);
}
