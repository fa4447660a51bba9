/* `tlswhy verify` as a function: one chain, one judge, nothing fetched, no clock, no file. */
#ifndef TW_API_VERIFY_H
#define TW_API_VERIFY_H

#include "pki/path.h"

enum verify_file { VERIFY_LEAF, VERIFY_UNTRUSTED, VERIFY_ROOTS, VERIFY_CRLS, VERIFY_FILES__COUNT };
/* Contents of files of one kind: PEM bundles, or one certificate or CRL in DER each. */
enum { VERIFY_MAX_FILES = 64 };
struct verify_files {
    struct bytes list[VERIFY_MAX_FILES];
    size_t n;
};
struct verify_request {
    /* By enum verify_file. Of VERIFY_LEAF one: the leaf, and what else may stand behind it. Where there are
     * CRLs, revocation is asked for: every certificate must be covered (RFC 5280 6.3). */
    struct verify_files files[VERIFY_FILES__COUNT];
    struct pki_query query; /* judge, at, purpose, host, policies …; leaf and revocation are filled in */
};
struct verify_outcome {
    bool accepted;
    struct pki_pool *pool;
    struct pki_search found; /* paths[0] is what is told */
};
/* False: *bad could not be read, and its `why` says why in a static line. Everything borrows from the arena
 * and the files. */
struct verify_trouble {
    enum verify_file file;
    size_t index; /* of that kind's */
    const char *why;
};
bool verify_run(struct arena *a, const struct verify_request *r, struct verify_outcome *ret,
                struct verify_trouble *bad);

#endif
