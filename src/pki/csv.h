/* CSV (RFC 4180) of a stranger, one record after the other: fields borrow from the text, those that hold
 * doubled quotation marks are copied. Lines may end in LF alone, and a byte order mark is passed over. */
#ifndef TW_PKI_CSV_H
#define TW_PKI_CSV_H

#include "base/arena.h"

enum { CSV_MAX_FIELDS = 256, CSV_MAX_FIELD = 1 << 20 };
struct csv {
    struct bytes left;
    size_t line;     /* of the record that was read last, from 1 */
    size_t next;     /* line where the next one begins */
    const char *why; /* static: what is wrong there; NULL: nothing */
};
struct csv_record {
    struct bytes field[CSV_MAX_FIELDS];
    size_t n;
};
struct csv csv_of(struct bytes text);
/* The next record; blank lines are none. False: the end, or `why` is set. */
bool csv_next(struct csv *r, struct arena *a, struct csv_record *ret);

#endif
