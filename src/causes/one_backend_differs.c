/* One of the addresses of the name behaves unlike the others: the difference proves itself. */
#include "causes/addresses.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (!c->resolved) return RULING_NO;
    size_t good = RESOLVE_MAX, bad = RESOLVE_MAX;
    for (size_t i = c->resolved->n; i-- > 0;) {
        const struct facts *a = address_facts(c, i);
        if (a && a->t->result != RESULT_CANCELLED) *(address_well(c, i) ? &good : &bad) = i;
    }
    if (good == RESOLVE_MAX || bad == RESOLVE_MAX) return RULING_NO;
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->proof.baseline = text_f(c->a, "at %s: %s", address_text(c, bad), address_outcome(c, bad));
    f->proof.change =
        text_f(c->a, "the same handshake with another address of the name, %s", address_text(c, good));
    f->proof.outcome = address_outcome(c, good);
    f->summary = text_f(c->a, "%s has several addresses, and %s fails while %s does well.", c->host,
                        address_text(c, bad), address_text(c, good));
    finding_slot(f, "bad_address", address_text(c, bad));
    finding_slot(f, "good_address", address_text(c, good));
    return RULING_YES;
}

static const char *const replaces[] = {
    "port-closed",        "host-unreachable",  "connect-timeout",   "closed-before-hello",
    "closed-after-hello", "reset-after-hello", "handshake-timeout", NULL};
extern const struct cause cause_one_backend_differs;
const struct cause cause_one_backend_differs = {.id = "one-backend-differs",
                                                .row = NULL,
                                                .fixer = FIX_SERVER,
                                                .phase = PHASE_ADDRESSES,
                                                .rank = RANK_CONNECT,
                                                .replaces = replaces,
                                                .judge = judge};
