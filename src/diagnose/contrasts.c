#include "causes/segments.h"
#include "causes/sni_trials.h"
#include "causes/widen.h"
#include "diagnose/plan.h"

static void ask_about_name(struct casefile *c) {
    if (*c->subject_trial.hello.server_name) {
        struct sni_trials ignored;
        (void)sni_trials(c, &ignored);
    } else if (case_host_is_name(c)) {
        (void)CASE_TRY(c, {.kind = CHANGE_SNI, .name = c->host});
    }
}

/* Closed, reset or silent: perhaps it is not a TLS server that waits there. */
static void ask_what_it_is(struct casefile *c) {
    (void)CASE_TRY(c, {.kind = CHANGE_GREET_ONLY});
    if (c->trial.via.starttls != STARTTLS_NONE) return;
    (void)CASE_TRY(c, {.kind = CHANGE_PLAIN_HTTP});
    (void)CASE_TRY(c, {.kind = CHANGE_PROXY_HEADER});
}

void contrasts_ask(struct casefile *c, bool mute) {
    (void)CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    ask_about_name(c);
    widen_ask(c);
    if (c->subject_trial.policy.max_version >= TLS_1_3) (void)CASE_TRY(c, {.kind = CHANGE_ONLY_TLS12});
    (void)CASE_TRY(c, {.kind = CHANGE_NO_GREASE});
    if (c->subject_trial.hello.alpn_n > 0) (void)CASE_TRY(c, {.kind = CHANGE_ALPN, .name = ""});
    (void)CASE_TRY(c, {.kind = CHANGE_MINIMAL});
    if (mute && (!c->subject || segments_suspected(c->subject))) segments_ask(c);
    if (mute) ask_what_it_is(c);
}
