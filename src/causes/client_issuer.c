/* Whether the server can know who issued the client's certificate. Two faults look the same from outside: the
 * CA is strange to it, or an intermediate was not sent. What is missing is looked for where it may lie (the
 * server's own chain, the client's trusted roots, where the certificate says), and sent along in a second
 * try. */
#include "causes/client_auth.h"

static const struct pki_cert *cert_at(const struct client_auth *a, size_t item) {
    return &pki_pool_item(a->pool, item)->cert;
}

/* An issuer among those at hand whose key verifies it; SIZE_MAX: none. */
static size_t find_issuer(struct client_auth *a, size_t of) {
    struct bytes name = cert_at(a, of)->issuer;
    for (size_t i = pki_pool_first(a->pool, name); i != SIZE_MAX; i = pki_pool_next(a->pool, i))
        if (i != of && pki_pool_signed(a->pool, of, i, NULL) == PKI_SIGNATURE_YES) return i;
    return SIZE_MAX;
}

static bool is_root(const struct client_auth *a, size_t item) {
    return cert_at(a, item)->self_issued;
}

static bool is_in_path(const struct client_auth *a, size_t item) {
    for (size_t i = 0; i < a->n_path; i++)
        if (a->path[i] == item) return true;
    for (size_t i = 0; i < a->n_above; i++)
        if (a->above[i] == item) return true;
    return false;
}

/* What the client sends, from its own certificate upwards as far as it reaches. */
static void walk_sent(struct casefile *c, struct client_auth *a) {
    for (size_t at = a->leaf; at != SIZE_MAX && a->n_path < IDENTITY_MAX_CHAIN && !is_in_path(a, at);
         at = is_root(a, at) ? SIZE_MAX : find_issuer(a, at)) {
        a->path[a->n_path++] = at;
        a->listed = a->listed || client_request_names(c, cert_at(a, at)->issuer);
    }
    (void)cert_info_read(c->a, cert_at(a, a->path[a->n_path - 1])->der, &a->top);
}

static size_t top_of(const struct client_auth *a) {
    return a->n_above ? a->above[a->n_above - 1] : a->path[a->n_path - 1];
}

static void add_server_chain(const struct casefile *c, struct client_auth *a) {
    for (size_t i = 0; i < c->main->certificates.n; i++)
        (void)pki_pool_add(a->pool, c->main->certificates.entry[i].der, PKI_LOCAL);
}

static void add_trusted(struct casefile *c, struct client_auth *a, struct bytes name) {
    struct bytes *found;
    size_t n = trust_find(c->trust, c->a, name, &found);
    for (size_t i = 0; i < n; i++) (void)pki_pool_add(a->pool, found[i], PKI_ANCHOR);
}

static void on_fetched(void *arg, const struct fetch_answer *answer) {
    struct client_fetch *f = arg;
    struct client_auth *a = f->c->client_auth;
    struct bytes certs[CLIENT_MAX_ABOVE];
    size_t n = answer->ok ? certs_from_bytes(f->c->a, answer->body, certs, CLIENT_MAX_ABOVE) : 0;
    for (size_t i = 0; i < n; i++) (void)pki_pool_add(a->pool, certs[i], PKI_FETCHED);
    f->done = true;
    net_wake(f->c->net);
}

/* The issuer's certificate from where the topmost one says that it is (RFC 5280 4.2.2.1). True: under way, or
 * done. */
static bool fetch_issuer(struct casefile *c, struct client_auth *a) {
    struct cert_info top;
    if (c->offline || c->proxied || !cert_info_read(c->a, cert_at(a, top_of(a))->der, &top)) return false;
    for (size_t i = 0; i < top.n_aia && a->n_fetches < CLIENT_MAX_FETCHES; i++) {
        bool known = false;
        for (size_t k = 0; k < a->n_fetches; k++) known = known || strcmp(a->fetch[k].url, top.aia[i]) == 0;
        if (known) continue;
        struct client_fetch *f = &a->fetch[a->n_fetches++];
        *f = (struct client_fetch){.c = c, .url = top.aia[i]};
        const struct fetch_request q = {.url = f->url,
                                        .allow_private = net_addr_is_private(&c->trial.to),
                                        .max_bytes = 1u << 18,
                                        .deadline_ns = net_now(c->net) + 5 * INT64_C(1000000000)};
        net_fetch(c->net, &q, on_fetched, f);
        return true;
    }
    return false;
}

static const char *origin_text(const struct client_auth *a, size_t item) {
    unsigned origins = pki_pool_item(a->pool, item)->origins;
    if (origins & PKI_LOCAL) return "in the server's own chain";
    return origins & PKI_ANCHOR ? "among the certificates that this client trusts"
                                : "where the certificate says that its issuer's is";
}

