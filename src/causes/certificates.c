#include "causes/certificates.h"
#include "causes/clock_case.h"

#include <inttypes.h>

/* Whether these facts show the certificates that the host's visitors get. */
static bool is_for_host(const struct casefile *c, const struct facts *f) {
    const char *sni = f->run->trial.hello.server_name;
    return f->certificates.n > 0 && (!case_host_is_name(c) || text_eq_nocase(sni, c->host));
}

static const struct facts *choose(const struct casefile *c) {
    if (is_for_host(c, c->main)) return c->main;
    if (c->after && is_for_host(c, c->after)) return c->after;
    for (const struct facts_entry *e = c->entries; e; e = e->next)
        if (is_for_host(c, e->facts) && memcmp(&e->run->trial.to, &c->trial.to, sizeof(c->trial.to)) == 0)
            return e->facts;
    return c->main->certificates.n > 0 ? c->main : c->subject->certificates.n > 0 ? c->subject : NULL;
}

void certificates_choose(struct casefile *c) {
    c->cert_facts = choose(c);
}

static const struct bytes *sent_by(const struct casefile *c, const struct facts *f) {
    struct bytes *sent = ARENA_ARRAY(c->a, struct bytes, f->certificates.n);
    struct certificate_entry e;
    struct rd r;
    size_t n = 0;
    rd_init(&r, f->certificates.list);
    while (n < f->certificates.n && certificate_next(&f->certificates, &r, &e)) sent[n++] = e.der;
    return sent;
}

void certificates_gather(struct casefile *c) {
    c->now = c->local;
    if (!c->cert_facts) {
        clock_judge(c);
        return;
    }
    c->n_sent = c->cert_facts->certificates.n;
    c->sent = sent_by(c, c->cert_facts);
    c->n_info = c->n_sent < CASE_MAX_INFO ? c->n_sent : CASE_MAX_INFO;
    c->info = ARENA_ARRAY(c->a, struct cert_info, c->n_info);
    for (size_t i = 0; i < c->n_info; i++) (void)cert_info_read(c->a, c->sent[i], &c->info[i]);
    certificates_rejudge(c, &(struct rejudge){0}, &c->judged);
    c->by_local = c->judged;
    clock_judge(c);
    if (c->now != c->local) certificates_rejudge(c, &(struct rejudge){0}, &c->judged);
    c->fits_host = certificates_fit_host(c, c->cert_facts);
    if (c->blind) {
        c->judged = (struct chain_result){.ok = true, .path = {c->sent[0]}, .n_path = 1};
        c->fits_host = true;
    }
    c->completed = c->judged;
}

static enum pki_host_match match_by(struct bytes leaf, const char *host, const struct pki_judge *judge,
                                    unsigned more) {
    struct pki_cert cert;
    struct pki_host name;
    (void)pki_cert_read(leaf, &cert);
    if (!pki_host_read(host, &name)) return PKI_HOST_NO;
    if (!judge) judge = pki_judge_find("modern");
    return pki_host_matches(&cert, &name, judge->host_rules | more);
}

bool certificates_name_fits(struct bytes leaf, const char *host) {
    return match_by(leaf, host, NULL, 0) != PKI_HOST_NO;
}

bool certificates_cn_fits(struct bytes leaf, const char *host) {
    return match_by(leaf, host, NULL, PKI_HOST_CN_ALWAYS) == PKI_HOST_CN;
}

bool certificates_fit_host(const struct casefile *c, const struct facts *f) {
    return match_by(facts_leaf(f), c->host, c->judge, 0) != PKI_HOST_NO;
}

char *certificates_names(struct casefile *c, const struct facts *f) {
    enum { SHOWN = 4 };
    struct cert_info info;
    struct text t;
    text_init(&t, c->a);
    if (!cert_info_read(c->a, facts_leaf(f), &info)) return arena_strdup(c->a, "nobody (it cannot be read)");
    size_t n = info.n_dns + info.n_ip;
    for (size_t i = 0; i < n && i < SHOWN; i++)
        text_addf(&t, "%s%s", i ? ", " : "", i < info.n_dns ? info.dns[i] : info.ip[i - info.n_dns]);
    if (n > SHOWN) text_addf(&t, " and %zu more", n - SHOWN);
    if (n == 0) text_addf(&t, "%s (in the common name only)", info.cn ? info.cn : info.subject);
    return t.s;
}

