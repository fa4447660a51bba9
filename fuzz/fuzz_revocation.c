/* OCSP responses and CRLs: reading, iterators, look-up, judgement. The input: the length of a part in two
 * bytes, three times, each followed by the part: a certificate, its issuer (empty: itself), and what is read
 * as a response and as a CRL. */
#include "pki/crl.h"
#include "pki/name.h"
#include "pki/ocsp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

static void check_inside(struct bytes whole, struct bytes part) {
    if (part.n == 0) return;
    check(part.p >= whole.p && part.n <= whole.n && (size_t)(part.p - whole.p) <= whole.n - part.n);
}

static void check_answer(struct bytes whole, const struct pki_cert *issuer, const struct pki_rev_answer *r) {
    check(r->verdict < PKI_REV__COUNT && pki_rev_text(r->verdict));
    if (r->signer.n && r->signer.p != issuer->cert.p) check_inside(whole, r->signer);
    (void)pki_reason_text(r->reason);
}

static void fuzz_ocsp(struct arena *a, struct bytes in, const struct pki_rev_query *q) {
    struct pki_ocsp o;
    bool clean = pki_ocsp_read(in, &o);
    check(clean == (pki_ocsp_place(a, &o) == NULL));
    check(!clean || o.readable);
    check(o.log.failed.off <= in.n && o.log.bent_at.off <= in.n);
    const struct bytes parts[] = {o.tbs,   o.responder_name, o.responder_key, o.singles,
                                  o.certs, o.extensions,     o.signature,     o.algorithm.all};
    for (size_t i = 0; i < TW_COUNT(parts); i++) check_inside(in, parts[i]);
    struct der r = der_of(o.singles, o.der.p, NULL);
    struct pki_ocsp_single s;
    size_t n = 0;
    while (pki_ocsp_single_next(&r, &s)) {
        check_inside(in, s.id.serial);
        check_inside(in, s.extensions);
        n++;
    }
    check(!o.readable || n == o.n_singles);
    struct pki_rev_answer answer;
    pki_ocsp_judge(&o, q, &answer);
    check(o.readable || answer.verdict == PKI_REV_MALFORMED);
    check_answer(in, q->issuer, &answer);
}

static void fuzz_crl(struct arena *a, struct bytes in, const struct pki_rev_query *q) {
    struct pki_crl c[2];
    bool clean = pki_crl_read(in, &c[0]);
    check(clean == (pki_crl_place(a, &c[0]) == NULL));
    check(!clean || c[0].readable);
    check(c[0].log.failed.off <= in.n && c[0].log.bent_at.off <= in.n);
    const struct bytes parts[] = {c[0].tbs,           c[0].issuer,     c[0].entries,
                                  c[0].extensions,    c[0].idp,        c[0].number,
                                  c[0].idp_full_name, c[0].aki_key_id, c[0].idp_relative_name};
    for (size_t i = 0; i < TW_COUNT(parts); i++) check_inside(in, parts[i]);
    struct der r = der_of(c[0].entries, c[0].der.p, NULL);
    struct pki_crl_entry e, found;
    size_t n = 0;
    while (pki_crl_entry_next(&r, &e) && n++ < 64) {
        check_inside(in, e.cert_issuer);
        bool here = pki_crl_find(&c[0], c[0].issuer, e.serial, &found);
        check(!c[0].readable || here || c[0].has_entry_issuers);
    }
    struct pki_crl_signers signers = {&q->cert, 1, NULL, NULL};
    struct pki_rev_answer answer;
    c[1] = c[0];
    c[1].is_delta = !c[0].is_delta; /* so that every CRL has a base or a delta beside it */
    pki_crl_judge(c, 2, q, &signers, &answer);
    check_answer(in, q->issuer, &answer);
}

static struct bytes part(struct bytes *in) {
    if (in->n < 2) return bytes_cut(*in, in->n, 0);
    size_t n = (size_t)in->p[0] << 8 | in->p[1];
    struct bytes b = bytes_cut(*in, 2, n);
    *in = bytes_cut(*in, 2 + b.n, in->n);
    return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes in = {data, size};
    struct arena a;
    arena_init(&a);
    struct pki_cert cert, issuer;
    struct bytes first = part(&in), second = part(&in), answer = part(&in);
    (void)pki_cert_read(first, &cert);
    (void)pki_cert_read(second.n ? second : first, &issuer);
    for (int strict = 0; strict < 2; strict++) {
        struct pki_rev_query q = {
            .cert = &cert, .issuer = &issuer, .at = 1769817600, .skew = 300, .strict = strict};
        fuzz_ocsp(&a, answer, &q);
        fuzz_crl(&a, answer, &q);
    }
    struct bytes request = pki_ocsp_request(&a, &cert, &issuer);
    for (size_t i = 0; i < 4; i++) {
        char *url = pki_ocsp_url(&a, &cert, i);
        if (url) (void)pki_ocsp_get_url(&a, url, request);
        (void)pki_crl_url(&a, &cert, i);
    }
    arena_done(&a);
    return 0;
}
