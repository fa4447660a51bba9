/* The independent clocks that the request names: asked when the diagnosis begins, beside everything else, and
 * waited for only once there are certificates to be judged. */
#include "crypto/tls_dates.h"
#include "diagnose/session.h"
#include "net/time_source.h"

#define SECOND_NS INT64_C(1000000000)
/* What NTP's 32 bits of seconds mean is counted from here on, until 2106. */
enum { EPOCH = 0 };

struct asked {
    struct session *s;
    struct clock_source *source;
    struct tls_dates dates;
};

static const char *own_contradiction(const struct asked *q, int64_t at) {
    bool fits = !q->dates.verified || (at >= q->dates.from && at <= q->dates.until);
    return fits ? NULL : "its Date is outside the dates of its own certificate";
}

static void on_told(void *arg, const struct time_told *told) {
    struct asked *q = arg;
    struct session *s = q->s;
    int64_t local_ms = s->local * 1000 + (told->at_ns - s->local_ns) / (SECOND_NS / 1000);
    const char *problem = told->ok ? own_contradiction(q, told->unix_ms / 1000) : told->problem;
    q->source->done = true;
    q->source->ok = !problem;
    q->source->problem = problem ? arena_strdup(s->a, problem) : NULL;
    q->source->off = (told->unix_ms - local_ms) / 1000;
    q->source->unsure = told->unsure_ms / 1000 + 1;
    net_wake(s->net);
}

void session_ask_time(struct session *s) {
    const struct request *r = s->request;
    s->local_ns = net_now(s->net);
    s->local = net_wall_clock();
    if (r->offline || r->n_time_source == 0) return;
    s->sources = ARENA_ARRAY(s->a, struct clock_source, r->n_time_source);
    s->n_sources = r->n_time_source;
    for (size_t i = 0; i < s->n_sources; i++) {
        struct asked *q = ARENA_NEW(s->a, struct asked);
        s->sources[i] = (struct clock_source){.url = text_escape(s->a, bytes_str(r->time_source[i]), 300)};
        *q = (struct asked){.s = s, .source = &s->sources[i], .dates.more = s->trust};
        struct time_question question = {.url = r->time_source[i],
                                         .pivot = EPOCH,
                                         .tls = tls_ignore_dates,
                                         .tls_arg = &q->dates,
                                         .deadline_ns = s->local_ns + r->timeout_ns};
        if (question.deadline_ns > s->deadline_ns) question.deadline_ns = s->deadline_ns;
        crypto_random(question.nonce, sizeof(question.nonce));
        time_source_ask(s->net, &question, on_told, q);
    }
}

static bool all_told(const struct session *s) {
    for (size_t i = 0; i < s->n_sources; i++)
        if (!s->sources[i].done) return false;
    return true;
}

void session_await_time(struct session *s) {
    while (!all_told(s) && net_now(s->net) < s->deadline_ns) net_step(s->net, s->deadline_ns);
}
