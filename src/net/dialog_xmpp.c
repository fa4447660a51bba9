/* STARTTLS in XMPP (RFC 6120 5): a stream header, features, <starttls/>, <proceed/>. XML is read tag by tag,
 * as far as it takes: any quoting, any prefix, nothing kept but one prefix. */
#include "net/dialog_internal.h"

#define TLS_NAMESPACE "urn:ietf:params:xml:ns:xmpp-tls"

static void put_escaped(struct wr *w, const char *s) {
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\'', "&apos;"}, {'"', "&quot;"}};
    for (; *s; s++) {
        const char *entity = NULL;
        for (size_t i = 0; i < TW_COUNT(entities); i++)
            if (entities[i].c == *s) entity = entities[i].entity;
        if (entity)
            wr_str(w, entity);
        else
            wr_u8(w, (uint8_t)*s);
    }
}

static enum dialog_status xmpp_open(struct dialog *d, struct wr *out, const char *content) {
    wr_str(out, "<?xml version='1.0'?><stream:stream xmlns='");
    wr_str(out, content);
    wr_str(out, "' xmlns:stream='http://etherx.jabber.org/streams' to='");
    put_escaped(out, d->host);
    dialog_say(d, out, bytes_str("' version='1.0'>"));
    return DIALOG_GOES_ON;
}

static enum dialog_status xmpp_begin(struct dialog *d, struct wr *out) {
    return xmpp_open(d, out, "jabber:client");
}

static enum dialog_status xmpp_server_begin(struct dialog *d, struct wr *out) {
    return xmpp_open(d, out, "jabber:server");
}

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A unit is a tag with the text before it. A ">" inside quotation marks does not end it. */
static enum unit_state xmpp_whole(struct dialog *d, struct bytes held) {
    struct xmpp_state *x = &d->xmpp;
    uint8_t c = held.p[held.n - 1];
    if (!x->in_tag) {
        x->in_tag = c == '<';
        return x->in_tag || is_space(c) || x->at != XMPP_HEADER ? UNIT_MORE : UNIT_ALIEN;
    }
    if (x->quote) {
        if (c == x->quote) x->quote = 0;
        return UNIT_MORE;
    }
    if (c == '\'' || c == '"') x->quote = c;
    return c == '>' ? UNIT_WHOLE : UNIT_MORE;
}

struct tag {
    struct bytes prefix, local;
    bool closes, empty, declaration; /* </x>, <x/>, <?x?> or <!x> */
    bool versioned;                  /* has a version attribute */
    bool tls;                        /* stands in the namespace of STARTTLS */
};

static struct bytes until(struct rd *r, const char *stops) {
    const uint8_t *begin = r->cur;
    while (rd_left(r) > 0 && *r->cur && !strchr(stops, *r->cur)) rd_u8(r, "tag");
    return bytes_of(begin, (size_t)(r->cur - begin));
}

static void skip_space(struct rd *r) {
    while (rd_left(r) > 0 && is_space(*r->cur)) rd_u8(r, "tag");
}

/* name = "value"; the value is empty where there is none. False at the end of the tag. */
static bool next_attribute(struct rd *r, struct bytes *ret_name, struct bytes *ret_value) {
    skip_space(r);
    *ret_name = until(r, "= \t\r\n>/");
    *ret_value = (struct bytes){0};
    skip_space(r);
    if (rd_left(r) == 0 || *r->cur != '=') return ret_name->n > 0;
    rd_u8(r, "=");
    skip_space(r);
    uint8_t quote = rd_u8(r, "quote");
    *ret_value = until(r, quote == '"' ? "\"" : "'");
    rd_u8(r, "quote");
    return rd_ok(r);
}

static void split_name(struct bytes name, struct bytes *ret_prefix, struct bytes *ret_local) {
    const uint8_t *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
    size_t n = colon ? (size_t)(colon - name.p) : 0;
    *ret_prefix = bytes_cut(name, 0, n);
    *ret_local = bytes_cut(name, colon ? n + 1 : 0, name.n);
}

/* xmlns="…" or xmlns:p="…" of this tag, or p bound by an element around it. */
static void take_namespace(struct dialog *d, struct tag *t, struct bytes name, struct bytes value) {
    struct bytes prefix, local;
    split_name(name, &prefix, &local);
    if (!bytes_eq(value, bytes_str(TLS_NAMESPACE))) return;
    if (bytes_eq(name, bytes_str("xmlns"))) {
        if (t->prefix.n == 0) t->tls = true;
        return;
    }
    if (!bytes_eq(prefix, bytes_str("xmlns"))) return;
    if (bytes_eq(local, t->prefix)) t->tls = true;
    if (local.n > 0 && local.n < sizeof d->xmpp.prefix) {
        memcpy(d->xmpp.prefix, local.p, local.n);
        d->xmpp.prefix[local.n] = 0;
    }
}

static struct tag read_tag(struct dialog *d, struct bytes unit) {
    const uint8_t *begin = memchr(unit.p, '<', unit.n);
    struct rd r;
    rd_init(&r, begin ? bytes_of(begin + 1, (size_t)(unit.p + unit.n - begin) - 1) : unit);
    struct tag t = {0};
    uint8_t first = rd_left(&r) > 0 ? *r.cur : 0;
    t.closes = first == '/';
    t.declaration = first == '?' || first == '!';
    if (t.closes || t.declaration) rd_u8(&r, "tag");
    split_name(until(&r, " \t\r\n>/"), &t.prefix, &t.local);
    t.empty = unit.n >= 2 && unit.p[unit.n - 2] == '/';
    if (t.prefix.n > 0 && bytes_eq(t.prefix, bytes_str(d->xmpp.prefix))) t.tls = true;
    struct bytes name, value;
    while (next_attribute(&r, &name, &value)) {
        take_namespace(d, &t, name, value);
        if (bytes_eq(name, bytes_str("version"))) t.versioned = true;
    }
    return t;
}

