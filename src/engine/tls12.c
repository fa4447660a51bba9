/* TLS 1.0 to 1.2 after ServerHello. */
#include "engine/internal.h"

#include <assert.h>

void on_certificate_status(struct engine *e, struct bytes body) {
    struct rd r;
    struct bytes ocsp;
    rd_init(&r, body);
    if (!certificate_status_read(&r, &ocsp)) engine_malformed(e, "CertificateStatus", &r);
}

/* Bits of a number as it stands on the wire, leading zeros apart. */
static unsigned bits_of(struct bytes b) {
    while (b.n > 0 && b.p[0] == 0) b = bytes_cut(b, 1, b.n);
    unsigned bits = (unsigned)b.n * 8;
    for (unsigned top = b.n ? b.p[0] : 0x80; !(top & 0x80); top <<= 1) bits--;
    return bits;
}

static bool params_allowed(struct engine *e) {
    const struct server_key_exchange *k = &e->ske;
    if (e->suite->kx == KX_ECDHE) {
        e->t->group = k->group;
        if (!group_allowed(e, k->group, "ServerKeyExchange")) return false;
        const struct group *g = group_by_id(k->group);
        if (!g || !g->supported || (g->kind != GROUP_ECDH && g->kind != GROUP_X)) e->only_recognise = true;
        return true;
    }
    e->t->dh_bits = bits_of(k->dh_p);
    if (e->cfg.policy.dh_max_bits && e->t->dh_bits > e->cfg.policy.dh_max_bits) {
        engine_refuse(e, REFUSAL_DH_LARGE, ALERT_INTERNAL_ERROR,
                      "dh_p of ServerKeyExchange has %u bits, more than %u", e->t->dh_bits,
                      e->cfg.policy.dh_max_bits);
        return false;
    }
    if (e->t->dh_bits >= e->cfg.policy.dh_min_bits) return true;
    engine_refuse(e, REFUSAL_DH_SMALL, ALERT_INSUFFICIENT_SECURITY,
                  "dh_p of ServerKeyExchange has %u bits, fewer than %u", e->t->dh_bits,
                  e->cfg.policy.dh_min_bits);
    return false;
}

/* Before 1.2 the key alone says how it signs (RFC 4346 7.4.3, RFC 8422 5.4). */
static uint16_t scheme_of(const struct engine *e) {
    if (e->version >= TLS_1_2) return e->ske.sigscheme;
    return pubkey_type(e->pubkey) == KEY_RSA ? SIG_RSA_MD5_SHA1 : SIG_ECDSA_SHA1;
}

static bool signature_holds(struct engine *e) {
    if (!e->pubkey) return true; /* policy.accept_unread_key */
    uint16_t scheme = scheme_of(e);
    if (e->version >= TLS_1_2 && !sigscheme_allowed(e, scheme, "ServerKeyExchange")) return false;
    e->t->sigscheme = scheme;
    if (e->version < TLS_1_2 && e->cfg.policy.refuse_old_signatures) {
        engine_refuse(e, REFUSAL_SIGALG, ALERT_INTERNAL_ERROR, "ServerKeyExchange is signed with %s",
                      sigscheme_name(scheme));
        return false;
    }
    struct buffer data = {0};
    buffer_add(&data, bytes_of(e->hello.random, sizeof(e->hello.random)));
    buffer_add(&data, e->t->server_random);
    buffer_add(&data, e->ske.params);
    bool ok = signature_verifies(e, scheme, buffer_bytes(&data), e->ske.signature, "ServerKeyExchange");
    buffer_free(&data);
    return ok;
}

void on_server_kx(struct engine *e, struct bytes body) {
    e->t->stage = STAGE_KEY_EXCHANGE;
    if (e->suite->kx != KX_ECDHE && e->suite->kx != KX_DHE) return; /* export RSA: recognised, not read */
    struct rd r;
    rd_init(&r, body);
    if (!server_key_exchange_read(&r, e->suite->kx, e->suite->auth, e->version, &e->ske)) {
        engine_malformed(e, "ServerKeyExchange", &r);
        return;
    }
    if (params_allowed(e) && !e->only_recognise) signature_holds(e);
}

/* ClientKeyExchange: each writes the public part into w and gives the premaster secret. */

static bool kx_rsa(struct engine *e, struct wr *w, uint8_t *secret, size_t *ret_n) {
    struct wr pre = wr_init(secret, MASTER_SIZE);
    wr_u16(&pre, e->hello.legacy_version); /* RFC 5246 7.4.7.1: the version offered, not the chosen one */
    e->cfg.random(e->cfg.arg, secret + pre.n, MASTER_SIZE - pre.n);
    struct bytes sealed;
    if (!pubkey_encrypt(e->pubkey, bytes_of(secret, MASTER_SIZE), e->t->a, &sealed)) return false;
    wr_vec(w, 2, sealed);
    *ret_n = MASTER_SIZE;
    return true;
}

