#include "pki/revocation_internal.h"

#include "crypto/cert_sig.h"

const char *pki_rev_text(enum pki_rev v) {
    static const char *const texts[PKI_REV__COUNT] = {
        [PKI_REV_GOOD] = "says that it is good",
        [PKI_REV_REVOKED] = "says that it is revoked",
        [PKI_REV_UNKNOWN] = "says that the certificate is not known",
        [PKI_REV_NOT_YET] = "is not valid yet",
        [PKI_REV_EXPIRED] = "is expired",
        [PKI_REV_WRONG_SIGNER] = "is signed by nobody who may answer for the issuer",
        [PKI_REV_BAD_SIGNATURE] = "has a signature that does not verify",
        [PKI_REV_UNSUPPORTED] = "has a part that must be understood, and is not",
        [PKI_REV_OTHER_CERT] = "is not about this certificate",
        [PKI_REV_PARTIAL] = "does not cover every reason of revocation",
        [PKI_REV_ERROR_STATUS] = "is an error",
        [PKI_REV_MALFORMED] = "is malformed",
        [PKI_REV_NONE] = "is not there",
    };
    return texts[v];
}

const char *pki_reason_text(unsigned reason) {
    static const char *const texts[] = {
        [PKI_REASON_UNSPECIFIED] = "unspecified",
        [PKI_REASON_KEY_COMPROMISE] = "keyCompromise",
        [PKI_REASON_CA_COMPROMISE] = "cACompromise",
        [PKI_REASON_AFFILIATION_CHANGED] = "affiliationChanged",
        [PKI_REASON_SUPERSEDED] = "superseded",
        [PKI_REASON_CESSATION] = "cessationOfOperation",
        [PKI_REASON_HOLD] = "certificateHold",
        [PKI_REASON_REMOVE_FROM_CRL] = "removeFromCRL",
        [PKI_REASON_PRIVILEGE_WITHDRAWN] = "privilegeWithdrawn",
        [PKI_REASON_AA_COMPROMISE] = "aACompromise",
    };
    return reason < TW_COUNT(texts) ? texts[reason] : NULL;
}

/* One extension that is known: the reader walks the value, and must come to its end. */
static void take(struct der *list, const struct rev_ext *row, const struct pki_extension *e, void *into) {
    if (!row->read) return;
    const char *outer = list->log ? list->log->within : NULL;
    if (list->log) list->log->within = row->name;
    struct der value = der_into(list, e->value);
    row->read(into, &value, e->critical);
    (void)der_close(list, &value, row->name);
    if (list->log) list->log->within = outer;
}

void rev_extensions(struct der *list, const struct rev_ext *rows, size_t n_rows, void *into,
                    bool *unknown_critical) {
    struct pki_extension e;
    uint32_t seen = 0;
    for (size_t n = 0; pki_extension_next(list, &e); n++) {
        size_t i = 0;
        while (i < n_rows && !bytes_eq(rows[i].oid, e.oid)) i++;
        if (n >= REV_MAX_EXTENSIONS) {
            der_fail(list, DER_LIMIT, "extensions");
        } else if (i == n_rows) {
            *unknown_critical = *unknown_critical || e.critical;
        } else if (seen >> i & 1) { /* RFC 5280 4.2, 5.2: never two of a kind */
            der_fail_at(list, e.oid.p, DER_VALUE, rows[i].name);
        } else {
            seen |= 1u << i;
            take(list, &rows[i], &e, into);
        }
    }
}

uint8_t rev_reason(struct der *r) {
    const uint8_t *at = r->cur;
    uint32_t v = der_uint(r, DER_ENUMERATED, PKI_REASON_NONE, "CRLReason");
    if (r->failed) return PKI_REASON_NONE;
    if (!pki_reason_text(v)) {
        der_fail_at(r, at, DER_VALUE, "CRLReason");
        return PKI_REASON_NONE;
    }
    return (uint8_t)v;
}

int64_t rev_generalized_time(struct der *r, const char *field) {
    struct der_tlv t = der_get(r, DER_GENERALIZED_TIME, field);
    int64_t v = 0;
    uint8_t odd;
    if (!r->failed && !der_time_of(t.tag, t.body, &v, &odd)) der_fail_at(r, t.all.p, DER_VALUE, field);
    return v;
}

static struct bytes without_padding(struct bytes b) {
    while (b.n > 1 && ((b.p[0] == 0 && !(b.p[1] & 0x80)) || (b.p[0] == 0xFF && b.p[1] & 0x80)))
        b = bytes_cut(b, 1, b.n);
    return b;
}

bool rev_integer_eq(struct bytes a, struct bytes b) {
    return bytes_eq(without_padding(a), without_padding(b));
}

int rev_integer_cmp(struct bytes a, struct bytes b) {
    a = without_padding(a);
    b = without_padding(b);
    int by_size = (a.n > b.n) - (a.n < b.n);
    if (by_size || a.n == 0) return by_size;
    int v = memcmp(a.p, b.p, a.n);
    return (v > 0) - (v < 0);
}

/* MD5 and older prove nothing: a stranger can make two answers of one signature (RFC 6151). */
enum rev_signed rev_signed_by(const struct pki_key *key, const struct pki_sigalg *algorithm,
                              struct bytes data, struct bytes signature) {
    bool broken =
        algorithm->hash == PKI_HASH_MD2 || algorithm->hash == PKI_HASH_MD4 || algorithm->hash == PKI_HASH_MD5;
    if (broken) return REV_CANNOT_TELL;
    switch (cert_sig_verify(key->spki, algorithm->all, data, signature)) {
    case CERT_SIG_YES:
        return REV_SIGNED;
    case CERT_SIG_NO:
        return REV_NOT_SIGNED;
    case CERT_SIG_UNKNOWN:
        break;
    }
    return REV_CANNOT_TELL;
}

enum pki_rev rev_times(const struct pki_rev_query *q, int64_t this_update, bool has_next, int64_t next_update,
                       struct pki_rev_answer *ret) {
    enum { ONE_DAY = 86400 };
    ret->this_update = this_update;
    ret->has_next = has_next;
    ret->next_update = next_update;
    if (this_update > q->at + q->skew) return PKI_REV_NOT_YET;
    int64_t last = has_next ? next_update : this_update + (q->max_age ? q->max_age : ONE_DAY);
    return last + q->skew < q->at ? PKI_REV_EXPIRED : PKI_REV_GOOD;
}

void rev_because(struct pki_rev_answer *ret, enum pki_rev verdict, const char *why) {
    ret->verdict = verdict;
    ret->why = why;
}
