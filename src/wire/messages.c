#include "wire/messages.h"

/* Extension blocks are walked in one way: the handler of a type reads its body from a reader of its
 * own, so that a malformed body is told with its place, and unknown types are passed over. `ret` is
 * the message that the handler fills. */
struct ext_handler {
    uint16_t type;
    const char *field;
    void (*read)(struct rd *body, void *ret);
};

static void read_extensions(struct rd *block, const struct ext_handler *handlers, size_t n, void *ret) {
    while (rd_left(block) > 0) {
        uint16_t type = rd_u16(block, "extension_type");
        struct rd body = rd_open(block, 2, "extension_data");
        size_t i = 0;
        while (i < n && handlers[i].type != type) i++;
        if (i == n || !rd_ok(block)) {
            rd_rest(&body);
            continue;
        }
        handlers[i].read(&body, ret);
        rd_close(block, &body, handlers[i].field);
    }
}

/* The block with its length; *ret_all is the whole of it. */
static void read_extension_block(struct rd *r, const struct ext_handler *handlers, size_t n,
                                 struct bytes *ret_all, void *ret) {
    struct rd block = rd_open(r, 2, "extensions");
    *ret_all = bytes_of(block.base, rd_left(&block));
    read_extensions(&block, handlers, n, ret);
    rd_close(r, &block, "extensions");
}

/* ProtocolNameList of an answer (RFC 7301 3.1): the one name, or the first if the server lists more. */
static struct bytes read_alpn(struct rd *body) {
    struct rd list = rd_open(body, 2, "protocol_name_list");
    struct bytes first = rd_vec(&list, 1, "protocol_name");
    while (rd_left(&list) > 0) rd_vec(&list, 1, "protocol_name");
    rd_close(body, &list, "protocol_name_list");
    return first;
}

/* --- ServerHello --- */

static void sh_supported_versions(struct rd *body, void *ret) {
    struct server_hello *sh = ret;
    uint16_t v = rd_u16(body, "selected_version");
    if (rd_ok(body)) sh->version = v;
}
static void sh_key_share(struct rd *body, void *ret) {
    struct server_hello *sh = ret;
    uint16_t group = rd_u16(body, "group");
    struct bytes share = {0};
    if (!sh->is_hrr) share = rd_vec(body, 2, "key_exchange");
    if (!rd_ok(body)) return;
    sh->has_key_share = true;
    sh->group = group;
    sh->key_exchange = share;
}
static void sh_pre_shared_key(struct rd *body, void *ret) {
    struct server_hello *sh = ret;
    sh->psk_index = rd_u16(body, "selected_identity");
    sh->has_psk = rd_ok(body);
}
static void sh_cookie(struct rd *body, void *ret) {
    struct server_hello *sh = ret;
    sh->cookie = rd_vec(body, 2, "cookie");
}
static void sh_renegotiation_info(struct rd *body, void *ret) {
    struct server_hello *sh = ret;
    sh->renegotiated_connection = rd_vec(body, 1, "renegotiated_connection");
    sh->has_renegotiation_info = rd_ok(body);
}
static void sh_alpn(struct rd *body, void *ret) {
    struct server_hello *sh = ret;
    sh->alpn = read_alpn(body);
}
/* Those with an empty body: what is in it is found by rd_close(). */
static void sh_ems(struct rd *body, void *ret) {
    ((struct server_hello *)ret)->has_ems = rd_ok(body);
}
static void sh_etm(struct rd *body, void *ret) {
    ((struct server_hello *)ret)->has_etm = rd_ok(body);
}
static void sh_ticket(struct rd *body, void *ret) {
    ((struct server_hello *)ret)->has_ticket = rd_ok(body);
}
static void sh_status_request(struct rd *body, void *ret) {
    ((struct server_hello *)ret)->has_status_request = rd_ok(body);
}
static void sh_server_name(struct rd *body, void *ret) {
    ((struct server_hello *)ret)->has_server_name = rd_ok(body);
}

