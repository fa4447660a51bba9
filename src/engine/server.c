/* What the server says of itself, in 1.2 as in 1.3: extensions, certificate, request for ours. */
#include "engine/internal.h"

/* Extensions with a place of their own; any other may answer wherever it was offered. 1.2 servers that send
 * their groups back are common, and harmless. */
static const struct {
    uint16_t type;
    unsigned places;
} ext_places[] = {
    {EXT_SERVER_NAME, IN_SERVER_HELLO_12 | IN_ENCRYPTED_EXTENSIONS},
    {EXT_STATUS_REQUEST, IN_SERVER_HELLO_12},
    {EXT_SUPPORTED_GROUPS, IN_SERVER_HELLO_12 | IN_ENCRYPTED_EXTENSIONS},
    {EXT_EC_POINT_FORMATS, IN_SERVER_HELLO_12},
    {EXT_SIGNATURE_ALGORITHMS, 0},
    {EXT_ALPN, IN_SERVER_HELLO_12 | IN_ENCRYPTED_EXTENSIONS},
    {EXT_SIGNED_CERTIFICATE_TIMESTAMP, IN_SERVER_HELLO_12},
    {EXT_PADDING, 0},
    {EXT_ENCRYPT_THEN_MAC, IN_SERVER_HELLO_12},
    {EXT_EXTENDED_MASTER_SECRET, IN_SERVER_HELLO_12},
    {EXT_COMPRESS_CERTIFICATE, 0},
    {EXT_SESSION_TICKET, IN_SERVER_HELLO_12},
    {EXT_PRE_SHARED_KEY, IN_SERVER_HELLO_13},
    {EXT_EARLY_DATA, IN_ENCRYPTED_EXTENSIONS},
    {EXT_SUPPORTED_VERSIONS, IN_SERVER_HELLO_13 | IN_HELLO_RETRY},
    {EXT_COOKIE, IN_HELLO_RETRY},
    {EXT_PSK_KEY_EXCHANGE_MODES, 0},
    {EXT_KEY_SHARE, IN_SERVER_HELLO_13 | IN_HELLO_RETRY},
    {EXT_APPLICATION_SETTINGS, IN_ENCRYPTED_EXTENSIONS},
    {EXT_ECH, IN_ENCRYPTED_EXTENSIONS | IN_HELLO_RETRY},
    {EXT_RENEGOTIATION_INFO, IN_SERVER_HELLO_12},
};

static const char *place_name(enum ext_place where) {
    if (where == IN_HELLO_RETRY) return "HelloRetryRequest";
    return where == IN_ENCRYPTED_EXTENSIONS ? "EncryptedExtensions" : "ServerHello";
}

static bool is_at_home(uint16_t type, enum ext_place where) {
    for (size_t i = 0; i < TW_COUNT(ext_places); i++)
        if (ext_places[i].type == type) return (ext_places[i].places & where) != 0;
    return true;
}

static bool is_offered(const struct hello *h, uint16_t type) {
    /* RFC 8446 4.2: a cookie needs no offer; RFC 5746 3.4: the signalling suite is one. */
    if (type == EXT_COOKIE) return true;
    if (type == EXT_RENEGOTIATION_INFO && hello_has_suite(h, SUITE_EMPTY_RENEGOTIATION_INFO_SCSV))
        return true;
    return !h->no_extensions && hello_has_ext(h, type);
}

static bool is_repeated(struct bytes extensions, uint16_t type, size_t before) {
    bool found = false;
    ext_find(bytes_cut(extensions, 0, before), type, &found);
    return found;
}

static bool extension_allowed(struct engine *e, uint16_t type, bool repeated, enum ext_place where) {
    const char *message = place_name(where), *name = extension_name(type);
    if (!is_offered(&e->hello, type))
        engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_UNSUPPORTED_EXTENSION,
                       "%s: extension %s was not offered", message, name);
    else if (!is_at_home(type, where))
        engine_violate(e, VIOLATION_UNEXPECTED, ALERT_ILLEGAL_PARAMETER,
                       "%s: extension %s has no place in this message", message, name);
    else if (repeated)
        engine_violate(e, VIOLATION_MALFORMED, ALERT_ILLEGAL_PARAMETER, "%s: extension %s stands there twice",
                       message, name);
    else
        return true;
    return false;
}

