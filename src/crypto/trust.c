/* Trust anchors: those of files, read at once, and the system's folder, looked up by the hash of the name. */
#include "base/text.h"
#include "crypto/x509_lib.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

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

static bool is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct trust *trust_new_system(void) {
    struct trust *t = trust_new();
    t->system = true;
    if (is_dir("/etc/ssl/certs"))
        t->hash_dir = keep("/etc/ssl/certs");
    else if (is_dir(X509_get_default_cert_dir()))
        t->hash_dir = keep(X509_get_default_cert_dir());
    if (t->hash_dir || trust_load_file(t, X509_get_default_cert_file())) return t;
    trust_free(t);
    return NULL;
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
