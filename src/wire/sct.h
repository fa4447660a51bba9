/* Signed certificate timestamps (RFC 6962 3.2, 3.3): when logs saw a certificate. */
#ifndef TW_WIRE_SCT_H
#define TW_WIRE_SCT_H

#include "base/rd.h"

/* The newest of a SignedCertificateTimestampList, with its length prefix: milliseconds since 1970. False: the
 * list cannot be read, or holds none of version 1. Signatures are not looked at. */
bool sct_newest(struct bytes list, uint64_t *ret_ms);

#endif
