#include "probe/modern.h"

#include <assert.h>

/* Fixed values out of RFC 8701's sets: a diagnosis is repeatable, and equal trials stay equal. */
enum {
    GREASE_SUITE = 0x4A4A,
    GREASE_GROUP = 0xCACA,
    GREASE_VERSION = 0x8A8A,
    GREASE_FIRST = 0x2A2A,
    GREASE_LAST = 0xEAEA
};

static const uint16_t modern_suites[] = {
    GREASE_SUITE, 0x1301, 0x1302, 0x1303,                 /* TLS 1.3 */
    0xC02B,       0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, /* ECDHE with AEAD */
    0xC013,       0xC014,                                 /* ECDHE-RSA AES-CBC-SHA */
    0x009C,       0x009D, 0x002F, 0x0035,                 /* RSA key exchange */
};
static const uint16_t modern_groups[] = {GREASE_GROUP, GROUP_X25519MLKEM768, GROUP_X25519, GROUP_SECP256R1,
                                         GROUP_SECP384R1};
static const uint16_t modern_sigalgs[] = {
    SIG_ECDSA_SECP256R1_SHA256, SIG_RSA_PSS_RSAE_SHA256, SIG_RSA_PKCS1_SHA256,    SIG_ECDSA_SECP384R1_SHA384,
    SIG_RSA_PSS_RSAE_SHA384,    SIG_RSA_PKCS1_SHA384,    SIG_RSA_PSS_RSAE_SHA512, SIG_RSA_PKCS1_SHA512,
};
/* The order of a current browser before permutation; padding keeps a hello of 256 to 511 bytes away
 * from servers that hang on that size (RFC 7685 1). */
static const uint16_t modern_extensions[] = {
    GREASE_FIRST,
    EXT_SERVER_NAME,
    EXT_EXTENDED_MASTER_SECRET,
    EXT_RENEGOTIATION_INFO,
    EXT_SUPPORTED_GROUPS,
    EXT_EC_POINT_FORMATS,
    EXT_SESSION_TICKET,
    EXT_ALPN,
    EXT_STATUS_REQUEST,
    EXT_SIGNATURE_ALGORITHMS,
    EXT_SIGNED_CERTIFICATE_TIMESTAMP,
    EXT_KEY_SHARE,
    EXT_PSK_KEY_EXCHANGE_MODES,
    EXT_SUPPORTED_VERSIONS,
};

static void list_set(struct u16_list *l, const uint16_t *v, size_t n) {
    assert(n <= HELLO_MAX_LIST);
    *l = (struct u16_list){.n = n};
    memcpy(l->v, v, n * sizeof(*v));
}

void modern_hello(struct hello *h, struct eng_policy *policy, const char *sni) {
    *h = (struct hello){
        .record_version = TLS_1_0, .legacy_version = TLS_1_2, .session_id_n = 32, .n_compressions = 1};
    memcpy(h->suites, modern_suites, sizeof(modern_suites));
    h->n_suites = TW_COUNT(modern_suites);
    for (size_t i = 0; i < TW_COUNT(modern_extensions); i++) hello_add_ext(h, modern_extensions[i]);
    static const uint8_t one_zero[1];
    hello_add_ext_raw(h, GREASE_LAST, bytes_of(one_zero, 1));
    hello_add_ext(h, EXT_PADDING);
    list_set(&h->versions, (const uint16_t[]){GREASE_VERSION, TLS_1_3, TLS_1_2}, 3);
    hello_set_groups(h, modern_groups, TW_COUNT(modern_groups));
    list_set(&h->sigalgs, modern_sigalgs, TW_COUNT(modern_sigalgs));
    bool fits = hello_set_alpn(h, "h2,http/1.1");
    assert(fits);
    size_t n = strlen(sni);
    if (n < sizeof(h->server_name)) memcpy(h->server_name, sni, n + 1);
    *policy = (struct eng_policy){.min_version = TLS_1_2,
                                  .max_version = TLS_1_3,
                                  .need_renegotiation_info = true, /* OpenSSL 3 and what stands on it */
                                  .dh_min_bits = 2048,             /* RFC 9325 4.1 */
                                  .check_sigalg = true};
}

bool group_is_hybrid(uint16_t id) {
    const struct group *g = group_by_id(id);
    return g && g->kind == GROUP_HYBRID;
}

