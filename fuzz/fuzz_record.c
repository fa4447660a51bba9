/* The record layer's framing: whatever comes, in whatever pieces, the answer is the same; a whole
 * record written again gives its bytes back; and what speaks plain text is recognised without a byte
 * read beyond the input. */
#include "wire/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

/* The first answer that is not "more" is that of every longer piece too. */
static void check_pieces(struct bytes in, enum record_status whole, size_t used) {
    enum record_status seen = RECORD_MORE;
    size_t longest = whole == RECORD_WHOLE ? used : in.n;
    size_t step = longest > 64 ? longest / 32 : 1;
    for (size_t n = 0; n <= longest; n += n < 16 ? 1 : step) {
        struct record rec;
        size_t at;
        enum record_status now = record_next(bytes_cut(in, 0, n), &rec, &at);
        check(seen == RECORD_MORE || now == seen);
        check(now == RECORD_MORE || now == whole);
        seen = now;
    }
}

static void check_written_again(const struct record *rec, struct bytes bytes) {
    static uint8_t room[RECORD_HEADER + RECORD_CIPHER_MAX];
    struct wr w = wr_init(room, sizeof(room));
    record_write(&w, rec->type, rec->version, rec->body);
    check(bytes_eq(wr_bytes(&w), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes in = bytes_of(data, size);
    for (;;) {
        struct record rec;
        size_t used;
        enum record_status status = record_next(in, &rec, &used);
        check_pieces(in, status, used);
        check((status == RECORD_WHOLE) == (used > 0) && used <= in.n);
        if (status != RECORD_WHOLE) break;
        check_written_again(&rec, bytes_cut(in, 0, used));
        in = bytes_cut(in, used, in.n);
    }
    uint16_t port = size % 2 ? 21 : 443;
    enum plain_kind kind = plain_recognise(bytes_of(data, size), port);
    check(kind >= PLAIN_UNKNOWN && kind < PLAIN__COUNT && plain_name(kind));
    return 0;
}
