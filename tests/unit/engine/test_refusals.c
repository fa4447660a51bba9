/* What a server can do wrong, or merely otherwise, before anything is encrypted: each case is a few bytes of
 * a server and the outcome that the transcript must tell. */
#include "play.h"

/* The RSA certificate of RFC 8448 3, as a Certificate message of 1.2. */
static const char rsa_certificate[] = "0b0001b60001b30001b0308201ac30820115a003020102020102300d06092a864886f7"
                                      "0d01010b0500300e310c300a060355040313"
                                      "03727361301e170d3136303733303031323335395a170d323630373330303132333539"
                                      "5a300e310c300a0603550403130372736130"
                                      "819f300d06092a864886f70d010101050003818d0030818902818100b4bb498f827930"
                                      "3d980836399b36c6988c0c68de55e1bdb826"
                                      "d3901a2461eafd2de49a91d015abbc9a95137ace6c1af19eaa6af98c7ced43120998e1"
                                      "87a80ee0ccb0524b1b018c3e0b63264d449a"
                                      "6d38e22a5fda430846748030530ef0461c8ca9d9efbfae8ea6d1d03e2bd193eff0ab9a"
                                      "8002c47428a6d35a8d88d79f7f1e3f020301"
                                      "0001a31a301830090603551d1304023000300b0603551d0f0404030205a0300d06092a"
                                      "864886f70d01010b05000381810085aad2a0"
                                      "e5b9276b908c65f73a7267170618a54c5f8a7b337d2df7a594365417f2eae8f8a58c8f"
                                      "8172f9319cf36b7fd6c55b80f21a03015156"
                                      "726096fd335e5e67f2dbf102702e608ccae6bec1fc63a42a99be5c3eb7107c3c54e9b9"
                                      "eb2bd5203b1c3b84e0a8b2f759409ba3eac9"
                                      "d91d402dcc0cc8f8961229ac9187b42b4de1";

#define X25519_SHARE "9fd7ad6dcff4298dd3f96d5b1b2af910a0535b1488d7f8fabb349a982880b615"
#define VERSIONS_13 "002b00020304"
#define SHARE_13 "00330024001d0020" X25519_SHARE
#define RENEGOTIATION "ff01000100"
#define HRR_RANDOM "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
#define PLAIN_RANDOM "3333333333333333333333333333333333333333333333333333333333333333"
#define MARKED_12 "333333333333333333333333333333333333333333333333444f574e47524401"
#define MARKED_11 "333333333333333333333333333333333333333333333333444f574e47524400"

/* A ServerHello in a record of its own; then `more`, a handshake message, in another. */
struct answer {
    uint16_t version;   /* legacy_version; 0: no ServerHello at all */
    const char *random; /* NULL: PLAIN_RANDOM */
    bool echo;          /* the session id comes back */
    uint16_t suite;
    const char *extensions; /* NULL: no block */
    const char *more;       /* a handshake message, hexadecimal */
    const char *raw;        /* and then bytes as they are */
};

/* What is changed before the hello is sent. */
typedef void change(struct play *p);

struct outcome {
    enum result result;
    enum stage stage;
    unsigned reason; /* the violation, refusal or the peer's alert, as the result has it */
    int alert;       /* sent; -1 none */
    const char *place;
};

struct refusal_case {
    const char *name;
    change *change;
    struct answer answer;
    struct outcome want;
};

static void only_12(struct play *p) {
    p->hello.versions.n = 0;
    hello_drop_ext(&p->hello, EXT_SUPPORTED_VERSIONS);
    hello_drop_ext(&p->hello, EXT_KEY_SHARE);
    hello_drop_ext(&p->hello, EXT_PSK_KEY_EXCHANGE_MODES);
}
static void only_12_from_ssl3(struct play *p) {
    only_12(p);
    p->config.policy.min_version = TLS_SSL3;
}
static void min_12(struct play *p) {
    p->config.policy.min_version = TLS_1_2;
}
static void max_12(struct play *p) {
    p->config.policy.max_version = TLS_1_2;
}
enum {
    GCM_13 = 0x1301,
    CBC_10 = 0xC013,
    GCM_12 = 0xC02F,
    ECDSA_12 = 0xC02B,
    RSA_12 = 0x009C,
    DHE_12 = 0x009E,
    RC4 = 0x0005
};

