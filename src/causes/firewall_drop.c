/* Packets are dropped on the way: a live host acknowledges what it receives, whatever its programs do, and
 * answers a connection request one way or another. */
#include "causes/reachable.h"

#include <errno.h>

/* Requests to this port stay unanswered, and another port of the same host answers. Within this machine it
 * could only be a queue that is full. */
static enum ruling judge_request(struct casefile *c, struct finding *f) {
    const struct transcript *t = c->base->t;
    if (t->sys_errno != ETIMEDOUT || net_addr_is_loopback(&c->trial.to)) return RULING_NO;
    const struct facts *other = NULL;
    enum ruling alive = host_reachable(c, &other);
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    if (alive == RULING_OPEN || !again) return RULING_OPEN;
    if (alive != RULING_YES || again->reached != REACHED_NOTHING || again->run->not_run) return RULING_NO;
    CASE_PROVE(c, f, c->base, other, {.kind = CHANGE_PORT, .arg = REACHABLE_PORT});
    f->certainty = CERTAINTY_LIKELY;
    c->after = NULL;
    f->summary =
        text_f(c->a,
               "Connection requests to %s are dropped on the way: nobody answers them, though the host is "
               "up and answers at port %d.",
               case_where(c), REACHABLE_PORT);
    finding_evidence(
        f, "A host without a service at that port refuses the request, which takes no time; silence is what "
           "a firewall rule does. A service whose queue of connections is full looks the same: the same "
           "run from another network, or from the host itself, decides.");
    finding_slot(f, "what", "connection requests to this port");
    return RULING_YES;
}

static bool unheard(const struct facts *f) {
    return f->silent && f->t->unheard;
}

/* The connection comes up, and nothing that is sent on it is ever acknowledged. */
static enum ruling judge_data(struct casefile *c, struct finding *f) {
    static const struct change plain_text = {.kind = CHANGE_PLAIN_HTTP};
    const struct facts *again = CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    const struct facts *minimal = CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    const struct facts *plain = case_try(c, &plain_text, 1);
    if (!again || !minimal || !plain) return RULING_OPEN;
    if (!unheard(again) || !unheard(minimal) || plain->run->not_run) return RULING_NO;
    bool only_tls = plain->t->connected && !plain->t->unheard;
    const char *what = only_tls ? "packets that carry TLS" : "packets that carry data";
    f->of_path = true;
    f->certainty = CERTAINTY_LIKELY;
    if (only_tls) {
        case_prove(c, f, c->subject, &plain_text, 1, plain);
        f->proof.outcome = "what was sent is acknowledged";
        c->after = NULL;
    }
    f->summary =
        text_f(c->a,
               "On the way to %s %s are dropped: the connection comes up, and what is sent on it never "
               "arrives.",
               case_where(c), what);
    finding_evidence(
        f, "Three times, the ClientHello was sent again and again, and the other side's TCP never "
           "acknowledged it. A host that is up acknowledges what arrives, however busy its programs are.");
    if (only_tls)
        finding_evidence(
            f, "Plain text on the same port is acknowledged: so somebody looks at what packets hold.");
    finding_slot(f, "what", what);
    return RULING_YES;
}

static enum ruling judge(struct casefile *c, struct finding *f) {
    if (c->proxied) return RULING_NO;
    if (c->base->t->result == RESULT_CONNECT_FAILED) return judge_request(c, f);
    bool tls_at_once = c->trial.via.starttls == STARTTLS_NONE;
    return tls_at_once && case_hello_refused(c) && unheard(c->subject) ? judge_data(c, f) : RULING_NO;
}

static const char *const replaces[] = {"connect-timeout", "handshake-timeout", NULL};
extern const struct cause cause_firewall_drop;
const struct cause cause_firewall_drop = {.id = "firewall-drop",
                                          .row = "man-in-the-middle",
                                          .fixer = FIX_NETWORK,
                                          .phase = PHASE_HANDSHAKE,
                                          .rank = RANK_BETWEEN,
                                          .replaces = replaces,
                                          .judge = judge};
