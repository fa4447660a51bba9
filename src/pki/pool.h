/* Inside of the pool of certificates: for the files that search and judge paths. */
#ifndef TW_PKI_POOL_H
#define TW_PKI_POOL_H

#include "crypto/cert_sig.h"
#include "pki/path.h"

/* Hash tables over things that are numbered as they come: number -> hash, chained. */
struct pki_index {
    uint64_t *hashes;
    uint32_t *next, *heads;
    uint32_t n, room; /* room: a power of 2 */
};
struct pki_slot {
    struct pki_item item;
    uint32_t next;   /* of the same subject */
    uint32_t signer; /* the key that verifies it, once that is known; UINT32_MAX: not yet */
};
struct pki_pool_name {
    struct bytes name;
    uint32_t first, last; /* items with this subject */
};
struct pki_memo {
    uint64_t key;
    bool used;
    enum pki_signature result;
};
struct pki_pool {
    struct arena *a;
    struct pki_slot **slots;
    size_t n;
    struct pki_index ders, names, keys;
    struct pki_pool_name *name_of;
    uint32_t last_name;
    struct cert_sig_key *key_of;
    struct pki_memo *memos; /* open addressing; memo_room: a power of 2 */
    size_t n_memos, memo_room;
    uint64_t checks_left; /* signatures that may still be checked */
    bool checks_used_up;  /* one more was wanted */
    bool sent_twice;      /* a certificate was */
};

/* The first item whose subject is the issuer of `cert`; SIZE_MAX: none. */
size_t pki_pool_issuer(const struct pki_pool *pool, size_t cert);
/* The number of a key that no item need have, and a signature by it. */
uint32_t pki_pool_key(struct pki_pool *pool, struct bytes spki);
enum pki_signature pki_pool_signed_by(struct pki_pool *pool, size_t cert, uint32_t key_id, uint64_t *checks);

/* What of an authority key identifier counts beside the key's (issuer.c). */
enum pki_aki_serial { PKI_AKI_SERIAL_NO, PKI_AKI_SERIAL_WITH_ISSUER, PKI_AKI_SERIAL_EACH };
/* What the authority key identifier says speaks against this issuer. */
bool pki_aki_contradicts(const struct pki_cert *below, const struct pki_cert *issuer,
                         enum pki_aki_serial how);
/* By name and key identifiers, as this judge takes them. `anchor`: it would end the path. */
bool pki_may_issue(const struct pki_judge *judge, const struct pki_cert *below, const struct pki_cert *issuer,
                   bool anchor);

/* What was sent, in the order in which GnuTLS puts it: the only path that it looks at (sorted.c). */
struct pki_sorted {
    size_t *list, n;
    size_t *at; /* by item: its place in `list`, plus 1; 0: it is not in it */
};
void pki_sort(const struct pki_pool *pool, const struct pki_query *q, struct arena *a,
              struct pki_sorted *ret);
/* `issuer` can stand above `below` in that order. */
bool pki_sorted_allows(const struct pki_pool *pool, const struct pki_sorted *sorted, size_t below,
                       size_t issuer, bool anchor);

enum pki_role { PKI_ROLE_LEAF, PKI_ROLE_CA, PKI_ROLE_ANCHOR, PKI_ROLE__COUNT };
/* What is wrong with one certificate in that place, whatever the path (judge.c). */
void pki_judge_one(const struct pki_query *q, const struct pki_cert *c, enum pki_role role,
                   struct pki_path *path, size_t depth);
/* The path of valid policies (policy.c; RFC 5280 6.1.3 d to f, as a graph: RFC 9618). `from`: the depth of
 * the topmost certificate that takes part. */
void pki_judge_policies(struct pki_pool *pool, const struct pki_query *q, struct pki_path *path, size_t from,
                        uint64_t *comparisons);
/* The severity of what pki_judge_one() would say, without the words. */
uint64_t pki_cost_one(const struct pki_query *q, const struct pki_cert *c, enum pki_role role);
/* Its key cannot verify anything without the one above it. */
bool pki_key_inherits(const struct pki_cert *c);
/* The key that verifies what the certificate at `depth` signed: its own, with inherited parameters where it
 * has none (RFC 5280 6.1.4 f). */
uint32_t pki_path_key(struct pki_pool *pool, const size_t *items, size_t n, size_t depth);

#endif
