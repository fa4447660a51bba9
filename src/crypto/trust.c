/* Trust anchors: those of files, read at once, and the system's folder, looked up by the hash of the name. */
#include "base/text.h"
#include "crypto/x509_lib.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>

/* Kept as DER: OpenSSL's parser costs a hundred times what the rest does, and a store has thousands. */
struct anchor {
    struct bytes der;
    size_t name; /* of t->names */
};
struct trust {
    struct arena a;
    struct anchor *anchors;
    size_t n, room;
    X509_NAME **names; /* subjects; equal ones that follow each other are one */
    size_t n_names, room_names;
    struct bytes last; /* the subject of the last anchor */
    char *hash_dir;    /* NULL: none */
    bool system;       /* the machine's own store, whose roots are everybody's */
};

enum { HASH_TRIES = 16 };

struct trust *trust_new(void) {
    struct trust *t = mem_alloc(sizeof(*t));
    arena_init(&t->a);
    return t;
}

void trust_free(struct trust *t) {
    if (!t) return;
    for (size_t i = 0; i < t->n_names; i++) X509_NAME_free(t->names[i]);
    mem_free(t->names);
    mem_free(t->anchors);
    mem_free(t->hash_dir);
    arena_done(&t->a);
    mem_free(t);
}

/* The next element: what is in it, and all of it. False: there is none, or it is broken. */
static bool next_element(struct bytes *rest, struct bytes *ret_in, struct bytes *ret_all) {
    const unsigned char *p = rest->p;
    long length = 0;
    int tag = 0, class = 0;
    if (rest->n == 0 || rest->n > INT32_MAX) return false;
    if (ASN1_get_object(&p, &length, &tag, &class, (long)rest->n) & 0x81) return false;
    *ret_in = bytes_of(p, (size_t)length);
    *ret_all = bytes_of(rest->p, (size_t)(p - rest->p) + (size_t)length);
    *rest = bytes_cut(*rest, ret_all->n, rest->n);
    return true;
}

/* Of a certificate (RFC 5280 4.1); `der` is cut to it. Empty: it is none. */
static struct bytes subject_of(struct bytes *der) {
    enum { VERSION = 0xA0, BEFORE_SUBJECT = 4 }; /* serial, signature, issuer, validity */
    struct bytes rest = *der, in, all;
    bool ok = next_element(&rest, &in, der) && (rest = in, next_element(&rest, &in, &all));
    rest = in;
    if (ok && rest.n && rest.p[0] == VERSION) ok = next_element(&rest, &in, &all);
    for (int i = 0; ok && i <= BEFORE_SUBJECT; i++) ok = next_element(&rest, &in, &all);
    ERR_clear_error();
    return ok ? all : (struct bytes){0};
}

static X509_NAME *name_of(struct bytes der) {
    const unsigned char *p = der.p;
    X509_NAME *name = der.n && der.n <= INT32_MAX ? d2i_X509_NAME(NULL, &p, (long)der.n) : NULL;
    ERR_clear_error();
    return name;
}

static bool add_name(struct trust *t, struct bytes subject) {
    if (t->n_names && bytes_eq(subject, t->last)) return true;
    X509_NAME *name = name_of(subject);
    if (!name) return false;
    if (t->n_names == t->room_names) {
        t->room_names = t->room_names ? 2 * t->room_names : 16;
        t->names = mem_grow(t->names, t->room_names * sizeof(*t->names));
    }
    t->names[t->n_names++] = name;
    t->last = subject;
    return true;
}

static void add_anchor(struct trust *t, struct bytes der) {
    struct bytes own = arena_copy(&t->a, der), subject = subject_of(&own);
    if (subject.n == 0 || !add_name(t, subject)) return;
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 16;
        t->anchors = mem_grow(t->anchors, t->room * sizeof(*t->anchors));
    }
    t->anchors[t->n++] = (struct anchor){own, t->n_names - 1};
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
    return t->n == 0 && !t->hash_dir;
}

