/* The extensions of RFC 5280 4.2, RFC 6962 and RFC 7633: each known one has its row. */
#include "pki/cert_internal.h"

#include <assert.h>

#define OID(literal)                                                                                         \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define PKIX "\x2B\x06\x01\x05\x05\x07"
#define CT "\x2B\x06\x01\x04\x01\xD6\x79\x02\x04"

typedef void ext_reader(struct pki_cert *c, struct der *r);

/* ---- SEQUENCE OF something, walked by its iterator so that its place is found ---- */

/* The reader of the one SEQUENCE that the value is. */
static struct der list_in(struct der *r, const char *field) {
    struct der list = der_enter(r, DER_SEQUENCE, field);
    (void)der_done(r, field);
    return list;
}

/* Saturated; one that is negative is none. */
static void set_path_len(struct pki_cert *c, struct bytes n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n.n && value <= UINT32_MAX; i++) value = value << 8 | n.p[i];
    pki_add_fact_if(c, n.p[0] & 0x80, PKI_FACT_BC_PATHLEN_NEGATIVE);
    pki_add_fact_if(c, !(n.p[0] & 0x80) && value > INT32_MAX, PKI_FACT_BC_PATHLEN_HUGE);
    c->has_path_len = !(n.p[0] & 0x80);
    c->path_len = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static void read_basic(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "BasicConstraints");
    c->ca = der_bool_default_false(&in, "cA");
    if (der_more(&in)) {
        struct bytes n = der_integer(&in, "pathLenConstraint");
        if (!in.failed && n.n) set_path_len(c, n);
    }
    (void)der_close(r, &in, "BasicConstraints");
}

static void read_key_usage(struct pki_cert *c, struct der *r) {
    c->key_usage = der_named_bits(r, DER_BIT_STRING, "KeyUsage");
    (void)der_done(r, "KeyUsage");
}

static void read_eku(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "ExtKeyUsageSyntax");
    struct bytes oid;
    uint16_t bit;
    pki_add_fact_if(c, !der_more(&in) && !in.failed, PKI_FACT_EKU_NONE);
    while (pki_eku_next(&in, &oid, &bit)) c->eku |= bit;
    (void)der_close(r, &in, "ExtKeyUsageSyntax");
}

static void read_ns_cert_type(struct pki_cert *c, struct der *r) {
    c->ns_type = der_named_bits(r, DER_BIT_STRING, "NetscapeCertType");
    (void)der_done(r, "NetscapeCertType");
}

static bool is_ascii(struct bytes b) {
    uint8_t all = 0;
    for (size_t i = 0; i < b.n; i++) all |= b.p[i];
    return !(all & 0x80);
}

/* Names that their kind cannot have. Non-ASCII bytes and lengths of addresses have facts of their own: some
 * clients refuse the whole certificate for them. */
static void judge_alt_name(struct pki_cert *c, const struct pki_gn *gn) {
    bool text = gn->kind == PKI_GN_DNS || gn->kind == PKI_GN_RFC822 || gn->kind == PKI_GN_URI;
    pki_add_fact_if(c, text && !is_ascii(gn->value), PKI_FACT_SAN_NOT_IA5);
    bool bad = text && gn->value.n == 0;
    if (gn->kind == PKI_GN_DNS) bad = !pki_dns_plausible(gn->value, true);
    if (gn->kind == PKI_GN_RFC822) bad = !gn->value.n || !memchr(gn->value.p, '@', gn->value.n);
    if (gn->kind == PKI_GN_URI) bad = !gn->value.n || !memchr(gn->value.p, ':', gn->value.n);
    pki_add_fact_if(c, bad, PKI_FACT_SAN_BAD_NAME);
    bool length = gn->kind == PKI_GN_IP && gn->value.n != 4 && gn->value.n != 16;
    pki_add_fact_if(c, length, PKI_FACT_SAN_IP_LENGTH);
}

static void read_san(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "GeneralNames");
    struct pki_gn gn;
    while (pki_gn_next(&in, &gn)) {
        c->n_san++;
        c->san_kinds = (uint16_t)(c->san_kinds | 1u << gn.kind);
        judge_alt_name(c, &gn);
    }
    pki_add_fact_if(c, c->n_san == 0 && !in.failed, PKI_FACT_SAN_EMPTY);
    (void)der_close(r, &in, "GeneralNames");
}

static void read_ian(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "GeneralNames");
    struct pki_gn gn;
    (void)c;
    while (pki_gn_next(&in, &gn)) continue;
    (void)der_close(r, &in, "GeneralNames");
}

