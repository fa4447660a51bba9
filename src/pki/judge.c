/* One certificate, and one path, in the eyes of a judge (RFC 5280 6.1). */
#include "pki/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *code;
    uint32_t severity;
} problems[] = {
#define PROBLEM(id, code, severity) [PKI_PROBLEM_##id] = {code, severity},
#include "pki/problems.def"
#undef PROBLEM
};

const char *pki_problem_code(enum pki_problem_kind k) {
    return problems[k].code;
}
uint32_t pki_problem_severity(enum pki_problem_kind k) {
    return problems[k].severity;
}

bool pki_path_has(const struct pki_path *path, enum pki_problem_kind kind) {
    for (size_t i = 0; i < path->n_problems; i++)
        if (path->problems[i].kind == kind) return true;
    return false;
}

static bool known(const struct pki_path *path, enum pki_problem_kind kind, size_t depth) {
    if (!path->a) return path->kinds >> kind & 1;
    for (size_t i = 0; i < path->n_problems; i++)
        if (path->problems[i].kind == kind && path->problems[i].depth == depth) return true;
    return false;
}

void pki_path_add(struct pki_path *path, enum pki_problem_kind kind, size_t depth, const char *format, ...) {
    if (known(path, kind, depth)) return;
    path->cost += problems[kind].severity;
    path->kinds |= UINT64_C(1) << kind;
    if (!path->a) return;
    size_t n = path->n_problems;
    if ((n & (n - 1)) == 0) { /* full: 0, 1, 2, 4 … */
        struct pki_problem *room = ARENA_ARRAY(path->a, struct pki_problem, n ? n * 2 : 1);
        if (n) memcpy(room, path->problems, n * sizeof(*room));
        path->problems = room;
    }
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(path->a, size > 0 ? (size_t)size + 1 : 1);
    va_start(args, format);
    if (size > 0) (void)vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    path->problems[path->n_problems++] = (struct pki_problem){kind, depth, text};
}

/* ---- one certificate ---- */

/* What the checks of one certificate share. */
struct look {
    const struct pki_query *q;
    const struct pki_judge *judge;
    const struct pki_cert *c;
    enum pki_role role;
    struct pki_path *path;
    size_t depth;
};

static const char *who(const struct look *k) {
    static const char *const words[] = {[PKI_ROLE_LEAF] = "the certificate",
                                        [PKI_ROLE_CA] = "the intermediate certificate",
                                        [PKI_ROLE_ANCHOR] = "the root"};
    if (!k->path->a) return ""; /* nobody reads it */
    /* It may have none (RFC 5280 4.1.2.6), or none that can be read. */
    const char *name = pki_name_text(k->path->a, k->c->subject);
    return name[0] ? text_f(k->path->a, "%s %s", words[k->role], name) : words[k->role];
}

static char *time_text(const struct look *k, int64_t t) {
    return k->path->a ? text_time(k->path->a, t) : NULL;
}

static bool rule(const struct look *k, enum pki_rule r) {
    return k->judge->rules & r;
}

/* One of them, or any of several. */
static bool quirk(const struct look *k, unsigned q) {
    return k->judge->quirks & q;
}

/* This judge does not mind that it cannot read the extension: it is absent. */
static bool is_passed_over(const struct look *k, enum pki_ext e) {
    const struct pki_ext_slot *s = &k->c->ext[e];
    if (!s->broken) return false;
    if (e == PKI_EXT_NS_CERT_TYPE && !quirk(k, PKI_QUIRK_NS_TYPE | PKI_QUIRK_NS_TYPE_AS_EKU)) return true;
    return k->judge->unread >> e & 1 || (quirk(k, PKI_QUIRK_BROKEN_IGNORED) && !s->critical);
}

static bool has_ext(const struct look *k, enum pki_ext e) {
    return k->c->ext[e].present && !is_passed_over(k, e);
}

/* Something in it cannot be read that this judge reads. */
static bool is_unreadable(const struct look *k) {
    bool any_broken = false;
    for (unsigned e = 0; e < PKI_EXT__COUNT; e++) {
        if (k->c->ext[e].broken && !is_passed_over(k, (enum pki_ext)e)) return true;
        any_broken = any_broken || k->c->ext[e].broken;
    }
    return !k->c->readable || (k->c->log.err != DER_OK && !any_broken) || k->c->log.bent & k->judge->bent;
}

static bool first_fact(const struct pki_cert *c, const enum pki_fact *facts, size_t n, enum pki_fact *ret) {
    for (size_t i = 0; i < n; i++) {
        *ret = facts[i];
        if (pki_has_fact(c, facts[i])) return true;
    }
    return false;
}

