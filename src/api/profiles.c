/* The client profiles, in words. */
#include "api/profiles.h"
#include "api/options.h"

#include "probe/profile.h"

const char *tlswhy_profile_name(size_t index) {
    const struct profile *p = profile_at(index);
    return p ? p->name : NULL;
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

static void add_hello(struct text *t, const struct profile *p) {
    struct hello h;
    struct eng_policy policy;
    uint16_t extensions[HELLO_MAX_EXT], versions[HELLO_MAX_LIST] = {0};
    size_t n = 0;
    profile_hello(p, "host.example", &h, &policy);
    for (size_t i = 0; i < h.n_ext; i++) extensions[i] = h.ext[i].type;
    for (uint16_t v = policy.max_version; v >= policy.min_version; v--) versions[n++] = v;
    text_add(t, "What it offers\n");
    add_list(t, "versions", versions, n, version_name);
    add_list(t, "ciphers", h.suites, h.n_suites, suite_name);
    if (h.groups.n) add_list(t, "groups", h.groups.v, h.groups.n, group_name);
    if (h.key_shares.n) add_list(t, "key shares", h.key_shares.v, h.key_shares.n, group_name);
    if (h.sigalgs.n) add_list(t, "signatures", h.sigalgs.v, h.sigalgs.n, sigscheme_name);
    if (h.alpn_n) add_alpn(t, &h);
    if (h.n_ext) add_list(t, "extensions", extensions, h.n_ext, extension_name);
}

static void add_row(struct text *t, const char *label, const char *value) {
    text_addf(t, "  %-*s%s\n", LABEL_COLUMNS - 2, label, value);
}

static void add_policy(struct text *t, const struct profile *p) {
    struct hello h;
    struct eng_policy policy;
    profile_hello(p, "host.example", &h, &policy);
    if (policy.dh_min_bits) add_row(t, "DHE", text_f(t->a, "groups from %u bits", policy.dh_min_bits));
    if (policy.dh_max_bits) add_row(t, "DHE", text_f(t->a, "groups up to %u bits", policy.dh_max_bits));
    if (policy.need_renegotiation_info) add_row(t, "wants", "renegotiation_info (RFC 5746) before TLS 1.3");
    if (policy.refuse_old_signatures) add_row(t, "refuses", "key exchanges signed with MD5 and SHA-1");
    if (policy.refuse_warnings) add_row(t, "refuses", "any warning of the server amid the handshake");
    if (policy.max_message)
        add_row(t, "messages", text_f(t->a, "of the handshake up to %zu bytes", policy.max_message));
}

/* Prose that may be long, in lines of a page. */
static void add_source(struct text *t, const char *source) {
    size_t column = 0;
    for (const char *word = source; *word;) {
        size_t n = strcspn(word, " ");
        if (column && column + 1 + n > PAGE_COLUMNS) {
            text_add(t, "\n");
            column = 0;
        }
        text_addf(t, "%s%.*s", column ? " " : "", (int)n, word);
        column += n + (column > 0);
        word += n + strspn(word + n, " ");
    }
    text_add(t, ".\n");
}

const char *tlswhy_profile_title(const char *name) {
    const struct profile *p = profile_find(name);
    return p ? p->title : NULL;
}

char *tlswhy_profile_show(const char *name) {
    const struct profile *p = profile_find(name);
    if (!p) return NULL;
    struct arena a;
    struct text t;
    arena_init(&a);
    text_init(&t, &a);
    text_addf(&t, "%s (%s)\n%s.\n", p->name, p->current ? "current" : "not current", p->title);
    add_source(&t, text_f(&a, "From: %s", p->source));
    text_add(&t, "\n");
    add_hello(&t, p);
    add_policy(&t, p);
    text_add(&t, "\nHow it judges certificates\n");
    const struct pki_judge *judge = p->judge ? pki_judge_find(p->judge) : NULL;
    if (judge)
        judge_describe(&t, judge);
    else
        text_add(&t, "  not at all, unless it is configured to\n");
    char *text = mem_alloc(t.n + 1);
    memcpy(text, t.s, t.n + 1);
    arena_done(&a);
    return text;
}
