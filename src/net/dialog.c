#include "net/dialog_internal.h"

#include <assert.h>

static const struct dialect *const dialects[] = {
    [STARTTLS_NONE] = NULL,
    [STARTTLS_SMTP] = &dialect_smtp,
    [STARTTLS_LMTP] = &dialect_lmtp,
    [STARTTLS_IMAP] = &dialect_imap,
    [STARTTLS_POP3] = &dialect_pop3,
    [STARTTLS_FTP] = &dialect_ftp,
    [STARTTLS_LDAP] = &dialect_ldap,
    [STARTTLS_XMPP] = &dialect_xmpp,
    [STARTTLS_XMPP_SERVER] = &dialect_xmpp_server,
    [STARTTLS_POSTGRES] = &dialect_postgres,
    [STARTTLS_MYSQL] = &dialect_mysql,
    [STARTTLS_SIEVE] = &dialect_sieve,
    [STARTTLS_NNTP] = &dialect_nntp,
};
static_assert(TW_COUNT(dialects) == STARTTLS__COUNT, "a dialect for every word of --starttls");

const char *starttls_name(enum starttls s) {
    return s == STARTTLS_NONE ? "" : dialects[s]->name;
}

bool starttls_by_name(const char *name, enum starttls *ret) {
    for (unsigned s = STARTTLS_NONE + 1; s < STARTTLS__COUNT; s++) {
        if (!text_eq_nocase(name, dialects[s]->name)) continue;
        *ret = (enum starttls)s;
        return true;
    }
    return false;
}

bool starttls_client_first(enum starttls s) {
    return s != STARTTLS_NONE && dialects[s]->client_first;
}

uint16_t starttls_port(enum starttls s) {
    return s == STARTTLS_NONE ? 0 : dialects[s]->port;
}

enum starttls starttls_of_port(uint16_t port) {
    if (port == 587) return STARTTLS_SMTP; /* submission, RFC 6409 */
    for (unsigned s = STARTTLS_NONE + 1; s < STARTTLS__COUNT; s++)
        if (dialects[s]->port == port) return (enum starttls)s;
    return STARTTLS_NONE;
}

static const struct {
    uint16_t port;
    const char *protocol;
} implicit_ports[] = {
    {443, "HTTPS"},
    {465, "SMTPS"},
    {563, "NNTPS"},
    {636, "LDAPS"},
    {853, "DNS over TLS"},
    {989, "FTPS (data)"},
    {990, "FTPS"},
    {992, "Telnet over TLS"},
    {993, "IMAPS"},
    {994, "IRC over TLS"},
    {995, "POP3S"},
    {2376, "Docker over TLS"},
    {2484, "Oracle over TLS"},
    {3269, "LDAPS (global catalogue)"},
    {5061, "SIPS"},
    {5223, "XMPP over TLS"},
    {5270, "XMPP between servers over TLS"},
    {5349, "TURN over TLS"},
    {5671, "AMQPS"},
    {5986, "WinRM over HTTPS"},
    {6443, "Kubernetes API"},
    {6514, "Syslog over TLS"},
    {6697, "IRC over TLS"},
    {8443, "HTTPS"},
    {8883, "MQTT over TLS"},
};

const char *implicit_tls_port(uint16_t port) {
    for (size_t i = 0; i < TW_COUNT(implicit_ports); i++)
        if (implicit_ports[i].port == port) return implicit_ports[i].protocol;
    return NULL;
}

static struct dialog *dialog_new(struct arena *a, const struct dialect *dialect, const char *host) {
    struct dialog *d = ARENA_NEW(a, struct dialog);
    d->a = a;
    d->dialect = dialect;
    d->host = arena_strdup(a, host);
    text_init(&d->reply, a);
    return d;
}

struct dialog *dialog_starttls(struct arena *a, enum starttls s, const char *host) {
    assert(s > STARTTLS_NONE && s < STARTTLS__COUNT);
    return dialog_new(a, dialects[s], host);
}

struct dialog *dialog_proxy(struct arena *a, const struct proxy *p, const char *host, uint16_t port) {
    assert(p->kind != PROXY_NONE);
    struct dialog *d = dialog_new(a, p->kind == PROXY_SOCKS5 ? &dialect_socks5 : &dialect_http_connect, host);
    struct proxy *copy = ARENA_NEW(a, struct proxy);
    *copy = *p;
    d->proxy = copy;
    d->port = port;
    return d;
}

/* Enough to judge a list of capabilities by, and still one line of a report. */
enum { REPLY_MAX = 1024 };