/* Blocks of other kinds are passed over. In a TRUSTED CERTIFICATE more stands behind it. */
static void read_anchors(struct trust *t, BIO *bio) {
    static const char *const labels[] = {PEM_STRING_X509, PEM_STRING_X509_OLD, PEM_STRING_X509_TRUSTED};
    char *label = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    while (PEM_read_bio(bio, &label, &header, &data, &n) == 1) {
        for (size_t i = 0; i < TW_COUNT(labels); i++)
            if (strcmp(label, labels[i]) == 0) add_anchor(t, bytes_of(data, (size_t)n));
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
}

bool trust_load_file(struct trust *t, const char *path) {
    BIO *bio = BIO_new_file(path, "r");
    int err = bio ? 0 : errno;
    size_t before = t->n;
    if (bio) read_anchors(t, bio);
    BIO_free(bio);
    ERR_clear_error();
    errno = err;
    return t->n > before;
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

/* ---- looking up ---- */

struct found {
    struct arena *a;
    struct bytes *list;
    size_t n, room;
};

static void found_add(struct found *f, struct bytes der) {
    if (f->n == f->room) {
        struct bytes *more = ARENA_ARRAY(f->a, struct bytes, 2 * f->room + 8);
        if (f->n) memcpy(more, f->list, f->n * sizeof(*more));
        f->list = more;
        f->room = 2 * f->room + 8;
    }
    f->list[f->n++] = arena_copy(f->a, der);
}

/* Those of one name among others. */
static void find_named(const struct trust *t, const X509_NAME *subject, struct found *ret) {
    size_t judged = SIZE_MAX;
    bool same = false;
    for (size_t i = 0; i < t->n; i++) {
        if (t->anchors[i].name != judged) same = X509_NAME_cmp(t->names[t->anchors[i].name], subject) == 0;
        judged = t->anchors[i].name;
        if (same) found_add(ret, t->anchors[i].der);
    }
}

static void find_hashed(const struct trust *t, const X509_NAME *subject, struct found *ret) {
    int ok = 0;
    unsigned long hash = X509_NAME_hash_ex(subject, lib_ctx(), NULL, &ok);
    for (int i = 0; ok && i < HASH_TRIES; i++) {
        struct trust *file = trust_new();
        bool there = trust_load_file(file, text_f(ret->a, "%s/%08lx.%d", t->hash_dir, hash, i));
        if (there) find_named(file, subject, ret);
        trust_free(file);
        if (!there) break;
    }
    ERR_clear_error();
}

size_t trust_find(const struct trust *t, struct arena *a, struct bytes subject_der, struct bytes **ret) {
    struct found f = {.a = a};
    X509_NAME *name = name_of(subject_der);
    if (name) find_named(t, name, &f);
    if (name && t->hash_dir) find_hashed(t, name, &f);
    X509_NAME_free(name);
    *ret = f.list;
    return f.n;
}

void trust_each(const struct trust *t, bool (*stop)(void *arg, struct bytes anchor), void *arg) {
    for (size_t i = 0; i < t->n; i++)
        if ((i == 0 || t->anchors[i].name != t->anchors[i - 1].name) && stop(arg, t->anchors[i].der)) return;
}

bool trust_is_system(const struct trust *t) {
    return t->system;
}

bool trust_has_subject(const struct trust *t, struct bytes subject_der) {
    struct arena a;
    struct bytes *found;
    arena_init(&a);
    bool any = trust_find(t, &a, subject_der, &found) > 0;
    arena_done(&a);
    return any;
}

bool trust_has_cert(const struct trust *t, struct bytes der) {
    struct arena a;
    struct bytes *found, whole = der, subject = subject_of(&whole);
    bool any = false;
    arena_init(&a);
    size_t n = whole.n == der.n ? trust_find(t, &a, subject, &found) : 0;
    for (size_t i = 0; i < n; i++) any = any || bytes_eq(found[i], der);
    arena_done(&a);
    return any;
}

size_t trust_list(const struct trust *t, struct arena *a, struct bytes **ret) {
    struct trust *hashed = trust_new();
    struct found f = {.a = a};
    DIR *dir = t->hash_dir ? opendir(t->hash_dir) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        if (is_hashed(e->d_name)) (void)trust_load_file(hashed, text_f(a, "%s/%s", t->hash_dir, e->d_name));
    if (dir) closedir(dir);
    for (size_t i = 0; i < t->n; i++) found_add(&f, t->anchors[i].der);
    for (size_t i = 0; i < hashed->n; i++) found_add(&f, hashed->anchors[i].der);
    trust_free(hashed);
    *ret = f.list;
    return f.n;
}
