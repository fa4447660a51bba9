/* What each client makes of the OCSP response that came with the certificate, or did not (RFC 6066 8, RFC
 * 7633): the same for all that came, and a matter of the client whether it counts. */
#include "causes/client_staple.h"

#include "causes/revocation.h"

static void refuse(struct client_view *v, enum pki_problem_kind kind, const char *text) {
    struct chain_result *r = &v->judged;
    r->ok = false;
    if (r->n_problems == CHAIN_MAX_PROBLEMS) return;
    r->problems[r->n_problems].kind = kind;
    r->problems[r->n_problems].depth = 0;
    r->problems[r->n_problems].text = text;
    r->n_problems++;
}

/* Old, of a stranger, or of one who does not know the certificate. */
static bool counts_against(const struct pki_judge *judge, enum pki_rev verdict) {
    unsigned rule = verdict == PKI_REV_UNKNOWN ? PKI_RULE_STAPLE_KNOWS : PKI_RULE_STAPLE_GOOD;
    return verdict != PKI_REV_GOOD && judge->rules & rule;
}

static void look(struct casefile *c, const struct revocation_of *r, bool offered, struct client_view *v) {
    const struct revocation_said *staple = &r->by[REVOCATION_STAPLE];
    const struct pki_rev_answer *answer = &staple->answer;
    if (v->judge->revocation == PKI_REVOCATION_NONE) return;
    if (!staple->there) {
        if (offered && r->cert.must_staple && v->judge->rules & PKI_RULE_MUST_STAPLE)
            refuse(v, PKI_PROBLEM_STAPLE_MISSING,
                   "the certificate demands a stapled OCSP response, and none came (RFC 7633)");
    } else if (answer->verdict == PKI_REV_REVOKED)
        refuse(v, PKI_PROBLEM_REVOKED, "the stapled OCSP response says that the certificate was revoked");
    else if (counts_against(v->judge, answer->verdict))
        refuse(v, PKI_PROBLEM_STAPLE_BAD,
               text_f(c->a, "the stapled OCSP response %s", pki_rev_text(answer->verdict)));
}

void client_staple(struct casefile *c, struct clients *all) {
    const struct revocation *r = revocation_shown(c);
    for (size_t i = 0; r && i < all->n; i++) look(c, &r->of[0], r->offered, &all->view[i]);
}
