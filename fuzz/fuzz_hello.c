/* ClientHellos: what is accepted as data comes out byte for byte, and can be bent in any way. */
#include "wire/hello.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

enum { ROOM = 1 << 18 };
static uint8_t room[ROOM], second_room[ROOM];

static struct bytes write_in(uint8_t *at, const struct hello *h, const struct hello_shares *shares) {
    struct wr w = wr_init(at, ROOM);
    hello_write(&w, h, shares);
    check(!w.overflow);
    return wr_bytes(&w);
}

static void bend(struct hello *h) {
    hello_drop_grease(h);
    hello_add_ext(h, EXT_ALPN);
    hello_add_ext(h, EXT_PADDING);
    check(hello_set_alpn(h, "h2:http/1.1"));
    check(h->no_extensions || hello_offers_alpn(h, bytes_str("h2")));
    hello_add_ext_raw(h, EXT_SUPPORTED_GROUPS, bytes_str(""));
    hello_drop_ext(h, EXT_SERVER_NAME);
    check(!hello_has_ext(h, EXT_SERVER_NAME));
    (void)hello_max_version(h);
    (void)hello_offers_version(h, TLS_1_2);
}

/* The canonical form is one: read again, it is the same hello. */
static void check_canonical(const struct hello *h) {
    struct bytes first = write_in(room, h, NULL);
    struct hello again;
    if (!hello_from_bytes(first, &again)) { /* only for a limit of ours */
        check(first.n > HELLO_MAX_BYTES || h->n_ext > HELLO_MAX_EXT - HELLO_SPARE_EXT);
        return;
    }
    check(bytes_eq(write_in(second_room, &again, NULL), first));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes msg = bytes_of(data, size);
    struct rd r;
    struct hello_view v;
    rd_init(&r, msg);
    bool viewed = hello_view(&r, &v);
    check(viewed == rd_ok(&r));
    if (!viewed) check(r.field && r.off <= size);
    struct bytes name = hello_view_sni(&v);
    check(name.n == 0 || (name.p >= data && name.p + name.n <= data + size));

    struct hello h;
    struct hello_shares shares;
    bool has_shares = hello_shares_from(msg, &shares);
    if (!hello_from_bytes(msg, &h)) return 0;
    check(viewed);
    check(bytes_eq(write_in(room, &h, has_shares ? &shares : NULL), msg));
    check_canonical(&h);
    bend(&h);
    check_canonical(&h);
    return 0;
}