void dialog_note(struct dialog *d, struct bytes b, const char *between) {
    if (d->reply.n >= REPLY_MAX) return;
    if (d->reply.n > 0) text_add(&d->reply, between);
    text_add(&d->reply, text_escape(d->a, b, REPLY_MAX - d->reply.n));
}

void dialog_say(struct dialog *d, struct wr *out, struct bytes b) {
    wr_put(out, b);
    d->reply.n = 0;
    d->reply.s[0] = 0;
}

enum dialog_status dialog_fail(struct dialog *d, enum dialog_end why, const char *line) {
    assert(d->why == DIALOG_NONE && why != DIALOG_NONE);
    d->why = why;
    d->line = line ? line : d->reply.n > 0 ? arena_strdup(d->a, d->reply.s) : NULL;
    return DIALOG_FAILED;
}

enum dialog_status dialog_alien(struct dialog *d, struct bytes unit, struct bytes rest) {
    enum { SHOWN = 200 };
    struct wr w = wr_init(arena_alloc(d->a, SHOWN), SHOWN);
    wr_put(&w, bytes_cut(unit, 0, SHOWN));
    wr_put(&w, bytes_cut(rest, 0, SHOWN - w.n));
    dialog_note(d, wr_bytes(&w), " / ");
    return dialog_fail(d, DIALOG_NOT_SPOKEN, NULL);
}

enum dialog_status dialog_begin(struct dialog *d, struct wr *out) {
    d->waiting = true;
    return d->dialect->begin ? d->dialect->begin(d, out) : DIALOG_GOES_ON;
}

static void hold(struct dialog *d, uint8_t byte) {
    if (d->n_held == d->cap_held) {
        size_t cap = d->cap_held ? d->cap_held * 2 : 256;
        uint8_t *bigger = arena_alloc(d->a, cap);
        if (d->n_held) memcpy(bigger, d->held, d->n_held);
        d->held = bigger;
        d->cap_held = cap;
    }
    d->held[d->n_held++] = byte;
}

/* One byte of the peer. Byte by byte, so that what belongs to TLS is never taken. */
static enum dialog_status feed_byte(struct dialog *d, struct bytes in, size_t at, struct wr *out) {
    hold(d, in.p[at]);
    d->total++;
    enum unit_state state = d->dialect->whole(d, bytes_of(d->held, d->n_held));
    bool too_much = d->total > DIALOG_MAX_BYTES || (state == UNIT_MORE && d->n_held >= d->dialect->max_unit);
    if (state == UNIT_ALIEN || too_much)
        return dialog_alien(d, bytes_of(d->held, d->n_held), bytes_cut(in, at + 1, in.n));
    if (state == UNIT_MORE) return DIALOG_GOES_ON;

    struct bytes unit = {d->held, d->n_held};
    d->n_held = 0; /* the bytes stay where they are until the next one comes */
    return d->dialect->unit(d, unit, out);
}

enum dialog_status dialog_feed(struct dialog *d, struct bytes in, size_t *ret_used, struct wr *out) {
    assert(d->why == DIALOG_NONE);
    size_t before = out->n;
    if (d->waiting && in.n > 0) {
        d->waits++;
        d->waiting = false;
    }
    enum dialog_status status = DIALOG_GOES_ON;
    size_t used = 0;
    while (used < in.n && status == DIALOG_GOES_ON) {
        status = feed_byte(d, in, used, out);
        used++;
    }
    assert(!out->overflow); /* DIALOG_MAX_OUT is ours to keep */
    if (status == DIALOG_GOES_ON && out->n > before) d->waiting = true;
    *ret_used = used;
    return status;
}

static void end_early(struct dialog *d, enum dialog_end why) {
    if (d->why != DIALOG_NONE) return;
    if (d->waiting) d->waits++;
    d->waiting = false;
    if (d->n_held > 0) dialog_note(d, bytes_of(d->held, d->n_held), " / ");
    dialog_fail(d, d->why_if_over != DIALOG_NONE ? d->why_if_over : why, NULL);
}

void dialog_closed(struct dialog *d) {
    end_early(d, DIALOG_CLOSED);
}

void dialog_silent(struct dialog *d) {
    end_early(d, DIALOG_SILENT);
}

enum dialog_end dialog_why(const struct dialog *d) {
    return d->why;
}

const char *dialog_line(const struct dialog *d) {
    return d->line;
}

unsigned dialog_waits(const struct dialog *d) {
    return d->waits;
}
