/* The question in HTTP/2 (RFC 9113), by libnghttp2: bytes in, bytes out. */
#include "probe/app_internal.h"

static void *h2_malloc(size_t n, void *arg) {
    (void)arg;
    return mem_alloc(n);
}
static void *h2_calloc(size_t count, size_t n, void *arg) {
    (void)arg;
    size_t all = 0;
    if (__builtin_mul_overflow(count, n, &all)) return NULL;
    return mem_alloc(all);
}
static void *h2_realloc(void *p, size_t n, void *arg) {
    (void)arg;
    return mem_grow(p, n);
}
static void h2_free(void *p, void *arg) {
    (void)arg;
    mem_free(p);
}

static bool is(const uint8_t *name, size_t n, const char *s) {
    return bytes_eq(bytes_of(name, n), bytes_str(s));
}

static int read_status(struct bytes value) {
    int status = 0;
    if (value.n != 3) return 0;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9') return 0;
        status = status * 10 + (value.p[i] - '0');
    }
    return status;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t n_name,
                     const uint8_t *value, size_t n_value, uint8_t flags, void *arg) {
    (void)session;
    (void)flags;
    struct app *app = arg;
    if (frame->hd.type != NGHTTP2_HEADERS || app->answer.complete || app->dead) return 0;
    app->n_header += n_name + n_value;
    if (app->n_header > APP_MAX_HEADER) {
        app->dead = true;
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (is(name, n_name, ":status"))
        app->answer.status = read_status(bytes_of(value, n_value));
    else if (app_status_is_final(app))
        app_header(app, bytes_of(name, n_name), bytes_of(value, n_value));
    return 0;
}

/* Our stream is the first; below it none was looked at (RFC 9113 6.8). */
static void on_goaway(struct app *app, const nghttp2_goaway *goaway) {
    app->answer.h2_error = goaway->error_code;
    if (goaway->last_stream_id < 1 || goaway->error_code != NGHTTP2_NO_ERROR) app->dead = true;
}

/* The whole header of an answer, or the end of any. What follows such an end counts no more, in the same
 * piece of bytes either. */
static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg) {
    (void)session;
    struct app *app = arg;
    if (app->dead) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS) {
        app->answer.answered = app->answer.answered || app->answer.status != 0;
        if (app_status_is_final(app)) app->answer.complete = true;
    } else if (frame->hd.type == NGHTTP2_RST_STREAM) {
        app->answer.h2_error = frame->rst_stream.error_code;
    } else if (frame->hd.type == NGHTTP2_GOAWAY) {
        on_goaway(app, &frame->goaway);
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t n,
                   void *arg) {
    (void)session;
    (void)flags;
    (void)stream;
    if (!((struct app *)arg)->dead) app_body(arg, bytes_of(data, n));
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t error, void *arg) {
    (void)session;
    (void)stream;
    (void)error;
    ((struct app *)arg)->dead = true;
    return 0;
}

/* libnghttp2 takes what it only reads without const. */
static nghttp2_nv pair(const char *name, const char *value) {
    union {
        const char *in;
        uint8_t *out;
    } n = {name}, v = {value};
    return (nghttp2_nv){n.out, v.out, strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE};
}

/* Its checks of HTTP's rules are off: what a peer does against them is a fact that we want to see, such as a
 * body after HEAD. Framing and compression are checked all the same. */
static void new_session(struct app *app, const nghttp2_session_callbacks *callbacks) {
    nghttp2_mem mem = {NULL, h2_malloc, h2_free, h2_calloc, h2_realloc};
    nghttp2_option *option = NULL;
    if (nghttp2_option_new(&option) != 0) return;
    nghttp2_option_set_no_http_messaging(option, 1);
    nghttp2_session_client_new3(&app->session, callbacks, app, option, &mem);
    nghttp2_option_del(option);
}

void app_http2_begin(struct app *app) {
    text_init(&app->out, app->a);
    nghttp2_session_callbacks *callbacks = NULL;
    if (nghttp2_session_callbacks_new(&callbacks) == 0) {
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        new_session(app, callbacks);
        nghttp2_session_callbacks_del(callbacks);
    }
    app->dead = !app->session;
    if (app->dead) return;
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, APP_MAX_HEADER},
    };
    const nghttp2_nv head[] = {
        pair(":method", "HEAD"), pair(":scheme", "https"),           pair(":authority", app->authority),
        pair(":path", "/"),      pair("user-agent", APP_USER_AGENT), pair("accept", "*/*"),
    };
    app->dead = nghttp2_submit_settings(app->session, NGHTTP2_FLAG_NONE, settings, TW_COUNT(settings)) != 0 ||
                nghttp2_submit_request(app->session, NULL, head, TW_COUNT(head), NULL, NULL) < 0;
}

static void drain(struct app *app) {
    const uint8_t *p = NULL;
    ssize_t n = 0;
    while ((n = nghttp2_session_mem_send(app->session, &p)) > 0)
        text_add_n(&app->out, (const char *)p, (size_t)n);
    if (n < 0) app->dead = true;
}

struct bytes app_http2_out(struct app *app) {
    if (!app->dead) drain(app);
    struct bytes out = {(const uint8_t *)app->out.s, app->out.n};
    app->out.n = 0; /* the bytes stay until the next call */
    return out;
}

/* RFC 9113 3.4: a server's first frame is SETTINGS. Whatever else it sends is another protocol, and shown. */
static void check_preface(struct app *app, struct bytes in) {
    enum { AT_TYPE = 3 };
    size_t before = app->fed - in.n;
    if (before > AT_TYPE) return;
    app_body(app, in);
    if (app->fed <= AT_TYPE) return;
    if (in.p[AT_TYPE - before] == NGHTTP2_SETTINGS)
        app->n_body = 0;
    else
        app->dead = true;
}

void app_http2_feed(struct app *app, struct bytes in) {
    check_preface(app, in);
    if (app->dead || in.n == 0) return;
    /* A negative number: not HTTP/2, or a flood that the library stopped. After an error that it answers with
     * GOAWAY it wants nothing more to read, once that is out. */
    if (nghttp2_session_mem_recv(app->session, in.p, in.n) < 0) app->dead = true;
    if (!app->dead) drain(app);
    if (!nghttp2_session_want_read(app->session)) app->dead = true;
}
