/* Sessions: kept at the end of one handshake, offered in the hello of the next. */
#include "engine/internal.h"

#include <assert.h>

static struct eng_session *new_session(const struct engine *e, struct bytes ticket) {
    struct eng_session *s = ARENA_NEW(e->t->a, struct eng_session);
    *s = (struct eng_session){.version = e->version,
                              .suite = e->suite->id,
                              .alg = e->alg,
                              .ems = e->ems,
                              .ticket = arena_copy(e->t->a, ticket),
                              .at_ns = e->now};
    return s;
}

static uint32_t early_data_of(struct bytes extensions) {
    bool found = false;
    struct rd r;
    rd_init(&r, ext_find(extensions, EXT_EARLY_DATA, &found));
    uint32_t max = rd_u32(&r, "max_early_data_size");
    return found && rd_ok(&r) ? max : 0;
}

/* RFC 8446 4.6.1: a lifetime of 0 says that the ticket is to be thrown away at once. A client that says
 * nothing of how it takes up sessions takes up none (4.2.9). */
void resume_keep_13(struct engine *e, const struct new_session_ticket *ticket) {
    if (!hello_has_ext(&e->hello, EXT_PSK_KEY_EXCHANGE_MODES)) return;
    if (ticket->ticket.n > RESUME_MAX_TICKET || ticket->lifetime_s == 0 || e->t->session) return;
    struct eng_session *s = new_session(e, ticket->ticket);
    s->secret_n = keys13_psk(e, ticket->nonce, s->secret);
    s->age_add = ticket->age_add;
    s->lifetime_s = ticket->lifetime_s;
    s->early_data_max = early_data_of(ticket->extensions);
    e->t->session = s;
}

void resume_keep_12(struct engine *e) {
    if (e->ticket.n == 0 && (e->sh.session_id.n == 0 || e->t->resumed)) return;
    if (e->ticket.n > RESUME_MAX_TICKET) return;
    struct eng_session *s = new_session(e, e->ticket);
    if (e->ticket.n == 0) s->id = e->sh.session_id;
    memcpy(s->secret, e->master, RESUME_MASTER);
    s->secret_n = RESUME_MASTER;
    e->t->session = s;
}

/* ---- the offer ---- */

static bool is_of_13(const struct engine *e) {
    return e->cfg.resume->version >= TLS_1_3;
}

/* RFC 8446 4.2.11: one identity, and room for one binder. */
static void offer_psk(struct engine *e) {
    const struct eng_session *s = e->cfg.resume;
    uint8_t room[RESUME_MAX_TICKET + 64 + HASH_MAX];
    struct wr w = wr_init(room, sizeof(room));
    struct wr_mark identities = wr_open(&w, 2);
    wr_vec(&w, 2, s->ticket);
    wr_u32(&w, e->cfg.resume_age_ms + s->age_add);
    wr_close(&w, identities);
    struct wr_mark binders = wr_open(&w, 2);
    wr_u8(&w, (uint8_t)hash_size(s->alg));
    wr_fill(&w, 0, hash_size(s->alg));
    wr_close(&w, binders);
    assert(!w.overflow);
    hello_add_ext_raw(&e->hello, EXT_PRE_SHARED_KEY, wr_bytes(&w));
}

/* RFC 5077 3.4: with a ticket the session id is the client's, and a server that resumes sends it back. */
static void offer_session(struct engine *e) {
    const struct eng_session *s = e->cfg.resume;
    struct hello *h = &e->hello;
    if (s->ticket.n) {
        hello_add_ext_raw(h, EXT_SESSION_TICKET, s->ticket);
        if (h->session_id_n > 0) return;
        h->session_id_n = sizeof(h->session_id);
        e->cfg.random(e->cfg.arg, h->session_id, sizeof(h->session_id));
    } else {
        assert(s->id.n <= sizeof(h->session_id));
        h->session_id_n = (uint8_t)s->id.n;
        memcpy(h->session_id, s->id.p, s->id.n);
    }
}

void resume_offer(struct engine *e) {
    if (!e->cfg.resume) return;
    if (!is_of_13(e)) {
        offer_session(e);
        return;
    }
    if (e->t->hrr && keys_hash(e->version, e->suite) != e->cfg.resume->alg) {
        hello_drop_ext(&e->hello, EXT_PRE_SHARED_KEY); /* RFC 8446 4.1.4: it cannot fit any more */
        return;
    }
    if (early_wanted(e)) hello_add_ext(&e->hello, EXT_EARLY_DATA);
    offer_psk(e);
}

/* RFC 8446 4.2.11.2: the binder covers everything before the list of binders, the first hello and the
 * HelloRetryRequest included. */
void resume_bind(struct engine *e, uint8_t *hello, size_t n) {
    if (!e->cfg.resume || !hello_has_ext(&e->hello, EXT_PRE_SHARED_KEY) || !is_of_13(e)) return;
    const struct eng_session *s = e->cfg.resume;
    size_t binder = hash_size(s->alg), list = 2 + 1 + binder;
    assert(n > list);
    struct hash *h = hash_new(s->alg);
    hash_add(h, buffer_bytes(&e->early));
    hash_add(h, bytes_of(hello, n - list));
    uint8_t now[HASH_MAX], value[HASH_MAX];
    size_t now_n = hash_now(h, now);
    hash_free(h);
    keys13_binder(s, bytes_of(now, now_n), value);
    memcpy(hello + n - binder, value, binder);
}

/* ---- the answer ---- */

/* The psk that the server chose is the one that was offered (RFC 8446 4.2.11). */
bool resume_psk_allowed(struct engine *e) {
    if (!e->sh.has_psk) return true;
    const struct eng_session *s = e->cfg.resume;
    if (s && is_of_13(e) && e->sh.psk_index == 0 && keys_hash(e->version, e->suite) == s->alg) {
        e->t->resumed = true;
        e->flags |= ORDER_RESUMED;
        return true;
    }
    engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                   "ServerHello takes up a session that does not fit what was offered");
    return false;
}

static bool id_came_back(const struct engine *e) {
    return e->sh.session_id.n > 0 &&
           bytes_eq(e->sh.session_id, bytes_of(e->hello.session_id, e->hello.session_id_n));
}

/* RFC 5246 7.4.1.3, RFC 7627 5.3: a session goes on as it was. */
bool resume_session_allowed(struct engine *e) {
    const struct eng_session *s = e->cfg.resume;
    if (!s || is_of_13(e) || !id_came_back(e)) return true;
    if (s->version != e->version || s->suite != e->suite->id || s->ems != e->sh.has_ems) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                       "ServerHello takes up the session, but with another %s",
                       s->version != e->version   ? "version"
                       : s->suite != e->suite->id ? "cipher suite"
                                                  : "extended_master_secret");
        return false;
    }
    e->t->resumed = true;
    e->flags |= ORDER_RESUMED;
    return true;
}
