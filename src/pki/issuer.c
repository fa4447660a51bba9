/* Who may be whose issuer, before any signature is checked: names and key identifiers, as a judge takes them.
 */
#include "pki/pool.h"

/* The authority's certificate that is named is of another issuer than this one. */
static bool names_other_issuer(const struct pki_cert *below, const struct pki_cert *issuer) {
    struct der r = der_of(below->aki_issuer, NULL, NULL);
    struct pki_gn gn;
    bool named = false, other = false;
    while (below->aki_issuer.p && pki_gn_next(&r, &gn)) {
        other = other || gn.kind == PKI_GN_DIRECTORY;
        named = named || (gn.kind == PKI_GN_DIRECTORY && pki_name_eq(gn.value, issuer->issuer));
    }
    return other && !named;
}

bool pki_aki_contradicts(const struct pki_cert *below, const struct pki_cert *issuer,
                         enum pki_aki_serial how) {
    if (below->aki_key_id.p && issuer->has_ski && !bytes_eq(below->aki_key_id, issuer->ski)) return true;
    bool both = below->aki_issuer.p && below->aki_serial.p;
    if (how == PKI_AKI_SERIAL_NO || (how == PKI_AKI_SERIAL_WITH_ISSUER && !both)) return false;
    return (below->aki_serial.p && !bytes_eq(below->aki_serial, issuer->serial)) ||
           names_other_issuer(below, issuer);
}

/* The same attributes, whatever their strings are encoded as. */
static bool same_text(struct bytes x, struct bytes y) {
    struct pki_attrs a = pki_attrs_of(x), b = pki_attrs_of(y);
    struct pki_attr m, n;
    while (pki_attr_next(&a, &m)) {
        if (!pki_attr_next(&b, &n) || !bytes_eq(m.oid, n.oid) || !bytes_eq(m.value, n.value)) return false;
    }
    return !pki_attr_next(&b, &n);
}

/* Names are found by RFC 5280 7.1; some clients are stricter. */
static bool is_named_alike(uint32_t quirks, struct bytes issuer, struct bytes subject) {
    if (quirks & PKI_QUIRK_NAMES_AS_BYTES) return bytes_eq(issuer, subject);
    return !(quirks & PKI_QUIRK_NAMES_AS_TEXT) || (issuer.n == subject.n && same_text(issuer, subject));
}

/* Clients for which the key identifier is no mere hint. */
static bool is_ruled_out(const struct pki_judge *judge, const struct pki_cert *below,
                         const struct pki_cert *issuer, bool anchor) {
    enum key_type wanted = below->outer.key == KEY_RSA_PSS ? KEY_RSA : below->outer.key;
    enum key_type has = issuer->key.type == KEY_RSA_PSS ? KEY_RSA : issuer->key.type;
    if (judge->quirks & PKI_QUIRK_KEY_FITS && wanted != KEY_OTHER && wanted != has) return true;
    if (judge->quirks & PKI_QUIRK_AKI_OF_ANCHOR)
        return anchor && pki_aki_contradicts(below, issuer, PKI_AKI_SERIAL_WITH_ISSUER);
    return judge->rules & PKI_RULE_AKI_MUST_MATCH &&
           pki_aki_contradicts(
               below, issuer, judge->quirks & PKI_QUIRK_AKI_SERIAL ? PKI_AKI_SERIAL_EACH : PKI_AKI_SERIAL_NO);
}

bool pki_may_issue(const struct pki_judge *judge, const struct pki_cert *below, const struct pki_cert *issuer,
                   bool anchor) {
    return is_named_alike(judge->quirks, below->issuer, issuer->subject) &&
           !is_ruled_out(judge, below, issuer, anchor);
}
