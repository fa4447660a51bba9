/* The Date header of HTTP. */
#ifndef TW_WIRE_HTTP_DATE_H
#define TW_WIRE_HTTP_DATE_H

#include "base/bytes.h"

/* Seconds since 1970; 0 if it is no date in one of the three formats of RFC 9110 5.6.7. */
int64_t http_date(struct bytes text);
/* The value of an Age header (RFC 9111 5.1): for so many seconds a cache has had the answer, whose Date is of
 * the day it was made. 0 if it is none. */
int64_t http_age(struct bytes text);

#endif