static void only_10(struct play *p) {
    only_12(p);
    p->hello.legacy_version = TLS_1_0;
}
static void need_renegotiation_info(struct play *p) {
    p->config.policy.need_renegotiation_info = true;
}
static void need_ems(struct play *p) {
    p->config.policy.need_ems = true;
}
static void short_messages(struct play *p) {
    p->config.policy.max_message = 6;
}
static void no_warnings(struct play *p) {
    p->config.policy.refuse_warnings = true;
}
static void stop_at_hello(struct play *p) {
    p->config.stop = STOP_SERVER_HELLO;
}
static void dhe(struct play *p) {
    p->hello.suites[p->hello.n_suites++] = 0x009E; /* TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 */
    p->config.policy.dh_min_bits = 1024;
}
static void no_sigalgs(struct play *p) {
    hello_drop_ext(&p->hello, EXT_SIGNATURE_ALGORITHMS);
}

static void dhe_of_long_ago(struct play *p) {
    dhe(p);
    p->config.policy.dh_min_bits = 0;
    p->config.policy.dh_max_bits = 32;
}
static void no_old_signatures(struct play *p) {
    only_10(p);
    p->hello.suites[p->hello.n_suites++] = CBC_10;
    p->config.policy.min_version = TLS_1_0;
    p->config.policy.need_renegotiation_info = false;
    p->config.policy.refuse_old_signatures = true;
}

enum { NO_ALERT = -1 };

/* ServerKeyExchange of DHE with 8 bytes of p, and of ECDHE over x25519, with signatures that are none. */
#define SMALL_DH_MSG                                                                                         \
    "0c00001f"                                                                                               \
    "0008ffffffffffffffc5"                                                                                   \
    "000102"                                                                                                 \
    "00088000000000000001"                                                                                   \
    "0401"                                                                                                   \
    "000400112233"