static bool kx_dhe(struct engine *e, struct wr *w, uint8_t *secret, size_t *ret_n) {
    struct kx *kx = kx_new_dh(e->ske.dh_p, e->ske.dh_g);
    if (!kx) return false;
    wr_vec(w, 2, kx_public(kx));
    bool ok = kx_derive(kx, e->ske.dh_y, true, secret, ret_n);
    kx_free(kx);
    return ok;
}

static bool kx_ecdhe(struct engine *e, struct wr *w, uint8_t *secret, size_t *ret_n) {
    const struct kx *kx = e->cfg.key_for(e->cfg.arg, e->ske.group);
    if (!kx) return false;
    wr_vec(w, 1, kx_public(kx));
    return kx_derive(kx, e->ske.point, false, secret, ret_n);
}

/* False if the handshake ended. */
static bool send_key_exchange(struct engine *e) {
    uint8_t body[2 + CRYPTO_SHARE_MAX], secret[ENGINE_MAX_PREMASTER];
    struct wr w = wr_init(body, sizeof(body));
    size_t n = 0;
    bool ok;
    if (e->suite->kx == KX_RSA)
        ok = kx_rsa(e, &w, secret, &n);
    else
        ok = e->suite->kx == KX_DHE ? kx_dhe(e, &w, secret, &n) : kx_ecdhe(e, &w, secret, &n);
    if (!ok || w.overflow) {
        engine_violate(e, VIOLATION_BAD_KEY_EXCHANGE, ALERT_ILLEGAL_PARAMETER, "%s cannot be used",
                       e->suite->kx == KX_RSA ? "the certificate's RSA key"
                                              : "the public value of ServerKeyExchange");
        return false;
    }
    record_out_message(e, HS_CLIENT_KEY_EXCHANGE, wr_bytes(&w));
    keys12_master(e, bytes_of(secret, n));
    return true;
}

static void send_finished(struct engine *e) {
    uint8_t hash[HASH_MAX], verify[VERIFY_SIZE];
    size_t n = hash_now(e->hash, hash);
    keys12_finished(e, SIDE_CLIENT, bytes_of(hash, n), verify);
    record_out_message(e, HS_FINISHED, bytes_of(verify, sizeof(verify)));
}

static void send_last_flight(struct engine *e) {
    record_out_ccs(e);
    seal_replace(&e->write, e->next_write);
    e->next_write = NULL;
    send_finished(e);
}

void on_server_hello_done(struct engine *e, struct bytes body) {
    struct rd r;
    rd_init(&r, body);
    if (!rd_done(&r, "ServerHelloDone")) {
        engine_malformed(e, "ServerHelloDone", &r);
        return;
    }
    if (e->only_recognise || e->cfg.stop == STOP_SERVER_FLIGHT) {
        engine_end(e, e->only_recognise ? RESULT_RECOGNISED : RESULT_DONE);
        return;
    }
    if (e->t->certificate_requested) client_cert_send(e);
    if (!send_key_exchange(e)) return;
    if (e->t->certificate_requested) client_cert_prove(e);
    bool ok = keys12_derive(e);
    assert(ok);
    (void)ok;
    send_last_flight(e);
    e->t->stage = e->t->certificate_requested ? STAGE_CLIENT_AUTH : STAGE_FINISHED;
}

void on_ccs(struct engine *e, struct bytes body) {
    (void)body;
    seal_replace(&e->read, e->next_read);
    e->next_read = NULL;
}

void on_finished_12(struct engine *e, struct bytes body) {
    uint8_t want[VERIFY_SIZE];
    keys12_finished(e, SIDE_SERVER, bytes_of(e->before, e->before_n), want);
    if (!bytes_eq(body, bytes_of(want, sizeof(want)))) {
        engine_violate(e, VIOLATION_BAD_FINISHED, ALERT_DECRYPT_ERROR,
                       "verify_data of the server's Finished is wrong");
        return;
    }
    if (e->t->resumed && e->cfg.stop == STOP_SERVER_FLIGHT) {
        engine_end(e, RESULT_DONE);
        return;
    }
    if (e->t->resumed) send_last_flight(e);
    resume_keep_12(e);
    e->answered = true; /* its Finished is the answer to our Certificate too */
    driver_finished(e, STAGE_APPLICATION);
}

/* RFC 5246 7.4.1.1: we do not renegotiate. */
void on_hello_request(struct engine *e, struct bytes body) {
    struct rd r;
    rd_init(&r, body);
    if (!rd_done(&r, "HelloRequest"))
        engine_malformed(e, "HelloRequest", &r);
    else if (!e->write_closed)
        record_out_alert(e, ALERT_WARNING, ALERT_NO_RENEGOTIATION);
}
