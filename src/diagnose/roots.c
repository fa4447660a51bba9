#include "diagnose/roots.h"

#include "crypto/x509.h"
#include "net/file.h"
#include "pki/pem.h"

/* Mozilla's roots as Debian's ca-certificates packs them, one file each. */
static const char mozilla_dir[] = "/usr/share/ca-certificates/mozilla";
enum { MAX_FILES = 1024, MAX_ONE = 1 << 20 };
static const char suffix[] = ".csv";

static const char *roots_dir(struct arena *a, const char *data_dir) {
    return text_f(a, "%s/roots", data_dir);
}

/* The same certificate in a program that was read before: the system's store and Mozilla's package have most
 * of theirs in common, and none is read twice. */
static const struct program_root *read_before(const struct program_set *set, const struct program *p,
                                              struct bytes der) {
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; &set->list[i] != p && k < set->list[i].n; k++)
            if (bytes_eq(set->list[i].roots[k].der, der)) return &set->list[i].roots[k];
    return NULL;
}

/* Files and what is decoded of them go as soon as they are read: most certificates are there twice. */
static void add_certs(struct arena *a, const struct program_set *set, struct program *p, struct bytes file) {
    struct pki_pem pem = pki_pem_of(file);
    struct arena scratch;
    arena_init(&scratch);
    enum pki_pem_kind kind;
    struct bytes der;
    while (pki_pem_next(&pem, &scratch, &kind, &der)) {
        struct pki_cert c;
        if (kind != PKI_PEM_CERT) continue;
        const struct program_root *same = read_before(set, p, der);
        if (same) {
            struct program_root root = {.der = same->der};
            memcpy(root.sha256, same->sha256, sizeof(root.sha256));
            program_add(a, p, &root);
            continue;
        }
        (void)pki_cert_read(arena_copy(a, der), &c);
        if (!c.readable) continue;
        const struct program_root root = program_root_of(&c);
        program_add(a, p, &root);
    }
    arena_done(&scratch);
}

/* What cannot be read adds nothing. */
static void add_file(struct arena *a, const struct program_set *set, struct program *p, const char *path) {
    struct arena scratch;
    struct bytes file;
    const char *why;
    arena_init(&scratch);
    if (file_read(&scratch, path, MAX_ONE, &file, &why)) add_certs(a, set, p, file);
    arena_done(&scratch);
}

static void load_system(struct arena *a, struct roots *ret) {
    struct arena scratch;
    struct bytes file;
    const char *why, *bundle;
    size_t i = 0;
    arena_init(&scratch);
    while ((bundle = trust_system_bundle(i)) && !file_read(&scratch, bundle, ROOTS_MAX_FILE, &file, &why))
        i++;
    if (bundle) {
        struct program *p = program_set_add(&ret->set, a, program_system);
        p->from = bundle;
        add_certs(a, &ret->set, p, file);
        program_settle(a, p);
    }
    arena_done(&scratch);
}

static void load_package(struct arena *a, struct roots *ret) {
    char **names = ARENA_ARRAY(a, char *, MAX_FILES);
    size_t n = file_list(a, mozilla_dir, ".crt", names, MAX_FILES);
    if (n == 0) return;
    struct program *p = program_set_add(&ret->set, a, program_public_name(0));
    p->from = mozilla_dir;
    for (size_t i = 0; i < n; i++) add_file(a, &ret->set, p, text_f(a, "%s/%s", mozilla_dir, names[i]));
    program_settle(a, p);
}

static void trouble(struct arena *a, struct roots *ret, const char *path, const char *why) {
    if (ret->n_troubles == ROOTS_MAX_TROUBLES) return;
    ret->troubles[ret->n_troubles++] =
        text_f(a, "'%s' cannot be read: %s", text_escape(a, bytes_str(path), 300), why);
}

