/* What HTTP/1.1 and HTTP/2 share of one question and its answer. */
#ifndef TW_PROBE_APP_INTERNAL_H
#define TW_PROBE_APP_INTERNAL_H

#include "probe/app.h"

#include <nghttp2/nghttp2.h>

enum {
    APP_MAX_HEADER = 64 * 1024, /* of one answer, interim ones included */
    APP_MAX_LINE = 16 * 1024,
    APP_MAX_BYTES = 256 * 1024, /* fed in all: a peer that floods is not listened to for ever */
    APP_MAX_VALUE = 1024,       /* of a header value that is kept */
    APP_MAX_BODY_HINT = 300,
    APP_MAX_FIRST = 256,
};
#define APP_USER_AGENT "tlswhy"

struct app {
    struct arena *a;
    const char *authority;
    struct app_answer answer;
    bool dead; /* no answer can come any more */
    size_t fed;
    uint8_t body[APP_MAX_BODY_HINT]; /* the beginning of what is no header */
    size_t n_body;

    /* HTTP/1.1 */
    bool request_taken;
    const char *request;
    uint8_t *line; /* the one under way */
    size_t n_line, cap_line, n_header;

    /* HTTP/2 */
    nghttp2_session *session;
    struct text out; /* what waits to be sent */
};

/* Keeps a header field if it is one of ours; the first of a name counts. */
void app_header(struct app *app, struct bytes name, struct bytes value);
/* A final status clears what an interim answer said. False for an interim one (RFC 9110 15.2). */
bool app_status_is_final(const struct app *app);
void app_body(struct app *app, struct bytes data);

void app_http2_begin(struct app *app);
struct bytes app_http2_out(struct app *app);
void app_http2_feed(struct app *app, struct bytes in);

#endif
