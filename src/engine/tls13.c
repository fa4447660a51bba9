/* TLS 1.3 after ServerHello. */
#include "engine/internal.h"

#include <assert.h>

void on_encrypted_extensions(struct engine *e, struct bytes body) {
    struct rd r;
    struct encrypted_extensions ee;
    rd_init(&r, body);
    if (!encrypted_extensions_read(&r, &ee)) {
        engine_malformed(e, "EncryptedExtensions", &r);
        return;
    }
    if (!extensions_allowed(e, ee.extensions, IN_ENCRYPTED_EXTENSIONS) || !alpn_allowed(e, ee.alpn)) return;
    bool found = false;
    ext_find(ee.extensions, EXT_APPLICATION_SETTINGS, &found);
    if (found) e->alps = EXT_APPLICATION_SETTINGS;
    if (ee.has_early_data && e->early_write) e->t->early_data = EARLY_DATA_TAKEN;
}

/* RFC 8446 4.4.3: 64 spaces, the context, a zero byte, the hash. */
void on_certificate_verify(struct engine *e, struct bytes body) {
    struct rd r;
    struct certificate_verify v;
    rd_init(&r, body);
    if (!certificate_verify_read(&r, e->version, &v)) {
        engine_malformed(e, "CertificateVerify", &r);
        return;
    }
    if (!sigscheme_allowed(e, v.sigscheme, "CertificateVerify")) return;
    uint8_t room[64 + 64 + HASH_MAX];
    struct wr w = wr_init(room, sizeof(room));
    wr_fill(&w, ' ', 64);
    wr_str(&w, "TLS 1.3, server CertificateVerify");
    wr_u8(&w, 0);
    wr_put(&w, bytes_of(e->before, e->before_n));
    if (!signature_verifies(e, v.sigscheme, wr_bytes(&w), v.signature, "CertificateVerify")) return;
    e->t->stage = STAGE_FINISHED;
}

/* Application settings, of which we have none, go in EncryptedExtensions of our own before anything else
 * (draft-vvv-tls-alps): browsers offer them, and a server that agreed waits for them. */
static void send_settings(struct engine *e) {
    uint8_t room[16];
    struct wr w = wr_init(room, sizeof(room));
    struct wr_mark all = wr_open(&w, 2);
    wr_u16(&w, e->alps);
    wr_vec(&w, 2, (struct bytes){0});
    wr_close(&w, all);
    record_out_message(e, HS_ENCRYPTED_EXTENSIONS, wr_bytes(&w));
}

static void send_finished(struct engine *e, const struct secret *base) {
    uint8_t hash[HASH_MAX], verify[HASH_MAX];
    size_t n = hash_now(e->hash, hash);
    keys13_finished(e, base, bytes_of(hash, n), verify);
    record_out_message(e, HS_FINISHED, bytes_of(verify, n));
}

void on_finished_13(struct engine *e, struct bytes body) {
    uint8_t want[HASH_MAX];
    e->t->stage = STAGE_FINISHED;
    keys13_finished(e, &e->server_hs, bytes_of(e->before, e->before_n), want);
    if (!bytes_eq(body, bytes_of(want, e->before_n))) {
        engine_violate(e, VIOLATION_BAD_FINISHED, ALERT_DECRYPT_ERROR,
                       "verify_data of the server's Finished is wrong");
        return;
    }
    if (e->cfg.stop == STOP_SERVER_FLIGHT) {
        engine_end(e, RESULT_DONE);
        return;
    }
    keys13_application(e); /* of the hash up to here, before our own messages */
    early_end(e);
    if (e->alps) send_settings(e);
    if (e->t->certificate_requested) {
        client_cert_send(e);
        client_cert_prove(e);
    }
    send_finished(e, &e->client_hs);
    keys13_resumption(e);
    seal_replace(&e->read, keys13_seal(e, &e->server_app));
    seal_replace(&e->write, keys13_seal(e, &e->client_app));
    assert(e->read && e->write);
    driver_finished(e, e->t->certificate_requested ? STAGE_CLIENT_AUTH : STAGE_APPLICATION);
}

void on_ticket(struct engine *e, struct bytes body) {
    struct rd r;
    struct new_session_ticket ticket;
    rd_init(&r, body);
    if (!new_session_ticket_read(&r, e->version >= TLS_1_3, &ticket)) {
        engine_malformed(e, "NewSessionTicket", &r);
        return;
    }
    if (e->version < TLS_1_3)
        e->ticket = ticket.ticket;
    else
        resume_keep_13(e, &ticket);
    if (e->open) e->answered = true;
}

/* RFC 8446 4.6.3. */
void on_key_update(struct engine *e, struct bytes body) {
    struct rd r;
    bool requested = false;
    rd_init(&r, body);
    if (!key_update_read(&r, &requested)) {
        engine_malformed(e, "KeyUpdate", &r);
        return;
    }
    keys13_update(e, &e->server_app);
    seal_replace(&e->read, keys13_seal(e, &e->server_app));
    if (!requested || e->write_closed) return;
    static const uint8_t not_requested[1];
    record_out_message(e, HS_KEY_UPDATE, bytes_of(not_requested, sizeof(not_requested)));
    keys13_update(e, &e->client_app);
    seal_replace(&e->write, keys13_seal(e, &e->client_app));
}

/* RFC 8446 4.6.2: answered at once. Its hash runs over the handshake and these messages alone, so the running
 * one serves for the first request; a server that asks again has its answer. */
void on_post_auth_request(struct engine *e, struct bytes body) {
    on_certificate_request(e, body);
    if (!e->open || e->write_closed || e->post_auth_done) return;
    e->post_auth_done = true;
    e->t->stage = STAGE_CLIENT_AUTH;
    e->answered = false;
    uint8_t room[HANDSHAKE_HEADER];
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, HS_CERTIFICATE_REQUEST);
    wr_u24(&w, (uint32_t)body.n);
    keys_log(e, wr_bytes(&w));
    keys_log(e, body);
    client_cert_send(e);
    client_cert_prove(e);
    send_finished(e, &e->client_app);
}
