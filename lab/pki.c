#include "pki.h"
#include "base/text.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>

/* An RSA and an EC hierarchy that the client trusts, and one that it does not. RSA leaves stand below
 * RSA issuers, so that a client that knows only one kind of signature finds nothing else in the chain. */
#define LAB_ORGANISATION "tlswhy lab"

enum ca_id {
    CA_EC_ROOT,
    CA_EC_INTER,
    CA_RSA_ROOT,
    CA_RSA_INTER,
    CA_OTHER_ROOT,
    CA_OTHER_INTER,
    CA_LONG_1,
    CA_LONG_2,
    CA_LONG_3,
    CA_UNRELATED,
    CA_NO_CA,
    CA_CONSTRAINED,
    CA_CONSTRAINED_OK,
    CA_EXPIRED,
    CA_CROSS_OLD,
    CA_NEW_ROOT,
    CA_REUSED_ROOT,
    CA_RENEWED_ROOT,
    CA_REVOKED,
    CA_LISTED,
    CA_PUBLIC_ROOT,
    CA_PUBLIC_INTER,
    CA_FALLEN_ROOT,
    CA_SCANNER,
    CA_DEBUGGER,
    CA_LOCAL,
    CA__COUNT,
};
static const struct ca_row {
    const char *cn, *file;
    enum key_kind key;
    enum ca_id issuer;
    bool trusted_root;
    const char *o;           /* NULL: that of the lab */
    const char *constraints; /* basicConstraints; NULL: a CA */
    const char *names;       /* nameConstraints; NULL: none */
    bool expired;
    enum said crl; /* what the CRL that it names says of it */
    int serial_of; /* the ca_id whose serial number it has, and 1; 0: a random one */
    int twin;      /* the ca_id whose key it has, and 1; 0: a key of its own */
} ca_rows[CA__COUNT] = {
    [CA_EC_ROOT] = {"Lab Root EC", "root-ec.der", KEYS_EC256, CA_EC_ROOT, true},
    [CA_EC_INTER] = {"Lab Intermediate EC", "intermediate-ec.der", KEYS_EC256, CA_EC_ROOT},
    [CA_RSA_ROOT] = {"Lab Root RSA", "root-rsa.der", KEYS_RSA, CA_RSA_ROOT, true},
    [CA_RSA_INTER] = {"Lab Intermediate RSA", "intermediate-rsa.der", KEYS_RSA, CA_RSA_ROOT},
    [CA_OTHER_ROOT] = {"Company Root", "root-other.der", KEYS_EC256, CA_OTHER_ROOT, .o = "Company"},
    [CA_OTHER_INTER] = {"Company Intermediate", "intermediate-other.der", KEYS_EC256, CA_OTHER_ROOT,
                        .o = "Company"},
    [CA_LONG_1] = {"Lab Policy CA", "long-1.der", KEYS_EC256, CA_EC_ROOT},
    [CA_LONG_2] = {"Lab Regional CA", "long-2.der", KEYS_EC256, CA_LONG_1},
    [CA_LONG_3] = {"Lab Issuing CA", "long-3.der", KEYS_EC256, CA_LONG_2},
    [CA_UNRELATED] = {"Lab Unrelated CA", "unrelated.der", KEYS_EC256, CA_EC_ROOT},
    [CA_NO_CA] = {"Lab Branch CA", "branch.der", KEYS_EC256, CA_EC_ROOT, .constraints = "critical,CA:FALSE"},
    [CA_CONSTRAINED] = {"Lab Department CA", "department.der", KEYS_EC256, CA_EC_ROOT,
                        .names = "critical,permitted;DNS:department.example"},
    [CA_CONSTRAINED_OK] = {"Lab Domain CA", "domain.der", KEYS_EC256, CA_EC_ROOT,
                           .names = "critical,permitted;DNS:lab.example"},
    [CA_EXPIRED] = {"Lab Old Intermediate", "old.der", KEYS_EC256, CA_EC_ROOT, .expired = true},
    [CA_CROSS_OLD] = {"Lab Intermediate EC", "cross.der", KEYS_EC256, CA_OTHER_ROOT, .expired = true,
                      .twin = 1 + CA_EC_INTER},
    [CA_NEW_ROOT] = {"Lab Root EC", "root-new.der", KEYS_EC256, CA_NEW_ROOT},
    [CA_REUSED_ROOT] = {"Lab Root EC", "root-reused.der", KEYS_EC256, CA_REUSED_ROOT,
                        .serial_of = 1 + CA_EC_ROOT},
    [CA_RENEWED_ROOT] = {"Lab Root EC", "root-renewed.der", KEYS_EC256, CA_RENEWED_ROOT,
                         .twin = 1 + CA_EC_ROOT},
    [CA_REVOKED] = {"Lab Lost CA", "lost.der", KEYS_EC256, CA_EC_ROOT, .crl = SAID_REVOKED},
    [CA_LISTED] = {"Lab Kept CA", "kept.der", KEYS_EC256, CA_EC_ROOT, .crl = SAID_GOOD},
    [CA_PUBLIC_ROOT] = {"Lab Public Root 2025", "root-public.der", KEYS_EC256, CA_PUBLIC_ROOT,
                        .o = "Lab Trust Services"},
    [CA_PUBLIC_INTER] = {"Lab Public Intermediate", "intermediate-public.der", KEYS_EC256, CA_PUBLIC_ROOT,
                         .o = "Lab Trust Services"},
    [CA_FALLEN_ROOT] = {"Lab Fallen Root", "root-fallen.der", KEYS_EC256, CA_FALLEN_ROOT,
                        .o = "Lab Former Authority"},
    [CA_SCANNER] = {"Avast Web/Mail Shield Root", "scanner.der", KEYS_EC256, CA_SCANNER,
                    .o = "Avast Web/Mail Shield"},
    [CA_LOCAL] = {"Caddy Local Authority - 2026 ECC Root", "local.der", KEYS_EC256, CA_LOCAL},
    [CA_DEBUGGER] = {"mitmproxy", "debugger.der", KEYS_EC256, CA_DEBUGGER, .o = "mitmproxy"},
};

