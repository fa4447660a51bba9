/* A hello as data and as bytes, for the tests of the writer and of the reader. */
#ifndef TW_TESTS_HELLO_SAMPLE_H
#define TW_TESTS_HELLO_SAMPLE_H

#include "wire_test.h"

#include "wire/hello.h"

/* A hello with a little of everything, GREASE at the places where Chrome has it. */
UNUSED static void sample(struct hello *h) {
    *h = (struct hello){.record_version = TLS_1_0, .legacy_version = TLS_1_2};
    for (size_t i = 0; i < 32; i++) h->random[i] = (uint8_t)i;
    h->session_id_n = 2;
    h->session_id[0] = 0xBE, h->session_id[1] = 0xEF;
    static const uint16_t suites[] = {0x0A0A, 0x1301, 0xC02F};
    memcpy(h->suites, suites, sizeof(suites));
    h->n_suites = 3;
    h->n_compressions = 1;
    h->versions = (struct u16_list){{0x1A1A, TLS_1_3, TLS_1_2}, 3};
    h->groups = (struct u16_list){{0x2A2A, GROUP_X25519}, 2};
    h->key_shares = (struct u16_list){{0x2A2A, GROUP_X25519}, 2};
    h->sigalgs = (struct u16_list){{SIG_ECDSA_SECP256R1_SHA256}, 1};
    memcpy(h->server_name, "a.example", 10);
    static const uint16_t types[] = {0x3A3A,
                                     EXT_SERVER_NAME,
                                     EXT_EXTENDED_MASTER_SECRET,
                                     EXT_RENEGOTIATION_INFO,
                                     EXT_SUPPORTED_GROUPS,
                                     EXT_EC_POINT_FORMATS,
                                     EXT_SESSION_TICKET,
                                     EXT_ALPN,
                                     EXT_STATUS_REQUEST,
                                     EXT_SIGNATURE_ALGORITHMS,
                                     EXT_SIGNED_CERTIFICATE_TIMESTAMP,
                                     EXT_KEY_SHARE,
                                     EXT_PSK_KEY_EXCHANGE_MODES,
                                     EXT_SUPPORTED_VERSIONS,
                                     EXT_COOKIE,
                                     EXT_SIGNATURE_ALGORITHMS_CERT};
    for (size_t i = 0; i < TW_COUNT(types); i++) hello_add_ext(h, types[i]);
    assert_true(hello_set_alpn(h, "h2,http/1.1"));
    static const uint8_t one[] = {0};
    hello_add_ext_raw(h, 0x4A4A, bytes_of(one, 1));
}

/* Cookie and signature_algorithms_cert have empty lists, so they are left out. */
#define SAMPLE_START "0303 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 02 beef"
#define SAMPLE_SUITES "0006 0a0a 1301 c02f 01 00"
#define SAMPLE_EXTENSIONS                                                                                    \
    "3a3a 0000"                                                                                              \
    "0000 000e 000c 00 0009 612e6578616d706c65"                                                              \
    "0017 0000"                                                                                              \
    "ff01 0001 00"                                                                                           \
    "000a 0006 0004 2a2a 001d"                                                                               \
    "000b 0002 01 00"                                                                                        \
    "0023 0000"                                                                                              \
    "0010 000e 000c 02 6832 08 687474702f312e31"                                                             \
    "0005 0005 01 0000 0000"                                                                                 \
    "000d 0004 0002 0403"                                                                                    \
    "0012 0000"                                                                                              \
    "0033 002b 0029 2a2a 0001 00 001d 0020"                                                                  \
    "0000000000000000000000000000000000000000000000000000000000000000"                                       \
    "002d 0002 01 01"                                                                                        \
    "002b 0007 06 1a1a 0304 0303"                                                                            \
    "4a4a 0001 00"

/* A whole message out of its parts; `extensions` NULL leaves the block out. */
UNUSED static struct bytes message(struct arena *a, const char *head, const char *extensions) {
    uint8_t *room = arena_alloc(a, HELLO_MAX_BYTES);
    struct wr w = wr_init(room, HELLO_MAX_BYTES);
    wr_u8(&w, HS_CLIENT_HELLO);
    struct wr_mark m = wr_open(&w, 3);
    wr_put(&w, hex(a, head));
    if (extensions) wr_vec(&w, 2, hex(a, extensions));
    wr_close(&w, m);
    return wr_bytes(&w);
}

UNUSED static struct bytes written(struct arena *a, const struct hello *h,
                                   const struct hello_shares *shares) {
    uint8_t *room = arena_alloc(a, HELLO_MAX_BYTES);
    struct wr w = wr_init(room, HELLO_MAX_BYTES);
    hello_write(&w, h, shares);
    assert_false(w.overflow);
    return wr_bytes(&w);
}

#endif
