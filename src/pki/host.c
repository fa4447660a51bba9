/* Host names and addresses against what a certificate presents (RFC 9525 6.3 and 6.5). */
#include "pki/cert_internal.h"

enum { LABEL_MAX = 63 };

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_host_char(uint8_t c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* The length of the first label. */
static size_t label_at(struct bytes name) {
    const uint8_t *dot = name.n ? memchr(name.p, '.', name.n) : NULL;
    return dot ? (size_t)(dot - name.p) : name.n;
}

bool pki_dns_plausible(struct bytes name, bool star) {
    if (name.n == 0 || name.n > PKI_HOST_MAX) return false;
    if (star && name.p[0] == '*') {
        if (name.n == 1) return true;
        if (name.p[1] != '.') return false;
        name = bytes_cut(name, 2, name.n);
    }
    for (;;) {
        size_t n = label_at(name);
        if (n == 0 || n > LABEL_MAX) return false;
        for (size_t i = 0; i < n; i++)
            if (!is_host_char(name.p[i])) return false;
        if (n == name.n) return true;
        name = bytes_cut(name, n + 1, name.n);
    }
}

/* ---- address literals ---- */

static bool ipv4_read(struct bytes s, uint8_t out[4]) {
    for (int part = 0; part < 4; part++) {
        size_t n = label_at(s);
        unsigned v = 0;
        if (n == 0 || n > 3 || (n > 1 && s.p[0] == '0') || (part < 3) != (n < s.n)) return false;
        for (size_t i = 0; i < n; i++) {
            if (!is_digit(s.p[i])) return false;
            v = v * 10 + (s.p[i] - (unsigned)'0');
        }
        if (v > 255) return false;
        out[part] = (uint8_t)v;
        s = bytes_cut(s, n + 1, s.n);
    }
    return true;
}

static int hex_of(uint8_t c) {
    if (is_digit(c)) return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to four hex digits; how many there were. */
static size_t group_read(struct bytes s, unsigned *v) {
    size_t n = 0;
    *v = 0;
    while (n < s.n && n < 5 && hex_of(s.p[n]) >= 0) *v = *v << 4 | (unsigned)hex_of(s.p[n++]);
    return n <= 4 ? n : 0;
}

/* One side of "::": groups between colons, an IPv4 address at the end; bytes written, or 17 if it is none. */
static size_t groups_read(struct bytes s, uint8_t out[16]) {
    enum { BAD = 17 };
    size_t at = 0;
    while (s.n > 0) {
        unsigned v;
        size_t n = group_read(s, &v);
        if (at <= 12 && memchr(s.p, '.', s.n) && !memchr(s.p, ':', s.n))
            return ipv4_read(s, out + at) ? at + 4 : BAD;
        if (n == 0 || at > 14 || (n < s.n && (s.p[n] != ':' || n + 1 == s.n))) return BAD;
        out[at++] = (uint8_t)(v >> 8);
        out[at++] = (uint8_t)v;
        s = bytes_cut(s, n + 1, s.n);
    }
    return at;
}

/* RFC 4291 2.2. */
static bool ipv6_read(struct bytes s, uint8_t out[16]) {
    size_t gap = s.n;
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] != ':' || s.p[i + 1] != ':') continue;
        gap = i;
        break;
    }
    if (gap == s.n) return groups_read(s, out) == 16;
    uint8_t head[16], tail[16];
    size_t n = groups_read(bytes_cut(s, 0, gap), head), m = groups_read(bytes_cut(s, gap + 2, s.n), tail);
    if (n + m > 14) return false;
    memset(out, 0, 16);
    memcpy(out, head, n);
    memcpy(out + 16 - m, tail, m);
    return true;
}

size_t pki_ip_read(struct bytes text, uint8_t out[16]) {
    if (text.n == 0 || text.n > 64) return 0;
    if (!memchr(text.p, ':', text.n)) return ipv4_read(text, out) ? 4 : 0;
    const uint8_t *zone =
        memchr(text.p, '%', text.n); /* RFC 4007 11: of this machine only, no part of a name */
    return ipv6_read(bytes_cut(text, 0, zone ? (size_t)(zone - text.p) : text.n), out) ? 16 : 0;
}

static bool last_label_is_number(struct bytes name) {
    size_t i = name.n;
    while (i > 0 && is_digit(name.p[i - 1])) i--;
    return i < name.n && (i == 0 || name.p[i - 1] == '.');
}

