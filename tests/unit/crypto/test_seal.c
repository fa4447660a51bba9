/* Record protection, against the constructions of the RFCs written out with libcrypto alone. */
#include "crypto_test.h"

#include <openssl/evp.h>

enum { ROOM = 20000 };

struct pair {
    struct seal *write, *read;
    struct seal_params params;
};

static const char *const evp_names[CIPHER__COUNT] = {
    [CIPHER_AES_128_GCM] = "AES-128-GCM",
    [CIPHER_AES_256_GCM] = "AES-256-GCM",
    [CIPHER_AES_128_CCM] = "AES-128-CCM",
    [CIPHER_AES_256_CCM] = "AES-256-CCM",
    [CIPHER_AES_128_CCM_8] = "AES-128-CCM",
    [CIPHER_AES_256_CCM_8] = "AES-256-CCM",
    [CIPHER_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
    [CIPHER_AES_128_CBC] = "AES-128-CBC",
    [CIPHER_AES_256_CBC] = "AES-256-CBC",
    [CIPHER_3DES_CBC] = "DES-EDE3-CBC",
    [CIPHER_CAMELLIA_128_CBC] = "CAMELLIA-128-CBC",
    [CIPHER_CAMELLIA_256_CBC] = "CAMELLIA-256-CBC",
};

static struct bytes counted(struct arena *a, uint8_t first, size_t n) {
    uint8_t *p = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(first + i);
    return bytes_of(p, n);
}

static struct seal_params params_of(struct arena *a, enum suite_cipher c, enum suite_mac m, uint16_t version,
                                    bool etm) {
    return (struct seal_params){.cipher = c,
                                .mac = m,
                                .version = version,
                                .encrypt_then_mac = etm,
                                .key = counted(a, 1, seal_key_size(c)),
                                .iv = counted(a, 100, seal_iv_size(c, version)),
                                .mac_key = counted(a, 150, seal_mac_size(m))};
}

static struct pair open_pair(const struct seal_params *p) {
    struct pair r = {.write = seal_new(p), .read = seal_new(p), .params = *p};
    assert_non_null(r.write);
    assert_non_null(r.read);
    return r;
}

static void close_pair(struct pair *p) {
    seal_free(p->write);
    seal_free(p->read);
}

/* --- AEAD --- */

static const struct {
    enum suite_cipher cipher;
    uint16_t version;
    size_t tag, explicit_n;
} aeads[] = {
    {CIPHER_AES_128_GCM, TLS_1_2, 16, 8},       {CIPHER_AES_256_GCM, TLS_1_2, 16, 8},
    {CIPHER_AES_128_CCM, TLS_1_2, 16, 8},       {CIPHER_AES_256_CCM, TLS_1_2, 16, 8},
    {CIPHER_AES_128_CCM_8, TLS_1_2, 8, 8},      {CIPHER_AES_256_CCM_8, TLS_1_2, 8, 8},
    {CIPHER_CHACHA20_POLY1305, TLS_1_2, 16, 0}, {CIPHER_AES_128_GCM, TLS_1_3, 16, 0},
    {CIPHER_AES_256_GCM, TLS_1_3, 16, 0},       {CIPHER_AES_128_CCM, TLS_1_3, 16, 0},
    {CIPHER_AES_128_CCM_8, TLS_1_3, 8, 0},      {CIPHER_CHACHA20_POLY1305, TLS_1_3, 16, 0},
};

/* Nonce and additional data by RFC 5288 3, 6655 3, 7905 2 and 8446 5.2 and 5.3, with the sequence number. */
static void nonce_and_aad(const struct seal_params *p, uint64_t seq, uint8_t type, size_t plain_n,
                          struct bytes body, size_t explicit_n, uint8_t nonce[12], struct wr *aad) {
    uint8_t number[8];
    struct wr w = wr_init(number, 8);
    wr_u64(&w, seq);
    if (explicit_n) {
        memcpy(nonce, p->iv.p, 4);
        memcpy(nonce + 4, body.p, 8);
    } else {
        memcpy(nonce, p->iv.p, 12);
        for (size_t i = 0; i < 8; i++) nonce[4 + i] ^= number[i];
    }
    if (p->version == TLS_1_3) {
        wr_put(aad, bytes_of("\x17\x03\x03", 3));
        wr_u16(aad, (uint16_t)body.n);
    } else {
        wr_u64(aad, seq);
        wr_u8(aad, type);
        wr_u16(aad, TLS_1_2);
        wr_u16(aad, (uint16_t)plain_n);
    }
}

/* Seals with libcrypto alone; the tag stands behind. */
static struct bytes aead_by_hand(struct arena *a, const struct seal_params *p, struct bytes nonce,
                                 struct bytes aad, struct bytes plain, size_t tag_n) {
    EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, evp_names[p->cipher], NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ccm = EVP_CIPHER_get_mode(c) == EVP_CIPH_CCM_MODE;
    uint8_t *out = arena_alloc(a, plain.n + tag_n + 16);
    int n = 0;
    assert_true(EVP_EncryptInit_ex2(ctx, c, NULL, NULL, NULL) > 0);
    assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce.n, NULL) > 0);
    if (ccm) assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag_n, NULL) > 0);
    assert_true(EVP_EncryptInit_ex2(ctx, NULL, p->key.p, nonce.p, NULL) > 0);
    if (ccm) assert_true(EVP_EncryptUpdate(ctx, NULL, &n, NULL, (int)plain.n) > 0);
    assert_true(EVP_EncryptUpdate(ctx, NULL, &n, aad.p, (int)aad.n) > 0);
    assert_true(EVP_EncryptUpdate(ctx, out, &n, plain.n ? plain.p : (const uint8_t *)"", (int)plain.n) > 0);
    if (!ccm) assert_true(EVP_EncryptFinal_ex(ctx, out + plain.n, &n) > 0);
    assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)tag_n, out + plain.n) > 0);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(c);
    return bytes_of(out, plain.n + tag_n);
}

