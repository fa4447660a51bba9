#include "honest.h"
#include "base/text.h"
#include "lab_internal.h"
#include "wire/hello.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <time.h>

enum { MINT_MAX = 64 };
struct lab_honest {
    const struct honest *config;
    struct lab_pki *pki;
    pthread_mutex_t minting;
    struct arena arena; /* names of what was minted */
    unsigned minted;
    SSL_CTX *main;
    SSL_CTX *vhost[LAB_MAX_VHOSTS];
    unsigned char alpn[256]; /* the server's list, as on the wire */
    unsigned alpn_n;
    unsigned char *staple; /* the OCSP response for cert[0] */
    int staple_n;
};

/* --- finite-field groups --- */

/* A 512-bit safe prime, as export-grade servers used to share one. */
static const char prime_512[] = "925A725AF780D5B03DD81B6ECAA79530DA40F503368BCE84FD558C19EA78C2CE"
                                "44C0C8D38AD49C2325699386C82EBE6071068194F18C4FF325799D37D38A6CEF";

static BIGNUM *dh_prime(unsigned bits) {
    BIGNUM *p = NULL;
    switch (bits) {
    case 512:
        return BN_hex2bn(&p, prime_512) > 0 ? p : NULL;
    case 768:
        return BN_get_rfc2409_prime_768(NULL);
    case 1024:
        return BN_get_rfc2409_prime_1024(NULL);
    case 1536:
        return BN_get_rfc3526_prime_1536(NULL);
    default:
        return BN_get_rfc3526_prime_2048(NULL);
    }
}

static EVP_PKEY *dh_params(unsigned bits) {
    EVP_PKEY *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *list = NULL;
    BIGNUM *p = dh_prime(bits), *g = BN_new();
    if (ctx && build && p && g && BN_set_word(g, 2) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g) && (list = OSSL_PARAM_BLD_to_param(build)) &&
        EVP_PKEY_fromdata_init(ctx) > 0)
        EVP_PKEY_fromdata(ctx, &params, EVP_PKEY_KEY_PARAMETERS, list);
    OSSL_PARAM_free(list);
    OSSL_PARAM_BLD_free(build);
    BN_free(p);
    BN_free(g);
    EVP_PKEY_CTX_free(ctx);
    return params;
}

static bool set_dh(SSL_CTX *ctx, unsigned bits) {
    EVP_PKEY *params = dh_params(bits ? bits : 2048);
    if (params && SSL_CTX_set0_tmp_dh_pkey(ctx, params) == 1) return true;
    EVP_PKEY_free(params);
    return false;
}

/* --- names --- */

static bool name_is(const char *a, const char *b) {
    return a && bytes_eq_nocase(bytes_str(a), bytes_str(b));
}

/* A name as it may stand in a certificate, and nothing that OpenSSL's words give a meaning. */
static bool is_plain_name(const char *name) {
    return *name &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == strlen(name);
}

/* The certificate for this name, made when first asked for; NULL: no more are made. */
static const struct lab_chain *mint(struct lab_honest *h, const char *name) {
    const struct cert_spec *first = &h->config->cert[0];
    const char *own = first->names ? first->names : "DNS:" LAB_HOST;
    if (!is_plain_name(name) || name_is(name, LAB_HOST)) return NULL;
    pthread_mutex_lock(&h->minting);
    struct cert_spec spec = *first;
    spec.cn = arena_strdup(&h->arena, name);
    spec.names = h->config->sni == SNI_COPIED ? text_f(&h->arena, "DNS:%s,%s", name, own)
                                              : text_f(&h->arena, "DNS:%s", name);
    const struct lab_chain *c = h->minted++ < MINT_MAX ? lab_pki_issue(h->pki, &spec) : NULL;
    pthread_mutex_unlock(&h->minting);
    return c;
}