static void look_critical(const struct look *k) {
    const struct pki_cert *c = k->c;
    if (k->role == PKI_ROLE_ANCHOR && !rule(k, PKI_RULE_ANCHOR_CRITICAL)) return;
    struct der r = pki_list(c, c->extensions);
    struct pki_extension e;
    if (c->n_unknown_critical && pki_unknown_critical_next(&r, &e))
        pki_path_add(k->path, PKI_PROBLEM_CRITICAL_EXTENSION, k->depth,
                     "%s has a critical extension that is not known (%s)", who(k),
                     k->path->a ? der_oid_text(k->path->a, e.oid) : "");
    for (unsigned i = 0; i < PKI_EXT__COUNT; i++)
        if (c->ext[i].present && c->ext[i].critical && !(k->judge->critical >> i & 1))
            pki_path_add(k->path, PKI_PROBLEM_CRITICAL_EXTENSION, k->depth,
                         "%s has a critical extension that this client does not know (%s)", who(k),
                         pki_ext_name((enum pki_ext)i));
    if (c->ext[PKI_EXT_CT_POISON].present)
        pki_path_add(k->path, PKI_PROBLEM_CRITICAL_EXTENSION, k->depth,
                     "%s is a precertificate, which nobody may accept (RFC 6962 3.1)", who(k));
}

static void look_encoding(const struct look *k) {
    const struct pki_cert *c = k->c;
    enum pki_fact fact;
    if (is_unreadable(k))
        pki_path_add(k->path, PKI_PROBLEM_MALFORMED, k->depth, "%s is malformed: %s", who(k),
                     k->path->a ? pki_cert_place(k->path->a, c) : "");
    if (first_fact(c, k->judge->facts_always, k->judge->n_facts_always, &fact))
        pki_path_add(k->path, PKI_PROBLEM_MALFORMED, k->depth, "%s is malformed: %s (RFC 5280 %s)", who(k),
                     pki_fact_text(fact), pki_fact_section(fact));
}

static void look_dates(const struct look *k) {
    if (k->role == PKI_ROLE_ANCHOR && !rule(k, PKI_RULE_ANCHOR_VALIDITY)) return;
    if (k->q->at > k->c->not_after)
        pki_path_add(k->path, k->role == PKI_ROLE_LEAF ? PKI_PROBLEM_LEAF_EXPIRED : PKI_PROBLEM_CA_EXPIRED,
                     k->depth, "%s expired on %s", who(k), time_text(k, k->c->not_after));
    if (k->q->at < k->c->not_before && k->c->not_before - k->q->at > k->judge->slop)
        pki_path_add(k->path, PKI_PROBLEM_NOT_YET_VALID, k->depth, "%s is valid only from %s on", who(k),
                     time_text(k, k->c->not_before));
}

/* As an anchor of an old version its name and key alone count (RFC 5280 6.1.1 d): it could not say that it is
 * a CA. */
static bool may_lack_version(const struct look *k) {
    if (quirk(k, PKI_QUIRK_ANY_VERSION) && k->c->extensions.p) return true;
    return k->role == PKI_ROLE_ANCHOR ? !quirk(k, PKI_QUIRK_ANCHOR_V3) : rule(k, PKI_RULE_V1_CA);
}

static bool may_lack_basic(const struct look *k) {
    if (k->role != PKI_ROLE_ANCHOR || k->c->ext[PKI_EXT_BASIC_CONSTRAINTS].present) return false;
    return (quirk(k, PKI_QUIRK_ANCHOR_NO_BC) && k->c->self_issued) ||
           (quirk(k, PKI_QUIRK_ANCHOR_BY_KU) && k->c->key_usage & PKI_KU_CERT_SIGN);
}

static bool key_usage_allows(const struct look *k, uint16_t uses) {
    if (!has_ext(k, PKI_EXT_KEY_USAGE)) return true;
    if (k->c->key_usage == 0 && quirk(k, PKI_QUIRK_KU_EMPTY)) return true;
    return k->c->key_usage & uses;
}