static const struct ext_handler server_hello_extensions[] = {
    {EXT_SUPPORTED_VERSIONS, "supported_versions", sh_supported_versions},
    {EXT_KEY_SHARE, "key_share", sh_key_share},
    {EXT_PRE_SHARED_KEY, "pre_shared_key", sh_pre_shared_key},
    {EXT_COOKIE, "cookie", sh_cookie},
    {EXT_RENEGOTIATION_INFO, "renegotiation_info", sh_renegotiation_info},
    {EXT_ALPN, "application_layer_protocol_negotiation", sh_alpn},
    {EXT_EXTENDED_MASTER_SECRET, "extended_master_secret", sh_ems},
    {EXT_ENCRYPT_THEN_MAC, "encrypt_then_mac", sh_etm},
    {EXT_SESSION_TICKET, "session_ticket", sh_ticket},
    {EXT_STATUS_REQUEST, "status_request", sh_status_request},
    {EXT_SERVER_NAME, "server_name", sh_server_name},
};

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t hrr_random[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                       0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                       0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

static void read_random(struct server_hello *sh) {
    struct bytes last = bytes_cut(sh->random, 24, 8);
    sh->is_hrr = bytes_eq(sh->random, bytes_of(hrr_random, sizeof(hrr_random)));
    if (bytes_eq(last, bytes_of("DOWNGRD\x01", 8))) sh->downgrade = DOWNGRADE_TLS12;
    if (bytes_eq(last, bytes_of("DOWNGRD\x00", 8))) sh->downgrade = DOWNGRADE_TLS11;
}

bool server_hello_read(struct rd *r, struct server_hello *ret) {
    *ret = (struct server_hello){0};
    ret->legacy_version = ret->version = rd_u16(r, "legacy_version");
    ret->random = rd_take(r, 32, "random");
    read_random(ret);
    ret->session_id = rd_vec(r, 1, "session_id");
    ret->suite = rd_u16(r, "cipher_suite");
    ret->compression = rd_u8(r, "compression_method");
    ret->has_extensions = rd_left(r) > 0;
    if (ret->has_extensions)
        read_extension_block(r, server_hello_extensions, TW_COUNT(server_hello_extensions), &ret->extensions,
                             ret);
    return rd_done(r, "server_hello");
}

/* --- EncryptedExtensions --- */

static void ee_alpn(struct rd *body, void *ret) {
    ((struct encrypted_extensions *)ret)->alpn = read_alpn(body);
}
static void ee_server_name(struct rd *body, void *ret) {
    ((struct encrypted_extensions *)ret)->has_server_name = rd_ok(body);
}
static void ee_early_data(struct rd *body, void *ret) {
    ((struct encrypted_extensions *)ret)->has_early_data = rd_ok(body);
}
static void ee_groups(struct rd *body, void *ret) {
    ((struct encrypted_extensions *)ret)->groups = rd_vec(body, 2, "named_group_list");
}

static const struct ext_handler encrypted_extensions[] = {
    {EXT_ALPN, "application_layer_protocol_negotiation", ee_alpn},
    {EXT_SERVER_NAME, "server_name", ee_server_name},
    {EXT_EARLY_DATA, "early_data", ee_early_data},
    {EXT_SUPPORTED_GROUPS, "supported_groups", ee_groups},
};

bool encrypted_extensions_read(struct rd *r, struct encrypted_extensions *ret) {
    *ret = (struct encrypted_extensions){0};
    read_extension_block(r, encrypted_extensions, TW_COUNT(encrypted_extensions), &ret->extensions, ret);
    return rd_done(r, "encrypted_extensions");
}

/* --- CertificateRequest --- */

static struct bytes read_sigalgs(struct rd *r) {
    struct bytes list = rd_vec(r, 2, "supported_signature_algorithms");
    if (list.n % 2) rd_fail(r, RD_VALUE, "supported_signature_algorithms");
    return list;
}

/* DistinguishedName certificate_authorities<0..2^16-1>: its names are walked for their framing. */
static struct bytes read_ca_names(struct rd *r) {
    struct rd list = rd_open(r, 2, "certificate_authorities");
    struct bytes all = bytes_of(list.base, rd_left(&list));
    while (rd_left(&list) > 0) rd_vec(&list, 2, "distinguished_name");
    rd_close(r, &list, "certificate_authorities");
    return all;
}

static void cr_sigalgs(struct rd *body, void *ret) {
    ((struct certificate_request *)ret)->sigalgs = read_sigalgs(body);
}
static void cr_ca_names(struct rd *body, void *ret) {
    ((struct certificate_request *)ret)->ca_names = read_ca_names(body);
}

static const struct ext_handler request_extensions[] = {
    {EXT_SIGNATURE_ALGORITHMS, "signature_algorithms", cr_sigalgs},
    {EXT_CERTIFICATE_AUTHORITIES, "certificate_authorities", cr_ca_names},
};

bool certificate_request_read(struct rd *r, uint16_t version, struct certificate_request *ret) {
    *ret = (struct certificate_request){0};
    if (version >= TLS_1_3) { /* RFC 8446 4.3.2 */
        struct bytes all;
        ret->context = rd_vec(r, 1, "certificate_request_context");
        read_extension_block(r, request_extensions, TW_COUNT(request_extensions), &all, ret);
    } else { /* RFC 5246 7.4.4, RFC 4346 7.4.4 */
        ret->types = rd_vec(r, 1, "certificate_types");
        if (version == TLS_1_2) ret->sigalgs = read_sigalgs(r);
        ret->ca_names = read_ca_names(r);
    }
    return rd_done(r, "certificate_request");
}

/* --- Certificate --- */

/* CertificateStatus, alone or as an extension of a certificate (RFC 6066 8, RFC 8446 4.4.2.1). */
static struct bytes read_ocsp_status(struct rd *r) {
    if (rd_u8(r, "status_type") != 1) rd_fail(r, RD_VALUE, "status_type");
    return rd_vec(r, 3, "ocsp_response");
}

static void entry_status_request(struct rd *body, void *ret) {
    ((struct certificate_entry *)ret)->ocsp = read_ocsp_status(body);
}
static void entry_scts(struct rd *body, void *ret) {
    struct bytes whole = bytes_of(body->cur, rd_left(body));
    rd_vec(body, 2, "sct_list");
    if (rd_ok(body)) ((struct certificate_entry *)ret)->scts = whole;
}

static const struct ext_handler entry_extensions[] = {
    {EXT_STATUS_REQUEST, "status_request", entry_status_request},
    {EXT_SIGNED_CERTIFICATE_TIMESTAMP, "signed_certificate_timestamp", entry_scts},
};

static void read_entry(struct rd *list, bool tls13, struct certificate_entry *ret) {
    *ret = (struct certificate_entry){.der = rd_vec(list, 3, "cert_data")};
    if (tls13)
        read_extension_block(list, entry_extensions, TW_COUNT(entry_extensions), &ret->extensions, ret);
}

bool certificate_next(const struct certificate_msg *m, struct rd *r, struct certificate_entry *ret) {
    if (rd_left(r) == 0) return false;
    read_entry(r, m->tls13, ret);
    return rd_ok(r);
}

bool certificate_read(struct rd *r, bool tls13, struct certificate_msg *ret) {
    *ret = (struct certificate_msg){.tls13 = tls13};
    if (tls13) ret->context = rd_vec(r, 1, "certificate_request_context");
    struct rd list = rd_open(r, 3, "certificate_list");
    const uint8_t *begin = list.cur;
    while (rd_left(&list) > 0) {
        struct certificate_entry e;
        read_entry(&list, tls13, &e);
        if (!rd_ok(&list)) break;
        if (ret->n < CERTIFICATES_AT_HAND) ret->entry[ret->n] = e;
        ret->n++;
        ret->list = bytes_of(begin, (size_t)(list.cur - begin));
    }
    rd_close(r, &list, "certificate_list");
    return rd_done(r, "certificate");
}

bool certificate_status_read(struct rd *r, struct bytes *ret_ocsp) {
    *ret_ocsp = read_ocsp_status(r);
    return rd_done(r, "certificate_status");
}

/* --- the rest --- */

/* The signature at the end of a message: with its scheme from TLS 1.2 on (RFC 5246 4.7). */
static struct bytes read_signature(struct rd *r, uint16_t version, uint16_t *ret_scheme) {
    *ret_scheme = version >= TLS_1_2 ? rd_u16(r, "algorithm") : 0;
    return rd_vec(r, 2, "signature");
}

static void read_ecdh_params(struct rd *r, struct server_key_exchange *ret) {
    enum { NAMED_CURVE = 3 }; /* the explicit forms are gone with RFC 8422 */
    if (rd_u8(r, "curve_type") != NAMED_CURVE) rd_fail(r, RD_VALUE, "curve_type");
    ret->group = rd_u16(r, "namedcurve");
    ret->point = rd_vec(r, 1, "point");
}

static void read_dh_params(struct rd *r, struct server_key_exchange *ret) {
    ret->dh_p = rd_vec(r, 2, "dh_p");
    ret->dh_g = rd_vec(r, 2, "dh_g");
    ret->dh_y = rd_vec(r, 2, "dh_Ys");
}

bool server_key_exchange_read(struct rd *r, enum suite_kx kx, enum suite_auth auth, uint16_t version,
                              struct server_key_exchange *ret) {
    *ret = (struct server_key_exchange){0};
    if (kx != KX_ECDHE && kx != KX_DHE) { /* of export and PSK suites only the bytes are kept */
        ret->params = rd_rest(r);
        return rd_ok(r);
    }
    const uint8_t *start = r->cur;
    if (kx == KX_ECDHE)
        read_ecdh_params(r, ret);
    else
        read_dh_params(r, ret);
    if (rd_ok(r)) ret->params = bytes_of(start, (size_t)(r->cur - start));
    if (auth != AUTH_ANON) {
        ret->signature = read_signature(r, version, &ret->sigscheme);
        ret->has_signature = rd_ok(r);
    }
    return rd_done(r, "server_key_exchange");
}

bool certificate_verify_read(struct rd *r, uint16_t version, struct certificate_verify *ret) {
    *ret = (struct certificate_verify){0};
    ret->signature = read_signature(r, version, &ret->sigscheme);
    return rd_done(r, "certificate_verify");
}

bool new_session_ticket_read(struct rd *r, bool tls13, struct new_session_ticket *ret) {
    *ret = (struct new_session_ticket){0};
    ret->lifetime_s = rd_u32(r, "ticket_lifetime");
    if (tls13) {
        ret->age_add = rd_u32(r, "ticket_age_add");
        ret->nonce = rd_vec(r, 1, "ticket_nonce");
    }
    ret->ticket = rd_vec(r, 2, "ticket");
    if (tls13) read_extension_block(r, NULL, 0, &ret->extensions, NULL);
    return rd_done(r, "new_session_ticket");
}

bool key_update_read(struct rd *r, bool *ret_requested) {
    uint8_t v = rd_u8(r, "request_update");
    if (v > 1) rd_fail(r, RD_VALUE, "request_update");
    *ret_requested = rd_ok(r) && v == 1;
    return rd_done(r, "key_update");
}

bool alert_read(struct rd *r, struct alert *ret) {
    ret->level = rd_u8(r, "level");
    ret->description = rd_u8(r, "description");
    return rd_done(r, "alert");
}