/* One issuer above the topmost certificate. False: it is under way, or there is none. */
static bool climb(struct casefile *c, struct client_auth *a) {
    size_t top = top_of(a);
    add_trusted(c, a, cert_at(a, top)->issuer);
    size_t up = find_issuer(a, top);
    while (up == SIZE_MAX && !client_auth_awaits(c) && fetch_issuer(c, a)) up = find_issuer(a, top);
    if (up == SIZE_MAX || is_in_path(a, up)) return false;
    if (is_root(a, up)) {
        a->complete = true;
        return false;
    }
    a->above[a->n_above++] = up;
    if (!a->found_in) a->found_in = origin_text(a, up);
    a->complete = client_request_names(c, cert_at(a, up)->issuer);
    return !a->complete && a->n_above < CLIENT_MAX_ABOVE;
}

/* False while a fetch is under way. */
static bool search(struct casefile *c, struct client_auth *a) {
    if (a->searched) return true;
    while (!a->complete && climb(c, a)) continue;
    if (client_auth_awaits(c)) return false;
    a->searched = true;
    return true;
}

char *client_above_names(struct casefile *c, const struct client_auth *a) {
    struct text t;
    text_init(&t, c->a);
    for (size_t i = 0; i < a->n_above; i++)
        text_addf(&t, "%s%s", i ? ", " : "", pki_name_text(c->a, cert_at(a, a->above[i])->subject));
    return t.s;
}

static const struct facts *try_longer(struct casefile *c, struct client_auth *a) {
    if (a->longer.n == 0) {
        a->longer = (struct identity){.key = c->identity->key, .fits = true};
        for (size_t i = 0; i < a->n_path; i++) a->longer.chain[a->longer.n++] = cert_at(a, a->path[i])->der;
        for (size_t i = 0; i < a->n_above && a->longer.n < IDENTITY_MAX_CHAIN; i++)
            a->longer.chain[a->longer.n++] = cert_at(a, a->above[i])->der;
    }
    return CASE_TRY(c,
                    {.kind = CHANGE_CLIENT_CERT, .identity = &a->longer, .name = "the whole chain is sent"},
                    {.kind = CHANGE_WHOLE});
}

/* unknown_ca says it in so many words; from other ends it is believed only where the server names its CAs,
 * and none of them is above the certificate. Java says certificate_unknown, older Go bad_certificate,
 * gnutls-serv access_denied, and some only close. */
static bool may_be_issuer(const struct casefile *c, const struct client_auth *a) {
    static const uint8_t vague[] = {ALERT_BAD_CERTIFICATE, ALERT_CERTIFICATE_UNKNOWN, ALERT_HANDSHAKE_FAILURE,
                                    ALERT_ACCESS_DENIED};
    uint8_t alert = client_end_alert(c->main);
    if (alert == ALERT_UNKNOWN_CA) return true;
    if (client_request_names_none(c) || a->listed) return false;
    return alert == 0 || memchr(vague, alert, sizeof(vague)) != NULL;
}

/* Sent with its intermediate it passes, or fails for another reason than before. */
static bool helps(const struct casefile *c, const struct facts *longer) {
    if (client_passes(longer)) return true;
    uint8_t before = client_end_alert(c->main), after = client_end_alert(longer);
    return before == ALERT_UNKNOWN_CA && after != 0 && after != ALERT_UNKNOWN_CA;
}

static enum client_issuer_answer by_names(struct casefile *c, struct client_auth *a) {
    bool below = client_request_names_none(c) ? issuer_sounds_below(&a->top) || a->top.n_aia > 0
                                              : client_request_has_kin(c, &a->top);
    a->certainty = CERTAINTY_LIKELY;
    return below && !a->listed ? CLIENT_ISSUER_MISSING : CLIENT_ISSUER_UNKNOWN;
}

static enum client_issuer_answer decide(struct casefile *c, struct client_auth *a) {
    bool said = client_end_alert(c->main) == ALERT_UNKNOWN_CA;
    if (a->n_above > 0) {
        a->with_longer = try_longer(c, a);
        if (!a->with_longer) return CLIENT_ISSUER_OPEN;
        a->certainty = CERTAINTY_PROVEN;
        if (helps(c, a->with_longer)) return CLIENT_ISSUER_MISSING;
        if (!said || !a->complete) a->certainty = CERTAINTY_LIKELY;
        return CLIENT_ISSUER_UNKNOWN;
    }
    if (!a->complete) return by_names(c, a);
    a->certainty = said ? CERTAINTY_PROVEN : CERTAINTY_LIKELY;
    return CLIENT_ISSUER_UNKNOWN;
}

bool client_is_listed(struct casefile *c, struct client_auth *a) {
    if (a->n_path == 0) {
        walk_sent(c, a);
        add_server_chain(c, a);
        a->complete = is_root(a, a->path[a->n_path - 1]);
    }
    return a->listed;
}

enum client_issuer_answer client_issuer(struct casefile *c, struct client_auth **ret) {
    struct client_auth *a = client_cert_refused(c) ? client_auth(c) : NULL;
    *ret = a;
    if (!a) return CLIENT_ISSUER_FINE;
    if (a->answer != CLIENT_ISSUER_OPEN) return a->answer;
    (void)client_is_listed(c, a);
    if (!may_be_issuer(c, a))
        a->answer = CLIENT_ISSUER_FINE;
    else if (search(c, a))
        a->answer = decide(c, a);
    return a->answer;
}
