/* What an OCSP response says of one certificate, and whether who says it may (RFC 6960 3.2, 4.2.2). */
#include "pki/ocsp.h"

#include "pki/revocation_internal.h"

enum { MAX_CHECKS = 8 /* signatures that one response may cost */ };

static bool hash_is(enum pki_hash hash, struct bytes data, struct bytes want) {
    static const struct {
        enum pki_hash hash;
        enum hash_alg alg;
    } algs[] = {{PKI_HASH_SHA1, HASH_SHA1},
                {PKI_HASH_SHA256, HASH_SHA256},
                {PKI_HASH_SHA384, HASH_SHA384},
                {PKI_HASH_SHA512, HASH_SHA512}};
    uint8_t out[HASH_MAX];
    for (size_t i = 0; i < TW_COUNT(algs); i++)
        if (algs[i].hash == hash) return bytes_eq(want, bytes_of(out, hash_once(algs[i].alg, data, out)));
    return false;
}

bool pki_cert_id_is(const struct pki_cert_id *id, const struct pki_cert *cert,
                    const struct pki_cert *issuer) {
    return rev_integer_eq(id->serial, cert->serial) && hash_is(id->hash, cert->issuer, id->name_hash) &&
           hash_is(id->hash, issuer->key.bits, id->key_hash);
}

/* ---- who signed it ---- */

static bool is_responder(const struct pki_ocsp *o, const struct pki_cert *c) {
    if (o->responder_name.p) return pki_name_eq(o->responder_name, c->subject);
    return hash_is(PKI_HASH_SHA1, c->key.bits, o->responder_key);
}

/* Why the issuer has not made `c` a responder; NULL: it has. Its key usage is not asked for: RFC 6960 says
 * nothing of it, and no client does. */
static const char *not_delegated(const struct pki_cert *c, const struct pki_rev_query *q) {
    if (!c->readable) return "the responder's certificate is malformed";
    if (!pki_name_eq(c->issuer, q->issuer->subject))
        return "the responder's certificate is of another issuer";
    if (!pki_has_ext(c, PKI_EXT_EXT_KEY_USAGE) || !(c->eku & PKI_EKU_OCSP_SIGNING))
        return "the responder's certificate is not for signing OCSP (id-kp-OCSPSigning)";
    if (q->at < c->not_before) return "the responder's certificate is not valid yet";
    if (q->at > c->not_after) return "the responder's certificate is expired";
    if (c->n_unknown_critical)
        return "the responder's certificate has a critical extension that is not known";
    return NULL;
}

struct search {
    const struct pki_ocsp *o;
    const struct pki_rev_query *q;
    struct pki_rev_answer *ret; /* its verdict: of the best candidate so far */
    unsigned checks;
};

static enum rev_signed check(struct search *s, const struct pki_key *key, const struct pki_sigalg *algorithm,
                             struct bytes data, struct bytes signature) {
    if (s->checks >= MAX_CHECKS) return REV_CANNOT_TELL;
    s->checks++;
    return rev_signed_by(key, algorithm, data, signature);
}

/* The response verifies with this key. Else what that says is kept. */
static bool signed_with(struct search *s, const struct pki_key *key) {
    switch (check(s, key, &s->o->algorithm, s->o->tbs, s->o->signature)) {
    case REV_SIGNED:
        return true;
    case REV_NOT_SIGNED:
        rev_because(s->ret, PKI_REV_BAD_SIGNATURE, NULL);
        return false;
    case REV_CANNOT_TELL:
        break;
    }
    if (s->ret->verdict != PKI_REV_BAD_SIGNATURE)
        rev_because(s->ret, PKI_REV_UNSUPPORTED,
                    "its signature is of an algorithm that is not known, or does "
                    "not fit the key");
    return false;
}

static bool delegated_signed(struct search *s, const struct pki_cert *c) {
    const struct pki_cert *issuer = s->q->issuer;
    if (!is_responder(s->o, c) || bytes_eq(c->key.spki, issuer->key.spki) || !signed_with(s, &c->key))
        return false;
    const char *why = not_delegated(c, s->q);
    if (!why && check(s, &issuer->key, &c->outer, c->tbs, c->signature) != REV_SIGNED)
        why = "the responder's certificate is not signed by the issuer's key";
    if (why) {
        rev_because(s->ret, PKI_REV_WRONG_SIGNER, why);
        return false;
    }
    s->ret->signer = c->cert;
    s->ret->signer_nocheck = pki_has_ext(c, PKI_EXT_OCSP_NOCHECK);
    return true;
}