/* RFC 5280 6.1.4 k and n. */
static void look_ca(const struct look *k) {
    const struct pki_cert *c = k->c;
    if (k->role == PKI_ROLE_LEAF || (k->role == PKI_ROLE_ANCHOR && !rule(k, PKI_RULE_ANCHOR_PROFILE))) return;
    if (c->version < 3 && !may_lack_version(k))
        pki_path_add(k->path, PKI_PROBLEM_VERSION, k->depth,
                     "%s is of version %u, which cannot say that it is a CA", who(k), c->version);
    else if ((c->version == 3 || (quirk(k, PKI_QUIRK_ANY_VERSION) && c->extensions.p)) && !c->ca &&
             !may_lack_basic(k))
        pki_path_add(k->path, PKI_PROBLEM_NOT_CA, k->depth, "%s is no CA (its basic constraints %s)", who(k),
                     c->ext[PKI_EXT_BASIC_CONSTRAINTS].present ? "say so" : "are missing");
    if (!key_usage_allows(k, PKI_KU_CERT_SIGN) && !rule(k, PKI_RULE_NO_KU_ON_CA))
        pki_path_add(k->path, PKI_PROBLEM_CA_KEY_USAGE, k->depth,
                     "the key usage of %s does not allow it to sign certificates", who(k));
}

/* Server-gated crypto stands for servers only. */
static uint16_t good_eku(const struct look *k) {
    uint16_t more = k->role == PKI_ROLE_LEAF ? k->judge->eku_leaf : k->judge->eku_ca;
    if (k->q->purpose == PKI_PURPOSE_SERVER) return PKI_EKU_SERVER_AUTH | more;
    return PKI_EKU_CLIENT_AUTH | (more & PKI_EKU_ANY);
}

/* NSS, certdb.c, cert_ComputeCertType(): the two lists are one. */
static uint16_t eku_with_ns_type(const struct look *k) {
    const bool server = k->q->purpose == PKI_PURPOSE_SERVER;
    const unsigned wanted = k->role != PKI_ROLE_LEAF ? PKI_NS_SSL_CA
                            : server                 ? PKI_NS_SSL_SERVER
                                                     : PKI_NS_SSL_CLIENT;
    const uint16_t meant = server ? PKI_EKU_SERVER_AUTH : PKI_EKU_CLIENT_AUTH;
    bool counts = quirk(k, PKI_QUIRK_NS_TYPE_AS_EKU) && has_ext(k, PKI_EXT_NS_CERT_TYPE);
    return k->c->eku | (counts && k->c->ns_type & wanted ? meant : 0);
}

/* OpenSSL, v3_purp.c, ns_reject(); Java, EndEntityChecker.checkTLSServer(). */
static void look_ns_type(const struct look *k) {
    if (k->role != PKI_ROLE_LEAF || !quirk(k, PKI_QUIRK_NS_TYPE) || !has_ext(k, PKI_EXT_NS_CERT_TYPE)) return;
    const bool server = k->q->purpose == PKI_PURPOSE_SERVER;
    if (!(k->c->ns_type & (server ? PKI_NS_SSL_SERVER : PKI_NS_SSL_CLIENT)))
        pki_path_add(k->path, PKI_PROBLEM_EKU, k->depth,
                     "the Netscape certificate type of %s does not allow TLS %s, which this client minds",
                     who(k), server ? "servers" : "clients");
}

/* The extended key usages of who stands there do not count for this judge. */
static bool is_eku_ignored(const struct look *k) {
    if (k->judge->eku == PKI_EKU_IGNORED) return true;
    if (k->role == PKI_ROLE_CA && k->judge->eku == PKI_EKU_LEAF) return true;
    return k->role == PKI_ROLE_ANCHOR && k->judge->eku != PKI_EKU_NESTED_ANCHOR;
}

static void look_eku(const struct look *k) {
    if (k->q->purpose == PKI_PURPOSE_ANY) return;
    look_ns_type(k);
    bool present = has_ext(k, PKI_EXT_EXT_KEY_USAGE) ||
                   (quirk(k, PKI_QUIRK_NS_TYPE_AS_EKU) && has_ext(k, PKI_EXT_NS_CERT_TYPE));
    if (!present && k->role == PKI_ROLE_LEAF && quirk(k, PKI_QUIRK_NEEDS_EKU))
        pki_path_add(k->path, PKI_PROBLEM_EKU, k->depth,
                     "%s has no extended key usage, which this client asks for", who(k));
    if (!present || is_eku_ignored(k)) return;
    uint16_t eku = eku_with_ns_type(k);
    if (eku == 0 && quirk(k, PKI_QUIRK_EKU_EMPTY)) return;
    if (!(eku & good_eku(k)))
        pki_path_add(k->path, PKI_PROBLEM_EKU, k->depth, "the extended key usage of %s does not allow TLS %s",
                     who(k), k->q->purpose == PKI_PURPOSE_SERVER ? "servers" : "clients");
}