static const struct key_row {
    const char *algorithm, *curve;
    size_t bits;
} key_rows[KEYS__COUNT] = {
    [KEYS_EC256] = {"EC", "P-256", 0},    [KEYS_EC384] = {"EC", "P-384", 0},
    [KEYS_EC521] = {"EC", "P-521", 0},    [KEYS_RSA] = {"RSA", NULL, 2048},
    [KEYS_RSA1024] = {"RSA", NULL, 1024}, [KEYS_ED25519] = {"ED25519", NULL, 0},
    [KEYS_ED448] = {"ED448", NULL, 0},
};

struct issued {
    struct cert_spec spec;
    struct lab_chain chain;
    struct issued *next;
};
struct lab_pki {
    int64_t now;
    uint16_t aia_port;
    EVP_PKEY *leaf_key[KEYS__COUNT]; /* one a kind serves every leaf */
    EVP_PKEY *ca_key[CA__COUNT];
    X509 *ca[CA__COUNT];
    struct issued *issued;
    struct arena arena;
    pthread_mutex_t lock; /* servers that make certificates on demand ask from their connections' threads */
};

struct lab_pki *lab_pki_new(int64_t now, uint16_t aia_port) {
    struct lab_pki *p = mem_alloc(sizeof(*p));
    p->now = now;
    p->aia_port = aia_port;
    arena_init(&p->arena);
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void lab_pki_free(struct lab_pki *p) {
    if (!p) return;
    for (struct issued *i = p->issued; i; i = i->next) {
        X509_free(i->chain.leaf);
        EVP_PKEY_free(i->chain.key);
        sk_X509_pop_free(i->chain.others, X509_free);
    }
    for (size_t i = 0; i < KEYS__COUNT; i++) EVP_PKEY_free(p->leaf_key[i]);
    for (size_t i = 0; i < CA__COUNT; i++) {
        EVP_PKEY_free(p->ca_key[i]);
        X509_free(p->ca[i]);
    }
    pthread_mutex_destroy(&p->lock);
    arena_done(&p->arena);
    mem_free(p);
}

static EVP_PKEY *make_key(enum key_kind kind) {
    const struct key_row *k = &key_rows[kind];
    if (k->bits) return EVP_PKEY_Q_keygen(NULL, NULL, k->algorithm, k->bits);
    if (k->curve) return EVP_PKEY_Q_keygen(NULL, NULL, k->algorithm, k->curve);
    return EVP_PKEY_Q_keygen(NULL, NULL, k->algorithm);
}

static EVP_PKEY *leaf_key(struct lab_pki *p, enum key_kind kind) {
    if (!p->leaf_key[kind]) p->leaf_key[kind] = make_key(kind);
    return p->leaf_key[kind];
}

static bool add_ext(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    if (!e) return false;
    bool ok = X509_add_ext(cert, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

static bool set_random_serial(X509 *cert) {
    unsigned char raw[16];
    BIGNUM *bn = NULL;
    bool ok = RAND_bytes(raw, sizeof(raw)) == 1 && (raw[0] &= 0x7F, raw[0] |= 0x40, true) &&
              (bn = BN_bin2bn(raw, sizeof(raw), NULL)) && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
    BN_free(bn);
    return ok;
}

/* A certificate without extensions, not signed yet. */
static X509 *make_cert(struct lab_pki *p, const char *o, const char *cn, EVP_PKEY *key, X509 *issuer,
                       int from_h, int until_h) {
    X509 *c = X509_new();
    if (!c) return NULL;
    X509_NAME *subject = X509_get_subject_name(c);
    time_t now = (time_t)p->now;
    bool ok =
        X509_set_version(c, X509_VERSION_3) && set_random_serial(c) &&
        X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)o, -1, -1, 0) &&
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) &&
        X509_set_issuer_name(c, issuer ? X509_get_subject_name(issuer) : subject) &&
        X509_time_adj_ex(X509_getm_notBefore(c), from_h / 24, (long)(from_h % 24) * 3600, &now) &&
        X509_time_adj_ex(X509_getm_notAfter(c), until_h / 24, (long)(until_h % 24) * 3600, &now) &&
        X509_set_pubkey(c, key);
    if (ok) return c;
    X509_free(c);
    return NULL;
}

