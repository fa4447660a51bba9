/* A CA, or a certificate that signs itself, was made again under the same name with a new key, and the client
 * still trusts the old one: a trusted certificate bears the issuer's name, but its key did not sign. */
#include "causes/certificates.h"

/* Where the chain and the client's roots part. */
struct parting {
    struct cert_info child; /* signed by the new key */
    struct cert_info old;   /* the newest anchor of the issuer's name */
    size_t n_old;
    struct cert_info anew; /* the new one, where the server sent it; not parsed: it did not */
    bool certain;          /* not only a signature that does not fit */
};

/* Names do for people: the first 16 digits. */
static const char *short_key(struct casefile *c, struct bytes der) {
    struct pki_cert cert;
    uint8_t digest[HASH_MAX];
    (void)pki_cert_read(der, &cert);
    (void)hash_once(HASH_SHA256, cert.key.spki, digest);
    return text_f(c->a, "%s...", text_hex(c->a, bytes_of(digest, 8)));
}

static bool same_key(struct bytes x, struct bytes y) {
    struct pki_cert a, b;
    (void)pki_cert_read(x, &a);
    (void)pki_cert_read(y, &b);
    return bytes_eq(a.key.spki, b.key.spki);
}

/* Of many of one name the newest speaks for all. */
static bool find_old(struct casefile *c, struct parting *p) {
    struct bytes *found;
    struct pki_cert one, newest = {.readable = false};
    p->n_old = trust_find(c->trust, c->a, p->child.issuer_der, &found);
    for (size_t i = 0; i < p->n_old; i++) {
        if (!pki_cert_read(found[i], &one)) continue;
        if (!newest.readable || one.not_before > newest.not_before) newest = one;
    }
    return newest.readable && cert_info_read(c->a, newest.der, &p->old);
}

/* The chain ends below a namesake whose key did not sign, or at one that the server sent. */
static bool find_end(struct casefile *c, struct parting *p) {
    const struct chain_result *r = &c->judged;
    certificates_at(c, r, r->n_path - 1, &p->child);
    if (!find_old(c, p)) return false;
    if (p->child.self_issued) p->anew = p->child;
    p->certain = true;
    return true;
}

/* Without key identifiers the old one passes for the issuer, and the signature for a bad one. Where they say
 * that the old one is meant, it is. */
static bool find_bad_signature(struct casefile *c, struct parting *p) {
    const struct chain_result *r = &c->judged;
    size_t depth;
    if (!certificates_bad_signature(r, &depth) || !trust_has_cert(c->trust, r->path[depth + 1])) return false;
    if (certificates_key_hint(r->path[depth], r->path[depth + 1]) == KEY_HINT_SAME) return false;
    certificates_at(c, r, depth, &p->child);
    return find_old(c, p);
}

static bool find(struct casefile *c, struct parting *p) {
    const struct chain_result *r = &c->judged;
    if (!c->cert_facts || r->n_path == 0) return false;
    bool ends = certificates_path_broken(r) || chain_has(r, PKI_PROBLEM_SELF_SIGNED);
    return ends ? find_end(c, p) : find_bad_signature(c, p);
}

static const char *new_key(struct casefile *c, const struct parting *p) {
    struct pki_cert cert;
    if (p->anew.parsed) return text_f(c->a, "key %s", short_key(c, p->anew.der));
    (void)pki_cert_read(p->child.der, &cert);
    if (!cert.aki_key_id.p) return "a key that is not known here";
    return text_f(c->a, "key identifier %s", text_hex(c->a, cert.aki_key_id));
}

static const char *since(struct casefile *c, const struct parting *p) {
    if (p->anew.parsed) return text_f(c->a, "since %s", text_time(c->a, p->anew.not_before));
    return text_f(c->a, "in use since %s at the latest", text_time(c->a, p->child.not_before));
}

static void tell_old(struct casefile *c, struct finding *f, const struct parting *p) {
    finding_evidence(f, text_f(c->a, "Trusted: %s, key %s (SHA-256 of the public key), valid from %s to %s.",
                               p->old.subject, short_key(c, p->old.der), text_time(c->a, p->old.not_before),
                               text_time(c->a, p->old.not_after)));
    if (p->n_old > 1)
        finding_evidence(
            f, text_f(c->a,
                      "The client trusts %zu certificates of this name: the newest is shown. Many of "
                      "one name make some programs slow, and some give up.",
                      p->n_old));
}

static void tell_new(struct casefile *c, struct finding *f, const struct parting *p) {
    if (!p->anew.parsed) {
        finding_evidence(
            f, text_f(c->a,
                      "%s, valid since %s, names this issuer (%s), and the trusted key does not verify "
                      "its signature.",
                      p->child.subject, text_time(c->a, p->child.not_before), new_key(c, p)));
        return;
    }
    finding_evidence(f, text_f(c->a, "The server's: %s, %s, valid from %s to %s.", p->anew.subject,
                               new_key(c, p), text_time(c->a, p->anew.not_before),
                               text_time(c->a, p->anew.not_after)));
    if (strcmp(p->old.serial, p->anew.serial) == 0 && strcmp(p->old.issuer, p->anew.issuer) == 0)
        finding_evidence(
            f, text_f(c->a,
                      "Both bear the same issuer and the same serial number, %s: Firefox refuses such "
                      "a pair without a way round (SEC_ERROR_REUSED_ISSUER_AND_SERIAL).",
                      p->anew.serial));
}

static void prove(struct casefile *c, struct finding *f, const struct parting *p) {
    struct chain_result r;
    f->certainty = p->certain ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    if (!p->anew.parsed) return;
    certificates_rejudge(c, &(struct rejudge){.anchor = p->anew.der}, &r);
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       text_f(c->a, "the client trusts the new %s as well", p->anew.subject),
                       certificates_outcome(c, &r));
}

static void summarize(struct casefile *c, struct finding *f, const struct parting *p) {
    if (p->anew.parsed && same_key(p->old.der, p->anew.der))
        f->summary = text_f(
            c->a,
            "The client trusts the certificate %s of %s, and %s shows another one of the same name and "
            "key, valid %s: it was made anew.",
            p->old.subject, text_time(c->a, p->old.not_before), c->host, since(c, p));
    else
        f->summary =
            text_f(c->a,
                   "The client trusts a certificate named %s with the key %s, but %s stands on one of the "
                   "same name with another key (%s, %s): it was made anew.",
                   p->child.issuer, short_key(c, p->old.der), c->host, new_key(c, p), since(c, p));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct parting p = {.n_old = 0};
    if (!find(c, &p)) return RULING_NO;
    summarize(c, f, &p);
    tell_old(c, f, &p);
    tell_new(c, f, &p);
    prove(c, f, &p);
    finding_slot(f, "ca", p.child.issuer);
    finding_slot(f, "old_key", short_key(c, p.old.der));
    finding_slot(f, "new_key", new_key(c, &p));
    finding_slot(f, "since", since(c, &p));
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", "cert-self-signed", "chain-missing-intermediate",
                                       NULL};
extern const struct cause cause_ca_replaced;
const struct cause cause_ca_replaced = {.id = "ca-replaced",
                                        .row = "incorrect-certificate",
                                        .fixer = FIX_BY_NORM,
                                        .phase = PHASE_CERTIFICATE,
                                        .rank = RANK_CERT_TRUST,
                                        .replaces = replaces,
                                        .judge = judge};
