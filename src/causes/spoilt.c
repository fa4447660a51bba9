#include "causes/spoilt.h"

#include "wire/messages.h"

static bool violates(const struct facts *f, enum violation v) {
    return f->t->result == RESULT_VIOLATION && f->t->violation == v;
}

bool spoilt_signature(const struct facts *f) {
    return violates(f, VIOLATION_BAD_SIGNATURE);
}

/* Some record of the server was opened before. */
static bool opened_before(const struct transcript *t) {
    for (const struct msg *m = t->first; m; m = m->next)
        if (m->from == SIDE_SERVER && m->encrypted) return true;
    return false;
}

/* The server could not open, or not verify, what we sent. In TLS 1.3 its own Finished has shown by then that
 * both saw the same handshake (RFC 8446 4.4.4); before, ours is the first that is checked (RFC 5246 7.4.9).
 * Where we have shown a certificate, the alert may be about that. */
static enum spoilt of_alert(const struct transcript *t) {
    bool mac = t->peer_alert == ALERT_BAD_RECORD_MAC || t->peer_alert == ALERT_DECRYPTION_FAILED;
    const struct suite *s = suite_by_id(t->suite);
    if (t->stage < STAGE_CLIENT_AUTH || t->client_certificate_sent) return SPOILT_NO;
    if (t->finished || t->version >= TLS_1_3) return mac ? SPOILT_SEALED : SPOILT_NO;
    /* With RSA key exchange a server without the certificate's key says the same. */
    if (!s || s->kx == KX_RSA || t->resumed) return SPOILT_NO;
    return mac || t->peer_alert == ALERT_DECRYPT_ERROR ? SPOILT_PLAIN : SPOILT_NO;
}

/* Below TLS 1.3 the server opened and checked our Finished before it sent a record of its own; in TLS 1.3
 * keys differ as soon as the hellos do (RFC 8446 7.1). */
static enum spoilt of_record(const struct transcript *t) {
    if (t->version < TLS_1_3) return t->resumed ? SPOILT_NO : SPOILT_SEALED;
    return t->one_bit_off || opened_before(t) ? SPOILT_SEALED : SPOILT_PLAIN;
}

static const struct msg *plain_certificate(const struct facts *f) {
    return f->t->version && f->t->version < TLS_1_3 ? transcript_find(f->t, SIDE_SERVER, HS_CERTIFICATE)
                                                    : NULL;
}

/* Nothing came behind a certificate that makes no sense. */
static bool is_unread(const struct facts *f) {
    const struct transcript *t = f->t;
    if (!plain_certificate(f) || t->stage != STAGE_CERTIFICATE) return false;
    if (violates(f, VIOLATION_MALFORMED)) return true;
    if (t->result != RESULT_REFUSED || t->refusal != REFUSAL_KEY_TYPE) return false;
    struct pubkey *key = pubkey_from_cert(facts_leaf(f));
    bool unread = !key;
    pubkey_free(key);
    return unread;
}

enum spoilt spoilt_how(const struct facts *f) {
    const struct transcript *t = f->t;
    if (is_unread(f)) return SPOILT_UNREAD;
    if (t->result == RESULT_PEER_ALERT) return of_alert(t);
    if (violates(f, VIOLATION_BAD_RECORD)) return of_record(t);
    /* What TLS 1.3 signs and finishes came in records that opened, so both have the same of it: the server's
     * own fault. */
    if (t->version >= TLS_1_3 || t->resumed) return SPOILT_NO;
    return spoilt_signature(f) || violates(f, VIOLATION_BAD_FINISHED) ? SPOILT_PLAIN : SPOILT_NO;
}

const char *spoilt_noticed_by(const struct facts *f) {
    return f->t->result == RESULT_PEER_ALERT ? "the server" : "the client";
}

static void count(struct spoilt_again *s, const struct facts *f) {
    enum spoilt how = spoilt_how(f);
    s->n_well += how == SPOILT_NO;
    s->n_sealed += how == SPOILT_SEALED;
    s->steady = s->steady && how == s->how && f->reached == s->first->reached;
}

/* Two messages of one length with few bytes unlike: what was sent was the same. Two certificates differ in
 * their keys and signatures at least. */
static bool is_damaged_copy(const struct facts *a, const struct facts *b) {
    enum { FEW = 8 };
    const struct msg *x = plain_certificate(a), *y = plain_certificate(b);
    size_t unlike = 0;
    if (!x || !y || x->body.n != y->body.n) return false;
    for (size_t i = 0; i < x->body.n; i++) unlike += x->body.p[i] != y->body.p[i];
    return unlike > 0 && unlike < x->body.n / FEW;
}

/* Where the certificate cannot be read, the client goes on without it: if both sides agree at Finished on
 * what came, it is what the server sent. */
