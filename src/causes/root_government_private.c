/* A public site, at a public address, under a root that no public root program ships: a government's, or an
 * authority's that thought it was one for everybody. What tells it from a company's CA inside, and from
 * somebody in between, is that the CA is made for strangers: it publishes its revocation lists, its responder
 * or its own certificate at a public name. */
#include "causes/between.h"
#include "causes/private_ca.h"
#include "pki/ocsp.h"
#include "pki/program.h"

/* RFC 6761, RFC 7686: names of no site that the public could reach. */
static bool is_of_public_site(const char *host) {
    static const char *const special[] = {".test", ".example", ".invalid", ".onion"};
    size_t n = strlen(host);
    for (size_t i = 0; i < TW_COUNT(special); i++)
        if (n > strlen(special[i]) && text_eq_nocase(host + n - strlen(special[i]), special[i])) return false;
    return between_is_public_name(host);
}

static const char *public_host_of(struct casefile *c, const char *url) {
    const char *host = url ? strstr(url, "://") : NULL;
    if (!host) return NULL;
    host += strlen("://");
    char *name = text_f(c->a, "%.*s", (int)strcspn(host, ":/"), host);
    struct net_addr addr;
    return !net_addr_parse(name, 80, &addr) && is_of_public_site(name) ? name : NULL;
}

/* The name at which the CA of this certificate serves everybody; NULL: none. */
static const char *service_of(struct casefile *c, struct bytes der, const struct cert_info *info) {
    struct pki_cert cert;
    (void)pki_cert_read(der, &cert);
    const char *host = public_host_of(c, pki_crl_url(c->a, &cert, 0));
    if (!host) host = public_host_of(c, pki_ocsp_url(c->a, &cert, 0));
    for (size_t i = 0; i < info->n_aia && !host; i++) host = public_host_of(c, info->aia[i]);
    return host;
}

static bool is_public_endpoint(const struct casefile *c) {
    return !c->proxied && c->trial.to.len > 0 && !net_addr_is_private(&c->trial.to) && case_host_is_name(c) &&
           is_of_public_site(c->host) && c->fits_host;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct minting *minting;
    const char *ca;
    if (!c->cert_facts || !is_public_endpoint(c) || !program_set_has_public(c->programs)) return RULING_NO;
    enum ruling r = private_ca_judge(c, f, &ca);
    if (r != RULING_YES) return r;
    const char *service = service_of(c, c->sent[0], &c->info[0]);
    if (!service) return RULING_NO;
    r = between_minting(c, &minting);
    if (r != RULING_NO) return r == RULING_OPEN ? RULING_OPEN : RULING_NO;
    f->certainty = CERTAINTY_LIKELY; /* that strangers are to come is the reader's to know */
    f->summary =
        text_f(c->a,
               "%s is a public site, but its certificate comes from %s, which no public root program that is "
               "known here has: no visitor's program trusts it by itself.",
               c->host, ca);
    finding_evidence(
        f, text_f(c->a, "The address is a public one, and the CA publishes for everybody at %s.", service));
    return RULING_YES;
}

static const char *const replaces[] = {"cert-private-ca", NULL};
extern const struct cause cause_root_government_private;
const struct cause cause_root_government_private = {.id = "root-government-private",
                                                    .row = "incorrect-certificate",
                                                    .fixer = FIX_SERVER,
                                                    .phase = PHASE_CERTIFICATE,
                                                    .rank = RANK_CERT_TRUST,
                                                    .replaces = replaces,
                                                    .judge = judge};