static struct bytes with_inner_type(struct arena *a, struct bytes plain, uint8_t type, size_t zeros) {
    uint8_t *p = arena_alloc(a, plain.n + 1 + zeros + 1);
    if (plain.n) memcpy(p, plain.p, plain.n);
    p[plain.n] = type;
    return bytes_of(p, plain.n + 1 + zeros);
}

static void check_one_record(struct arena *a, struct pair *p, size_t i, uint64_t seq, struct bytes plain) {
    uint8_t body[ROOM], out[ROOM], nonce[12], aad_room[13];
    size_t n = 0, out_n = 0;
    assert_true(seal_write(p->write, CT_HANDSHAKE, plain, body, sizeof(body), &n));
    struct bytes inner = aeads[i].version == TLS_1_3 ? with_inner_type(a, plain, CT_HANDSHAKE, 0) : plain;
    struct wr aad = wr_init(aad_room, sizeof(aad_room));
    nonce_and_aad(&p->params, seq, CT_HANDSHAKE, plain.n, bytes_of(body, n), aeads[i].explicit_n, nonce,
                  &aad);
    struct bytes want = aead_by_hand(a, &p->params, bytes_of(nonce, 12), wr_bytes(&aad), inner, aeads[i].tag);
    assert_int_equal(n, aeads[i].explicit_n + want.n);
    assert_memory_equal(body + aeads[i].explicit_n, want.p, want.n);
    uint8_t type = aeads[i].version == TLS_1_3 ? CT_APPLICATION_DATA : CT_HANDSHAKE;
    assert_true(seal_read(p->read, &type, TLS_1_2, bytes_of(body, n), out, sizeof(out), &out_n));
    assert_int_equal(type, CT_HANDSHAKE);
    assert_true(bytes_eq(bytes_of(out, out_n), plain));
}

