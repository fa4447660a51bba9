/* The client sends an address where SNI holds names alone (RFC 6066 3): the server refuses it, or takes it
 * for a site that it does not have. */
#include "causes/sni_missing.h"

static enum ruling prove(struct casefile *c, struct finding *f) {
    static const struct change no_name = {.kind = CHANGE_SNI, .name = ""};
    if (case_hello_refused(c)) {
        const struct facts *after = case_try(c, &no_name, 1);
        if (!after) return RULING_OPEN;
        if (case_further(c, after)) {
            case_prove(c, f, c->subject, &no_name, 1, after);
            return RULING_YES;
        }
    }
    return sni_helps(c, f);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const char *name = c->subject_trial.hello.server_name;
    struct net_addr addr;
    if (!net_addr_parse(name, 0, &addr)) return RULING_NO;
    enum ruling r = prove(c, f);
    if (r != RULING_YES) return r;
    f->summary = text_f(
        c->a,
        "The client sends the address %s as the server's name (SNI), and the server at %s does not take it.",
        name, case_where(c));
    case_evidence_subject(c, f);
    finding_slot(f, "name", arena_strdup(c->a, name));
    return RULING_YES;
}

static const char *const replaces[] = {
    "default-vhost-cert",  "cert-name-mismatch", "cert-www-mismatch",     "cert-wildcard-scope",
    "cert-cn-only-no-san", "server-no-cert",     "sni-unknown-to-server", NULL};
static const uint8_t alerts[] = {ALERT_UNRECOGNIZED_NAME, 0};
extern const struct cause cause_sni_ip_literal;
const struct cause cause_sni_ip_literal = {.id = "sni-ip-literal",
                                           .row = "sni",
                                           .fixer = FIX_CLIENT,
                                           .phase = PHASE_HANDSHAKE,
                                           .rank = RANK_SNI,
                                           .replaces = replaces,
                                           .alerts = alerts,
                                           .judge = judge};
