/* Client certificates (mutual TLS): what the client has, what the server makes of it. */
#include "case.h"

/* A server that wants a certificate below the lab's roots. */
#define WANTS(...)                                                                                           \
    .tls = true,                                                                                             \
    .honest = {.client_auth = CLIENT_AUTH_REQUIRED, .client_trust = CLIENT_TRUST_LAB, __VA_ARGS__}
/* The client's certificate, in one file with its chain and key. */
#define CLIENT(...)                                                                                          \
    .client = {.files = CLIENT_FILES_ONE,                                                                    \
               .cert = {.cn = "client", .names = "", .eku = "clientAuth", __VA_ARGS__}}

static const struct lab_case rows[] = {
    {.name = "mtls-key-mismatch",
     .shows = "mtls-key-mismatch",
     .summary = "the client's key is not that of its certificate",
     .client = {.files = CLIENT_FILES_TWO,
                .cert = {.cn = "client", .names = "", .eku = "clientAuth"},
                .stray_key = true},
     WANTS(.min = TLS_1_3)},
    {.name = "mtls-key-mismatch-tls12",
     .shows = "mtls-key-mismatch",
     .summary = "the same in TLS 1.2, with RSA",
     .client = {.files = CLIENT_FILES_TWO,
                .cert = {.key = KEYS_RSA, .cn = "client", .names = "", .eku = "clientAuth"},
                .stray_key = true},
     WANTS(.max = TLS_1_2)},

    /* Near misses. */
    {.name = "ok-mtls", .shows = "healthy", .summary = "the right client certificate", CLIENT(0), WANTS(0)},
    {.name = "ok-mtls-tls12",
     .shows = "healthy",
     .summary = "the right client certificate, with an RSA key, in TLS 1.2",
     CLIENT(.key = KEYS_RSA),
     WANTS(.max = TLS_1_2)},
    {.name = "ok-mtls-pkcs12",
     .shows = "healthy",
     .summary = "out of a PKCS #12 file without a passphrase",
     .client = {.files = CLIENT_FILES_PKCS12, .cert = {.cn = "client", .names = "", .eku = "clientAuth"}},
     WANTS(0)},
    {.name = "ok-mtls-der",
     .shows = "healthy",
     .summary = "out of two DER files, the certificate issued by a root itself",
     .client = {.files = CLIENT_FILES_DER,
                .cert = {.shape = CHAIN_DIRECT, .cn = "client", .names = "", .eku = "clientAuth"}},
     WANTS(0)},
    {.name = "ok-mtls-ed25519",
     .shows = "healthy",
     .summary = "an Ed25519 key, which the server takes",
     CLIENT(.key = KEYS_ED25519),
     WANTS(0)},
    {.name = "ok-mtls-optional",
     .shows = "healthy",
     .summary = "a client certificate is welcome, and there is one",
     CLIENT(0),
     .tls = true,
     .honest = {.client_auth = CLIENT_AUTH_ASKED, .client_trust = CLIENT_TRUST_LAB}},
    {.name = "ok-mtls-unasked",
     .shows = "healthy",
     .summary = "the client has a certificate, and nobody asks for it",
     CLIENT(0),
     .tls = true},
};

const struct case_table lab_client_cases = {rows, TW_COUNT(rows)};
