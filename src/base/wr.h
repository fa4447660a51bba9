/* Bounded writer: fixed room, sticky overflow, nested length prefixes that are filled in when
 * closed. wr_close_as() is the only place where malformed output can be made (the lab lies). */
#ifndef TW_BASE_WR_H
#define TW_BASE_WR_H

#include "base/bytes.h"

struct wr {
    uint8_t *p;
    size_t n, cap;
    bool overflow;
};

static inline struct wr wr_init(uint8_t *room, size_t cap) {
    return (struct wr){.p = room, .cap = cap};
}
static inline struct bytes wr_bytes(const struct wr *w) {
    return (struct bytes){w->p, w->overflow ? 0 : w->n};
}

void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u24(struct wr *w, uint32_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_put(struct wr *w, struct bytes b);
void wr_str(struct wr *w, const char *s);
/* `n` bytes of the value `v`. */
void wr_fill(struct wr *w, uint8_t v, size_t n);
/* Bytes with a length prefix of `width` bytes. */
void wr_vec(struct wr *w, unsigned width, struct bytes b);

struct wr_mark {
    size_t at;
    unsigned width;
};
/* Opens a length prefix of `width` (1 to 3) bytes; wr_close() writes the true length into it. */
struct wr_mark wr_open(struct wr *w, unsigned width);
void wr_close(struct wr *w, struct wr_mark m);
void wr_close_as(struct wr *w, struct wr_mark m, size_t lie);

#endif
