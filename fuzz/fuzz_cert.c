/* Certificates, their names, hosts and name constraints. The input: the length of a host name, the name, a
 * certificate, and what follows it: the certificate of its issuer (else it is its own). */
#include "pki/name.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

static void check_inside(const struct pki_cert *c, struct bytes part) {
    if (part.n == 0) return;
    check(part.p >= c->der.p && part.n <= c->der.n && (size_t)(part.p - c->der.p) <= c->der.n - part.n);
}

static void check_name(struct arena *a, const struct pki_cert *c, struct bytes name) {
    check_inside(c, name);
    check(pki_name_eq(name, name));
    check(!pki_name_well_formed(name) || pki_name_within(name, name));
    check(strlen(pki_name_text(a, name)) < 8 * PKI_NAME_TEXT_MAX);
    (void)pki_name_attr(a, name, PKI_ATTR_CN);
}

static void walk_general_names(struct arena *a, const struct pki_cert *c, struct der r) {
    struct pki_gn gn;
    while (pki_gn_next(&r, &gn)) {
        check_inside(c, gn.value);
        (void)pki_gn_text(a, &gn);
    }
}

static void walk_access(const struct pki_cert *c, enum pki_ext e) {
    struct der r = pki_ext_list(c, e);
    enum pki_access method;
    struct pki_gn gn;
    while (pki_access_next(&r, &method, &gn)) check_inside(c, gn.value);
}

static void walk_points(struct arena *a, const struct pki_cert *c, enum pki_ext e) {
    struct der r = pki_ext_list(c, e);
    struct pki_crl_point point;
    while (pki_crl_point_next(&r, &point)) {
        walk_general_names(a, c, pki_list(c, point.full_name));
        walk_general_names(a, c, pki_list(c, point.crl_issuer));
    }
}

static void walk_policies(struct arena *a, const struct pki_cert *c) {
    struct der r = pki_ext_list(c, PKI_EXT_POLICIES);
    struct pki_policy policy;
    while (pki_policy_next(&r, &policy)) (void)der_oid_text(a, policy.oid);
    r = pki_ext_list(c, PKI_EXT_POLICY_MAPPINGS);
    struct bytes from, to;
    while (pki_mapping_next(&r, &from, &to)) check_inside(c, to);
}

static void walk_lists(struct arena *a, const struct pki_cert *c) {
    struct der r = pki_list(c, c->extensions);
    struct pki_extension e;
    size_t n = 0;
    while (pki_extension_next(&r, &e)) {
        check_inside(c, e.value);
        n++;
    }
    check(c->log.err != DER_OK || n == c->n_extensions);
    walk_general_names(a, c, pki_ext_list(c, PKI_EXT_SAN));
    walk_general_names(a, c, pki_ext_list(c, PKI_EXT_IAN));
    walk_general_names(a, c, pki_list(c, c->aki_issuer));
    walk_access(c, PKI_EXT_AIA);
    walk_access(c, PKI_EXT_SIA);
    walk_points(a, c, PKI_EXT_CRL_POINTS);
    walk_points(a, c, PKI_EXT_FRESHEST);
    walk_policies(a, c);
}

static void check_cert(struct arena *a, const struct pki_cert *c, bool clean) {
    char *place = pki_cert_place(a, c);
    check(clean == (place == NULL));
    check(!clean || c->readable);
    check(c->log.failed.off <= c->der.n && c->log.bent_at.off <= c->der.n);
    const struct bytes parts[] = {c->cert,     c->tbs,        c->serial,     c->signature, c->key.spki,
                                  c->key.bits, c->extensions, c->permitted,  c->excluded,  c->ski,
                                  c->scts,     c->aki_key_id, c->aki_serial, c->inner.all, c->outer.params};
    for (size_t i = 0; i < TW_COUNT(parts); i++) check_inside(c, parts[i]);
    check_name(a, c, c->subject);
    check_name(a, c, c->issuer);
    check(pki_name_eq(c->subject, c->issuer) == pki_name_eq(c->issuer, c->subject));
    if (pki_name_eq(c->subject, c->issuer)) check(pki_name_hash(c->subject) == pki_name_hash(c->issuer));
    (void)der_serial_text(a, c->serial);
    (void)pki_key_text(a, &c->key);
    (void)pki_sigalg_text(a, &c->outer);
    walk_lists(a, c);
}

static void match(struct arena *a, const struct pki_cert *c, struct bytes name) {
    static const unsigned rules[] = {0, PKI_HOST_CN_ALWAYS | PKI_HOST_PARTIAL_WILDCARD | PKI_HOST_IP_IN_DNS,
                                     PKI_HOST_STAR_MANY_LABELS | PKI_HOST_TRAILING_DOT, PKI_HOST_NO_WILDCARD};
    struct pki_host host;
    if (!pki_host_read(arena_str(a, name), &host)) return;
    for (size_t i = 0; i < TW_COUNT(rules); i++) (void)pki_host_matches(c, &host, rules[i]);
}

static void constrain(const struct pki_cert *issuer, const struct pki_cert *c) {
    for (unsigned rules = 0; rules < 64; rules += 21) {
        uint64_t budget = 1000;
        struct pki_nc_result result;
        enum pki_nc_verdict v = pki_nc_check(issuer, c, rules, &budget, &result);
        check(v == result.verdict && (v != PKI_NC_LIMIT || budget == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes in = {data, size};
    if (size == 0) return 0;
    struct bytes name = bytes_cut(in, 1, data[0]);
    in = bytes_cut(in, 1 + name.n, in.n);
    struct arena a;
    arena_init(&a);
    struct pki_cert c, issuer, alone;
    check_cert(&a, &c, pki_cert_read(in, &c));
    struct bytes rest = bytes_cut(in, c.cert.n, c.cert.n ? in.n : 0);
    bool same = pki_cert_read(c.cert, &alone); /* without what follows it */
    check_cert(&a, &alone, same);
    check_cert(&a, &issuer, pki_cert_read(rest.n ? rest : c.cert, &issuer));
    match(&a, &c, name);
    constrain(&issuer, &c);
    arena_done(&a);
    return 0;
}
