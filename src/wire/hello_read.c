#include "wire/hello_internal.h"

bool hello_view(struct rd *r, struct hello_view *ret) {
    *ret = (struct hello_view){0};
    if (rd_u8(r, "msg_type") != HS_CLIENT_HELLO) rd_fail(r, RD_VALUE, "msg_type");
    struct rd msg = rd_open(r, 3, "length");
    ret->legacy_version = rd_u16(&msg, "legacy_version");
    ret->random = rd_take(&msg, 32, "random");
    ret->session_id = rd_vec(&msg, 1, "session_id");
    ret->suites = rd_vec(&msg, 2, "cipher_suites");
    if (ret->suites.n % 2) rd_fail(&msg, RD_VALUE, "cipher_suites");
    ret->compressions = rd_vec(&msg, 1, "compression_methods");
    ret->has_extensions = rd_left(&msg) > 0;
    if (ret->has_extensions) {
        struct rd block = rd_open(&msg, 2, "extensions");
        ret->extensions = bytes_of(block.base, rd_left(&block));
        while (rd_left(&block) > 0) {
            rd_u16(&block, "extension_type");
            rd_vec(&block, 2, "extension_data");
        }
        rd_close(&msg, &block, "extensions");
    }
    rd_close(r, &msg, "client_hello");
    return rd_done(r, "client_hello");
}

struct bytes ext_find(struct bytes extensions, uint16_t type, bool *ret_found) {
    struct rd r;
    rd_init(&r, extensions);
    while (rd_left(&r) > 0) {
        uint16_t at = rd_u16(&r, "extension_type");
        struct bytes body = rd_vec(&r, 2, "extension_data");
        if (!rd_ok(&r) || at != type) continue;
        *ret_found = true;
        return body;
    }
    *ret_found = false;
    return (struct bytes){0};
}

/* The first host_name of a ServerNameList (RFC 6066 3). */
static struct bytes first_host_name(struct bytes body) {
    struct rd r;
    rd_init(&r, body);
    struct rd list = rd_open(&r, 2, "server_name_list");
    while (rd_left(&list) > 0) {
        uint8_t type = rd_u8(&list, "name_type");
        struct bytes name = rd_vec(&list, 2, "host_name");
        if (rd_ok(&list) && type == 0) return name;
    }
    return (struct bytes){0};
}

struct bytes hello_view_sni(const struct hello_view *v) {
    bool found;
    return first_host_name(ext_find(v->extensions, EXT_SERVER_NAME, &found));
}

/* --- a recorded hello as data ---
 *
 * Each body is read into the hello's lists and written again: where that does not give the same
 * bytes, the extension is kept raw. So nothing has to be proven about what counts as usual. */

static void read_list(struct bytes body, unsigned width, struct u16_list *list) {
    struct rd r;
    rd_init(&r, body);
    struct bytes v = rd_vec(&r, width, "list");
    rd_init(&r, v);
    *list = (struct u16_list){0};
    while (rd_left(&r) > 0 && list->n < HELLO_MAX_LIST) list->v[list->n++] = rd_u16(&r, "item");
}

/* Copies what fits; the comparison of bytes finds what did not. */
static size_t copy_to(uint8_t *room, size_t cap, struct bytes b) {
    if (b.n > cap) return 0;
    if (b.n) memcpy(room, b.p, b.n);
    return b.n;
}

static struct bytes vec_in(struct bytes body) {
    struct rd r;
    rd_init(&r, body);
    return rd_vec(&r, 2, "vector");
}

static void take_server_name(struct hello *h, struct bytes body) {
    copy_to((uint8_t *)h->server_name, sizeof(h->server_name) - 1, first_host_name(body));
}
static void take_groups(struct hello *h, struct bytes body) {
    read_list(body, 2, &h->groups);
}
static void take_sigalgs(struct hello *h, struct bytes body) {
    read_list(body, 2, &h->sigalgs);
}
static void take_sigalgs_cert(struct hello *h, struct bytes body) {
    read_list(body, 2, &h->sigalgs_cert);
}
static void take_versions(struct hello *h, struct bytes body) {
    read_list(body, 1, &h->versions);
}
static void take_alpn(struct hello *h, struct bytes body) {
    h->alpn_n = copy_to(h->alpn, sizeof(h->alpn), vec_in(body));
}
static void take_cookie(struct hello *h, struct bytes body) {
    h->cookie_n = copy_to(h->cookie, sizeof(h->cookie), vec_in(body));
}

static const struct {
    uint16_t type;
    void (*take)(struct hello *h, struct bytes body);
} takers[] = {
    {EXT_SERVER_NAME, take_server_name},
    {EXT_SUPPORTED_GROUPS, take_groups},
    {EXT_ALPN, take_alpn},
    {EXT_SIGNATURE_ALGORITHMS, take_sigalgs},
    {EXT_COOKIE, take_cookie},
    {EXT_SUPPORTED_VERSIONS, take_versions},
    {EXT_SIGNATURE_ALGORITHMS_CERT, take_sigalgs_cert},
};

