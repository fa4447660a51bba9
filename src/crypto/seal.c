/* Record protection: which of the two ways (AEAD or CBC with a MAC), and what both need. */
#include "crypto/seal.h"

#include <assert.h>

size_t seal_key_size(enum suite_cipher c) {
    static const uint8_t size[CIPHER__COUNT] = {
        [CIPHER_AES_128_GCM] = 16, [CIPHER_AES_256_GCM] = 32,       [CIPHER_AES_128_CCM] = 16,
        [CIPHER_AES_256_CCM] = 32, [CIPHER_AES_128_CCM_8] = 16,     [CIPHER_AES_256_CCM_8] = 32,
        [CIPHER_AES_128_CBC] = 16, [CIPHER_CHACHA20_POLY1305] = 32, [CIPHER_AES_256_CBC] = 32,
        [CIPHER_3DES_CBC] = 24,    [CIPHER_CAMELLIA_128_CBC] = 16,  [CIPHER_CAMELLIA_256_CBC] = 32,
    };
    return size[c];
}

bool seal_is_aead(enum suite_cipher c) {
    return c >= CIPHER_AES_128_GCM && c <= CIPHER_CHACHA20_POLY1305;
}

size_t seal_block_size(enum suite_cipher c) {
    return c == CIPHER_3DES_CBC ? 8 : 16;
}

/* RFC 5288 3 and RFC 6655 3: four bytes of salt; RFC 7905 2 and RFC 8446 5.3: twelve; CBC: a block in
 * TLS 1.0, none after it (RFC 4346 6.2.3.2: the IV travels with each record). */
size_t seal_iv_size(enum suite_cipher c, uint16_t version) {
    if (seal_is_aead(c)) return version >= TLS_1_3 || c == CIPHER_CHACHA20_POLY1305 ? 12 : 4;
    return version <= TLS_1_0 ? seal_block_size(c) : 0;
}

size_t seal_mac_size(enum suite_mac m) {
    static const uint8_t size[] = {
        [MAC_NONE] = 0, [MAC_MD5] = 16, [MAC_SHA1] = 20, [MAC_SHA256] = 32, [MAC_SHA384] = 48};
    return size[m];
}

struct seal *seal_new(const struct seal_params *p) {
    const EVP_CIPHER *cipher = lib_cipher(p->cipher);
    if (!cipher || p->key.n != seal_key_size(p->cipher) || p->iv.n != seal_iv_size(p->cipher, p->version))
        return NULL;
    if (p->mac_key.n > HASH_MAX || (!seal_is_aead(p->cipher) && p->mac_key.n != seal_mac_size(p->mac)))
        return NULL;
    struct seal *s = mem_alloc(sizeof(*s));
    *s = (struct seal){.params = *p, .evp = cipher, .ctx = EVP_CIPHER_CTX_new(), .iv_n = p->iv.n};
    assert(s->ctx);
    memcpy(s->key, p->key.p, p->key.n);
    if (p->iv.n) memcpy(s->iv, p->iv.p, p->iv.n);
    if (p->mac_key.n) memcpy(s->mac_key, p->mac_key.p, p->mac_key.n);
    s->params.key = bytes_of(s->key, p->key.n);
    s->params.iv = bytes_of(s->iv, p->iv.n);
    s->params.mac_key = bytes_of(s->mac_key, p->mac_key.n);
    return s;
}

void seal_free(struct seal *s) {
    if (!s) return;
    EVP_CIPHER_CTX_free(s->ctx);
    mem_free(s);
}

bool seal_write(struct seal *s, uint8_t type, struct bytes plain, uint8_t *out, size_t cap, size_t *ret_n) {
    bool ok = seal_is_aead(s->params.cipher) ? aead_write(s, type, plain, out, cap, ret_n)
                                             : cbc_write(s, type, plain, out, cap, ret_n);
    s->sequence++;
    return ok;
}

bool seal_read(struct seal *s, uint8_t *type, uint16_t record_version, struct bytes body, uint8_t *out,
               size_t cap, size_t *ret_n) {
    bool ok = seal_is_aead(s->params.cipher) ? aead_read(s, type, record_version, body, out, cap, ret_n)
                                             : cbc_read(s, *type, record_version, body, out, cap, ret_n);
    s->sequence++;
    return ok;
}

bool seal_read_again(struct seal *s, uint8_t *type, uint16_t record_version, struct bytes body, uint8_t *out,
                     size_t cap, size_t *ret_n) {
    s->sequence--;
    return seal_read(s, type, record_version, body, out, cap, ret_n);
}