static bool sign_cert(X509 *c, EVP_PKEY *key, bool sha1) {
    bool eddsa = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
    return X509_sign(c, key, eddsa ? NULL : sha1 ? EVP_sha1() : EVP_sha256()) > 0;
}

static const char *said_url(struct lab_pki *p, enum lab_said_by by, enum said said, unsigned ca);

static bool add_ca_extensions(struct lab_pki *p, X509 *c, X509 *signer, const struct ca_row *row) {
    const char *crl =
        row->crl ? text_f(&p->arena, "URI:%s", said_url(p, LAB_SAID_CRL, row->crl, row->issuer)) : NULL;
    return (!crl || add_ext(c, signer, NID_crl_distribution_points, crl)) &&
           add_ext(c, signer, NID_basic_constraints,
                   row->constraints ? row->constraints : "critical,CA:TRUE") &&
           (!row->names || add_ext(c, signer, NID_name_constraints, row->names)) &&
           add_ext(c, signer, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           add_ext(c, signer, NID_subject_key_identifier, "hash") &&
           (signer == c || add_ext(c, signer, NID_authority_key_identifier, "keyid"));
}

static X509 *get_ca(struct lab_pki *p, enum ca_id id);
static EVP_PKEY *ca_key(struct lab_pki *p, enum ca_id id) {
    const struct ca_row *row = &ca_rows[id];
    if (!row->twin) return make_key(row->key);
    enum ca_id twin = (enum ca_id)(row->twin - 1);
    EVP_PKEY *key = get_ca(p, twin) ? p->ca_key[twin] : NULL;
    return key && EVP_PKEY_up_ref(key) ? key : NULL;
}

static X509 *make_ca(struct lab_pki *p, enum ca_id id) {
    const struct ca_row *row = &ca_rows[id];
    bool root = row->issuer == id;
    X509 *issuer = root ? NULL : p->ca[row->issuer];
    int until_h = row->expired ? -24 * 20 : 24 * (root ? 3000 : 1500);
    X509 *c =
        make_cert(p, row->o ? row->o : LAB_ORGANISATION, row->cn, p->ca_key[id], issuer, -24 * 400, until_h);
    if (!c) return NULL;
    X509 *twin = row->serial_of ? get_ca(p, (enum ca_id)(row->serial_of - 1)) : c;
    if (twin && X509_set_serialNumber(c, X509_get_serialNumber(twin)) &&
        add_ca_extensions(p, c, issuer ? issuer : c, row) && sign_cert(c, p->ca_key[row->issuer], false))
        return c;
    X509_free(c);
    return NULL;
}

static X509 *get_ca(struct lab_pki *p, enum ca_id id) {
    if (p->ca[id]) return p->ca[id];
    const struct ca_row *row = &ca_rows[id];
    if (row->issuer != id && !get_ca(p, row->issuer)) return NULL;
    p->ca_key[id] = ca_key(p, id);
    if (p->ca_key[id]) p->ca[id] = make_ca(p, id);
    return p->ca[id];
}

static bool spec_is_rsa(const struct cert_spec *s) {
    return key_rows[s->key].bits != 0;
}

/* Who signs the leaf. */
static enum ca_id issuer_of(const struct cert_spec *s) {
    static const enum ca_id odd[] = {
        [BY_NO_CA] = CA_NO_CA,
        [BY_CONSTRAINED] = CA_CONSTRAINED,
        [BY_CONSTRAINED_OK] = CA_CONSTRAINED_OK,
        [BY_EXPIRED] = CA_EXPIRED,
        [BY_CROSS_SIGNED] = CA_EC_INTER,
        [BY_NEW_ROOT] = CA_NEW_ROOT,
        [BY_REUSED_ROOT] = CA_REUSED_ROOT,
        [BY_RENEWED_ROOT] = CA_RENEWED_ROOT,
        [BY_REVOKED] = CA_REVOKED,
        [BY_LISTED] = CA_LISTED,
        [BY_PUBLIC] = CA_PUBLIC_INTER,
        [BY_FALLEN] = CA_FALLEN_ROOT,
        [BY_SCANNER] = CA_SCANNER,
        [BY_DEBUGGER] = CA_DEBUGGER,
        [BY_LOCAL_CA] = CA_LOCAL,
    };
    if (s->by != BY_USUAL) return odd[s->by];
    bool direct = s->shape == CHAIN_DIRECT;
    if (s->other_ca) return direct ? CA_OTHER_ROOT : CA_OTHER_INTER;
    if (s->shape == CHAIN_LONG) return CA_LONG_3;
    if (spec_is_rsa(s)) return direct ? CA_RSA_ROOT : CA_RSA_INTER;
    return direct ? CA_EC_ROOT : CA_EC_INTER;
}

static bool push(struct lab_pki *p, STACK_OF(X509) * list, enum ca_id id) {
    X509 *c = get_ca(p, id);
    if (!c || !X509_up_ref(c)) return false;
    if (sk_X509_push(list, c) > 0) return true;
    X509_free(c);
    return false;
}

/* The certificates after the leaf, from its issuer up to where the shape ends. */
/* Each with a key of its own, and a good signature of the root's. */
static bool push_crowd(struct lab_pki *p, STACK_OF(X509) * list, enum ca_id id) {
    enum { CROWD = 300 };
    const struct ca_row *row = &ca_rows[id];
    X509 *root = get_ca(p, row->issuer);
    for (int i = 0; root && i < CROWD; i++) {
        EVP_PKEY *key = make_key(row->key);
        X509 *c = key ? make_cert(p, LAB_ORGANISATION, row->cn, key, root, -24 * 400, 24 * 1500) : NULL;
        EVP_PKEY_free(key);
        if (c && add_ca_extensions(p, c, root, row) && sign_cert(c, p->ca_key[row->issuer], false) &&
            sk_X509_push(list, c) > 0)
            continue;
        X509_free(c);
        return false;
    }
    return root && push(p, list, id);
}

static bool fill_others(struct lab_pki *p, const struct cert_spec *s, STACK_OF(X509) * list) {
    enum ca_id first = issuer_of(s), root = ca_rows[first].issuer;
    if (s->by == BY_CROSS_SIGNED && !push(p, list, CA_CROSS_OLD)) return false;
    switch (s->shape) {
    case CHAIN_FULL:
    case CHAIN_ISSUER_FIRST:
        return push(p, list, first);
    case CHAIN_CROWD:
        return push_crowd(p, list, first);
    case CHAIN_WITH_ROOT:
        return push(p, list, first) && push(p, list, root);
    case CHAIN_REVERSED:
        return push(p, list, root) && push(p, list, first);
    case CHAIN_LONG:
        return push(p, list, CA_LONG_3) && push(p, list, CA_LONG_2) && push(p, list, CA_LONG_1);
    case CHAIN_UNRELATED:
        return push(p, list, CA_UNRELATED);
    case CHAIN_LEAF_ONLY:
    case CHAIN_DIRECT:
    case CHAIN_SELF_SIGNED:
        return true;
    }
    return false;
}

struct leaf_ext {
    int nid;
    const char *value; /* NULL leaves it out */
};

static bool add_all(X509 *cert, X509 *issuer, const struct leaf_ext *ext, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (ext[i].value && !add_ext(cert, issuer, ext[i].nid, ext[i].value)) return false;
    return true;
}

/* Where the authority says whether a certificate is revoked. Nobody listens at port 1. */
static const char *said_url(struct lab_pki *p, enum lab_said_by by, enum said said, unsigned ca) {
    if (said == SAID_DEAD) return "http://127.0.0.1:1/";
    return text_f(&p->arena, "http://127.0.0.1:%u/%s", p->aia_port,
                  lab_revocation_path(&p->arena, by, said, ca));
}

/* Where the issuer's certificate is to be had, and who is asked by OCSP; NULL where the leaf does not say. */
static const char *aia_value(struct lab_pki *p, const struct cert_spec *s) {
    struct text t;
    text_init(&t, &p->arena);
    enum lab_said_by by = s->ocsp_post ? LAB_SAID_POST : LAB_SAID_OCSP;
    if (s->ocsp_second) text_addf(&t, "OCSP;URI:%s,", said_url(p, by, SAID_DEAD, issuer_of(s)));
    if (s->ocsp) text_addf(&t, "OCSP;URI:%s", said_url(p, by, s->ocsp, issuer_of(s)));
    if (s->aia || s->aia_dead)
        text_addf(&t, "%scaIssuers;URI:http://127.0.0.1:%u/%s", t.n ? "," : "", p->aia_port,
                  s->aia_dead ? "gone.der" : ca_rows[issuer_of(s)].file);
    return t.n ? t.s : NULL;
}

static const char *crl_value(struct lab_pki *p, const struct cert_spec *s) {
    return s->crl ? text_f(&p->arena, "URI:%s", said_url(p, LAB_SAID_CRL, s->crl, issuer_of(s))) : NULL;
}

/* One SCT of a log that nobody knows (RFC 6962 3.2, 3.3), from when the certificate began. */
static const char *scts_value(struct lab_pki *p, const struct cert_spec *s) {
    bool is_public = s->logged || s->by == BY_PUBLIC || s->by == BY_FALLEN;
    if (!is_public || s->no_scts) return NULL;
    uint64_t at = (uint64_t)(p->now + (s->from_h ? s->from_h : -24 * 10) * INT64_C(3600)) * 1000;
    struct text t;
    text_init(&t, &p->arena);
    text_add(&t, "DER:043B0039003700"); /* the list's length, the SCT's, version 1 */
    for (size_t i = 0; i < 32; i++) text_add(&t, "5A");
    text_addf(&t, "%016llX0000040300085A5A5A5A5A5A5A5A", (unsigned long long)at);
    return t.s;
}

static bool extend_leaf(struct lab_pki *p, const struct cert_spec *s, X509 *leaf, X509 *issuer) {
    const char *names = s->names ? s->names : "DNS:" LAB_HOST;
    if (s->v1) return X509_set_version(leaf, X509_VERSION_1) == 1;
    const struct leaf_ext ext[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, s->ku            ? s->ku
                        : spec_is_rsa(s) ? "critical,digitalSignature,keyEncipherment"
                                         : "critical,digitalSignature"},
        {NID_ext_key_usage, !s->eku   ? "serverAuth"
                            : *s->eku ? s->eku
                                      : NULL},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, s->shape == CHAIN_SELF_SIGNED || s->no_aki ? NULL : "keyid"},
        {NID_subject_alt_name, *names ? names : NULL},
        {NID_info_access, aia_value(p, s)},
        {NID_crl_distribution_points, crl_value(p, s)},
        {NID_tlsfeature, s->must_staple ? "status_request" : NULL},
        {NID_ct_precert_scts, scts_value(p, s)},
    };
    return add_all(leaf, issuer, ext, TW_COUNT(ext));
}

