/* ClientHello out; ServerHello and HelloRetryRequest in: every choice of the server is held against what was
 * offered. */
#include "engine/internal.h"

#include <assert.h>

/* An extension whose bytes stand in the hello as they are: its lists are not known, so nothing that it may
 * have offered can be called not offered. */
static bool is_raw(const struct hello *h, uint16_t type) {
    for (size_t i = 0; i < h->n_ext; i++)
        if (h->ext[i].type == type) return h->ext[i].raw;
    return false;
}

static bool offers_group(const struct hello *h, uint16_t group) {
    /* RFC 8422 4: without the extension the server may choose any. */
    if (!hello_has_ext(h, EXT_SUPPORTED_GROUPS) || is_raw(h, EXT_SUPPORTED_GROUPS)) return true;
    return u16_has(h->groups.v, h->groups.n, group) && !is_grease(group);
}

bool group_allowed(struct engine *e, uint16_t group, const char *message) {
    if (offers_group(&e->hello, group)) return true;
    engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, "%s: group %s was not offered", message,
                   group_name(group));
    return false;
}

static unsigned flags_of(const struct hello *h) {
    unsigned f = 0;
    if (hello_offers_version(h, TLS_1_3)) f |= ORDER_OFFERED_13;
    if (hello_has_ext(h, EXT_POST_HANDSHAKE_AUTH)) f |= ORDER_POST_AUTH;
    if (hello_has_ext(h, EXT_COMPRESS_CERTIFICATE)) f |= ORDER_COMPRESSED;
    return f;
}

/* SSL 2.0 CLIENT-HELLO, for servers that speak nothing newer: its record header has two bytes, its cipher
 * kinds three, and the challenge is cut from `random`. */
static void send_ssl2(struct engine *e) {
    static const uint32_t kinds[] = {0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700C0};
    enum { CLIENT_HELLO = 1, CHALLENGE = 16, LONG_HEADER = 0x8000 };
    uint8_t room[64];
    struct wr w = wr_init(room, sizeof(room));
    wr_u16(&w, (uint16_t)(LONG_HEADER | (9 + 3 * TW_COUNT(kinds) + CHALLENGE)));
    wr_u8(&w, CLIENT_HELLO);
    wr_u16(&w, TLS_SSL2);
    wr_u16(&w, 3 * TW_COUNT(kinds));
    wr_u16(&w, 0);
    wr_u16(&w, CHALLENGE);
    for (size_t i = 0; i < TW_COUNT(kinds); i++) wr_u24(&w, kinds[i]);
    wr_put(&w, bytes_of(e->hello.random, CHALLENGE));
    assert(!w.overflow);
    record_out_ssl2(e, wr_bytes(&w));
}

void hello_send(struct engine *e) {
    resume_offer(e);
    e->flags = flags_of(&e->hello);
    if (e->hello.legacy_version == TLS_SSL2) {
        send_ssl2(e);
        return;
    }
    static const uint8_t grease_share[1];
    struct hello_shares shares = {0};
    for (size_t i = 0; i < e->hello.key_shares.n; i++) {
        uint16_t group = e->hello.key_shares.v[i];
        const struct kx *kx = is_grease(group) ? NULL : e->cfg.key_for(e->cfg.arg, group);
        shares.share[i] = kx ? kx_public(kx) : bytes_of(grease_share, 1);
    }
    uint8_t room[HELLO_MAX_BYTES];
    struct wr w = wr_init(room, sizeof(room));
    hello_write(&w, &e->hello, &shares);
    assert(!w.overflow);
    if (e->state == ST_HELLO) e->hello_n = w.n;
    resume_bind(e, room, w.n);
    record_out_handshake(e, wr_bytes(&w));
    if (e->state == ST_HELLO) early_send(e);
}

