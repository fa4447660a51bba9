#include "base/wr.h"

#include <assert.h>

static uint8_t *room_for(struct wr *w, size_t n) {
    if (w->overflow || n > w->cap - w->n) {
        w->overflow = true;
        return NULL;
    }
    uint8_t *at = w->p + w->n;
    w->n += n;
    return at;
}

static void put_number(uint8_t *at, size_t width, uint64_t v) {
    for (size_t i = 0; i < width; i++) at[i] = (uint8_t)(v >> (8 * (width - 1 - i)));
}

static void write_number(struct wr *w, size_t width, uint64_t v) {
    uint8_t *at = room_for(w, width);
    if (at) put_number(at, width, v);
}

void wr_u8(struct wr *w, uint8_t v) {
    write_number(w, 1, v);
}
void wr_u16(struct wr *w, uint16_t v) {
    write_number(w, 2, v);
}
void wr_u24(struct wr *w, uint32_t v) {
    write_number(w, 3, v);
}
void wr_u32(struct wr *w, uint32_t v) {
    write_number(w, 4, v);
}
void wr_u64(struct wr *w, uint64_t v) {
    write_number(w, 8, v);
}

void wr_put(struct wr *w, struct bytes b) {
    uint8_t *at = room_for(w, b.n);
    if (at && b.n) memcpy(at, b.p, b.n);
}

void wr_str(struct wr *w, const char *s) {
    wr_put(w, bytes_str(s));
}

void wr_fill(struct wr *w, uint8_t v, size_t n) {
    uint8_t *at = room_for(w, n);
    if (at && n) memset(at, v, n);
}

struct wr_mark wr_open(struct wr *w, unsigned width) {
    assert(width >= 1 && width <= 3);
    struct wr_mark m = {w->n, width};
    wr_fill(w, 0, width);
    return m;
}

void wr_close_as(struct wr *w, struct wr_mark m, size_t lie) {
    if (!w->overflow) put_number(w->p + m.at, m.width, lie);
}

void wr_close(struct wr *w, struct wr_mark m) {
    if (w->overflow) return;
    size_t n = w->n - m.at - m.width;
    if (n >> (8 * m.width)) {
        w->overflow = true; /* the prefix cannot say it */
        return;
    }
    wr_close_as(w, m, n);
}

void wr_vec(struct wr *w, unsigned width, struct bytes b) {
    struct wr_mark m = wr_open(w, width);
    wr_put(w, b);
    wr_close(w, m);
}
