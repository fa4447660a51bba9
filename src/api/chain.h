/* `tlswhy chain` as a function: files as bytes, roots, a time; AIA is fetched where that is asked for. */
#ifndef TW_API_CHAIN_H
#define TW_API_CHAIN_H

#include "crypto/x509.h"
#include "report/chain.h"

enum { CHAIN_MAX_FETCHES = 16 };
struct chain_request {
    struct arena *a;
    struct chain_set set;       /* filled by chain_read() */
    const struct trust *system; /* NULL: only the anchors that were added */
    struct pki_query query;     /* judge, at, host */
    bool fetch;
    const char *proxy;                              /* of fetches; NULL: none */
    struct report_fetch fetches[CHAIN_MAX_FETCHES]; /* out */
    size_t n_fetches;
};
void chain_request_init(struct chain_request *r, struct arena *a);
/* Reads one file into the set, which borrows `body`. NULL, or why nothing in it can be used. */
const char *chain_read(struct chain_request *r, const char *name, struct bytes body, const char *password);
/* The certificates of a file as trust anchors. NULL, or why there are none. */
const char *chain_read_roots(struct chain_request *r, struct bytes body);
/* False: our environment fails (no descriptors). The set holds one certificate at least. */
bool chain_run(struct chain_request *r, struct chain_verdict *ret);

#endif
