/* Whether an unknown issuer is likely an intermediate of a trusted root, by the names that people give to
 * CAs. Weak evidence, for where nothing better is at hand: it never makes more than `likely`. */
#include "base/text.h"
#include "crypto/x509_lib.h"

#include <ctype.h>

/* Words that say what a CA is, and not whose it is. */
static const char *const generic[] = {
    "ca",           "cas",     "root",
    "intermediate", "issuing", "sub",
    "subordinate",  "signing", "authority",
    "certificate",  "trust",   "server",
    "tls",          "ssl",     "rsa",
    "ecc",          "ecdsa",   "dv",
    "ov",           "ev",      "g1",
    "g2",           "g3",      "g4",
    "class",        "secure",  "certification",
    "global",       "public",  "private",
    "the",          "of",      "and",
    "inc",          "llc",     "ltd",
    "gmbh",         "co",      "corp",
    "corporation",
};
static const char *const below_a_root[] = {"intermediate", "issuing", "sub", "subordinate", "signing"};

struct words {
    const char *at;
};

/* The next run of letters and digits; empty at the end. */
static struct bytes next_word(struct words *w) {
    while (*w->at && !isalnum((unsigned char)*w->at) && (uint8_t)*w->at < 0x80) w->at++;
    const char *begin = w->at;
    while (isalnum((unsigned char)*w->at) || (uint8_t)*w->at >= 0x80) w->at++;
    return bytes_of(begin, (size_t)(w->at - begin));
}

static bool is_one_of(struct bytes word, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (bytes_eq_nocase(word, bytes_str(list[i]))) return true;
    return false;
}

static bool has_any(const char *name, const char *const *list, size_t n) {
    struct words w = {name};
    for (struct bytes word; (word = next_word(&w)).n > 0;)
        if (is_one_of(word, list, n)) return true;
    return false;
}

static bool is_telling(struct bytes word) {
    if (word.n < 2 || is_one_of(word, generic, TW_COUNT(generic))) return false;
    for (size_t i = 0; i < word.n; i++)
        if (!isdigit(word.p[i])) return true;
    return false;
}

static bool share_a_word(const char *x, const char *y) {
    struct words w = {x};
    for (struct bytes word; (word = next_word(&w)).n > 0;) {
        const char *one[1];
        char room[64];
        if (!is_telling(word) || word.n >= sizeof(room)) continue;
        memcpy(room, word.p, word.n);
        room[word.n] = 0;
        one[0] = room;
        if (has_any(y, one, 1)) return true;
    }
    return false;
}

struct search {
    struct arena *a;
    const struct cert_info *issued;
    bool kin;
};

/* The same organisation where both name one; else a word in common that says whose the CA is. */
bool issuer_is_kin(const struct cert_info *issued, const char *o, const char *cn) {
    if (issued->issuer_o && o) return strcmp(issued->issuer_o, o) == 0;
    return issued->issuer_cn && cn && share_a_word(issued->issuer_cn, cn);
}

static bool sounds_like_root(const struct cert_info *issued) {
    static const char *const root[] = {"root"};
    return issued->issuer_cn && has_any(issued->issuer_cn, root, 1);
}

bool issuer_sounds_below(const struct cert_info *issued) {
    return issued->issuer_cn && !sounds_like_root(issued) &&
           has_any(issued->issuer_cn, below_a_root, TW_COUNT(below_a_root));
}

static bool is_kin(void *arg, struct bytes anchor) {
    struct search *s = arg;
    struct cert_info info;
    if (!cert_info_read(s->a, anchor, &info)) return false;
    s->kin = issuer_is_kin(s->issued, info.issuer_o, info.cn);
    return s->kin;
}

bool trust_expects_issuer(const struct trust *t, const struct cert_info *issued) {
    if (!issued->issuer_cn || trust_is_system(t) || sounds_like_root(issued)) return false;
    if (issuer_sounds_below(issued)) return true;
    struct arena a;
    arena_init(&a);
    struct search s = {.a = &a, .issued = issued};
    trust_each(t, is_kin, &s);
    arena_done(&a);
    return s.kin;
}