static X509 *make_leaf(struct lab_pki *p, const struct cert_spec *s, EVP_PKEY *key) {
    bool self = s->shape == CHAIN_SELF_SIGNED, dated = s->from_h || s->until_h;
    enum ca_id by = issuer_of(s);
    X509 *issuer = self ? NULL : get_ca(p, by);
    if (!self && !issuer) return NULL;
    X509 *c = make_cert(p, LAB_ORGANISATION, s->cn ? s->cn : LAB_HOST, key, issuer,
                        dated ? s->from_h : -24 * 10, dated ? s->until_h : 24 * 80);
    if (!c) return NULL;
    if (extend_leaf(p, s, c, self ? c : issuer) && sign_cert(c, self ? key : p->ca_key[by], s->sha1))
        return c;
    X509_free(c);
    return NULL;
}

/* A key with the public half of `key` and the private half of `other` (EC P-256 both): it passes for the
 * certificate's, and signs what does not verify. */
static EVP_PKEY *joined(EVP_PKEY *key, EVP_PKEY *other) {
    unsigned char room[32];
    BIGNUM *secret = NULL;
    OSSL_PARAM *public = NULL, *both = NULL;
    EVP_PKEY *made = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool ok = other && ctx && EVP_PKEY_todata(key, EVP_PKEY_PUBLIC_KEY, &public) == 1 &&
              EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &secret) == 1 &&
              BN_bn2nativepad(secret, room, sizeof(room)) == sizeof(room) && EVP_PKEY_fromdata_init(ctx) == 1;
    const OSSL_PARAM private[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, room, sizeof(room)),
                                  OSSL_PARAM_construct_end()};
    if (ok && (both = OSSL_PARAM_merge(public, private)))
        EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_KEYPAIR, both);
    OSSL_PARAM_free(both);
    OSSL_PARAM_free(public);
    BN_clear_free(secret);
    EVP_PKEY_CTX_free(ctx);
    return made;
}

