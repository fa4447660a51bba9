/* One question over a finished handshake: HEAD / by HTTP/1.1 or HTTP/2. No I/O: bytes in, bytes out. Its
 * answer is evidence (Date, status, redirect), never a verdict by itself. */
#ifndef TW_PROBE_APP_H
#define TW_PROBE_APP_H

#include "base/text.h"

struct app_answer {
    bool asked;    /* a HEAD was sent */
    bool answered; /* a status line or HEADERS frame came */
    bool complete; /* the header is whole */
    int status;
    bool http2;
    int64_t date; /* of the Date header, seconds since 1970; 0 none (RFC 9110 5.6.7, the three formats) */
    int64_t age;  /* of the Age header: so long ago it was `date`, for a cache answered (RFC 9111 5.1) */
    const char *location;  /* escaped; NULL */
    const char *server;    /* escaped; NULL */
    const char *body_hint; /* the first 300 characters of a body that came nevertheless, escaped; NULL */
    bool speaks_first;     /* the peer sent data before any question */
    struct bytes first;    /* what it said, at most 256 bytes */
    uint32_t h2_error;     /* code of the RST_STREAM or GOAWAY that ended it (RFC 9113 7); 0 none */
};
enum { H2_HTTP_1_1_REQUIRED = 13 }; /* RFC 9113 7 */

struct app;
/* `host` for Host or :authority (with :port where it is not 443). */
struct app *app_new(struct arena *a, const char *host, uint16_t port, bool http2);
/* GET / by HTTP/1.1 in plain text, as browsers and systems ask that look for a portal: some answer nothing
 * else. */
struct app *app_new_plain(struct arena *a, const char *host, uint16_t port);
void app_free(struct app *app); /* nghttp2's session */
/* What is to be sent now; empty if nothing. Borrowed until the next call. */
struct bytes app_out(struct app *app);
/* Feeds decrypted bytes. True once the answer is complete (or can never be). */
bool app_feed(struct app *app, struct bytes in);
void app_result(const struct app *app, struct app_answer *ret);

#endif