/* Any version that cannot be played on is told apart from one that was never offered. */
static bool version_allowed(struct engine *e) {
    const struct eng_policy *p = &e->cfg.policy;
    uint16_t v = e->sh.version;
    bool genuine = v >= TLS_SSL3 && v <= TLS_1_3;
    e->t->version = v;
    if ((genuine && v < p->min_version) || (v == TLS_SSL3 && !hello_offers_version(&e->hello, v))) {
        engine_refuse(e, REFUSAL_VERSION, ALERT_PROTOCOL_VERSION, "ServerHello chose %s", version_name(v));
        return false;
    }
    if (is_grease(v) || !hello_offers_version(&e->hello, v)) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_PROTOCOL_VERSION,
                       "ServerHello chose %s, which was not offered", version_name(v));
        return false;
    }
    if (p->max_version && v > p->max_version) {
        engine_refuse(e, REFUSAL_VERSION, ALERT_PROTOCOL_VERSION, "ServerHello chose %s", version_name(v));
        return false;
    }
    e->version = v;
    if (v == TLS_SSL3) e->only_recognise = true;
    return true;
}

/* RFC 8446 4.1.3: a server that can do better marks its random; nobody must have cut our offer. */
static bool no_downgrade(struct engine *e) {
    uint16_t best = hello_max_version(&e->hello);
    bool to_11 = e->sh.downgrade == DOWNGRADE_TLS11 && e->version <= TLS_1_1 && best >= TLS_1_2;
    bool below_13 = e->sh.downgrade != DOWNGRADE_NONE && e->version <= TLS_1_2 && best >= TLS_1_3;
    if ((!to_11 && !below_13) || e->cfg.policy.ignore_downgrade) return true;
    engine_violate(
        e, VIOLATION_DOWNGRADE, ALERT_ILLEGAL_PARAMETER,
        "random of ServerHello at byte 26 holds the downgrade marker, with %s chosen and %s offered",
        version_name(e->version), version_name(best));
    return false;
}

static bool suite_allowed(struct engine *e) {
    uint16_t id = e->sh.suite;
    const struct suite *s = suite_by_id(id);
    e->t->suite = id;
    e->suite = s;
    bool fits =
        !s || e->version == TLS_SSL3 || (e->version >= s->min_version && e->version <= s->max_version);
    if (!hello_has_suite(&e->hello, id) || is_grease(id)) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                       "ServerHello chose %s, which was not offered", suite_name(id));
        return false;
    }
    if (!fits) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                       "ServerHello chose %s, which does not exist in %s", suite_name(id),
                       version_name(e->version));
        return false;
    }
    if (!s || !suite_supported(s)) e->only_recognise = true;
    return true;
}

static bool compression_allowed(struct engine *e) {
    uint8_t c = e->sh.compression;
    if (c == 0) return true;
    if (!memchr(e->hello.compressions, c, e->hello.n_compressions)) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                       "ServerHello chose compression method %u, which was not offered", c);
        return false;
    }
    e->only_recognise = true;
    return true;
}

/* RFC 8446 4.1.3: what 1.3 fixes in a ServerHello. */
static bool frozen_fields_hold(struct engine *e, const char *message) {
    const char *wrong = NULL;
    struct bytes id = bytes_of(e->hello.session_id, e->hello.session_id_n);
    if (e->sh.legacy_version != TLS_1_2) wrong = "legacy_version at byte 0 is not 0x0303";
    if (!bytes_eq(e->sh.session_id, id)) wrong = "legacy_session_id_echo at byte 34 is not the one sent";
    if (e->sh.compression != 0) wrong = "legacy_compression_method is not 0";
    if (!wrong) return true;
    engine_violate(e, VIOLATION_MALFORMED, ALERT_ILLEGAL_PARAMETER, "%s: %s", message, wrong);
    return false;
}

static enum ext_place place_of(const struct server_hello *sh) {
    if (sh->is_hrr) return IN_HELLO_RETRY;
    return sh->version >= TLS_1_3 ? IN_SERVER_HELLO_13 : IN_SERVER_HELLO_12;
}

