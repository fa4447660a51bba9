#include "probe/change.h"

#include "probe/modern.h"

#include <assert.h>

static void list_add(struct u16_list *l, uint16_t v) {
    if (l->n < HELLO_MAX_LIST && !u16_has(l->v, l->n, v)) l->v[l->n++] = v;
}

static void classical(struct trial *t, const struct change *c) {
    (void)c;
    struct u16_list keep = {0};
    const struct u16_list *old = &t->hello.groups;
    for (size_t i = 0; i < old->n; i++)
        if (!group_is_hybrid(old->v[i])) list_add(&keep, old->v[i]);
    hello_set_groups(&t->hello, keep.v, keep.n);
}

static void add_suite(struct hello *h, uint16_t id) {
    if (h->n_suites < HELLO_MAX_SUITES && !hello_has_suite(h, id)) h->suites[h->n_suites++] = id;
}

/* A version comes with the suites without which nobody can speak it: those of `modern` that the old range has
 * no use for. */
static void add_modern_suites(struct hello *h, uint16_t min, uint16_t max, const struct eng_policy *old) {
    struct hello modern;
    struct eng_policy ignored;
    modern_hello(&modern, &ignored, "");
    for (size_t i = 0; i < modern.n_suites; i++) {
        const struct suite *s = suite_by_id(modern.suites[i]);
        bool in_new = s && s->min_version <= max && s->max_version >= min;
        bool in_old = s && s->min_version <= old->max_version && s->max_version >= old->min_version;
        if (in_new && !in_old) add_suite(h, s->id);
    }
}

/* Below TLS 1.2 an ECDSA key has CBC suites alone, which `modern` has given up: who speaks such a version and
 * takes such keys offers them, and a server must not be blamed twice for its age. */
static void add_old_ecdsa_suites(struct hello *h) {
    static const uint16_t suites[] = {0xC009, 0xC00A}; /* TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, _256_ */
    bool takes_ecdsa = false;
    for (size_t i = 0; i < h->n_suites; i++) {
        const struct suite *s = suite_by_id(h->suites[i]);
        takes_ecdsa = takes_ecdsa || (s && s->auth == AUTH_ECDSA);
    }
    for (size_t i = 0; takes_ecdsa && i < TW_COUNT(suites); i++) add_suite(h, suites[i]);
}

static void older_versions(struct trial *t, const struct change *c) {
    (void)c;
    struct eng_policy old = t->policy;
    hello_set_versions(&t->hello, &t->policy, TLS_SSL3, old.max_version);
    if (old.min_version > TLS_1_1) add_old_ecdsa_suites(&t->hello);
    if (old.min_version > TLS_SSL3)
        add_modern_suites(&t->hello, TLS_SSL3, (uint16_t)(old.min_version - 1), &old);
}

/* Who never named groups and signatures does so in a version that wants them (RFC 5246 7.4.1.4.1, RFC 8446
 * 9.2): those that everybody has today. */
static void add_modern_lists(struct hello *h) {
    struct hello modern;
    struct eng_policy ignored;
    modern_hello(&modern, &ignored, "");
    hello_drop_grease(&modern);
    if (h->sigalgs.n == 0) h->sigalgs = modern.sigalgs;
    if (!hello_has_ext(h, EXT_SUPPORTED_GROUPS)) {
        hello_add_ext(h, EXT_SUPPORTED_GROUPS);
        for (size_t i = 0; i < modern.groups.n; i++)
            if (!group_is_hybrid(modern.groups.v[i])) list_add(&h->groups, modern.groups.v[i]);
    }
    struct u16_list own = h->groups;
    if (h->key_shares.n == 0) hello_set_groups(h, own.v, own.n);
}

static void newer_versions(struct trial *t, const struct change *c) {
    (void)c;
    struct eng_policy old = t->policy;
    hello_set_versions(&t->hello, &t->policy, old.min_version, TLS_1_3);
    if (old.max_version >= TLS_1_3) return;
    add_modern_suites(&t->hello, (uint16_t)(old.max_version + 1), TLS_1_3, &old);
    if (old.max_version < TLS_1_2) add_modern_lists(&t->hello);
}