static bool rsa_is_accepted(const struct pki_judge *judge, const struct pki_key *key) {
    if (judge->max_rsa && key->size > judge->max_rsa) return false;
    if (judge->rules & PKI_RULE_RSA_OCTETS && key->size % 8) return false;
    return key->size >= judge->min_rsa;
}

static bool ec_is_accepted(const struct pki_judge *judge, const struct pki_key *key, bool leaf) {
    uint64_t curves = leaf ? judge->leaf_curves : judge->curves;
    return (!curves || curves >> (key->group < 64 ? key->group : 0) & 1) && key->size >= judge->min_ec;
}

static bool key_is_accepted(const struct pki_judge *judge, const struct pki_key *key, bool leaf) {
    uint32_t types = leaf && judge->leaf_keys ? judge->leaf_keys : judge->keys;
    bool rsa = key->type == KEY_RSA || key->type == KEY_RSA_PSS;
    if (rsa && !rsa_is_accepted(judge, key)) return false;
    if (key->type == KEY_EC && !ec_is_accepted(judge, key, leaf)) return false;
    return types >> key->type & 1;
}

/* How strong keys and signatures must be is no matter of RFC 5280: asked only where TLS is the purpose. */
static void look_strength(const struct look *k) {
    const struct pki_cert *c = k->c;
    if (k->q->purpose == PKI_PURPOSE_ANY) return;
    if (!key_is_accepted(k->judge, &c->key, k->role == PKI_ROLE_LEAF))
        pki_path_add(k->path, PKI_PROBLEM_WEAK_KEY, k->depth, "the key of %s is not accepted (%s)", who(k),
                     k->path->a ? pki_key_text(k->path->a, &c->key) : "");
    bool may_be_explicit =
        rule(k, PKI_RULE_EXPLICIT_CURVE) || (k->role == PKI_ROLE_LEAF && quirk(k, PKI_QUIRK_EXPLICIT_LEAF));
    if (c->key.explicit_curve && !may_be_explicit)
        pki_path_add(k->path, PKI_PROBLEM_WEAK_KEY, k->depth,
                     "the key of %s writes out its curve instead of naming it (RFC 5480 2.1.1)", who(k));
    if (k->role != PKI_ROLE_ANCHOR && !(k->judge->hashes >> c->outer.hash & 1))
        pki_path_add(k->path, PKI_PROBLEM_WEAK_SIGNATURE, k->depth, "%s is signed with %s", who(k),
                     k->path->a ? pki_sigalg_text(k->path->a, &c->outer) : "");
}

static void add_facts(const struct look *k, const enum pki_fact *facts, size_t n, struct text *t, bool *any) {
    for (size_t i = 0; i < n; i++) {
        if (!pki_has_fact(k->c, facts[i])) continue;
        if (k->path->a)
            text_addf(t, "%s%s (RFC 5280 %s)", *any ? "; " : "", pki_fact_text(facts[i]),
                      pki_fact_section(facts[i]));
        *any = true;
    }
}

/* All deviations at once: they are one problem of one certificate. */
static void look_profile(const struct look *k) {
    const struct pki_judge *j = k->judge;
    bool any = false, anchor = k->role == PKI_ROLE_ANCHOR;
    struct text t = {0};
    if (k->q->purpose == PKI_PURPOSE_ANY || (anchor && !rule(k, PKI_RULE_ANCHOR_FACTS))) return;
    if (k->path->a) text_init(&t, k->path->a);
    add_facts(k, j->facts, j->n_facts, &t, &any);
    if (!anchor) add_facts(k, j->facts_below, j->n_facts_below, &t, &any);
    if (any) pki_path_add(k->path, PKI_PROBLEM_PROFILE, k->depth, "of %s: %s", who(k), t.s ? t.s : "");
}

/* ---- what only a leaf has ---- */

