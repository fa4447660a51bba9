/* The client profiles, in words. Until others exist there is `modern` alone (CONTRACT.md, "Current"). */
#include "api/options.h"

#include "probe/modern.h"

static const struct profile {
    const char *name, *title, *judge;
} profiles[] = {
    {"modern",
     "The common ground of the current browsers and libraries: what it accepts works everywhere today.",
     "  names        subjectAltName only; a wildcard stands for one whole label (RFC 9525)\n"
     "  path         RFC 5280; no fetching of intermediates that the server left out\n"
     "  keys         RSA from 2048 bits; no SHA-1 in signatures\n"},
};

const char *tlswhy_profile_name(size_t index) {
    return index < TW_COUNT(profiles) ? profiles[index].name : NULL;
}

enum { LABEL_COLUMNS = 15, PAGE_COLUMNS = 80 };

/* Names behind a label, wrapped, with GREASE as a word: it stands for whatever a server does not know (RFC
 * 8701). */
static void add_list(struct text *t, const char *label, const uint16_t *v, size_t n,
                     const char *(*name)(uint16_t)) {
    text_addf(t, "  %-*s", LABEL_COLUMNS - 2, label);
    size_t column = LABEL_COLUMNS;
    for (size_t i = 0; i < n; i++) {
        const char *word = is_grease(v[i]) ? "GREASE" : name(v[i]);
        size_t length = strlen(word) + 2;
        if (i > 0 && column + length > PAGE_COLUMNS) {
            text_addf(t, "\n%*s", LABEL_COLUMNS, "");
            column = LABEL_COLUMNS;
        }
        text_addf(t, "%s%s", word, i + 1 < n ? ", " : "");
        column += length;
    }
    text_add(t, "\n");
}

static void add_alpn(struct text *t, const struct hello *h) {
    text_addf(t, "  %-*s", LABEL_COLUMNS - 2, "ALPN");
    for (size_t at = 0; at < h->alpn_n; at += 1U + h->alpn[at]) {
        if (at) text_add(t, ", ");
        text_add_n(t, (const char *)h->alpn + at + 1, h->alpn[at]);
    }
    text_add(t, "\n");
}

static void add_hello(struct text *t) {
    struct hello h;
    struct eng_policy policy;
    uint16_t extensions[HELLO_MAX_EXT];
    modern_hello(&h, &policy, "host.example");
    for (size_t i = 0; i < h.n_ext; i++) extensions[i] = h.ext[i].type;
    text_add(t, "What it offers\n");
    add_list(t, "versions", h.versions.v, h.versions.n, version_name);
    add_list(t, "ciphers", h.suites, h.n_suites, suite_name);
    add_list(t, "groups", h.groups.v, h.groups.n, group_name);
    add_list(t, "key shares", h.key_shares.v, h.key_shares.n, group_name);
    add_list(t, "signatures", h.sigalgs.v, h.sigalgs.n, sigscheme_name);
    add_alpn(t, &h);
    add_list(t, "extensions", extensions, h.n_ext, extension_name);
}

static const struct profile *find(const char *name) {
    for (size_t i = 0; i < TW_COUNT(profiles); i++)
        if (strcmp(profiles[i].name, name) == 0) return &profiles[i];
    return NULL;
}

const char *tlswhy_profile_title(const char *name) {
    const struct profile *p = find(name);
    return p ? p->title : NULL;
}

char *tlswhy_profile_show(const char *name) {
    const struct profile *p = find(name);
    if (!p) return NULL;
    struct arena a;
    struct text t;
    arena_init(&a);
    text_init(&t, &a);
    text_addf(&t, "%s (current)\n%s\n\n", p->name, p->title);
    add_hello(&t);
    text_addf(&t, "\nHow it judges certificates\n%s", p->judge);
    char *text = mem_alloc(t.n + 1);
    memcpy(text, t.s, t.n + 1);
    arena_done(&a);
    return text;
}
