/* Iterators over the lists inside extensions. Each is also what checks its list when the certificate is read.
 */
#include "pki/cert_internal.h"

#define OID(literal)                                                                                         \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define PKIX "\x2B\x06\x01\x05\x05\x07"

const struct bytes pki_any_policy = OID("\x55\x1D\x20\x00");

struct der pki_list(const struct pki_cert *c, struct bytes contents) {
    return der_of(contents, c->der.p, NULL);
}

struct der pki_ext_list(const struct pki_cert *c, enum pki_ext e) {
    if (!c->ext[e].present) return pki_list(c, (struct bytes){0});
    struct der r = pki_list(c, c->ext[e].value);
    return der_enter(&r, DER_SEQUENCE, pki_ext_name(e));
}

static const struct {
    uint8_t tag;
    const char *name;
} kinds[PKI_GN__COUNT] = {
    [PKI_GN_OTHER] = {DER_CONSTRUCTED(0), "otherName"},
    [PKI_GN_RFC822] = {DER_CONTEXT(1), "rfc822Name"},
    [PKI_GN_DNS] = {DER_CONTEXT(2), "dNSName"},
    [PKI_GN_X400] = {DER_CONSTRUCTED(3), "x400Address"},
    [PKI_GN_DIRECTORY] = {DER_CONSTRUCTED(4), "directoryName"},
    [PKI_GN_EDI] = {DER_CONSTRUCTED(5), "ediPartyName"},
    [PKI_GN_URI] = {DER_CONTEXT(6), "uniformResourceIdentifier"},
    [PKI_GN_IP] = {DER_CONTEXT(7), "iPAddress"},
    [PKI_GN_RID] = {DER_CONTEXT(8), "registeredID"},
};

const char *pki_gn_kind_name(enum pki_gn_kind k) {
    return kinds[k].name;
}

/* otherName ::= SEQUENCE { type-id OID, value [0] EXPLICIT ANY }, implicitly tagged. */
static bool check_other(struct der *r, struct bytes body) {
    struct der in = der_into(r, body);
    (void)der_oid(&in, "otherName");
    (void)der_get(&in, DER_CONSTRUCTED(0), "otherName");
    return der_close(r, &in, "otherName");
}

/* directoryName is tagged explicitly, since Name is a CHOICE (X.680 31.2.7). */
static bool take_directory(struct der *r, struct pki_gn *ret) {
    struct der in = der_into(r, ret->value);
    const uint8_t *at = in.cur;
    ret->value = der_get(&in, DER_SEQUENCE, "directoryName").all;
    if (!in.failed && !pki_name_well_formed(ret->value)) der_fail_at(&in, at, DER_VALUE, "directoryName");
    return der_close(r, &in, "directoryName");
}

bool pki_gn_next(struct der *r, struct pki_gn *ret) {
    struct der_tlv t;
    *ret = (struct pki_gn){0};
    if (!der_next(r, &t, "GeneralName")) return false;
    unsigned kind = t.tag & 0x1Fu;
    if (kind >= PKI_GN__COUNT || kinds[kind].tag != t.tag) {
        der_fail_at(r, t.all.p, DER_TAG, "GeneralName");
        return false;
    }
    *ret = (struct pki_gn){(enum pki_gn_kind)kind, t.body};
    if (kind == PKI_GN_DIRECTORY) return take_directory(r, ret);
    if (kind == PKI_GN_OTHER) return check_other(r, t.body);
    return true;
}

/* GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }. */
bool pki_subtree_next(struct der *r, struct pki_subtree *ret) {
    *ret = (struct pki_subtree){0};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "GeneralSubtree");
    if (!pki_gn_next(&in, &ret->base) && !in.failed) der_fail(&in, DER_MISSING, "GeneralSubtree.base");
    if (der_more(&in) && *in.cur == DER_CONTEXT(0)) {
        const uint8_t *at = in.cur;
        uint32_t minimum = der_uint(&in, DER_CONTEXT(0), UINT32_MAX, "minimum");
        if (minimum == 0 && !in.failed) der_bend_at(&in, at, DER_BENT_DEFAULT, "minimum");
        ret->has_distance = minimum > 0;
    }
    if (der_more(&in) && *in.cur == DER_CONTEXT(1)) {
        (void)der_uint(&in, DER_CONTEXT(1), UINT32_MAX, "maximum");
        ret->has_distance = true;
    }
    return der_close(r, &in, "GeneralSubtree");
}

