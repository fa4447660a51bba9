/* The client names no server (no SNI, RFC 6066 3), and the server needs the name: it refuses, or shows
 * the certificate of another site. */
#include "causes/sni_missing.h"

static const char *const replaces[] = {
    "default-vhost-cert",  "cert-name-mismatch", "cert-www-mismatch",     "cert-wildcard-scope",
    "cert-cn-only-no-san", "server-no-cert",     "sni-unknown-to-server", NULL};
static const uint8_t alerts[] = {ALERT_UNRECOGNIZED_NAME, 0};
extern const struct cause cause_sni_missing_client;
const struct cause cause_sni_missing_client = {.id = "sni-missing-client",
                                               .row = "sni",
                                               .fixer = FIX_CLIENT,
                                               .phase = PHASE_HANDSHAKE,
                                               .rank = RANK_SNI,
                                               .replaces = replaces,
                                               .alerts = alerts,
                                               .judge = sni_missing};
