#include "wire/iana.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SUITE(id_, name_, openssl_, first, kx_, auth_, cipher_, mac_, hash_, grade_)                         \
    {                                                                                                        \
        .id = (id_),                                                                                         \
        .iana = #name_,                                                                                      \
        .openssl = (openssl_),                                                                               \
        .min_version = TLS_##first,                                                                          \
        .max_version = TLS_1_2,                                                                              \
        .kx = KX_##kx_,                                                                                      \
        .auth = AUTH_##auth_,                                                                                \
        .cipher = CIPHER_##cipher_,                                                                          \
        .mac = MAC_##mac_,                                                                                   \
        .hash = PRF_##hash_,                                                                                 \
        .grade = GRADE_##grade_,                                                                             \
    },
#define SUITE13(id_, name_, cipher_, hash_, grade_)                                                          \
    {                                                                                                        \
        .id = (id_),                                                                                         \
        .iana = #name_,                                                                                      \
        .openssl = #name_,                                                                                   \
        .min_version = TLS_1_3,                                                                              \
        .max_version = TLS_1_3,                                                                              \
        .kx = KX_TLS13,                                                                                      \
        .auth = AUTH_TLS13,                                                                                  \
        .cipher = CIPHER_##cipher_,                                                                          \
        .mac = MAC_NONE,                                                                                     \
        .hash = PRF_##hash_,                                                                                 \
        .grade = GRADE_##grade_,                                                                             \
    },
static const struct suite suites[] = {
#include "wire/iana/suites.def"
};

