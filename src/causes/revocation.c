#include "causes/revocation.h"

#include "causes/certificates.h"
#include "pki/crl.h"

/* What clocks may differ by. Clients allow from nothing (OpenSSL's command) to a day (Firefox). */
enum { SKEW = 300 };
/* A responder that is slower holds up no healthy diagnosis: it counts as one that cannot be reached. All that
 * one certificate names together get twice as long. */
#define LIMIT_NS (2 * INT64_C(1000000000))

bool revocation_counts(const struct revocation_of *r, enum revocation_source s) {
    enum pki_rev v = r->by[s].answer.verdict;
    return r->by[s].there && (v == PKI_REV_GOOD || v == PKI_REV_REVOKED);
}

bool revocation_staple_forgiven(const struct revocation_of *r) {
    bool good =
        revocation_counts(r, REVOCATION_OCSP) && r->by[REVOCATION_OCSP].answer.verdict == PKI_REV_GOOD;
    return r->by[REVOCATION_STAPLE].answer.verdict == PKI_REV_EXPIRED && good;
}

bool revocation_awaits(const struct casefile *c) {
    return c->revocation && c->revocation->n_waiting > 0;
}

unsigned revocation_fetches(const struct casefile *c) {
    return c->revocation ? c->revocation->n_fetches : 0;
}

/* ---- judging ---- */

static void judge_at(struct revocation_of *r, enum revocation_source s, struct bytes der, int64_t at) {
    struct pki_rev_query q = {.cert = &r->cert, .issuer = &r->issuer, .at = at, .skew = SKEW};
    struct arena *a = r->all->c->a;
    if (s == REVOCATION_CRL) {
        struct pki_crl crl;
        (void)pki_crl_read(der, &crl);
        pki_crl_judge(&crl, 1, &q, NULL, &r->by[s].answer);
        r->by[s].place = pki_crl_place(a, &crl);
        return;
    }
    struct pki_ocsp o;
    (void)pki_ocsp_read(der, &o);
    pki_ocsp_judge(&o, &q, &r->by[s].answer);
    r->by[s].place = pki_ocsp_place(a, &o);
}

/* At the time that is believed (clock_case.h). Where the server's clock contradicts ours and nothing shows
 * who is wrong, an answer that fits either is not called old or early. */
static void judge(struct revocation_of *r, enum revocation_source s, struct bytes der) {
    struct casefile *c = r->all->c;
    r->by[s].there = true;
    judge_at(r, s, der, c->now);
    enum pki_rev v = r->by[s].answer.verdict;
    bool open = c->clock.state == CLOCK_UNKNOWN && c->has_date;
    if ((v == PKI_REV_EXPIRED || v == PKI_REV_NOT_YET) && open) judge_at(r, s, der, c->date);
}

/* ---- what the handshake shows ---- */

/* As far up the path as there is an issuer, whose key signs what is said of the one below. */
static void add_path(struct revocation *r, const struct chain_result *path) {
    for (size_t i = 0; i + 1 < path->n_path && r->n < REVOCATION_MAX; i++) {
        struct revocation_of *of = &r->of[r->n];
        *of = (struct revocation_of){.all = r, .depth = i, .asking = REVOCATION_OCSP};
        (void)pki_cert_read(path->path[i], &of->cert);
        (void)pki_cert_read(path->path[i + 1], &of->issuer);
        if (!of->cert.readable || !of->issuer.readable) return;
        r->n++;
    }
}

static struct revocation *get(struct casefile *c) {
    if (c->revocation || !c->cert_facts || c->completed.n_path < 2) return c->revocation;
    struct revocation *r = ARENA_NEW(c->a, struct revocation);
    *r = (struct revocation){.c = c,
                             .offered = hello_has_ext(&c->cert_facts->run->trial.hello, EXT_STATUS_REQUEST)};
    add_path(r, &c->completed);
    if (r->n == 0) return NULL;
    struct bytes staple = facts_staple(c->cert_facts);
    if (staple.n) judge(&r->of[0], REVOCATION_STAPLE, staple);
    c->revocation = r;
    return r;
}