bool extensions_allowed(struct engine *e, struct bytes extensions, enum ext_place where) {
    struct rd r;
    rd_init(&r, extensions);
    for (unsigned n = 0; rd_left(&r) > 0; n++) {
        size_t at = rd_at(&r);
        uint16_t type = rd_u16(&r, "extension type");
        rd_vec(&r, 2, "extension");
        if (n >= HELLO_MAX_EXT) rd_fail(&r, RD_LIMIT, "extensions");
        if (!rd_ok(&r)) break;
        if (!extension_allowed(e, type, is_repeated(extensions, type, at), where)) return false;
    }
    if (rd_ok(&r)) return true;
    engine_malformed(e, place_name(where), &r);
    return false;
}

bool alpn_allowed(struct engine *e, struct bytes name) {
    e->t->alpn = name;
    if (name.n == 0 || hello_offers_alpn(&e->hello, name)) return true;
    engine_violate(e, VIOLATION_NOT_OFFERED, ALERT_ILLEGAL_PARAMETER,
                   "the server chose ALPN protocol '%s', which was not offered",
                   text_escape(e->t->a, name, HELLO_MAX_ALPN));
    return false;
}

/* RFC 5246 7.4.1.4.1: who sends no signature_algorithms takes SHA-1 of any kind. */
static bool sigscheme_offered(const struct hello *h, uint16_t scheme) {
    for (size_t i = 0; i < h->n_ext; i++) {
        if (h->ext[i].type != EXT_SIGNATURE_ALGORITHMS) continue;
        return h->ext[i].raw || u16_has(h->sigalgs.v, h->sigalgs.n, scheme);
    }
    return scheme == SIG_RSA_PKCS1_SHA1 || scheme == SIG_ECDSA_SHA1;
}

bool sigscheme_allowed(struct engine *e, uint16_t scheme, const char *message) {
    const struct sigscheme *s = sigscheme_by_id(scheme);
    e->t->sigscheme = scheme;
    bool legal = e->version < TLS_1_3 || (s && s->tls13);
    if (legal && (!e->cfg.policy.check_sigalg || sigscheme_offered(&e->hello, scheme))) return true;
    engine_refuse(e, REFUSAL_SIGALG, ALERT_ILLEGAL_PARAMETER, "%s is signed with %s, which was not offered",
                  message, sigscheme_name(scheme));
    return false;
}

/* The place in the list of the certificate whose key made it, from 1. */
static unsigned find_signer(const struct engine *e, uint16_t scheme, struct bytes data,
                            struct bytes signature) {
    enum { MAX_TRIED = 8 };
    const struct msg *m = transcript_find(e->t, SIDE_SERVER, HS_CERTIFICATE);
    struct certificate_msg all;
    struct certificate_entry entry;
    struct rd r;
    if (!m) return 0;
    rd_init(&r, m->body);
    if (!certificate_read(&r, e->version >= TLS_1_3, &all)) return 0;
    rd_init(&r, all.list);
    for (unsigned i = 1; i <= MAX_TRIED && i <= all.n && certificate_next(&all, &r, &entry); i++) {
        struct pubkey *key = pubkey_from_cert(entry.der);
        bool made_it = key && pubkey_verify(key, scheme, data, signature);
        pubkey_free(key);
        if (made_it) return i;
    }
    return 0;
}

bool signature_verifies(struct engine *e, uint16_t scheme, struct bytes data, struct bytes signature,
                        const char *message) {
    if (pubkey_verify(e->pubkey, scheme, data, signature)) return true;
    e->t->signed_by = find_signer(e, scheme, data, signature);
    engine_violate(e, VIOLATION_BAD_SIGNATURE, ALERT_DECRYPT_ERROR,
                   "the signature of %s (%s) does not verify", message, sigscheme_name(scheme));
    return false;
}

/* Which key a suite of 1.2 and before asks for; 1.3 suites ask for none in particular. */
static bool key_fits(const struct suite *s, enum key_type k) {
    switch (s->auth) {
    case AUTH_RSA:
        return k == KEY_RSA || (k == KEY_RSA_PSS && s->kx != KX_RSA);
    case AUTH_ECDSA:
        return k == KEY_EC || k == KEY_ED25519 || k == KEY_ED448;
    case AUTH_DSS:
        return k == KEY_DSA;
    case AUTH_TLS13:
        return k != KEY_OTHER && k != KEY_DSA;
    case AUTH_ANON:
    case AUTH_PSK:
    case AUTH_OTHER:
        break;
    }
    return true;
}