static enum ruling look_past_certificate(struct casefile *c, struct spoilt_again *s) {
    static const struct change past[] = {{.kind = CHANGE_LENIENT}, {.kind = CHANGE_FINISH}};
    if (s->how != SPOILT_UNREAD) return RULING_YES;
    const struct facts *on = case_try_on(c, &s->first->run->trial, past, TW_COUNT(past));
    if (!on) return RULING_OPEN;
    enum spoilt how = spoilt_how(on);
    s->scattered = is_damaged_copy(s->first, on);
    if (how == SPOILT_NO) return s->scattered ? RULING_YES : RULING_NO;
    s->first = on;
    s->how = how;
    return RULING_YES;
}

enum ruling spoilt_repeat(struct casefile *c, struct spoilt_again *ret) {
    *ret = (struct spoilt_again){.first = c->subject, .how = spoilt_how(c->subject), .steady = true};
    if (ret->how == SPOILT_NO && c->base != c->subject) {
        ret->first = c->base;
        ret->how = spoilt_how(c->base);
    }
    if (ret->how == SPOILT_NO) return RULING_NO;
    enum ruling past = look_past_certificate(c, ret);
    if (past != RULING_YES) return past;
    bool open = false;
    for (unsigned i = 0; i < SPOILT_REPEATS; i++) {
        ret->again[i] = case_repeat(c, &ret->first->run->trial, i + 1);
        open = open || !ret->again[i];
    }
    if (open) return RULING_OPEN;
    count(ret, ret->first);
    for (size_t i = 0; i < SPOILT_REPEATS; i++) {
        count(ret, ret->again[i]);
        ret->scattered = ret->scattered || is_damaged_copy(ret->first, ret->again[i]);
    }
    return RULING_YES;
}

/* --- who signed --- */

struct signed_part {
    struct bytes data, signature;
    uint16_t scheme;
    struct pubkey *key;
};

/* RFC 5246 7.4.3: both randoms and the parameters. */
static bool read_signed(struct casefile *c, const struct facts *f, struct signed_part *ret) {
    const struct transcript *t = f->t;
    const struct msg *m = transcript_find(t, SIDE_SERVER, HS_SERVER_KEY_EXCHANGE);
    const struct suite *s = suite_by_id(t->suite);
    struct server_key_exchange k;
    struct rd r;
    if (!spoilt_signature(f) || !m || !s || t->version != TLS_1_2) return false;
    rd_init(&r, m->body);
    if (!server_key_exchange_read(&r, s->kx, s->auth, t->version, &k)) return false;
    size_t n = t->client_random.n + t->server_random.n + k.params.n;
    uint8_t *room = arena_alloc(c->a, n);
    struct wr w = wr_init(room, n);
    wr_put(&w, t->client_random);
    wr_put(&w, t->server_random);
    wr_put(&w, k.params);
    *ret = (struct signed_part){.data = wr_bytes(&w), .signature = k.signature, .scheme = k.sigscheme};
    ret->key = facts_leaf(f).n > 0 ? pubkey_from_cert(facts_leaf(f)) : NULL;
    return ret->key != NULL;
}

static bool have_common(const struct signer *a, size_t n_a, const struct signer *b, size_t n_b) {
    for (size_t i = 0; i < n_a; i++)
        for (size_t k = 0; k < n_b; k++)
            if (bytes_eq(bytes_of(a[i].p, a[i].n), bytes_of(b[k].p, b[k].n))) return true;
    return false;
}

/* A wrong guess of what was signed computes a key that is another each time. */
static enum signing by_signers(const struct signed_part *p, size_t n) {
    struct signer first[SIGNERS_MAX], other[SIGNERS_MAX];
    size_t n_first = ecdsa_signers(p[0].key, p[0].scheme, p[0].data, p[0].signature, first);
    if (n_first == 0 || n < 2) return SIGNING_UNKNOWN;
    for (size_t i = 1; i < n; i++) {
        size_t n_other = ecdsa_signers(p[i].key, p[i].scheme, p[i].data, p[i].signature, other);
        if (!have_common(first, n_first, other, n_other)) return SIGNING_UNRELATED;
    }
    return SIGNING_OTHER_KEY;
}

static enum signing of_parts(const struct signed_part *p, size_t n) {
    enum key_type type = n > 0 ? pubkey_type(p[0].key) : KEY_OTHER;
    if (type == KEY_EC) return by_signers(p, n);
    if (type != KEY_RSA && type != KEY_RSA_PSS) return SIGNING_UNKNOWN;
    for (size_t i = 0; i < n; i++)
        if (pubkey_made(p[i].key, p[i].scheme, p[i].signature)) return SIGNING_OTHER_DATA;
    return SIGNING_OTHER_KEY;
}

enum signing spoilt_signing(struct casefile *c, const struct facts *const *f, size_t n) {
    enum { MAX = 4 };
    struct signed_part part[MAX];
    size_t n_parts = 0;
    for (size_t i = 0; i < n && n_parts < MAX; i++)
        if (read_signed(c, f[i], &part[n_parts])) n_parts++;
    enum signing s = of_parts(part, n_parts);
    for (size_t i = 0; i < n_parts; i++) pubkey_free(part[i].key);
    return s;
}
