/* What CRLs say of one certificate (RFC 5280 6.3.3). The steps in the comments are those of that section. */
#include "pki/crl.h"

#include "pki/revocation_internal.h"

enum {
    MAX_CHECKS = 16,        /* signatures that one judgement may cost */
    MAX_COMPARISONS = 4096, /* names of distribution points, for one CRL */
    NAME_ROOM = 2048,       /* a name that is put together from an issuer and a relative name */
};

struct judge {
    const struct pki_crl *crls;
    size_t n;
    const struct pki_rev_query *q;
    const struct pki_crl_signers *signers;
    struct pki_rev_answer *ret;
    uint16_t covered; /* reasons that good CRLs cover so far */
    unsigned checks, comparisons;
};

/* ---- names of distribution points ---- */

/* The name that a CRL or a point has: a list of GeneralNames, or one RDN below `base`. */
struct point_name {
    struct bytes full;
    uint8_t made[NAME_ROOM];
    struct bytes directory; /* in `made`; empty: there is none */
};

static size_t header(uint8_t *out, uint8_t tag, size_t n) {
    out[0] = tag;
    out[1] = 0x82;
    out[2] = (uint8_t)(n >> 8);
    out[3] = (uint8_t)n;
    return 4;
}

/* `base` with one RDN more (RFC 5280 4.2.1.13). Headers are written long: nobody but name comparison reads
 * it. */
static void below(struct point_name *p, struct bytes base, struct bytes rdn) {
    enum { HEADERS = 8 };
    struct der r = der_of(base, NULL, NULL);
    struct bytes rdns = der_get(&r, DER_SEQUENCE, "Name").body;
    if (rdns.n + rdn.n + HEADERS > NAME_ROOM) return;
    size_t n = header(p->made, DER_SEQUENCE, rdns.n + 4 + rdn.n);
    if (rdns.n) memcpy(p->made + n, rdns.p, rdns.n);
    n += rdns.n;
    n += header(p->made + n, DER_SET, rdn.n);
    if (rdn.n) memcpy(p->made + n, rdn.p, rdn.n);
    p->directory = bytes_of(p->made, n + rdn.n);
}

/* The first directoryName of a list. */
static struct bytes directory_of(struct bytes names) {
    struct der r = der_of(names, NULL, NULL);
    struct pki_gn gn;
    while (pki_gn_next(&r, &gn))
        if (gn.kind == PKI_GN_DIRECTORY) return gn.value;
    return (struct bytes){0};
}

static bool gn_eq(const struct pki_gn *a, const struct pki_gn *b) {
    if (a->kind != b->kind) return false;
    return a->kind == PKI_GN_DIRECTORY ? pki_name_eq(a->value, b->value) : bytes_eq(a->value, b->value);
}

static bool list_has(struct judge *j, struct bytes names, const struct pki_gn *want) {
    struct der r = der_of(names, NULL, NULL);
    struct pki_gn gn;
    while (j->comparisons < MAX_COMPARISONS && pki_gn_next(&r, &gn)) {
        j->comparisons++;
        if (gn_eq(&gn, want)) return true;
    }
    return false;
}

/* One name of the one is a name of the other. */
static bool share_name(struct judge *j, const struct point_name *a, const struct point_name *b) {
    struct pki_gn gn = {.kind = PKI_GN_DIRECTORY, .value = a->directory};
    if (a->directory.p)
        return b->directory.p ? pki_name_eq(a->directory, b->directory) : list_has(j, b->full, &gn);
    struct der r = der_of(a->full, NULL, NULL);
    struct pki_gn other = {.kind = PKI_GN_DIRECTORY, .value = b->directory};
    while (j->comparisons < MAX_COMPARISONS && pki_gn_next(&r, &gn)) {
        j->comparisons++;
        if (b->directory.p ? gn_eq(&gn, &other) : list_has(j, b->full, &gn)) return true;
    }
    return false;
}

/* ---- scope: (b)(1), (b)(2), (d) ---- */

