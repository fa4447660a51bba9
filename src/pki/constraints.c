/* Name constraints (RFC 5280 4.2.1.10). */
#include "pki/cert_internal.h"

const char *pki_nc_verdict_text(enum pki_nc_verdict v) {
    static const char *const text[] = {
        [PKI_NC_OK] = "allowed",
        [PKI_NC_NOT_PERMITTED] = "in none of the permitted subtrees",
        [PKI_NC_EXCLUDED] = "in an excluded subtree",
        [PKI_NC_UNSUPPORTED] = "of a form that is constrained and cannot be compared",
        [PKI_NC_BAD_CONSTRAINT] = "under a constraint that is malformed",
        [PKI_NC_BAD_NAME] = "malformed, and its form is constrained",
        [PKI_NC_LIMIT] = "one of more names and constraints than anybody needs",
    };
    return text[v];
}

typedef enum pki_nc_verdict comparer(struct bytes name, struct bytes base, unsigned rules);

static enum pki_nc_verdict inside_if(bool inside) {
    return inside ? PKI_NC_OK : PKI_NC_NOT_PERMITTED;
}

static bool starts_with_dot(struct bytes b) {
    return b.n > 0 && b.p[0] == '.';
}

static bool ends_with(struct bytes name, struct bytes tail) {
    return name.n >= tail.n && bytes_eq_nocase(bytes_cut(name, name.n - tail.n, tail.n), tail);
}

/* `name` is `base`, or has labels before it. */
static bool dns_below(struct bytes name, struct bytes base) {
    if (base.n == 0) return true;
    return ends_with(name, base) && (name.n == base.n || name.p[name.n - base.n - 1] == '.');
}

static struct bytes without_dot(struct bytes name) {
    bool dot = name.n > 1 && name.p[name.n - 1] == '.';
    return bytes_cut(name, 0, name.n - dot);
}

static enum pki_nc_verdict compare_dns(struct bytes name, struct bytes base, unsigned rules) {
    if (rules & PKI_NC_STRIPS_DOT) {
        name = without_dot(name);
        base = without_dot(base);
    }
    if (!(rules & PKI_NC_ANY_NAME) && !pki_dns_plausible(name, true)) return PKI_NC_BAD_NAME;
    if (starts_with_dot(base)) {
        struct bytes domain = bytes_cut(base, 1, base.n);
        if (!(rules & PKI_NC_DOT_PREFIX) || !pki_dns_plausible(domain, false)) return PKI_NC_BAD_CONSTRAINT;
        return inside_if(name.n > base.n && ends_with(name, base));
    }
    bool may_be_empty = !(rules & PKI_NC_NO_EMPTY_DNS);
    if (!(base.n == 0 && may_be_empty) && !pki_dns_plausible(base, false)) return PKI_NC_BAD_CONSTRAINT;
    return inside_if(dns_below(name, base));
}

/* A host of a mailbox or URI: ".domain" is any host below, "host" exactly that one. */
static enum pki_nc_verdict compare_host(struct bytes host, struct bytes base) {
    bool domain = starts_with_dot(base);
    if (base.n == 0) return PKI_NC_OK;
    if (!pki_dns_plausible(bytes_cut(base, domain ? 1 : 0, base.n), false)) return PKI_NC_BAD_CONSTRAINT;
    return inside_if(domain ? host.n > base.n && ends_with(host, base) : bytes_eq_nocase(host, base));
}

/* Splits at the last "@"; false if there is none, or nothing before or after it. Only a quoted local part has
 * further ones (RFC 5321 4.1.2). */
static bool mailbox_split(struct bytes box, struct bytes *local, struct bytes *host) {
    size_t at = box.n;
    while (at > 0 && box.p[at - 1] != '@') at--;
    if (at < 2 || at == box.n) return false;
    *local = bytes_cut(box, 0, at - 1);
    *host = bytes_cut(box, at, box.n);
    return local->p[0] == '"' || !memchr(local->p, '@', local->n);
}

static enum pki_nc_verdict compare_mailbox(struct bytes name, struct bytes base, unsigned rules) {
    struct bytes local, host, base_local, base_host;
    (void)rules;
    if (!mailbox_split(name, &local, &host) || !pki_dns_plausible(host, false)) return PKI_NC_BAD_NAME;
    if (base.n == 0 || !memchr(base.p, '@', base.n)) return compare_host(host, base);
    if (!mailbox_split(base, &base_local, &base_host)) return PKI_NC_BAD_CONSTRAINT;
    /* The local part is compared as it is, the host without case (RFC 5280 7.5). */
    return inside_if(bytes_eq(local, base_local) && bytes_eq_nocase(host, base_host));
}