const struct revocation *revocation_shown(struct casefile *c) {
    return get(c);
}

/* ---- what others say ---- */

static void ask_next(struct revocation_of *r);

/* Where the responder answers, but not to this, it may know POST alone (RFC 6960 A.1 makes GET optional). */
static bool wants_post(const struct revocation_of *r, const struct fetch_answer *answer) {
    const struct pki_rev_answer *said = &r->by[REVOCATION_OCSP].answer;
    if (r->asking != REVOCATION_OCSP || r->post || answer->status == 0) return false;
    return !answer->ok || said->verdict == PKI_REV_MALFORMED ||
           (said->verdict == PKI_REV_ERROR_STATUS && said->status == PKI_OCSP_MALFORMED_REQUEST);
}

static void fetched(void *arg, const struct fetch_answer *answer) {
    struct revocation_of *r = arg;
    struct casefile *c = r->all->c;
    struct revocation_said *said = &r->by[r->asking];
    r->all->n_waiting--;
    if (answer->ok) {
        judge(r, r->asking, arena_copy(c->a, answer->body));
        said->problem = NULL;
    } else if (!said->there)
        said->problem = arena_strdup(c->a, answer->problem ? answer->problem : "no answer");
    if (!revocation_counts(r, r->asking)) {
        r->post = wants_post(r, answer);
        if (!r->post) r->url++;
        ask_next(r);
    }
    net_wake(c->net);
}

/* A GET holds every request that is not larger than RFC 5019 5 wants; else, and where GET was of no use,
 * POST. */
static void shape_ocsp(struct revocation_of *r, const char *responder, struct fetch_request *q) {
    struct bytes request = pki_ocsp_request(r->all->c->a, &r->cert, &r->issuer);
    q->url = r->post ? NULL : pki_ocsp_get_url(r->all->c->a, responder, request);
    if (q->url) return;
    r->post = true;
    q->url = responder;
    q->post = request;
    q->post_type = "application/ocsp-request"; /* RFC 6960 A.1 */
}

/* What is to be asked next, as the certificate names it; NULL: nothing more. */
static const char *next_url(struct revocation_of *r) {
    enum { MAX_URLS = 4 }; /* of one kind */
    struct arena *a = r->all->c->a;
    const char *url = NULL;
    if (r->asking == REVOCATION_OCSP && r->url < MAX_URLS) url = pki_ocsp_url(a, &r->cert, r->url);
    if (url) return url;
    if (r->asking == REVOCATION_OCSP) {
        r->asking = REVOCATION_CRL;
        r->url = 0;
        r->post = false;
    }
    return r->url < MAX_URLS ? pki_crl_url(a, &r->cert, r->url) : NULL;
}

static void ask_next(struct revocation_of *r) {
    enum { MAX_OCSP = 64 << 10, MAX_CRL = 16 << 20 };
    struct casefile *c = r->all->c;
    int64_t now = net_now(c->net);
    if (!r->until) r->until = now + 2 * LIMIT_NS;
    const char *url = now < r->until ? next_url(r) : NULL;
    if (!url) return;
    /* As for AIA: a public name must not lead us into a private network. */
    struct fetch_request q = {.url = url,
                              .allow_private = net_addr_is_private(&c->trial.to),
                              .max_bytes = r->asking == REVOCATION_CRL ? MAX_CRL : MAX_OCSP,
                              .deadline_ns = now + LIMIT_NS < r->until ? now + LIMIT_NS : r->until};
    if (r->asking == REVOCATION_OCSP) shape_ocsp(r, url, &q);
    r->by[r->asking].url = url;
    r->all->n_waiting++;
    r->all->n_fetches++;
    net_fetch(c->net, &q, fetched, r);
}

/* All certificates at once. */
static void ask(struct revocation *r) {
    r->asked = true;
    for (size_t i = 0; i < r->n; i++)
        if (!revocation_counts(&r->of[i], REVOCATION_STAPLE)) ask_next(&r->of[i]);
}

