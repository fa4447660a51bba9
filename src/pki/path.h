/* Certification paths: found by a best-first search over all certificates at hand, each with all its problems
 * as one judge sees them (RFC 4158 for the search, RFC 5280 6.1 for the judgement).
 *
 *     struct pki_pool *pool = pki_pool_new(&arena);
 *     size_t leaf = pki_pool_add(pool, der, PKI_SENT);
 *     pki_pool_add(pool, root, PKI_ANCHOR); …
 *     struct pki_query q = {.leaf = leaf, .judge = pki_judge_find("strict"), .at = now};
 *     struct pki_search found;
 *     pki_search(pool, &q, &arena, &found);   // found.paths[0].n_problems == 0: accepted
 *
 * No I/O, no clock. The pool remembers every signature that was checked, by issuer's key and signed bytes:
 * further searches over it (other judges, other times, one certificate more) cost none of them again.
 *
 * The search never misses a valid path but where its budget ends first, which is an outcome of its own. */
#ifndef TW_PKI_PATH_H
#define TW_PKI_PATH_H

#include "pki/judge.h"

/* ---- the certificates at hand ---- */

enum pki_origin {
    PKI_SENT = 1u << 0,    /* by the server */
    PKI_LOCAL = 1u << 1,   /* --untrusted, a client's cache */
    PKI_FETCHED = 1u << 2, /* by AIA */
    PKI_ANCHOR = 1u << 3,  /* trusted */
};
/* One of them, read once. The same bytes are one item, with all their origins. */
struct pki_item {
    struct pki_cert cert;
    unsigned origins;               /* enum pki_origin */
    size_t place;                   /* order of arrival */
    uint32_t subject_id, issuer_id; /* equal names have the same number */
    uint32_t key_id;                /* equal SubjectPublicKeyInfos have the same number */
};
struct pki_pool;
/* It borrows the DER of all that is added, and lives as long as the arena. */
struct pki_pool *pki_pool_new(struct arena *a);
/* The index of the item. A certificate that cannot be read is added too: it may be the leaf. */
size_t pki_pool_add(struct pki_pool *pool, struct bytes der, unsigned origins);
size_t pki_pool_count(const struct pki_pool *pool);
const struct pki_item *pki_pool_item(const struct pki_pool *pool, size_t i);
/* Items with this subject, in order of arrival: the first, and the next after i; SIZE_MAX: none. */
size_t pki_pool_first(const struct pki_pool *pool, struct bytes subject);
size_t pki_pool_next(const struct pki_pool *pool, size_t i);
/* The key of `issuer` verifies the signature of `cert`. Remembered; counted in *checks (may be NULL) only
 * where libcrypto was asked. */
enum pki_signature { PKI_SIGNATURE_NO, PKI_SIGNATURE_YES, PKI_SIGNATURE_UNKNOWN /* algorithm */ };
enum pki_signature pki_pool_signed(struct pki_pool *pool, size_t cert, size_t issuer, uint64_t *checks);

/* ---- what is asked ---- */

enum pki_purpose { PKI_PURPOSE_ANY, PKI_PURPOSE_SERVER, PKI_PURPOSE_CLIENT };

struct pki_path;
struct pki_query;
/* Whether the certificate at `depth` of the path is revoked; adds problems by pki_path_add(). */
typedef void pki_revocation_check(void *arg, struct pki_pool *pool, const struct pki_query *q,
                                  struct pki_path *path, size_t depth);

struct pki_query {
    size_t leaf; /* index in the pool */
    const struct pki_judge *judge;
    int64_t at; /* seconds since 1970 */
    enum pki_purpose purpose;
    const struct pki_host *host;  /* NULL: no name is asked */
    const struct bytes *policies; /* user-initial-policy-set (RFC 5280 6.1.1 c), contents of OIDs */
    size_t n_policies;            /* 0: any policy */
    bool explicit_policy, inhibit_any, inhibit_mapping; /* 6.1.1 e to g */
    bool public_root; /* the anchors are of a public programme: caps on lifetimes hold, and SCTs are asked for
                       */
    bool has_scts;    /* … which did not come in the certificate, but beside it */
    bool has_max_cas;
    uint32_t max_cas; /* intermediates that are not self-issued (6.1.1: max_path_length) */
    /* NULL: revocation is not looked at. Called once for each certificate but the anchor of a complete path,
     * the anchor's child first (a CRL is only as good as the path above it). */
    pki_revocation_check *revocation;
    void *revocation_arg;
    size_t max_paths; /* that are wanted besides the best one */
    /* The work that may be done: 0 takes the defaults, which grow with the pool (linear). */
    uint64_t max_signatures, max_nodes, max_comparisons;
};

/* ---- what comes out ---- */

enum pki_problem_kind {
#define PROBLEM(id, code, severity) PKI_PROBLEM_##id,
#include "pki/problems.def"
#undef PROBLEM
    PKI_PROBLEM__COUNT
};
const char *pki_problem_code(enum pki_problem_kind k); /* "cert-expired": id of the catalogue, or finer */
uint32_t pki_problem_severity(enum pki_problem_kind k);

struct pki_problem {
    enum pki_problem_kind kind;
    size_t depth; /* of the certificate at fault; the leaf is 0 */
    char *text;   /* one sentence with the actual values */
};
struct pki_path {
    struct arena *a;
    size_t *items; /* indices in the pool, the leaf first */
    size_t n;
    bool anchored;                /* the last one is an anchor */
    struct pki_problem *problems; /* in the order of severity, then of depth */
    size_t n_problems;
    uint64_t cost;  /* sum of severities */
    uint64_t kinds; /* bit N: some problem of kind N */
};
/* Adds one problem (the same kind at the same depth once). */
void pki_path_add(struct pki_path *path, enum pki_problem_kind kind, size_t depth, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool pki_path_has(const struct pki_path *path, enum pki_problem_kind kind);

enum pki_outcome {
    PKI_FOUND,  /* paths[0] has no problem */
    PKI_FAULTY, /* every path has some: paths[0] has the fewest and least severe */
    PKI_BUDGET, /* the work was used up before a path without problems was found: one may exist. paths[0] is
                   the best so far */
};
struct pki_search {
    enum pki_outcome outcome;
    struct pki_path *paths; /* the best first; never none: at least the leaf alone */
    size_t n_paths;
    uint64_t signatures; /* checked now, by libcrypto */
    uint64_t nodes;      /* steps of the search */
};
void pki_search(struct pki_pool *pool, const struct pki_query *q, struct arena *a, struct pki_search *ret);

/* One given path (items, n, anchored are set) judged in full: fills problems and cost. *comparisons is the
 * budget of names compared (name constraints), taken down. */
void pki_path_judge(struct pki_pool *pool, const struct pki_query *q, struct pki_path *path,
                    uint64_t *signatures, uint64_t *comparisons);

#endif
