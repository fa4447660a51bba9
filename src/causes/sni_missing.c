#include "causes/sni_missing.h"

#include "causes/certificates.h"

static void describe(struct casefile *c, struct finding *f) {
    f->summary = text_f(
        c->a,
        "The client does not say which server name it wants (no SNI); the server at %s needs it to serve %s.",
        case_where(c), c->host);
    case_evidence_subject(c, f);
}

/* No name is known that could be tried: the server's own word must do. */
static enum ruling judge_unnamed(struct casefile *c, struct finding *f) {
    if (!c->subject->has_alert || c->subject->alert != ALERT_UNRECOGNIZED_NAME) return RULING_NO;
    f->certainty = CERTAINTY_LIKELY;
    describe(c, f);
    finding_evidence(f, "The alert unrecognized_name says that the server looks for a name; an address is "
                        "never sent in SNI.");
    return RULING_YES;
}

/* To a client that looks at it. */
static bool shows_another(const struct casefile *c) {
    return !c->blind && c->subject->certificates.n > 0 && !certificates_fit_host(c, c->subject);
}

enum ruling sni_helps(struct casefile *c, struct finding *f) {
    bool refused = case_hello_refused(c);
    bool wrong_cert = !refused && shows_another(c);
    if ((!refused && !wrong_cert) || !case_host_is_name(c)) return RULING_NO;
    const struct change named = {.kind = CHANGE_SNI, .name = c->host};
    const struct facts *after = case_try(c, &named, 1);
    if (!after) return RULING_OPEN;
    if (refused && !case_further(c, after)) return RULING_NO;
    if (wrong_cert && !(after->certificates.n > 0 && certificates_fit_host(c, after))) return RULING_NO;
    case_prove(c, f, c->subject, &named, 1, after);
    if (wrong_cert) {
        f->proof.baseline = text_f(c->a, "a certificate for %s", certificates_names(c, c->subject));
        f->proof.outcome = text_f(c->a, "a certificate for %s", certificates_names(c, after));
    }
    return RULING_YES;
}

enum ruling sni_missing(struct casefile *c, struct finding *f) {
    if (*c->subject_trial.hello.server_name) return RULING_NO;
    if (!case_host_is_name(c)) return case_hello_refused(c) ? judge_unnamed(c, f) : RULING_NO;
    enum ruling r = sni_helps(c, f);
    if (r == RULING_YES) describe(c, f);
    return r;
}
