#include "causes/between.h"

/* Names of private networks alone: RFC 6762 (local, and those of its appendix G), RFC 6761 (localhost), RFC
 * 8375 (home.arpa), and ICANN's `internal`. A box in between is met on the way to a public name; what answers
 * to one of these for every name is more likely a development server with a CA of its own. */
static const char *const private_suffixes[] = {"local",    "localhost",  "home.arpa", "intranet",
                                               "internal", "private",    "corp",      "home",
                                               "lan",      "localdomain"};

static bool ends_with_label(const char *host, const char *suffix) {
    size_t n = strlen(host), m = strlen(suffix);
    return n > m && host[n - m - 1] == '.' && text_eq_nocase(host + n - m, suffix);
}

bool between_is_public_name(const char *host) {
    for (size_t i = 0; i < TW_COUNT(private_suffixes); i++)
        if (ends_with_label(host, private_suffixes[i])) return false;
    return strchr(host, '.') != NULL;
}

static bool host_is_named(const struct casefile *c, const struct trial *t) {
    return text_eq_nocase(t->hello.server_name, c->host);
}

/* What was logged and leads to a root was made by a public CA. SCTs alone say nothing: some boxes copy every
 * extension. */
static bool worth_asking(const struct casefile *c) {
    if (!c->cert_facts || !c->info[0].parsed || !c->fits_host || !case_host_is_name(c)) return false;
    if (c->info[0].self_issued || (c->info[0].has_scts && !certificates_path_broken(&c->judged)))
        return false;
    return host_is_named(c, &c->cert_facts->run->trial);
}

/* The client's hello; where the client does not take the answer to it, the one that brought what is judged.
 */
static const struct facts *ask(struct casefile *c, enum change_kind kind) {
    const struct change change = {.kind = kind, .name = case_unknown_name()};
    bool refused =
        c->cert_facts && c->subject->certificates.n == 0 && c->subject->t->result == RESULT_REFUSED;
    return case_try_on(c, refused ? &c->cert_facts->run->trial : &c->subject_trial, &change, 1);
}

/* Nobody is asked by SNI alone where the proxy itself can be asked: NULL. */
static const struct facts *ask_proxy(struct casefile *c) {
    return c->proxied ? ask(c, CHANGE_PROXY_NAME) : NULL;
}
static const struct facts *ask_address(struct casefile *c) {
    return ask(c, CHANGE_SNI);
}

void between_ask(struct casefile *c) {
    if (!case_host_is_name(c) || !host_is_named(c, &c->subject_trial)) return;
    (void)ask_proxy(c);
    (void)ask_address(c);
}

/* A certificate for the name that nobody can own, by the issuer of the host's. It may be the very one that
 * the host's name gets: some boxes keep one copy for each certificate of the server, and add names as they
 * are asked for. */
static bool is_minted(const struct casefile *c, const struct facts *f) {
    struct pki_cert own, other;
    if (!f || f->certificates.n == 0) return false;
    (void)pki_cert_read(c->sent[0], &own);
    (void)pki_cert_read(facts_leaf(f), &other);
    return own.readable && other.readable && bytes_eq(own.issuer, other.issuer) &&
           certificates_name_fits(facts_leaf(f), case_unknown_name());
}

static struct minting *describe_minting(struct casefile *c, const struct facts *f, bool by_proxy) {
    struct pki_cert own, other;
    (void)pki_cert_read(c->sent[0], &own);
    (void)pki_cert_read(facts_leaf(f), &other);
    struct minting *m = ARENA_NEW(c->a, struct minting);
    *m = (struct minting){.other = f,
                          .by_proxy = by_proxy,
                          .copies = certificates_fit_host(c, f),
                          .same_key = bytes_eq(own.key.spki, other.key.spki)};
    for (size_t i = 0; i < c->judged.n_path && !m->product; i++) {
        struct cert_info at;
        certificates_at(c, &c->judged, i, &at);
        m->product = product_of_issuer(&at);
    }
    return m;
}