/* Reads the body into the lists; true if they give the same body again. */
static bool take_body(struct hello *h, uint16_t type, struct bytes body) {
    for (size_t i = 0; i < TW_COUNT(takers); i++)
        if (takers[i].type == type) takers[i].take(h, body);
    uint8_t room[1024]; /* more than any body that the lists can make, key shares apart */
    struct wr w = wr_init(room, sizeof(room));
    return hello_write_body(&w, h, type, NULL) && !w.overflow && bytes_eq(wr_bytes(&w), body);
}

static bool read_shares(struct bytes body, struct u16_list *groups, struct hello_shares *shares) {
    struct rd r;
    rd_init(&r, body);
    struct rd list = rd_open(&r, 2, "client_shares");
    while (rd_left(&list) > 0) {
        uint16_t group = rd_u16(&list, "group");
        struct bytes share = rd_vec(&list, 2, "key_exchange");
        if (groups->n >= HELLO_MAX_LIST) rd_fail(&list, RD_LIMIT, "client_shares");
        if (!rd_ok(&list)) break;
        shares->share[groups->n] = share;
        groups->v[groups->n++] = group;
    }
    rd_close(&r, &list, "client_shares");
    return rd_done(&r, "key_share");
}

/* Usual key shares are as long as their groups have them: then other keys can be put in their place. */
static bool take_key_share(struct hello *h, struct bytes body) {
    struct u16_list groups = {0};
    struct hello_shares shares;
    if (!read_shares(body, &groups, &shares)) return false;
    for (size_t i = 0; i < groups.n; i++) {
        const struct group *g = group_by_id(groups.v[i]);
        size_t n = is_grease(groups.v[i]) ? 1 : g ? g->share_size : 0;
        if (n == 0 || shares.share[i].n != n) return false;
    }
    h->key_shares = groups;
    h->key_share_empty = groups.n == 0;
    return true;
}

bool hello_shares_from(struct bytes msg, struct hello_shares *ret) {
    struct rd r;
    struct hello_view v;
    struct u16_list groups = {0};
    bool found;
    *ret = (struct hello_shares){0};
    rd_init(&r, msg);
    if (!hello_view(&r, &v)) return false;
    struct bytes body = ext_find(v.extensions, EXT_KEY_SHARE, &found);
    return !found || read_shares(body, &groups, ret);
}

static bool take_padding(struct hello *h, struct bytes body, size_t msg_n) {
    size_t without = msg_n - body.n - 4, usual;
    for (size_t i = 0; i < body.n; i++)
        if (body.p[i] != 0) return false;
    bool as_browsers = hello_padding(0, without, &usual) && usual == body.n;
    h->pad_to = as_browsers ? 0 : (uint16_t)msg_n;
    return true;
}

static bool take_ext(struct hello *h, uint16_t type, struct bytes body, size_t msg_n) {
    struct hello_ext *e = &h->ext[h->n_ext];
    *e = (struct hello_ext){.type = type};
    bool usual = !hello_has_ext(h, type); /* the lists hold one of a kind: the second stays raw */
    if (usual && type == EXT_PADDING)
        usual = take_padding(h, body, msg_n);
    else if (usual && type == EXT_KEY_SHARE)
        usual = take_key_share(h, body);
    else if (usual)
        usual = take_body(h, type, body);
    if (!usual) {
        if (body.n > HELLO_MAX_RAW - h->raw_n) return false;
        e->raw = true;
        e->raw_off = (uint16_t)h->raw_n;
        e->raw_n = (uint16_t)body.n;
        h->raw_n += copy_to(h->raw + h->raw_n, body.n, body);
    }
    h->n_ext++;
    return true;
}

static bool take_extensions(struct hello *h, struct bytes extensions, size_t msg_n) {
    struct rd r;
    rd_init(&r, extensions);
    while (rd_left(&r) > 0) {
        uint16_t type = rd_u16(&r, "extension_type");
        struct bytes body = rd_vec(&r, 2, "extension_data");
        if (h->n_ext >= HELLO_MAX_EXT - HELLO_SPARE_EXT || !take_ext(h, type, body, msg_n)) return false;
    }
    return rd_ok(&r);
}

bool hello_from_bytes(struct bytes msg, struct hello *ret) {
    struct rd r;
    struct hello_view v;
    *ret = (struct hello){.record_version = TLS_1_0};
    rd_init(&r, msg);
    if (!hello_view(&r, &v) || msg.n > HELLO_MAX_BYTES) return false;
    if (v.session_id.n > sizeof(ret->session_id) || v.compressions.n > sizeof(ret->compressions) ||
        v.suites.n > sizeof(ret->suites))
        return false;
    ret->legacy_version = v.legacy_version;
    copy_to(ret->random, sizeof(ret->random), v.random);
    ret->session_id_n = (uint8_t)copy_to(ret->session_id, sizeof(ret->session_id), v.session_id);
    ret->n_compressions = (uint8_t)copy_to(ret->compressions, sizeof(ret->compressions), v.compressions);
    rd_init(&r, v.suites);
    while (rd_left(&r) > 0) ret->suites[ret->n_suites++] = rd_u16(&r, "cipher_suite");
    ret->no_extensions = !v.has_extensions;
    return take_extensions(ret, v.extensions, msg.n);
}
