#include "causes/casefile.h"

#include "causes/client_auth.h"
#include "causes/revocation.h"

#include <assert.h>
#include <stdlib.h>

const struct facts *case_facts(struct casefile *c, const struct run *run) {
    for (struct facts_entry *e = c->entries; e; e = e->next)
        if (e->run == run) return e->facts;
    struct facts_entry *e = ARENA_NEW(c->a, struct facts_entry);
    *e = (struct facts_entry){.run = run, .facts = facts_of(c->a, run), .next = c->entries};
    c->entries = e;
    return e->facts;
}

/* In a build with -Dfewer_experiments=true one experiment is never run, so that the suite can prove its own
 * worth (tests/lab/worth.py). */
static bool is_disabled(const struct change *changes, size_t n) {
#ifdef FEWER_EXPERIMENTS
    const char *disabled = getenv("TLSWHY_DISABLED_EXPERIMENT");
    for (size_t i = 0; disabled && i < n; i++)
        if (strcmp(change_word(changes[i].kind), disabled) == 0) return true;
#else
    (void)changes, (void)n;
#endif
    return false;
}

static const struct facts *ask(struct casefile *c, const struct trial *t) {
    const struct run *run = prober_ask(c->prober, t);
    if (!run->done) return NULL;
    if (run->not_run) c->starved = true;
    return case_facts(c, run);
}

const struct facts *case_try_whole(struct casefile *c, const struct trial *t, const struct change *changes,
                                   size_t n) {
    assert(n <= CASE_MAX_CHANGES);
    if (is_disabled(changes, n)) return c->subject;
    struct trial changed = *t;
    for (size_t i = 0; i < n; i++) change_apply(&changed, &changes[i]);
    return ask(c, &changed);
}

const struct facts *case_try_on(struct casefile *c, const struct trial *t, const struct change *changes,
                                size_t n) {
    struct trial shorter = *t;
    shorter.stop = STOP_SERVER_FLIGHT;
    shorter.ask_http = false;
    return case_try_whole(c, &shorter, changes, n);
}

const struct facts *case_try(struct casefile *c, const struct change *changes, size_t n) {
    return case_try_on(c, &c->subject_trial, changes, n);
}

const struct facts *case_repeat(struct casefile *c, const struct trial *t, unsigned n) {
    const struct change again = {.kind = CHANGE_AGAIN, .arg = n};
    return case_try_whole(c, t, &again, 1);
}

const struct facts *case_repeat_alone(struct casefile *c, const struct trial *t, unsigned n) {
    struct trial again = *t;
    change_apply(&again, &(struct change){.kind = CHANGE_AGAIN, .arg = n});
    if (prober_busy(c->prober) && !prober_find(c->prober, &again)) return NULL;
    return case_repeat(c, t, n);
}

bool case_any_answered(const struct casefile *c, const struct trial *like) {
    for (const struct facts_entry *e = c->entries; e; e = e->next) {
        const struct trial *t = &e->run->trial;
        bool same = memcmp(&t->to, &like->to, sizeof(t->to)) == 0 && !t->via.proxy_header &&
                    t->via.starttls == like->via.starttls && t->via.use_proxy == like->via.use_proxy;
        if (same && e->facts->server_hello && e->facts->reached >= REACHED_SERVER_HELLO) return true;
    }
    return false;
}

static int64_t slowest_answer(const struct casefile *c, const struct net_addr *to) {
    int64_t slowest = 0;
    for (const struct facts_entry *e = c->entries; e; e = e->next) {
        const struct facts *f = e->facts;
        bool counts = memcmp(&e->run->trial.to, to, sizeof(*to)) == 0 && f->reached >= REACHED_SERVER_HELLO;
        if (counts && f->t->first_byte_ns > slowest) slowest = f->t->first_byte_ns;
    }
    return slowest;
}

bool case_may_have_queued(const struct casefile *c, const struct facts *f) {
    const struct run *run = f->run;
    return f->silent && 3 * slowest_answer(c, &run->trial.to) > run->ended_ns - run->begun_ns;
}

bool case_awaits_fetch(const struct casefile *c) {
    return (c->n_fetches > 0 && !c->fetch[c->n_fetches - 1].done) || revocation_awaits(c) ||
           client_auth_awaits(c);
}

bool case_further(const struct casefile *c, const struct facts *f) {
    return f->reached > c->subject->reached;
}

bool case_hello_refused(const struct casefile *c) {
    enum refusal r = c->subject->t->refusal;
    return c->subject->no_server_hello && (r == REFUSAL_NONE || r == REFUSAL_VERSION);
}

bool case_broken_off_behind_hello(const struct casefile *c) {
    const struct facts *s = c->subject;
    bool bare = s->t->result == RESULT_PEER_FIN || s->t->result == RESULT_PEER_RST;
    return s->reached == REACHED_SERVER_HELLO && (s->has_alert || bare) && s->t->refusal == REFUSAL_NONE;
}

void case_prove(struct casefile *c, struct finding *f, const struct facts *before,
                const struct change *changes, size_t n, const struct facts *after) {
    struct text t;
    text_init(&t, c->a);
    for (size_t i = 0; i < n; i++) text_addf(&t, "%s%s", i ? ", and " : "", change_text(c->a, &changes[i]));
    c->after = after;
    f->certainty = CERTAINTY_PROVEN;
    f->has_proof = true;
    f->before = before;
    f->after = after;
    f->proof = (struct proof){
        .baseline = facts_outcome(c->a, before), .change = t.s, .outcome = facts_outcome(c->a, after)};
}

void case_evidence_subject(struct casefile *c, struct finding *f) {
    finding_evidence(
        f, text_f(c->a, "The ClientHello of %s got: %s.", case_client(c), facts_outcome(c->a, c->subject)));
}

const char *case_client(const struct casefile *c) {
    return c->bent ? "this client" : "a current client";
}

char *case_where(const struct casefile *c) {
    if (c->trial.to.len == 0) return text_f(c->a, "%s port %u through the proxy", c->host, c->port);
    return text_f(c->a, "%s port %u", net_addr_text(c->a, &c->trial.to), c->port);
}

bool case_host_is_name(const struct casefile *c) {
    struct net_addr ignored;
    return !net_addr_parse(c->host, 0, &ignored) && strchr(c->host, '.') != NULL;
}

const char *case_unknown_name(void) {
    return "no-such-name.invalid";
}