static bool is_named(const struct tag *t, const char *local) {
    return bytes_eq(t->local, bytes_str(local));
}

/* RFC 6120 4.9.3: the condition is an element of its own inside <stream:error>. */
static enum dialog_end end_of_condition(const struct dialog *d, const struct tag *t) {
    static const struct {
        const char *condition;
        enum dialog_end end;
    } ends[] = {
        {"bad-format", DIALOG_NOT_SPOKEN},           {"bad-namespace-prefix", DIALOG_NOT_SPOKEN},
        {"invalid-namespace", DIALOG_NOT_SPOKEN}, /* a client's stream at the servers' port, or the reverse */
        {"invalid-xml", DIALOG_NOT_SPOKEN},          {"not-well-formed", DIALOG_NOT_SPOKEN},
        {"unsupported-encoding", DIALOG_NOT_SPOKEN}, {"unsupported-version", DIALOG_NOT_SPOKEN},
        {"xml-not-well-formed", DIALOG_NOT_SPOKEN},  {"resource-constraint", DIALOG_SERVICE_DOWN},
        {"system-shutdown", DIALOG_SERVICE_DOWN},
    };
    for (size_t i = 0; i < TW_COUNT(ends); i++)
        if (is_named(t, ends[i].condition)) return ends[i].end;
    /* Prosody without a certificate and without passwords in clear has no feature at all to offer, and says
     * it by this condition in the place of the list. */
    bool no_features = d->xmpp.at == XMPP_FEATURES && is_named(t, "undefined-condition");
    return no_features ? DIALOG_NOT_OFFERED : DIALOG_REFUSED;
}

/* The text for people comes after the condition: the end is known at once, and final when the error is whole.
 */
static enum dialog_status in_error(struct dialog *d, const struct tag *t) {
    bool whole = t->closes && is_named(t, "error");
    if (d->why_if_over == DIALOG_NONE) d->why_if_over = whole ? DIALOG_REFUSED : end_of_condition(d, t);
    return whole ? dialog_fail(d, d->why_if_over, NULL) : DIALOG_GOES_ON;
}

static enum dialog_status on_header(struct dialog *d, const struct tag *t) {
    if (!is_named(t, "stream")) return dialog_fail(d, DIALOG_NOT_SPOKEN, NULL);
    /* RFC 6120 4.7.5: a server before version 1.0 sends no features, so there is nothing to wait for. */
    if (!t->versioned) return dialog_fail(d, DIALOG_NOT_OFFERED, NULL);
    d->xmpp.at = XMPP_FEATURES;
    return DIALOG_GOES_ON;
}

static enum dialog_status on_features(struct dialog *d, const struct tag *t, struct wr *out) {
    if (is_named(t, "features") && !t->closes && !t->empty) {
        d->xmpp.at = XMPP_IN_FEATURES;
        return DIALOG_GOES_ON;
    }
    if (is_named(t, "starttls") && t->tls) d->xmpp.offered = true;
    if (!is_named(t, "features")) return DIALOG_GOES_ON;
    if (!d->xmpp.offered) return dialog_fail(d, DIALOG_NOT_OFFERED, NULL);
    dialog_say(d, out, bytes_str("<starttls xmlns='" TLS_NAMESPACE "'/>"));
    d->xmpp.at = XMPP_ANSWER;
    return DIALOG_GOES_ON;
}

static enum dialog_status on_answer(struct dialog *d, const struct tag *t) {
    if (is_named(t, "proceed")) return t->empty || t->closes ? DIALOG_READY : DIALOG_GOES_ON;
    if (is_named(t, "failure")) return dialog_fail(d, DIALOG_REFUSED, NULL);
    return DIALOG_GOES_ON;
}

static enum dialog_status xmpp_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    struct tag t = read_tag(d, unit);
    d->xmpp.in_tag = false;
    dialog_note(d, unit, "");
    if (t.declaration) return DIALOG_GOES_ON;
    if (d->xmpp.at == XMPP_HEADER) return on_header(d, &t);
    if (d->xmpp.in_error) return in_error(d, &t);
    if (is_named(&t, "stream") && t.closes) return dialog_fail(d, DIALOG_CLOSED, NULL);
    if (is_named(&t, "error") && !t.closes) {
        d->xmpp.in_error = true;
        return t.empty ? dialog_fail(d, DIALOG_REFUSED, NULL) : DIALOG_GOES_ON;
    }
    return d->xmpp.at == XMPP_ANSWER ? on_answer(d, &t) : on_features(d, &t, out);
}

#define XMPP(variable, word, number, start)                                                                  \
    const struct dialect variable = {                                                                        \
        .name = word,                                                                                        \
        .port = number,                                                                                      \
        .client_first = true,                                                                                \
        .max_unit = DIALOG_MAX_BYTES,                                                                        \
        .begin = start,                                                                                      \
        .whole = xmpp_whole,                                                                                 \
        .unit = xmpp_unit,                                                                                   \
    }
XMPP(dialect_xmpp, "xmpp", 5222, xmpp_begin);
XMPP(dialect_xmpp_server, "xmpp-server", 5269, xmpp_server_begin);