/* What both kinds of answer to a hello have in common. */
static bool choice_allowed(struct engine *e) {
    e->t->server_random = e->sh.random;
    return version_allowed(e) && suite_allowed(e) && compression_allowed(e) &&
           extensions_allowed(e, e->sh.extensions, place_of(&e->sh));
}

/* The one share of the second hello (RFC 8446 4.1.2); a share that was there is replaced. */
static bool set_share(struct engine *e, uint16_t group) {
    if (!group_allowed(e, group, "HelloRetryRequest")) return false;
    if (u16_has(e->hello.key_shares.v, e->hello.key_shares.n, group)) {
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_ILLEGAL_PARAMETER,
                       "HelloRetryRequest asks for group %s, whose share it has", group_name(group));
        return false;
    }
    e->t->group = e->hrr_group = group;
    if (!e->cfg.key_for(e->cfg.arg, group)) {
        engine_end(e, RESULT_RECOGNISED);
        return false;
    }
    e->hello.key_shares.v[0] = group;
    e->hello.key_shares.n = 1;
    for (size_t i = 0; i < e->hello.n_ext; i++)
        if (e->hello.ext[i].type == EXT_KEY_SHARE) e->hello.ext[i].raw = false;
    return true;
}

static bool set_cookie(struct engine *e, struct bytes cookie) {
    if (cookie.n > sizeof(e->hello.cookie)) {
        e->t->place = "HelloRetryRequest: cookie is longer than this client carries";
        engine_end(e, RESULT_RECOGNISED);
        return false;
    }
    memcpy(e->hello.cookie, cookie.p, cookie.n);
    e->hello.cookie_n = cookie.n;
    if (!hello_has_ext(&e->hello, EXT_COOKIE)) hello_add_ext(&e->hello, EXT_COOKIE);
    return true;
}

void on_hello_retry(struct engine *e, struct bytes body) {
    (void)body;
    if (!choice_allowed(e) || !frozen_fields_hold(e, "HelloRetryRequest")) return;
    e->t->hrr = true;
    e->hrr_suite = e->sh.suite;
    if (e->only_recognise) {
        engine_end(e, RESULT_RECOGNISED);
        return;
    }
    if (!e->sh.has_key_share && e->sh.cookie.n == 0) {
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_ILLEGAL_PARAMETER,
                       "HelloRetryRequest asks for nothing new");
        return;
    }
    if (e->sh.has_key_share && !set_share(e, e->sh.group)) return;
    if (e->sh.cookie.n && !set_cookie(e, e->sh.cookie)) return;
    hello_drop_ext(&e->hello, EXT_EARLY_DATA);
    keys_hash_retry(e, keys_hash(e->version, e->suite));
    record_out_dummy_ccs(e);
    hello_send(e);
}

static bool retry_kept(struct engine *e) {
    if (!e->t->hrr) return true;
    if (e->sh.suite != e->hrr_suite) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                       "ServerHello chose %s, its HelloRetryRequest %s", suite_name(e->sh.suite),
                       suite_name(e->hrr_suite));
        return false;
    }
    return true;
}

static void server_hello_13(struct engine *e) {
    if (!frozen_fields_hold(e, "ServerHello") || !retry_kept(e) || !resume_psk_allowed(e)) return;
    if (!e->sh.has_key_share) {
        engine_violate(e, VIOLATION_MALFORMED, ALERT_MISSING_EXTENSION, "ServerHello has no key_share");
        return;
    }
    uint16_t group = e->t->group = e->sh.group;
    const struct hello *h = &e->hello;
    if (!u16_has(h->key_shares.v, h->key_shares.n, group) || is_grease(group)) {
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                       "ServerHello chose group %s, of which no share was sent", group_name(group));
        return;
    }
    const struct group *g = group_by_id(group);
    const struct kx *kx = e->cfg.key_for(e->cfg.arg, group);
    /* A post-quantum share only finds out whether it would be taken: it cannot be completed. */
    if (e->only_recognise || !g || !g->supported || !kx) {
        e->t->stage = STAGE_SERVER_HELLO;
        engine_end(e, RESULT_RECOGNISED);
        return;
    }
    uint8_t shared[CRYPTO_SHARE_MAX];
    size_t n = 0;
    if (!kx_derive(kx, e->sh.key_exchange, false, shared, &n)) {
        engine_violate(e, VIOLATION_BAD_KEY_EXCHANGE, ALERT_ILLEGAL_PARAMETER,
                       "key_exchange of ServerHello is no valid share of %s", group_name(group));
        return;
    }
    keys_hash_begin(e);
    bool ok = keys13_handshake(e, bytes_of(shared, n));
    assert(ok);
    (void)ok;
}

