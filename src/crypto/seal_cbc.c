/* CBC records with HMAC: RFC 2246, 4346 and 5246 6.2.3.2, and encrypt-then-MAC (RFC 7366). Nothing here is
 * constant in time: a prober's own secrets are worth nothing. */
#include "crypto/seal.h"

#include <openssl/err.h>

static enum hash_alg mac_alg(enum suite_mac m) {
    static const enum hash_alg alg[] = {
        [MAC_MD5] = HASH_MD5, [MAC_SHA1] = HASH_SHA1, [MAC_SHA256] = HASH_SHA256, [MAC_SHA384] = HASH_SHA384};
    return alg[m];
}

/* The MAC over sequence, header and what it covers: plain text, or IV and ciphertext (encrypt-then-MAC). */
static void make_mac(const struct seal *s, uint8_t type, uint16_t version, struct bytes covered,
                     uint8_t out[HASH_MAX]) {
    uint8_t data[13 + SEAL_INNER_MAX + 2048];
    struct wr w = wr_init(data, sizeof(data));
    wr_u64(&w, s->sequence);
    wr_u8(&w, type);
    wr_u16(&w, version);
    wr_u16(&w, (uint16_t)covered.n);
    wr_put(&w, covered);
    (void)hmac(mac_alg(s->params.mac), s->params.mac_key, wr_bytes(&w), out);
}

static bool crypt_blocks(struct seal *s, bool sealing, const uint8_t *iv, struct bytes in, uint8_t *out) {
    int n = 0;
    bool ok = EVP_CIPHER_CTX_reset(s->ctx) && EVP_CipherInit_ex2(s->ctx, s->evp, s->key, iv, sealing, NULL) &&
              EVP_CIPHER_CTX_set_padding(s->ctx, 0) && EVP_CipherUpdate(s->ctx, out, &n, in.p, (int)in.n) > 0;
    ERR_clear_error();
    return ok && (size_t)n == in.n;
}

bool cbc_write(struct seal *s, uint8_t type, struct bytes plain, uint8_t *out, size_t cap, size_t *ret_n) {
    size_t block = seal_block_size(s->params.cipher), mac_n = seal_mac_size(s->params.mac);
    size_t iv_n = s->params.version >= TLS_1_1 ? block : 0;
    bool etm = s->params.encrypt_then_mac;
    uint8_t clear[SEAL_INNER_MAX + 512], mac[HASH_MAX];
    struct wr w = wr_init(clear, sizeof(clear));
    wr_put(&w, plain);
    if (!etm) {
        make_mac(s, type, s->params.version, plain, mac);
        wr_put(&w, bytes_of(mac, mac_n));
    }
    size_t pad = block - w.n % block; /* with the length byte itself */
    wr_fill(&w, (uint8_t)(pad - 1), pad);
    size_t body_n = iv_n + w.n + (etm ? mac_n : 0);
    if (w.overflow || body_n > cap) return false;
    if (iv_n) crypto_random(out, iv_n);
    if (!crypt_blocks(s, true, iv_n ? out : s->iv, wr_bytes(&w), out + iv_n)) return false;
    if (!iv_n) memcpy(s->iv, out + w.n - block, block); /* TLS 1.0: the next IV is the last block */
    if (etm) {
        make_mac(s, type, s->params.version, bytes_of(out, iv_n + w.n), mac);
        memcpy(out + iv_n + w.n, mac, mac_n);
    }
    *ret_n = body_n;
    return true;
}

/* Takes off padding, all of whose bytes tell its length (RFC 4346 6.2.3.2). */
static bool strip_padding(const uint8_t *p, size_t *n, size_t at_least) {
    if (*n == 0) return false;
    size_t pad = (size_t)p[*n - 1] + 1;
    if (pad + at_least > *n) return false;
    for (size_t i = 1; i <= pad; i++)
        if (p[*n - i] != pad - 1) return false;
    *n -= pad;
    return true;
}

bool cbc_read(struct seal *s, uint8_t type, uint16_t record_version, struct bytes body, uint8_t *out,
              size_t cap, size_t *ret_n) {
    size_t block = seal_block_size(s->params.cipher), mac_n = seal_mac_size(s->params.mac);
    size_t iv_n = s->params.version >= TLS_1_1 ? block : 0;
    bool etm = s->params.encrypt_then_mac;
    uint8_t mac[HASH_MAX];
    if (etm) {
        if (body.n < mac_n) return false;
        struct bytes covered = bytes_cut(body, 0, body.n - mac_n);
        make_mac(s, type, record_version, covered, mac);
        if (!bytes_eq(bytes_of(mac, mac_n), bytes_cut(body, covered.n, mac_n))) return false;
        body = covered;
    }
    if (body.n < iv_n + block || (body.n - iv_n) % block != 0 || body.n - iv_n > cap) return false;
    struct bytes in = bytes_cut(body, iv_n, body.n);
    if (!crypt_blocks(s, false, iv_n ? body.p : s->iv, in, out)) return false;
    if (!iv_n) memcpy(s->iv, in.p + in.n - block, block);
    size_t n = in.n;
    if (!strip_padding(out, &n, etm ? 0 : mac_n)) return false;
    if (!etm) {
        n -= mac_n;
        make_mac(s, type, record_version, bytes_of(out, n), mac);
        if (!bytes_eq(bytes_of(mac, mac_n), bytes_of(out + n, mac_n))) return false;
    }
    *ret_n = n;
    return true;
}
