/* Trust anchors: those of files, read at once, and the system's folder, looked up by the hash of the name. */
#include "base/text.h"
#include "crypto/x509_lib.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>

struct trust {
    STACK_OF(X509) * certs;
    char *hash_dir; /* NULL: none */
    bool system;    /* the machine's own store, whose roots are everybody's */
};

enum { HASH_TRIES = 16 };

struct trust *trust_new(void) {
    struct trust *t = mem_alloc(sizeof(*t));
    t->certs = sk_X509_new_null();
    return t;
}

void trust_free(struct trust *t) {
    if (!t) return;
    sk_X509_pop_free(t->certs, X509_free);
    mem_free(t->hash_dir);
    mem_free(t);
}

static char *keep(const char *s) {
    size_t n = strlen(s) + 1;
    char *copy = mem_alloc(n);
    memcpy(copy, s, n);
    return copy;
}

/* "9a6ec012.0", as c_rehash makes them (X509_LOOKUP_hash_dir(3)). */
static bool is_hashed(const char *name) {
    return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] &&
           strspn(name + 9, "0123456789") == strlen(name + 9);
}

static bool has_hashed(const char *path) {
    DIR *dir = opendir(path);
    bool any = false;
    for (struct dirent *e; dir && !any && (e = readdir(dir)) != NULL;) any = is_hashed(e->d_name);
    if (dir) closedir(dir);
    return any;
}

/* Where systems have their bundle: Debian, Fedora, SUSE, Alpine and the BSDs. */
static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                      "/etc/ssl/cert.pem"};

const char *trust_system_bundle(size_t i) {
    return i < TW_COUNT(bundles) ? bundles[i] : NULL;
}

const char *trust_openssl_dir(void) {
    return X509_get_default_cert_area();
}

/* Folders of SSL_CERT_DIR, with colons between them. The first that is hashed is looked up by name. */
static void add_dirs(struct trust *t, const char *dirs) {
    struct arena a;
    arena_init(&a);
    while (*dirs) {
        size_t n = strcspn(dirs, ":");
        const char *dir = arena_str(&a, bytes_of(dirs, n));
        if (!t->hash_dir && has_hashed(dir))
            t->hash_dir = keep(dir);
        else if (n)
            (void)trust_load_dir(t, dir);
        dirs += n + (dirs[n] == ':');
    }
    arena_done(&a);
}

static void add_default_dir(struct trust *t) {
    const char *const dirs[] = {"/etc/ssl/certs", X509_get_default_cert_dir()};
    for (size_t i = 0; i < TW_COUNT(dirs) && !t->hash_dir; i++)
        if (has_hashed(dirs[i])) t->hash_dir = keep(dirs[i]);
}

/* Debian's bundle holds what its folder holds, and is not read where that is looked up. */
static bool lies_in(const char *file, const char *dir) {
    const char *end = strrchr(file, '/');
    size_t n = dir ? strlen(dir) : 0;
    while (n > 1 && dir[n - 1] == '/') n--;
    return n > 0 && end && (size_t)(end - file) == n && strncmp(file, dir, n) == 0 &&
           strcmp(file, bundles[0]) == 0;
}

struct trust *trust_new_system(const char *file, const char *dirs) {
    struct trust *t = trust_new();
    t->system = !dirs; /* with its folder the system's own roots are among them */
    if (dirs)
        add_dirs(t, dirs);
    else
        add_default_dir(t);
    if (file && !lies_in(file, t->hash_dir)) (void)trust_load_file(t, file);
    if (!file && dirs) (void)trust_load_file(t, X509_get_default_cert_file());
    for (size_t i = 0; !file && !dirs && !t->hash_dir && i < TW_COUNT(bundles); i++)
        if (trust_load_file(t, bundles[i])) break;
    return t;
}

bool trust_is_empty(const struct trust *t) {
    return sk_X509_num(t->certs) == 0 && !t->hash_dir;
}

bool trust_load_file(struct trust *t, const char *path) {
    BIO *bio = BIO_new_file(path, "r");
    int err = bio ? 0 : errno;
    int before = sk_X509_num(t->certs);
    X509 *cert = NULL;
    while (bio && (cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)) != NULL) sk_X509_push(t->certs, cert);
    BIO_free(bio);
    ERR_clear_error();
    errno = err;
    return sk_X509_num(t->certs) > before;
}

