/* What follows from several fields of a certificate together, against the profile of RFC 5280 4. */
#include "pki/cert_internal.h"

static bool critical(const struct pki_cert *c, enum pki_ext e) {
    return c->ext[e].present && c->ext[e].critical;
}

/* Extensions that must, or must not, be critical. */
static void judge_criticality(struct pki_cert *c) {
    static const struct {
        enum pki_ext ext;
        bool critical; /* the way that is against the profile */
        enum pki_fact fact;
    } rows[] = {
        {PKI_EXT_AKI, true, PKI_FACT_AKI_CRITICAL},
        {PKI_EXT_SKI, true, PKI_FACT_SKI_CRITICAL},
        {PKI_EXT_KEY_USAGE, false, PKI_FACT_KU_NOT_CRITICAL},
        {PKI_EXT_POLICY_MAPPINGS, false, PKI_FACT_MAPPING_NOT_CRITICAL},
        {PKI_EXT_IAN, true, PKI_FACT_IAN_CRITICAL},
        {PKI_EXT_NAME_CONSTRAINTS, false, PKI_FACT_NC_NOT_CRITICAL},
        {PKI_EXT_POLICY_CONSTRAINTS, false, PKI_FACT_PC_NOT_CRITICAL},
        {PKI_EXT_CRL_POINTS, true, PKI_FACT_CRLDP_CRITICAL},
        {PKI_EXT_INHIBIT_ANY, false, PKI_FACT_IAP_NOT_CRITICAL},
        {PKI_EXT_FRESHEST, true, PKI_FACT_FRESHEST_CRITICAL},
        {PKI_EXT_AIA, true, PKI_FACT_AIA_CRITICAL},
        {PKI_EXT_SIA, true, PKI_FACT_SIA_CRITICAL},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const struct pki_ext_slot *s = &c->ext[rows[i].ext];
        pki_add_fact_if(c, s->present && s->critical == rows[i].critical, rows[i].fact);
    }
}

static void judge_head(struct pki_cert *c) {
    bool has_uid = c->issuer_uid.p || c->subject_uid.p;
    pki_add_fact_if(c, c->version > 3 || c->version < 1, PKI_FACT_VERSION_UNKNOWN);
    pki_add_fact_if(c, c->version != 3 && c->extensions.p, PKI_FACT_VERSION_NOT_3);
    pki_add_fact_if(c, c->version < 3 && c->extensions.p, PKI_FACT_VERSION_OLD);
    pki_add_fact_if(c, has_uid, PKI_FACT_UNIQUE_ID);
    pki_add_fact_if(c, has_uid && c->version == 1, PKI_FACT_UNIQUE_ID_V1);
    pki_add_fact_if(c, c->serial.n && c->serial.p[0] & 0x80, PKI_FACT_SERIAL_NEGATIVE);
    pki_add_fact_if(c, c->serial.n == 1 && c->serial.p[0] == 0, PKI_FACT_SERIAL_ZERO);
    pki_add_fact_if(c, c->serial.n > 20, PKI_FACT_SERIAL_LONG);
    pki_add_fact_if(c, !bytes_eq(c->inner.all, c->outer.all), PKI_FACT_SIGALG_DIFFERS);
}

static void judge_names_and_times(struct pki_cert *c) {
    static const int64_t never = INT64_C(253402300799); /* 99991231235959Z (4.1.2.5) */
    bool nobody = c->subject.p && pki_name_empty(c->subject);
    pki_add_fact_if(c, c->issuer.p && pki_name_empty(c->issuer), PKI_FACT_ISSUER_EMPTY);
    pki_add_fact_if(c, nobody, PKI_FACT_SUBJECT_EMPTY);
    pki_add_fact_if(c, nobody && c->ca, PKI_FACT_SUBJECT_EMPTY_CA);
    bool has_san = c->ext[PKI_EXT_SAN].present, san_critical = critical(c, PKI_EXT_SAN);
    pki_add_fact_if(c, has_san && nobody && !san_critical, PKI_FACT_SAN_NOT_CRITICAL);
    pki_add_fact_if(c, has_san && !nobody && san_critical, PKI_FACT_SAN_CRITICAL);
    pki_add_fact_if(c, c->not_after < c->not_before, PKI_FACT_TIME_BACKWARDS);
    pki_add_fact_if(c, c->not_after == never, PKI_FACT_TIME_NO_END);
}

static void judge_identifiers(struct pki_cert *c) {
    bool aki = c->ext[PKI_EXT_AKI].present, ski = c->ext[PKI_EXT_SKI].present;
    pki_add_fact_if(c, !aki && !c->self_issued && c->version == 3, PKI_FACT_AKI_MISSING);
    pki_add_fact_if(c, !aki && c->self_issued, PKI_FACT_AKI_MISSING_SELF);
    pki_add_fact_if(c, aki && !c->aki_key_id.p, PKI_FACT_AKI_NO_KEYID);
    pki_add_fact_if(c, aki && !c->aki_issuer.p != !c->aki_serial.p, PKI_FACT_AKI_HALF);
    pki_add_fact_if(c, !ski && !c->ca, PKI_FACT_SKI_MISSING);
    pki_add_fact_if(c, !ski && c->ca, PKI_FACT_SKI_MISSING_CA);
    pki_add_fact_if(c, c->has_ski && c->ski.n == 0, PKI_FACT_SKI_EMPTY);
}

static void judge_authority(struct pki_cert *c) {
    bool ku = c->ext[PKI_EXT_KEY_USAGE].present, signs = c->key_usage & PKI_KU_CERT_SIGN;
    pki_add_fact_if(c, ku && c->key_usage == 0 && !c->ext[PKI_EXT_KEY_USAGE].broken, PKI_FACT_KU_EMPTY);
    pki_add_fact_if(c, c->ca && !ku, c->self_issued ? PKI_FACT_KU_MISSING_SELF : PKI_FACT_KU_MISSING_CA);
    pki_add_fact_if(c, ku && signs && !c->ca, PKI_FACT_KU_CERTSIGN_NO_CA);
    pki_add_fact_if(c, ku && !signs && c->ca, PKI_FACT_KU_CA_NO_CERTSIGN);
    pki_add_fact_if(c, c->ca && !critical(c, PKI_EXT_BASIC_CONSTRAINTS), PKI_FACT_BC_NOT_CRITICAL);
    pki_add_fact_if(c, c->has_path_len && !c->ca, PKI_FACT_BC_PATHLEN_NO_CA);
    pki_add_fact_if(c, c->has_path_len && ku && !signs, PKI_FACT_BC_PATHLEN_NO_CERTSIGN);
    pki_add_fact_if(c, c->ext[PKI_EXT_NAME_CONSTRAINTS].present && !c->ca, PKI_FACT_NC_NO_CA);
    bool any = c->eku & PKI_EKU_ANY && critical(c, PKI_EXT_EXT_KEY_USAGE);
    pki_add_fact_if(c, any, PKI_FACT_EKU_ANY_CRITICAL);
}

void pki_facts_judge(struct pki_cert *c) {
    judge_head(c);
    judge_names_and_times(c);
    judge_identifiers(c);
    judge_authority(c);
    judge_criticality(c);
}