/* The host of a URI (RFC 3986 3.2.2); false if there is none, or it is no domain name: such a URI cannot be
 * compared and must be refused (RFC 5280 4.2.1.10). */
static bool uri_host(struct bytes uri, struct bytes *host) {
    size_t i = 0;
    while (i + 2 < uri.n && memcmp(uri.p + i, "://", 3) != 0) i++;
    if (i == 0 || i + 3 >= uri.n) return false;
    struct bytes rest = bytes_cut(uri, i + 3, uri.n);
    size_t n = 0, start = 0;
    while (n < rest.n && !memchr("/?#", rest.p[n], 3)) n++;
    for (size_t at = 0; at < n; at++)
        if (rest.p[at] == '@') start = at + 1; /* user information */
    struct bytes authority = bytes_cut(rest, start, n - start);
    const uint8_t *colon = authority.n ? memchr(authority.p, ':', authority.n) : NULL;
    *host = bytes_cut(authority, 0, colon ? (size_t)(colon - authority.p) : authority.n);
    uint8_t ip[16];
    return pki_dns_plausible(*host, false) && pki_ip_read(*host, ip) == 0;
}

static enum pki_nc_verdict compare_uri(struct bytes name, struct bytes base, unsigned rules) {
    struct bytes host;
    (void)rules;
    return uri_host(name, &host) ? compare_host(host, base) : PKI_NC_BAD_NAME;
}

/* Ones, then zeros (RFC 4632). */
static bool mask_is_prefix(const uint8_t *mask, size_t n) {
    bool ended = false;
    for (size_t i = 0; i < n * 8; i++) {
        bool bit = mask[i / 8] >> (7 - i % 8) & 1;
        if (bit && ended) return false;
        ended = ended || !bit;
    }
    return true;
}

static enum pki_nc_verdict compare_ip(struct bytes name, struct bytes base, unsigned rules) {
    if (name.n != 4 && name.n != 16) return PKI_NC_BAD_NAME;
    if (base.n != 8 && base.n != 32) return PKI_NC_BAD_CONSTRAINT;
    size_t n = base.n / 2;
    const uint8_t *mask = base.p + n;
    if (!(rules & PKI_NC_LOOSE_MASK) && !mask_is_prefix(mask, n)) return PKI_NC_BAD_CONSTRAINT;
    bool inside = name.n == n;
    for (size_t i = 0; inside && i < n; i++) inside = ((name.p[i] ^ base.p[i]) & mask[i]) == 0;
    return inside_if(inside);
}

static enum pki_nc_verdict compare_directory(struct bytes name, struct bytes base, unsigned rules) {
    (void)rules;
    if (!pki_name_well_formed(name)) return PKI_NC_BAD_NAME;
    if (!pki_name_well_formed(base)) return PKI_NC_BAD_CONSTRAINT;
    return inside_if(pki_name_within(name, base));
}

enum pki_nc_verdict pki_nc_compare(const struct pki_gn *name, const struct pki_gn *base, unsigned rules) {
    static comparer *const comparers[PKI_GN__COUNT] = {
        [PKI_GN_RFC822] = compare_mailbox, [PKI_GN_DNS] = compare_dns, [PKI_GN_DIRECTORY] = compare_directory,
        [PKI_GN_URI] = compare_uri,        [PKI_GN_IP] = compare_ip,
    };
    if (name->kind == PKI_GN_RID && rules & PKI_NC_RID_EQUAL && bytes_eq(name->value, base->value))
        return PKI_NC_OK;
    comparer *f = comparers[name->kind];
    return f ? f(name->value, base->value, rules) : PKI_NC_UNSUPPORTED;
}

/* "*.a.example" can stand for something inside the excluded "b.a.example". */
static bool star_can_reach(const struct pki_gn *name, const struct pki_gn *base) {
    struct bytes v = name->value;
    if (name->kind != PKI_GN_DNS || v.n < 3 || v.p[0] != '*') return false;
    struct bytes domain = bytes_cut(v, 1, v.n); /* with its dot */
    if (base->value.n <= domain.n || !ends_with(base->value, domain)) return false;
    return !memchr(base->value.p, '.', base->value.n - domain.n);
}

struct check {
    const struct pki_cert *issuer;
    unsigned rules;
    uint64_t *budget;
    struct pki_nc_result *ret;
};

static enum pki_nc_verdict found(const struct check *k, enum pki_nc_verdict v, const struct pki_gn *name,
                                 const struct pki_gn *base) {
    k->ret->verdict = v;
    k->ret->name = *name;
    k->ret->base = base ? *base : (struct pki_gn){.kind = name->kind};
    return v;
}

