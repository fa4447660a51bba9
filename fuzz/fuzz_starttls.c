/* Every dialogue before TLS, fed what a fuzzer makes of a server. The first byte of the input chooses the
 * dialect, the second how the rest is cut into pieces. Fed whole and fed in pieces must end alike. */
#include "net/dialog.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { DIALECTS = STARTTLS__COUNT - 1, PROXIES = 4 };

struct outcome {
    enum dialog_status status;
    enum dialog_end why;
    size_t used;
    uint8_t said[4 * DIALOG_MAX_OUT];
    size_t n_said;
};

static struct dialog *choose(struct arena *a, uint8_t which) {
    which = (uint8_t)(which % (DIALECTS + PROXIES));
    if (which < DIALECTS) return dialog_starttls(a, (enum starttls)(which + 1), "server.example.test");
    static const char *const urls[PROXIES] = {"http://p", "http://user:pw@p", "socks5://p",
                                              "socks5://user:pw@p"};
    struct proxy p;
    const char *err = NULL;
    bool ok = proxy_parse(urls[which - DIALECTS], &p, &err);
    assert(ok);
    return dialog_proxy(a, &p, which % 2 ? "server.example.test" : "192.0.2.1", 443);
}

static void keep(struct outcome *o, const struct wr *out) {
    assert(!out->overflow && o->n_said + out->n <= sizeof(o->said));
    if (out->n) memcpy(o->said + o->n_said, out->p, out->n);
    o->n_said += out->n;
}

/* Pieces of 1 to 16 bytes that follow from `seed`; all at once where it is 0. */
static size_t piece_size(uint32_t *seed) {
    if (*seed == 0) return SIZE_MAX;
    *seed = *seed * 1103515245u + 12345u;
    return 1 + (*seed >> 16) % 16;
}

static void play(uint8_t which, uint32_t seed, struct bytes in, struct outcome *o) {
    *o = (struct outcome){0};
    struct arena a;
    arena_init(&a);
    struct dialog *d = choose(&a, which);
    uint8_t room[DIALOG_MAX_OUT];
    struct wr out = wr_init(room, sizeof room);
    o->status = dialog_begin(d, &out);
    keep(o, &out);
    while (in.n > 0 && o->status == DIALOG_GOES_ON) {
        struct bytes piece = bytes_cut(in, 0, piece_size(&seed));
        size_t used = 0;
        out = wr_init(room, sizeof room);
        o->status = dialog_feed(d, piece, &used, &out);
        assert(used <= piece.n && (used == piece.n || o->status != DIALOG_GOES_ON));
        keep(o, &out);
        o->used += used;
        in = bytes_cut(in, used, in.n);
    }
    assert(o->used <= DIALOG_MAX_BYTES + 1);
    if (o->status == DIALOG_GOES_ON) dialog_closed(d);
    o->why = dialog_why(d);
    assert((o->why == DIALOG_NONE) == (o->status == DIALOG_READY));
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n < 2) return 0;
    struct bytes in = bytes_of(data + 2, n - 2);
    static struct outcome whole, pieces;
    play(data[0], 0, in, &whole);
    play(data[0], data[1] + 1u, in, &pieces);
    assert(whole.status == pieces.status && whole.why == pieces.why && whole.used == pieces.used);
    assert(whole.n_said == pieces.n_said && memcmp(whole.said, pieces.said, whole.n_said) == 0);
    return 0;
}
