/* One of the addresses of the name behaves unlike the others, or one of the machines behind an address: the
 * difference proves itself. */
#include "causes/addresses.h"

static const char *sha256_of(struct casefile *c, const struct facts *f) {
    struct cert_info leaf;
    (void)cert_info_read(c->a, facts_leaf(f), &leaf);
    return text_hex(c->a, bytes_of(leaf.sha256, sizeof(leaf.sha256)));
}

static void tell_behind(struct casefile *c, struct finding *f, const struct facts *bad,
                        const struct facts *good, const char *why) {
    finding_evidence(f,
                     text_f(c->a, "Refused: the certificate with SHA-256 %s: %s.", sha256_of(c, bad), why));
    finding_evidence(f,
                     text_f(c->a,
                            "Accepted: the certificate with SHA-256 %s, which the same address shows to the "
                            "same client.",
                            sha256_of(c, good)));
}

/* Every address that was tried. */
static void tell_addresses(struct casefile *c, struct finding *f) {
    for (size_t i = 0; i < c->resolved->n; i++) {
        const struct facts *a = address_facts(c, i);
        if (a && a->t->result != RESULT_CANCELLED)
            finding_evidence(f, text_f(c->a, "At %s: %s.", address_text(c, i), address_outcome(c, i)));
    }
}

/* The server may choose its certificate by the hello. So the very same hello must get both. */
static enum ruling judge_behind(struct casefile *c, struct finding *f) {
    enum { TRIES = 4 };
    const struct facts *other = address_other_certificate(c);
    if (!other) return RULING_NO;
    bool bad_first = address_refusal_of(c, c->cert_facts) != NULL;
    const struct facts *both = NULL;
    struct trial trial = other->run->trial;
    bool open = false;
    trial.resume = NULL; /* a session that is taken up shows no certificate */
    trial.stop = STOP_SERVER_FLIGHT;
    trial.ask_http = false;
    for (unsigned i = 1; i <= TRIES && !both; i++) {
        const struct facts *again = case_repeat(c, &trial, i);
        open = open || !again;
        bool refused = again && address_refusal_of(c, again) != NULL;
        if (again && again->certificates.n > 0 && refused == bad_first) both = again;
    }
    if (!both) return open ? RULING_OPEN : RULING_NO;
    const char *why = address_refusal_of(c, bad_first ? c->cert_facts : other);
    f->certainty = CERTAINTY_PROVEN;
    f->spares_own = !bad_first;
    f->has_proof = true;
    f->proof.baseline = text_f(c->a, "on one connection, a certificate that is refused: %s", why);
    f->proof.change = "the very same handshake on another connection";
    f->proof.outcome = "another certificate, which is accepted";
    f->summary =
        text_f(c->a,
               "Behind %s there are several machines, and they are not alike: some connections get a "
               "certificate that is refused (%s), others one that is accepted.",
               case_where(c), why);
    tell_behind(c, f, bad_first ? c->cert_facts : other, bad_first ? other : c->cert_facts, why);
    finding_slot(f, "bad_address", text_f(c->a, "one of the machines behind %s", case_where(c)));
    finding_slot(f, "good_address", "the others");
    return RULING_YES;
}

static enum ruling judge_addresses(struct casefile *c, struct finding *f) {
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
    tell_addresses(c, f);
    finding_slot(f, "bad_address", address_text(c, bad));
    finding_slot(f, "good_address", address_text(c, good));
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    enum ruling r = judge_addresses(c, f);
    return r == RULING_NO ? judge_behind(c, f) : r;
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