static const char *key_name(enum key_type k) {
    static const char *const name[] = {"unknown", "RSA", "RSA-PSS", "EC", "Ed25519", "Ed448", "DSA"};
    return name[k];
}

/* Below TLS 1.3 the groups bind the certificate's key as well (RFC 8422 5.1). P-256 and P-384 are in the
 * names of schemes that every client offers, and so are not asked for here: many servers do not either. */
static bool curve_allowed(struct engine *e) {
    uint16_t group = pubkey_group(e->pubkey);
    if (e->version >= TLS_1_3 || !e->cfg.policy.check_sigalg ||
        !hello_has_ext(&e->hello, EXT_SUPPORTED_GROUPS))
        return true;
    if (group == GROUP_SECP256R1 || group == GROUP_SECP384R1 ||
        u16_has(e->hello.groups.v, e->hello.groups.n, group))
        return true;
    engine_refuse(e, REFUSAL_SIGALG, ALERT_UNSUPPORTED_CERTIFICATE,
                  "the certificate's key is on the curve %s, which was not offered", group_name(group));
    return false;
}

static bool take_key(struct engine *e, struct bytes der) {
    if (e->cfg.pubkey_of)
        e->pubkey = e->cfg.pubkey_of(e->cfg.arg, der);
    else
        e->pubkey = e->own_pubkey = pubkey_from_cert(der);
    bool ephemeral = e->suite->kx == KX_ECDHE || e->suite->kx == KX_DHE;
    if (!e->pubkey && e->cfg.policy.accept_unread_key && e->version < TLS_1_3 && ephemeral) return true;
    if (!e->pubkey) {
        engine_refuse(e, REFUSAL_KEY_TYPE, ALERT_UNSUPPORTED_CERTIFICATE,
                      "the key of the server's certificate cannot be read");
        return false;
    }
    enum key_type k = pubkey_type(e->pubkey);
    if (key_fits(e->suite, k)) return k != KEY_EC || curve_allowed(e);
    engine_refuse(e, REFUSAL_KEY_TYPE, ALERT_UNSUPPORTED_CERTIFICATE,
                  "the certificate's key is of type %s, which does not fit %s", key_name(k),
                  suite_name(e->suite->id));
    return false;
}

void on_certificate(struct engine *e, struct bytes body) {
    struct rd r;
    struct certificate_msg c;
    rd_init(&r, body);
    if (!certificate_read(&r, e->version >= TLS_1_3, &c)) {
        engine_malformed(e, "Certificate", &r);
        return;
    }
    if (e->only_recognise) return;
    if (c.n == 0 || c.context.n > 0) { /* RFC 8446 4.4.2 */
        engine_violate(e, VIOLATION_MALFORMED, ALERT_DECODE_ERROR, "Certificate: %s",
                       c.n == 0 ? "certificate_list is empty" : "certificate_request_context is not empty");
        return;
    }
    bool delegated = false; /* RFC 9345: another key signs, which is named but not followed here */
    ext_find(c.entry[0].extensions, EXT_DELEGATED_CREDENTIAL, &delegated);
    if (delegated) {
        engine_end(e, RESULT_RECOGNISED);
        return;
    }
    if (take_key(e, c.entry[0].der)) e->t->stage = STAGE_KEY_EXCHANGE;
}

/* RFC 8879: offered by the client that we play, named but not unpacked here. */
void on_compressed_certificate(struct engine *e, struct bytes body) {
    (void)body;
    engine_end(e, RESULT_RECOGNISED);
}

/* Answered in our flight (RFC 8446 4.4.2, RFC 5246 7.4.6). */
void on_certificate_request(struct engine *e, struct bytes body) {
    struct rd r;
    struct certificate_request q;
    rd_init(&r, body);
    if (!certificate_request_read(&r, e->version, &q)) {
        engine_malformed(e, "CertificateRequest", &r);
        return;
    }
    e->t->certificate_requested = true;
    e->request = q;
    client_cert_choose(e);
}
