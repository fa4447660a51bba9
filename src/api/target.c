/* Where to: what people type and paste for an endpoint. */
#include "api/options.h"

#include "net/net.h"

#include <idn2.h>

enum { NAME_MAX_OCTETS = 253, LABEL_MAX = 63 }; /* RFC 1035 2.3.4, as text without the root's dot */

static bool is_ascii(const char *s) {
    for (; *s; s++)
        if ((unsigned char)*s >= 0x80) return false;
    return true;
}

/* Letters, digits and hyphens (RFC 952, RFC 1123 2.1); underscores as curl and DNS have them. */
static bool labels_are_sound(const char *name) {
    static const char *const sound = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    if (strlen(name) > NAME_MAX_OCTETS) return false;
    for (;; name++) {
        size_t n = strcspn(name, ".");
        if (n == 0 || n > LABEL_MAX || strspn(name, sound) != n) return false;
        name += n;
        if (!*name) return true;
    }
}

/* A name whose last label is a number is an address that went wrong: no top level has one (RFC 3696 2). */
static bool ends_in_number(const char *name) {
    const char *dot = strrchr(name, '.');
    const char *last = dot ? dot + 1 : name;
    size_t prefix = last[0] == '0' && last[1] == 'x' ? 2 : 0;
    size_t n = strspn(last + prefix, prefix ? "0123456789abcdef" : "0123456789");
    return n > 0 && last[prefix + n] == 0;
}