static EVP_PKEY *mismatched(EVP_PKEY *key) {
    EVP_PKEY *other = make_key(KEYS_EC256), *made = joined(key, other);
    EVP_PKEY_free(other);
    return made;
}

/* The issuer's certificate in front, and the leaf behind it; the key remains the leaf's. */
static bool put_issuer_first(struct lab_chain *c) {
    X509 *issuer = sk_X509_shift(c->others), *leaf = c->leaf;
    EVP_PKEY *key = issuer ? joined(X509_get0_pubkey(issuer), c->key) : NULL;
    if (issuer) c->leaf = issuer;
    if (issuer && !sk_X509_unshift(c->others, leaf)) X509_free(leaf);
    if (!key) return false;
    EVP_PKEY_free(c->key);
    c->key = key;
    return true;
}

static bool text_same(const char *a, const char *b) {
    return bytes_eq(bytes_str(a), bytes_str(b)) && !a == !b;
}

static bool published_eq(const struct cert_spec *a, const struct cert_spec *b) {
    return a->aia == b->aia && a->aia_dead == b->aia_dead && a->staple == b->staple && a->ocsp == b->ocsp &&
           a->crl == b->crl && a->must_staple == b->must_staple && a->ocsp_post == b->ocsp_post &&
           a->ocsp_second == b->ocsp_second;
}

