/* TLS to the proxy itself, as far as it shows whether the proxy speaks it. Nothing is sent inside: a tunnel
 * in a tunnel is not built yet, and what stands at an https:// address is seldom meant so. */
#include "probe/job.h"
#include "probe/modern.h"

#include "wire/record.h"

enum { ENOUGH = 3 }; /* type and version of a record */

/* The hello of a current client, for the proxy's name. Its transcript is thrown away: the run is about what
 * stands behind the proxy. */
void proxy_tls_begin(struct job *j) {
    const char *name = j->p->proxy.host;
    struct eng_config config = {.stop = STOP_SERVER_HELLO,
                                .key_for = tls_key,
                                .random = tls_random,
                                .arg = j,
                                .now_ns = job_clock(j)};
    struct net_addr literal;
    struct hello hello;
    modern_hello(&hello, &config.policy, net_addr_parse(name, 0, &literal) ? "" : name);
    crypto_random(hello.random, sizeof(hello.random));
    crypto_random(hello.session_id, hello.session_id_n);
    config.hello = &hello;
    struct engine *hand = engine_new(&config, transcript_new(j->p->a));
    job_say(j, engine_out(hand));
    engine_free(hand);
    j->run.t->round_trips++;
    job_enter(j, PHASE_PROXY_TLS, INT64_MAX);
}

static void over(struct job *j, enum dialog_end how) {
    struct transcript *t = j->run.t;
    t->dialog = how;
    t->first_bytes = j->first;
    job_end(j, RESULT_PROXY_FAILED);
}

void proxy_tls_data(struct job *j, struct bytes in) {
    job_keep_first(j, in);
    struct bytes first = j->first;
    if (first.n < ENOUGH) return;
    bool record = (first.p[0] == CT_HANDSHAKE || first.p[0] == CT_ALERT) && first.p[1] == TLS_1_2 >> 8;
    over(j, record ? DIALOG_PROXY_TLS : DIALOG_NOT_SPOKEN);
}

void proxy_tls_ended(struct job *j, int sys_errno) {
    j->run.t->sys_errno = sys_errno;
    over(j, j->first.n > 0 ? DIALOG_NOT_SPOKEN : DIALOG_CLOSED);
}

void proxy_tls_silent(struct job *j) {
    over(j, j->first.n > 0 ? DIALOG_NOT_SPOKEN : DIALOG_SILENT);
}
