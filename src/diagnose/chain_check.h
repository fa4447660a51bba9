/* Certificate files judged offline: which certificate is the server's own, the chain in its right order, what
 * is missing, what is needless, whether the key belongs to it, and what the repaired file holds. Data in,
 * verdict out: no file, no clock, nothing fetched. */
#ifndef TW_DIAGNOSE_CHAIN_CHECK_H
#define TW_DIAGNOSE_CHAIN_CHECK_H

#include "crypto/bundle.h"
#include "pki/path.h"

#define CHAIN_NONE UINT32_MAX /* no certificate, no file */

enum chain_needless {
    CHAIN_NEEDED,
    CHAIN_ROOT,       /* the client has it, or it helps nobody */
    CHAIN_DUPLICATE,  /* the same bytes stand before it */
    CHAIN_EXPIRED,    /* an expired twin (same name and key) of one in the path: an old cross-certificate */
    CHAIN_ALTERNATE,  /* belongs to another path, for clients with other roots */
    CHAIN_OTHER_LEAF, /* a second certificate of a server */
    CHAIN_UNRELATED,
    CHAIN_UNREADABLE,
    CHAIN__NEEDLESS_COUNT,
};
const char *chain_needless_word(enum chain_needless n); /* "root", "duplicate" … */

struct chain_file {
    const char *name; /* escaped */
    struct bundle content;
    size_t n_certs, n_keys;
};
struct chain_cert {
    size_t item;      /* in the pool */
    unsigned origin;  /* the first of enum pki_origin that brought it */
    uint32_t file;    /* CHAIN_NONE: fetched, or trusted */
    size_t place;     /* in the file, from 1 */
    size_t line;      /* 0: no text */
    uint32_t depth;   /* in the path; CHAIN_NONE: not in it */
    uint32_t same_as; /* an earlier one with the same bytes; CHAIN_NONE */
    bool leaf_like;   /* no CA, and nobody here was issued by it */
    const char *url;  /* where it was fetched */
    enum chain_needless needless;
    const char *why; /* of needless: a sentence */
};
struct chain_key {
    uint32_t file;
    size_t line;
    struct bytes spki; /* empty: not readable */
    bool locked;
};
/* All that was read. Filled by chain_set_add(), and by whoever fetches and knows the roots. */
struct chain_set {
    struct arena *a;
    struct pki_pool *pool;
    struct chain_file *files;
    struct chain_cert *certs; /* in the order of the command line, then what was fetched */
    struct chain_key *keys;
    size_t n_files, n_certs, n_keys, room_files, room_certs, room_keys;
};
void chain_set_init(struct chain_set *s, struct arena *a);
void chain_set_add(struct chain_set *s, const char *name, const struct bundle *content);
void chain_set_fetched(struct chain_set *s, struct bytes der, const char *url);

struct chain_problem {
    const char *code; /* id of the catalogue, or finer */
    uint32_t cert;    /* in certs; CHAIN_NONE: the files as a whole */
    const char *text; /* one sentence */
};
enum chain_kind {
    CHAIN_IN_ORDER,
    CHAIN_TO_REPAIR, /* the client accepts it; something is to be repaired all the same */
    CHAIN_REFUSED,
};
enum chain_key_match { CHAIN_KEY_NOT_GIVEN, CHAIN_KEY_UNREADABLE, CHAIN_KEY_DIFFERS, CHAIN_KEY_FITS };
struct chain_verdict {
    const struct chain_set *set;
    const struct pki_query *query;
    enum chain_kind kind;
    uint32_t leaf;
    struct pki_search found;
    uint32_t *path; /* certs, the leaf first */
    size_t n_path;
    struct chain_cert *certs; /* set's, and the anchor if no file has it */
    size_t n_certs;
    struct chain_problem *problems;
    size_t n_problems, room_problems;
    const char **notes;
    size_t n_notes, room_notes;
    enum chain_key_match key;
    uint32_t key_cert; /* whose key it is */

    bool is_missing;            /* an issuer that is in no file: fetched meanwhile, or not */
    bool complete;              /* … and nothing is missing any more */
    const char *missing_issuer; /* of the topmost certificate that is there */
    uint32_t missing_above;
    const char **urls; /* where it says that its issuer's certificate is (RFC 5280 4.2.2.1); http alone */
    size_t n_urls;

    uint32_t *repaired; /* certs: what a server has to send, in order */
    size_t n_repaired;
    const char **changes; /* what makes it differ from what is there: sentences; none: nothing to write */
    size_t n_changes, room_changes;
};
/* `query`: leaf is filled in. The set has one certificate at least. Called again after something was fetched
 * or a root was added, it starts afresh. */
void chain_check(struct chain_set *s, struct pki_query *query, struct chain_verdict *ret);

/* "CN=a.example", or what else names it; escaped. */
const char *chain_name(struct arena *a, const struct pki_cert *c);
/* "certificate 2 of chain.pem, line 23". */
const char *chain_where(struct arena *a, const struct chain_set *s, const struct chain_cert *c);
static inline const struct pki_cert *chain_cert_at(const struct chain_verdict *v, uint32_t i) {
    return &pki_pool_item(v->set->pool, v->certs[i].item)->cert;
}

#endif