#define GROUP(id_, name_, alias_, kind_, client, server, supported_)                                         \
    {(id_), #name_, (alias_), GROUP_##kind_, (client), (server), (supported_)},
static const struct group groups[] = {
#include "wire/iana/groups.def"
};

#define SIGSCHEME(id_, name_, alias_, kind_, hash_, curve_, tls13_)                                          \
    {(id_), #name_, (alias_), SIG_##kind_, (hash_), (curve_), (tls13_)},
static const struct sigscheme sigschemes[] = {
#include "wire/iana/sigschemes.def"
};

struct named {
    uint16_t id;
    const char *name;
};

#define EXTENSION(id_, name_) {(id_), (name_)},
static const struct named extensions[] = {
#include "wire/iana/extensions.def"
};

#define ALERT(id_, name_) {(id_), (name_)},
static const struct named alerts[] = {
#include "wire/iana/alerts.def"
};

#define HANDSHAKE(id_, name_) {(id_), (name_)},
static const struct named handshakes[] = {
#include "wire/iana/handshakes.def"
};

#define VERSION(id_, name_) {(id_), (name_)},
static const struct named versions[] = {
#include "wire/iana/versions.def"
};

/* Every table begins its rows with the 16-bit number and is sorted by it. */
static int compare_id(const void *key, const void *row) {
    uint16_t a, b;
    memcpy(&a, key, sizeof(a));
    memcpy(&b, row, sizeof(b));
    return (a > b) - (a < b);
}
#define FIND(table, id) bsearch(&(id), (table), TW_COUNT(table), sizeof((table)[0]), compare_id)

const struct suite *suite_by_id(uint16_t id) {
    return FIND(suites, id);
}
const struct group *group_by_id(uint16_t id) {
    return FIND(groups, id);
}
const struct sigscheme *sigscheme_by_id(uint16_t id) {
    return FIND(sigschemes, id);
}

const struct suite *suite_table(size_t *ret_n) {
    *ret_n = TW_COUNT(suites);
    return suites;
}
const struct group *group_table(size_t *ret_n) {
    *ret_n = TW_COUNT(groups);
    return groups;
}
const struct sigscheme *sigscheme_table(size_t *ret_n) {
    *ret_n = TW_COUNT(sigschemes);
    return sigschemes;
}

const struct suite *suite_by_name(const char *name) {
    for (size_t i = 0; i < TW_COUNT(suites); i++) {
        const struct suite *s = &suites[i];
        if (text_eq_nocase(name, s->iana) || (s->openssl && text_eq_nocase(name, s->openssl))) return s;
    }
    return NULL;
}

/* Names in any case, and with or without hyphens: people write P256, P-256 and x25519-MLKEM768. */
static bool same_loosely(const char *a, const char *b) {
    for (;; a++, b++) {
        while (*a == '-' || *a == '_') a++;
        while (*b == '-' || *b == '_') b++;
        if (!*a || !*b) return *a == *b;
        if (!bytes_eq_nocase(bytes_of(a, 1), bytes_of(b, 1))) return false;
    }
}

const struct group *group_by_name(const char *name) {
    /* OpenSSL's names from ANSI X9.62, beside those of NIST that the table has as aliases */
    static const struct named ansi[] = {{GROUP_SECP256R1, "prime256v1"}, {19, "prime192v1"}};
    for (size_t i = 0; i < TW_COUNT(groups); i++) {
        const struct group *g = &groups[i];
        if (same_loosely(name, g->name) || (g->alias && same_loosely(name, g->alias))) return g;
    }
    for (size_t i = 0; i < TW_COUNT(ansi); i++)
        if (same_loosely(name, ansi[i].name)) return group_by_id(ansi[i].id);
    return NULL;
}

const struct sigscheme *sigscheme_by_name(const char *name) {
    for (size_t i = 0; i < TW_COUNT(sigschemes); i++) {
        const struct sigscheme *s = &sigschemes[i];
        if (text_eq_nocase(name, s->name) || (s->alias && text_eq_nocase(name, s->alias))) return s;
    }
    return NULL;
}

bool suite_supported(const struct suite *s) {
    static const bool kx[] = {
        [KX_TLS13] = true, [KX_ECDHE] = true, [KX_DHE] = true, [KX_RSA] = true, [KX_OTHER] = false};
    static const bool auth[] = {
        [AUTH_TLS13] = true, [AUTH_RSA] = true, [AUTH_ECDSA] = true, [AUTH_OTHER] = false};
    return s->cipher != CIPHER_NONE && kx[s->kx] && auth[s->auth];
}

/* A text for a number without a name. Eight of them stay valid, so that one line of a report can
 * name several unknown numbers. */
static const char *number_text(const char *format, unsigned v) {
    static _Thread_local char ring[8][24];
    static _Thread_local unsigned turn;
    char *s = ring[turn++ % TW_COUNT(ring)];
    snprintf(s, sizeof(ring[0]), format, v);
    return s;
}

static const char *name_16(const char *name, uint16_t id) {
    if (name) return name;
    return number_text(is_grease(id) ? "GREASE 0x%04X" : "0x%04X", id);
}

static const char *name_of(const struct named *row) {
    return row ? row->name : NULL;
}

const char *version_name(uint16_t v) {
    return name_16(name_of(FIND(versions, v)), v);
}
const char *suite_name(uint16_t id) {
    const struct suite *s = suite_by_id(id);
    return name_16(s ? s->iana : NULL, id);
}
const char *group_name(uint16_t id) {
    const struct group *g = group_by_id(id);
    return name_16(g ? g->name : NULL, id);
}
const char *sigscheme_name(uint16_t id) {
    const struct sigscheme *s = sigscheme_by_id(id);
    return name_16(s ? s->name : NULL, id);
}
const char *extension_name(uint16_t type) {
    return name_16(name_of(FIND(extensions, type)), type);
}

static const char *name_8(const struct named *row, uint8_t id) {
    return row ? row->name : number_text("%u", id);
}
const char *alert_name(uint8_t description) {
    uint16_t id = description;
    return name_8(FIND(alerts, id), description);
}
const char *handshake_name(uint8_t type) {
    uint16_t id = type;
    return name_8(FIND(handshakes, id), type);
}
