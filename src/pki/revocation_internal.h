/* What the readers and judges of OCSP and CRLs share. */
#ifndef TW_PKI_REVOCATION_INTERNAL_H
#define TW_PKI_REVOCATION_INTERNAL_H

#include "pki/name.h"
#include "pki/revocation.h"

#define REV_OID(literal)                                                                                     \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define REV_CE "\x55\x1D"                           /* id-ce, 2.5.29 */
#define REV_OCSP "\x2B\x06\x01\x05\x05\x07\x30\x01" /* id-pkix-ocsp, 1.3.6.1.5.5.7.48.1 */

enum { REV_MAX_EXTENSIONS = 512 };

/* An extension that is known: what its value goes into is the reader's own. `read` may be NULL: nobody here
 * asks for the value. */
struct rev_ext {
    struct bytes oid;
    const char *name;
    void (*read)(void *into, struct der *value, bool critical);
};
/* A list of extensions, to its end. One that is known may stand there once. True in *unknown_critical: one is
 * critical, and not in `rows` (at most 32). */
void rev_extensions(struct der *list, const struct rev_ext *rows, size_t n_rows, void *into,
                    bool *unknown_critical);
/* CRLReason as an extension's value, or inside another element. */
uint8_t rev_reason(struct der *r);
/* GeneralizedTime. */
int64_t rev_generalized_time(struct der *r, const char *field);

/* The same number, whatever its padding. */
bool rev_integer_eq(struct bytes a, struct bytes b);
/* -1, 0, 1; both are not negative. */
int rev_integer_cmp(struct bytes a, struct bytes b);

enum rev_signed { REV_SIGNED, REV_NOT_SIGNED, REV_CANNOT_TELL };
enum rev_signed rev_signed_by(const struct pki_key *key, const struct pki_sigalg *algorithm,
                              struct bytes data, struct bytes signature);

/* Judges the times of an answer: GOOD, NOT_YET or EXPIRED. They go to *ret too. */
enum pki_rev rev_times(const struct pki_rev_query *q, int64_t this_update, bool has_next, int64_t next_update,
                       struct pki_rev_answer *ret);
/* Sets a verdict that is neither good nor revoked. */
void rev_because(struct pki_rev_answer *ret, enum pki_rev verdict, const char *why);

#endif
