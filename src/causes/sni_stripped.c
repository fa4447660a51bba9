/* A box on the way takes the server name out of the hello. The server then chooses by no name, and the two
 * sides have not seen the same handshake: the keys or Finished do not fit, with a name in the hello alone. */
#include "causes/certificates.h"
#include "causes/spoilt.h"

/* A box that is after something else touches the hello in one of these shapes less. */
static const struct change rivals[] = {{.kind = CHANGE_ALPN, .name = ""},
                                       {.kind = CHANGE_NO_GREASE},
                                       {.kind = CHANGE_MINIMAL},
                                       {.kind = CHANGE_ONLY_TLS12}};
static const struct change no_name = {.kind = CHANGE_SNI, .name = ""};

/* Without a name alone it gets through to Finished. */
static enum ruling is_about_name(struct casefile *c, const struct facts **ret_without) {
    bool open = false, other = false;
    *ret_without = CASE_TRY(c, no_name, {.kind = CHANGE_FINISH});
    for (size_t i = 0; i < TW_COUNT(rivals); i++) {
        const struct facts *f = CASE_TRY(c, rivals[i], {.kind = CHANGE_FINISH});
        open = open || !f;
        other = other || (f && f->good);
    }
    if (other || (*ret_without && !(*ret_without)->good)) return RULING_NO;
    return open || !*ret_without ? RULING_OPEN : RULING_YES;
}

static bool same_answer(const struct facts *a, const struct facts *b) {
    return a->t->version == b->t->version && a->t->suite == b->t->suite && a->t->group == b->t->group;
}

/* Whether the server answers a hello with a name as it does one without. Its certificate can be read below
 * TLS 1.3 alone: a box that puts another name in the place of this one gets that one's. */
static enum ruling compare(struct casefile *c, const struct facts *without, bool *ret_same_leaf) {
    const struct facts *with = c->subject;
    *ret_same_leaf = false;
    if (!same_answer(with, without) || with->sni_acknowledged) return RULING_NO;
    if (with->t->version >= TLS_1_3) {
        with = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12});
        without = CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12}, no_name);
    }
    if (!with || !without) return RULING_OPEN;
    if (with->certificates.n == 0 || without->certificates.n == 0) return RULING_YES;
    *ret_same_leaf = bytes_eq(facts_leaf(with), facts_leaf(without));
    return *ret_same_leaf && !with->sni_acknowledged ? RULING_YES : RULING_NO;
}

static void describe(struct casefile *c, struct finding *f, const struct facts *without, bool same_leaf) {
    const char *name = c->subject_trial.hello.server_name;
    f->of_path = true;
    f->summary =
        text_f(c->a,
               "The server name \"%s\" does not arrive at %s: somebody on the way takes it out of the "
               "ClientHello.",
               name, case_where(c));
    finding_evidence(f, text_f(c->a, "Four times, the handshake of %s got: %s.", case_client(c),
                               facts_outcome(c->a, c->subject)));
    case_prove(c, f, c->subject, &no_name, 1, without);
    if (same_leaf)
        finding_evidence(f, "In TLS 1.2, where it can be read, the certificate is the same with the name as "
                            "without any, and the server acknowledges no name.");
    else
        f->certainty = CERTAINTY_LIKELY;
    finding_evidence(f,
                     "No other change of the hello helps: without ALPN, without GREASE, as TLS 1.2 alone and "
                     "with the fewest extensions, the two sides still have not seen the same hello.");
    finding_evidence(f, "The same run from another network decides: there the handshake should go through.");
    finding_slot(f, "name", name);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct spoilt_again s;
    const struct facts *without;
    bool same_leaf;
    if (!*c->subject_trial.hello.server_name) return RULING_NO;
    enum ruling r = spoilt_repeat(c, &s);
    if (r != RULING_YES) return r;
    if (s.how != SPOILT_PLAIN || !s.steady || s.first != c->subject || spoilt_signature(s.first))
        return RULING_NO;
    r = is_about_name(c, &without);
    if (r != RULING_YES) return r;
    r = compare(c, without, &same_leaf);
    if (r == RULING_YES) describe(c, f, without, same_leaf);
    return r;
}

/* What the server shows to those who name nobody is not this name's. */
static const char *const replaces[] = {"handshake-tampered",
                                       "default-vhost-cert",
                                       "cert-name-mismatch",
                                       "cert-www-mismatch",
                                       "cert-wildcard-scope",
                                       "cert-cn-only-no-san",
                                       "cert-self-signed",
                                       "cert-private-ca",
                                       "cert-expired",
                                       "version-intolerance",
                                       "server-crash-on-feature",
                                       "pq-hello-intolerance",
                                       NULL};
extern const struct cause cause_sni_stripped;
const struct cause cause_sni_stripped = {.id = "sni-stripped",
                                         .row = "man-in-the-middle",
                                         .fixer = FIX_NETWORK,
                                         .phase = PHASE_HANDSHAKE,
                                         .rank = RANK_BETWEEN,
                                         .replaces = replaces,
                                         .judge = judge};