bool pki_host_read(const char *host, struct pki_host *ret) {
    struct bytes s = bytes_str(host);
    *ret = (struct pki_host){0};
    bool bracketed = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
    if (bracketed) s = bytes_cut(s, 1, s.n - 2);
    ret->ip_n = (uint8_t)pki_ip_read(s, ret->ip);
    if (ret->ip_n || bracketed) return ret->ip_n == 4 ? !bracketed : ret->ip_n == 16;
    ret->dot = s.n > 1 && s.p[s.n - 1] == '.';
    s.n -= ret->dot; /* the root's dot is no part of the name */
    if (!pki_dns_plausible(s, false) || last_label_is_number(s)) return false;
    ret->name = s;
    return true;
}

/* ---- matching ---- */

static bool is_a_label(struct bytes label) {
    return label.n >= 4 && bytes_eq_nocase(bytes_cut(label, 0, 4), bytes_str("xn--"));
}

/* In a label that has other characters too: so many before and after it. */
static bool star_may_stand_there(size_t head, size_t tail, unsigned rules) {
    if (!(rules & PKI_HOST_PARTIAL_WILDCARD)) return false;
    if (rules & PKI_HOST_STAR_AT_START) return head == 0;
    return !(rules & PKI_HOST_STAR_AT_EDGE) || head == 0 || tail == 0;
}

/* A label with one "*" somewhere in it. */
static bool label_matches(struct bytes pattern, struct bytes label, unsigned rules) {
    const uint8_t *star = memchr(pattern.p, '*', pattern.n);
    size_t head = (size_t)(star - pattern.p), tail = pattern.n - head - 1;
    if (rules & PKI_HOST_STAR_LDH && memchr(label.p, '_', label.n)) return false;
    if (head == 0 && tail == 0) return label.n > 0;
    if (!star_may_stand_there(head, tail, rules) || is_a_label(pattern) || is_a_label(label)) return false;
    if (memchr(star + 1, '*', tail) || label.n < pattern.n) return false;
    return bytes_eq_nocase(bytes_cut(pattern, 0, head), bytes_cut(label, 0, head)) &&
           bytes_eq_nocase(bytes_cut(pattern, head + 1, tail), bytes_cut(label, label.n - tail, tail));
}

static bool wildcard_matches(struct bytes presented, struct bytes reference, unsigned rules) {
    size_t n = label_at(presented), m = label_at(reference);
    struct bytes rest = bytes_cut(presented, n, presented.n), other = bytes_cut(reference, m, reference.n);
    if (rules & PKI_HOST_NO_WILDCARD || !memchr(presented.p, '*', n)) return false;
    if (rules & PKI_HOST_STAR_NEEDS_ONE && rest.n < 2) return false;
    if (rest.n && memchr(rest.p, '*', rest.n)) return false;
    if (rules & PKI_HOST_STAR_NEEDS_TWO && (rest.n < 2 || !memchr(rest.p + 1, '.', rest.n - 1))) return false;
    if (rules & PKI_HOST_STAR_MANY_LABELS && other.n > rest.n && rest.n > 0)
        other = bytes_cut(other, other.n - rest.n, rest.n);
    return bytes_eq_nocase(rest, other) &&
           label_matches(bytes_cut(presented, 0, n), bytes_cut(reference, 0, m), rules);
}

/* A label with stars, each for any number of characters: linear but for the last star (no backtracking beyond
 * it is ever needed). */
static bool glob_matches(struct bytes pattern, struct bytes label) {
    size_t i = 0, p = 0, star = SIZE_MAX, mark = 0;
    while (i < label.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            mark = i;
        } else if (p < pattern.n && bytes_eq_nocase(bytes_cut(pattern, p, 1), bytes_cut(label, i, 1))) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n;
}

/* Java's way: label by label, and a label after the last star. */
static bool labels_match(struct bytes presented, struct bytes reference) {
    size_t last = presented.n;
    while (presented.p[last - 1] != '*') last--;
    if (presented.n - last < 2 || !memchr(presented.p + last, '.', presented.n - last)) return false;
    for (;;) {
        size_t n = label_at(presented), m = label_at(reference);
        struct bytes label = bytes_cut(presented, 0, n);
        /* It compares U-labels, and an A-label with a star in it is none. */
        if (is_a_label(label) && memchr(label.p, '*', n)) return false;
        if (!glob_matches(label, bytes_cut(reference, 0, m))) return false;
        if (n == presented.n || m == reference.n) return n == presented.n && m == reference.n;
        presented = bytes_cut(presented, n + 1, presented.n);
        reference = bytes_cut(reference, m + 1, reference.n);
    }
}

