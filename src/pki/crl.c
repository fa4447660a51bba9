/* CRLs (RFC 5280 5.1), field by field in the order of the encoding. */
#include "pki/crl.h"

#include "pki/revocation_internal.h"

char *pki_crl_place(struct arena *a, const struct pki_crl *c) {
    return der_log_text(a, &c->log);
}

const char *pki_crl_odd_text(unsigned odd) {
    static const struct {
        unsigned bit;
        const char *text;
    } rows[] = {
        {PKI_CRL_NO_NUMBER, "it has no CRL number"},
        {PKI_CRL_NUMBER_CRITICAL, "its CRL number is critical"},
        {PKI_CRL_NUMBER_LONG, "its CRL number is negative, or has more than 20 octets"},
        {PKI_CRL_NO_AKI, "it has no authority key identifier"},
        {PKI_CRL_IDP_NOT_CRITICAL, "its issuing distribution point is not critical"},
        {PKI_CRL_DELTA_NOT_CRITICAL, "its delta indicator is not critical"},
        {PKI_CRL_NO_NEXT, "it has no nextUpdate"},
        {PKI_CRL_VERSION, "its version does not fit its contents"},
        {PKI_CRL_EMPTY_LIST, "its list of entries is there, and empty"},
        {PKI_CRL_SIGALG_DIFFERS, "the signature algorithm inside differs from the one outside"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (odd & rows[i].bit) return rows[i].text;
    return NULL;
}

/* ---- entries ---- */

static void read_reason(void *into, struct der *r, bool critical) {
    struct pki_crl_entry *e = into;
    (void)critical;
    e->reason = rev_reason(r);
}

static void read_invalidity(void *into, struct der *r, bool critical) {
    struct pki_crl_entry *e = into;
    (void)critical;
    e->invalid_since = rev_generalized_time(r, "invalidityDate");
    e->has_invalid_since = !r->failed;
}

static void walk_names(struct der *r, struct bytes names) {
    struct der in = der_into(r, names);
    struct pki_gn gn;
    while (pki_gn_next(&in, &gn)) continue;
    (void)der_close(r, &in, "GeneralNames");
}

static void read_cert_issuer(void *into, struct der *r, bool critical) {
    struct pki_crl_entry *e = into;
    (void)critical;
    e->cert_issuer = der_get(r, DER_SEQUENCE, "certificateIssuer").body;
    if (!r->failed) walk_names(r, e->cert_issuer);
}

/* RFC 5280 5.3; the hold instruction is of RFC 3280. */
static const struct rev_ext entry_rows[] = {
    {REV_OID(REV_CE "\x15"), "reasonCode", read_reason},
    {REV_OID(REV_CE "\x18"), "invalidityDate", read_invalidity},
    {REV_OID(REV_CE "\x1D"), "certificateIssuer", read_cert_issuer},
    {REV_OID(REV_CE "\x17"), "holdInstructionCode", NULL},
};

bool pki_crl_entry_next(struct der *r, struct pki_crl_entry *ret) {
    uint8_t odd;
    struct der_tlv t;
    *ret = (struct pki_crl_entry){.reason = PKI_REASON_NONE};
    if (!der_more(r)) return false;
    struct der in = der_enter(r, DER_SEQUENCE, "revokedCertificates");
    ret->serial = der_integer(&in, "userCertificate");
    ret->revoked_at = der_time(&in, &odd, "revocationDate");
    if (der_opt(&in, DER_SEQUENCE, &t, "crlEntryExtensions")) {
        struct der list = der_into(&in, t.body);
        rev_extensions(&list, entry_rows, TW_COUNT(entry_rows), ret, &ret->unknown_critical);
        (void)der_close(&in, &list, "crlEntryExtensions");
    }
    return der_close(r, &in, "revokedCertificates");
}

static bool names_issuer(struct bytes names, struct bytes issuer) {
    struct der r = der_of(names, NULL, NULL);
    struct pki_gn gn;
    while (pki_gn_next(&r, &gn))
        if (gn.kind == PKI_GN_DIRECTORY && pki_name_eq(gn.value, issuer)) return true;
    return false;
}

/* The next entry without a look at more than its serial number: what a look-up in a large CRL costs. */
static bool next_serial(struct der *r, struct bytes *serial, struct bytes *all) {
    struct der_tlv entry;
    if (!der_next(r, &entry, "revokedCertificates")) return false;
    struct der in = der_into(r, entry.body);
    *serial = der_integer(&in, "userCertificate");
    *all = entry.all;
    return !in.failed;
}

static bool find_plain(const struct pki_crl *c, struct bytes serial, struct pki_crl_entry *ret) {
    struct der r = der_of(c->entries, c->der.p, NULL);
    struct bytes here, all;
    while (next_serial(&r, &here, &all)) {
        if (!rev_integer_eq(here, serial)) continue;
        struct der one = der_of(all, c->der.p, NULL);
        return pki_crl_entry_next(&one, ret);
    }
    return false;
}

bool pki_crl_find(const struct pki_crl *c, struct bytes issuer, struct bytes serial,
                  struct pki_crl_entry *ret) {
    bool ours = pki_name_eq(c->issuer, issuer);
    *ret = (struct pki_crl_entry){.reason = PKI_REASON_NONE};
    if (!c->has_entry_issuers) return ours && find_plain(c, serial, ret);
    struct der r = der_of(c->entries, c->der.p, NULL);
    while (pki_crl_entry_next(&r, ret)) {
        if (ret->cert_issuer.p) ours = names_issuer(ret->cert_issuer, issuer);
        if (ours && rev_integer_eq(ret->serial, serial)) return true;
    }
    return false;
}

static void read_entries(struct der *r, struct pki_crl *c) {
    struct der_tlv t;
    if (!der_opt(r, DER_SEQUENCE, &t, "revokedCertificates")) return;
    struct der list = der_into(r, t.body);
    struct pki_crl_entry e;
    c->entries = t.body;
    if (t.body.n == 0) c->odd |= PKI_CRL_EMPTY_LIST;
    while (pki_crl_entry_next(&list, &e)) {
        c->n_entries++;
        c->has_entry_issuers = c->has_entry_issuers || e.cert_issuer.p;
        c->entry_unknown_critical = c->entry_unknown_critical || e.unknown_critical;
    }
    (void)der_close(r, &list, "revokedCertificates");
}

/* ---- extensions of the list ---- */

static void set_odd(struct pki_crl *c, bool holds, enum pki_crl_odd bit) {
    if (holds) c->odd = (uint16_t)(c->odd | bit);
}

static void read_number(void *into, struct der *r, bool critical) {
    struct pki_crl *c = into;
    c->number = der_integer(r, "CRLNumber");
    set_odd(c, critical, PKI_CRL_NUMBER_CRITICAL);
    set_odd(c, c->number.n > 20 || (c->number.n && c->number.p[0] & 0x80), PKI_CRL_NUMBER_LONG);
}

static void read_delta(void *into, struct der *r, bool critical) {
    struct pki_crl *c = into;
    c->base_number = der_integer(r, "BaseCRLNumber");
    c->is_delta = true;
    set_odd(c, !critical, PKI_CRL_DELTA_NOT_CRITICAL);
}

static void read_aki(void *into, struct der *r, bool critical) {
    struct pki_crl *c = into;
    struct der in = der_enter(r, DER_SEQUENCE, "AuthorityKeyIdentifier");
    struct der_tlv t;
    (void)critical;
    if (der_opt(&in, DER_CONTEXT(0), &t, "keyIdentifier")) c->aki_key_id = t.body;
    (void)der_opt(&in, DER_CONSTRUCTED(1), &t, "authorityCertIssuer");
    (void)der_opt(&in, DER_CONTEXT(2), &t, "authorityCertSerialNumber");
    (void)der_close(r, &in, "AuthorityKeyIdentifier");
}

/* BOOLEAN DEFAULT FALSE, implicitly tagged. */
static bool read_flag(struct der *r, uint8_t number, const char *field) {
    struct der_tlv t;
    if (!der_opt(r, DER_CONTEXT(number), &t, field)) return false;
    if (t.body.n != 1) der_fail_at(r, t.all.p, DER_VALUE, field);
    if (r->failed) return false;
    uint8_t v = t.body.p[0];
    if (v != 0xFF) der_bend_at(r, t.all.p, v ? DER_BENT_BOOLEAN : DER_BENT_DEFAULT, field);
    return v != 0;
}

static void read_idp_name(struct der *r, struct pki_crl *c, struct bytes body) {
    struct der in = der_into(r, body);
    struct der_tlv t;
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "fullName")) {
        c->idp_full_name = t.body;
        walk_names(&in, t.body);
    } else {
        c->idp_relative_name = der_get(&in, DER_CONSTRUCTED(1), "nameRelativeToCRLIssuer").body;
    }
    (void)der_close(r, &in, "distributionPoint");
}

