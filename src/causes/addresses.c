#include "causes/addresses.h"

#include "causes/certificates.h"

const struct facts *address_facts(const struct casefile *c, size_t i) {
    return i == 0 ? c->main : c->others[i];
}

static const char *refusal_of(struct casefile *c, const struct chain_result *r, bool fits) {
    if (!r->ok) return certificates_outcome(c, r);
    return fits ? NULL : "the certificate is for other names";
}

const char *address_refusal(struct casefile *c, size_t i) {
    if (i == 0) return c->cert_facts ? refusal_of(c, &c->judged, c->fits_host) : NULL;
    return address_refusal_of(c, address_facts(c, i));
}

const char *address_refusal_of(struct casefile *c, const struct facts *f) {
    bool named = f && (!case_host_is_name(c) || text_eq_nocase(f->run->trial.hello.server_name, c->host));
    if (!named || c->blind || f->certificates.n == 0) return NULL;
    struct chain_result r;
    certificates_judge(c, f, &r);
    return refusal_of(c, &r, certificates_fit_host(c, f));
}

static bool same_names(const struct cert_info *a, const struct cert_info *b) {
    if (a->n_dns != b->n_dns || a->n_ip != b->n_ip) return false;
    for (size_t i = 0; i < a->n_dns; i++) {
        bool there = false;
        for (size_t k = 0; k < b->n_dns; k++) there = there || text_eq_nocase(a->dns[i], b->dns[k]);
        if (!there) return false;
    }
    for (size_t i = 0; i < a->n_ip; i++)
        if (strcmp(a->ip[i], b->ip[i]) != 0) return false;
    return true;
}

bool address_renews(const struct casefile *c, const struct cert_info *young, const struct cert_info *old) {
    bool overtaken = old->not_after < c->now && young->not_after >= c->now && young->not_before <= c->now;
    return overtaken && young->not_before > old->not_before && young->key_type == old->key_type &&
           same_names(young, old);
}

/* One that is not may have been spoilt on the way. */
static bool is_readable(struct casefile *c, const struct facts *f, struct cert_info *ret) {
    return f->certificates.n > 0 && cert_info_read(c->a, facts_leaf(f), ret) && ret->parsed;
}

const struct facts *address_other_certificate(struct casefile *c) {
    const struct facts *shown = c->cert_facts;
    struct cert_info own, other;
    if (!shown || !is_readable(c, shown, &own)) return NULL;
    bool refused = address_refusal_of(c, shown) != NULL;
    for (const struct facts_entry *e = c->entries; e; e = e->next) {
        const struct trial *t = &e->run->trial;
        bool here = memcmp(&t->to, &c->trial.to, sizeof(t->to)) == 0 &&
                    strcmp(t->hello.server_name, shown->run->trial.hello.server_name) == 0;
        if (!here || facts_same_leaf(e->facts, shown) || !is_readable(c, e->facts, &other)) continue;
        if (address_renews(c, &own, &other) || address_renews(c, &other, &own))
            continue; /* renewed-not-reloaded */
        if ((address_refusal_of(c, e->facts) != NULL) != refused) return e->facts;
    }
    return NULL;
}

bool address_well(struct casefile *c, size_t i) {
    const struct facts *f = address_facts(c, i);
    return f && f->good && !address_refusal(c, i);
}

const char *address_outcome(struct casefile *c, size_t i) {
    const struct facts *f = address_facts(c, i);
    const char *refusal = f && f->good ? address_refusal(c, i) : NULL;
    return refusal ? refusal : f ? facts_outcome(c->a, f) : "not tried";
}

bool address_is_v6(const struct casefile *c, size_t i) {
    return c->resolved->addr[i].sa.any.sa_family == AF_INET6;
}

char *address_text(const struct casefile *c, size_t i) {
    return net_addr_text(c->a, &c->resolved->addr[i]);
}
