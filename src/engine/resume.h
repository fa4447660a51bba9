/* A session that a second connection can take up again: by a PSK of TLS 1.3 (RFC 8446 2.2, 4.2.11), by a
 * ticket (RFC 5077) or by its id (RFC 5246 7.3) before. It holds secrets: it is never shown, saved or
 * compared. */
#ifndef TW_ENGINE_RESUME_H
#define TW_ENGINE_RESUME_H

#include "base/arena.h"
#include "crypto/crypto.h"

enum {
    RESUME_MASTER = 48,       /* RFC 5246 8.1 */
    RESUME_MAX_TICKET = 3072, /* a longer one is not taken up: it must fit into a hello */
};

struct eng_session {
    uint16_t version, suite;
    enum hash_alg alg; /* of the suite; before 1.2 that of the PRF */
    bool ems;          /* RFC 7627 5.3: a session keeps it */
    uint8_t secret[HASH_MAX];
    size_t secret_n; /* the PSK, or the master secret */
    struct bytes ticket;
    struct bytes id;         /* 1.2 and before: the server's session id */
    uint32_t age_add;        /* 1.3 */
    uint32_t lifetime_s;     /* 0: not said */
    uint32_t early_data_max; /* 1.3: bytes of early data that the server takes, 0 none */
    int64_t at_ns;           /* when it was got, since its connection was begun */
};

#endif