static bool base_plausible(const struct pki_gn *base) {
    struct bytes v = base->value;
    if (base->kind == PKI_GN_IP) return v.n == 8 || v.n == 32;
    if (base->kind == PKI_GN_DNS || base->kind == PKI_GN_URI) {
        bool dot = v.n > 0 && v.p[0] == '.';
        return v.n == 0 || pki_dns_plausible(bytes_cut(v, dot ? 1 : 0, v.n), false);
    }
    return base->kind != PKI_GN_RFC822 || is_ascii(v);
}

static void walk_subtrees(struct pki_cert *c, struct der *r) {
    struct pki_subtree s;
    pki_add_fact_if(c, !der_more(r), PKI_FACT_NC_EMPTY);
    while (pki_subtree_next(r, &s)) {
        pki_add_fact_if(c, s.has_distance, PKI_FACT_NC_DISTANCE);
        pki_add_fact_if(c, !base_plausible(&s.base), PKI_FACT_NC_BAD_BASE);
    }
}

static void read_name_constraints(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "NameConstraints");
    struct der_tlv t;
    pki_add_fact_if(c, !der_more(&in) && !in.failed, PKI_FACT_NC_EMPTY);
    struct bytes *const into[] = {&c->permitted, &c->excluded};
    static const char *const field[] = {"permittedSubtrees", "excludedSubtrees"};
    for (uint8_t i = 0; i < 2; i++) {
        if (!der_opt(&in, DER_CONSTRUCTED(i), &t, field[i])) continue;
        struct der sub = der_into(&in, t.body);
        *into[i] = t.body;
        walk_subtrees(c, &sub);
        (void)der_close(&in, &sub, field[i]);
    }
    (void)der_close(r, &in, "NameConstraints");
}

static bool seen_before(struct bytes list, struct bytes oid) {
    struct der r = der_of(list, NULL, NULL);
    struct pki_policy p;
    while (pki_policy_next(&r, &p) && p.oid.p != oid.p)
        if (bytes_eq(p.oid, oid)) return true;
    return false;
}

static void read_policies(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "certificatePolicies");
    struct bytes list = {in.cur, (size_t)(in.end - in.cur)};
    struct pki_policy p;
    size_t n = 0;
    while (pki_policy_next(&in, &p)) {
        if (++n > PKI_MAX_POLICIES) {
            der_fail(&in, DER_LIMIT, "certificatePolicies");
            break;
        }
        pki_add_fact_if(c, seen_before(list, p.oid), PKI_FACT_POLICY_DUPLICATE);
    }
    pki_add_fact_if(c, n == 0 && !in.failed, PKI_FACT_POLICY_NONE);
    (void)der_close(r, &in, "certificatePolicies");
}

static void read_mappings(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "PolicyMappings");
    struct bytes issuer, subject;
    size_t n = 0;
    while (pki_mapping_next(&in, &issuer, &subject)) {
        if (++n > PKI_MAX_POLICIES) {
            der_fail(&in, DER_LIMIT, "PolicyMappings");
            break;
        }
        bool any = bytes_eq(issuer, pki_any_policy) || bytes_eq(subject, pki_any_policy);
        pki_add_fact_if(c, any, PKI_FACT_MAPPING_ANY);
    }
    pki_add_fact_if(c, n == 0 && !in.failed, PKI_FACT_MAPPING_NONE);
    (void)der_close(r, &in, "PolicyMappings");
}

static void read_policy_constraints(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "PolicyConstraints");
    pki_add_fact_if(c, !der_more(&in) && !in.failed, PKI_FACT_PC_EMPTY);
    if (der_more(&in) && *in.cur == DER_CONTEXT(0)) {
        c->require_explicit = der_uint(&in, DER_CONTEXT(0), UINT32_MAX, "requireExplicitPolicy");
        c->has_require_explicit = !in.failed;
    }
    if (der_more(&in) && *in.cur == DER_CONTEXT(1)) {
        c->inhibit_mapping = der_uint(&in, DER_CONTEXT(1), UINT32_MAX, "inhibitPolicyMapping");
        c->has_inhibit_mapping = !in.failed;
    }
    (void)der_close(r, &in, "PolicyConstraints");
}

static void read_inhibit_any(struct pki_cert *c, struct der *r) {
    c->inhibit_any = der_uint(r, DER_INTEGER, UINT32_MAX, "InhibitAnyPolicy");
    c->has_inhibit_any = der_done(r, "InhibitAnyPolicy");
}

static void walk_names(struct der *parent, struct bytes names, const char *field) {
    struct der in = der_into(parent, names);
    struct pki_gn gn;
    while (pki_gn_next(&in, &gn)) continue;
    (void)der_close(parent, &in, field);
}