static int on_name_minted(SSL *ssl, struct lab_honest *h, const char *name) {
    const struct lab_chain *c = name ? mint(h, name) : NULL;
    if (c) SSL_use_cert_and_key(ssl, c->leaf, c->key, c->others, 1);
    return SSL_TLSEXT_ERR_OK;
}

static int on_name(SSL *ssl, int *alert, void *arg) {
    struct lab_honest *h = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    enum sni_policy policy = h->config->sni;
    if (policy == SNI_IGNORED) return SSL_TLSEXT_ERR_NOACK;
    if (policy == SNI_MINTED || policy == SNI_COPIED) return on_name_minted(ssl, h, name);
    for (size_t i = 0; i < LAB_MAX_VHOSTS; i++) {
        if (!h->vhost[i] || !name_is(name, h->config->vhost[i].name)) continue;
        SSL_set_SSL_CTX(ssl, h->vhost[i]);
        return SSL_TLSEXT_ERR_OK;
    }
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    if (policy == SNI_DEMANDED || (policy == SNI_STRICT && name)) return SSL_TLSEXT_ERR_ALERT_FATAL;
    return policy == SNI_WARNS && name ? SSL_TLSEXT_ERR_ALERT_WARNING : SSL_TLSEXT_ERR_NOACK;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n, const unsigned char *in,
                   unsigned in_n, void *arg) {
    (void)ssl;
    const struct lab_honest *h = arg;
    unsigned char *choice = NULL;
    if (SSL_select_next_proto(&choice, out_n, h->alpn, h->alpn_n, in, in_n) == OPENSSL_NPN_NEGOTIATED) {
        *out = choice;
        return SSL_TLSEXT_ERR_OK;
    }
    if (h->config->alpn_own) {
        *out = h->alpn + 1;
        *out_n = h->alpn[0];
        return SSL_TLSEXT_ERR_OK;
    }
    return h->config->alpn_lenient ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* "h2,http/1.1" as length-prefixed names. */
static void set_alpn(struct lab_honest *h, const char *names) {
    struct wr w = wr_init(h->alpn, sizeof(h->alpn));
    for (const char *at = names; at && *at;) {
        size_t n = strcspn(at, ",");
        wr_vec(&w, 1, bytes_of(at, n));
        at += n + (at[n] == ',');
    }
    h->alpn_n = (unsigned)wr_bytes(&w).n;
}

/* --- what the server never heard of --- */

/* libssl calls this after it has hashed a message and before it reads it: what is renamed here is still part
 * of the handshake's transcript, but the server takes it for an extension (or suite) unknown to it. So a
 * server without RFC 5746 is had from a library that cannot be told to be one. */
static void rename_extensions(struct rd *block, const struct honest *config) {
    while (rd_left(block) > 0) {
        uint8_t *at = (uint8_t *)(uintptr_t)block->cur; /* libssl's own receive buffer: not a constant */
        uint16_t type = rd_u16(block, "type");
        rd_vec(block, 2, "data");
        for (size_t i = 0; i < LAB_MAX_BLIND; i++) {
            if (!config->blind[i] || config->blind[i] != type || !rd_ok(block)) continue;
            at[0] = 0xF0; /* unassigned, and different for each */
            at[1] = (uint8_t)i;
        }
    }
}

static void rename_scsv(struct bytes suites) {
    for (size_t i = 0; i + 1 < suites.n; i += 2) {
        uint8_t *at = (uint8_t *)(uintptr_t)(suites.p + i);
        if (at[0] == 0 && at[1] == SUITE_EMPTY_RENEGOTIATION_INFO_SCSV) at[0] = 0xF0;
    }
}

static void on_message(int write, int version, int content, const void *p, size_t n, SSL *ssl, void *arg) {
    (void)version, (void)ssl;
    const struct honest *config = arg;
    struct hello_view v;
    struct rd r;
    rd_init(&r, bytes_of(p, n));
    if (write || content != SSL3_RT_HANDSHAKE || !hello_view(&r, &v)) return;
    struct rd block;
    rd_init(&block, v.extensions);
    rename_extensions(&block, config);
    for (size_t i = 0; i < LAB_MAX_BLIND; i++)
        if (config->blind[i] == EXT_RENEGOTIATION_INFO) rename_scsv(v.suites);
}

/* --- HelloRetryRequest with a cookie (RFC 8446 4.2.2) --- */

static const unsigned char cookie[] = "a cookie of the lab";

static int make_cookie(SSL *ssl, unsigned char *out, size_t *out_n) {
    (void)ssl;
    memcpy(out, cookie, sizeof(cookie));
    *out_n = sizeof(cookie);
    return 1;
}

static int check_cookie(SSL *ssl, const unsigned char *got, size_t n) {
    (void)ssl;
    return bytes_eq(bytes_of(got, n), bytes_of(cookie, sizeof(cookie)));
}

/* --- one SSL_CTX a set of certificates --- */

/* The lab is as careless as its cases want: even level 0 refuses a 512-bit group. */
static int allow_anything(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid, void *other,
                          void *arg) {
    (void)ssl, (void)ctx, (void)op, (void)bits, (void)nid, (void)other, (void)arg;
    return 1;
}

/* What SSL_CTX_set1_groups_list() and its sister expand to, without the cast that drops const. */
static bool set_list(SSL_CTX *ctx, int what, const char *list) {
    return !list || SSL_CTX_ctrl(ctx, what, 0, (void *)(uintptr_t)list) == 1;
}

/* Some servers finish the handshake with any certificate, and say by HTTP what they think of it. */
static int judge_client(X509_STORE_CTX *ctx, void *arg) {
    const struct lab_honest *h = arg;
    const struct honest *c = h->config;
    if (c->client_error)
        X509_STORE_CTX_set_error(ctx, c->client_error);
    else if (c->client_trust == CLIENT_TRUST_ANY || X509_verify_cert(ctx) == 1)
        return 1;
    return c->status_bad_cert != NULL || c->cuts_bad_client;
}

static bool set_client_roots(SSL_CTX *ctx, struct lab_pki *pki, const struct honest *c) {
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    if (c->client_check_off_h) {
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store),
                                   time(NULL) + (time_t)c->client_check_off_h * 3600);
    }
    bool ok = names && lab_pki_client_roots(pki, c->client_trust, store, c->no_ca_list ? NULL : names);
    SSL_CTX_set_client_CA_list(ctx, names);
    return ok;
}

