/* The service refuses this client's address, and says so inside TLS: one and the same alert before any
 * ServerHello, whatever the hello holds (MongoDB Atlas: internal_error). A server that lacks something for
 * its answer reads the hello first: to one that offers no version at all it says protocol_version (RFC
 * 8446 4.2.1). */
#include "causes/widen.h"

static bool says_so(const struct facts *f) {
    return f->has_alert && f->no_server_hello &&
           (f->alert == ALERT_INTERNAL_ERROR || f->alert == ALERT_ACCESS_DENIED);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    static const struct change everything[] = {{.kind = CHANGE_OLDER_VERSIONS},
                                               {.kind = CHANGE_ALL_SUITES},
                                               {.kind = CHANGE_ALL_GROUPS},
                                               {.kind = CHANGE_ALL_SIGALGS},
                                               {.kind = CHANGE_SNI, .name = ""}};
    if (!case_hello_refused(c) || !says_so(c->subject)) return RULING_NO;
    const struct facts *tried[] = {
        CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1}), case_try(c, everything, TW_COUNT(everything)),
        CASE_TRY(c, {.kind = CHANGE_MINIMAL}), CASE_TRY(c, {.kind = CHANGE_SNI, .name = ""}),
        CASE_TRY(c, {.kind = CHANGE_UNUSABLE})};
    for (size_t i = 0; i < TW_COUNT(tried); i++)
        if (!tried[i]) return RULING_OPEN;
    for (size_t i = 0; i < TW_COUNT(tried); i++)
        if (!says_so(tried[i]) || tried[i]->alert != c->subject->alert) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    f->summary =
        text_f(c->a,
               "The service at %s refuses whoever connects from here, whatever the ClientHello says (%s): "
               "most likely this client's address is not on its access list.",
               case_where(c), facts_outcome(c->a, c->subject));
    case_evidence_subject(c, f);
    finding_evidence(
        f, "The same alert came for every version, cipher suite, group and signature scheme on offer, "
           "for a minimal ClientHello, and without a server name.");
    finding_evidence(
        f, "It came even for a ClientHello that offers no TLS version at all, which a server that reads "
           "it refuses as such (protocol_version): so the refusal does not depend on what is asked.");
    finding_evidence(f,
                     "A service that is out of memory or just starting can look the same: the same run from "
                     "another address decides.");
    finding_slot(f, "outcome", facts_outcome(c->a, c->subject));
    return RULING_YES;
}

extern const struct cause cause_acl_ip_blocked;
const struct cause cause_acl_ip_blocked = {.id = "acl-ip-blocked",
                                           .row = NULL,
                                           .fixer = FIX_CLIENT,
                                           .phase = PHASE_RESIDUAL,
                                           .rank = RANK_VERSION,
                                           .judge = judge};
