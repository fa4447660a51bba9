/* The certificates that came: read once, judged as sent, completed by AIA, and judged again with one thing
 * changed. Re-judging costs no connection. */
#ifndef TW_CAUSES_CERTIFICATES_H
#define TW_CAUSES_CERTIFICATES_H

#include "causes/cause.h"

#include <assert.h>

/* Chooses the handshake whose certificates count: this client's, with the name of the host asked for; else
 * the nearest one that an experiment brought. Called once, before PHASE_CERTIFICATE. */
void certificates_choose(struct casefile *c);
/* Reads and judges them, and the clock. After the root programs are known. */
void certificates_gather(struct casefile *c);
/* RFC 9525, as current browsers have it. */
bool certificates_name_fits(struct bytes leaf, const char *host);
/* The common name alone would, as clients of long ago looked. */
bool certificates_cn_fits(struct bytes leaf, const char *host);
/* The leaf of those facts is for the host asked for. */
bool certificates_fit_host(const struct casefile *c, const struct facts *f);
/* The names of that leaf, for people: "a.example, b.example and 3 more". */
char *certificates_names(struct casefile *c, const struct facts *f);

/* One question to the judge. */
struct rejudge {
    int64_t at;                    /* 0: now */
    struct bytes anchor;           /* one more trust anchor */
    bool with_fetched;             /* the certificates brought by AIA too */
    struct bytes without;          /* one certificate is left out; empty: none */
    bool without_trust;            /* the client's own roots are left out */
    uint64_t waived;               /* problems of these kinds (PROBLEM_BIT) are passed over */
    const struct pki_judge *judge; /* NULL: this client's */
    /* The roots of these count too. */
    const struct program *const *programs;
    size_t n_programs;
};
void certificates_rejudge(struct casefile *c, const struct rejudge *q, struct chain_result *ret);
/* The certificates of other facts than those that count, as they were sent. */
void certificates_judge(struct casefile *c, const struct facts *f, struct chain_result *ret);
/* The path ends before a trust anchor. */
bool certificates_path_broken(const struct chain_result *r);
/* Completes the path by AIA (RFC 5280 4.2.2.1), one step a fetch; the outcome stands in c->completed. */
enum ruling certificates_fetch(struct casefile *c);
/* The issuer of this certificate, which is not at hand, is likely a CA that the server should have sent. A
 * logged leaf comes from a public CA, whose root clients have; a leaf that says where its issuer's
 * certificate is to be had means it to be found (of a CA that says so the issuer is a root as likely); else
 * there are only names. */
bool certificates_expect_issuer(const struct casefile *c, const struct cert_info *top);
bool certificates_is_sent(const struct casefile *c, struct bytes der);
/* A certificate at a depth of the judged path, read. */
void certificates_at(struct casefile *c, const struct chain_result *r, size_t depth, struct cert_info *ret);
/* A certificate of the judged path bears its issuer's name, and was not signed by the issuer's key: its
 * depth. The issuer is the next one. */
bool certificates_bad_signature(const struct chain_result *r, size_t *ret_depth);
/* What the key identifiers say of the two (RFC 5280 4.2.1.1, 4.2.1.2). */
enum key_hint { KEY_HINT_NONE, KEY_HINT_SAME, KEY_HINT_OTHER };
enum key_hint certificates_key_hint(struct bytes issued, struct bytes issuer);
/* Proof by re-judging. */
void certificates_prove(struct finding *f, const char *baseline, const char *change, const char *outcome);
/* … with problems of these kinds (PROBLEM_BIT) passed over, by this judge (NULL: this client's). `what`: what
 * the certificate does, for a sentence. False where that changes nothing. */
bool certificates_prove_waived(struct casefile *c, struct finding *f, const struct pki_judge *judge,
                               uint64_t kinds, const char *what);
/* What remains wrong, for a proof's outcome: "the chain is accepted", or the problems. */
char *certificates_outcome(struct casefile *c, const struct chain_result *r);
/* A problem that the certificate itself shows: proven by judging the same certificates without it. `what`
 * goes on from "The certificate of …". */
#define PROBLEM_BIT(kind) (UINT64_C(1) << (kind))
static_assert(PKI_PROBLEM__COUNT <= 64, "a bit for every kind");
enum ruling certificates_plain(struct casefile *c, struct finding *f, uint64_t kinds, const char *what);

#endif
