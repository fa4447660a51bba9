#include "causes/revocation.h"

#include "causes/certificates.h"
#include "pki/crl.h"

/* What clocks may differ by. Clients allow from nothing (OpenSSL's command) to a day (Firefox). */
enum { SKEW = 300 };
/* A responder that is slower holds up no healthy diagnosis: it counts as one that cannot be reached. */
#define LIMIT_NS (2 * INT64_C(1000000000))

bool revocation_counts(const struct revocation *r, enum revocation_source s) {
    enum pki_rev v = r->by[s].answer.verdict;
    return r->by[s].there && (v == PKI_REV_GOOD || v == PKI_REV_REVOKED);
}

bool revocation_awaits(const struct casefile *c) {
    return c->revocation && c->revocation->waiting;
}

unsigned revocation_fetches(const struct casefile *c) {
    unsigned n = 0;
    for (unsigned s = 0; c->revocation && s < REVOCATION_SOURCES; s++) n += c->revocation->by[s].url != NULL;
    return n;
}

/* ---- judging ---- */

static void judge_at(struct revocation *r, enum revocation_source s, struct bytes der, int64_t at) {
    struct pki_rev_query q = {.cert = &r->leaf, .issuer = &r->issuer, .at = at, .skew = SKEW};
    if (s == REVOCATION_CRL) {
        struct pki_crl crl;
        (void)pki_crl_read(der, &crl);
        pki_crl_judge(&crl, 1, &q, NULL, &r->by[s].answer);
        r->by[s].place = pki_crl_place(r->c->a, &crl);
        return;
    }
    struct pki_ocsp o;
    (void)pki_ocsp_read(der, &o);
    pki_ocsp_judge(&o, &q, &r->by[s].answer);
    r->by[s].place = pki_ocsp_place(r->c->a, &o);
}

/* Where the server's clock contradicts ours, an answer that fits either is not called old or early: who is
 * wrong is another cause's to say. */
static void judge(struct revocation *r, enum revocation_source s, struct bytes der) {
    r->by[s].there = true;
    judge_at(r, s, der, r->c->now);
    enum pki_rev v = r->by[s].answer.verdict;
    if ((v == PKI_REV_EXPIRED || v == PKI_REV_NOT_YET) && certificates_clock(r->c) == CLOCK_CONTRADICTED)
        judge_at(r, s, der, r->c->main->run->app.date);
}

/* ---- what the handshake shows ---- */

/* In the leaf's entry (RFC 8446 4.4.2.1), or in a message of its own (RFC 6066 8). */
static struct bytes staple_of(const struct facts *f) {
    struct bytes staple = {0};
    struct rd r;
    const struct msg *m = transcript_find(f->t, SIDE_SERVER, HS_CERTIFICATE_STATUS);
    if (!m) return f->certificates.entry[0].ocsp;
    rd_init(&r, m->body);
    return certificate_status_read(&r, &staple) ? staple : (struct bytes){0};
}

static struct revocation *get(struct casefile *c) {
    if (c->revocation || !c->cert_facts || c->completed.n_path < 2) return c->revocation;
    struct revocation *r = ARENA_NEW(c->a, struct revocation);
    *r = (struct revocation){.c = c,
                             .offered = hello_has_ext(&c->cert_facts->run->trial.hello, EXT_STATUS_REQUEST)};
    (void)pki_cert_read(c->completed.path[0], &r->leaf);
    (void)pki_cert_read(c->completed.path[1], &r->issuer);
    if (!r->leaf.readable || !r->issuer.readable) return NULL;
    struct bytes staple = staple_of(c->cert_facts);
    if (staple.n) judge(r, REVOCATION_STAPLE, staple);
    c->revocation = r;
    return r;
}

const struct revocation *revocation_shown(struct casefile *c) {
    return get(c);
}

/* ---- what others say ---- */

static bool ask_next(struct revocation *r, enum revocation_source from);

static void fetched(struct revocation *r, enum revocation_source s, const struct fetch_answer *answer) {
    struct casefile *c = r->c;
    r->waiting = false;
    if (answer->ok)
        judge(r, s, arena_copy(c->a, answer->body));
    else
        r->by[s].problem = arena_strdup(c->a, answer->problem ? answer->problem : "no answer");
    if (!revocation_counts(r, s)) (void)ask_next(r, s + 1);
    net_wake(c->net);
}

static void on_ocsp(void *arg, const struct fetch_answer *answer) {
    fetched(arg, REVOCATION_OCSP, answer);
}

static void on_crl(void *arg, const struct fetch_answer *answer) {
    fetched(arg, REVOCATION_CRL, answer);
}

/* A GET holds every request that is not larger than RFC 5019 5 wants; NULL: there is no source of that kind.
 */
static const char *url_of(struct revocation *r, enum revocation_source s) {
    struct arena *a = r->c->a;
    if (s == REVOCATION_CRL) return pki_crl_url(a, &r->leaf, 0);
    const char *responder = pki_ocsp_url(a, &r->leaf, 0);
    return responder ? pki_ocsp_get_url(a, responder, pki_ocsp_request(a, &r->leaf, &r->issuer)) : NULL;
}

/* Asks the next source that the certificate names. */
static bool ask_next(struct revocation *r, enum revocation_source from) {
    static const struct {
        fetch_done *done;
        size_t max_bytes;
    } rows[REVOCATION_SOURCES] = {
        [REVOCATION_OCSP] = {on_ocsp, 64u << 10},
        [REVOCATION_CRL] = {on_crl, 16u << 20},
    };
    struct casefile *c = r->c;
    for (enum revocation_source s = from; s < REVOCATION_SOURCES; s++) {
        const char *url = rows[s].done ? url_of(r, s) : NULL;
        if (!url) continue;
        r->by[s].url = url;
        r->waiting = true;
        /* As for AIA: a public name must not lead us into a private network. */
        struct fetch_request q = {.url = url,
                                  .allow_private = net_addr_is_private(&c->trial.to),
                                  .max_bytes = rows[s].max_bytes,
                                  .deadline_ns = net_now(c->net) + LIMIT_NS};
        net_fetch(c->net, &q, rows[s].done, r);
        return true;
    }
    return false;
}

static bool was_asked(const struct revocation *r) {
    return r->by[REVOCATION_OCSP].url || r->by[REVOCATION_CRL].url;
}

enum ruling revocation_asked(struct casefile *c, const struct revocation **ret) {
    if (c->cert_facts && c->completed.n_path < 2 && certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    struct revocation *r = get(c);
    *ret = r;
    if (!r) return RULING_NO;
    bool may_ask = !c->offline && !c->proxied && !revocation_counts(r, REVOCATION_STAPLE);
    if (may_ask && !was_asked(r)) (void)ask_next(r, REVOCATION_OCSP);
    return r->waiting ? RULING_OPEN : RULING_YES;
}
