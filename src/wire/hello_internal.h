/* Shared by the writer and the reader of hellos only. */
#ifndef TW_WIRE_HELLO_INTERNAL_H
#define TW_WIRE_HELLO_INTERNAL_H

#include "wire/hello.h"

/* Writes the body that the hello's lists make of an extension (padding apart); false, and nothing
 * written, if the list is empty, so that the extension is left out. */
bool hello_write_body(struct wr *w, const struct hello *h, uint16_t type, const struct hello_shares *shares);

/* Bytes of the padding's body for a message that has `n` bytes without the extension; false if the
 * extension is left out. */
bool hello_padding(uint16_t pad_to, size_t n, size_t *ret_body);

#endif