bool pki_eku_next(struct der *r, struct bytes *oid, uint16_t *bit) {
    static const struct {
        struct bytes oid;
        uint16_t bit;
    } ekus[] = {
        {OID(PKIX "\x03\x01"), PKI_EKU_SERVER_AUTH},
        {OID(PKIX "\x03\x02"), PKI_EKU_CLIENT_AUTH},
        {OID(PKIX "\x03\x03"), PKI_EKU_CODE_SIGNING},
        {OID(PKIX "\x03\x04"), PKI_EKU_EMAIL},
        {OID(PKIX "\x03\x08"), PKI_EKU_TIME_STAMPING},
        {OID(PKIX "\x03\x09"), PKI_EKU_OCSP_SIGNING},
        {OID("\x55\x1D\x25\x00"), PKI_EKU_ANY},
        {OID("\x60\x86\x48\x01\x86\xF8\x42\x04\x01"), PKI_EKU_NS_SGC},
        {OID("\x2B\x06\x01\x04\x01\x82\x37\x0A\x03\x03"), PKI_EKU_MS_SGC},
        {OID("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x04"), PKI_EKU_CT_PRECERT},
    };
    *oid = (struct bytes){0};
    *bit = 0;
    if (!der_more(r)) return false;
    *oid = der_oid(r, "KeyPurposeId");
    if (r->failed) return false;
    *bit = PKI_EKU_OTHER;
    for (size_t i = 0; i < TW_COUNT(ekus); i++)
        if (bytes_eq(ekus[i].oid, *oid)) *bit = ekus[i].bit;
    return true;
}

bool pki_policy_next(struct der *r, struct pki_policy *ret) {
    *ret = (struct pki_policy){0};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "PolicyInformation");
    struct der_tlv t;
    ret->oid = der_oid(&in, "policyIdentifier");
    if (der_opt(&in, DER_SEQUENCE, &t, "policyQualifiers")) ret->qualifiers = t.body;
    return der_close(r, &in, "PolicyInformation");
}

bool pki_mapping_next(struct der *r, struct bytes *issuer_domain, struct bytes *subject_domain) {
    *issuer_domain = *subject_domain = (struct bytes){0};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "PolicyMappings");
    *issuer_domain = der_oid(&in, "issuerDomainPolicy");
    *subject_domain = der_oid(&in, "subjectDomainPolicy");
    return der_close(r, &in, "PolicyMappings");
}

bool pki_access_next(struct der *r, enum pki_access *method, struct pki_gn *location) {
    static const struct {
        struct bytes oid;
        enum pki_access method;
    } methods[] = {
        {OID(PKIX "\x30\x01"), PKI_ACCESS_OCSP},
        {OID(PKIX "\x30\x02"), PKI_ACCESS_CA_ISSUERS},
        {OID(PKIX "\x30\x05"), PKI_ACCESS_CA_REPOSITORY},
    };
    *method = PKI_ACCESS_OTHER;
    *location = (struct pki_gn){0};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "AccessDescription");
    struct bytes oid = der_oid(&in, "accessMethod");
    for (size_t i = 0; i < TW_COUNT(methods); i++)
        if (bytes_eq(methods[i].oid, oid)) *method = methods[i].method;
    if (!pki_gn_next(&in, location) && !in.failed) der_fail(&in, DER_MISSING, "accessLocation");
    return der_close(r, &in, "AccessDescription");
}

/* DistributionPointName ::= CHOICE { fullName [0], nameRelativeToCRLIssuer [1] }, in an explicit [0]. */
static void read_point_name(struct der *r, struct bytes body, struct pki_crl_point *ret) {
    struct der in = der_into(r, body);
    struct der_tlv t;
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "fullName"))
        ret->full_name = t.body;
    else
        ret->relative_name = der_get(&in, DER_CONSTRUCTED(1), "nameRelativeToCRLIssuer").body;
    (void)der_close(r, &in, "distributionPoint");
}

bool pki_crl_point_next(struct der *r, struct pki_crl_point *ret) {
    *ret = (struct pki_crl_point){0};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "DistributionPoint");
    struct der_tlv t;
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "distributionPoint")) read_point_name(&in, t.body, ret);
    if (der_more(&in) && *in.cur == DER_CONTEXT(1)) {
        ret->reasons = der_named_bits(&in, DER_CONTEXT(1), "reasons");
        ret->has_reasons = !in.failed;
    }
    if (der_opt(&in, DER_CONSTRUCTED(2), &t, "cRLIssuer")) ret->crl_issuer = t.body;
    return der_close(r, &in, "DistributionPoint");
}