static void only_older(struct trial *t, const struct change *c) {
    (void)c;
    struct eng_policy old = t->policy;
    hello_set_versions(&t->hello, &t->policy, TLS_SSL3, TLS_1_1);
    hello_drop_grease(&t->hello);
    if (old.min_version > TLS_1_1) add_old_ecdsa_suites(&t->hello);
    add_modern_suites(&t->hello, TLS_SSL3, TLS_1_1, &old);
}

static void drop_suites(struct hello *h, bool (*unwanted)(uint16_t id)) {
    size_t n = 0;
    for (size_t i = 0; i < h->n_suites; i++)
        if (!unwanted(h->suites[i])) h->suites[n++] = h->suites[i];
    memset(&h->suites[n], 0, (h->n_suites - n) * sizeof(h->suites[0]));
    h->n_suites = n;
}

static bool is_of_tls13(uint16_t id) {
    const struct suite *s = suite_by_id(id);
    return s && s->min_version >= TLS_1_3;
}
static bool has_older_suites(const struct hello *h) {
    for (size_t i = 0; i < h->n_suites; i++)
        if (suite_by_id(h->suites[i]) && !is_of_tls13(h->suites[i])) return true;
    return false;
}

/* As a client of before 2018: neither the suites nor the session id that TLS 1.3 brought into a first hello.
 */
static void only_tls12(struct trial *t, const struct change *c) {
    (void)c;
    uint16_t min = t->policy.min_version < TLS_1_2 ? t->policy.min_version : TLS_1_2;
    hello_set_versions(&t->hello, &t->policy, min, TLS_1_2);
    if (has_older_suites(&t->hello)) drop_suites(&t->hello, is_of_tls13);
    t->hello.session_id_n = 0;
}

/* What some server with a certificate, or with none, could pick. The list is kept below 150: wolfSSL refuses
 * a hello with more (WOLFSSL_MAX_SUITE_SZ). So what no server known to us has ever spoken stays out: static
 * Diffie-Hellman, ARIA in CBC, and the rarer ciphers without a certificate or with one for DSS. */
static bool widely_known(const struct suite *s) {
    static const bool kx[] = {
        [KX_TLS13] = true, [KX_ECDHE] = true, [KX_DHE] = true, [KX_RSA] = true, [KX_PSK] = false};
    if (s->kx >= TW_COUNT(kx) || !kx[s->kx] || s->auth == AUTH_PSK || s->auth == AUTH_OTHER) return false;
    bool aria = strstr(s->iana, "_ARIA_"),
         rare = aria || strstr(s->iana, "_CAMELLIA_") || strstr(s->iana, "_SEED_");
    if (strstr(s->iana, "_EXPORT1024_")) return false;
    return rare ? s->auth != AUTH_ANON && s->auth != AUTH_DSS && !(aria && strstr(s->iana, "_CBC_")) : true;
}

/* What the client offers already stays in front, so that a server that follows the client's order
 * keeps its choice; the safer grades come first behind it. */
static void all_suites(struct trial *t, const struct change *c) {
    (void)c;
    struct hello *h = &t->hello;
    size_t n;
    const struct suite *table = suite_table(&n);
    for (int grade = GRADE_MODERN; grade <= GRADE_INSECURE; grade++)
        for (size_t i = 0; i < n; i++)
            if ((int)table[i].grade == grade && widely_known(&table[i])) add_suite(h, table[i].id);
}

/* The twin of a suite for the other kind of certificate key: all else equal. */
static bool is_twin(const struct suite *a, const struct suite *b) {
    bool other =
        (a->auth == AUTH_RSA && b->auth == AUTH_ECDSA) || (a->auth == AUTH_ECDSA && b->auth == AUTH_RSA);
    return other && a->kx == b->kx && a->cipher == b->cipher && a->mac == b->mac && a->hash == b->hash;
}

static void other_auth(struct trial *t, const struct change *c) {
    (void)c;
    size_t n, own = t->hello.n_suites;
    const struct suite *table = suite_table(&n);
    for (size_t k = 0; k < own; k++) {
        const struct suite *s = suite_by_id(t->hello.suites[k]);
        for (size_t i = 0; s && s->cipher != CIPHER_NONE && i < n; i++)
            if (is_twin(s, &table[i])) add_suite(&t->hello, table[i].id);
    }
    struct hello modern;
    struct eng_policy ignored;
    modern_hello(&modern, &ignored, "");
    for (size_t i = 0; i < modern.sigalgs.n; i++) list_add(&t->hello.sigalgs, modern.sigalgs.v[i]);
}

