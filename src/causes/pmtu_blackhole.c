/* Packets above a certain size vanish on the way, and nobody is told (RFC 2923 2.1): small ones pass, so the
 * connection comes up, and the first large flight never arrives. */
#include "causes/segments.h"

static void describe(struct casefile *c, struct finding *f, const struct segments *s, bool outwards) {
    const char *mss = text_f(c->a, "%u", s->mss);
    f->summary =
        text_f(c->a,
               "Large packets between here and %s vanish on the way: the handshake goes on as soon as TCP "
               "sends no segment of more than %s bytes.",
               case_where(c), mss);
    if (outwards)
        finding_evidence(
            f, "Only the larger ClientHello is lost, which fills a packet: the direction from here to "
               "the server is affected.");
    finding_evidence(
        f, text_f(c->a,
                  "Twice, with small segments, it got: %s; twice, without, nothing more came after the "
                  "ClientHello was sent.",
                  facts_outcome(c->a, s->after)));
    finding_evidence(f, "A server cannot know what segments its bytes travel in, so it is the path (or the "
                        "machine's own network interface).");
    finding_slot(f, "mss", mss);
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    struct segments s;
    bool outwards = false;
    const struct facts *before = c->subject;
    const struct trial *t = &c->subject_trial;
    if (!segments_suspected(before)) {
        if (c->base == c->subject || !segments_suspected(c->base)) return RULING_NO;
        outwards = true;
        before = c->base;
        t = &c->trial;
    }
    enum ruling r = segments_try(c, t, before, &s);
    if (r != RULING_YES) return r;
    if (!s.after) return RULING_NO;
    CASE_PROVE(c, f, before, s.after, {.kind = CHANGE_SMALL_MSS, .arg = s.mss});
    describe(c, f, &s, outwards);
    return RULING_YES;
}

/* Whatever makes the answer smaller, or the hello, seems to help too. */
static const char *const replaces[] = {
    "handshake-timeout",         "pq-hello-intolerance",   "version-intolerance",
    "server-crash-on-feature",   "middlebox-rst-sni",      "sni-unknown-to-server",
    "cipher-cert-type-mismatch", "cipher-no-overlap",      "group-no-overlap",
    "sigalg-no-overlap",         "server-no-cert",         "alpn-no-overlap",
    "version-server-too-old",    "version-client-too-old", NULL};
extern const struct cause cause_pmtu_blackhole;
const struct cause cause_pmtu_blackhole = {.id = "pmtu-blackhole",
                                           .row = "man-in-the-middle",
                                           .fixer = FIX_NETWORK,
                                           .phase = PHASE_HANDSHAKE,
                                           .rank = RANK_BETWEEN,
                                           .replaces = replaces,
                                           .judge = judge};
