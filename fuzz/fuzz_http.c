/* The answer to HEAD, fed what a fuzzer makes of a server. The first byte of the input chooses HTTP/1.1,
 * HTTP/2 or a date, the second how the rest is cut into pieces. Fed whole and fed in pieces must mean the
 * same. */
#include "probe/app.h"
#include "wire/http_date.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum kind { KIND_HTTP1, KIND_HTTP2, KIND_DATE, KIND__COUNT };

static size_t piece_size(uint32_t *seed) {
    if (*seed == 0) return SIZE_MAX;
    *seed = *seed * 1103515245u + 12345u;
    return 1 + (*seed >> 16) % 64;
}

static void play(struct arena *a, enum kind kind, uint32_t seed, struct bytes in, struct app_answer *ret) {
    struct app *app = app_new(a, "server.example.test", 8443, kind == KIND_HTTP2);
    bool over = false;
    while (in.n > 0 && !over) {
        while (app_out(app).n > 0) {
        }
        struct bytes piece = bytes_cut(in, 0, piece_size(&seed));
        over = app_feed(app, piece);
        in = bytes_cut(in, piece.n, in.n);
    }
    app_result(app, ret);
    assert(!ret->complete || (over && ret->asked && ret->answered));
    app_free(app);
}

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Where the end came early in a piece, what follows it (more body, another answer's error) is not looked at.
 */
static void compare(const struct app_answer *a, const struct app_answer *b) {
    assert(a->answered == b->answered && a->complete == b->complete && a->status == b->status);
    assert(a->date == b->date && same(a->location, b->location) && same(a->server, b->server));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n < 2) return 0;
    enum kind kind = (enum kind)(data[0] % KIND__COUNT);
    struct bytes in = bytes_of(data + 2, n - 2);
    if (kind == KIND_DATE) {
        int64_t t = http_date(in);
        assert(t >= 0 && t < 253402300800 + 1);
        return 0;
    }
    struct arena a;
    arena_init(&a);
    struct app_answer whole, pieces;
    play(&a, kind, 0, in, &whole);
    play(&a, kind, data[1] + 1u, in, &pieces);
    compare(&whole, &pieces);
    arena_done(&a);
    return 0;
}
