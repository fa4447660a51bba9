#include "engine/transcript.h"

#include <assert.h>

static const char *const stage_names[] = {
    [STAGE_RESOLVE] = "resolve",           [STAGE_CONNECT] = "connect",
    [STAGE_STARTTLS] = "starttls",         [STAGE_CLIENT_HELLO] = "client_hello",
    [STAGE_SERVER_HELLO] = "server_hello", [STAGE_CERTIFICATE] = "certificate",
    [STAGE_KEY_EXCHANGE] = "key_exchange", [STAGE_CLIENT_AUTH] = "client_auth",
    [STAGE_FINISHED] = "finished",         [STAGE_APPLICATION] = "application",
};
static_assert(TW_COUNT(stage_names) == STAGE__COUNT, "a name for every stage");

const char *stage_name(enum stage s) {
    return stage_names[s];
}

struct transcript *transcript_new(struct arena *a) {
    struct transcript *t = ARENA_NEW(a, struct transcript);
    t->a = a;
    t->sent_alert = 0xFF;
    return t;
}

struct msg *transcript_add(struct transcript *t, enum side from, enum msg_kind kind, uint8_t type,
                           struct bytes body) {
    struct msg *m = ARENA_NEW(t->a, struct msg);
    m->from = from;
    m->kind = kind;
    m->type = type;
    m->body = arena_copy(t->a, body);
    if (t->last)
        t->last->next = m;
    else
        t->first = m;
    t->last = m;
    t->n_msgs++;
    return m;
}

const struct msg *transcript_find(const struct transcript *t, enum side from, uint8_t handshake_type) {
    for (const struct msg *m = t->first; m; m = m->next)
        if (m->from == from && m->kind == MSG_HANDSHAKE && m->type == handshake_type) return m;
    return NULL;
}