/* IssuingDistributionPoint (RFC 5280 5.2.5). */
static void read_idp(void *into, struct der *r, bool critical) {
    struct pki_crl *c = into;
    struct der_tlv seq = der_get(r, DER_SEQUENCE, "IssuingDistributionPoint"), t;
    struct der in = der_into(r, seq.body);
    c->has_idp = true;
    c->idp = seq.all;
    set_odd(c, !critical, PKI_CRL_IDP_NOT_CRITICAL);
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "distributionPoint")) read_idp_name(&in, c, t.body);
    c->only_user = read_flag(&in, 1, "onlyContainsUserCerts");
    c->only_ca = read_flag(&in, 2, "onlyContainsCACerts");
    if (der_more(&in) && *in.cur == DER_CONTEXT(3)) {
        c->reasons = der_named_bits(&in, DER_CONTEXT(3), "onlySomeReasons");
        c->has_reasons = true;
    }
    c->indirect = read_flag(&in, 4, "indirectCRL");
    c->only_attribute = read_flag(&in, 5, "onlyContainsAttributeCerts");
    (void)der_close(r, &in, "IssuingDistributionPoint");
}

static const struct rev_ext crl_rows[] = {
    {REV_OID(REV_CE "\x14"), "cRLNumber", read_number},
    {REV_OID(REV_CE "\x1B"), "deltaCRLIndicator", read_delta},
    {REV_OID(REV_CE "\x1C"), "issuingDistributionPoint", read_idp},
    {REV_OID(REV_CE "\x23"), "authorityKeyIdentifier", read_aki},
    {REV_OID(REV_CE "\x12"), "issuerAltName", NULL},
    {REV_OID(REV_CE "\x2E"), "freshestCRL", NULL},
    {REV_OID("\x2B\x06\x01\x05\x05\x07\x01\x01"), "authorityInfoAccess", NULL},
};