static void test_aead_records_are_those_of_the_rfcs(void **state) {
    struct arena *a = *state;
    static const size_t lengths[] = {1, 0, 15, 16, 17, 1000, 16384};
    for (size_t i = 0; i < TW_COUNT(aeads); i++) {
        struct seal_params params = params_of(a, aeads[i].cipher, MAC_NONE, aeads[i].version, false);
        struct pair p = open_pair(&params);
        for (size_t k = 0; k < TW_COUNT(lengths); k++)
            check_one_record(a, &p, i, k, counted(a, 7, lengths[k]));
        close_pair(&p);
    }
}

/* Reads one body with fresh state at the given sequence number. */
static bool reads(const struct seal_params *params, uint64_t seq, uint8_t type, uint16_t version,
                  struct bytes body, size_t cap) {
    struct seal *s = seal_new(params);
    uint8_t out[ROOM];
    size_t n = 0;
    for (uint64_t i = 0; i < seq; i++) {
        uint8_t t = type;
        (void)seal_read(s, &t, version, (struct bytes){0}, out, sizeof(out), &n);
    }
    struct bytes tight_body = tight(body);
    bool ok = seal_read(s, &type, version, tight_body, out, cap, &n);
    tight_free(tight_body);
    seal_free(s);
    return ok;
}

static void check_refusals(struct arena *a, const struct seal_params *params, uint8_t wire_type) {
    struct seal *s = seal_new(params);
    uint8_t body[ROOM];
    size_t n = 0;
    struct bytes plain = counted(a, 7, 33);
    assert_true(seal_write(s, CT_HANDSHAKE, plain, body, sizeof(body), &n));
    struct bytes b = bytes_of(body, n);
    assert_true(reads(params, 0, wire_type, params->version > TLS_1_2 ? TLS_1_2 : params->version, b, n));
    uint16_t version = params->version > TLS_1_2 ? TLS_1_2 : params->version;
    for (size_t at = 0; at < n; at++)
        assert_false(reads(params, 0, wire_type, version, flipped(a, b, at), ROOM));
    for (size_t cut = 0; cut < n; cut++)
        assert_false(reads(params, 0, wire_type, version, bytes_cut(b, 0, cut), ROOM));
    assert_false(reads(params, 1, wire_type, version, b, ROOM)); /* another place in the stream */
    assert_false(reads(params, 0, wire_type, TLS_1_0 == version ? TLS_1_1 : TLS_1_0, b, ROOM));
    if (params->version < TLS_1_3) assert_false(reads(params, 0, CT_ALERT, version, b, ROOM));
    struct seal_params other = *params;
    if (params->mac_key.n) /* with encrypt-then-MAC it alone tells */
        other.mac_key = counted(a, 2, params->mac_key.n);
    else
        other.key = counted(a, 2, params->key.n);
    assert_false(reads(&other, 0, wire_type, version, b, ROOM));
    assert_false(reads(params, 0, wire_type, version, b, 8)); /* no room for what is inside */
    size_t none = 0;
    assert_false(seal_write(s, CT_HANDSHAKE, plain, body, n - 1, &none));
    seal_free(s);
}

static void test_aead_refuses_what_was_changed(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(aeads); i++) {
        struct seal_params params = params_of(a, aeads[i].cipher, MAC_NONE, aeads[i].version, false);
        check_refusals(a, &params, aeads[i].version == TLS_1_3 ? CT_APPLICATION_DATA : CT_HANDSHAKE);
    }
}

/* RFC 8446 5.4: zeros behind the type are padding; zeros alone are no record. */
static void test_inner_padding(void **state) {
    struct arena *a = *state;
    struct seal_params params = params_of(a, CIPHER_AES_128_GCM, MAC_NONE, TLS_1_3, false);
    static const struct {
        size_t plain, zeros;
        uint8_t type;
        bool ok;
    } rows[] = {{5, 0, CT_ALERT, true},
                {5, 100, CT_ALERT, true},
                {0, 3, CT_HANDSHAKE, true},
                {0, 20, 0, false},
                {0, 0, 0, false}};
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        struct bytes inner = with_inner_type(a, counted(a, 9, rows[i].plain), rows[i].type, rows[i].zeros);
        uint8_t aad[5] = {0x17, 3, 3, 0, (uint8_t)(inner.n + 16)}, out[ROOM], type = CT_APPLICATION_DATA;
        struct bytes body = aead_by_hand(a, &params, params.iv, bytes_of(aad, 5), inner, 16);
        struct seal *s = seal_new(&params);
        size_t n = 0;
        assert_int_equal(seal_read(s, &type, TLS_1_2, body, out, sizeof(out), &n), rows[i].ok);
        if (rows[i].ok) {
            assert_int_equal(type, rows[i].type);
            assert_true(bytes_eq(bytes_of(out, n), counted(a, 9, rows[i].plain)));
        }
        seal_free(s);
    }
}

