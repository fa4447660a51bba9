/* Only the IPv6 addresses fail, before TLS begins; the IPv4 addresses of the same name do well. */
#include "causes/addresses.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->resolved) return RULING_NO;
    size_t good4 = RESOLVE_MAX, bad6 = RESOLVE_MAX;
    for (size_t i = c->resolved->n; i-- > 0;) {
        const struct facts *a = address_facts(c, i);
        if (!a) continue;
        bool connected = a->reached >= REACHED_TCP;
        if (address_is_v6(c, i) == connected) return RULING_NO; /* a good IPv6 address, or a bad IPv4 one */
        *(connected ? &good4 : &bad6) = i;
    }
    if (good4 == RESOLVE_MAX || bad6 == RESOLVE_MAX) return RULING_NO;
    const struct facts *bad = address_facts(c, bad6), *good = address_facts(c, good4);
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof.baseline = text_f(c->a, "at %s: %s", address_text(c, bad6), facts_outcome(c->a, bad));
    f->proof.change = text_f(c->a, "the same name is reached at its IPv4 address %s", address_text(c, good4));
    f->proof.outcome = facts_outcome(c->a, good);
    f->summary = text_f(c->a, "%s cannot be reached over IPv6 (%s), while it answers over IPv4.", c->host,
                        address_text(c, bad6));
    finding_evidence(
        f, text_f(c->a, "Over IPv6, %s gave: %s.", address_text(c, bad6), facts_outcome(c->a, bad)));
    finding_evidence(
        f, text_f(c->a, "Over IPv4, %s gave: %s.", address_text(c, good4), facts_outcome(c->a, good)));
    finding_slot(f, "ipv6", address_text(c, bad6));
    finding_slot(f, "ipv4", address_text(c, good4));
    return RULING_YES;
}

static const char *const replaces[] = {"port-closed", "host-unreachable", "connect-timeout",
                                       "one-backend-differs", NULL};
extern const struct cause cause_ipv6_path_broken;
const struct cause cause_ipv6_path_broken = {.id = "ipv6-path-broken",
                                             .row = "man-in-the-middle",
                                             .fixer = FIX_NETWORK,
                                             .phase = PHASE_ADDRESSES,
                                             .rank = RANK_CONNECT,
                                             .replaces = replaces,
                                             .judge = judge};