static const struct refusal_case cases[] = {
    {"an alert instead of an answer",
     NULL,
     {.raw = "15030100020228"},
     {RESULT_PEER_ALERT, STAGE_SERVER_HELLO, ALERT_HANDSHAKE_FAILURE, NO_ALERT, NULL}},
    {"a close", NULL, {0}, {RESULT_PEER_FIN, STAGE_SERVER_HELLO, 0, NO_ALERT, NULL}},
    {"a warning, then a close",
     NULL,
     {.raw = "15030100020170"},
     {RESULT_PEER_FIN, STAGE_SERVER_HELLO, 0, NO_ALERT, NULL}},
    {"close_notify",
     NULL,
     {.raw = "15030100020100"},
     {RESULT_PEER_ALERT, STAGE_SERVER_HELLO, ALERT_CLOSE_NOTIFY, NO_ALERT, NULL}},
    {"HTTP",
     NULL,
     {.raw = "485454502f312e312034303020426164"},
     {RESULT_NOT_TLS, STAGE_SERVER_HELLO, 0, NO_ALERT, NULL}},
    {"half a record",
     NULL,
     {.raw = "160303"},
     {RESULT_PEER_FIN, STAGE_SERVER_HELLO, 0, NO_ALERT, "inside the record at byte 0, of which 3 bytes"}},
    {"SSL 2.0",
     NULL,
     {.raw = "801e0400010002000000030010010080001122334455667788aabbccddeeff0011"},
     {RESULT_RECOGNISED, STAGE_SERVER_HELLO, 0, NO_ALERT, NULL}},
    {"an empty handshake record",
     NULL,
     {.raw = "1603030000"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_MALFORMED, ALERT_UNEXPECTED_MESSAGE, "empty"}},
    {"a record that is too long",
     NULL,
     {.raw = "1603035001"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_OVERSIZED, ALERT_RECORD_OVERFLOW, "longer than"}},
    {"a message that is too long",
     NULL,
     {.raw = "16030300040bffffff"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_OVERSIZED, ALERT_ILLEGAL_PARAMETER,
      "Certificate says"}},
    {"a Certificate first",
     NULL,
     {.more = "0b000003000000"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
      "expected HelloRetryRequest or ServerHello, got Certificate"}},
    {"application data first",
     NULL,
     {.raw = "17030300050102030405"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
      "application data, expected HelloRetryRequest or ServerHello"}},
    {"a ServerHello cut short",
     NULL,
     {.more = "020000040303aabb"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_MALFORMED, ALERT_DECODE_ERROR,
      "random at byte 2 runs past"}},

    {"an old version",
     min_12,
     {.version = TLS_1_0, .suite = GCM_12},
     {RESULT_REFUSED, STAGE_SERVER_HELLO, REFUSAL_VERSION, ALERT_PROTOCOL_VERSION, "TLS 1.0"}},
    {"a version above the maximum",
     max_12,
     {.version = TLS_1_2, .echo = true, .suite = GCM_13, .extensions = VERSIONS_13 SHARE_13},
     {RESULT_REFUSED, STAGE_SERVER_HELLO, REFUSAL_VERSION, ALERT_PROTOCOL_VERSION, "TLS 1.3"}},
    {"a version that was left out",
     NULL,
     {.version = TLS_1_1, .suite = GCM_12},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_PROTOCOL_VERSION, "TLS 1.1"}},
    {"a version above the offer",
     only_12,
     {.version = 0x0304, .suite = GCM_12},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_PROTOCOL_VERSION, "TLS 1.3"}},
    {"SSL 3.0 where it was not offered",
     NULL,
     {.version = TLS_SSL3, .suite = RC4},
     {RESULT_REFUSED, STAGE_SERVER_HELLO, REFUSAL_VERSION, ALERT_PROTOCOL_VERSION, "SSL 3.0"}},
    {"SSL 3.0 where it was offered",
     only_12_from_ssl3,
     {.version = TLS_SSL3, .suite = RC4},
     {RESULT_RECOGNISED, STAGE_CERTIFICATE, 0, NO_ALERT, NULL}},

    {"a suite that was not offered",
     NULL,
     {.version = TLS_1_2, .suite = 0xC030, .extensions = RENEGOTIATION},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, "AES_256_GCM"}},
    {"a suite of another version",
     NULL,
     {.version = TLS_1_2, .suite = GCM_13, .extensions = RENEGOTIATION},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
      "does not exist in"}},
    {"a suite that is only recognised",
     NULL,
     {.version = TLS_1_2, .suite = RC4, .extensions = RENEGOTIATION},
     {RESULT_RECOGNISED, STAGE_CERTIFICATE, 0, NO_ALERT, NULL}},
    {"an extension that was not offered",
     NULL,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = "000f000101"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_UNSUPPORTED_EXTENSION,
      "was not offered"}},
    {"an extension twice",
     NULL,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = RENEGOTIATION RENEGOTIATION},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_MALFORMED, ALERT_ILLEGAL_PARAMETER, "twice"}},
    {"an ALPN protocol that was not offered",
     NULL,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = "00100007000504737064792f"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_MALFORMED, ALERT_DECODE_ERROR, NULL}},
    {"another ALPN protocol",
     NULL,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = "0010000700050473706479"},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, "'spdy'"}},

    {"the marker of 1.3",
     NULL,
     {.version = TLS_1_2, .random = MARKED_12, .suite = GCM_12, .extensions = RENEGOTIATION},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_DOWNGRADE, ALERT_ILLEGAL_PARAMETER, "marker"}},
    {"the marker of 1.3 for a client of 1.2",
     only_12,
     {.version = TLS_1_2, .random = MARKED_12, .suite = GCM_12, .extensions = RENEGOTIATION},
     {RESULT_PEER_FIN, STAGE_CERTIFICATE, 0, NO_ALERT, NULL}},
    {"the marker of 1.1 for a client of 1.2",
     only_12,
     {.version = TLS_1_1, .random = MARKED_11, .suite = 0x002F, .extensions = RENEGOTIATION},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, NULL}},
    {"no renegotiation_info",
     need_renegotiation_info,
     {.version = TLS_1_2, .suite = GCM_12},
     {RESULT_REFUSED, STAGE_CERTIFICATE, REFUSAL_RENEGOTIATION, ALERT_HANDSHAKE_FAILURE,
      "renegotiation_info"}},
    {"no extended master secret",
     need_ems,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = RENEGOTIATION},
     {RESULT_REFUSED, STAGE_CERTIFICATE, REFUSAL_EMS, ALERT_HANDSHAKE_FAILURE, "extended_master_secret"}},

    {"an echo that is none",
     NULL,
     {.version = TLS_1_2, .suite = GCM_13, .extensions = VERSIONS_13 SHARE_13},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_MALFORMED, ALERT_ILLEGAL_PARAMETER, "echo"}},
    {"no key share",
     NULL,
     {.version = TLS_1_2, .echo = true, .suite = GCM_13, .extensions = VERSIONS_13},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_MALFORMED, ALERT_MISSING_EXTENSION, "key_share"}},
    {"a share of a group without ours",
     NULL,
     {.version = TLS_1_2,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 "0033002400170020" X25519_SHARE},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, "secp256r1"}},
    {"a post-quantum share",
     NULL,
     {.version = TLS_1_2,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 "0033002411ec0020" X25519_SHARE},
     {RESULT_RECOGNISED, STAGE_SERVER_HELLO, 0, NO_ALERT, NULL}},
    {"a share that is no point",
     NULL,
     {.version = TLS_1_2,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 "00330008001d000401020304"},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_BAD_KEY_EXCHANGE, ALERT_ILLEGAL_PARAMETER, "x25519"}},
    {"plain bytes after the keys",
     NULL,
     {.version = TLS_1_2,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 SHARE_13,
      .more = "080000020000"},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE, "in clear"}},
    {"a plain alert after the keys",
     NULL,
     {.version = TLS_1_2,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 SHARE_13,
      .raw = "15030300020250"},
     {RESULT_PEER_ALERT, STAGE_CERTIFICATE, ALERT_INTERNAL_ERROR, NO_ALERT, NULL}},
    {"the stop at ServerHello",
     stop_at_hello,
     {.version = TLS_1_2, .echo = true, .suite = GCM_13, .extensions = VERSIONS_13 SHARE_13},
     {RESULT_DONE, STAGE_CERTIFICATE, 0, NO_ALERT, NULL}},

    {"a retry for a group that was not offered",
     NULL,
     {.version = TLS_1_2,
      .random = HRR_RANDOM,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 "003300020018"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, "secp384r1"}},
    {"a retry for a share that it has",
     NULL,
     {.version = TLS_1_2,
      .random = HRR_RANDOM,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 "00330002001d"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_UNEXPECTED, ALERT_ILLEGAL_PARAMETER,
      "whose share it has"}},
    {"a retry for nothing",
     NULL,
     {.version = TLS_1_2, .random = HRR_RANDOM, .echo = true, .suite = GCM_13, .extensions = VERSIONS_13},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_UNEXPECTED, ALERT_ILLEGAL_PARAMETER, "nothing new"}},
    {"a second retry",
     NULL,
     {.version = TLS_1_2,
      .random = HRR_RANDOM,
      .echo = true,
      .suite = GCM_13,
      .extensions = VERSIONS_13 "003300020017",
      .raw = "16030300580200005403"
             "03" HRR_RANDOM "20"
             "2222222222222222222222222222222222222222222222222222222222222222"
             "130100000c" VERSIONS_13 "00330002001d"},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
      "expected ServerHello, got HelloRetryRequest"}},

    {"no certificate at all",
     NULL,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = RENEGOTIATION, .more = "0b000003000000"},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_MALFORMED, ALERT_DECODE_ERROR,
      "certificate_list is empty"}},
    {"a message longer than the client takes",
     short_messages,
     {.raw = "160303000b0b000007000004000001aa"},
     {RESULT_REFUSED, STAGE_SERVER_HELLO, REFUSAL_MESSAGE_SIZE, ALERT_ILLEGAL_PARAMETER,
      "Certificate has 7 bytes"}},
    {"a warning, and a client that takes none",
     no_warnings,
     {.raw = "15030300020170"},
     {RESULT_REFUSED, STAGE_SERVER_HELLO, REFUSAL_WARNING, ALERT_UNEXPECTED_MESSAGE, "unrecognized_name"}},
    {"a certificate without a key",
     NULL,
     {.version = TLS_1_2,
      .suite = GCM_12,
      .extensions = RENEGOTIATION,
      .more = "0b000008000005000002"
              "3000"},
     {RESULT_REFUSED, STAGE_CERTIFICATE, REFUSAL_KEY_TYPE, ALERT_UNSUPPORTED_CERTIFICATE, "cannot be read"}},
    {"a certificate of another kind",
     NULL,
     {.version = TLS_1_2, .suite = ECDSA_12, .extensions = RENEGOTIATION, .more = rsa_certificate},
     {RESULT_REFUSED, STAGE_CERTIFICATE, REFUSAL_KEY_TYPE, ALERT_UNSUPPORTED_CERTIFICATE, "type RSA"}},
    {"a CCS too early",
     NULL,
     {.version = TLS_1_2,
      .suite = GCM_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "140303000101"},
     {RESULT_VIOLATION, STAGE_KEY_EXCHANGE, VIOLATION_UNEXPECTED, ALERT_UNEXPECTED_MESSAGE,
      "expected ServerKeyExchange, got ChangeCipherSpec"}},
    {"a small DH group",
     dhe,
     {.version = TLS_1_2,
      .suite = DHE_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "1603030023" SMALL_DH_MSG},
     {RESULT_REFUSED, STAGE_KEY_EXCHANGE, REFUSAL_DH_SMALL, ALERT_INSUFFICIENT_SECURITY, "64 bits"}},
    {"a DH group that it cannot calculate with",
     dhe_of_long_ago,
     {.version = TLS_1_2,
      .suite = DHE_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "1603030023" SMALL_DH_MSG},
     {RESULT_REFUSED, STAGE_KEY_EXCHANGE, REFUSAL_DH_LARGE, ALERT_INTERNAL_ERROR, "more than 32"}},
    {"a signature of MD5 and SHA-1",
     no_old_signatures,
     {.version = TLS_1_0,
      .suite = CBC_10,
      .more = rsa_certificate,
      .raw = "160301002d0c00002903001d20" X25519_SHARE "0003112233"},
     {RESULT_REFUSED, STAGE_KEY_EXCHANGE, REFUSAL_SIGALG, ALERT_INTERNAL_ERROR,
      "ServerKeyExchange is signed"}},
    {"a signature that is none",
     NULL,
     {.version = TLS_1_2,
      .suite = GCM_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "160303002f0c00002b03001d20" X25519_SHARE "04010003112233"},
     {RESULT_VIOLATION, STAGE_KEY_EXCHANGE, VIOLATION_BAD_SIGNATURE, ALERT_DECRYPT_ERROR, "does not verify"}},
    {"a scheme that was not offered",
     NULL,
     {.version = TLS_1_2,
      .suite = GCM_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "160303002f0c00002b03001d20" X25519_SHARE "06010003112233"},
     {RESULT_REFUSED, STAGE_KEY_EXCHANGE, REFUSAL_SIGALG, ALERT_ILLEGAL_PARAMETER, "rsa_pkcs1_sha512"}},
    {"a scheme where none was offered",
     no_sigalgs,
     {.version = TLS_1_2,
      .suite = GCM_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "160303002f0c00002b03001d20" X25519_SHARE "04010003112233"},
     {RESULT_REFUSED, STAGE_KEY_EXCHANGE, REFUSAL_SIGALG, ALERT_ILLEGAL_PARAMETER, "rsa_pkcs1_sha256"}},
    {"a curve that was not offered",
     NULL,
     {.version = TLS_1_2,
      .suite = GCM_12,
      .extensions = RENEGOTIATION,
      .more = rsa_certificate,
      .raw = "160303002f0c00002b03001920" X25519_SHARE "04010003112233"},
     {RESULT_VIOLATION, STAGE_KEY_EXCHANGE, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER, "secp521r1"}},
    {"data that are no records any more",
     NULL,
     {.version = TLS_1_2, .suite = GCM_12, .extensions = RENEGOTIATION, .raw = "48545450"},
     {RESULT_VIOLATION, STAGE_CERTIFICATE, VIOLATION_MALFORMED, ALERT_DECODE_ERROR, "no TLS record"}},
    {"a 1.0 server for a 1.0 client",
     only_10,
     {.version = TLS_1_0, .suite = RSA_12},
     {RESULT_VIOLATION, STAGE_SERVER_HELLO, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
      "does not exist in"}},
};

