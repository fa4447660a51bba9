/* `modern`, the default client: no single browser but the common ground of the current ones
 * (CONTRACT.md). What it accepts works everywhere today. And how options bend it. */
#ifndef TW_PROBE_MODERN_H
#define TW_PROBE_MODERN_H

#include "engine/engine.h"

/* Fills the hello and the policy of `modern`. `sni`: "" for none (an address is never sent, RFC 6066 3). */
void modern_hello(struct hello *ret, struct eng_policy *ret_policy, const char *sni);

/* How options bend it; zero means "as it is". */
struct bends {
    uint16_t tls_min, tls_max;
    const uint16_t *suites;
    size_t n_suites;
    const struct u16_list *groups, *sigalgs;
    const char *alpn; /* "" offers none */
};
void modern_bend(struct hello *h, struct eng_policy *p, const struct bends *b);

/* Sets the range of versions, and puts the extensions that belong to it in their places: a client that
 * knows no TLS 1.3 sends no supported_versions, key_share and psk_key_exchange_modes. */
void hello_set_versions(struct hello *h, struct eng_policy *p, uint16_t min, uint16_t max);
/* Sets the groups; key shares follow: the first group that can have one, and the first classical one beside a
 * hybrid. */
void hello_set_groups(struct hello *h, const uint16_t *groups, size_t n);
bool group_is_hybrid(uint16_t id);

#endif
