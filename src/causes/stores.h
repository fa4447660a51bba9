/* Where else the root of the chain is known: in root programs, and in stores of other programs on this
 * machine. For a chain that this client's own roots do not reach. */
#ifndef TW_CAUSES_STORES_H
#define TW_CAUSES_STORES_H

#include "causes/certificates.h"

enum { STORES_MAX = 16 };
struct stores_list {
    const struct program *p[STORES_MAX];
    size_t n;
};
struct stores {
    /* The chain, completed by AIA, with one public program's roots in the place of the client's. */
    struct stores_list trusting;
    /* Public programs that had the root and took it out, or do not trust it for a certificate of this date.
     */
    struct stores_list condemning;
    /* Reports of public programs that were imported, and name the root in no way. */
    struct stores_list lacking;
    /* Stores of other programs on this machine that would accept it. */
    struct stores_list installed;
    struct chain_result accepted;         /* by the first of those; n_path 0: there is none */
    struct bytes root;                    /* where the path ends that somebody knows; empty: nobody does */
    const struct program_root *condemned; /* what condemning.p[0] says of the root */
};

/* OPEN while a certificate is being fetched, NO where the client's own roots are enough, else YES. */
enum ruling stores_look(struct casefile *c, const struct stores **ret);
/* The client's roots do not reach: no issuer, an unknown root, or a leaf that is its own. */
bool stores_broken(const struct chain_result *r);
/* "Mozilla and Microsoft"; names of files as they are. */
char *stores_names(struct arena *a, const struct stores_list *list);
const char *stores_subject(struct casefile *c, struct bytes root);
/* Evidence: which root, with its fingerprint. */
void stores_describe_root(struct casefile *c, struct finding *f, struct bytes root);
/* The client's roots are a copy of that public program's, if an old one, and no bundle for another purpose.
 */
bool stores_copies(const struct casefile *c, const struct program *p);
/* The sent certificates reach a root of the client's, of a public program or of another store here: what they
 * lack, the server leaves out. */
void stores_judge_sent(struct casefile *c, bool with_fetched, struct chain_result *ret);

#endif