static void look_name(const struct look *k) {
    const struct pki_host *host = k->q->host;
    bool has_san = has_ext(k, PKI_EXT_SAN);
    if (rule(k, PKI_RULE_NEEDS_SAN) && !has_san && k->q->purpose == PKI_PURPOSE_SERVER)
        pki_path_add(k->path, PKI_PROBLEM_NO_SAN, k->depth, "%s has no subject alternative names", who(k));
    if (!host || pki_host_matches(k->c, host, k->judge->host_rules) != PKI_HOST_NO) return;
    if (host->ip_n) {
        pki_path_add(k->path, PKI_PROBLEM_IP_MISMATCH, k->depth, "%s is not valid for the address %s", who(k),
                     k->path->a ? text_ip(k->path->a, bytes_of(host->ip, host->ip_n)) : "");
        return;
    }
    bool cn = !has_san && pki_host_matches(k->c, host, PKI_HOST_CN_IF_NO_SAN) != PKI_HOST_NO;
    pki_path_add(k->path, cn ? PKI_PROBLEM_NO_SAN : PKI_PROBLEM_NAME_MISMATCH, k->depth,
                 cn ? "%s names '%s' in its common name alone" : "%s is not valid for the name '%s'", who(k),
                 k->path->a ? text_escape(k->path->a, host->name, PKI_HOST_MAX) : "");
}

static void look_lifetime(const struct look *k) {
    const struct pki_lifetime_cap *cap = NULL;
    if (k->q->purpose != PKI_PURPOSE_SERVER) return;
    for (const struct pki_lifetime_cap *c = k->judge->caps; c < k->judge->caps + PKI_JUDGE_CAPS && c->days;
         c++)
        if (k->c->not_before >= c->issued_from && (c->private_too || k->q->public_root)) cap = c;
    /* The last second counts too (RFC 5280 4.1.2.5). */
    if (cap && k->c->not_after - k->c->not_before >= (int64_t)cap->days * 86400)
        pki_path_add(k->path, PKI_PROBLEM_LIFETIME, k->depth, "%s is valid for %s, more than %u days", who(k),
                     k->path->a ? text_duration(k->path->a, k->c->not_after - k->c->not_before + 1) : "",
                     cap->days);
}

/* RFC 6962 3.3: in the certificate, in its staple or in the handshake. Whether they are good is not looked at
 * here: that there are none is enough. */
static void look_scts(const struct look *k) {
    if (!rule(k, PKI_RULE_CT) || !k->q->public_root || k->q->has_scts || k->c->scts.n > 0) return;
    if (k->q->purpose == PKI_PURPOSE_SERVER)
        pki_path_add(k->path, PKI_PROBLEM_NO_SCTS, k->depth,
                     "%s is of a public CA and comes without signed certificate timestamps (SCTs)", who(k));
}

static uint16_t uses_of_leaf(const struct look *k) {
    if (quirk(k, PKI_QUIRK_LEAF_SIGNS)) return PKI_KU_DIGITAL_SIGNATURE;
    if (!quirk(k, PKI_QUIRK_LEAF_USE_OF_KEY))
        return PKI_KU_DIGITAL_SIGNATURE | PKI_KU_KEY_ENCIPHERMENT | PKI_KU_KEY_AGREEMENT;
    if (k->c->key.type == KEY_EC) return PKI_KU_DIGITAL_SIGNATURE | PKI_KU_KEY_AGREEMENT;
    return k->c->key.type == KEY_RSA ? PKI_KU_KEY_ENCIPHERMENT : PKI_KU_DIGITAL_SIGNATURE;
}

static void look_leaf(const struct look *k) {
    if (k->role != PKI_ROLE_LEAF) return;
    look_name(k);
    look_lifetime(k);
    look_scts(k);
    if (k->c->version < 3 && k->q->purpose != PKI_PURPOSE_ANY &&
        !quirk(k, PKI_QUIRK_ANY_VERSION | PKI_QUIRK_V1_LEAF))
        pki_path_add(k->path, PKI_PROBLEM_VERSION, k->depth,
                     "%s is of version %u, and only version 3 can hold what TLS asks for (RFC 5280 4.1.2.1)",
                     who(k), k->c->version);
    bool may_be_ca = !rule(k, PKI_RULE_LEAF_NOT_CA) ||
                     (quirk(k, PKI_QUIRK_CA_WITHOUT_EKU) && !has_ext(k, PKI_EXT_EXT_KEY_USAGE));
    if (k->c->ca && !may_be_ca && k->q->purpose != PKI_PURPOSE_ANY)
        pki_path_add(k->path, PKI_PROBLEM_LEAF_IS_CA, k->depth, "%s is a CA and used as a leaf", who(k));
    if (rule(k, PKI_RULE_LEAF_KEY_USAGE) && k->q->purpose != PKI_PURPOSE_ANY &&
        !key_usage_allows(k, uses_of_leaf(k)))
        pki_path_add(k->path, PKI_PROBLEM_LEAF_KEY_USAGE, k->depth,
                     "the key usage of %s allows nothing that TLS does with a key", who(k));
}

