/* The server chooses its certificate by the name in SNI, does not know this one, and shows that of another
 * site: its default. A server that has one certificate for all is a plain name mismatch instead. */
#include "causes/names.h"
#include "causes/sni_trials.h"

/* Another name gets another certificate, or is the only one that the server acknowledges (RFC 6066 3). */
static bool shows_choice(const struct casefile *c, const struct facts *other) {
    if (other->certificates.n == 0) return false;
    return !facts_same_leaf(other, c->cert_facts) ||
           (other->sni_acknowledged && !c->cert_facts->sni_acknowledged);
}

static const char *own_name(const struct casefile *c) {
    const struct cert_info *leaf = &c->info[0];
    for (size_t i = 0; i < leaf->n_dns; i++)
        if (leaf->dns[i][0] != '*') return leaf->dns[i];
    return NULL;
}

/* Or it is another of several machines that are not alike: then the same name gets the other certificate too.
 */
static enum ruling same_again(struct casefile *c) {
    for (unsigned i = 1; i <= 2; i++) {
        const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = i});
        if (!again) return RULING_OPEN;
        if (again->certificates.n > 0 && !facts_same_leaf(again, c->cert_facts)) return RULING_NO;
    }
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const char *sni = c->cert_facts ? c->cert_facts->run->trial.hello.server_name : "";
    if (!names_mismatch(c) || !*sni || !text_eq_nocase(sni, c->host)) return RULING_NO;
    const char *names[] = {own_name(c), sni_sibling(c, c->host), case_unknown_name()};
    const struct facts *none = CASE_TRY(c, {.kind = CHANGE_SNI, .name = ""});
    const struct facts *chosen = NULL;
    bool open = !none;
    for (size_t i = 0; i < TW_COUNT(names); i++) {
        if (!names[i]) continue;
        const struct facts *other = CASE_TRY(c, {.kind = CHANGE_SNI, .name = names[i]});
        open = open || !other;
        if (other && shows_choice(c, other)) chosen = other;
    }
    if (open) return RULING_OPEN;
    if (!chosen || !facts_same_leaf(none, c->cert_facts)) return RULING_NO;
    enum ruling same = same_again(c);
    if (same != RULING_YES) return same;
    const char *shown = certificates_names(c, c->cert_facts), *name = chosen->run->trial.hello.server_name;
    certificates_prove(
        f, text_f(c->a, "asked for %s: the certificate of %s, the same as without any name", c->host, shown),
        text_f(c->a, "the name %s is asked for", name),
        facts_same_leaf(chosen, c->cert_facts)
            ? "the server acknowledges that name, and that one alone"
            : text_f(c->a, "the certificate of %s", certificates_names(c, chosen)));
    f->summary = text_f(c->a,
                        "The server chooses the certificate by name, has none for %s, and shows that of its "
                        "default site, %s.",
                        c->host, shown);
    finding_evidence(f, text_f(c->a, "The certificate shown is for: %s.", shown));
    finding_slot(f, "names", shown);
    return RULING_YES;
}

/* What else is wrong with a neighbour's certificate is the neighbour's matter. */
static const char *const replaces[] = {"cert-name-mismatch",
                                       "cert-www-mismatch",
                                       "cert-wildcard-scope",
                                       "cert-cn-only-no-san",
                                       "cert-self-signed",
                                       "cert-expired",
                                       NULL};
extern const struct cause cause_default_vhost_cert;
const struct cause cause_default_vhost_cert = {.id = "default-vhost-cert",
                                               .row = "sni",
                                               .fixer = FIX_SERVER,
                                               .phase = PHASE_CERTIFICATE,
                                               .rank = RANK_SNI,
                                               .replaces = replaces,
                                               .judge = judge};