void hello_set_groups(struct hello *h, const uint16_t *groups, size_t n) {
    bool grease = h->groups.n == 0 || is_grease(h->groups.v[0]);
    uint16_t own[HELLO_MAX_LIST];
    size_t n_own = 0;
    if (grease && !(n > 0 && is_grease(groups[0]))) own[n_own++] = GREASE_GROUP;
    for (size_t i = 0; i < n && n_own < HELLO_MAX_LIST; i++) own[n_own++] = groups[i];
    list_set(&h->groups, own, n_own);

    struct u16_list *shares = &h->key_shares;
    *shares = (struct u16_list){0};
    bool hybrid = false;
    for (size_t i = 0; i < n_own; i++) {
        const struct group *g = group_by_id(own[i]);
        if (is_grease(own[i])) {
            shares->v[shares->n++] = own[i];
        } else if (g && g->kind == GROUP_HYBRID && g->share_size > 0 && !hybrid) {
            shares->v[shares->n++] = own[i];
            hybrid = true;
        } else if (g && g->supported) {
            shares->v[shares->n++] = own[i];
            break;
        }
    }
}

static void set_present(struct hello *h, uint16_t type, bool present) {
    if (!present)
        hello_drop_ext(h, type);
    else if (!hello_has_ext(h, type))
        hello_add_ext(h, type);
}

void hello_set_versions(struct hello *h, struct eng_policy *p, uint16_t min, uint16_t max) {
    bool grease = h->versions.n > 0 && is_grease(h->versions.v[0]);
    p->min_version = min;
    p->max_version = max;
    struct u16_list *l = &h->versions;
    *l = (struct u16_list){0};
    if (grease) l->v[l->n++] = GREASE_VERSION;
    for (uint16_t v = max; v >= min && v >= TLS_1_0; v--) l->v[l->n++] = v;
    h->legacy_version = max > TLS_1_2 ? TLS_1_2 : max;
    if (max < TLS_1_0) h->record_version = TLS_SSL3;
    bool tls13 = max >= TLS_1_3;
    set_present(h, EXT_KEY_SHARE, tls13);
    set_present(h, EXT_PSK_KEY_EXCHANGE_MODES, tls13);
    set_present(h, EXT_SUPPORTED_VERSIONS, tls13);
    set_present(h, EXT_SIGNATURE_ALGORITHMS, max >= TLS_1_2); /* RFC 5246 7.4.1.4.1 */
}

/* Leaves out the suites that no version on offer can use, and the versions for which no suite is left. */
static void fit_suites(struct hello *h, struct eng_policy *p) {
    size_t n = 0;
    uint16_t low = 0xFFFF, high = 0;
    for (size_t i = 0; i < h->n_suites; i++) {
        const struct suite *s = suite_by_id(h->suites[i]);
        if (s && s->kx != KX_OTHER && (s->min_version > p->max_version || s->max_version < p->min_version))
            continue;
        h->suites[n++] = h->suites[i];
        if (!s) continue;
        if (s->min_version < low) low = s->min_version;
        if (s->max_version > high) high = s->max_version;
    }
    h->n_suites = n;
    if (high < low) return;
    uint16_t min = low > p->min_version ? low : p->min_version;
    uint16_t max = high < p->max_version ? high : p->max_version;
    if (min <= max && (min != p->min_version || max != p->max_version)) hello_set_versions(h, p, min, max);
}

static void set_suites(struct hello *h, const uint16_t *suites, size_t n) {
    bool grease = h->n_suites > 0 && is_grease(h->suites[0]);
    h->n_suites = 0;
    if (grease) h->suites[h->n_suites++] = GREASE_SUITE;
    for (size_t i = 0; i < n && h->n_suites < HELLO_MAX_SUITES; i++) h->suites[h->n_suites++] = suites[i];
}

/* What is not bent stays as usual; but a client that ends at 1.1 must begin before it. */
static void bend_versions(struct hello *h, struct eng_policy *p, const struct bends *b) {
    uint16_t max = b->tls_max ? b->tls_max : p->max_version;
    if (b->tls_min > max) max = b->tls_min;
    uint16_t usual_min = p->min_version <= max ? p->min_version : TLS_1_0;
    hello_set_versions(h, p, b->tls_min ? b->tls_min : usual_min, max);
}

void modern_bend(struct hello *h, struct eng_policy *p, const struct bends *b) {
    bool versions = b->tls_min || b->tls_max;
    if (b->suites) set_suites(h, b->suites, b->n_suites);
    if (b->groups) hello_set_groups(h, b->groups->v, b->groups->n);
    if (b->sigalgs) h->sigalgs = *b->sigalgs;
    if (b->alpn && (!*b->alpn || !hello_set_alpn(h, b->alpn))) h->alpn_n = 0;
    if (versions) bend_versions(h, p, b);
    if (b->suites || versions) fit_suites(h, p);
}