/* A server with a CA of its own makes certificates on demand too: for the name asked for alone, as it knows
 * no other. Then the name tells, of the host or of the CA. */
static bool is_in_between(const struct casefile *c, const struct minting *m) {
    enum product_kind kind = m->product ? m->product->kind : PRODUCT_GATEWAY;
    if (m->by_proxy) return true;
    if (kind == PRODUCT_LOCAL_CA) return false;
    return m->copies || m->product || between_is_public_name(c->host);
}

static enum ruling look(struct casefile *c) {
    const struct facts *of_proxy = ask_proxy(c), *of_address = ask_address(c);
    if ((c->proxied && !of_proxy) || !of_address) return RULING_OPEN;
    struct minting *m = NULL;
    if (is_minted(c, of_proxy))
        m = describe_minting(c, of_proxy, true);
    else if (is_minted(c, of_address))
        m = describe_minting(c, of_address, false);
    if (!m || !is_in_between(c, m)) return RULING_NO;
    c->minting = m;
    return RULING_YES;
}

enum ruling between_minting(struct casefile *c, const struct minting **ret) {
    *ret = NULL;
    if (!worth_asking(c)) return RULING_NO;
    enum ruling r = c->minting ? RULING_YES : look(c);
    *ret = c->minting;
    return r;
}

const char *between_name(const struct casefile *c, const struct minting *m) {
    return m->product ? m->product->name : c->info[0].issuer;
}

static void prove_by_proxy(struct casefile *c, struct finding *f, const struct minting *m) {
    if (!m->by_proxy) return;
    const struct change change = {.kind = CHANGE_PROXY_NAME, .name = case_unknown_name()};
    certificates_prove(
        f, text_f(c->a, "asked for %s: a certificate issued by %s", c->host, c->info[0].issuer),
        change_text(c->a, &change),
        text_f(c->a, "a certificate for that name, which nobody can own, by the very same issuer: no server "
                     "stands there, so it was made on the way"));
}

void between_describe(struct casefile *c, struct finding *f, const struct minting *m) {
    const struct cert_info *leaf = &c->info[0];
    int64_t age = c->now - leaf->not_before;
    finding_evidence(
        f, text_f(c->a,
                  "Asked for %s, a name that nobody can own, %s showed a certificate for it%s, "
                  "issued by %s as that of %s is.",
                  case_unknown_name(), m->by_proxy ? "what answers behind the proxy" : "the same address",
                  m->copies ? " that bears the host's own names too" : "", leaf->issuer, c->host));
    if (m->same_key) finding_evidence(f, "Both certificates have the same key.");
    if (age >= 0 && age < 3600)
        finding_evidence(f, text_f(c->a, "The certificate of %s is valid since %s only.", c->host,
                                   text_duration(c->a, age)));
    if (m->product)
        finding_evidence(f, text_f(c->a,
                                   "The issuer's name is one that %s uses. That is a hint and no proof: "
                                   "anybody can choose a name.",
                                   m->product->name));
    if (!m->by_proxy && !m->copies)
        finding_evidence(f, "A server that makes certificates on demand would look the same from here. The "
                            "same diagnosis from another network decides: another issuer there means that "
                            "somebody stands in between here.");
    finding_slot(f, "issuer", leaf->issuer);
    finding_slot(f, "product", between_name(c, m));
    prove_by_proxy(c, f, m);
}

enum ruling between_untrusted(struct casefile *c, struct finding *f, enum product_kind kind) {
    const struct minting *m;
    if (!c->cert_facts || !certificates_path_broken(&c->judged)) return RULING_NO;
    if (certificates_fetch(c) == RULING_OPEN) return RULING_OPEN;
    if (!certificates_path_broken(&c->completed)) return RULING_NO;
    enum ruling r = between_minting(c, &m);
    if (r != RULING_YES) return r;
    enum product_kind known = m->product ? m->product->kind : PRODUCT_GATEWAY;
    if ((known == PRODUCT_LOCAL_CA ? PRODUCT_GATEWAY : known) != kind) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    between_describe(c, f, m);
    return RULING_YES;
}
