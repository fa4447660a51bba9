/* Early data (0-RTT, RFC 8446 2.3): what the client says before the server has answered, sealed by keys of
 * the session alone. A server takes it, and says so, or passes it over (4.2.10). */
#include "engine/internal.h"

#include <assert.h>

bool early_wanted(const struct engine *e) {
    const struct eng_session *s = e->cfg.resume;
    if (!s || s->version < TLS_1_3 || e->t->hrr || e->cfg.early_data.n == 0) return false;
    return e->cfg.early_data.n <= s->early_data_max && e->cfg.early_data.n <= RECORD_PLAIN_MAX;
}

void early_send(struct engine *e) {
    uint8_t hash[HASH_MAX];
    const struct eng_session *s = e->cfg.resume;
    if (!early_wanted(e)) return;
    size_t n = hash_once(s->alg, buffer_bytes(&e->early), hash);
    e->early_write = keys13_early(s, bytes_of(hash, n));
    if (!e->early_write) return;
    record_out_early(e, e->early_write, e->cfg.early_data);
    e->t->early_data = EARLY_DATA_SENT;
}

void early_end(struct engine *e) {
    if (e->t->early_data != EARLY_DATA_TAKEN) return;
    struct seal *of_handshake = e->write;
    e->write = e->early_write;
    e->early_write = NULL;
    record_out_message(e, HS_END_OF_EARLY_DATA, (struct bytes){0});
    seal_replace(&e->write, of_handshake);
}