/* (b)(2)(i). A point without a name goes by its cRLIssuer; one that is not in the certificate at all has the
 * issuer's name (6.3.3, last paragraph). */
static bool point_fits(struct judge *j, const struct pki_crl *c, const struct pki_crl_point *point) {
    if (!c->idp_full_name.p && !c->idp_relative_name.p) return true;
    struct point_name of_crl = {.full = c->idp_full_name}, of_point = {.full = point->full_name};
    if (c->idp_relative_name.p) below(&of_crl, c->issuer, c->idp_relative_name);
    if (point->relative_name.p) {
        bool own = !point->crl_issuer.p;
        below(&of_point, own ? j->q->cert->issuer : directory_of(point->crl_issuer), point->relative_name);
    } else if (!point->full_name.p) {
        of_point.full = point->crl_issuer;
        struct bytes issuer = j->q->cert->issuer;
        if (!point->crl_issuer.p && issuer.n <= NAME_ROOM) {
            memcpy(of_point.made, issuer.p, issuer.n);
            of_point.directory = bytes_of(of_point.made, issuer.n);
        }
    }
    return share_name(j, &of_crl, &of_point);
}

/* (b)(1). */
static bool issuer_fits(struct judge *j, const struct pki_crl *c, const struct pki_crl_point *point) {
    if (!point->crl_issuer.p) return pki_name_eq(c->issuer, j->q->cert->issuer);
    struct pki_gn issuer = {.kind = PKI_GN_DIRECTORY, .value = c->issuer};
    return c->indirect && list_has(j, point->crl_issuer, &issuer);
}

static uint16_t reasons_by(struct judge *j, const struct pki_crl *c, const struct pki_crl_point *point) {
    if (!issuer_fits(j, c, point) || !point_fits(j, c, point)) return 0;
    uint16_t reasons = PKI_REASONS_ALL;
    if (c->has_reasons) reasons &= c->reasons;
    if (point->has_reasons) reasons &= point->reasons;
    return reasons;
}

/* The reasons that this CRL covers for the certificate; 0: it is not about it. */
static uint16_t scope(struct judge *j, const struct pki_crl *c) {
    const struct pki_cert *cert = j->q->cert;
    if (c->only_attribute || (c->only_user && cert->ca) || (c->only_ca && !cert->ca)) return 0; /* (b)(2) */
    struct pki_crl_point point = {0};
    uint16_t reasons = reasons_by(j, c, &point);
    struct der r = pki_ext_list(cert, PKI_EXT_CRL_POINTS);
    while (reasons != PKI_REASONS_ALL && j->comparisons < MAX_COMPARISONS && pki_crl_point_next(&r, &point)) {
        j->comparisons++;
        reasons |= reasons_by(j, c, &point);
    }
    return reasons;
}

/* ---- signature: (f), (g) ---- */

/* Keeps the most telling problem: what comes later in this row was nearer to an answer. */
static void problem(struct judge *j, enum pki_rev verdict, const char *why) {
    static const uint8_t order[PKI_REV__COUNT] = {
        [PKI_REV_NONE] = 0,        [PKI_REV_OTHER_CERT] = 1,   [PKI_REV_MALFORMED] = 2,
        [PKI_REV_UNSUPPORTED] = 3, [PKI_REV_WRONG_SIGNER] = 4, [PKI_REV_BAD_SIGNATURE] = 5,
        [PKI_REV_NOT_YET] = 6,     [PKI_REV_EXPIRED] = 7,
    };
    if (order[verdict] >= order[j->ret->verdict]) rev_because(j->ret, verdict, why);
}

/* The one whose key may have signed the CRL: of its issuer's name and, where both say which, of its key. */
static bool may_be_signer(const struct pki_crl *c, const struct pki_cert *signer) {
    if (!signer->readable || !pki_name_eq(signer->subject, c->issuer)) return false;
    return !c->aki_key_id.p || !signer->has_ski || bytes_eq(c->aki_key_id, signer->ski);
}