bool pki_dns_matches(struct bytes presented, struct bytes reference, unsigned rules) {
    bool dot = presented.n > 1 && presented.p[presented.n - 1] == '.';
    if (rules & PKI_HOST_TRAILING_DOT && dot) presented.n--;
    if (presented.n == 0 || reference.n == 0) return false;
    if (rules & PKI_HOST_STAR_ANYWHERE && memchr(presented.p, '*', presented.n))
        return labels_match(presented, reference);
    return bytes_eq_nocase(presented, reference) || wildcard_matches(presented, reference, rules);
}

/* A dNSName or common name against whatever was asked. */
static bool text_matches(struct bytes presented, const struct pki_host *host, unsigned rules) {
    uint8_t ip[16];
    bool kept = host->dot && rules & PKI_HOST_KEEPS_DOT;
    if (!host->ip_n) return pki_dns_matches(presented, bytes_of(host->name.p, host->name.n + kept), rules);
    return rules & PKI_HOST_IP_IN_DNS && pki_ip_read(presented, ip) == host->ip_n &&
           memcmp(ip, host->ip, host->ip_n) == 0;
}

static enum pki_host_match san_matches(const struct pki_cert *c, const struct pki_host *host,
                                       unsigned rules) {
    struct der r = pki_ext_list(c, PKI_EXT_SAN);
    struct pki_gn gn;
    enum pki_host_match found = PKI_HOST_NO;
    while (found != PKI_HOST_SAN && pki_gn_next(&r, &gn)) {
        if (gn.kind == PKI_GN_IP && host->ip_n && bytes_eq(gn.value, bytes_of(host->ip, host->ip_n)))
            found = PKI_HOST_SAN;
        if (gn.kind == PKI_GN_DNS && text_matches(gn.value, host, rules))
            found = memchr(gn.value.p, '*', gn.value.n) ? PKI_HOST_WILDCARD : PKI_HOST_SAN;
    }
    return found;
}

static bool cn_counts(const struct pki_cert *c, unsigned rules) {
    const unsigned hosts = 1u << PKI_GN_DNS | 1u << PKI_GN_IP | 1u << PKI_GN_URI;
    if (rules & PKI_HOST_CN_ALWAYS) return true;
    if (rules & PKI_HOST_CN_IF_NO_HOST && !(c->san_kinds & hosts)) return true;
    if (rules & PKI_HOST_CN_IF_NO_DNS && !(c->san_kinds >> PKI_GN_DNS & 1)) return true;
    return rules & PKI_HOST_CN_IF_NO_SAN && !c->ext[PKI_EXT_SAN].present;
}

/* Letters, digits, hyphens inside of labels, and nothing after the last label (RFC 1123 2.1). */
static bool is_ldh(const struct pki_host *host) {
    for (size_t i = 0; i < host->name.n; i++) {
        uint8_t c = host->name.p[i];
        bool edge =
            i == 0 || i + 1 == host->name.n || host->name.p[i - 1] == '.' || host->name.p[i + 1] == '.';
        if (c == '_' || (c == '-' && edge)) return false;
    }
    return !host->dot;
}

enum pki_host_match pki_host_matches(const struct pki_cert *c, const struct pki_host *host, unsigned rules) {
    if (rules & PKI_HOST_LDH && !is_ldh(host)) return PKI_HOST_NO;
    enum pki_host_match m = san_matches(c, host, rules);
    if (m != PKI_HOST_NO || !cn_counts(c, rules)) return m;
    uint8_t cn[PKI_HOST_MAX + 1];
    size_t n;
    struct pki_attr attr;
    if (!pki_name_find(c->subject, PKI_ATTR_CN, &attr)) return PKI_HOST_NO;
    if (!pki_string_utf8(attr.tag, attr.value, cn, sizeof(cn), &n) || n > PKI_HOST_MAX) return PKI_HOST_NO;
    return text_matches(bytes_of(cn, n), host, rules) ? PKI_HOST_CN : PKI_HOST_NO;
}
