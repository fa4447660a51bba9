/* The client's private key is not the one that its certificate is about: arithmetic on the client's own
 * files, whatever the server says. Most programs refuse to begin with such a pair. */
#include "causes/cause.h"

static const char *place(struct casefile *c, const struct identity *own) {
    if (own->key_of == 0) return "No certificate in the file has this key.";
    return text_f(
        c->a,
        "The key belongs to certificate number %zu of the file; the first one must be the client's own.",
        own->key_of);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    const struct identity *own = c->identity;
    struct cert_info cert;
    if (!own || own->fits) return RULING_NO;
    (void)cert_info_read(c->a, own->chain[0], &cert);
    const char *subject = cert.parsed ? cert.subject : "a certificate that cannot be read";
    f->certainty = CERTAINTY_PROVEN;
    f->summary = text_f(
        c->a,
        "The client's private key does not belong to its certificate (%s): nothing signed with it verifies.",
        subject);
    finding_evidence(
        f, "The public half of the private key was compared with the key in the certificate: they differ.");
    finding_evidence(f, place(c, own));
    if (c->main->t->client_certificate_sent)
        finding_evidence(
            f, text_f(c->a, "Sent to the server all the same, it got: %s.", facts_outcome(c->a, c->main)));
    finding_slot(f, "subject", subject);
    return RULING_YES;
}

extern const struct cause cause_mtls_key_mismatch;
const struct cause cause_mtls_key_mismatch = {.id = "mtls-key-mismatch",
                                              .row = NULL,
                                              .fixer = FIX_CLIENT,
                                              .phase = PHASE_HANDSHAKE,
                                              .rank = RANK_CLIENT_CERT,
                                              .judge = judge};