static void read_aki(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "AuthorityKeyIdentifier");
    struct der_tlv t;
    if (der_opt(&in, DER_CONTEXT(0), &t, "keyIdentifier")) c->aki_key_id = t.body;
    if (der_opt(&in, DER_CONSTRUCTED(1), &t, "authorityCertIssuer")) {
        c->aki_issuer = t.body;
        walk_names(&in, t.body, "authorityCertIssuer");
    }
    if (der_opt(&in, DER_CONTEXT(2), &t, "authorityCertSerialNumber")) c->aki_serial = t.body;
    (void)der_close(r, &in, "AuthorityKeyIdentifier");
}

static void read_ski(struct pki_cert *c, struct der *r) {
    c->ski = der_get(r, DER_OCTET_STRING, "SubjectKeyIdentifier").body;
    c->has_ski = der_done(r, "SubjectKeyIdentifier");
}

static void read_access(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "InfoAccessSyntax");
    enum pki_access method;
    struct pki_gn location;
    pki_add_fact_if(c, !der_more(&in) && !in.failed, PKI_FACT_AIA_NONE);
    while (pki_access_next(&in, &method, &location)) continue;
    (void)der_close(r, &in, "InfoAccessSyntax");
}

static void read_crl_points(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "CRLDistributionPoints");
    struct pki_crl_point point;
    pki_add_fact_if(c, !der_more(&in) && !in.failed, PKI_FACT_CRLDP_NONE);
    while (pki_crl_point_next(&in, &point)) {
        if (point.full_name.p) walk_names(&in, point.full_name, "fullName");
        if (point.crl_issuer.p) walk_names(&in, point.crl_issuer, "cRLIssuer");
    }
    (void)der_close(r, &in, "CRLDistributionPoints");
}

static void read_scts(struct pki_cert *c, struct der *r) {
    c->scts = der_get(r, DER_OCTET_STRING, "SignedCertificateTimestampList").body;
    (void)der_done(r, "SignedCertificateTimestampList");
}

/* RFC 7633: numbers of TLS extensions. */
static void read_tls_feature(struct pki_cert *c, struct der *r) {
    struct der in = list_in(r, "Features");
    while (der_more(&in)) {
        uint32_t feature = der_uint(&in, DER_INTEGER, UINT32_MAX, "Features");
        if (in.failed) break;
        c->must_staple = c->must_staple || feature == EXT_STATUS_REQUEST;
        c->must_staple_v2 = c->must_staple_v2 || feature == 17;
    }
    (void)der_close(r, &in, "Features");
}

static void read_null(struct pki_cert *c, struct der *r) {
    (void)c;
    (void)der_get(r, DER_NULL, "NULL");
    (void)der_done(r, "NULL");
}

static const struct {
    struct bytes oid;
    const char *name;
    ext_reader *read;
} rows[PKI_EXT__COUNT] = {
    [PKI_EXT_BASIC_CONSTRAINTS] = {OID("\x55\x1D\x13"), "basicConstraints", read_basic},
    [PKI_EXT_KEY_USAGE] = {OID("\x55\x1D\x0F"), "keyUsage", read_key_usage},
    [PKI_EXT_EXT_KEY_USAGE] = {OID("\x55\x1D\x25"), "extKeyUsage", read_eku},
    [PKI_EXT_SAN] = {OID("\x55\x1D\x11"), "subjectAltName", read_san},
    [PKI_EXT_IAN] = {OID("\x55\x1D\x12"), "issuerAltName", read_ian},
    [PKI_EXT_NAME_CONSTRAINTS] = {OID("\x55\x1D\x1E"), "nameConstraints", read_name_constraints},
    [PKI_EXT_POLICIES] = {OID("\x55\x1D\x20"), "certificatePolicies", read_policies},
    [PKI_EXT_POLICY_MAPPINGS] = {OID("\x55\x1D\x21"), "policyMappings", read_mappings},
    [PKI_EXT_POLICY_CONSTRAINTS] = {OID("\x55\x1D\x24"), "policyConstraints", read_policy_constraints},
    [PKI_EXT_INHIBIT_ANY] = {OID("\x55\x1D\x36"), "inhibitAnyPolicy", read_inhibit_any},
    [PKI_EXT_AKI] = {OID("\x55\x1D\x23"), "authorityKeyIdentifier", read_aki},
    [PKI_EXT_SKI] = {OID("\x55\x1D\x0E"), "subjectKeyIdentifier", read_ski},
    [PKI_EXT_AIA] = {OID(PKIX "\x01\x01"), "authorityInfoAccess", read_access},
    [PKI_EXT_SIA] = {OID(PKIX "\x01\x0B"), "subjectInfoAccess", read_access},
    [PKI_EXT_CRL_POINTS] = {OID("\x55\x1D\x1F"), "cRLDistributionPoints", read_crl_points},
    [PKI_EXT_FRESHEST] = {OID("\x55\x1D\x2E"), "freshestCRL", read_crl_points},
    [PKI_EXT_SCTS] = {OID(CT "\x02"), "signedCertificateTimestampList", read_scts},
    [PKI_EXT_TLS_FEATURE] = {OID(PKIX "\x01\x18"), "tlsFeature", read_tls_feature},
    [PKI_EXT_CT_POISON] = {OID(CT "\x03"), "ctPoison", read_null},
    [PKI_EXT_OCSP_NOCHECK] = {OID(PKIX "\x30\x01\x05"), "ocspNoCheck", read_null},
    [PKI_EXT_NS_CERT_TYPE] = {OID("\x60\x86\x48\x01\x86\xF8\x42\x01\x01"), "nsCertType", read_ns_cert_type},
};

