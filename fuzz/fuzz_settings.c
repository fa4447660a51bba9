/* Files of settings, each way of writing them: the first byte chooses. An include of OpenSSL's reads the same
 * file again. */
#include "local/settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

static void include(struct settings_reader *r, const char *path) {
    check(r->depth <= SETTINGS_MAX_DEPTH && path);
    settings_openssl(r, path, *(const struct bytes *)r->arg);
}

static const char *environment(void *arg, const char *name) {
    (void)arg;
    return name[0] == 'E' ? "value" : NULL;
}

static void check_list(const struct settings *s) {
    check(s->n <= SETTINGS_MAX && s->n_includes <= SETTINGS_MAX_INCLUDES);
    for (size_t i = 0; i < s->n; i++) {
        const struct setting *one = &s->list[i];
        check(one->line > 0 && one->section && strlen(one->key) <= SETTINGS_MAX_VALUE &&
              strlen(one->value) <= SETTINGS_MAX_VALUE);
        if (i < 64) check(settings_find(s, one->section, one->key) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a;
    struct settings s;
    struct bytes body = size ? bytes_of(data + 1, size - 1) : (struct bytes){0};
    unsigned style = size ? data[0] % 5 : 0;
    arena_init(&a);
    settings_init(&s, &a);
    struct settings_reader r = {.s = &s, .include = include, .environment = environment, .arg = &body};
    if (style == 4)
        settings_openssl(&r, "f", body);
    else
        settings_read(&s, (enum settings_style)style, "f", body);
    check_list(&s);
    arena_done(&a);
    return 0;
}
