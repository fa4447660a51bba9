/* The certificate was renewed, and the old one, which has expired, is still served: at one of the addresses
 * of the name, or on some connections to one address, behind which there are several machines or processes.
 * Both were seen, and they are one and the same certificate but for its age. */
#include "causes/addresses.h"
#include "causes/certificates.h"

struct seen {
    const struct facts *facts;
    struct cert_info leaf;
    const char *where;
};

static bool look(struct casefile *c, const struct facts *f, const char *where, struct seen *ret) {
    bool named = !case_host_is_name(c) || text_eq_nocase(f->run->trial.hello.server_name, c->host);
    if (!named || f->certificates.n == 0) return false;
    *ret = (struct seen){.facts = f, .where = where};
    return cert_info_read(c->a, facts_leaf(f), &ret->leaf) && ret->leaf.parsed;
}

/* The other one of the pair, among all that was shown at the first address and at the further ones. */
static bool find_pair(struct casefile *c, const struct seen *one, struct seen *young, struct seen *old) {
    struct seen other;
    const struct facts_entry *e = c->entries;
    size_t i = 1;
    while (e || (c->resolved && i < c->resolved->n)) {
        const struct facts *f = e ? e->facts : c->others[i];
        const char *where = e ? address_text(c, 0) : address_text(c, i);
        bool here = !e || memcmp(&f->run->trial.to, &c->trial.to, sizeof(c->trial.to)) == 0;
        if (e)
            e = e->next;
        else
            i++;
        if (!f || !here || !look(c, f, where, &other)) continue;
        bool is_young = address_renews(c, &other.leaf, &one->leaf),
             is_old = address_renews(c, &one->leaf, &other.leaf);
        if (!is_young && !is_old) continue;
        *young = is_young ? other : *one;
        *old = is_young ? *one : other;
        return true;
    }
    return false;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct seen one, young, old;
    if (!c->cert_facts || !look(c, c->cert_facts, address_text(c, 0), &one)) return RULING_NO;
    if (c->clock.state == CLOCK_DISPUTED || !find_pair(c, &one, &young, &old)) return RULING_NO;
    bool elsewhere = strcmp(young.where, old.where) != 0;
    const char *when = text_time(c->a, old.leaf.not_after), *since = text_time(c->a, young.leaf.not_before);
    f->certainty = c->clock.sure ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    f->comes_and_goes = !elsewhere;
    f->spares_own = !bytes_eq(facts_leaf(c->cert_facts), facts_leaf(old.facts));
    f->has_proof = true;
    f->proof.baseline = text_f(c->a, "at %s: a certificate that expired on %s (serial number %s)", old.where,
                               when, old.leaf.serial);
    f->proof.change = elsewhere ? text_f(c->a, "the same name at another of its addresses, %s", young.where)
                                : "another connection to the same address";
    f->proof.outcome = text_f(c->a, "its successor, valid from %s to %s (serial number %s)", since,
                              text_time(c->a, young.leaf.not_after), young.leaf.serial);
    f->summary =
        text_f(c->a,
               "The certificate of %s was renewed on %s, and %s still serves the old one%s, which expired on "
               "%s.",
               c->host, since, old.where, elsewhere ? "" : " on some connections", when);
    finding_evidence(f, "Both are for the same names, and have the same kind of key.");
    finding_slot(f, "not_after", when);
    finding_slot(f, "not_before", since);
    finding_slot(f, "where",
                 elsewhere ? text_f(c->a, "The address %s", old.where)
                           : text_f(c->a, "One of the machines or processes behind %s", old.where));
    finding_slot(f, "old_serial", old.leaf.serial);
    finding_slot(f, "new_serial", young.leaf.serial);
    return RULING_YES;
}

static const char *const replaces[] = {"cert-expired", NULL};
extern const struct cause cause_renewed_not_reloaded;
const struct cause cause_renewed_not_reloaded = {.id = "renewed-not-reloaded",
                                                 .row = "incorrect-certificate",
                                                 .fixer = FIX_SERVER,
                                                 .phase = PHASE_SECOND,
                                                 .rank = RANK_CERT_DATES,
                                                 .replaces = replaces,
                                                 .judge = judge};