/* What is asked of a client, beyond whether. */
static bool set_client_terms(SSL_CTX *ctx, struct lab_pki *pki, const struct honest *c) {
    size_t n = c->client_types ? strlen(c->client_types) : 0;
    return (c->client_trust == CLIENT_TRUST_ANY || set_client_roots(ctx, pki, c)) &&
           set_list(ctx, SSL_CTRL_SET_CLIENT_SIGALGS_LIST, c->client_sigalgs) &&
           (n == 0 || SSL_CTX_ctrl(ctx, SSL_CTRL_SET_CLIENT_CERT_TYPES, (long)n,
                                   (void *)(uintptr_t)c->client_types) == 1);
}

static bool set_certs(SSL_CTX *ctx, struct lab_pki *pki, const struct cert_spec *spec, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct lab_chain *c = lab_pki_issue(pki, &spec[i]);
        if (!c || SSL_CTX_use_cert_and_key(ctx, c->leaf, c->key, c->others, 1) != 1) return false;
    }
    return true;
}

static bool set_lists(SSL_CTX *ctx, const struct honest *c) {
    return SSL_CTX_set_cipher_list(ctx, c->ciphers ? c->ciphers : "DEFAULT") == 1 &&
           (!c->suites13 || SSL_CTX_set_ciphersuites(ctx, c->suites13) == 1) &&
           set_list(ctx, SSL_CTRL_SET_GROUPS_LIST, c->groups) &&
           set_list(ctx, SSL_CTRL_SET_SIGALGS_LIST, c->sigalgs);
}