static bool shape_eq(const struct cert_spec *a, const struct cert_spec *b) {
    return a->key == b->key && a->shape == b->shape && a->other_ca == b->other_ca && a->by == b->by &&
           a->from_h == b->from_h && a->until_h == b->until_h && a->sha1 == b->sha1 &&
           a->other_key == b->other_key && a->v1 == b->v1 && a->no_aki == b->no_aki &&
           a->logged == b->logged && a->no_scts == b->no_scts;
}

static bool spec_eq(const struct cert_spec *a, const struct cert_spec *b) {
    return shape_eq(a, b) && text_same(a->names, b->names) && text_same(a->cn, b->cn) &&
           text_same(a->eku, b->eku) && text_same(a->ku, b->ku) && published_eq(a, b);
}

static const struct lab_chain *issue(struct lab_pki *p, const struct cert_spec *spec) {
    for (struct issued *i = p->issued; i; i = i->next)
        if (spec_eq(&i->spec, spec)) return &i->chain;
    EVP_PKEY *key = leaf_key(p, spec->key);
    X509 *leaf = key ? make_leaf(p, spec, key) : NULL;
    STACK_OF(X509) *others = sk_X509_new_null();
    EVP_PKEY *shown = spec->other_key && key ? mismatched(key) : key;
    if (!leaf || !others || !shown || !fill_others(p, spec, others) ||
        (shown == key && !EVP_PKEY_up_ref(key))) {
        X509_free(leaf);
        sk_X509_pop_free(others, X509_free);
        return NULL;
    }
    struct issued *i = ARENA_NEW(&p->arena, struct issued);
    *i = (struct issued){*spec, {shown, leaf, others}, p->issued};
    if (spec->shape == CHAIN_ISSUER_FIRST && !put_issuer_first(&i->chain)) return NULL;
    p->issued = i;
    return &i->chain;
}