static void all_groups(struct trial *t, const struct change *c) {
    (void)c;
    size_t n;
    const struct group *table = group_table(&n);
    for (int supported = 1; supported >= 0; supported--)
        for (size_t i = 0; i < n; i++)
            if (table[i].kind != GROUP_HYBRID && table[i].supported == (supported == 1))
                list_add(&t->hello.groups, table[i].id);
    if (t->hello.key_shares.n == 0) hello_set_groups(&t->hello, t->hello.groups.v, t->hello.groups.n);
}

static void all_sigalgs(struct trial *t, const struct change *c) {
    (void)c;
    size_t n;
    const struct sigscheme *table = sigscheme_table(&n);
    for (size_t i = 0; i < n; i++)
        if (table[i].id < 0xFE00) list_add(&t->hello.sigalgs, table[i].id);
    t->policy.refuse_old_signatures = false;
    t->policy.check_sigalg = t->policy.sign_as_offered = false;
}

static void set_sni(struct trial *t, const struct change *c) {
    struct hello *h = &t->hello;
    size_t n = strlen(c->name);
    memset(h->server_name, 0, sizeof(h->server_name));
    if (n < sizeof(h->server_name)) memcpy(h->server_name, c->name, n);
    if (n > 0 && !hello_has_ext(h, EXT_SERVER_NAME)) hello_add_ext(h, EXT_SERVER_NAME);
}

static void set_alpn(struct trial *t, const struct change *c) {
    struct hello *h = &t->hello;
    memset(h->alpn, 0, sizeof(h->alpn));
    h->alpn_n = 0;
    if (*c->name && !hello_set_alpn(h, c->name)) h->alpn_n = 0;
    if (h->alpn_n > 0 && !hello_has_ext(h, EXT_ALPN)) hello_add_ext(h, EXT_ALPN);
}

/* IANA's register "TLS Application-Layer Protocol Negotiation (ALPN) Protocol IDs", but for those of QUIC and
 * of test values. */
static const char *const alpn_registered[] = {
    "http/1.1", "h2",          "http/1.0",    "http/0.9",   "spdy/3", "spdy/2",  "spdy/1",
    "h2c",      "stun.turn",   "webrtc",      "ftp",        "imap",   "pop3",    "managesieve",
    "coap",     "xmpp-client", "xmpp-server", "acme-tls/1", "mqtt",   "dot",     "ntske/1",
    "sunrpc",   "smb",         "irc",         "nntp",       "sip/2",  "tds/8.0", "postgresql"};

static void all_alpn(struct trial *t, const struct change *c) {
    (void)c;
    struct hello *h = &t->hello;
    for (size_t i = 0; i < TW_COUNT(alpn_registered); i++) {
        struct bytes name = bytes_str(alpn_registered[i]);
        if (hello_offers_alpn(h, name) || h->alpn_n + 1 + name.n > sizeof(h->alpn)) continue;
        h->alpn[h->alpn_n] = (uint8_t)name.n;
        memcpy(h->alpn + h->alpn_n + 1, name.p, name.n);
        h->alpn_n += 1 + name.n;
    }
    if (!hello_has_ext(h, EXT_ALPN)) hello_add_ext(h, EXT_ALPN);
}

/* Without the extension the suite value says the same (RFC 5746 3.4). */
static void drop_renegotiation_info(struct hello *h) {
    if (!hello_has_ext(h, EXT_RENEGOTIATION_INFO)) return;
    hello_drop_ext(h, EXT_RENEGOTIATION_INFO);
    add_suite(h, SUITE_EMPTY_RENEGOTIATION_INFO_SCSV);
}

static void drop_extension(struct trial *t, const struct change *c) {
    if (c->arg == EXT_RENEGOTIATION_INFO)
        drop_renegotiation_info(&t->hello);
    else
        hello_drop_ext(&t->hello, (uint16_t)c->arg);
}

static void no_grease(struct trial *t, const struct change *c) {
    (void)c;
    hello_drop_grease(&t->hello);
}

