/* Revocation of a path by CRLs at hand (RFC 5280 6.3): what pki_query.revocation is set to. */
#ifndef TW_PKI_PATH_CRL_H
#define TW_PKI_PATH_CRL_H

#include "pki/crl.h"
#include "pki/path.h"

/* The CRLs, and what was found out about who signed them. Of one query of one pool. */
struct pki_crl_set;
struct pki_crl_set *pki_crl_set_new(struct arena *a, const struct pki_crl *crls, size_t n);
/* Every certificate must be covered: adds REVOKED, CRL_EXPIRED or REVOCATION_UNKNOWN. `arg`: the set. */
void pki_crl_set_check(void *arg, struct pki_pool *pool, const struct pki_query *q, struct pki_path *path,
                       size_t depth);

#endif