static bool find_signer(struct search *s) {
    rev_because(s->ret, PKI_REV_WRONG_SIGNER,
                "the responder is neither the issuer nor in a certificate that "
                "came with the answer");
    if (is_responder(s->o, s->q->issuer) && signed_with(s, &s->q->issuer->key)) return true;
    struct der r = der_of(s->o->certs, s->o->der.p, NULL);
    struct der_tlv t;
    struct pki_cert c;
    while (s->checks < MAX_CHECKS && der_next(&r, &t, "certs")) {
        (void)pki_cert_read(t.all, &c);
        if (delegated_signed(s, &c)) return true;
    }
    return false;
}

/* ---- what it says ---- */

/* RFC 6960 2.2: a certificate that was never issued is "revoked": on hold since 1970. */
static void take_revoked(const struct pki_ocsp_single *single, struct pki_rev_answer *ret) {
    rev_because(ret, PKI_REV_REVOKED, NULL);
    ret->revoked_at = single->revoked_at;
    ret->reason = single->reason;
    ret->never_issued = single->reason == PKI_REASON_HOLD && single->revoked_at == 0;
}

static void judge_single(const struct pki_ocsp_single *s, const struct pki_rev_query *q,
                         struct pki_rev_answer *ret) {
    enum pki_rev when = rev_times(q, s->this_update, s->has_next, s->next_update, ret);
    if (s->unknown_critical) {
        rev_because(ret, PKI_REV_UNSUPPORTED, "it has a critical extension that is not known");
    } else if (s->has_next && s->next_update < s->this_update) {
        rev_because(ret, PKI_REV_MALFORMED, "its nextUpdate is before its thisUpdate");
    } else if (when == PKI_REV_NOT_YET) {
        rev_because(ret, when, NULL);
    } else if (s->state == PKI_OCSP_REVOKED && (when == PKI_REV_GOOD || s->reason != PKI_REASON_HOLD)) {
        take_revoked(s, ret);
        ret->stale = when == PKI_REV_EXPIRED;
    } else {
        bool unknown = when == PKI_REV_GOOD && s->state == PKI_OCSP_UNKNOWN;
        rev_because(ret, unknown ? PKI_REV_UNKNOWN : when, NULL);
    }
}

/* Several may be about the certificate (one a hash of its issuer): the lowest of these counts. */
static unsigned rank(enum pki_rev v) {
    static const uint8_t ranks[PKI_REV__COUNT] = {
        [PKI_REV_REVOKED] = 1, [PKI_REV_GOOD] = 2,      [PKI_REV_UNKNOWN] = 3,     [PKI_REV_EXPIRED] = 4,
        [PKI_REV_NOT_YET] = 5, [PKI_REV_MALFORMED] = 6, [PKI_REV_UNSUPPORTED] = 7,
    };
    return ranks[v] ? ranks[v] : 8;
}

static void judge_singles(const struct pki_ocsp *o, const struct pki_rev_query *q,
                          struct pki_rev_answer *ret) {
    struct der r = der_of(o->singles, o->der.p, NULL);
    struct pki_ocsp_single s;
    while (pki_ocsp_single_next(&r, &s)) {
        struct pki_rev_answer one = {.reason = PKI_REASON_NONE};
        if (!pki_cert_id_is(&s.id, q->cert, q->issuer)) continue;
        judge_single(&s, q, &one);
        if (rank(one.verdict) < rank(ret->verdict)) *ret = one;
    }
}

void pki_ocsp_judge(const struct pki_ocsp *o, const struct pki_rev_query *q, struct pki_rev_answer *ret) {
    *ret = (struct pki_rev_answer){.verdict = PKI_REV_MALFORMED, .reason = PKI_REASON_NONE};
    if (!o->readable) return;
    if (o->status != PKI_OCSP_SUCCESSFUL) {
        rev_because(ret, PKI_REV_ERROR_STATUS, pki_ocsp_status_text(o->status));
        ret->status = o->status;
        return;
    }
    if (!o->basic || o->version != 1 || o->unknown_critical) {
        rev_because(ret, PKI_REV_UNSUPPORTED,
                    o->basic && o->version == 1 ? "it has a critical extension that is not known"
                                                : "it is of a type or version that is not known");
        return;
    }
    struct pki_rev_answer said = {.verdict = PKI_REV_OTHER_CERT, .reason = PKI_REASON_NONE};
    judge_singles(o, q, &said);
    struct search s = {.o = o, .q = q, .ret = ret};
    if (said.verdict != PKI_REV_OTHER_CERT && !find_signer(&s)) return;
    said.signer = ret->signer;
    said.signer_nocheck = ret->signer_nocheck;
    *ret = said;
}