bool trust_load_dir(struct trust *t, const char *path) {
    DIR *dir = opendir(path);
    int err = dir ? 0 : errno;
    struct arena a;
    arena_init(&a);
    bool any = false;
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.' && trust_load_file(t, text_f(&a, "%s/%s", path, e->d_name))) any = true;
    if (dir) closedir(dir);
    arena_done(&a);
    errno = err;
    return any;
}

static void collect_hashed(const struct trust *t, const X509_NAME *subject, STACK_OF(X509) * out) {
    int ok = 0;
    unsigned long hash = X509_NAME_hash_ex(subject, lib_ctx(), NULL, &ok);
    struct arena a;
    arena_init(&a);
    for (int i = 0; ok && i < HASH_TRIES; i++) {
        BIO *bio = BIO_new_file(text_f(&a, "%s/%08lx.%d", t->hash_dir, hash, i), "r");
        if (!bio) break;
        X509 *cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
        BIO_free(bio);
        if (cert && X509_NAME_cmp(X509_get_subject_name(cert), subject) == 0)
            sk_X509_push(out, cert);
        else
            X509_free(cert);
    }
    arena_done(&a);
    ERR_clear_error();
}

void trust_each(const struct trust *t, bool (*stop)(void *arg, X509 *anchor), void *arg) {
    for (int i = 0; i < sk_X509_num(t->certs); i++)
        if (stop(arg, sk_X509_value(t->certs, i))) return;
}

void trust_collect(const struct trust *t, const X509_NAME *subject, STACK_OF(X509) * out) {
    for (int i = 0; i < sk_X509_num(t->certs); i++) {
        X509 *cert = sk_X509_value(t->certs, i);
        if (X509_NAME_cmp(X509_get_subject_name(cert), subject) == 0 && X509_up_ref(cert))
            sk_X509_push(out, cert);
    }
    if (t->hash_dir) collect_hashed(t, subject, out);
}

bool trust_is_system(const struct trust *t) {
    return t->system;
}

bool trust_has_subject(const struct trust *t, struct bytes subject_der) {
    const unsigned char *p = subject_der.p;
    X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)subject_der.n);
    STACK_OF(X509) *found = sk_X509_new_null();
    if (name) trust_collect(t, name, found);
    bool any = sk_X509_num(found) > 0;
    sk_X509_pop_free(found, X509_free);
    X509_NAME_free(name);
    ERR_clear_error();
    return any;
}

size_t trust_find(const struct trust *t, struct arena *a, struct bytes subject_der, struct bytes **ret) {
    const unsigned char *p = subject_der.p;
    X509_NAME *name = subject_der.n ? d2i_X509_NAME(NULL, &p, (long)subject_der.n) : NULL;
    STACK_OF(X509) *found = sk_X509_new_null();
    if (name) trust_collect(t, name, found);
    size_t n = (size_t)sk_X509_num(found);
    *ret = ARENA_ARRAY(a, struct bytes, n + 1);
    for (size_t i = 0; i < n; i++) (*ret)[i] = x509_to_der(a, sk_X509_value(found, (int)i));
    sk_X509_pop_free(found, X509_free);
    X509_NAME_free(name);
    ERR_clear_error();
    return n;
}

bool trust_has_cert(const struct trust *t, struct bytes der) {
    X509 *cert = x509_from_der(der);
    STACK_OF(X509) *found = sk_X509_new_null();
    if (cert) trust_collect(t, X509_get_subject_name(cert), found);
    bool any = false;
    for (int i = 0; i < sk_X509_num(found); i++) any = any || X509_cmp(sk_X509_value(found, i), cert) == 0;
    sk_X509_pop_free(found, X509_free);
    X509_free(cert);
    return any;
}

size_t trust_list(const struct trust *t, struct arena *a, struct bytes **ret) {
    struct trust all = {.certs = sk_X509_dup(t->certs)};
    int loaded = sk_X509_num(all.certs);
    DIR *dir = t->hash_dir ? opendir(t->hash_dir) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        if (is_hashed(e->d_name)) (void)trust_load_file(&all, text_f(a, "%s/%s", t->hash_dir, e->d_name));
    if (dir) closedir(dir);
    size_t n = (size_t)sk_X509_num(all.certs);
    *ret = ARENA_ARRAY(a, struct bytes, n + 1);
    for (size_t i = 0; i < n; i++) {
        X509 *cert = sk_X509_value(all.certs, (int)i);
        (*ret)[i] = x509_to_der(a, cert);
        if ((int)i >= loaded) X509_free(cert);
    }
    sk_X509_free(all.certs);
    return n;
}