static void put_server_hello(struct play *p, struct wr *w, const struct answer *a) {
    if (!a->version) return;
    uint8_t room[1024];
    struct wr m = wr_init(room, sizeof(room));
    wr_u8(&m, HS_SERVER_HELLO);
    struct wr_mark body = wr_open(&m, 3);
    wr_u16(&m, a->version);
    wr_put(&m, from_hex(&p->a, a->random ? a->random : PLAIN_RANDOM));
    wr_vec(&m, 1, bytes_of(p->hello.session_id, a->echo ? p->hello.session_id_n : 0));
    wr_u16(&m, a->suite);
    wr_u8(&m, 0);
    if (a->extensions) wr_vec(&m, 2, from_hex(&p->a, a->extensions));
    wr_close(&m, body);
    record_write(w, CT_HANDSHAKE, a->version, wr_bytes(&m));
}

static struct bytes answer_bytes(struct play *p, const struct answer *a) {
    enum { ROOM = 8192 };
    struct wr w = wr_init(arena_alloc(&p->a, ROOM), ROOM);
    put_server_hello(p, &w, a);
    if (a->more) record_write(&w, CT_HANDSHAKE, TLS_1_2, from_hex(&p->a, a->more));
    wr_put(&w, from_hex(&p->a, a->raw));
    assert_false(w.overflow);
    return wr_bytes(&w);
}