static void read_extensions(struct der *r, struct pki_crl *c) {
    struct der_tlv t;
    if (!der_opt(r, DER_CONSTRUCTED(0), &t, "crlExtensions")) return;
    struct der in = der_into(r, t.body);
    struct der_tlv seq = der_get(&in, DER_SEQUENCE, "crlExtensions");
    struct der list = der_into(&in, seq.body);
    c->extensions = seq.body;
    rev_extensions(&list, crl_rows, TW_COUNT(crl_rows), c, &c->unknown_critical);
    (void)der_close(&in, &list, "crlExtensions");
    (void)der_close(r, &in, "crlExtensions");
}

/* ---- the list ---- */

static void read_times(struct der *r, struct pki_crl *c) {
    uint8_t odd;
    c->this_update = der_time(r, &odd, "thisUpdate");
    if (!der_more(r) || (*r->cur != DER_UTC_TIME && *r->cur != DER_GENERALIZED_TIME)) return;
    c->next_update = der_time(r, &odd, "nextUpdate");
    c->has_next = !r->failed;
}

static void read_tbs(struct der *r, struct pki_crl *c) {
    struct der_tlv seq = der_get(r, DER_SEQUENCE, "tbsCertList");
    struct der in = der_into(r, seq.body);
    c->tbs = seq.all;
    c->version = 1;
    if (der_more(&in) && *in.cur == DER_INTEGER)
        c->version = der_uint(&in, DER_INTEGER, UINT32_MAX - 1, "version") + 1;
    (void)pki_sigalg_read(&in, &c->inner, NULL, "tbsCertList.signature");
    c->issuer = der_get(&in, DER_SEQUENCE, "issuer").all;
    read_times(&in, c);
    read_entries(&in, c);
    read_extensions(&in, c);
    (void)der_close(r, &in, "tbsCertList");
}

static void judge_profile(struct pki_crl *c) {
    set_odd(c, !c->number.p, PKI_CRL_NO_NUMBER);
    set_odd(c, !c->aki_key_id.p, PKI_CRL_NO_AKI);
    set_odd(c, !c->has_next, PKI_CRL_NO_NEXT);
    set_odd(c, c->version > 2 || (c->version == 1 && c->extensions.p), PKI_CRL_VERSION);
    set_odd(c, !bytes_eq(c->inner.all, c->outer.all), PKI_CRL_SIGALG_DIFFERS);
}

bool pki_crl_read(struct bytes der, struct pki_crl *ret) {
    struct pki_crl *c = ret;
    *c = (struct pki_crl){.der = der};
    struct der all = der_of(der, NULL, &c->log);
    struct der in = der_enter(&all, DER_SEQUENCE, "CertificateList");
    read_tbs(&in, c);
    (void)pki_sigalg_read(&in, &c->outer, NULL, "signatureAlgorithm");
    c->signature = der_bits(&in, DER_BIT_STRING, NULL, "signatureValue");
    (void)der_close(&all, &in, "CertificateList");
    c->readable = der_done(&all, "CertificateList");
    if (c->readable) judge_profile(c);
    return der_log_clean(&c->log);
}
