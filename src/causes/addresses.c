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