static bool is_host_kind(enum pki_gn_kind kind) {
    return kind == PKI_GN_DNS || kind == PKI_GN_IP || kind == PKI_GN_RFC822 || kind == PKI_GN_URI;
}

static bool has_other_kinds(const struct pki_cert *issuer, struct bytes list) {
    struct der r = pki_list(issuer, list);
    struct pki_subtree s;
    while (pki_subtree_next(&r, &s))
        if (!is_host_kind(s.base.kind)) return true;
    return false;
}

bool pki_nc_has_other_kinds(const struct pki_cert *issuer) {
    return has_other_kinds(issuer, issuer->permitted) || has_other_kinds(issuer, issuer->excluded);
}

static bool counts(const struct check *k, const struct pki_gn *base, const struct pki_gn *name) {
    if (k->rules & PKI_NC_HOSTS_ONLY && !is_host_kind(base->kind)) return false;
    if (k->rules & PKI_NC_COMPARABLE && !is_host_kind(base->kind) && base->kind != PKI_GN_DIRECTORY)
        return false;
    if (k->rules & PKI_NC_NO_URI && base->kind == PKI_GN_URI) return false;
    size_t n = base->value.n;
    return !(k->rules & PKI_NC_FAMILIES && base->kind == PKI_GN_IP && n + 2 * name->value.n == 8 + 32);
}

/* One name against one list. *any: a subtree of its form was there; *inside: it is in one. */
static enum pki_nc_verdict check_list(const struct check *k, struct bytes list, const struct pki_gn *name,
                                      bool excluding, bool *any, bool *inside) {
    struct der r = pki_list(k->issuer, list);
    struct pki_subtree s;
    *any = *inside = false;
    while (!*inside && pki_subtree_next(&r, &s)) {
        if (*k->budget == 0) return found(k, PKI_NC_LIMIT, name, NULL);
        --*k->budget;
        if (s.base.kind != name->kind || !counts(k, &s.base, name)) continue;
        *any = true;
        bool far = s.has_distance && !(k->rules & PKI_NC_DISTANCES);
        enum pki_nc_verdict v = far ? PKI_NC_UNSUPPORTED : pki_nc_compare(name, &s.base, k->rules);
        if (v != PKI_NC_OK && v != PKI_NC_NOT_PERMITTED) return found(k, v, name, &s.base);
        *inside = v == PKI_NC_OK;
        if (excluding && k->rules & PKI_NC_STAR_EXCLUDED) *inside = *inside || star_can_reach(name, &s.base);
        if (excluding && *inside) return found(k, PKI_NC_EXCLUDED, name, &s.base);
    }
    return PKI_NC_OK;
}

static enum pki_nc_verdict check_name(const struct check *k, const struct pki_gn *name) {
    bool any, inside;
    enum pki_nc_verdict v = check_list(k, k->issuer->excluded, name, true, &any, &inside);
    if (v != PKI_NC_OK) return v;
    v = check_list(k, k->issuer->permitted, name, false, &any, &inside);
    if (v != PKI_NC_OK) return v;
    return any && !inside ? found(k, PKI_NC_NOT_PERMITTED, name, NULL) : PKI_NC_OK;
}

/* The mail addresses of the subject, an old habit (RFC 5280 4.2.1.10). */
static enum pki_nc_verdict check_subject_mail(const struct check *k, const struct pki_cert *c) {
    struct pki_attrs it = pki_attrs_of(c->subject);
    struct pki_attr attr;
    enum pki_nc_verdict v = PKI_NC_OK;
    while (v == PKI_NC_OK && pki_attr_next(&it, &attr)) {
        if (!pki_attr_is(&attr, PKI_ATTR_EMAIL)) continue;
        struct pki_gn mail = {PKI_GN_RFC822, attr.value};
        v = check_name(k, &mail);
    }
    return v;
}

static bool has_kind(const struct pki_cert *c, enum pki_gn_kind kind) {
    return c->san_kinds >> kind & 1;
}

/* A common name that is an address. */
static enum pki_nc_verdict check_cn_address(const struct check *k, const struct pki_cert *c, size_t n) {
    struct pki_gn gn = {PKI_GN_IP, bytes_of(k->ret->ip, n)};
    if (!(k->rules & PKI_NC_CN_AS_IP) || has_kind(c, PKI_GN_IP)) return PKI_NC_OK;
    return check_name(k, &gn);
}