void pki_judge_one(const struct pki_query *q, const struct pki_cert *c, enum pki_role role,
                   struct pki_path *path, size_t depth) {
    struct look k = {q, q->judge, c, role, path, depth};
    bool trusted_leaf = role == PKI_ROLE_LEAF && path->anchored && path->n == 1;
    if (trusted_leaf && quirk(&k, PKI_QUIRK_TRUSTED_NOT_EE) && !c->ca &&
        c->ext[PKI_EXT_BASIC_CONSTRAINTS].present)
        pki_path_add(path, PKI_PROBLEM_NOT_CA, depth, "%s is trusted and says that it is no CA", who(&k));
    look_encoding(&k);
    if (trusted_leaf && quirk(&k, PKI_QUIRK_TRUSTED_LEAF)) {
        look_name(&k);
        return;
    }
    look_critical(&k);
    look_dates(&k);
    look_ca(&k);
    look_eku(&k);
    look_leaf(&k);
    look_strength(&k);
    look_profile(&k);
}

uint64_t pki_cost_one(const struct pki_query *q, const struct pki_cert *c, enum pki_role role) {
    struct pki_path path = {0};
    pki_judge_one(q, c, role, &path, 0);
    return path.cost;
}

/* ---- the path ---- */

/* What the checks of one path share. */
struct walk {
    struct pki_pool *pool;
    const struct pki_query *q;
    struct pki_path *path;
    size_t top; /* depth of the topmost certificate that is no anchor */
};

static const struct pki_cert *cert_at(const struct walk *w, size_t depth) {
    return &pki_pool_item(w->pool, w->path->items[depth])->cert;
}

static char *subject_at(const struct walk *w, size_t depth) {
    return pki_name_text(w->path->a, cert_at(w, depth)->subject);
}

/* What it means that the signature at `depth` was not verified by the key at `above`. */
static void tell_signature(const struct walk *w, size_t depth, size_t above, enum pki_signature s) {
    if (above != depth && pki_has_fact(cert_at(w, above), PKI_FACT_KEY_UNREADABLE))
        pki_path_add(w->path, PKI_PROBLEM_MALFORMED, above, "the key of %s cannot be read",
                     subject_at(w, above));
    else if (s == PKI_SIGNATURE_NO)
        pki_path_add(w->path, PKI_PROBLEM_BAD_SIGNATURE, depth,
                     "the signature of %s is not made by the key of %s", subject_at(w, depth),
                     subject_at(w, above));
    else if (w->pool->checks_used_up)
        pki_path_add(w->path, PKI_PROBLEM_UNCHECKED, depth,
                     "the signature of %s was not checked: the work that may be done was used up",
                     subject_at(w, depth));
    else
        pki_path_add(w->path, PKI_PROBLEM_UNKNOWN_ALGORITHM, depth,
                     "the signature of %s is of an algorithm that is not known (%s)", subject_at(w, depth),
                     pki_sigalg_text(w->path->a, &cert_at(w, depth)->outer));
}

/* A leaf that is its own anchor verifies itself. */
static void walk_signatures(const struct walk *w, uint64_t *checks) {
    for (size_t depth = 0; depth < w->path->n; depth++) {
        bool self = depth + 1 == w->path->n;
        if (self && !(w->path->anchored && depth == 0)) break;
        if (self && w->q->judge->leaf_trust == PKI_LEAF_ANY) break;
        size_t above = self ? depth : depth + 1;
        uint32_t key = pki_path_key(w->pool, w->path->items, w->path->n, above);
        enum pki_signature s = pki_pool_signed_by(w->pool, w->path->items[depth], key, checks);
        if (s != PKI_SIGNATURE_YES) tell_signature(w, depth, above, s);
    }
}

/* RFC 5280 6.1.4 l and m: downwards, from the anchor on. */
static void walk_path_length(const struct walk *w) {
    uint64_t left = w->q->has_max_cas ? w->q->max_cas : UINT64_MAX;
    bool told = w->q->judge->rules & PKI_RULE_SELF_ISSUED_COUNTS;
    for (size_t depth = w->path->n; depth-- > 1;) {
        const struct pki_cert *c = cert_at(w, depth);
        bool anchor = depth > w->top;
        if (anchor && !(w->q->judge->rules & PKI_RULE_ANCHOR_LIMITS)) continue;
        if (!anchor && (!c->self_issued || told)) {
            if (left == 0)
                pki_path_add(w->path, PKI_PROBLEM_PATH_LENGTH, depth,
                             "a CA above %s allows no further CA below it (path length)",
                             subject_at(w, depth));
            if (left) left--;
        }
        if (c->has_path_len && c->path_len < left) left = c->path_len;
    }
    if (w->q->judge->max_cas && w->top > w->q->judge->max_cas)
        pki_path_add(w->path, PKI_PROBLEM_TOO_DEEP, w->q->judge->max_cas,
                     "the path has %zu intermediate certificates, more than %u", w->top,
                     w->q->judge->max_cas);
}

