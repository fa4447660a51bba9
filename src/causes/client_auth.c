#include "causes/client_auth.h"

#include <stdio.h>

/* ---- how it ended ---- */

/* 400 is what nginx and others answer to a bad certificate and to none; 495 and 496 are nginx' own numbers
 * for the two. */
static bool is_http_refusal(int status) {
    return status == 400 || status == 495 || status == 496;
}

/* What no certificate, and none at all, ends in. */
static bool is_of_something_else(uint8_t alert) {
    static const uint8_t others[] = {ALERT_UNEXPECTED_MESSAGE,
                                     ALERT_BAD_RECORD_MAC,
                                     ALERT_RECORD_OVERFLOW,
                                     ALERT_PROTOCOL_VERSION,
                                     ALERT_INSUFFICIENT_SECURITY,
                                     ALERT_INTERNAL_ERROR,
                                     ALERT_INAPPROPRIATE_FALLBACK,
                                     ALERT_USER_CANCELED,
                                     ALERT_NO_RENEGOTIATION,
                                     ALERT_MISSING_EXTENSION,
                                     ALERT_UNSUPPORTED_EXTENSION,
                                     ALERT_UNRECOGNIZED_NAME,
                                     ALERT_BAD_CERTIFICATE_STATUS_RESPONSE,
                                     ALERT_UNKNOWN_PSK_IDENTITY,
                                     ALERT_NO_APPLICATION_PROTOCOL};
    return memchr(others, alert, sizeof(others)) != NULL;
}

enum client_end client_end(const struct facts *f) {
    const struct transcript *t = f->t;
    if (!t->certificate_requested) return CLIENT_END_NONE;
    if (t->stage >= STAGE_CLIENT_AUTH && t->result == RESULT_PEER_ALERT)
        return is_of_something_else(t->peer_alert) ? CLIENT_END_NONE : CLIENT_END_ALERT;
    if (t->stage >= STAGE_CLIENT_AUTH && (t->result == RESULT_PEER_FIN || t->result == RESULT_PEER_RST))
        return CLIENT_END_CUT;
    return f->run->app.answered && is_http_refusal(f->run->app.status) ? CLIENT_END_HTTP : CLIENT_END_NONE;
}

uint8_t client_end_alert(const struct facts *f) {
    return client_end(f) == CLIENT_END_ALERT ? f->t->peer_alert : 0;
}

char *client_outcome(struct casefile *c, const struct facts *f) {
    if (client_end(f) != CLIENT_END_HTTP) return facts_outcome(c->a, f);
    return text_f(c->a, "the handshake goes through, and the request is answered with HTTP status %d",
                  f->run->app.status);
}

char *client_end_text(struct casefile *c, const struct facts *f) {
    return text_f(c->a, "Then: %s.", client_outcome(c, f));
}

bool client_cert_refused(const struct casefile *c) {
    return c->identity && c->identity->fits && c->main->t->client_certificate_sent &&
           client_end(c->main) != CLIENT_END_NONE;
}

bool client_passes(const struct facts *f) {
    return f->good && f->reached == REACHED_AIM && client_end(f) == CLIENT_END_NONE;
}

/* ---- what was asked for ---- */

static const char *type_name(struct arena *a, uint8_t type) {
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {{1, "rsa_sign"},          {2, "dss_sign"},      {3, "rsa_fixed_dh"},
                 {4, "dss_fixed_dh"},      {64, "ecdsa_sign"},   {65, "rsa_fixed_ecdh"},
                 {66, "ecdsa_fixed_ecdh"}, {67, "gost_sign256"}, {68, "gost_sign512"}};
    for (size_t i = 0; i < TW_COUNT(names); i++)
        if (names[i].type == type) return names[i].name;
    return text_f(a, "type %u", type);
}

char *client_request_types(struct casefile *c) {
    struct bytes types = c->main->request.types;
    struct text t;
    text_init(&t, c->a);
    for (size_t i = 0; i < types.n; i++) text_addf(&t, "%s%s", i ? ", " : "", type_name(c->a, types.p[i]));
    return types.n ? t.s : arena_strdup(c->a, "none");
}

char *client_request_sigalgs(struct casefile *c) {
    enum { SHOWN = 12 };
    struct rd r;
    struct text t;
    size_t n = 0;
    text_init(&t, c->a);
    rd_init(&r, c->main->request.sigalgs);
    for (; rd_left(&r) >= 2; n++) {
        uint16_t id = rd_u16(&r, "signature_algorithm");
        if (n < SHOWN) text_addf(&t, "%s%s", n ? ", " : "", sigscheme_name(id));
    }
    if (n > SHOWN) text_addf(&t, " and %zu more", n - SHOWN);
    return n ? t.s : arena_strdup(c->a, "none");
}

/* Over the DistinguishedNames of the request: false at the end. */
static bool next_name(struct rd *r, struct bytes *ret) {
    if (rd_left(r) < 2) return false;
    *ret = rd_vec(r, 2, "distinguished_name");
    return rd_ok(r);
}

bool client_request_names_none(const struct casefile *c) {
    return c->main->request.ca_names.n == 0;
}

bool client_request_names(const struct casefile *c, struct bytes name) {
    struct rd r;
    struct bytes listed;
    rd_init(&r, c->main->request.ca_names);
    while (next_name(&r, &listed))
        if (pki_name_eq(listed, name)) return true;
    return false;
}

