/* Two certificates with other keys bear the same issuer and serial number, by which certificates are told
 * apart (RFC 5280 4.1.2.2): two that the server sends, or one of them and one that the client trusts. */
#include "causes/certificates.h"

struct twins {
    struct cert_info one, two;
    bool trusted; /* the first is the client's own */
};

static bool are_twins(const struct pki_cert *a, const struct pki_cert *b) {
    return a->readable && b->readable && bytes_eq(a->serial, b->serial) &&
           pki_name_eq(a->issuer, b->issuer) && !bytes_eq(a->key.spki, b->key.spki);
}

static bool take(struct casefile *c, struct bytes one, struct bytes two, struct twins *ret) {
    struct pki_cert a, b;
    (void)pki_cert_read(one, &a);
    (void)pki_cert_read(two, &b);
    return are_twins(&a, &b) && cert_info_read(c->a, one, &ret->one) && cert_info_read(c->a, two, &ret->two);
}

/* A trusted certificate whose issuer is that of a sent one is found by that name if it signed itself. */
static bool find(struct casefile *c, struct twins *ret) {
    struct bytes *own = NULL, issuer = {0};
    size_t n = 0;
    for (size_t i = 0; i < c->n_info; i++) {
        if (!c->info[i].parsed) continue;
        if (!bytes_eq(issuer, c->info[i].issuer_der))
            n = trust_find(c->trust, c->a, c->info[i].issuer_der, &own);
        issuer = c->info[i].issuer_der;
        ret->trusted = true;
        for (size_t k = 0; k < n; k++)
            if (take(c, own[k], c->sent[i], ret)) return true;
        ret->trusted = false;
        for (size_t k = 0; k < i; k++)
            if (take(c, c->sent[k], c->sent[i], ret)) return true;
    }
    return false;
}

static void show(struct casefile *c, struct finding *f, const char *whose, const struct cert_info *cert) {
    finding_evidence(f, text_f(c->a, "%s %s, valid from %s to %s, SHA-256 %s.", whose, cert->subject,
                               text_time(c->a, cert->not_before), text_time(c->a, cert->not_after),
                               text_hex(c->a, bytes_of(cert->sha256, sizeof(cert->sha256)))));
}

/* Where the trusted one of the pair stands in the way of the sent one. What Firefox does about a pair that
 * harms nobody else is not tried here. */
static void prove(struct casefile *c, struct finding *f, const struct twins *t) {
    struct chain_result r;
    f->certainty = CERTAINTY_LIKELY;
    if (!t->trusted || c->judged.ok) return;
    certificates_rejudge(c, &(struct rejudge){.anchor = t->two.der}, &r);
    if (!r.ok && r.n_problems >= c->judged.n_problems) return;
    certificates_prove(f, certificates_outcome(c, &c->judged),
                       "the client trusts the certificate that is sent in the place of its twin",
                       certificates_outcome(c, &r));
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct twins t;
    if (!c->cert_facts || !find(c, &t)) return RULING_NO;
    prove(c, f, &t);
    f->summary = text_f(
        c->a,
        "Two certificates with different keys bear the same issuer, %s, and the same serial number, %s: one "
        "that %s sends, and one that %s. Firefox refuses such a pair, and lets nobody go on.",
        t.two.issuer, t.two.serial, c->host, t.trusted ? "the client trusts" : "it sends as well");
    show(c, f, t.trusted ? "Trusted:" : "Sent:", &t.one);
    show(c, f, "Sent:", &t.two);
    finding_slot(f, "issuer", t.two.issuer);
    finding_slot(f, "serial", t.two.serial);
    return RULING_YES;
}

extern const struct cause cause_cert_duplicate_serial;
const struct cause cause_cert_duplicate_serial = {.id = "cert-duplicate-serial",
                                                  .row = "incorrect-certificate",
                                                  .fixer = FIX_SERVER,
                                                  .phase = PHASE_CERTIFICATE,
                                                  .rank = RANK_CERT_POLICY,
                                                  .judge = judge};
