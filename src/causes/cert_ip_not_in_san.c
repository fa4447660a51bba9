/* The server is asked for by its address, and the certificate holds no such iPAddress (RFC 9525 6.5). */
#include "causes/names.h"

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct net_addr literal;
    if (!names_mismatch(c) || !net_addr_parse(c->host, 0, &literal)) return RULING_NO;
    names_describe(c, f, NULL);
    f->summary = text_f(
        c->a, "The server is asked for by its address %s, which its certificate does not hold; it is for %s.",
        c->host, certificates_names(c, c->cert_facts));
    return RULING_YES;
}

static const char *const replaces[] = {"cert-name-mismatch", NULL};
extern const struct cause cause_cert_ip_not_in_san;
const struct cause cause_cert_ip_not_in_san = {.id = "cert-ip-not-in-san",
                                               .row = "incorrect-certificate",
                                               .fixer = FIX_BY_NORM,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_CERT_NAMES,
                                               .replaces = replaces,
                                               .judge = judge};