void certificates_rejudge(struct casefile *c, const struct rejudge *q, struct chain_result *ret) {
    struct bytes *kept = ARENA_ARRAY(c->a, struct bytes, q->without.n ? c->n_sent : 0);
    size_t n = 0;
    for (size_t i = 0; q->without.n && i < c->n_sent; i++)
        if (!bytes_eq(c->sent[i], q->without)) kept[n++] = c->sent[i];
    const struct chain_query query = {.sent = q->without.n ? kept : c->sent,
                                      .n_sent = q->without.n ? n : c->n_sent,
                                      .extra = c->extra,
                                      .n_extra = q->with_fetched ? c->n_extra : 0,
                                      .trust = q->without_trust ? NULL : c->trust,
                                      .programs = q->programs,
                                      .n_programs = q->n_programs,
                                      .anchor = q->anchor,
                                      .at = q->at ? q->at : c->now,
                                      .judge = q->judge ? q->judge : c->judge,
                                      .waived = q->waived,
                                      .publics = c->programs,
                                      .has_scts = c->cert_facts->scts};
    chain_judge(c->a, &query, ret);
}

void certificates_judge(struct casefile *c, const struct facts *f, struct chain_result *ret) {
    chain_judge(c->a,
                &(struct chain_query){.sent = sent_by(c, f),
                                      .n_sent = f->certificates.n,
                                      .trust = c->trust,
                                      .at = c->now,
                                      .judge = c->judge},
                ret);
}

bool certificates_path_broken(const struct chain_result *r) {
    return chain_has(r, PKI_PROBLEM_NO_ISSUER) || chain_has(r, PKI_PROBLEM_UNTRUSTED_ROOT);
}

void certificates_at(struct casefile *c, const struct chain_result *r, size_t depth, struct cert_info *ret) {
    (void)cert_info_read(c->a, depth < r->n_path ? r->path[depth] : c->sent[0], ret);
}

bool certificates_is_sent(const struct casefile *c, struct bytes der) {
    for (size_t i = 0; i < c->n_sent; i++)
        if (bytes_eq(c->sent[i], der)) return true;
    return false;
}

bool certificates_expect_issuer(const struct casefile *c, const struct cert_info *top) {
    bool is_leaf = bytes_eq(top->der, c->sent[0]);
    return c->info[0].has_scts || (is_leaf && top->n_aia > 0) || trust_expects_issuer(c->trust, top);
}

static void fetched(void *arg, const struct fetch_answer *answer) {
    struct aia_fetch *f = arg;
    struct casefile *c = f->c;
    f->done = true;
    f->ok = answer->ok;
    f->problem = answer->problem ? arena_strdup(c->a, answer->problem) : NULL;
    if (answer->ok && c->n_extra < CASE_MAX_EXTRA)
        c->n_extra +=
            certs_from_bytes(c->a, answer->body, &c->extra[c->n_extra], CASE_MAX_EXTRA - c->n_extra);
    certificates_rejudge(c, &(struct rejudge){.with_fetched = true}, &c->completed);
    net_wake(c->net);
}

static bool was_fetched(const struct casefile *c, const char *url) {
    for (size_t i = 0; i < c->n_fetches; i++)
        if (strcmp(c->fetch[i].url, url) == 0) return true;
    return false;
}

static void start_fetch(struct casefile *c, const char *url) {
    struct aia_fetch *f = &c->fetch[c->n_fetches++];
    *f = (struct aia_fetch){.c = c, .url = url};
    /* A public name must not lead us into a private network (SSRF); a private target may. */
    struct fetch_request q = {.url = url,
                              .allow_private = net_addr_is_private(&c->trial.to),
                              .max_bytes = 1u << 18,
                              .deadline_ns = net_now(c->net) + 5 * INT64_C(1000000000)};
    net_fetch(c->net, &q, fetched, f);
}

enum ruling certificates_fetch(struct casefile *c) {
    if (case_awaits_fetch(c)) return RULING_OPEN;
    if (c->offline || c->proxied || !chain_has(&c->completed, PKI_PROBLEM_NO_ISSUER)) return RULING_NO;
    if (c->completed.n_path == 0 || c->n_fetches >= CASE_MAX_FETCHES) return RULING_NO;
    struct cert_info top;
    certificates_at(c, &c->completed, c->completed.n_path - 1, &top);
    for (size_t i = 0; i < top.n_aia; i++) {
        if (was_fetched(c, top.aia[i])) continue;
        start_fetch(c, top.aia[i]);
        return c->fetch[c->n_fetches - 1].done ? certificates_fetch(c) : RULING_OPEN;
    }
    return RULING_NO;
}

