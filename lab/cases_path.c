/* What a box on the way does to the bytes of a healthy server. */
#include "case.h"

#define BOX(...) .tls = true, .relay = {.there = true, __VA_ARGS__}
#define FAULT(...) .fault = {{__VA_ARGS__}}
#define TO_CLIENT(...) FAULT(.way = WAY_DOWN, __VA_ARGS__)
#define TO_SERVER(...) FAULT(.way = WAY_UP, __VA_ARGS__)
#define TLS12 .honest = {.max = TLS_1_2}

static const struct lab_case rows[] = {
    /* Sealed records that arrive as others than they were sent. */
    {.name = "record-corruption-second-sealed",
     .shows = "record-corruption",
     .summary = "a bit changes in the second encrypted record of the server",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .type = CT_APPLICATION_DATA, .record = 2, .at = 30))},
    {.name = "record-corruption-certificate-record",
     .shows = "record-corruption",
     .summary = "a bit changes in the server's encrypted Certificate on the first connections",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .type = CT_APPLICATION_DATA, .record = 2, .at = 300, .first = 3))},
    {.name = "record-corruption-our-finished",
     .shows = "record-corruption",
     .summary = "a bit changes in the client's encrypted Finished",
     BOX(TO_SERVER(.what = RELAY_FLIP, .type = CT_APPLICATION_DATA, .record = 1, .at = 5))},
    {.name = "record-corruption-server-finished-tls12",
     .shows = "record-corruption",
     .summary = "TLS 1.2, a bit changes in the server's encrypted Finished",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .record = 7, .at = 12)),
     TLS12},
    {.name = "record-corruption-now-and-then",
     .shows = "record-corruption",
     .summary = "a bit changes in the server's first encrypted record, on the first connections",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .type = CT_APPLICATION_DATA, .record = 1, .at = 9, .first = 3))},

    /* A hello that is not what the other side sent. */
    {.name = "handshake-tampered-server-random",
     .shows = "handshake-tampered",
     .summary = "the random of each ServerHello is changed",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .record = 1, .at = 10))},
    {.name = "handshake-tampered-client-random-tls12",
     .shows = "handshake-tampered",
     .summary = "the random of each ClientHello is changed, and the server has TLS 1.2 alone",
     BOX(TO_SERVER(.what = RELAY_FLIP, .record = 1, .at = 10)),
     TLS12},
    {.name = "handshake-tampered-client-random-rsa",
     .shows = "handshake-tampered",
     .summary = "the same before a server of TLS 1.2 with an RSA key",
     BOX(TO_SERVER(.what = RELAY_FLIP, .record = 1, .at = 10)),
     .honest = {.max = TLS_1_2, .cert[0].key = KEYS_RSA}},
    {.name = "handshake-tampered-key-exchange",
     .shows = "handshake-tampered",
     .summary = "TLS 1.2, the server's public value is changed on the way",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .record = 3, .at = 20)),
     .honest = {.max = TLS_1_2, .cert[0].key = KEYS_RSA}},
    {.name = "handshake-tampered-ticket",
     .shows = "handshake-tampered",
     .summary = "TLS 1.2, the session ticket is changed on the way, which is plain there",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .record = 5, .at = 40)),
     TLS12},
    {.name = "handshake-tampered-alpn",
     .shows = "handshake-tampered",
     .summary = "ALPN is cut out of each ClientHello",
     BOX(TO_SERVER(.what = RELAY_NO_EXT, .record = 1, .at = EXT_ALPN))},
    {.name = "handshake-tampered-alpn-tls12",
     .shows = "handshake-tampered",
     .summary = "ALPN is cut out of each ClientHello, and the server has TLS 1.2 alone",
     BOX(TO_SERVER(.what = RELAY_NO_EXT, .record = 1, .at = EXT_ALPN)),
     TLS12},

    /* Somebody cuts TLS 1.3 out of the offer. */
    {.name = "downgrade-detected",
     .shows = "downgrade-detected",
     .summary =
         "supported_versions is cut out of each ClientHello, so that TLS 1.2 is all that the server sees",
     BOX(TO_SERVER(.what = RELAY_NO_EXT, .record = 1, .at = EXT_SUPPORTED_VERSIONS))},

    /* Large packets are lost. */
    {.name = "pmtu-blackhole",
     .shows = "pmtu-blackhole",
     .summary = "what comes to the client in segments of more than 1300 bytes is lost",
     .extra = "--timeout 2",
     BOX(.lose_above = 1300)},
    {.name = "pmtu-blackhole-narrow",
     .shows = "pmtu-blackhole",
     .summary = "what comes to the client in segments of more than 800 bytes is lost, and the server has TLS "
                "1.2 alone",
     .extra = "--timeout 2",
     BOX(.lose_above = 800),
     .honest = {.max = TLS_1_2, .cert[0].key = KEYS_RSA}},
    {.name = "pmtu-blackhole-outwards",
     .shows = "pmtu-blackhole",
     .summary = "what the client sends in segments of more than 1300 bytes is lost",
     .extra = "--timeout 2",
     BOX(.lose_above_up = 1300)},

    /* Near misses. */
    {.name = "ok-narrow-box",
     .shows = "healthy",
     .summary = "a box that loses what is larger than this handshake needs",
     BOX(.lose_above = 6000)},
    {.name = "undetermined-bad-with-one-suite",
     .shows = "undetermined",
     .summary =
         "a server whose second record is broken with one cipher suite, as a fault in its library would do",
     BOX(TO_CLIENT(.what = RELAY_FLIP, .type = CT_APPLICATION_DATA, .record = 2, .at = 30, .suite = 0x1302))},
    {.name = "ok-slow-box",
     .shows = "healthy",
     .summary = "a box that hands on everything late",
     BOX(.delay_ms = 200)},
    {.name = "ok-crumbling-box",
     .shows = "healthy",
     .summary = "a box that hands on one byte after the other",
     BOX(.segment = 1)},
    {.name = "ok-box-tls12",
     .shows = "healthy",
     .summary = "a box that hands on everything as it is, and the server has TLS 1.2 alone",
     BOX(.delay_ms = 0),
     TLS12},
};
const struct case_table lab_path_cases = {rows, TW_COUNT(rows)};
