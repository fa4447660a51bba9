#include "base/rd.h"

#include <assert.h>

void rd_init_at(struct rd *r, struct bytes b, size_t origin) {
    static const uint8_t nothing[1];
    const uint8_t *p = b.p ? b.p : nothing;
    *r = (struct rd){.cur = p, .end = p + b.n, .base = p, .origin = origin};
}

void rd_init(struct rd *r, struct bytes b) {
    rd_init_at(r, b, 0);
}

void rd_fail(struct rd *r, enum rd_err err, const char *field) {
    if (r->err != RD_OK) return;
    r->err = err;
    r->field = field;
    r->off = rd_at(r);
    r->cur = r->end;
}

struct bytes rd_take(struct rd *r, size_t n, const char *field) {
    if (n > rd_left(r)) {
        rd_fail(r, RD_SHORT, field);
        return (struct bytes){0};
    }
    struct bytes b = {r->cur, n};
    r->cur += n;
    return b;
}

struct bytes rd_rest(struct rd *r) {
    struct bytes b = {r->cur, rd_left(r)};
    r->cur = r->end;
    return b;
}

static uint64_t read_number(struct rd *r, size_t width, const char *field) {
    struct bytes b = rd_take(r, width, field);
    uint64_t v = 0;
    for (size_t i = 0; i < b.n; i++) v = v << 8 | b.p[i];
    return v;
}

uint8_t rd_u8(struct rd *r, const char *field) {
    return (uint8_t)read_number(r, 1, field);
}
uint16_t rd_u16(struct rd *r, const char *field) {
    return (uint16_t)read_number(r, 2, field);
}
uint32_t rd_u24(struct rd *r, const char *field) {
    return (uint32_t)read_number(r, 3, field);
}
uint32_t rd_u32(struct rd *r, const char *field) {
    return (uint32_t)read_number(r, 4, field);
}
uint64_t rd_u64(struct rd *r, const char *field) {
    return read_number(r, 8, field);
}

struct bytes rd_vec(struct rd *r, unsigned width, const char *field) {
    assert(width >= 1 && width <= 3);
    const uint8_t *start = r->cur;
    size_t n = (size_t)read_number(r, width, field);
    if (r->err == RD_OK && n > rd_left(r)) {
        r->cur = start; /* the place to show is the length that lies */
        rd_fail(r, RD_SHORT, field);
    }
    return rd_take(r, n, field);
}

struct rd rd_open(struct rd *r, unsigned width, const char *field) {
    struct bytes b = rd_vec(r, width, field);
    struct rd child;
    rd_init_at(&child, b, b.p ? r->origin + (size_t)(b.p - r->base) : rd_at(r));
    return child;
}

void rd_close(struct rd *parent, struct rd *child, const char *field) {
    if (rd_done(child, field) || parent->err != RD_OK) return;
    parent->err = child->err;
    parent->field = child->field;
    parent->off = child->off;
    parent->cur = parent->end;
}

bool rd_done(struct rd *r, const char *field) {
    if (r->err == RD_OK && rd_left(r) > 0) rd_fail(r, RD_TRAILING, field);
    return r->err == RD_OK;
}

const char *rd_err_text(enum rd_err err) {
    static const char *const text[] = {
        [RD_OK] = "well-formed",
        [RD_SHORT] = "runs past the end of the message",
        [RD_TRAILING] = "is followed by bytes that do not belong there",
        [RD_LIMIT] = "holds more elements than anybody needs",
        [RD_VALUE] = "contradicts itself",
    };
    return text[err];
}
