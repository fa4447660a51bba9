/* `tlswhy verify` as a function: one chain, one judge, nothing fetched, no clock, no file. */
#ifndef TW_API_VERIFY_H
#define TW_API_VERIFY_H

#include "pki/path.h"

struct verify_request {
    /* Contents of files: PEM bundles, or one certificate in DER. */
    struct bytes leaf; /* the leaf, and what else may stand behind it */
    struct bytes untrusted, roots;
    struct bytes crls;
    bool has_crls;          /* revocation is asked for: every certificate must be covered (RFC 5280 6.3) */
    struct pki_query query; /* judge, at, purpose, host, policies …; leaf and revocation are filled in */
};
enum verify_file { VERIFY_LEAF, VERIFY_UNTRUSTED, VERIFY_ROOTS, VERIFY_CRLS };
struct verify_outcome {
    bool accepted;
    struct pki_pool *pool;
    struct pki_search found; /* paths[0] is what is told */
};
/* False: *bad could not be read, and *why says why in a static line. Everything borrows from the arena and
 * the files. */
bool verify_run(struct arena *a, const struct verify_request *r, struct verify_outcome *ret,
                enum verify_file *bad, const char **why);

#endif
