/* The name leads elsewhere: two ways to look it up give different addresses, and the same handshake meets the
 * right server at the one and a stranger at the other. */
#include "causes/addresses.h"
#include "causes/certificates.h"

/* One way to look the name up, and what stands where it leads. */
struct lead {
    const char *way;
    bool by_file;
    const struct net_addr *addr;
    const struct facts *facts;
    bool well;
    const char *outcome;
};

static void look_at_own(struct casefile *c, struct lead *ret) {
    *ret = (struct lead){.way = c->elsewhere->own_way,
                         .by_file = c->elsewhere->own_by_file,
                         .addr = &c->resolved->addr[0],
                         .facts = c->main,
                         .well = address_well(c, 0),
                         .outcome = address_outcome(c, 0)};
}

static void look_at_other(struct casefile *c, struct lead *ret) {
    const struct elsewhere *e = c->elsewhere;
    const char *refusal = e->facts->good ? address_refusal_of(c, e->facts) : NULL;
    *ret = (struct lead){.way = e->way,
                         .by_file = e->by_file,
                         .addr = &e->addr,
                         .facts = e->facts,
                         .well = e->facts->good && !refusal,
                         .outcome = refusal ? refusal : facts_outcome(c->a, e->facts)};
}

/* Where filters send what they block, while the right server is elsewhere. */
static bool is_sinkhole(const struct lead *wrong, const struct lead *right) {
    if (net_addr_is_nowhere(wrong->addr)) return !net_addr_is_nowhere(right->addr);
    return net_addr_is_private(wrong->addr) && !net_addr_is_private(right->addr);
}

/* Not the server that was meant. One that is down, or shows the right name in a certificate that has expired,
 * may be the same owner's; so may be one inside a network (split horizon, RFC 6950 4.1), with a certificate
 * for the right name by a CA that this client does not know. */
static bool is_stranger(struct casefile *c, const struct lead *wrong, const struct lead *right) {
    const struct facts *f = wrong->facts;
    if (f->certificates.n > 0) {
        struct chain_result r;
        certificates_judge(c, f, &r);
        bool fits = certificates_fit_host(c, f);
        bool inside =
            net_addr_is_private(wrong->addr) && !net_addr_is_nowhere(wrong->addr) && !wrong->by_file;
        return !fits || (certificates_path_broken(&r) && !inside);
    }
    if (f->t->result == RESULT_CANCELLED) return false;
    return wrong->by_file || is_sinkhole(wrong, right) || f->t->result == RESULT_NOT_TLS;
}

static void describe(struct casefile *c, struct finding *f, const struct lead *wrong,
                     const struct lead *right) {
    char *bad = net_addr_text(c->a, wrong->addr), *good = net_addr_text(c->a, right->addr);
    f->summary = text_f(c->a, "%s: %s leads to %s, where another server answers than the one at %s.", c->host,
                        wrong->way, bad, good);
    finding_evidence(f, text_f(c->a, "Asked for %s, %s says %s.", c->host, wrong->way, bad));
    finding_evidence(f, text_f(c->a, "Asked for %s, %s says %s.", c->host, right->way, good));
    if (wrong->facts->certificates.n > 0)
        finding_evidence(f, text_f(c->a, "The certificate shown at %s is for: %s.", bad,
                                   certificates_names(c, wrong->facts)));
    f->has_proof = true;
    f->proof = (struct proof){
        .baseline = text_f(c->a, "at %s: %s", bad, wrong->outcome),
        .change = text_f(c->a, "the same handshake, with the same name, at the address %s that %s gives",
                         good, right->way),
        .outcome = text_f(c->a, "%s, with a certificate that is accepted for %s", right->outcome, c->host)};
    finding_slot(f, "wrong_way", wrong->way);
    finding_slot(f, "wrong_address", bad);
    finding_slot(f, "right_way", right->way);
    finding_slot(f, "right_address", good);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct lead own, other;
    if (!c->elsewhere || !c->elsewhere->facts || c->elsewhere->facts->run->not_run) return RULING_NO;
    look_at_own(c, &own);
    look_at_other(c, &other);
    if (own.well == other.well) return RULING_NO;
    const struct lead *wrong = own.well ? &other : &own, *right = own.well ? &own : &other;
    if (!is_stranger(c, wrong, right)) return RULING_NO;
    /* One machine of a large site may be set up wrongly, and look like a stranger. */
    f->certainty = wrong->by_file || is_sinkhole(wrong, right) ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    if (wrong->by_file) f->fixer = FIXER_CLIENT;
    f->spares_own = own.well;
    describe(c, f, wrong, right);
    if (f->certainty == CERTAINTY_LIKELY)
        finding_evidence(f,
                         "The same run with a third resolver (--resolver) decides which of the two is alone "
                         "with its answer.");
    return RULING_YES;
}

/* What is wrong where the name should not lead is nobody's matter. */
static const char *const replaces[] = {"port-not-tls",
                                       "port-closed",
                                       "connect-timeout",
                                       "host-unreachable",
                                       "firewall-block",
                                       "firewall-drop",
                                       "closed-before-hello",
                                       "closed-after-hello",
                                       "reset-after-hello",
                                       "handshake-timeout",
                                       "server-no-cert",
                                       "sni-unknown-to-server",
                                       "default-vhost-cert",
                                       "cert-name-mismatch",
                                       "cert-www-mismatch",
                                       "cert-wildcard-scope",
                                       "cert-cn-only-no-san",
                                       "cert-self-signed",
                                       "cert-private-ca",
                                       "chain-missing-intermediate",
                                       "cert-expired",
                                       "cert-not-yet-valid",
                                       "cert-weak-key",
                                       "cert-weak-signature",
                                       "cert-unsupported-version",
                                       "cert-strict-x509",
                                       "cert-validity-too-long",
                                       NULL};
extern const struct cause cause_dns_hijack;
const struct cause cause_dns_hijack = {.id = "dns-hijack",
                                       .row = "man-in-the-middle",
                                       .fixer = FIX_NETWORK,
                                       .phase = PHASE_ADDRESSES,
                                       .rank = RANK_BETWEEN,
                                       .replaces = replaces,
                                       .judge = judge};