static void set_client_auth(SSL_CTX *ctx, struct lab_honest *h) {
    const struct honest *c = h->config;
    enum client_auth auth = c->client_auth;
    bool now = auth == CLIENT_AUTH_ASKED || auth == CLIENT_AUTH_REQUIRED;
    int mode = now ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;
    if (auth == CLIENT_AUTH_REQUIRED) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx, mode, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, judge_client, h);
    if (c->no_tickets13) SSL_CTX_set_num_tickets(ctx, 0);
    static const unsigned char context[] = "lab";
    if (!c->no_session_context) SSL_CTX_set_session_id_context(ctx, context, sizeof(context));
    /* Extensions are renamed before libssl sees them, which breaks the binder of a pre-shared key; and libssl
     * refuses its own client when a session comes with a stateless cookie. */
    if (!c->forgets_sessions && !c->blind[0] && !c->stateless_cookie) return;
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET); /* TLS 1.3 still gives tickets: names of what is kept here */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}

static void set_early_data(SSL_CTX *ctx, enum early early) {
    enum { MAX = 16384 };
    if (early == EARLY_UNKNOWN) return;
    SSL_CTX_set_max_early_data(ctx, MAX);
    SSL_CTX_set_recv_max_early_data(ctx, early == EARLY_TOO_MUCH ? 0 : MAX);
}

static void set_records(SSL_CTX *ctx, const struct honest *c) {
    if (c->max_fragment) SSL_CTX_set_max_send_fragment(ctx, c->max_fragment);
    if (c->pad_records) SSL_CTX_set_block_padding(ctx, c->pad_records);
}

static SSL_CTX *make_ctx(struct lab_honest *h, struct lab_pki *pki, const struct cert_spec *spec, size_t n) {
    const struct honest *c = h->config;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx) return NULL;
    SSL_CTX_set_security_callback(ctx, allow_anything);
    SSL_CTX_set_options(ctx, c->options | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_clear_options(ctx, c->without);
    SSL_CTX_set_mode(ctx, SSL_MODE_AUTO_RETRY);
    set_client_auth(ctx, h);
    set_records(ctx, c);
    set_early_data(ctx, c->early);
    SSL_CTX_set_tlsext_servername_callback(ctx, on_name);
    SSL_CTX_set_tlsext_servername_arg(ctx, h);
    if (c->alpn) SSL_CTX_set_alpn_select_cb(ctx, on_alpn, h);
    SSL_CTX_set_stateless_cookie_generate_cb(ctx, make_cookie);
    SSL_CTX_set_stateless_cookie_verify_cb(ctx, check_cookie);
    bool ok = SSL_CTX_set_min_proto_version(ctx, c->min ? c->min : TLS1_2_VERSION) &&
              SSL_CTX_set_max_proto_version(ctx, c->max ? c->max : TLS1_3_VERSION) && set_lists(ctx, c) &&
              set_client_terms(ctx, pki, c) && set_dh(ctx, c->dh_bits) && set_certs(ctx, pki, spec, n);
    if (ok) return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

static int on_status(SSL *ssl, void *arg) {
    const struct lab_honest *h = arg;
    unsigned char *copy = OPENSSL_memdup(h->staple, (size_t)h->staple_n); /* libssl frees it */
    if (!copy) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, h->staple_n);
    return SSL_TLSEXT_ERR_OK;
}

/* One OCSP response for as long as the lab runs, as a server that keeps it in a file. */
static bool set_staple(struct lab_honest *h, struct lab_pki *pki) {
    if (!h->config->cert[0].staple) return true;
    h->staple_n = lab_staple(pki, &h->config->cert[0], &h->staple);
    SSL_CTX_set_tlsext_status_cb(h->main, on_status);
    SSL_CTX_set_tlsext_status_arg(h->main, h);
    return h->staple_n > 0;
}

