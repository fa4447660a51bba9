/* Bounded reader with a sticky error: the only way that bytes of a stranger are read.
 *
 * After the first failure every read gives 0 or an empty run, the cursor stands at the end (so that
 * loops over rd_left() stop), and `err`, `field` and `off` name the place: "extensions at byte 43".
 * Check once, at the end, with rd_ok() or rd_done(). Readers judge framing only. */
#ifndef TW_BASE_RD_H
#define TW_BASE_RD_H

#include "base/bytes.h"

enum rd_err {
    RD_OK,
    RD_SHORT,    /* the field overruns the message */
    RD_TRAILING, /* bytes are left over where the message should end */
    RD_LIMIT,    /* more elements than a stated ceiling: never skipped in silence */
    RD_VALUE,    /* framing that contradicts itself */
};

struct rd {
    const uint8_t *cur, *end;
    const uint8_t *base; /* start of this reader's bytes */
    size_t origin;       /* offset of base in the outermost message */
    enum rd_err err;
    const char *field; /* static text: the field that failed */
    size_t off;        /* its offset in the outermost message */
};

void rd_init(struct rd *r, struct bytes b);
/* Same, for bytes that stand at `origin` of a larger message. */
void rd_init_at(struct rd *r, struct bytes b, size_t origin);

static inline size_t rd_left(const struct rd *r) {
    return (size_t)(r->end - r->cur);
}
static inline bool rd_ok(const struct rd *r) {
    return r->err == RD_OK;
}
/* Offset of the cursor in the outermost message. */
static inline size_t rd_at(const struct rd *r) {
    return r->origin + (size_t)(r->cur - r->base);
}

uint8_t rd_u8(struct rd *r, const char *field);
uint16_t rd_u16(struct rd *r, const char *field);
uint32_t rd_u24(struct rd *r, const char *field);
uint32_t rd_u32(struct rd *r, const char *field);
uint64_t rd_u64(struct rd *r, const char *field);
/* The next `n` bytes, borrowed. */
struct bytes rd_take(struct rd *r, size_t n, const char *field);
/* All that is left, borrowed. */
struct bytes rd_rest(struct rd *r);
/* A vector with a length prefix of `width` (1, 2 or 3) bytes, borrowed. */
struct bytes rd_vec(struct rd *r, unsigned width, const char *field);
/* The same as a reader of its own; give it back with rd_close() so that its error is kept. */
struct rd rd_open(struct rd *r, unsigned width, const char *field);
/* Takes over the child's error, and trailing bytes of the child as RD_TRAILING. */
void rd_close(struct rd *parent, struct rd *child, const char *field);
/* Marks a failure at the cursor (RD_LIMIT, RD_VALUE). The first failure stays. */
void rd_fail(struct rd *r, enum rd_err err, const char *field);
/* True if nothing failed and nothing is left; trailing bytes become RD_TRAILING. */
bool rd_done(struct rd *r, const char *field);

const char *rd_err_text(enum rd_err err);

#endif