/* The list as sent: leaf and intermediates in order, and nothing else, unless the anchor stands behind them.
 */
static bool is_as_sent(const struct walk *w) {
    size_t first = pki_pool_item(w->pool, w->path->items[0])->place, sent = 0;
    for (size_t depth = 0; depth <= w->top; depth++) {
        const struct pki_item *item = pki_pool_item(w->pool, w->path->items[depth]);
        if (item->place != first + depth || !(item->origins & PKI_SENT)) return false;
    }
    bool anchor_too = w->path->n > w->top + 1 &&
                      pki_pool_item(w->pool, w->path->items[w->top + 1])->place == first + w->top + 1;
    for (size_t i = 0; i < pki_pool_count(w->pool); i++)
        sent += (pki_pool_item(w->pool, i)->origins & PKI_SENT) != 0;
    return !w->pool->sent_twice && (anchor_too || sent == w->top + 1);
}

static void walk_built(const struct walk *w) {
    size_t n = 0;
    for (size_t depth = 1; depth <= w->top; depth++) n += !cert_at(w, depth)->self_issued;
    unsigned most = w->q->judge->max_built;
    if (most == 0 || n <= most || is_as_sent(w)) return;
    pki_path_add(
        w->path, PKI_PROBLEM_TOO_DEEP, most,
        "the path has %zu intermediate certificates, more than %u, and it is not the list as it was sent", n,
        most);
}

/* RFC 5280 6.1.3 b and c: each CA's constraints on all below it, self-issued ones in the middle excepted. */
static void walk_name_constraints(const struct walk *w, uint64_t *comparisons) {
    size_t first = w->q->judge->rules & PKI_RULE_ANCHOR_LIMITS ? w->path->n : w->top + 1;
    const unsigned rules = w->q->judge->nc_rules;
    for (size_t issuer = 1; issuer < first; issuer++) {
        const struct pki_cert *ca = cert_at(w, issuer);
        if (!ca->ext[PKI_EXT_NAME_CONSTRAINTS].present) continue;
        if (w->q->judge->quirks & PKI_QUIRK_NC_UNHANDLED && ca->ext[PKI_EXT_NAME_CONSTRAINTS].critical &&
            pki_nc_has_other_kinds(ca))
            pki_path_add(w->path, PKI_PROBLEM_CRITICAL_EXTENSION, issuer,
                         "%s has critical name constraints of a kind that this client does not know",
                         subject_at(w, issuer));
        for (size_t depth = 0; depth < issuer; depth++) {
            struct pki_nc_result r;
            if (depth > 0 && (cert_at(w, depth)->self_issued || rules & PKI_NC_LEAF_ONLY)) continue;
            if (pki_nc_check(ca, cert_at(w, depth), rules, comparisons, &r) == PKI_NC_OK) continue;
            pki_path_add(w->path, PKI_PROBLEM_NAME_CONSTRAINTS, depth,
                         "%s of %s: %s by the name constraints of %s", pki_gn_text(w->path->a, &r.name),
                         subject_at(w, depth), pki_nc_verdict_text(r.verdict), subject_at(w, issuer));
        }
    }
}

/* Where the path ends without an anchor. */
static void walk_end(const struct walk *w, uint64_t *checks) {
    size_t last = w->path->n - 1;
    const struct pki_item *item = pki_pool_item(w->pool, w->path->items[last]);
    if (w->path->anchored) return;
    bool self_signed =
        item->cert.self_issued &&
        pki_pool_signed(w->pool, w->path->items[last], w->path->items[last], checks) == PKI_SIGNATURE_YES;
    if (self_signed && last == 0)
        pki_path_add(w->path, PKI_PROBLEM_SELF_SIGNED, last, "%s signed itself and is not trusted",
                     subject_at(w, last));
    else if (self_signed)
        pki_path_add(w->path, PKI_PROBLEM_UNTRUSTED_ROOT, last,
                     "the path ends at the root %s, which is not trusted", subject_at(w, last));
    else
        pki_path_add(w->path, PKI_PROBLEM_NO_ISSUER, last, "the issuer of %s, %s, is not at hand",
                     subject_at(w, last), pki_name_text(w->path->a, item->cert.issuer));
}