enum ruling revocation_asked(struct casefile *c, const struct revocation **ret) {
    if (c->cert_facts && c->completed.n_path < 2 && certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    struct revocation *r = get(c);
    *ret = r;
    if (!r) return RULING_NO;
    if (!c->offline && !c->proxied && !r->asked) ask(r);
    return r->n_waiting > 0 ? RULING_OPEN : RULING_YES;
}

/* ---- no answer ---- */

static const char *told(struct arena *a, const struct revocation_said *said) {
    if (said->problem) return said->problem;
    const struct pki_rev_answer *answer = &said->answer;
    const char *more = said->place ? said->place : answer->why;
    return text_f(a, "the answer %s%s%s", pki_rev_text(answer->verdict), more ? ": " : "", more ? more : "");
}

static const char *told_by_all(struct arena *a, const struct revocation_of *r) {
    struct text t;
    text_init(&t, a);
    for (unsigned s = REVOCATION_OCSP; s < REVOCATION_SOURCES; s++)
        if (r->by[s].url) text_addf(&t, "%s%s: %s", t.n ? "; " : "", r->by[s].url, told(a, &r->by[s]));
    return t.n ? t.s : NULL;
}

const char *revocation_unanswered(const struct revocation_of *r, const char **ret_id) {
    struct arena *a = r->all->c->a;
    const struct revocation_said *crl = &r->by[REVOCATION_CRL];
    const char *who = pki_name_text(a, r->cert.subject), *all = told_by_all(a, r);
    for (unsigned s = 0; s < REVOCATION_SOURCES; s++)
        if (revocation_counts(r, (enum revocation_source)s)) return NULL;
    if (!all) return NULL;
    bool old = crl->there && crl->answer.verdict == PKI_REV_EXPIRED && crl->answer.has_next;
    *ret_id = old ? "crl-expired" : "revocation-unreachable";
    if (!old)
        return text_f(
            a,
            "Nobody could say whether the certificate of %s was revoked (%s). Clients that insist on "
            "an answer refuse.",
            who, all);
    return text_f(
        a,
        "The list of revoked certificates at %s, which the certificate of %s names, ended on %s. Clients "
        "that insist on one refuse.",
        crl->url, who, text_time(a, crl->answer.next_update));
}

bool revocation_nobody_named(const struct revocation *r) {
    const struct revocation_of *leaf = &r->of[0];
    struct arena *a = r->c->a;
    return !revocation_counts(leaf, REVOCATION_STAPLE) && !pki_ocsp_url(a, &leaf->cert, 0) &&
           !pki_crl_url(a, &leaf->cert, 0);
}

bool revocation_insisted(const struct casefile *c) {
    return c->judge && c->judge->revocation == PKI_REVOCATION_HARD;
}

enum ruling revocation_refused(struct casefile *c, struct finding *f, const char *id) {
    const struct revocation *r;
    if (!revocation_insisted(c)) return RULING_NO;
    enum ruling asked = revocation_asked(c, &r);
    if (asked != RULING_YES) return asked;
    for (size_t i = 0; i < r->n; i++) {
        const char *why, *summary = revocation_unanswered(&r->of[i], &why);
        if (!summary || strcmp(why, id) != 0) continue;
        f->certainty = CERTAINTY_PROVEN;
        f->summary = summary;
        certificates_prove(f, "whether the certificate was revoked is asked, and no answer counts",
                           "it is not asked", certificates_outcome(c, &c->judged));
        finding_evidence(
            f, text_f(c->a,
                      "This client (%s) refuses a certificate of which it cannot learn this; others "
                      "go on.",
                      c->judge->title));
        finding_slot(f, "subject", pki_name_text(c->a, r->of[i].cert.subject));
        finding_slot(f, "asked", told_by_all(c->a, &r->of[i]));
        return RULING_YES;
    }
    return RULING_NO;
}