/* Common names that look like a host: at least two labels. */
static enum pki_nc_verdict check_subject_cn(const struct check *k, const struct pki_cert *c) {
    struct pki_attrs it = pki_attrs_of(c->subject);
    struct pki_attr attr;
    enum pki_nc_verdict v = PKI_NC_OK;
    if (k->rules & PKI_NC_CN_IF_NO_HOST && (has_kind(c, PKI_GN_DNS) || has_kind(c, PKI_GN_IP))) return v;
    while (v == PKI_NC_OK && pki_attr_next(&it, &attr)) {
        if (!pki_attr_is(&attr, PKI_ATTR_CN)) continue;
        size_t n = k->rules & PKI_NC_CN_NO_IP ? pki_ip_read(attr.value, k->ret->ip) : 0;
        struct pki_gn dns = {PKI_GN_DNS, attr.value};
        if (n)
            v = check_cn_address(k, c, n);
        else if (!has_kind(c, PKI_GN_DNS) && pki_dns_plausible(attr.value, false) &&
                 memchr(attr.value.p, '.', attr.value.n))
            v = check_name(k, &dns);
    }
    return v;
}

static enum pki_nc_verdict check_subject(const struct check *k, const struct pki_cert *c) {
    struct pki_gn subject = {PKI_GN_DIRECTORY, c->subject};
    bool has_san = c->ext[PKI_EXT_SAN].present;
    enum pki_nc_verdict v = PKI_NC_OK;
    if (k->rules & PKI_NC_NO_SUBJECT || pki_name_empty(c->subject)) return v;
    v = check_name(k, &subject);
    if (v == PKI_NC_OK && (!has_san || k->rules & PKI_NC_EMAIL_IN_DN)) v = check_subject_mail(k, c);
    if (v == PKI_NC_OK && k->rules & PKI_NC_CN_AS_DNS) v = check_subject_cn(k, c);
    return v;
}

/* What Go makes of a domain: labels of printable characters, an empty one at the very beginning alone. */
static bool has_labels(struct bytes name) {
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] <= ' ' || name.p[i] > '~') return false;
        if (name.p[i] == '.' && i > 0 && (i + 1 == name.n || name.p[i + 1] == '.')) return false;
    }
    return true;
}

static bool is_well_formed(const struct pki_gn *gn) {
    struct bytes local, host;
    if (gn->kind == PKI_GN_DNS) return has_labels(gn->value);
    return gn->kind != PKI_GN_RFC822 || (mailbox_split(gn->value, &local, &host) && has_labels(host));
}

static bool has_odd_kind(const struct pki_cert *issuer, struct bytes list, bool excluding) {
    struct der r = pki_list(issuer, list);
    struct pki_subtree s;
    while (pki_subtree_next(&r, &s)) {
        bool directory = s.base.kind == PKI_GN_DIRECTORY;
        size_t half = s.base.value.n / 2;
        if (s.base.kind == PKI_GN_IP &&
            ((half != 4 && half != 16) || !mask_is_prefix(s.base.value.p + half, half)))
            return true;
        if (directory ? excluding && !pki_name_empty(s.base.value) : !is_host_kind(s.base.kind)) return true;
    }
    return false;
}

enum pki_nc_verdict pki_nc_check(const struct pki_cert *issuer, const struct pki_cert *c, unsigned rules,
                                 uint64_t *budget, struct pki_nc_result *ret) {
    struct check k = {issuer, rules, budget, ret};
    *ret = (struct pki_nc_result){.verdict = PKI_NC_OK};
    if (issuer->ext[PKI_EXT_NAME_CONSTRAINTS].broken) {
        struct pki_gn subject = {PKI_GN_DIRECTORY, c->subject};
        return found(&k, PKI_NC_BAD_CONSTRAINT, &subject, NULL);
    }
    if (!issuer->permitted.p && !issuer->excluded.p) return PKI_NC_OK;
    struct der r = pki_ext_list(c, PKI_EXT_SAN);
    struct pki_gn gn = {PKI_GN_DIRECTORY, c->subject};
    if (rules & PKI_NC_ODD_REFUSES &&
        (has_odd_kind(issuer, issuer->permitted, false) || has_odd_kind(issuer, issuer->excluded, true)))
        return found(&k, PKI_NC_UNSUPPORTED, &gn, NULL);
    enum pki_nc_verdict v = check_subject(&k, c);
    while (v == PKI_NC_OK && pki_gn_next(&r, &gn))
        v = rules & PKI_NC_READS_ALL && !is_well_formed(&gn) ? found(&k, PKI_NC_BAD_NAME, &gn, NULL)
                                                             : check_name(&k, &gn);
    return v;
}
