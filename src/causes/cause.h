/* A cause of the catalogue (CAUSES.md): when to suspect it, which experiments decide, how their
 * outcomes are judged. One file a cause; the planner knows the table, no cause by name. */
#ifndef TW_CAUSES_CAUSE_H
#define TW_CAUSES_CAUSE_H

#include "causes/casefile.h"
#include "causes/finding.h"

enum ruling {
    RULING_NO,
    RULING_OPEN, /* an experiment that it asked for is under way: judge again */
    RULING_YES,
};

/* Who fixes (DESIGN.md, "Who fixes"). */
enum fixer_rule {
    FIX_CLIENT,
    FIX_SERVER,
    FIX_NETWORK,
    FIX_BY_NORM, /* the client where `modern`, unbent, connects to the same endpoint; else the server */
};

enum phase {
    PHASE_NAME,        /* the name gave no address */
    PHASE_CONNECT,     /* no connection, or no TLS on it yet: proxy, STARTTLS, not TLS at all */
    PHASE_HANDSHAKE,   /* up to Finished */
    PHASE_RESIDUAL,    /* bare "closed", "reset", "silent": judged when every cause before was refuted */
    PHASE_CERTIFICATE, /* on the certificates that came, whichever handshake brought them */
    PHASE_SECOND,      /* the first connection does well, one that comes back does not */
    PHASE_ADDRESSES,   /* the first address does well, another one does not */
    PHASE__COUNT,
};

/* CONTRACT.md, "Order of causes". */
enum rank {
    RANK_CLOCK,
    RANK_CONNECT,
    RANK_NOT_TLS,
    RANK_BETWEEN,
    RANK_SNI,
    RANK_VERSION,
    RANK_SUITE,
    RANK_CERT_MALFORMED,
    RANK_CERT_KEY,
    RANK_CERT_CHAIN,
    RANK_CERT_TRUST,
    RANK_CERT_DATES,
    RANK_CERT_NAMES,
    RANK_CERT_POLICY,
    RANK_CLIENT_CERT,
    RANK_APPLICATION,
};

struct cause {
    const char *id, *row; /* row: NULL beyond the table */
    enum fixer_rule fixer;
    enum phase phase;
    enum rank rank;
    /* Broader causes that this one, when found, stands for: they are dropped. Ended by NULL; may be NULL
     * itself. */
    const char *const *replaces;
    /* Fatal alerts that point straight at it (the client's own too, where it stopped): such causes are judged
     * before the others, and spare their experiments where one is found. Ended by 0; may be NULL. */
    const uint8_t *alerts;
    /* Called again after each experiment that ends, until it says YES or NO. On YES the finding is
     * filled: certainty and summary at least; id, row, fixer and rank are set before, and may be overruled.
     */
    enum ruling (*judge)(struct casefile *c, struct finding *f);
};

extern const struct cause *const cause_registry[];
extern const size_t cause_registry_n;
const struct cause *cause_by_id(const char *id);

#endif