/* Keeps what carries the offer itself; everything that merely asks or announces goes. */
static void minimal(struct trial *t, const struct change *c) {
    (void)c;
    static const uint16_t needed[] = {
        EXT_SERVER_NAME,        EXT_SUPPORTED_GROUPS, EXT_SIGNATURE_ALGORITHMS,
        EXT_SUPPORTED_VERSIONS, EXT_KEY_SHARE,        EXT_PSK_KEY_EXCHANGE_MODES};
    struct hello *h = &t->hello;
    drop_renegotiation_info(h);
    for (size_t i = h->n_ext; i-- > 0;)
        if (!u16_has(needed, TW_COUNT(needed), h->ext[i].type)) hello_drop_ext(h, h->ext[i].type);
    hello_drop_grease(h);
}

static void pad(struct trial *t, const struct change *c) {
    if (!hello_has_ext(&t->hello, EXT_PADDING)) hello_add_ext(&t->hello, EXT_PADDING);
    t->hello.pad_to = (uint16_t)c->arg;
}

static void split(struct trial *t, const struct change *c) {
    t->via.first_segment = c->arg;
    t->via.segment_pause_ns = 150 * 1000000LL; /* longer than a delayed ACK and Nagle together hold back */
}

/* As browsers do for each connection, so every server must take it (RFC 8446 4.2). What belongs to an end
 * stays there. */
static bool may_move(uint16_t type) {
    return !is_grease(type) && type != EXT_PADDING && type != EXT_PRE_SHARED_KEY;
}

static void other_shape(struct trial *t, const struct change *c) {
    (void)c;
    struct hello *h = &t->hello;
    size_t i = 0, k = h->n_ext;
    for (;;) {
        while (i < h->n_ext && !may_move(h->ext[i].type)) i++;
        while (k > 0 && !may_move(h->ext[k - 1].type)) k--;
        if (i + 1 >= k) break;
        struct hello_ext moved = h->ext[i];
        h->ext[i++] = h->ext[k - 1];
        h->ext[--k] = moved;
    }
    if (!hello_has_ext(h, EXT_POST_HANDSHAKE_AUTH)) hello_add_ext(h, EXT_POST_HANDSHAKE_AUTH);
}

static void other_port(struct trial *t, const struct change *c) {
    net_addr_set_port(&t->to, (uint16_t)c->arg);
    t->host_port = (uint16_t)c->arg;
    t->via = (struct transport){.greet_only = true, .listen_ns = 1};
}

static void small_mss(struct trial *t, const struct change *c) {
    t->via.mss = (int)c->arg;
}

static bool is_dhe(uint16_t id) {
    const struct suite *s = suite_by_id(id);
    return s && s->kx == KX_DHE;
}
static bool is_scsv(uint16_t id) {
    return id == SUITE_FALLBACK_SCSV;
}

static void no_dhe(struct trial *t, const struct change *c) {
    (void)c;
    drop_suites(&t->hello, is_dhe);
}

static void add_scsv(struct trial *t, const struct change *c) {
    (void)c;
    add_suite(&t->hello, SUITE_FALLBACK_SCSV);
}

static void no_scsv(struct trial *t, const struct change *c) {
    (void)c;
    drop_suites(&t->hello, is_scsv);
}

static void lenient(struct trial *t, const struct change *c) {
    (void)c;
    t->policy.min_version = TLS_SSL3;
    t->policy.refuse_old_signatures = false;
    t->policy.max_message = 0;
    t->policy.refuse_warnings = false;
    t->policy.need_renegotiation_info = false;
    t->policy.need_ems = false;
    t->policy.dh_min_bits = 0;
    t->policy.dh_max_bits = 0;
    t->policy.check_sigalg = false;
    t->policy.accept_unread_key = true;
    t->policy.ignore_downgrade = true;
}

static void drop_suite(struct trial *t, const struct change *c) {
    struct hello *h = &t->hello;
    size_t n = 0;
    for (size_t i = 0; i < h->n_suites; i++)
        if (h->suites[i] != c->arg) h->suites[n++] = h->suites[i];
    memset(&h->suites[n], 0, (h->n_suites - n) * sizeof(h->suites[0]));
    h->n_suites = n;
}

static void set_starttls(struct trial *t, const struct change *c) {
    t->via.starttls = (enum starttls)c->arg;
}