static unsigned reason_of(const struct transcript *t) {
    switch ((int)t->result) {
    case RESULT_VIOLATION:
        return t->violation;
    case RESULT_REFUSED:
        return t->refusal;
    case RESULT_PEER_ALERT:
        return t->peer_alert;
    default:
        return 0;
    }
}

static void check(const struct refusal_case *c, size_t step) {
    struct play p;
    play_init(&p);
    if (c->change) c->change(&p);
    play_start(&p);
    play_feed(&p, answer_bytes(&p, &c->answer), step);
    engine_eof(p.e, 99);
    play_drain(&p);
    const struct transcript *t = p.t;
    const char *place = t->place ? t->place : "";
    if (t->result != c->want.result || t->stage != c->want.stage || reason_of(t) != c->want.reason)
        fail_msg("%s: result %d, stage %s, reason %u, place %s", c->name, (int)t->result,
                 stage_name(t->stage), reason_of(t), place);
    if (t->sent_alert != (c->want.alert == NO_ALERT ? 0xFF : c->want.alert))
        fail_msg("%s: sent alert %u", c->name, t->sent_alert);
    if (c->want.place && !strstr(place, c->want.place)) fail_msg("%s: place '%s'", c->name, place);
    if (c->answer.version && !t->version) fail_msg("%s: no version is recorded", c->name);
    play_done(&p);
}