bool certificates_bad_signature(const struct chain_result *r, size_t *ret_depth) {
    for (size_t i = 0; i < r->n_problems; i++) {
        if (r->problems[i].kind != PKI_PROBLEM_BAD_SIGNATURE || r->problems[i].depth + 1 >= r->n_path)
            continue;
        *ret_depth = r->problems[i].depth;
        return true;
    }
    return false;
}

enum key_hint certificates_key_hint(struct bytes issued, struct bytes issuer) {
    struct pki_cert a, b;
    (void)pki_cert_read(issued, &a);
    (void)pki_cert_read(issuer, &b);
    if (!a.aki_key_id.p || !b.has_ski) return KEY_HINT_NONE;
    return bytes_eq(a.aki_key_id, b.ski) ? KEY_HINT_SAME : KEY_HINT_OTHER;
}

void certificates_prove(struct finding *f, const char *baseline, const char *change, const char *outcome) {
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof = (struct proof){baseline, change, outcome};
}

char *certificates_outcome(struct casefile *c, const struct chain_result *r) {
    if (r->ok) return arena_strdup(c->a, "the certificate chain is accepted");
    struct text t;
    text_init(&t, c->a);
    text_add(&t, "the certificate chain is refused: ");
    for (size_t i = 0; i < r->n_problems; i++)
        text_addf(&t, "%s%s", i ? "; " : "",
                  r->problems[i].text ? r->problems[i].text : "it cannot be verified");
    return t.s;
}

bool certificates_prove_waived(struct casefile *c, struct finding *f, const struct pki_judge *judge,
                               uint64_t kinds, const char *what) {
    bool fetches = judge && judge->rules & (PKI_RULE_AIA | PKI_RULE_CACHES_CAS);
    struct chain_result before, after;
    certificates_rejudge(c, &(struct rejudge){.judge = judge, .with_fetched = fetches}, &before);
    certificates_rejudge(c, &(struct rejudge){.judge = judge, .with_fetched = fetches, .waived = kinds},
                         &after);
    if (before.ok || (!after.ok && after.n_problems >= before.n_problems)) return false;
    const char *by = judge ? text_f(c->a, " by %s", judge->title) : "";
    certificates_prove(
        f, certificates_outcome(c, &before),
        text_f(c->a, "the same certificates are judged again%s, passing over that the one at fault %s", by,
               what),
        certificates_outcome(c, &after));
    return true;
}

/* What a report says of the certificate at fault: whole sentences also where nothing of it can be read. */
static void describe(struct casefile *c, struct finding *f, const struct cert_info *at) {
    const char *subject = at->subject[0] ? at->subject : at->parsed ? "(no subject)" : "(unreadable)";
    if (at->parsed)
        finding_evidence(f, text_f(c->a, "Subject %s, issuer %s, key %s, signed with %s.", subject,
                                   at->issuer[0] ? at->issuer : "(none)", at->key, at->signature));
    else
        finding_evidence(f,
                         text_f(c->a,
                                "What came (%zu bytes, SHA-256 %s) cannot be read as a certificate: neither "
                                "subject, issuer nor key is known.",
                                at->der.n, text_hex(c->a, bytes_of(at->sha256, sizeof(at->sha256)))));
    finding_slot(f, "subject", subject);
    finding_slot(f, "key", at->key);
    finding_slot(f, "signature", at->signature);
}

enum ruling certificates_plain(struct casefile *c, struct finding *f, uint64_t kinds, const char *what) {
    for (size_t i = 0; c->cert_facts && i < c->judged.n_problems; i++) {
        if (!(kinds & PROBLEM_BIT(c->judged.problems[i].kind))) continue;
        struct cert_info at;
        certificates_at(c, &c->judged, c->judged.problems[i].depth, &at);
        const char *whose =
            c->judged.problems[i].depth == 0 ? "The certificate" : "A CA certificate in the chain";
        /* Of bytes that are no certificate nothing is left to judge, and they may have been cut on the way.
         */
        struct pki_cert cert;
        f->certainty = CERTAINTY_LIKELY;
        if (pki_cert_read(at.der, &cert) || cert.readable)
            (void)certificates_prove_waived(c, f, NULL, kinds, what);
        const char *name = at.subject[0] ? text_f(c->a, " (%s)", at.subject) : "";
        f->summary = text_f(c->a, "%s of %s%s %s.", whose, c->host, name, what);
        finding_evidence(f, text_f(c->a, "The judgement: %s.", c->judged.problems[i].text));
        describe(c, f, &at);
        return RULING_YES;
    }
    return RULING_NO;
}