static void greet_only(struct trial *t, const struct change *c) {
    (void)c;
    t->via.greet_only = true;
    t->via.listen_ns = 1500 * 1000000LL;
}

static void plain_http(struct trial *t, const struct change *c) {
    (void)c;
    t->via.plain_http = true;
    t->via.listen_ns = 3000 * 1000000LL;
}

static void http_80(struct trial *t, const struct change *c) {
    enum { HTTP = 80 };
    plain_http(t, c);
    t->via.starttls = STARTTLS_NONE;
    t->host_port = HTTP;
    net_addr_set_port(&t->to, HTTP);
}

static void http_host(struct trial *t, const struct change *c) {
    size_t n = strlen(c->name);
    memset(t->host, 0, sizeof(t->host));
    if (n < sizeof(t->host)) memcpy(t->host, c->name, n);
}

static void proxy_header(struct trial *t, const struct change *c) {
    (void)c;
    t->via.proxy_header = true;
}

static void proxy_name(struct trial *t, const struct change *c) {
    memset(&t->to, 0, sizeof(t->to));
    http_host(t, c);
    set_sni(t, c);
}

static void by_proxy(struct trial *t, const struct change *c) {
    (void)c;
    memset(&t->to, 0, sizeof(t->to));
    t->via.use_proxy = true;
}

static void proxy_port(struct trial *t, const struct change *c) {
    if (t->to.len > 0) net_addr_set_port(&t->to, (uint16_t)c->arg);
    t->host_port = (uint16_t)c->arg;
    t->via = (struct transport){
        .use_proxy = true, .proxy_scheme = t->via.proxy_scheme, .greet_only = true, .listen_ns = 1};
}

static void proxy_scheme(struct trial *t, const struct change *c) {
    t->via.proxy_scheme = (enum proxy_scheme)c->arg;
}

static void again(struct trial *t, const struct change *c) {
    t->repeat = c->arg;
}

static void resume(struct trial *t, const struct change *c) {
    t->resume = c->run;
}

static void early_data(struct trial *t, const struct change *c) {
    (void)c;
    t->early_data = true;
}

static void finish(struct trial *t, const struct change *c) {
    (void)c;
    t->stop = STOP_FINISHED;
}

static void client_cert(struct trial *t, const struct change *c) {
    t->identity = c->identity;
}

static void post_auth(struct trial *t, const struct change *c) {
    (void)c;
    if (!hello_has_ext(&t->hello, EXT_POST_HANDSHAKE_AUTH)) hello_add_ext(&t->hello, EXT_POST_HANDSHAKE_AUTH);
}

/* A made-up version alone (RFC 8701), which every server refuses as such before it looks at anything else
 * (RFC 8446 4.2.1, RFC 5246 E.1). */
static void unusable(struct trial *t, const struct change *c) {
    (void)c;
    struct hello *h = &t->hello;
    hello_set_versions(h, &t->policy, TLS_SSL3, TLS_SSL3);
    h->record_version = TLS_1_0;
    h->versions = (struct u16_list){.v = {0x8A8A}, .n = 1};
    if (!hello_has_ext(h, EXT_SUPPORTED_VERSIONS)) hello_add_ext(h, EXT_SUPPORTED_VERSIONS);
}

static void extended_secret(struct trial *t, const struct change *c) {
    (void)c;
    if (!hello_has_ext(&t->hello, EXT_EXTENDED_MASTER_SECRET))
        hello_add_ext(&t->hello, EXT_EXTENDED_MASTER_SECRET);
}

static void whole(struct trial *t, const struct change *c) {
    (void)c;
    t->stop = STOP_FINISHED;
    t->ask_http = true;
}

static void nothing(struct trial *t, const struct change *c) {
    (void)t;
    (void)c;
}

