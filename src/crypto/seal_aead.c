/* AEAD records: RFC 5246 6.2.3.3 with RFC 5288, 6655 and 7905, and RFC 8446 5.2. */
#include "crypto/seal.h"

#include <openssl/err.h>

static bool is_ccm(enum suite_cipher c) {
    return c == CIPHER_AES_128_CCM || c == CIPHER_AES_256_CCM || c == CIPHER_AES_128_CCM_8 ||
           c == CIPHER_AES_256_CCM_8;
}

static size_t tag_size(enum suite_cipher c) {
    return c == CIPHER_AES_128_CCM_8 || c == CIPHER_AES_256_CCM_8 ? 8 : 16;
}

static bool is_tls13(const struct seal *s) {
    return s->params.version >= TLS_1_3;
}

/* The part of the nonce that travels with the record: 1.2 with GCM and CCM only. */
static size_t explicit_size(const struct seal *s) {
    return !is_tls13(s) && s->params.cipher != CIPHER_CHACHA20_POLY1305 ? 8 : 0;
}

static void put_u64(uint8_t out[8], uint64_t v) {
    for (size_t i = 0; i < 8; i++) out[i] = (uint8_t)(v >> (56 - 8 * i));
}

static void make_nonce(const struct seal *s, struct bytes explicit_part, uint8_t nonce[SEAL_NONCE]) {
    memcpy(nonce, s->iv, s->iv_n);
    if (explicit_part.n > 0) {
        memcpy(nonce + 4, explicit_part.p, 8);
        return;
    }
    uint8_t seq[8];
    put_u64(seq, s->sequence);
    for (size_t i = 0; i < 8; i++) nonce[4 + i] ^= seq[i];
}

/* Additional data: the record header in 1.3; sequence, type, version and plain length before. */
static struct bytes make_aad(const struct seal *s, uint8_t type, uint16_t version, size_t plain_n,
                             size_t body_n, uint8_t room[13]) {
    struct wr w = wr_init(room, 13);
    if (!is_tls13(s)) wr_u64(&w, s->sequence);
    wr_u8(&w, is_tls13(s) ? CT_APPLICATION_DATA : type);
    wr_u16(&w, version);
    wr_u16(&w, (uint16_t)(is_tls13(s) ? body_n : plain_n));
    return wr_bytes(&w);
}

struct job {
    const uint8_t *nonce;
    struct bytes aad, in;
    uint8_t *tag; /* written when sealing, checked when opening */
    uint8_t *out;
};

/* CCM wants the size of the tag before the key; whoever opens gives the tag itself. */
static bool set_up(struct seal *s, bool sealing, const struct job *j) {
    EVP_CIPHER_CTX *ctx = s->ctx;
    bool tag_first = !sealing || is_ccm(s->params.cipher);
    void *tag = sealing ? NULL : j->tag;
    return EVP_CIPHER_CTX_reset(ctx) && EVP_CipherInit_ex2(ctx, s->evp, NULL, NULL, sealing, NULL) &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, SEAL_NONCE, NULL) > 0 &&
           (!tag_first ||
            EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag_size(s->params.cipher), tag) > 0) &&
           EVP_CipherInit_ex2(ctx, NULL, s->key, j->nonce, sealing, NULL);
}

/* CCM wants the length before all else, and is done with the data; the others end with a step of their own.
 */
static bool pass_through(struct seal *s, const struct job *j) {
    static const uint8_t nothing[1];
    uint8_t rest[SEAL_BLOCK_MAX];
    int n = 0;
    bool ccm = is_ccm(s->params.cipher);
    return (!ccm || EVP_CipherUpdate(s->ctx, NULL, &n, NULL, (int)j->in.n) > 0) &&
           EVP_CipherUpdate(s->ctx, NULL, &n, j->aad.p, (int)j->aad.n) > 0 &&
           EVP_CipherUpdate(s->ctx, j->out, &n, j->in.n ? j->in.p : nothing, (int)j->in.n) > 0 &&
           (ccm || EVP_CipherFinal_ex(s->ctx, rest, &n) > 0);
}

static bool run(struct seal *s, bool sealing, const struct job *j) {
    int tag_n = (int)tag_size(s->params.cipher);
    bool ok = set_up(s, sealing, j) && pass_through(s, j);
    if (ok && sealing) ok = EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_GET_TAG, tag_n, j->tag) > 0;
    ERR_clear_error();
    return ok;
}

bool aead_write(struct seal *s, uint8_t type, struct bytes plain, uint8_t *out, size_t cap, size_t *ret_n) {
    uint8_t inner[SEAL_INNER_MAX], nonce[SEAL_NONCE], room[13];
    size_t ex = explicit_size(s), tag_n = tag_size(s->params.cipher);
    struct bytes in = plain;
    if (plain.n + 1 > sizeof(inner)) return false;
    if (is_tls13(s)) { /* TLSInnerPlaintext: the true type goes inside */
        if (plain.n) memcpy(inner, plain.p, plain.n);
        inner[plain.n] = type;
        in = bytes_of(inner, plain.n + 1);
    }
    size_t body_n = ex + in.n + tag_n;
    if (body_n > cap) return false;
    if (ex) put_u64(out, s->sequence);
    make_nonce(s, bytes_of(out, ex), nonce);
    uint16_t version = is_tls13(s) ? TLS_1_2 : s->params.version;
    const struct job j = {.nonce = nonce,
                          .aad = make_aad(s, type, version, plain.n, body_n, room),
                          .in = in,
                          .tag = out + ex + in.n,
                          .out = out + ex};
    *ret_n = body_n;
    return run(s, true, &j);
}

/* Takes the padding off and finds the true type (RFC 8446 5.4); a record of zeros alone has none. */
static bool open_inner(uint8_t *type, const uint8_t *out, size_t *n) {
    size_t at = *n;
    while (at > 0 && out[at - 1] == 0) at--;
    if (at == 0) return false;
    *type = out[at - 1];
    *n = at - 1;
    return true;
}

bool aead_read(struct seal *s, uint8_t *type, uint16_t record_version, struct bytes body, uint8_t *out,
               size_t cap, size_t *ret_n) {
    size_t ex = explicit_size(s), tag_n = tag_size(s->params.cipher);
    if (body.n < ex + tag_n || body.n - ex - tag_n > cap) return false;
    struct bytes in = bytes_cut(body, ex, body.n - ex - tag_n);
    uint8_t nonce[SEAL_NONCE], room[13], tag[16];
    memcpy(tag, body.p + ex + in.n, tag_n);
    make_nonce(s, bytes_cut(body, 0, ex), nonce);
    const struct job j = {.nonce = nonce,
                          .aad = make_aad(s, *type, record_version, in.n, body.n, room),
                          .in = in,
                          .tag = tag,
                          .out = out};
    if (!run(s, false, &j)) return false;
    *ret_n = in.n;
    return !is_tls13(s) || open_inner(type, out, ret_n);
}