static bool verifies(struct judge *j, const struct pki_crl *c, const struct pki_cert *signer) {
    if (j->checks++ >= MAX_CHECKS) return false;
    switch (rev_signed_by(&signer->key, &c->outer, c->tbs, c->signature)) {
    case REV_SIGNED:
        return true;
    case REV_NOT_SIGNED:
        problem(j, PKI_REV_BAD_SIGNATURE, NULL);
        return false;
    case REV_CANNOT_TELL:
        break;
    }
    problem(j, PKI_REV_UNSUPPORTED,
            "its signature is of an algorithm that is not known, or does not fit the key");
    return false;
}

/* Whether this certificate's key has signed the CRL and may. Else the problem is kept. */
static bool signed_by(struct judge *j, const struct pki_crl *c, const struct pki_cert *signer) {
    if (!may_be_signer(c, signer) || !verifies(j, c, signer)) return false;
    if (pki_has_ext(signer, PKI_EXT_KEY_USAGE) && !(signer->key_usage & PKI_KU_CRL_SIGN)) {
        problem(j, PKI_REV_WRONG_SIGNER, "the signer's key usage does not allow to sign CRLs (cRLSign)");
        return false;
    }
    bool own = signer == j->q->issuer;
    if (!own && (!j->signers->trusted || !j->signers->trusted(j->signers->arg, signer))) {
        problem(j, PKI_REV_WRONG_SIGNER, "no valid path leads to its signer");
        return false;
    }
    j->ret->signer = own ? (struct bytes){0} : signer->cert;
    return true;
}

static bool is_signed(struct judge *j, const struct pki_crl *c) {
    unsigned before = j->checks;
    if (signed_by(j, c, j->q->issuer)) return true;
    for (size_t i = 0; j->signers && i < j->signers->n; i++)
        if (j->signers->certs[i] != j->q->issuer && signed_by(j, c, j->signers->certs[i])) return true;
    if (j->checks == before)
        problem(j, PKI_REV_WRONG_SIGNER,
                "no certificate of its issuer, with the key that it names, is at hand");
    return false;
}

/* Times, critical extensions, signature: everything but the scope. */
static bool usable(struct judge *j, const struct pki_crl *c, struct pki_rev_answer *times) {
    if (!c->readable) {
        problem(j, PKI_REV_MALFORMED, NULL);
        return false;
    }
    if (c->unknown_critical || c->entry_unknown_critical) {
        problem(j, PKI_REV_UNSUPPORTED, "it has a critical extension that is not known");
        return false;
    }
    if (c->odd & PKI_CRL_SIGALG_DIFFERS) {
        problem(j, PKI_REV_UNSUPPORTED, pki_crl_odd_text(c->odd));
        return false;
    }
    if (!is_signed(j, c)) return false;
    enum pki_rev when = rev_times(j->q, c->this_update, c->has_next, c->next_update, times);
    times->stale = when == PKI_REV_EXPIRED;
    /* Nobody says that a CRL without nextUpdate is old: OpenSSL, GnuTLS and NSS take it. */
    if (when == PKI_REV_EXPIRED && !c->has_next) times->stale = false;
    if (when == PKI_REV_NOT_YET) problem(j, when, NULL);
    return when != PKI_REV_NOT_YET;
}

/* ---- look-up: (c), (h) to (l) ---- */

/* The delta belongs to the complete CRL: same issuer, scope and key, made from a base that is not later than
 * it, and newer ((c), 5.2.4). */
static bool delta_fits(const struct pki_crl *delta, const struct pki_crl *base) {
    return delta->readable && delta->is_delta && delta->number.n && base->number.n &&
           pki_name_eq(delta->issuer, base->issuer) && bytes_eq(delta->idp, base->idp) &&
           bytes_eq(delta->aki_key_id, base->aki_key_id) &&
           !((delta->number.p[0] | base->number.p[0] |
              (delta->base_number.n ? delta->base_number.p[0] : 0xFF)) &
             0x80) &&
           rev_integer_cmp(delta->base_number, base->number) <= 0 &&
           rev_integer_cmp(delta->number, base->number) >= 0;
}