/* --- CBC --- */

static const struct {
    enum suite_cipher cipher;
    enum suite_mac mac;
    uint16_t version;
    bool etm;
    size_t block;
} cbcs[] = {
    {CIPHER_AES_128_CBC, MAC_SHA1, TLS_1_0, false, 16},
    {CIPHER_3DES_CBC, MAC_SHA1, TLS_1_0, false, 8},
    {CIPHER_AES_256_CBC, MAC_SHA1, TLS_1_1, false, 16},
    {CIPHER_3DES_CBC, MAC_SHA1, TLS_1_2, false, 8},
    {CIPHER_AES_128_CBC, MAC_SHA256, TLS_1_2, false, 16},
    {CIPHER_AES_256_CBC, MAC_SHA384, TLS_1_2, false, 16},
    {CIPHER_CAMELLIA_128_CBC, MAC_SHA256, TLS_1_2, false, 16},
    {CIPHER_CAMELLIA_256_CBC, MAC_SHA1, TLS_1_2, false, 16},
    {CIPHER_AES_128_CBC, MAC_SHA1, TLS_1_0, true, 16},
    {CIPHER_AES_128_CBC, MAC_SHA1, TLS_1_2, true, 16},
    {CIPHER_AES_256_CBC, MAC_SHA384, TLS_1_2, true, 16},
    {CIPHER_3DES_CBC, MAC_SHA1, TLS_1_1, true, 8},
};

static void mac_by_hand(const struct seal_params *p, uint64_t seq, uint8_t type, struct bytes covered,
                        uint8_t *out) {
    static const enum hash_alg alg[] = {
        [MAC_SHA1] = HASH_SHA1, [MAC_SHA256] = HASH_SHA256, [MAC_SHA384] = HASH_SHA384};
    uint8_t room[ROOM];
    struct wr w = wr_init(room, sizeof(room));
    wr_u64(&w, seq);
    wr_u8(&w, type);
    wr_u16(&w, p->version);
    wr_vec(&w, 2, covered);
    assert_true(hmac(alg[p->mac], p->mac_key, wr_bytes(&w), out));
}

/* How a record differs from a good one. */
struct twist {
    size_t pad;        /* padding bytes with the length byte; 0: the least that fits */
    size_t bad_pad_at; /* the padding byte from the end that is wrong; 0 none */
    int pad_value;     /* -1: the right one */
    bool bad_mac, no_mac;
};

