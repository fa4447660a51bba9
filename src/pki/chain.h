/* One server's chain against a client's trust anchors: what the causes stand on. A thin layer over the path
 * search. */
#ifndef TW_PKI_CHAIN_H
#define TW_PKI_CHAIN_H

#include "crypto/x509.h"
#include "pki/path.h"
#include "pki/program.h"

enum { CHAIN_MAX_PROBLEMS = 16, CHAIN_MAX_PATH = 16 };
struct chain_query {
    const struct bytes *sent; /* the leaf first */
    size_t n_sent;
    const struct bytes *extra; /* from elsewhere (AIA) */
    size_t n_extra;
    const struct trust *trust; /* NULL: none of its anchors */
    /* The roots of these are anchors too, as far as each trusts them for a certificate of the leaf's date. */
    const struct program *const *programs;
    size_t n_programs;
    struct bytes anchor;           /* one more anchor, also if it is no root; empty: none */
    int64_t at;                    /* seconds since 1970 */
    const struct pki_judge *judge; /* NULL: modern */
    const struct pki_host *host;   /* NULL: names are not looked at */
    /* Says which roots are public: what browsers ask of these alone (lifetimes, SCTs). NULL: none is. */
    const struct program_set *publics;
    uint64_t waived; /* problems of these kinds (bit N: kind N) are passed over */
    bool has_scts;   /* the handshake brought SCTs (RFC 6962 3.3), of the staple or of the extension */
};
struct chain_result {
    bool ok;
    struct {
        enum pki_problem_kind kind;
        size_t depth; /* 0: the leaf */
        const char *text;
    } problems[CHAIN_MAX_PROBLEMS];
    size_t n_problems;
    struct bytes path[CHAIN_MAX_PATH]; /* the leaf first; the anchor last if there is one */
    size_t n_path;
    bool public_root; /* the path ends at a root that `publics` has */
};
void chain_judge(struct arena *a, const struct chain_query *q, struct chain_result *ret);
/* The same question to many judges (q->judge is not looked at), the signatures checked once: ret[i] is what
 * judges[i] says. What was fetched (`extra`) is for those that fetch or know intermediates from elsewhere. */
void chain_judge_each(struct arena *a, const struct chain_query *q, const struct pki_judge *const *judges,
                      size_t n, struct chain_result *ret);
bool chain_has(const struct chain_result *r, enum pki_problem_kind k);

#endif