/* The newest delta for this CRL that can be used. */
static const struct pki_crl *find_delta(struct judge *j, const struct pki_crl *base) {
    const struct pki_crl *best = NULL;
    struct pki_rev_answer kept = *j->ret, times = {0};
    for (size_t i = 0; i < j->n; i++) {
        const struct pki_crl *d = &j->crls[i];
        if (!delta_fits(d, base) || (best && rev_integer_cmp(d->number, best->number) <= 0)) continue;
        if (usable(j, d, &times) && !times.stale) best = d;
    }
    *j->ret = kept; /* a delta that cannot be used is no problem of its base */
    return best;
}

static bool look_up(struct judge *j, const struct pki_crl *c, struct pki_crl_entry *ret) {
    const struct pki_cert *cert = j->q->cert;
    const struct pki_crl *delta = find_delta(j, c);
    if (delta && pki_crl_find(delta, cert->issuer, cert->serial, ret)) return true;
    return pki_crl_find(c, cert->issuer, cert->serial, ret);
}

static void take_revoked(struct judge *j, const struct pki_crl_entry *e, const struct pki_rev_answer *times) {
    struct bytes signer = j->ret->signer;
    *j->ret = *times;
    j->ret->signer = signer;
    rev_because(j->ret, PKI_REV_REVOKED, NULL);
    j->ret->revoked_at = e->revoked_at;
    j->ret->reason = e->reason;
}

/* It does not list the certificate: good as long as each of them is. */
static void take_unlisted(struct judge *j, uint16_t reasons, const struct pki_rev_answer *times) {
    if (times->stale) problem(j, PKI_REV_EXPIRED, NULL);
    if (!j->covered || (!times->stale && times->next_update < j->ret->next_update)) {
        j->ret->this_update = times->this_update;
        j->ret->next_update = times->next_update;
        j->ret->has_next = times->has_next;
    }
    if (!times->stale) j->covered |= reasons;
}

/* True: revoked, and nothing else counts. */
static bool judge_one(struct judge *j, const struct pki_crl *c) {
    struct pki_rev_answer times = {.reason = PKI_REASON_NONE};
    struct pki_crl_entry e;
    if (c->readable && c->is_delta) return false;
    j->comparisons = 0;
    uint16_t reasons = c->readable ? scope(j, c) : 0;
    if (c->readable && !reasons) {
        problem(j, PKI_REV_OTHER_CERT, "it is of another issuer, or its scope is another one");
        return false;
    }
    if (!usable(j, c, &times)) return false;
    bool found = look_up(j, c, &e) && e.reason != PKI_REASON_REMOVE_FROM_CRL;
    /* Against the profile it says who is revoked, but not who is good. Nothing in 6.3.3 needs the key's
     * identifier. */
    unsigned odd = j->q->strict ? c->odd & ~(unsigned)PKI_CRL_NO_AKI : 0;
    if (!found && odd) {
        problem(j, PKI_REV_UNSUPPORTED, pki_crl_odd_text(odd));
        return false;
    }
    if (found && (!times.stale || (e.reason != PKI_REASON_HOLD && !j->q->strict))) {
        take_revoked(j, &e, &times);
        return true;
    }
    take_unlisted(j, reasons, &times);
    return false;
}

void pki_crl_judge(const struct pki_crl *crls, size_t n, const struct pki_rev_query *q,
                   const struct pki_crl_signers *signers, struct pki_rev_answer *ret) {
    *ret = (struct pki_rev_answer){.verdict = PKI_REV_NONE, .reason = PKI_REASON_NONE};
    struct judge j = {.crls = crls, .n = n, .q = q, .signers = signers, .ret = ret};
    for (size_t i = 0; i < n; i++)
        if (judge_one(&j, &crls[i])) return;
    if (j.covered == PKI_REASONS_ALL)
        rev_because(ret, PKI_REV_GOOD, NULL);
    else if (j.covered)
        rev_because(ret, PKI_REV_PARTIAL, NULL);
}
