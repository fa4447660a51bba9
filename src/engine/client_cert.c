/* Our answer to a server that asks for a certificate: which signature, the Certificate and its proof (RFC
 * 8446 4.4.2 and 4.4.3, RFC 5246 7.4.6 and 7.4.8), or the empty list. */
#include "engine/internal.h"

#include <assert.h>

/* ClientCertificateType (RFC 5246 7.4.4, RFC 8422 5.5). */
enum { TYPE_RSA_SIGN = 1, TYPE_DSS_SIGN = 2, TYPE_ECDSA_SIGN = 64 };

static uint8_t type_of(enum key_type k) {
    static const uint8_t types[] = {
        [KEY_RSA] = TYPE_RSA_SIGN,       [KEY_RSA_PSS] = TYPE_RSA_SIGN, [KEY_EC] = TYPE_ECDSA_SIGN,
        [KEY_ED25519] = TYPE_ECDSA_SIGN, [KEY_ED448] = TYPE_ECDSA_SIGN, [KEY_DSA] = TYPE_DSS_SIGN};
    return k < TW_COUNT(types) ? types[k] : 0;
}

static bool type_wanted(const struct engine *e) {
    struct bytes types = e->request.types;
    uint8_t own = type_of(privkey_type(e->cfg.identity->key));
    if (e->version >= TLS_1_3 || types.n == 0) return true;
    return own && memchr(types.p, own, types.n) != NULL;
}

/* RFC 8446 4.2.3: TLS 1.3 has no PKCS #1 and no SHA-1 in a handshake, and ties a curve to its hash. */
static bool scheme_legal(const struct engine *e, const struct sigscheme *s) {
    const struct privkey *key = e->cfg.identity->key;
    if (!privkey_can(key, s->id)) return false;
    if (e->cfg.policy.sign_as_offered && !u16_has(e->hello.sigalgs.v, e->hello.sigalgs.n, s->id))
        return false;
    if (e->version < TLS_1_3) return true;
    return s->tls13 && (s->kind != SIG_ECDSA || s->curve == privkey_group(key));
}

static bool is_weak(const struct sigscheme *s) {
    return s->hash && (strcmp(s->hash, "SHA1") == 0 || strcmp(s->hash, "MD5") == 0);
}

/* The first of the server's list that our key makes, SHA-1 last; 0: none. */
static uint16_t choose_scheme(const struct engine *e) {
    if (e->version < TLS_1_2) {
        uint16_t id = privkey_type(e->cfg.identity->key) == KEY_RSA ? SIG_RSA_MD5_SHA1 : SIG_ECDSA_SHA1;
        return privkey_can(e->cfg.identity->key, id) ? id : 0;
    }
    uint16_t weak = 0;
    struct rd r;
    rd_init(&r, e->request.sigalgs);
    while (rd_left(&r) >= 2) {
        const struct sigscheme *s = sigscheme_by_id(rd_u16(&r, "signature_algorithm"));
        if (!s || !scheme_legal(e, s)) continue;
        if (!is_weak(s)) return s->id;
        if (!weak) weak = s->id;
    }
    return weak;
}

void client_cert_choose(struct engine *e) {
    struct transcript *t = e->t;
    t->client_sigscheme = 0;
    if (!e->cfg.identity) {
        t->client_choice = CLIENT_HAS_NONE;
        return;
    }
    if (!type_wanted(e)) {
        t->client_choice = CLIENT_NO_TYPE;
        return;
    }
    t->client_sigscheme = choose_scheme(e);
    t->client_choice = t->client_sigscheme ? CLIENT_SHOWS : CLIENT_NO_SIGALG;
}

/* After both Finished the hash is not kept by record_out_handshake(). */
static void say(struct engine *e, struct bytes msg) {
    if (e->open) keys_log(e, msg);
    record_out_handshake(e, msg);
}

static void put_chain(struct wr *w, const struct identity *i, bool tls13) {
    for (size_t k = 0; k < i->n; k++) {
        wr_vec(w, 3, i->chain[k]);
        if (tls13) wr_u16(w, 0); /* no extensions */
    }
}

static size_t room_for(const struct engine *e, const struct identity *i) {
    size_t n = HANDSHAKE_HEADER + 1 + e->request.context.n + 3;
    for (size_t k = 0; i && k < i->n; k++) n += i->chain[k].n + 5;
    return n;
}

void client_cert_send(struct engine *e) {
    const struct identity *i = e->t->client_choice == CLIENT_SHOWS ? e->cfg.identity : NULL;
    size_t room = room_for(e, i);
    uint8_t *p = mem_alloc(room);
    struct wr w = wr_init(p, room);
    bool tls13 = e->version >= TLS_1_3;
    wr_u8(&w, HS_CERTIFICATE);
    struct wr_mark body = wr_open(&w, 3);
    if (tls13) wr_vec(&w, 1, e->request.context);
    struct wr_mark list = wr_open(&w, 3);
    if (i) put_chain(&w, i, tls13);
    wr_close(&w, list);
    wr_close(&w, body);
    assert(!w.overflow);
    say(e, wr_bytes(&w));
    mem_free(p);
    e->t->client_certificate_sent = i != NULL;
}

/* TLS 1.2 and before: every message so far as it went over the wire, HelloRequests apart (RFC 5246 7.4.8).
 * The running hash would not do, since the signature may take another one. */
static void add_messages(const struct engine *e, struct buffer *to) {
    for (const struct msg *m = e->t->first; m; m = m->next) {
        if (m->kind != MSG_HANDSHAKE || m->type == HS_HELLO_REQUEST) continue;
        uint8_t header[HANDSHAKE_HEADER] = {m->type, (uint8_t)(m->body.n >> 16), (uint8_t)(m->body.n >> 8),
                                            (uint8_t)m->body.n};
        buffer_add(to, bytes_of(header, sizeof(header)));
        buffer_add(to, m->body);
    }
}

/* RFC 8446 4.4.3. */
static void add_hash(const struct engine *e, struct buffer *to) {
    uint8_t room[64 + 64 + HASH_MAX], hash[HASH_MAX];
    struct wr w = wr_init(room, sizeof(room));
    wr_fill(&w, ' ', 64);
    wr_str(&w, "TLS 1.3, client CertificateVerify");
    wr_u8(&w, 0);
    wr_put(&w, bytes_of(hash, hash_now(e->hash, hash)));
    assert(!w.overflow);
    buffer_add(to, wr_bytes(&w));
}

static void put_signature(struct engine *e, struct bytes signature) {
    uint8_t room[HANDSHAKE_HEADER + 4 + 2048 + 2];
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, HS_CERTIFICATE_VERIFY);
    struct wr_mark body = wr_open(&w, 3);
    if (e->version >= TLS_1_2) wr_u16(&w, e->t->client_sigscheme);
    wr_vec(&w, 2, signature);
    wr_close(&w, body);
    if (!w.overflow)
        say(e, wr_bytes(&w));
    else
        e->t->client_choice = CLIENT_SIGN_FAILED;
}

void client_cert_prove(struct engine *e) {
    if (!e->t->client_certificate_sent) return;
    struct buffer data = {0};
    struct bytes signature;
    if (e->version >= TLS_1_3)
        add_hash(e, &data);
    else
        add_messages(e, &data);
    bool ok =
        privkey_sign(e->cfg.identity->key, e->t->client_sigscheme, buffer_bytes(&data), e->t->a, &signature);
    buffer_free(&data);
    if (ok)
        put_signature(e, signature);
    else
        e->t->client_choice = CLIENT_SIGN_FAILED;
}
