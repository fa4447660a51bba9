#include "diagnose/identity.h"

#include "net/file.h"

enum { MAX_FILE = 1 << 20 };

/* "FILE:PASSPHRASE", as curl has it, where no file bears the whole name. */
static bool split(struct arena *scratch, const char *typed, struct identity_file *ret) {
    const char *colon = strchr(typed, ':');
    const char *why;
    if (!colon || colon == typed) return false;
    ret->name = arena_str(scratch, bytes_of(typed, (size_t)(colon - typed)));
    ret->password = colon + 1;
    return file_read(scratch, ret->name, MAX_FILE, &ret->body, &why);
}

static const char *read_file(struct arena *a, struct arena *scratch, const char *option, const char *typed,
                             struct identity_file *ret) {
    const char *why;
    *ret = (struct identity_file){.name = typed, .password = ""};
    if (file_read(scratch, typed, MAX_FILE, &ret->body, &why) || split(scratch, typed, ret)) return NULL;
    /* What stands behind a colon may be a passphrase: it is not repeated. */
    struct bytes name = bytes_of(typed, strcspn(typed, ":"));
    return text_f(a, "%s: '%s' cannot be read: %s", option, text_escape(a, name, 200), why);
}

static const char *load(struct arena *a, struct arena *scratch, const struct request *r,
                        struct identity *ret) {
    struct identity_file cert, key;
    const char *trouble = read_file(a, scratch, "--cert", r->cert, &cert);
    if (!trouble && r->key) trouble = read_file(a, scratch, "--key", r->key, &key);
    return trouble ? trouble : identity_read(a, &cert, r->key ? &key : NULL, ret);
}

const char *identity_load(struct arena *a, const struct request *r, struct identity **ret) {
    struct arena scratch;
    *ret = NULL;
    if (!r->cert) return r->key ? "--key: no --cert names the certificate that it belongs to" : NULL;
    struct identity *made = ARENA_NEW(a, struct identity);
    arena_init(&scratch);
    const char *trouble = load(a, &scratch, r, made);
    arena_wipe(&scratch);
    arena_done(&scratch);
    if (!trouble) *ret = made;
    return trouble;
}