static char *say_sni(struct arena *a, const struct change *c) {
    if (!*c->name) return arena_strdup(a, "no server name is sent (no SNI)");
    return text_f(a, "the server name \"%s\" is sent in SNI", c->name);
}
static char *say_alpn(struct arena *a, const struct change *c) {
    if (!*c->name) return arena_strdup(a, "no application protocol is offered (no ALPN)");
    return text_f(a, "ALPN offers \"%s\" instead", c->name);
}
static char *say_client_cert(struct arena *a, const struct change *c) {
    return arena_strdup(a, c->name);
}
static char *say_drop_extension(struct arena *a, const struct change *c) {
    return text_f(a, "the extension %s is left out", extension_name((uint16_t)c->arg));
}
static char *say_pad(struct arena *a, const struct change *c) {
    return text_f(a, "the ClientHello is padded to %u bytes", c->arg);
}
static char *say_drop_suite(struct arena *a, const struct change *c) {
    return text_f(a, "the cipher suite %s is left out", suite_name((uint16_t)c->arg));
}
static char *say_port(struct arena *a, const struct change *c) {
    return text_f(a, "another port of the same host is tried: %u", c->arg);
}
static char *say_small_mss(struct arena *a, const struct change *c) {
    return text_f(a, "TCP is told to send no segment of more than %u bytes, either way", c->arg);
}
static char *say_split(struct arena *a, const struct change *c) {
    return text_f(a, "the ClientHello is sent in two segments, the first of %u bytes", c->arg);
}
static char *say_http_host(struct arena *a, const struct change *c) {
    return text_f(a, "the request is for \"%s\"", c->name);
}
static char *say_proxy_name(struct arena *a, const struct change *c) {
    return text_f(a, "the proxy is asked to connect to \"%s\" instead", c->name);
}
static char *say_proxy_port(struct arena *a, const struct change *c) {
    return text_f(a, "the proxy is asked for port %u of the same host instead", c->arg);
}
static char *say_proxy(struct arena *a, const struct change *c) {
    return text_f(a, "the connection is made through %s", c->name);
}
static char *say_proxy_scheme(struct arena *a, const struct change *c) {
    return arena_strdup(a, c->arg == PROXY_PLAINLY ? "the proxy is spoken to in plain HTTP (http://)"
                                                   : "the proxy is spoken to in TLS (https://)");
}
static char *say_starttls(struct arena *a, const struct change *c) {
    if (c->arg == STARTTLS_NONE) return arena_strdup(a, "TLS is spoken at once, without STARTTLS");
    return text_f(a, "TLS is begun by STARTTLS as in %s", starttls_name((enum starttls)c->arg));
}

