/* The roots of one diagnosis: the client's own, the root programs, and other programs' stores. */
#include "causes/stores.h"
#include "diagnose/session.h"
#include "net/file.h"
#include "pki/pem.h"

#include <errno.h>

static const char *reason(void) {
    return errno ? strerror(errno) : "there is none in it";
}

static const char *system_name(struct session *s) {
    const struct request *r = s->request;
    const char *file = r->store_file ? text_escape(s->a, bytes_str(r->store_file), 300) : NULL;
    const char *dirs = r->store_dirs ? text_escape(s->a, bytes_str(r->store_dirs), 300) : NULL;
    if (file && dirs)
        return text_f(s->a, "the store of SSL_CERT_FILE and SSL_CERT_DIR ('%s', '%s')", file, dirs);
    if (file) return text_f(s->a, "the system's store with '%s' (SSL_CERT_FILE)", file);
    return dirs ? text_f(s->a, "the store '%s' (SSL_CERT_DIR)", dirs) : "the system's store";
}

static const char *given_name(struct session *s) {
    const struct request *r = s->request;
    const char *first = r->n_cacert ? r->cacert[0] : r->capath[0];
    const char *shown = text_escape(s->a, bytes_str(first), 300);
    size_t more = r->n_cacert + r->n_capath - 1;
    const char *what = r->n_cacert ? "file" : "folder";
    if (more == 0) return text_f(s->a, "the %s '%s'", what, shown);
    return text_f(s->a, "the %s '%s' and %zu more", what, shown, more);
}

const char *session_load_trust(struct session *s) {
    const struct request *r = s->request;
    if (r->n_cacert + r->n_capath == 0) {
        s->trust = trust_new_system(r->store_file, r->store_dirs);
        s->trust_name = system_name(s);
        return NULL;
    }
    s->trust = trust_new();
    s->trust_name = given_name(s);
    for (size_t i = 0; i < r->n_cacert; i++)
        if (!trust_load_file(s->trust, r->cacert[i]))
            return text_f(s->a, "no certificate could be read from the file '%s': %s", r->cacert[i],
                          reason());
    for (size_t i = 0; i < r->n_capath; i++)
        if (!trust_load_dir(s->trust, r->capath[i]))
            return text_f(s->a, "no certificate could be read from the folder '%s': %s", r->capath[i],
                          reason());
    return NULL;
}

/* NULL, or why the file that SSL_CERT_FILE names gives no root: no program says more of it. */
static const char *lost_file(struct session *s, const char *path) {
    struct bytes file, der;
    enum pki_pem_kind kind;
    const char *why = "there is no certificate in it";
    if (file_read(s->a, path, ROOTS_MAX_FILE, &file, &why)) {
        struct pki_pem pem = pki_pem_of(file);
        while (pki_pem_next(&pem, s->a, &kind, &der))
            if (kind == PKI_PEM_CERT) return NULL;
        if (file.n && memmem(file.p, file.n, "BEGIN TRUSTED CERT", 18)) return NULL;
    }
    return text_f(s->a, "SSL_CERT_FILE names '%s': %s", text_escape(s->a, bytes_str(path), 300), why);
}

static const char *lost_dirs(struct session *s, const char *dirs) {
    struct trust *alone = trust_new_system("", dirs);
    bool lost = trust_is_empty(alone);
    trust_free(alone);
    return lost ? text_f(s->a, "SSL_CERT_DIR names '%s': there is no certificate in it",
                         text_escape(s->a, bytes_str(dirs), 300))
                : NULL;
}

static const char *lost_store(struct session *s) {
    const struct request *r = s->request;
    const char *lost = NULL;
    if (r->n_cacert + r->n_capath > 0) return NULL;
    if (r->store_file) lost = lost_file(s, r->store_file);
    return !lost && r->store_dirs ? lost_dirs(s, r->store_dirs) : lost;
}

void session_load_programs(struct session *s, struct casefile *c) {
    if (!c->cert_facts) return;
    if (!s->roots) {
        s->roots = ARENA_NEW(s->a, struct roots);
        roots_load(s->a, s->request->data_dir, s->roots);
    }
    c->programs = &s->roots->set;
}

void session_load_installed(struct session *s, struct casefile *c) {
    if (!c->cert_facts || !stores_broken(&c->judged)) return;
    if (!s->installed) {
        s->installed = ARENA_NEW(s->a, struct program_set);
        roots_load_installed(s->a, s->request, s->installed);
        s->trust_lost = lost_store(s);
    }
    c->installed = s->installed;
    c->trust_lost = s->trust_lost;
}
