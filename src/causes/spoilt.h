/* What one side sent is not what the other received. The keys of a handshake tell: they are made from its
 * hellos, and seal what comes after. */
#ifndef TW_CAUSES_SPOILT_H
#define TW_CAUSES_SPOILT_H

#include "causes/cause.h"

enum spoilt {
    SPOILT_NO,
    SPOILT_SEALED, /* both have the same keys, and yet a record does not open: it was changed after it was
                      sealed */
    SPOILT_UNREAD, /* below TLS 1.3, the certificate came in a form that cannot be read: perhaps the server's
                      own fault */
    SPOILT_PLAIN,  /* they have not seen the same handshake: keys, signature or Finished do not fit */
};
enum spoilt spoilt_how(const struct facts *f);
/* "the server", "the client": who noticed. */
const char *spoilt_noticed_by(const struct facts *f);

/* The same handshake three times more. */
enum { SPOILT_REPEATS = 3 };
struct spoilt_again {
    const struct facts *first; /* the handshake that was spoilt; NULL: none */
    enum spoilt how;
    const struct facts *again[SPOILT_REPEATS];
    size_t n_well;   /* got through, or ended for another reason */
    size_t n_sealed; /* all four together */
    bool scattered;  /* below TLS 1.3, one and the same certificate came differently damaged, or now whole */
    bool steady;     /* spoilt in the same way each time */
};
/* RULING_NO: nothing is spoilt. */
enum ruling spoilt_repeat(struct casefile *c, struct spoilt_again *ret);

/* A signature that does not verify, below TLS 1.3. */
enum signing {
    SIGNING_UNKNOWN,
    SIGNING_OTHER_KEY,  /* one and the same key that is not the certificate's made them */
    SIGNING_OTHER_DATA, /* the certificate's key made it, over other data than came here */
    SIGNING_UNRELATED,  /* no one key made them all over the data that came here */
};
enum signing spoilt_signing(struct casefile *c, const struct facts *const *f, size_t n);
bool spoilt_signature(const struct facts *f);

#endif