static void test_each_case_at_once(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(cases); i++) check(&cases[i], 0);
}
static void test_each_case_in_pieces(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(cases); i++) check(&cases[i], 1);
}

static void test_first_bytes_are_kept_after_the_end(void **state) {
    (void)state;
    struct play p;
    play_init(&p);
    play_start(&p);
    play_feed(&p, bytes_str("HTTP/1.1 400 "), 0);
    assert_true(engine_over(p.e));
    play_feed(&p, bytes_str("Bad Request\r\n"), 0);
    assert_true(bytes_eq(p.t->first_bytes, bytes_str("HTTP/1.1 400 Bad Request\r\n")));
    uint8_t flood[2000] = {0};
    play_feed(&p, bytes_of(flood, sizeof(flood)), 0);
    assert_int_equal(p.t->first_bytes.n, 512);
    play_done(&p);
}

static void test_floods_end(void **state) {
    (void)state;
    struct play p;
    play_init(&p);
    play_start(&p);
    struct bytes warning = from_hex(&p.a, "1503030002015a"); /* user_canceled */
    for (int i = 0; i < ENGINE_MAX_MESSAGES + 1 && !engine_over(p.e); i++) play_feed(&p, warning, 0);
    assert_int_equal(p.t->violation, VIOLATION_OVERSIZED);
    play_done(&p);
}