/* What is outside ASCII becomes A-labels as browsers do it (UTS 46, not transitional). */
static const char *to_a_labels(struct tlswhy_options *o, const char *typed, const char **ret_why) {
    char *made = NULL;
    const char *name = NULL;
    *ret_why = "is no host name";
    if (is_ascii(typed)) {
        char *copy = arena_strdup(&o->a, typed);
        for (char *c = copy; *c; c++)
            if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
        return copy;
    }
    int e = idn2_to_ascii_8z(typed, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (e == IDN2_OK)
        name = arena_strdup(&o->a, made);
    else
        *ret_why = text_f(&o->a, "is no host name: %s", idn2_strerror(e));
    idn2_free(made);
    return name;
}

/* A name as A-labels, without the dot of the root: neither SNI nor certificates have it (RFC 6066 3). */
static bool read_name(struct tlswhy_options *o, const char *before, const char *typed, const char **ret) {
    const char *why;
    const char *name = to_a_labels(o, typed, &why);
    if (name) {
        size_t n = strlen(name);
        if (n > 1 && name[n - 1] == '.') name = arena_str(&o->a, bytes_of(name, n - 1));
    }
    if (!name || !labels_are_sound(name))
        return options_fail(o, "%s%s %s", before, options_quote(o, typed), why);
    if (ends_in_number(name))
        return options_fail(o, "%s%s is neither a whole IPv4 address nor a name", before,
                            options_quote(o, typed));
    *ret = name;
    return true;
}

static bool read_port(struct tlswhy_options *o, const char *before, const char *typed, uint16_t *ret) {
    uint64_t port = 0;
    if (!text_number(typed, UINT16_MAX, &port) || port == 0)
        return options_fail(o, "%s%s is not a port from 1 to 65535", before, options_quote(o, typed));
    *ret = (uint16_t)port;
    return true;
}

/* [V6] and [V6]:PORT */
static bool read_brackets(struct tlswhy_options *o, const char *before, const char *typed,
                          struct place *ret) {
    const char *end = strchr(typed, ']');
    struct net_addr addr;
    const char *inside = end ? arena_str(&o->a, bytes_of(typed + 1, (size_t)(end - typed - 1))) : "";
    if (!strchr(inside, ':') || !net_addr_parse(inside, 0, &addr) || (end[1] && end[1] != ':'))
        return options_fail(o, "%s%s is no IPv6 address in brackets, with or without a port", before,
                            options_quote(o, typed));
    ret->host = ret->shown = inside;
    ret->is_address = true;
    return !end[1] || read_port(o, before, end + 2, &ret->port);
}

bool place_parse(struct tlswhy_options *o, const char *before, const char *typed, struct place *ret) {
    struct net_addr addr;
    *ret = (struct place){0};
    if (*typed == '[') return read_brackets(o, before, typed, ret);
    const char *colon = strchr(typed, ':');
    /* More than one colon: an IPv6 address without a port, or nothing that could be understood. */
    if (colon && strchr(colon + 1, ':')) {
        if (!net_addr_parse(typed, 0, &addr))
            return options_fail(
                o, "%s%s is neither HOST:PORT nor an IPv6 address ([ADDRESS]:PORT gives it a port)", before,
                options_quote(o, typed));
        ret->host = ret->shown = arena_strdup(&o->a, typed);
        ret->is_address = true;
        return true;
    }
    size_t n = colon ? (size_t)(colon - typed) : strlen(typed);
    if (n == 0) return options_fail(o, "%sthe host is empty", before);
    ret->shown = arena_str(&o->a, bytes_of(typed, n));
    if (colon && !read_port(o, before, colon + 1, &ret->port)) return false;
    ret->is_address = net_addr_parse(ret->shown, 0, &addr);
    if (!ret->is_address) return read_name(o, before, ret->shown, &ret->host);
    ret->host = ret->shown;
    return true;
}

bool name_parse(struct tlswhy_options *o, const char *before, const char *typed, const char **ret) {
    struct net_addr addr;
    if (net_addr_parse(typed, 0, &addr))
        return options_fail(o, "%s%s is an address, and SNI holds names only (RFC 6066 3)", before,
                            options_quote(o, typed));
    if (!*typed) return options_fail(o, "%sthe name is empty (--no-sni sends none)", before);
    return read_name(o, before, typed, ret);
}

bool servername_parse(struct tlswhy_options *o, const char *typed, const char **ret) {
    struct net_addr addr;
    size_t n = strlen(typed);
    if (!net_addr_parse(typed, 0, &addr)) return name_parse(o, "--servername: ", typed, ret);
    *ret = typed[0] == '[' ? arena_str(&o->a, bytes_of(typed + 1, n - 2)) : arena_strdup(&o->a, typed);
    return true;
}

/* Schemes that begin with TLS, and their ports; and those that do not, with what to say. */
static const struct {
    const char *scheme;
    uint16_t port; /* 0: no TLS there at once */
    const char *instead;
} schemes[] = {
    {"https", 443, NULL},
    {"wss", 443, NULL},
    {"ftps", 990, NULL},
    {"imaps", 993, NULL},
    {"ldaps", 636, NULL},
    {"pop3s", 995, NULL},
    {"smtps", 465, NULL},
    {"http", 0, "has no TLS: give https:// or the host alone"},
    {"ws", 0, "has no TLS: give wss:// or the host alone"},
    {"ftp", 0, "has no TLS at once: give the host alone and --starttls ftp"},
    {"imap", 0, "has no TLS at once: give the host alone and --starttls imap"},
    {"ldap", 0, "has no TLS at once: give the host alone and --starttls ldap"},
    {"pop3", 0, "has no TLS at once: give the host alone and --starttls pop3"},
    {"smtp", 0, "has no TLS at once: give the host alone and --starttls smtp"},
};

static bool read_scheme(struct tlswhy_options *o, const char *typed, size_t n, uint16_t *ret_port) {
    const char *scheme = arena_str(&o->a, bytes_of(typed, n));
    for (size_t i = 0; i < TW_COUNT(schemes); i++) {
        if (!text_eq_nocase(schemes[i].scheme, scheme)) continue;
        *ret_port = schemes[i].port;
        return schemes[i].port || options_fail(o, "%s:// %s", schemes[i].scheme, schemes[i].instead);
    }
    return options_fail(o, "%s is no scheme of an address that is known: give the host alone",
                        options_quote(o, scheme));
}

bool target_parse(struct tlswhy_options *o, const char *typed, struct place *ret) {
    const char *whole = typed;
    const char *mark = strstr(typed, "://");
    uint16_t port = 0;
    if (mark && !read_scheme(o, typed, (size_t)(mark - typed), &port)) return false;
    if (mark) typed = mark + 3;
    size_t n = strcspn(typed, "/?#");
    /* Without a scheme this may as well be a file: only the slash that browsers add is taken for a path. */
    if (!mark && typed[n] && strcmp(typed + n, "/") != 0)
        return options_fail(o, "%s is no host: give HOST[:PORT], or https:// before it",
                            options_quote(o, whole));
    typed = arena_str(&o->a, bytes_of(typed, n));
    if (strchr(typed, '@'))
        return options_fail(o, "%s has a user name in it: give the host alone", options_quote(o, whole));
    if (!place_parse(o, "", typed, ret)) return false;
    if (!ret->port) ret->port = port;
    return true;
}