static const struct {
    const char *word;
    void (*apply)(struct trial *t, const struct change *c);
    char *(*say)(struct arena *a, const struct change *c); /* where the argument belongs into the text */
    const char *text;
} changes[CHANGE__COUNT] = {
    [CHANGE_NONE] = {"none", nothing, NULL, "nothing was changed"},
    [CHANGE_CLASSICAL] = {"classical", classical, NULL, "the post-quantum key share is left out"},
    [CHANGE_OLDER_VERSIONS] = {"older-versions", older_versions, NULL,
                               "versions down to SSL 3.0 are allowed as well"},
    [CHANGE_NEWER_VERSIONS] = {"newer-versions", newer_versions, NULL,
                               "versions up to TLS 1.3 are offered as well"},
    [CHANGE_ONLY_OLDER] = {"only-older", only_older, NULL, "nothing newer than TLS 1.1 is offered"},
    [CHANGE_OTHER_AUTH] =
        {"other-auth", other_auth, NULL,
         "the same cipher suites are offered for the other kind of certificate key as well"},
    [CHANGE_ONLY_TLS12] = {"only-tls12", only_tls12, NULL, "TLS 1.3 is not offered, only TLS 1.2"},
    [CHANGE_ALL_SUITES] = {"all-suites", all_suites, NULL, "every known cipher suite is offered"},
    [CHANGE_ALL_GROUPS] = {"all-groups", all_groups, NULL, "every known named group is offered"},
    [CHANGE_ALL_SIGALGS] = {"all-sigalgs", all_sigalgs, NULL, "every known signature scheme is offered"},
    [CHANGE_SNI] = {"sni", set_sni, say_sni, NULL},
    [CHANGE_ALPN] = {"alpn", set_alpn, say_alpn, NULL},
    [CHANGE_ALL_ALPN] = {"all-alpn", all_alpn, NULL,
                         "every registered application protocol is offered in ALPN"},
    [CHANGE_DROP_EXTENSION] = {"drop-extension", drop_extension, say_drop_extension, NULL},
    [CHANGE_NO_GREASE] = {"no-grease", no_grease, NULL,
                          "the reserved test values (GREASE, RFC 8701) are left out"},
    [CHANGE_MINIMAL] = {"minimal", minimal, NULL,
                        "only the extensions that a handshake cannot do without are sent"},
    [CHANGE_PAD] = {"pad", pad, say_pad, NULL},
    [CHANGE_SPLIT] = {"split", split, say_split, NULL},
    [CHANGE_DROP_SUITE] = {"drop-suite", drop_suite, say_drop_suite, NULL},
    [CHANGE_OTHER_SHAPE] =
        {"other-shape", other_shape, NULL,
         "the same is offered with the extensions in another order, beside one more that says "
         "nothing here (post_handshake_auth)"},
    [CHANGE_PORT] = {"port", other_port, say_port, NULL},
    [CHANGE_SMALL_MSS] = {"small-mss", small_mss, say_small_mss, NULL},
    [CHANGE_NO_DHE] = {"no-dhe", no_dhe, NULL,
                       "the suites with finite-field Diffie-Hellman (DHE) are left out"},
    [CHANGE_ADD_SCSV] = {"add-scsv", add_scsv, NULL, "the fallback signal (TLS_FALLBACK_SCSV) is sent"},
    [CHANGE_NO_SCSV] = {"no-scsv", no_scsv, NULL, "the fallback signal (TLS_FALLBACK_SCSV) is left out"},
    [CHANGE_LENIENT] = {"lenient", lenient, NULL, "the client goes on in spite of it"},
    [CHANGE_STARTTLS] = {"starttls", set_starttls, say_starttls, NULL},
    [CHANGE_GREET_ONLY] = {"greet-only", greet_only, NULL, "nothing is sent, only listened"},
    [CHANGE_PLAIN_HTTP] = {"plain-http", plain_http, NULL, "a plain HTTP request is sent instead of TLS"},
    [CHANGE_HTTP_80] = {"http-80", http_80, NULL,
                        "a plain HTTP request is sent to port 80 of the same address"},
    [CHANGE_HTTP_HOST] = {"http-host", http_host, say_http_host, NULL},
    [CHANGE_PROXY_HEADER] = {"proxy-header", proxy_header, NULL,
                             "a PROXY protocol header goes before the handshake"},
    [CHANGE_PROXY] = {"proxy", by_proxy, say_proxy, NULL},
    [CHANGE_PROXY_NAME] = {"proxy-name", proxy_name, say_proxy_name, NULL},
    [CHANGE_PROXY_PORT] = {"proxy-port", proxy_port, say_proxy_port, NULL},
    [CHANGE_PROXY_SCHEME] = {"proxy-scheme", proxy_scheme, say_proxy_scheme, NULL},
    [CHANGE_AGAIN] = {"again", again, NULL, "the very same handshake is tried again"},
    [CHANGE_RESUME] = {"resume", resume, NULL, "the session of the connection before is taken up"},
    [CHANGE_EARLY_DATA] = {"early-data", early_data, NULL,
                           "the request is sent as early data, before the server's answer"},
    [CHANGE_CLIENT_CERT] = {"client-cert", client_cert, say_client_cert, NULL},
    [CHANGE_ADD_EMS] = {"extended-secret", extended_secret, NULL,
                        "the extended master secret is offered (RFC 7627)"},
    [CHANGE_UNUSABLE] = {"unusable", unusable, NULL, "the ClientHello offers no TLS version that exists"},
    [CHANGE_POST_AUTH] = {"post-auth", post_auth, NULL,
                          "the client says that it may be asked for a certificate after the handshake"},
    [CHANGE_WHOLE] = {"whole", whole, NULL, "the handshake is carried to its end, and a request is sent"},
    [CHANGE_FINISH] = {"finish", finish, NULL, "the handshake is carried to its end"},
};

void change_apply(struct trial *t, const struct change *c) {
    assert(c->kind < CHANGE__COUNT);
    changes[c->kind].apply(t, c);
}

const char *change_word(enum change_kind k) {
    return changes[k].word;
}

char *change_text(struct arena *a, const struct change *c) {
    return changes[c->kind].say ? changes[c->kind].say(a, c) : arena_strdup(a, changes[c->kind].text);
}