/* One record of sequence number 0 written out: RFC 5246 6.2.3.2, RFC 7366 3. */
static struct bytes cbc_by_hand(struct arena *a, const struct seal_params *p, size_t block,
                                struct bytes plain, const struct twist *t) {
    size_t mac_n = seal_mac_size(p->mac), iv_n = p->version >= TLS_1_1 ? block : 0;
    uint8_t *clear = arena_alloc(a, ROOM), *out = arena_alloc(a, ROOM), mac[HASH_MAX];
    struct wr w = wr_init(clear, ROOM);
    wr_put(&w, plain);
    if (!p->encrypt_then_mac && !t->no_mac) {
        mac_by_hand(p, 0, CT_APPLICATION_DATA, plain, mac);
        if (t->bad_mac) mac[mac_n - 1] ^= 1;
        wr_put(&w, bytes_of(mac, mac_n));
    }
    size_t pad = t->pad ? t->pad : block - w.n % block;
    wr_fill(&w, t->pad_value >= 0 ? (uint8_t)t->pad_value : (uint8_t)(pad - 1), pad);
    if (t->bad_pad_at) clear[w.n - t->bad_pad_at] ^= 0x40;
    assert_int_equal(w.n % block, 0);
    memcpy(out, counted(a, 50, iv_n).p, iv_n);
    EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, evp_names[p->cipher], NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    assert_true(EVP_EncryptInit_ex2(ctx, c, p->key.p, iv_n ? out : p->iv.p, NULL) > 0);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    assert_true(EVP_EncryptUpdate(ctx, out + iv_n, &n, clear, (int)w.n) > 0);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(c);
    size_t body_n = iv_n + w.n;
    if (p->encrypt_then_mac) {
        mac_by_hand(p, 0, CT_APPLICATION_DATA, bytes_of(out, body_n), mac);
        if (t->bad_mac) mac[0] ^= 1;
        memcpy(out + body_n, mac, mac_n);
        body_n += mac_n;
    }
    return bytes_of(out, body_n);
}

static bool opens(const struct seal_params *p, struct bytes body, struct bytes want) {
    struct seal *s = seal_new(p);
    uint8_t out[ROOM], type = CT_APPLICATION_DATA;
    size_t n = 0;
    bool ok = seal_read(s, &type, p->version, body, out, sizeof(out), &n);
    if (ok) assert_true(bytes_eq(bytes_of(out, n), want));
    seal_free(s);
    return ok;
}

static void test_cbc_opens_records_of_the_rfcs(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(cbcs); i++) {
        struct seal_params p = params_of(a, cbcs[i].cipher, cbcs[i].mac, cbcs[i].version, cbcs[i].etm);
        for (size_t n = 0; n < 40; n++) {
            const struct twist none = {.pad_value = -1};
            struct bytes plain = counted(a, 3, n);
            assert_true(opens(&p, cbc_by_hand(a, &p, cbcs[i].block, plain, &none), plain));
        }
    }
}

/* Up to 256 bytes of padding are allowed, whatever the block (RFC 5246 6.2.3.2). */
static void test_cbc_padding(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(cbcs); i++) {
        struct seal_params p = params_of(a, cbcs[i].cipher, cbcs[i].mac, cbcs[i].version, cbcs[i].etm);
        size_t block = cbcs[i].block, mac_n = cbcs[i].etm ? 0 : seal_mac_size(cbcs[i].mac);
        struct bytes plain = counted(a, 3, 2 * block - mac_n % block); /* with its MAC some whole blocks */
        for (size_t pad = block; pad <= 256; pad += block) {
            struct twist t = {.pad = pad, .pad_value = -1};
            assert_true(opens(&p, cbc_by_hand(a, &p, block, plain, &t), plain));
            t.bad_pad_at = pad; /* the first of them */
            assert_false(opens(&p, cbc_by_hand(a, &p, block, plain, &t), plain));
            t.bad_pad_at = 2;
            assert_false(opens(&p, cbc_by_hand(a, &p, block, plain, &t), plain));
        }
        const struct twist beyond = {.pad = block, .pad_value = 255}; /* more than there is */
        assert_false(
            opens(&p, cbc_by_hand(a, &p, block, counted(a, 3, 2 * block - mac_n % block), &beyond), plain));
    }
}

static void test_cbc_macs(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(cbcs); i++) {
        struct seal_params p = params_of(a, cbcs[i].cipher, cbcs[i].mac, cbcs[i].version, cbcs[i].etm);
        struct bytes plain = counted(a, 3, 21);
        const struct twist bad = {.pad_value = -1, .bad_mac = true}, none = {.pad_value = -1, .no_mac = true};
        assert_false(opens(&p, cbc_by_hand(a, &p, cbcs[i].block, plain, &bad), plain));
        if (!cbcs[i].etm) /* padding alone where a MAC should be: nothing may be read before the buffer */
            for (size_t n = 0; n < 48; n++)
                assert_false(opens(&p, cbc_by_hand(a, &p, cbcs[i].block, counted(a, 3, n), &none), plain));
        /* Each way of the two is none of the other's. */
        struct seal_params other = p;
        other.encrypt_then_mac = !p.encrypt_then_mac;
        const struct twist good = {.pad_value = -1};
        assert_false(opens(&other, cbc_by_hand(a, &p, cbcs[i].block, plain, &good), plain));
    }
}

