#include "causes/names.h"

bool names_mismatch(const struct casefile *c) {
    return c->cert_facts && c->info[0].parsed && !c->fits_host;
}

void names_describe(struct casefile *c, struct finding *f, const char *fitting) {
    const struct cert_info *leaf = &c->info[0];
    const char *names = certificates_names(c, c->cert_facts);
    const char *own = fitting ? fitting : leaf->n_dns ? leaf->dns[0] : leaf->n_ip ? leaf->ip[0] : NULL;
    f->certainty = CERTAINTY_PROVEN; /* the names stand in the certificate: the evidence proves itself */
    if (own)
        certificates_prove(f, text_f(c->a, "judged for %s: no name in the certificate fits", c->host),
                           text_f(c->a, "the same certificate is judged for %s", own), "the name fits");
    finding_evidence(f, text_f(c->a, "The certificate is for: %s.", names));
    finding_slot(f, "names", names);
    finding_slot(f, "fitting", own ? own : "");
}
