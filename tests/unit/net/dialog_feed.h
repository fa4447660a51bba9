/* What the tests of dialogues share: a server fed in pieces of any size. */
#ifndef TW_TEST_DIALOG_FEED_H
#define TW_TEST_DIALOG_FEED_H

#include "net/dialog.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define B(s)                                                                                                 \
    { (const uint8_t *)("" s), sizeof(s) - 1 }

enum { MAX_TURNS = 6 };
struct turn {
    struct bytes server, client; /* what comes, and what we say to it */
};
/* Feeds one turn in pieces; the output of all of it goes to *said. */
static enum dialog_status feed(struct dialog *d, struct bytes in, size_t piece, struct wr *said,
                               size_t *ret_left) {
    enum dialog_status status = DIALOG_GOES_ON;
    while (in.n > 0 && status == DIALOG_GOES_ON) {
        uint8_t room[DIALOG_MAX_OUT];
        struct wr out = wr_init(room, sizeof room);
        struct bytes now = bytes_cut(in, 0, piece);
        size_t used = 0;
        status = dialog_feed(d, now, &used, &out);
        assert_true(used <= now.n && (used == now.n || status != DIALOG_GOES_ON));
        wr_put(said, wr_bytes(&out));
        in = bytes_cut(in, used, in.n);
    }
    *ret_left = in.n;
    return status;
}

static void assert_said(struct bytes got, struct bytes want, const char *name) {
    if (!bytes_eq(got, want)) fail_msg("%s: said \"%.*s\"", name, (int)got.n, (const char *)got.p);
}

#endif