/* What is written is read again over many records: with TLS 1.0 the next IV is the last block. */
static void test_cbc_round_trips(void **state) {
    struct arena *a = *state;
    static const size_t lengths[] = {0, 1, 15, 16, 17, 31, 200, 16384};
    for (size_t i = 0; i < TW_COUNT(cbcs); i++) {
        struct seal_params params = params_of(a, cbcs[i].cipher, cbcs[i].mac, cbcs[i].version, cbcs[i].etm);
        struct pair p = open_pair(&params);
        for (size_t k = 0; k < TW_COUNT(lengths); k++) {
            uint8_t body[ROOM], out[ROOM], type = CT_ALERT;
            size_t n = 0, out_n = 0;
            struct bytes plain = counted(a, (uint8_t)k, lengths[k]);
            assert_true(seal_write(p.write, CT_ALERT, plain, body, sizeof(body), &n));
            assert_true(
                seal_read(p.read, &type, cbcs[i].version, bytes_of(body, n), out, sizeof(out), &out_n));
            assert_true(bytes_eq(bytes_of(out, out_n), plain));
        }
        close_pair(&p);
    }
}

static void test_cbc_refuses_what_was_changed(void **state) {
    struct arena *a = *state;
    for (size_t i = 0; i < TW_COUNT(cbcs); i++) {
        struct seal_params params = params_of(a, cbcs[i].cipher, cbcs[i].mac, cbcs[i].version, cbcs[i].etm);
        check_refusals(a, &params, CT_HANDSHAKE);
    }
}

/* Two writings of one text differ where each record brings its own IV (RFC 4346 6.2.3.2). */
static void test_cbc_ivs_are_fresh(void **state) {
    struct arena *a = *state;
    struct seal_params params = params_of(a, CIPHER_AES_128_CBC, MAC_SHA1, TLS_1_2, false);
    struct pair p = open_pair(&params);
    uint8_t one[256], two[256];
    size_t n = 0;
    assert_true(seal_write(p.write, CT_ALERT, counted(a, 1, 2), one, sizeof(one), &n));
    assert_true(seal_write(p.read, CT_ALERT, counted(a, 1, 2), two, sizeof(two), &n));
    assert_memory_not_equal(one, two, 16);
    close_pair(&p);
}

static void test_parameters_that_do_not_fit(void **state) {
    struct arena *a = *state;
    const struct seal_params good = params_of(a, CIPHER_AES_128_CBC, MAC_SHA1, TLS_1_0, false);
    struct seal_params p = good;
    p.key = counted(a, 1, 32);
    assert_null(seal_new(&p));
    p = good;
    p.iv = (struct bytes){0};
    assert_null(seal_new(&p));
    p = good;
    p.mac_key = counted(a, 1, 32);
    assert_null(seal_new(&p));
    p = good;
    p.cipher = CIPHER_NONE;
    assert_null(seal_new(&p));
    p.cipher = CIPHER__COUNT;
    assert_null(seal_new(&p));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aead_records_are_those_of_the_rfcs),
        cmocka_unit_test(test_aead_refuses_what_was_changed),
        cmocka_unit_test(test_inner_padding),
        cmocka_unit_test(test_cbc_opens_records_of_the_rfcs),
        cmocka_unit_test(test_cbc_padding),
        cmocka_unit_test(test_cbc_macs),
        cmocka_unit_test(test_cbc_round_trips),
        cmocka_unit_test(test_cbc_refuses_what_was_changed),
        cmocka_unit_test(test_cbc_ivs_are_fresh),
        cmocka_unit_test(test_parameters_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
