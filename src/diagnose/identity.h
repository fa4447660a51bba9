/* The client's own certificate and key: --cert and --key. */
#ifndef TW_DIAGNOSE_IDENTITY_H
#define TW_DIAGNOSE_IDENTITY_H

#include "crypto/identity.h"
#include "diagnose/request.h"

/* NULL, or one line that says which file cannot be read and why. *ret is NULL where none was asked for; else
 * in the arena, to be freed by identity_free(). */
const char *identity_load(struct arena *a, const struct request *r, struct identity **ret);

#endif
