#include "facts/facts.h"
#include "report/report_internal.h"

const char *report_outcome(struct arena *a, const struct verdict *v) {
    return v->main ? facts_word(a, facts_of(a, v->main)) : "no address";
}

const char *report_message_type(const struct msg *m) {
    static const char *const kind[] = {
        [MSG_HANDSHAKE] = NULL, [MSG_CCS] = "change_cipher_spec",
        [MSG_ALERT] = "alert",  [MSG_APP] = "application_data",
        [MSG_PLAIN] = "plain",
    };
    return m->kind == MSG_HANDSHAKE ? handshake_name(m->type) : kind[m->kind];
}

size_t report_message_length(const struct msg *m) {
    switch (m->kind) {
    case MSG_HANDSHAKE:
        return m->body.n + 4; /* RFC 8446 4: type and length */
    case MSG_CCS:
        return 1;
    case MSG_ALERT:
        return 2;
    case MSG_APP:
    case MSG_PLAIN:
        break;
    }
    return m->body.n;
}
