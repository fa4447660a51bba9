/* The values of options: versions, lists of names, spans of time. */
#include "api/options.h"

bool value_version(struct tlswhy_options *o, const char *option, const char *value, uint16_t *ret) {
    static const struct {
        const char *typed;
        uint16_t version;
    } versions[] = {{"1.0", TLS_1_0}, {"1.1", TLS_1_1}, {"1.2", TLS_1_2}, {"1.3", TLS_1_3}};
    for (size_t i = 0; i < TW_COUNT(versions); i++) {
        if (strcmp(versions[i].typed, value) != 0) continue;
        *ret = versions[i].version;
        return true;
    }
    return options_fail(o, "%s: %s is not one of 1.0, 1.1, 1.2, 1.3", option, options_quote(o, value));
}

/* A list of names, each looked up in one of IANA's tables. */
struct name_kind {
    const char *option;
    const char *what;
    bool (*number)(const char *name, uint16_t *ret);
};

static bool suite_number(const char *name, uint16_t *ret) {
    const struct suite *s = suite_by_name(name);
    if (s) *ret = s->id;
    return s != NULL;
}

static bool group_number(const char *name, uint16_t *ret) {
    const struct group *g = group_by_name(name);
    if (g) *ret = g->id;
    return g != NULL;
}

static bool sigscheme_number(const char *name, uint16_t *ret) {
    const struct sigscheme *s = sigscheme_by_name(name);
    if (s) *ret = s->id;
    return s != NULL;
}

/* Names with ':' or ',' between them; one that comes twice counts once. */
static bool read_names(struct tlswhy_options *o, const struct name_kind *kind, const char *value,
                       uint16_t *list, size_t max, size_t *ret_n) {
    size_t n = 0;
    for (;; value++) {
        size_t length = strcspn(value, ":,");
        const char *name = arena_str(&o->a, bytes_of(value, length));
        uint16_t number;
        if (length == 0) return options_fail(o, "%s: a name is missing in the list", kind->option);
        if (!kind->number(name, &number))
            return options_fail(o, "%s: %s is no %s that is known", kind->option, options_quote(o, name),
                                kind->what);
        if (!u16_has(list, n, number)) {
            if (n == max) return options_fail(o, "%s: more than %zu names", kind->option, max);
            list[n++] = number;
        }
        value += length;
        if (!*value) break;
    }
    *ret_n = n;
    return true;
}

bool value_suites(struct tlswhy_options *o, const char *value) {
    static const struct name_kind kind = {"--ciphers", "cipher suite", suite_number};
    return read_names(o, &kind, value, o->request.suites, HELLO_MAX_SUITES, &o->request.n_suites);
}

/* A hello has room for HELLO_MAX_LIST of them, and one place is GREASE's. */
static bool read_list(struct tlswhy_options *o, const struct name_kind *kind, const char *value,
                      struct u16_list *ret, bool *ret_given) {
    *ret = (struct u16_list){0};
    *ret_given = true;
    return read_names(o, kind, value, ret->v, HELLO_MAX_LIST - 1, &ret->n);
}

bool value_groups(struct tlswhy_options *o, const char *value) {
    static const struct name_kind kind = {"--groups", "group", group_number};
    return read_list(o, &kind, value, &o->request.groups, &o->request.groups_given);
}

bool value_sigalgs(struct tlswhy_options *o, const char *value) {
    static const struct name_kind kind = {"--sigalgs", "signature algorithm", sigscheme_number};
    return read_list(o, &kind, value, &o->request.sigalgs, &o->request.sigalgs_given);
}

/* Any names: the registry is open (RFC 7301 6). */
bool value_alpn(struct tlswhy_options *o, const char *value) {
    struct hello scratch = {0};
    if (*value && !hello_set_alpn(&scratch, value))
        return options_fail(o, "--alpn: %s is no list of protocols: names of 1 to 255 bytes, %d bytes in all",
                            options_quote(o, value), HELLO_MAX_ALPN);
    o->request.alpn = arena_strdup(&o->a, value);
    return true;
}

enum { SECONDS_MAX = 1000000000 }; /* three times that still fits into nanoseconds */

bool value_seconds(struct tlswhy_options *o, const char *option, const char *value, int64_t *ret_ns) {
    size_t whole = strspn(value, "0123456789");
    const char *part = value[whole] == '.' ? value + whole + 1 : value + whole;
    size_t digits = strspn(part, "0123456789");
    uint64_t seconds = 0;
    int64_t ns = 0, unit = 1000000000;
    bool number = whole + digits > 0 && part[digits] == 0;
    if (whole && !text_number(arena_str(&o->a, bytes_of(value, whole)), SECONDS_MAX, &seconds))
        seconds = SECONDS_MAX;
    for (size_t i = 0; i < digits && unit > 1; i++) {
        unit /= 10;
        ns += (part[i] - '0') * unit;
    }
    ns += (int64_t)seconds * 1000000000;
    if (!number || ns == 0)
        return options_fail(o, "%s: %s is not a number of seconds above 0", option, options_quote(o, value));
    *ret_ns = ns;
    return true;
}