const char *pki_ext_name(enum pki_ext e) {
    return e < PKI_EXT__COUNT ? rows[e].name : "an unknown extension";
}

enum pki_ext pki_ext_of(struct bytes oid) {
    for (unsigned e = 0; e < PKI_EXT__COUNT; e++)
        if (oid.n == rows[e].oid.n && oid.p[oid.n - 1] == rows[e].oid.p[oid.n - 1] &&
            bytes_eq(oid, rows[e].oid))
            return (enum pki_ext)e;
    return PKI_EXT_UNKNOWN;
}

/* ---- the list ---- */

bool pki_extension_next(struct der *r, struct pki_extension *ret) {
    *ret = (struct pki_extension){.kind = PKI_EXT_UNKNOWN};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "Extension");
    ret->oid = der_oid(&in, "extnID");
    if (ret->oid.n) ret->kind = pki_ext_of(ret->oid);
    if (r->log) r->log->within = pki_ext_name(ret->kind);
    ret->critical = der_bool_default_false(&in, "critical");
    ret->value = der_get(&in, DER_OCTET_STRING, "extnValue").body;
    bool ok = der_close(r, &in, "Extension");
    if (r->log) r->log->within = NULL;
    return ok;
}

bool pki_unknown_critical_next(struct der *r, struct pki_extension *ret) {
    while (pki_extension_next(r, ret))
        if (ret->critical && ret->kind == PKI_EXT_UNKNOWN) return true;
    return false;
}

/* Whether an unknown OID stood in the list before: only looked for where `filter` says that it may have. */
static bool unknown_before(const struct pki_cert *c, struct bytes oid, uint64_t *filter) {
    unsigned h = (unsigned)oid.n * 31u;
    for (size_t i = 0; i < oid.n; i++) h = h * 33u + oid.p[i];
    uint64_t bit = UINT64_C(1) << (h >> 3 & 63);
    bool maybe = *filter & bit;
    *filter |= bit;
    if (!maybe) return false;
    struct der r = der_of(c->extensions, NULL, NULL);
    struct pki_extension e;
    while (pki_extension_next(&r, &e) && e.oid.p != oid.p)
        if (bytes_eq(e.oid, oid)) return true;
    return false;
}

static void take_known(struct pki_cert *c, const struct pki_extension *e) {
    struct pki_ext_slot *slot = &c->ext[e->kind];
    if (slot->present) {
        pki_add_fact(c, PKI_FACT_EXT_DUPLICATE);
        return;
    }
    *slot = (struct pki_ext_slot){.value = e->value, .present = true, .critical = e->critical};
    struct der_log own = {.within = rows[e->kind].name};
    struct der r = der_of(e->value, c->der.p, &own);
    rows[e->kind].read(c, &r);
    slot->broken = own.err != DER_OK;
    if (!der_log_clean(&own)) der_log_merge(&c->log, &own);
}

bool pki_extensions_read(struct pki_cert *c, struct der *r) {
    if (r->failed) return false;
    c->extensions = (struct bytes){r->cur, (size_t)(r->end - r->cur)};
    pki_add_fact_if(c, !der_more(r), PKI_FACT_EXT_NONE);
    struct pki_extension e;
    uint64_t filter = 0;
    while (pki_extension_next(r, &e)) {
        if (++c->n_extensions > PKI_MAX_EXTENSIONS) {
            der_fail(r, DER_LIMIT, "extensions");
            return false;
        }
        if (e.kind != PKI_EXT_UNKNOWN) {
            take_known(c, &e);
            continue;
        }
        c->n_unknown_critical += e.critical;
        pki_add_fact_if(c, e.critical, PKI_FACT_EXT_UNKNOWN_CRITICAL);
        pki_add_fact_if(c, unknown_before(c, e.oid, &filter), PKI_FACT_EXT_DUPLICATE_UNKNOWN);
    }
    return !r->failed;
}
