#include "probe/app_internal.h"

#include "wire/http_date.h"

static bool is_one_word(const char *host) {
    for (const char *c = host; *c; c++)
        if ((uint8_t)*c <= ' ' || *c == 0x7F) return false;
    return *host != 0;
}

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

static struct app *new_question(struct arena *a, const char *host, uint16_t port, uint16_t own_port) {
    struct app *app = ARENA_NEW(a, struct app);
    app->a = a;
    bool v6 = strchr(host, ':') != NULL;
    const char *name = text_f(a, v6 ? "[%s]" : "%s", host);
    app->authority = port == own_port ? name : text_f(a, "%s:%u", name, port);
    app->dead = !is_one_word(host); /* no header can carry it */
    return app;
}

static void write_request(struct app *app, const char *method) {
    if (app->dead) return;
    app->request = text_f(app->a,
                          "%s / HTTP/1.1\r\nHost: %s\r\nUser-Agent: " APP_USER_AGENT
                          "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                          method, app->authority);
}

struct app *app_new(struct arena *a, const char *host, uint16_t port, bool http2) {
    struct app *app = new_question(a, host, port, HTTPS_PORT);
    app->answer.http2 = http2;
    if (!http2)
        write_request(app, "HEAD");
    else if (!app->dead)
        app_http2_begin(app);
    return app;
}

struct app *app_new_plain(struct arena *a, const char *host, uint16_t port) {
    struct app *app = new_question(a, host, port, HTTP_PORT);
    write_request(app, "GET");
    return app;
}

void app_free(struct app *app) {
    if (!app) return;
    nghttp2_session_del(app->session);
    app->session = NULL;
}

struct bytes app_out(struct app *app) {
    struct bytes out = {0};
    if (app->session)
        out = app_http2_out(app);
    else if (app->request && !app->request_taken)
        out = bytes_str(app->request);
    app->request_taken = true;
    if (out.n > 0) app->answer.asked = true;
    return out;
}

static const char *kept(struct app *app, struct bytes value) {
    return text_escape(app->a, value, APP_MAX_VALUE);
}

void app_header(struct app *app, struct bytes name, struct bytes value) {
    struct app_answer *answer = &app->answer;
    if (bytes_eq_nocase(name, bytes_str("date")) && answer->date == 0)
        answer->date = http_date(value);
    else if (bytes_eq_nocase(name, bytes_str("age")) && answer->age == 0)
        answer->age = http_age(value);
    else if (bytes_eq_nocase(name, bytes_str("location")) && !answer->location)
        answer->location = kept(app, value);
    else if (bytes_eq_nocase(name, bytes_str("server")) && !answer->server)
        answer->server = kept(app, value);
}

bool app_status_is_final(const struct app *app) {
    return app->answer.status >= 200;
}

void app_body(struct app *app, struct bytes data) {
    data = bytes_cut(data, 0, sizeof app->body - app->n_body);
    if (data.n) memcpy(app->body + app->n_body, data.p, data.n);
    app->n_body += data.n;
}

static struct bytes trimmed(struct bytes b) {
    while (b.n > 0 && memchr(" \t\r\n", b.p[b.n - 1], 4)) b.n--;
    while (b.n > 0 && memchr(" \t", b.p[0], 2)) b = bytes_cut(b, 1, b.n);
    return b;
}

/* "HTTP/1.1 200 OK" (RFC 9112 4); 0 if it is none. */
static int status_of(struct bytes line) {
    enum { AT_STATUS = 9 };
    if (!bytes_start_with(line, "HTTP/1.") || line.n < AT_STATUS + 3) return 0;
    int status = 0;
    for (size_t i = AT_STATUS; i < AT_STATUS + 3; i++) {
        if (line.p[i] < '0' || line.p[i] > '9') return 0;
        status = status * 10 + (line.p[i] - '0');
    }
    return status;
}

static void take_line(struct app *app, struct bytes line) {
    struct app_answer *answer = &app->answer;
    if (answer->status == 0) {
        answer->status = status_of(line);
        answer->answered = answer->status != 0;
        app->dead = !answer->answered;
        if (app->dead) app_body(app, line);
        return;
    }
    struct bytes field = trimmed(line);
    if (field.n == 0) {
        answer->complete = app_status_is_final(app);
        if (!answer->complete) answer->status = 0; /* the final answer follows (RFC 9110 15.2) */
        return;
    }
    const uint8_t *colon = memchr(field.p, ':', field.n);
    if (!colon || !app_status_is_final(app)) return;
    size_t n = (size_t)(colon - field.p);
    app_header(app, bytes_cut(field, 0, n), trimmed(bytes_cut(field, n + 1, field.n)));
}

static bool may_be_http(struct bytes held) {
    static const char start[] = "HTTP/1.";
    size_t n = held.n < sizeof start - 1 ? held.n : sizeof start - 1;
    return memcmp(held.p, start, n) == 0;
}

static void hold(struct app *app, uint8_t c) {
    if (app->n_line == app->cap_line) {
        size_t cap = app->cap_line ? app->cap_line * 2 : 256;
        uint8_t *bigger = arena_alloc(app->a, cap);
        if (app->n_line) memcpy(bigger, app->line, app->n_line);
        app->line = bigger;
        app->cap_line = cap;
    }
    app->line[app->n_line++] = c;
}

static void http1_byte(struct app *app, uint8_t c) {
    hold(app, c);
    app->n_header++;
    struct bytes held = {app->line, app->n_line};
    bool no_status = app->answer.status == 0 && !may_be_http(held);
    if (no_status || app->n_line == APP_MAX_LINE || app->n_header > APP_MAX_HEADER) {
        if (no_status) app_body(app, held);
        app->dead = true;
    } else if (c == '\n') {
        take_line(app, held);
        app->n_line = 0;
    }
}

static void http1_feed(struct app *app, struct bytes in) {
    size_t i = 0;
    while (i < in.n && !app->answer.complete && !app->dead) http1_byte(app, in.p[i++]);
    if (app->answer.complete || app->dead) app_body(app, bytes_cut(in, i, in.n));
}

static void spoke_first(struct app *app, struct bytes in) {
    struct app_answer *answer = &app->answer;
    answer->speaks_first = true;
    if (answer->first.n == 0) answer->first = arena_copy(app->a, bytes_cut(in, 0, APP_MAX_FIRST));
}

bool app_feed(struct app *app, struct bytes in) {
    if (in.n > 0 && !app->answer.asked) spoke_first(app, in);
    app->fed += in.n;
    if (app->fed > APP_MAX_BYTES) app->dead = true;
    if (app->session && !app->dead)
        app_http2_feed(app, in);
    else if (!app->session)
        http1_feed(app, in);
    return app->answer.complete || app->dead;
}

void app_result(const struct app *app, struct app_answer *ret) {
    *ret = app->answer;
    if (app->n_body > 0)
        ret->body_hint = text_escape(app->a, bytes_of(app->body, app->n_body), APP_MAX_BODY_HINT);
}