/* Which messages a suite brings (RFC 5246 7.4.2, 7.4.3). */
static unsigned suite_flags(const struct engine *e) {
    const struct suite *s = e->suite;
    unsigned f = 0;
    if (s->auth != AUTH_ANON) f |= ORDER_CERT;
    if (s->kx == KX_ECDHE || s->kx == KX_DHE) f |= ORDER_KX;
    /* An RSA export suite sends a short key where the certificate's is too long (RFC 2246 7.4.3). */
    if (s->kx == KX_RSA && e->only_recognise) f |= ORDER_KX_OPTIONAL;
    if (e->sh.has_status_request) f |= ORDER_STATUS;
    if (e->sh.has_ticket) f |= ORDER_TICKET;
    return f;
}

static bool renegotiation_info_fits(struct engine *e) {
    if (e->sh.has_renegotiation_info && e->sh.renegotiated_connection.n > 0) { /* RFC 5746 3.4 */
        engine_violate(e, VIOLATION_MALFORMED, ALERT_HANDSHAKE_FAILURE,
                       "renegotiation_info of a first ServerHello is not empty");
        return false;
    }
    if (e->cfg.policy.need_renegotiation_info && !e->sh.has_renegotiation_info) {
        engine_refuse(e, REFUSAL_RENEGOTIATION, ALERT_HANDSHAKE_FAILURE,
                      "ServerHello has no renegotiation_info");
        return false;
    }
    return true;
}

static void server_hello_12(struct engine *e) {
    if (e->only_recognise) {
        /* Without knowing what the suite sends there is nothing more to read. */
        if (!e->suite || e->suite->kx == KX_PSK || e->suite->kx == KX_OTHER) engine_end(e, RESULT_RECOGNISED);
        if (e->suite) e->flags |= suite_flags(e);
        return;
    }
    if (!no_downgrade(e) || !renegotiation_info_fits(e)) return;
    if (e->cfg.policy.need_ems && !e->sh.has_ems) {
        engine_refuse(e, REFUSAL_EMS, ALERT_HANDSHAKE_FAILURE, "ServerHello has no extended_master_secret");
        return;
    }
    if (!alpn_allowed(e, e->sh.alpn) || !resume_session_allowed(e)) return;
    e->ems = e->sh.has_ems;
    e->etm = e->sh.has_etm && e->suite->mac != MAC_NONE; /* RFC 7366 3: CBC alone */
    e->flags |= suite_flags(e);
    keys_hash_begin(e);
    if (!(e->flags & ORDER_RESUMED)) return;
    memcpy(e->master, e->cfg.resume->secret, MASTER_SIZE);
    bool ok = keys12_derive(e);
    assert(ok);
    (void)ok;
}

void on_server_hello(struct engine *e, struct bytes body) {
    (void)body;
    e->t->stage = STAGE_SERVER_HELLO;
    if (!choice_allowed(e)) return;
    e->t->stage = STAGE_CERTIFICATE;
    if (e->version >= TLS_1_3)
        server_hello_13(e);
    else
        server_hello_12(e);
    if (!e->over && e->cfg.stop == STOP_SERVER_HELLO)
        engine_end(e, e->only_recognise ? RESULT_RECOGNISED : RESULT_DONE);
}