static int compare_problems(const void *a, const void *b) {
    const struct pki_problem *x = a, *y = b;
    uint32_t sx = problems[x->kind].severity, sy = problems[y->kind].severity;
    if (sx != sy) return sx < sy ? 1 : -1;
    if (x->depth != y->depth) return x->depth < y->depth ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

void pki_path_judge(struct pki_pool *pool, const struct pki_query *q, struct pki_path *path,
                    uint64_t *signatures, uint64_t *comparisons) {
    /* A leaf that is an anchor itself is judged as a leaf. */
    bool has_anchor = path->anchored && path->n > 1;
    struct walk w = {pool, q, path, path->n - 1 - has_anchor};
    for (size_t depth = 0; depth < path->n; depth++) {
        enum pki_role role = depth == 0 ? PKI_ROLE_LEAF : depth > w.top ? PKI_ROLE_ANCHOR : PKI_ROLE_CA;
        pki_judge_one(q, cert_at(&w, depth), role, path, depth);
    }
    walk_end(&w, signatures);
    walk_signatures(&w, signatures);
    walk_path_length(&w);
    walk_built(&w);
    walk_name_constraints(&w, comparisons);
    if (q->judge->rules & PKI_RULE_POLICIES) pki_judge_policies(pool, q, path, w.top, comparisons);
    for (size_t depth = w.top + 1; q->revocation && path->anchored && depth-- > 0;)
        q->revocation(q->revocation_arg, pool, q, path, depth);
    if (path->n_problems > 1)
        qsort(path->problems, path->n_problems, sizeof(*path->problems), compare_problems);
}

/* Parameters that a DSA key leaves out are those of the key above it (RFC 5280 6.1.4 f, RFC 3279 2.3.2). */
bool pki_key_inherits(const struct pki_cert *c) {
    return c->key.type == KEY_DSA && c->key.size == 0;
}

static struct bytes spki_parameters(const struct pki_cert *c) {
    struct der all = der_of(c->key.spki, NULL, NULL);
    struct der in = der_enter(&all, DER_SEQUENCE, "SubjectPublicKeyInfo");
    struct der algorithm = der_enter(&in, DER_SEQUENCE, "algorithm");
    (void)der_oid(&algorithm, "algorithm");
    return bytes_of(algorithm.cur, (size_t)(algorithm.end - algorithm.cur));
}

/* A SEQUENCE of up to 64 KiB: tag, length in two bytes, contents. BER to be sure, which libcrypto reads. */
static struct bytes sequence_of(struct arena *a, struct bytes x, struct bytes y) {
    size_t n = x.n + y.n;
    uint8_t *p = arena_alloc(a, n + 4);
    p[0] = DER_SEQUENCE;
    p[1] = 0x82;
    p[2] = (uint8_t)(n >> 8);
    p[3] = (uint8_t)n;
    memcpy(p + 4, x.p, x.n);
    memcpy(p + 4 + x.n, y.p, y.n);
    return bytes_of(p, n + 4);
}

uint32_t pki_path_key(struct pki_pool *pool, const size_t *items, size_t n, size_t depth) {
    const struct pki_item *item = pki_pool_item(pool, items[depth]);
    size_t up = depth + 1;
    if (!pki_key_inherits(&item->cert)) return item->key_id;
    while (up < n && pki_key_inherits(&pki_pool_item(pool, items[up])->cert)) up++;
    if (up == n || pki_pool_item(pool, items[up])->cert.key.type != KEY_DSA) return item->key_id;
    struct bytes params = spki_parameters(&pki_pool_item(pool, items[up])->cert);
    struct der all = der_of(item->cert.key.spki, NULL, NULL);
    struct der in = der_enter(&all, DER_SEQUENCE, "SubjectPublicKeyInfo");
    struct der algorithm = der_enter(&in, DER_SEQUENCE, "algorithm");
    const uint8_t *oid = algorithm.cur;
    (void)der_oid(&algorithm, "algorithm");
    struct bytes bits = bytes_of(in.cur, (size_t)(in.end - in.cur));
    if (params.n + item->cert.key.spki.n > UINT16_MAX - 16u || in.failed || algorithm.failed)
        return item->key_id;
    struct bytes id = sequence_of(pool->a, bytes_of(oid, (size_t)(algorithm.cur - oid)), params);
    return pki_pool_key(pool, sequence_of(pool->a, id, bits));
}
