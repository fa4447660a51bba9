/* Servers that refuse a hello for planted reasons that are no cause of the catalogue: one, or several that
 * hold together. What can be said is the smallest change of the hello with which they go on. */
#include "case.h"

#define EXT(type)                                                                                            \
    { .what = WHEN_EXT, .n = type }
#define NO_EXT(type)                                                                                         \
    { .what = WHEN_EXT, .not = true, .n = type }
#define NO_SUITE(suite)                                                                                      \
    { .what = WHEN_SUITE, .not = true, .n = suite }
#define REFUSE(...)                                                                                          \
    { .when = {__VA_ARGS__}, .act = ACT_ALERT, .alert = ALERT_HANDSHAKE_FAILURE }
#define RESET(...)                                                                                           \
    { .when = {__VA_ARGS__}, .act = ACT_RST }

static const struct lab_case rows[] = {
    {.name = "undetermined-smallest-two-extensions",
     .shows = "undetermined",
     .summary = "a server that resets at either of two extensions",
     .gate = {RESET(EXT(EXT_SIGNED_CERTIFICATE_TIMESTAMP)), RESET(EXT(EXT_SESSION_TICKET))},
     .tls = true},
    {.name = "undetermined-smallest-three-reasons",
     .shows = "undetermined",
     .summary = "a server that refuses ALPN, requests for staples, and the extended master secret",
     .gate = {REFUSE(EXT(EXT_ALPN)), REFUSE(EXT(EXT_STATUS_REQUEST)),
              REFUSE(EXT(EXT_EXTENDED_MASTER_SECRET))},
     .tls = true,
     .honest = {.max = TLS_1_2}},
    {.name = "undetermined-smallest-suite-left-out",
     .shows = "undetermined",
     .summary = "a server that refuses whoever offers one old suite among others",
     .gate = {REFUSE({.what = WHEN_SUITE, .n = 0x002F})},
     .tls = true},
    {.name = "undetermined-smallest-extension-demanded",
     .shows = "undetermined",
     .summary = "a server that wants encrypt_then_mac offered",
     .gate = {REFUSE(NO_EXT(EXT_ENCRYPT_THEN_MAC))},
     .tls = true},
    {.name = "ok-smallest-others-refused",
     .shows = "healthy",
     .summary =
         "the same server, and a client that offers it: why others fail is not known, this one connects",
     .extra = "--client openssl-3.0",
     .gate = {REFUSE(NO_EXT(EXT_ENCRYPT_THEN_MAC))},
     .tls = true},
    {.name = "undetermined-smallest-silence",
     .shows = "undetermined",
     .summary = "a server that hangs at either of two extensions",
     .extra = "--timeout 2 --max-time 30",
     .gate = {{.when = {EXT(EXT_SIGNED_CERTIFICATE_TIMESTAMP)}, .act = ACT_SILENCE},
              {.when = {EXT(EXT_STATUS_REQUEST)}, .act = ACT_SILENCE}},
     .tls = true},
    {.name = "undetermined-smallest-suite-and-group",
     .shows = "undetermined",
     .summary = "a server that wants an old suite and an old group offered, both",
     .gate = {REFUSE(NO_SUITE(0xC024)), REFUSE({.what = WHEN_GROUP, .not = true, .n = GROUP_SECP521R1})},
     .tls = true},
    {.name = "undetermined-smallest-length",
     .shows = "undetermined",
     .summary = "a server that resets at a hello of more than 300 bytes",
     .gate = {RESET({.what = WHEN_ABOVE, .n = 300})},
     .tls = true},
    /* Of one client among many: what is said of it is the proof. */
    {.name = "client-smallest-java-7",
     .shows = "version-client-too-old",
     .summary = "a healthy server, and Java 7, which offers nothing newer than TLS 1.0",
     .extra = "--client java-7",
     .tls = true},
    {.name = "client-smallest-java-8",
     .shows = "group-no-overlap",
     .summary = "a server with X25519 alone, and Java 8, which does not have it",
     .extra = "--client java-8",
     .tls = true,
     .honest = {.groups = "X25519"}},
    {.name = "client-smallest-alps",
     .shows = "server-crash-on-feature",
     .summary = "a server that resets at an extension which Chrome alone sends",
     .extra = "--client chrome",
     .gate = {RESET(EXT(EXT_APPLICATION_SETTINGS))},
     .tls = true},
    {.name = "ok-smallest-nothing-wrong",
     .shows = "healthy",
     .summary = "a server that refuses an extension which no client sends: nothing to be changed",
     .gate = {REFUSE(EXT(EXT_CERTIFICATE_AUTHORITIES))},
     .tls = true},
};
const struct case_table lab_smallest_cases = {rows, TW_COUNT(rows)};
