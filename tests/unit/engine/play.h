/* A handshake under test: engine, transcript and keys, fed by hand. */
#ifndef TW_TESTS_PLAY_H
#define TW_TESTS_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/text.h"
#include "engine/engine.h"
#include "wire/messages.h"

enum { PLAY_MAX_KEYS = 16 };

struct play {
    struct arena a;
    struct transcript *t;
    struct engine *e;
    struct hello hello;
    struct eng_config config;
    struct kx *kx[PLAY_MAX_KEYS];
    uint16_t group[PLAY_MAX_KEYS];
    size_t n_keys;
    struct text sent; /* all that the engine wanted to send, as bytes */
    int64_t now;
};

/* A zeroed play with a hello of 1.3 and 1.2, random bytes all equal; change it, then play_start(). */
void play_init(struct play *p);
void play_set_key(struct play *p, uint16_t group, struct kx *kx);
void play_start(struct play *p);
void play_done(struct play *p);
/* Takes engine_out() over into `sent`. */
void play_drain(struct play *p);
/* Feeds in pieces of `step` bytes (0: at once), draining after each. */
void play_feed(struct play *p, struct bytes in, size_t step);
struct bytes play_sent(const struct play *p);

struct bytes from_hex(struct arena *a, const char *hex);
/* What the transcript says, times apart, as one text: two equal handshakes give equal texts. */
const char *play_summary(struct play *p);

#endif
