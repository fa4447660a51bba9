/* A prober without a network: trials are answered by a server that is a table. Linked instead of
 * src/probe/prober.c, so that causes and the planner are tested on what they ask and conclude. */
#ifndef TW_TESTS_CAUSES_FAKE_H
#define TW_TESTS_CAUSES_FAKE_H

#include "../crypto/crypto_test.h"

#include "causes/cause.h"

/* What the server takes; what it does with anything else. Zeroed parts take all. */
struct server {
    uint16_t min, max;
    uint16_t suites[8], groups[4], sigalgs[4];
    const char *sni; /* the only name that it knows */
    enum result refusal;
    uint8_t alert;         /* where the refusal is an alert */
    uint8_t version_alert; /* another one for versions; 0: the same */
    bool no_suites;        /* takes nothing at all */
    bool down;             /* no port is open */
    unsigned fails_first;  /* so many runs are refused, whatever they offer */
    bool fails_odd;        /* every second run is refused, the first one among them */
    unsigned max_runs;     /* what is asked beyond is not run; 0: no limit */
};

struct fake {
    struct arena a;
    struct net *net;
    struct prober *prober;
    struct server server;
    struct casefile c;
    unsigned asked; /* different trials */
};
/* A case of the default client, unless `bend` changes its trial, after its first handshake. */
void fake_begin(struct fake *f, const struct server *s, void (*bend)(struct trial *t));
void fake_done(struct fake *f);

#endif