static void test_end_before_the_hello_is_out(void **state) {
    (void)state;
    struct play p;
    play_init(&p);
    play_start(&p);
    assert_int_equal(p.t->stage, STAGE_CLIENT_HELLO);
    engine_sent(p.e, 10);
    engine_reset(p.e, 5);
    assert_int_equal(p.t->result, RESULT_PEER_RST);
    assert_int_equal(p.t->stage, STAGE_CLIENT_HELLO);
    play_done(&p);
    play_init(&p);
    play_start(&p);
    play_drain(&p);
    assert_true(engine_waiting(p.e));
    engine_timeout(p.e, 5);
    assert_int_equal(p.t->result, RESULT_TIMEOUT);
    assert_int_equal(p.t->stage, STAGE_SERVER_HELLO);
    play_done(&p);
}

static void test_the_alert_of_a_refusal_waits_to_be_sent(void **state) {
    (void)state;
    struct play p;
    play_init(&p);
    min_12(&p);
    play_start(&p);
    play_drain(&p);
    size_t hello = play_sent(&p).n;
    play_feed(&p, answer_bytes(&p, &(struct answer){.version = TLS_1_0, .suite = GCM_12}), 0);
    assert_string_equal(text_hex(&p.a, bytes_cut(play_sent(&p), hello, 99)), "15030300020246");
    assert_int_equal(p.t->last->from, SIDE_CLIENT);
    assert_int_equal(p.t->last->type, ALERT_PROTOCOL_VERSION);
    assert_int_equal(p.t->last->level, ALERT_FATAL);
    play_done(&p);
}

static void test_ssl2_hello(void **state) {
    (void)state;
    struct play p;
    play_init(&p);
    p.hello.legacy_version = TLS_SSL2;
    play_start(&p);
    play_drain(&p);
    assert_string_equal(text_hex(&p.a, bytes_cut(play_sent(&p), 0, 14)), "802e010002001500000010010080");
    assert_int_equal(play_sent(&p).n, 48);
    play_done(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_case_at_once),
        cmocka_unit_test(test_each_case_in_pieces),
        cmocka_unit_test(test_first_bytes_are_kept_after_the_end),
        cmocka_unit_test(test_floods_end),
        cmocka_unit_test(test_end_before_the_hello_is_out),
        cmocka_unit_test(test_the_alert_of_a_refusal_waits_to_be_sent),
        cmocka_unit_test(test_ssl2_hello),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