const struct lab_chain *lab_pki_issue(struct lab_pki *p, const struct cert_spec *spec) {
    pthread_mutex_lock(&p->lock);
    const struct lab_chain *chain = issue(p, spec);
    pthread_mutex_unlock(&p->lock);
    return chain;
}

bool lab_pki_ca(struct lab_pki *p, unsigned id, struct lab_ca *ret) {
    *ret = (struct lab_ca){0};
    if (id >= CA__COUNT) return false;
    pthread_mutex_lock(&p->lock);
    if (get_ca(p, (enum ca_id)id)) *ret = (struct lab_ca){p->ca[id], p->ca_key[id]};
    pthread_mutex_unlock(&p->lock);
    return ret->cert != NULL;
}

unsigned lab_pki_issuer_of(const struct cert_spec *spec) {
    return issuer_of(spec);
}

unsigned lab_pki_stranger(void) {
    return CA_UNRELATED;
}

int64_t lab_pki_now(const struct lab_pki *p) {
    return p->now;
}

const struct lab_chain *lab_pki_nth(struct lab_pki *p, size_t i, const struct cert_spec **ret_spec) {
    pthread_mutex_lock(&p->lock);
    const struct issued *at = p->issued;
    while (at && i-- > 0) at = at->next;
    pthread_mutex_unlock(&p->lock);
    if (at) *ret_spec = &at->spec;
    return at ? &at->chain : NULL;
}

bool lab_pki_write_roots(struct lab_pki *p, const char *file) {
    BIO *out = BIO_new_file(file, "w");
    bool ok = out && get_ca(p, CA_EC_ROOT);
    for (size_t i = 0; ok && i < CA__COUNT; i++)
        if (ca_rows[i].trusted_root && p->ca[i]) ok = PEM_write_bio_X509(out, p->ca[i]) == 1;
    return BIO_free(out) == 1 && ok;
}

static bool write_pem(struct lab_pki *p, const char *file, const enum ca_id *ids, size_t n) {
    BIO *out = BIO_new_file(file, "w");
    bool ok = out != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = get_ca(p, ids[i]) && PEM_write_bio_X509(out, p->ca[ids[i]]) == 1;
    return BIO_free(out) == 1 && ok;
}

