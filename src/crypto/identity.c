/* A client's certificate and key out of the files that people have. */
#include "crypto/identity.h"

#include "base/text.h"
#include "crypto/bundle_lib.h"
#include "crypto/x509.h"
#include "crypto/x509_lib.h"

/* The SubjectPublicKeyInfo of a certificate; empty where OpenSSL cannot read it. */
static struct bytes spki_of(struct arena *a, struct bytes cert) {
    unsigned char *der = NULL;
    X509 *x = x509_from_der(cert);
    int n = x ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der) : 0;
    struct bytes ret = n > 0 ? arena_copy(a, bytes_of(der, (size_t)n)) : (struct bytes){0};
    OPENSSL_free(der);
    X509_free(x);
    return ret;
}

static bool belongs(struct arena *a, const struct privkey *k, struct bytes cert) {
    return privkey_is_of(k, spki_of(a, cert));
}

static const char *trouble(struct arena *a, const struct identity_file *f, const char *what) {
    return text_f(a, "'%s' cannot be read: %s", text_escape(a, bytes_str(f->name), 200), what);
}

static bool is_locked(const struct bundle *b) {
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].kind == BUNDLE_KEY && b->items[i].trouble & BUNDLE_LOCKED) return true;
    return b->wrong_password && b->n == 0;
}

static const char *locked_text(const struct identity_file *f) {
    return *f->password ? "the passphrase does not open it"
                        : "its key is under a passphrase (it may be given as FILE:PASSPHRASE)";
}

/* The certificates in the order in which they are sent. A list in a text file begins with the client's own,
 * as every program has it; the bags of PKCS #7 and PKCS #12 have no order, there the key says which it is. */
static void take_chain(struct arena *a, const struct bundle *b, struct identity *ret) {
    size_t own = 0, n = 0;
    struct bytes all[IDENTITY_MAX_CHAIN];
    for (size_t i = 0; i < b->n && n < IDENTITY_MAX_CHAIN; i++)
        if (b->items[i].kind == BUNDLE_CERT && b->items[i].der.n) all[n++] = b->items[i].der;
    for (size_t i = 0; i < n && !ret->key_of; i++)
        if (ret->key && belongs(a, ret->key, all[i])) ret->key_of = i + 1;
    bool unordered = b->format == BUNDLE_PKCS12 || b->format == BUNDLE_PKCS7;
    if (unordered && ret->key_of) own = ret->key_of - 1;
    for (size_t i = 0; i < n; i++) {
        size_t from = i == 0 ? own : i <= own ? i - 1 : i;
        ret->chain[ret->n++] = arena_copy(a, all[from]);
    }
    ret->fits = ret->key_of == own + 1;
}

static bool is_below(struct arena *a, struct bytes cert, struct bytes issuer) {
    struct cert_info x, y;
    return cert_info_read(a, cert, &x) && cert_info_read(a, issuer, &y) && !x.self_issued &&
           bytes_eq(x.issuer_der, y.subject_der);
}

/* Out of bags: each one's issuer behind it, what belongs to nobody at the end. */
static void sort_chain(struct arena *a, struct identity *ret) {
    for (size_t at = 0; at + 1 < ret->n; at++)
        for (size_t i = at + 1; i < ret->n; i++) {
            if (!is_below(a, ret->chain[at], ret->chain[i])) continue;
            struct bytes issuer = ret->chain[i];
            for (size_t k = i; k > at + 1; k--) ret->chain[k] = ret->chain[k - 1];
            ret->chain[at + 1] = issuer;
            break;
        }
}

/* The key that belongs to a certificate of the list, else the first. */
static struct privkey *pick_key(struct arena *a, struct bundle_keys *keys, const struct bundle *certs) {
    size_t best = 0;
    bool found = false;
    for (size_t i = 0; i < certs->n && !found; i++)
        for (size_t k = 0; k < keys->n && !found && certs->items[i].kind == BUNDLE_CERT; k++)
            if (belongs(a, keys->key[k], certs->items[i].der)) {
                best = k;
                found = true;
            }
    struct privkey *ret = keys->n ? keys->key[best] : NULL;
    for (size_t k = 0; k < keys->n; k++)
        if (keys->key[k] != ret) privkey_free(keys->key[k]);
    keys->n = 0;
    return ret;
}

static void drop_keys(struct bundle_keys *keys) {
    for (size_t k = 0; k < keys->n; k++) privkey_free(keys->key[k]);
    keys->n = 0;
}

static const char *read_key_file(struct arena *a, const struct identity_file *key, struct bundle_keys *keys) {
    struct bundle b;
    bundle_read_keys(a, key->body, key->password, &b, keys);
    if (keys->n) return NULL;
    if (is_locked(&b)) return trouble(a, key, locked_text(key));
    return trouble(a, key, b.problem ? b.problem : "there is no private key in it that is known here");
}

static size_t count_certs(const struct bundle *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) n += b->items[i].kind == BUNDLE_CERT && b->items[i].der.n > 0;
    return n;
}

static const char *read_files(struct arena *a, struct arena *scratch, const struct identity_file *cert,
                              const struct identity_file *key, struct identity *ret) {
    struct bundle b;
    struct bundle_keys keys = {0};
    const char *why = NULL;
    bundle_read_keys(scratch, cert->body, cert->password, &b, &keys);
    if (count_certs(&b) == 0)
        why = trouble(a, cert,
                      is_locked(&b) ? locked_text(cert)
                      : b.problem   ? b.problem
                                    : "there is no certificate in it");
    if (!why && key) {
        drop_keys(&keys);
        why = read_key_file(scratch, key, &keys);
        if (why) why = arena_strdup(a, why);
    } else if (!why && keys.n == 0) {
        why = trouble(a, cert,
                      is_locked(&b) ? locked_text(cert)
                                    : "there is no private key in it, and no --key names another file");
    }
    if (why) {
        drop_keys(&keys);
        return why;
    }
    ret->key = pick_key(scratch, &keys, &b);
    ret->same_files = !key;
    take_chain(a, &b, ret);
    if (b.format == BUNDLE_PKCS12 || b.format == BUNDLE_PKCS7) sort_chain(scratch, ret);
    return NULL;
}

const char *identity_read(struct arena *a, const struct identity_file *cert, const struct identity_file *key,
                          struct identity *ret) {
    struct arena scratch; /* what is decoded of a key passes through it */
    arena_init(&scratch);
    *ret = (struct identity){0};
    const char *why = read_files(a, &scratch, cert, key, ret);
    arena_wipe(&scratch);
    arena_done(&scratch);
    return why;
}

void identity_free(struct identity *i) {
    privkey_free(i->key);
    i->key = NULL;
}