static void load_saved(struct arena *a, const char *dir, const char *file_name, struct roots *ret) {
    const char *name = arena_str(a, bytes_cut(bytes_str(file_name), 0, strlen(file_name) - strlen(suffix)));
    const char *path = text_f(a, "%s/%s", dir, file_name), *why;
    struct program_reading *reading = ARENA_NEW(a, struct program_reading);
    struct bytes file;
    if (!program_name_ok(name) || strcmp(name, program_system) == 0) return;
    if (file_read(a, path, ROOTS_MAX_FILE, &file, &why) && program_read(a, file, name, reading, &why))
        *program_set_add(&ret->set, a, name) = reading->programs[0];
    else
        trouble(a, ret, path, why);
}

static bool listed(char *const *names, size_t n, const char *file_name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], file_name) == 0) return true;
    return false;
}

void roots_load(struct arena *a, const char *data_dir, struct roots *ret) {
    char **names = ARENA_ARRAY(a, char *, MAX_FILES);
    const char *dir = data_dir ? roots_dir(a, data_dir) : NULL, *name;
    size_t n = dir ? file_list(a, dir, suffix, names, MAX_FILES) : 0;
    *ret = (struct roots){0};
    load_system(a, ret);
    for (size_t i = 0; (name = program_public_name(i)); i++)
        if (listed(names, n, text_f(a, "%s%s", name, suffix)))
            load_saved(a, dir, text_f(a, "%s%s", name, suffix), ret);
        else if (i == 0)
            load_package(a, ret);
    for (size_t i = 0; i < n; i++)
        if (!program_is_public(
                arena_str(a, bytes_cut(bytes_str(names[i]), 0, strlen(names[i]) - strlen(suffix)))))
            load_saved(a, dir, names[i], ret);
    program_set_share(&ret->set);
}

/* ---- other programs ---- */

static const struct store_place common_places[] = {
    {"Python (certifi)", "/usr/lib/python3/dist-packages/certifi/cacert.pem"},
    {"gRPC", "/usr/share/grpc/roots.pem"},
};
/* What an administrator adds; update-ca-certificates makes it part of the system's store. */
static const char added_dir[] = "/usr/local/share/ca-certificates";

static void add_store(struct arena *a, struct program_set *set, const char *name, const char *path) {
    struct bytes file;
    const char *why;
    if (!file_read(a, path, ROOTS_MAX_FILE, &file, &why)) return;
    struct program *p = program_set_add(set, a, text_escape(a, bytes_str(name), 100));
    p->from = text_escape(a, bytes_str(path), 300);
    add_certs(a, set, p, file);
    program_settle(a, p);
}

void roots_load_installed(struct arena *a, const struct request *r, struct program_set *ret) {
    char **names = ARENA_ARRAY(a, char *, MAX_FILES);
    const char *bundle;
    *ret = (struct program_set){0};
    for (size_t i = 0; i < r->n_places; i++) add_store(a, ret, r->places[i].name, r->places[i].path);
    for (size_t i = 0; (bundle = trust_system_bundle(i)); i++) add_store(a, ret, "the system", bundle);
    for (size_t i = 0; i < TW_COUNT(common_places); i++)
        add_store(a, ret, common_places[i].name, common_places[i].path);
    size_t n = file_list(a, added_dir, ".crt", names, MAX_FILES);
    for (size_t i = 0; i < n; i++)
        add_store(a, ret, "certificates to be added by update-ca-certificates",
                  text_f(a, "%s/%s", added_dir, names[i]));
}

bool roots_save(struct arena *a, const char *data_dir, const struct program *p, const char **why) {
    const char *dir = roots_dir(a, data_dir), *cannot;
    if (file_write(a, dir, text_f(a, "%s%s", p->name, suffix), program_write(a, p), &cannot)) return true;
    *why = text_f(a, "'%s/%s%s' cannot be written: %s", text_escape(a, bytes_str(dir), 300), p->name, suffix,
                  cannot);
    return false;
}