static const enum ca_id public_roots[] = {CA_EC_ROOT, CA_FALLEN_ROOT, CA_PUBLIC_ROOT};

bool lab_pki_write_public(struct lab_pki *p, const char *file) {
    return write_pem(p, file, public_roots, TW_COUNT(public_roots));
}

bool lab_pki_write_other(struct lab_pki *p, const char *file) {
    static const enum ca_id ids[] = {CA_OTHER_ROOT};
    return write_pem(p, file, ids, TW_COUNT(ids));
}

static bool write_row(struct lab_pki *p, BIO *out, enum ca_id id, bool dated) {
    enum { MONTH_AGO = 30 * 86400 };
    unsigned char digest[32];
    if (!get_ca(p, id) || X509_digest(p->ca[id], EVP_sha256(), digest, NULL) != 1) return false;
    const char *day = text_time(&p->arena, p->now - MONTH_AGO);
    return BIO_printf(out, "%s,%s,Websites,%.10s,the lab,%s,Included,\"",
                      text_hex(&p->arena, bytes_of(digest, 32)), ca_rows[id].cn, dated ? day : "",
                      text_time(&p->arena, p->now)) > 0 &&
           PEM_write_bio_X509(out, p->ca[id]) == 1 && BIO_puts(out, "\"\r\n") > 0;
}

bool lab_pki_write_program(struct lab_pki *p, const char *file, bool whole) {
    BIO *out = BIO_new_file(file, "w");
    bool ok =
        out && BIO_puts(out, "SHA-256 Fingerprint,Certificate Name,Trust Bits,Distrust for TLS After Date,"
                             "From,Imported,Status,PEM Info\r\n") > 0;
    for (size_t i = 0; ok && i < TW_COUNT(public_roots); i++)
        if (whole || public_roots[i] != CA_PUBLIC_ROOT)
            ok = write_row(p, out, public_roots[i], whole && public_roots[i] == CA_FALLEN_ROOT);
    return BIO_free(out) == 1 && ok;
}

int lab_pki_issuer_der(struct lab_pki *p, const char *path, unsigned char **ret) {
    for (size_t i = 0; i < CA__COUNT; i++)
        if (p->ca[i] && *path == '/' && strcmp(path + 1, ca_rows[i].file) == 0)
            return i2d_X509(p->ca[i], ret);
    return 0;
}

bool lab_pki_client_roots(struct lab_pki *p, enum client_trust trust, X509_STORE *store,
                          STACK_OF(X509_NAME) * names) {
    static const enum ca_id roots[][2] = {
        [CLIENT_TRUST_ANY] = {CA_EC_ROOT, CA_RSA_ROOT},
        [CLIENT_TRUST_LAB] = {CA_EC_ROOT, CA_RSA_ROOT},
        [CLIENT_TRUST_OTHER] = {CA_OTHER_ROOT, CA_OTHER_ROOT},
        [CLIENT_TRUST_NEW] = {CA_NEW_ROOT, CA_NEW_ROOT},
    };
    for (size_t i = 0; i < 2; i++) {
        X509 *root = get_ca(p, roots[trust][i]);
        if (i && roots[trust][0] == roots[trust][1]) break;
        X509_NAME *name = root ? X509_NAME_dup(X509_get_subject_name(root)) : NULL;
        if (!name || X509_STORE_add_cert(store, root) != 1 ||
            (names && sk_X509_NAME_push(names, name) <= 0)) {
            X509_NAME_free(name);
            return false;
        }
        if (!names) X509_NAME_free(name);
    }
    return true;
}

EVP_PKEY *lab_pki_stray_key(enum key_kind kind) {
    return make_key(kind);
}

X509 *lab_pki_revoked_ca(struct lab_pki *p, size_t i, unsigned *ret_issuer) {
    for (size_t id = 0; id < CA__COUNT; id++) {
        if (!p->ca[id] || ca_rows[id].crl != SAID_REVOKED || i-- > 0) continue;
        *ret_issuer = ca_rows[id].issuer;
        return p->ca[id];
    }
    return NULL;
}