struct lab_honest *lab_honest_new(struct lab_pki *pki, const struct honest *config) {
    struct lab_honest *h = mem_alloc(sizeof(*h));
    h->config = config;
    h->pki = pki;
    pthread_mutex_init(&h->minting, NULL);
    arena_init(&h->arena);
    set_alpn(h, config->alpn);
    size_t n = config->no_cert ? 0 : config->n_certs ? config->n_certs : 1;
    h->main = make_ctx(h, pki, config->cert, n);
    bool ok = h->main != NULL && set_staple(h, pki);
    for (size_t i = 0; ok && i < LAB_MAX_VHOSTS && config->vhost[i].name; i++) {
        const struct vhost *v = &config->vhost[i];
        h->vhost[i] = make_ctx(h, pki, &v->cert, v->no_cert ? 0 : 1);
        ok = h->vhost[i] != NULL;
    }
    if (ok) return h;
    lab_honest_free(h);
    return NULL;
}

void lab_honest_free(struct lab_honest *h) {
    if (!h) return;
    SSL_CTX_free(h->main);
    OPENSSL_free(h->staple);
    pthread_mutex_destroy(&h->minting);
    arena_done(&h->arena);
    for (size_t i = 0; i < LAB_MAX_VHOSTS; i++) SSL_CTX_free(h->vhost[i]);
    mem_free(h);
}

static SSL *new_ssl(struct lab_honest *h, struct lab_link *l) {
    SSL *ssl = SSL_new(h->main);
    BIO *bio = lab_bio_new(l);
    if (!ssl || !bio) {
        BIO_free(bio);
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_bio(ssl, bio, bio);
    if (h->config->blind[0]) {
        SSL_set_msg_callback(ssl, on_message);
        SSL_set_msg_callback_arg(ssl, (void *)(uintptr_t)h->config);
    }
    return ssl;
}

/* A stateless server forgets the first hello: the cookie in the second one is all that it keeps. The
 * ChangeCipherSpec between them (RFC 8446 D.4) ends a try without an answer. */
static SSL *shake_hands_stateless(struct lab_honest *h, struct lab_link *l) {
    for (unsigned tries = 0; tries < 3 && !l->over; tries++) {
        SSL *ssl = new_ssl(h, l);
        if (!ssl || SSL_stateless(ssl) == 1) return ssl;
        SSL_free(ssl);
    }
    return NULL;
}

/* What came early is a whole request of HTTP/1.1, or nothing. */
static bool read_early(SSL *ssl) {
    static char request_is_read;
    uint8_t room[4096];
    size_t n = 0, got = 0;
    int state = SSL_READ_EARLY_DATA_SUCCESS;
    while (state == SSL_READ_EARLY_DATA_SUCCESS && n < sizeof(room)) {
        state = SSL_read_early_data(ssl, room + n, sizeof(room) - n, &got);
        n += got;
    }
    if (state == SSL_READ_EARLY_DATA_ERROR) return false;
    if (n > 0) SSL_set_app_data(ssl, &request_is_read);
    return true;
}

static SSL *shake_hands(struct lab_honest *h, struct lab_link *l) {
    if (h->config->stateless_cookie) return shake_hands_stateless(h, l);
    SSL *ssl = new_ssl(h, l);
    bool early = !ssl || h->config->early != EARLY_TAKEN || read_early(ssl);
    if (ssl && early && SSL_accept(ssl) == 1) return ssl;
    SSL_free(ssl);
    return NULL;
}

void lab_honest_serve(struct lab_honest *h, struct lab_link *l) {
    SSL *ssl = shake_hands(h, l);
    bool cut = ssl && h->config->cuts_bad_client && SSL_get_verify_result(ssl) != X509_V_OK;
    if (ssl && !cut) lab_app_serve(ssl, h->config, l);
    SSL_free(ssl);
    ERR_clear_error();
    if (!l->over) lab_finish(l);
}