bool client_request_has_kin(struct casefile *c, const struct cert_info *issued) {
    struct rd r;
    struct bytes listed;
    rd_init(&r, c->main->request.ca_names);
    while (next_name(&r, &listed))
        if (issuer_is_kin(issued, pki_name_attr(c->a, listed, PKI_ATTR_O),
                          pki_name_attr(c->a, listed, PKI_ATTR_CN)))
            return true;
    return false;
}

const char *client_request_cas(struct casefile *c) {
    enum { SHOWN = 6 };
    struct rd r;
    struct text t;
    struct bytes name;
    size_t n = 0;
    text_init(&t, c->a);
    rd_init(&r, c->main->request.ca_names);
    for (; next_name(&r, &name); n++)
        if (n < SHOWN) text_addf(&t, "%s%s", n ? "; " : "", pki_name_text(c->a, name));
    if (n > SHOWN) text_addf(&t, "; and %zu more", n - SHOWN);
    return n ? text_f(c->a, "issued by one of these CAs: %s", t.s)
             : "and names no CA that must have issued it";
}

void client_request_evidence(struct casefile *c, struct finding *f) {
    if (!c->main->has_request) return;
    finding_evidence(
        f, text_f(c->a, "The server asks for a certificate of the client, %s.", client_request_cas(c)));
    if (c->main->request.types.n)
        finding_evidence(f, text_f(c->a, "Kinds of certificate that it takes: %s.", client_request_types(c)));
    if (c->main->request.sigalgs.n)
        finding_evidence(f, text_f(c->a, "Signatures that it takes: %s.", client_request_sigalgs(c)));
}

/* ---- experiments ---- */

static const char no_certificate[] = "no client certificate is shown";

const struct facts *client_try_without(struct casefile *c) {
    return CASE_TRY(c, {.kind = CHANGE_CLIENT_CERT, .name = no_certificate}, {.kind = CHANGE_WHOLE});
}

void client_prove(struct casefile *c, struct finding *f, const struct identity *shown, const char *change,
                  const struct facts *after) {
    CASE_PROVE(c, f, c->main, after,
               {.kind = CHANGE_CLIENT_CERT, .identity = shown, .name = change ? change : no_certificate});
    f->proof.baseline = client_outcome(c, c->main);
}

void client_prove_without(struct casefile *c, struct finding *f, const struct facts *without) {
    const struct facts *after = c->after;
    uint8_t before = client_end_alert(c->main), alert = client_end_alert(without);
    bool other = before && alert && before != alert;
    if (!client_passes(without) && !other) return;
    client_prove(c, f, NULL, NULL, without);
    if (other) c->after = after; /* that none is shown is no next cause */
}

char *client_usages(struct casefile *c, const struct pki_cert *own) {
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{PKI_EKU_SERVER_AUTH, "serverAuth"},     {PKI_EKU_CLIENT_AUTH, "clientAuth"},
                 {PKI_EKU_CODE_SIGNING, "codeSigning"},   {PKI_EKU_EMAIL, "emailProtection"},
                 {PKI_EKU_TIME_STAMPING, "timeStamping"}, {PKI_EKU_OCSP_SIGNING, "OCSPSigning"},
                 {PKI_EKU_ANY, "anyExtendedKeyUsage"},    {PKI_EKU_OTHER, "others"}};
    struct text t;
    text_init(&t, c->a);
    for (size_t i = 0; i < TW_COUNT(names); i++)
        if (own->eku & names[i].bit) text_addf(&t, "%s%s", t.n ? ", " : "", names[i].name);
    return t.n ? t.s : arena_strdup(c->a, "none");
}

bool client_usage_lacks(const struct pki_cert *own) {
    return pki_has_ext(own, PKI_EXT_EXT_KEY_USAGE) && !(own->eku & (PKI_EKU_CLIENT_AUTH | PKI_EKU_ANY));
}

/* ---- the client's own certificate ---- */

bool client_key_is_usual(const struct casefile *c) {
    const struct privkey *k = c->identity->key;
    uint16_t group = privkey_group(k);
    if (privkey_type(k) == KEY_RSA) return privkey_bits(k) >= 2048;
    return group == GROUP_SECP256R1 || group == GROUP_SECP384R1;
}

static void judge_own(struct casefile *c, struct client_auth *a) {
    const struct pki_query q = {
        .leaf = a->leaf, .judge = pki_judge_find("openssl-3.0"), .at = c->now, .purpose = PKI_PURPOSE_CLIENT};
    struct pki_search found;
    pki_search(a->pool, &q, c->a, &found);
    a->judged = found.paths[0];
}

struct client_auth *client_auth(struct casefile *c) {
    const struct identity *own = c->identity;
    if (c->client_auth || !own) return c->client_auth;
    struct client_auth *a = ARENA_NEW(c->a, struct client_auth);
    if (!cert_info_read(c->a, own->chain[0], &a->own)) return NULL;
    a->pool = pki_pool_new(c->a);
    for (size_t i = 0; i < own->n; i++) {
        size_t at = pki_pool_add(a->pool, own->chain[i], PKI_SENT);
        if (i == 0) a->leaf = at;
    }
    judge_own(c, a);
    c->client_auth = a;
    return a;
}

unsigned client_auth_fetches(const struct casefile *c) {
    return c->client_auth ? (unsigned)c->client_auth->n_fetches : 0;
}

bool client_auth_awaits(const struct casefile *c) {
    const struct client_auth *a = c->client_auth;
    return a && a->n_fetches > 0 && !a->fetch[a->n_fetches - 1].done;
}
